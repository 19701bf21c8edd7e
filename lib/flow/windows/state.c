/* What a watch over windows has seen, as a file. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "codec/json.h"
#include "flow/windows/internal.h"

void
windows_segments_release(struct windows_watch *s)
{
	for (size_t i = 0; i < s->n_seg; i++)
		free(s->seg[i].name);
	free(s->seg);
	s->seg = NULL;
	s->n_seg = 0;
}

static int
load_json(struct windows_watch *s, const struct json *j, struct err *e)
{
	const struct json *list = json_get(j, "segments"), *m;
	const struct json *windows = json_get(j, "windows");

	if (strcmp(json_text(j, "schema", ""), WINDOWS_SCHEMA) != 0 ||
	    list == NULL || list->type != JSON_MAP || windows == NULL ||
	    json_int(j, "rows", -1) < 0)
		return err_set(e, ERR_FORMAT, "it is no state of windows");
	s->rows = (uint64_t)json_int(j, "rows", 0);
	s->seg = xalloc(list->n + 1, sizeof(*s->seg));
	for (m = list->child; m != NULL; m = m->next) {
		if (m->type != JSON_INT || m->i < 0)
			return err_set(e, ERR_FORMAT, "segment '%s' in it has "
			    "no place", m->key);
		s->seg[s->n_seg++] = (struct windows_segment){
		    xstrdup(m->key), (uint64_t)m->i };
	}
	return windows_load(s->w, windows, e);
}

int
windows_state_load(struct windows_watch *s, struct err *e)
{
	struct arena a = { NULL, 0 };
	struct err why = ERR_INIT;
	struct file_map m;
	struct json *j;
	int r;

	s->saved_us = clock_mono_us();
	if (s->r->state == NULL)
		return 0;
	if (file_map(&m, s->r->state, &why) < 0) {
		if (why.code == ERR_NOENT)
			return 0;
		*e = why;
		return -1;
	}
	r = json_parse(&j, &a, m.data, m.n, 0, e);
	if (r == 0)
		r = load_json(s, j, e);
	file_unmap(&m);
	arena_free(&a);
	return r < 0 ? err_wrap(e, "state '%s'", s->r->state) : 0;
}

int
windows_state_keep(struct windows_watch *s, struct err *e)
{
	struct arena a = { NULL, 0 };
	struct json *j, *list;
	struct buf b;
	int r;

	if (s->r->flush(s->r->ctx, e) < 0)
		return -1;
	if (s->r->state == NULL)
		return 0;
	j = json_new(&a, JSON_MAP);
	json_add_text(&a, j, "schema", WINDOWS_SCHEMA);
	json_add_int(&a, j, "rows", (int64_t)s->rows);
	list = json_add_map(&a, j, "segments");
	for (size_t i = 0; i < s->n_seg; i++)
		json_add_int(&a, list, s->seg[i].name, (int64_t)s->seg[i].at);
	windows_save(json_add_map(&a, j, "windows"), &a, s->w);
	buf_init(&b, BUF_CAP_DATA);
	json_write(&b, j);
	buf_addc(&b, '\n');
	r = buf_check(&b, e) < 0 || file_replace(os_real(), s->r->state,
	    b.data, b.len, 0666, e) < 0 ? -1 : 0;
	buf_free(&b);
	arena_free(&a);
	s->saved_us = clock_mono_us();
	return r;
}
