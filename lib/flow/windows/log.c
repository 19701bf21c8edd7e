/* A request log from where it was left. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "codec/json.h"
#include "flow/windows/internal.h"
#include "reqlog/segment.h"

static int
add_logged(void *ctx, const struct reqlog_row *row, struct err *e)
{
	struct windows_watch *s = ctx;
	uint64_t *counts;

	if (windows_row(&counts, s->w, row->time_us, row->timed, e) < 0)
		return -1;
	for (size_t i = 0; counts != NULL && i < s->b.n; i++) {
		const struct binned_column *c = &s->b.col[i];
		const struct json *v = row->value[i];
		size_t at;

		if (v == NULL)
			at = 0;
		else if (v->type == JSON_TEXT)
			at = binned_place_text(c, v->s, v->n);
		else if (v->type == JSON_BOOL && c->kind != BINS_NUMBER)
			at = binned_place_text(c, v->b ? "true" : "false",
			    v->b ? 4 : 5);
		else if (c->kind == BINS_NUMBER)
			at = binned_place(c, v->type == JSON_BOOL ? v->b :
			    v->d);
		else
			at = 1;		/* a number where words were */
		s->r->strange += at == BINS_MAX;
		counts[c->at + (at == BINS_MAX ? 0 : at)]++;
	}
	return 0;
}

/* The state's place in a segment; a new one begins at 0. */
static uint64_t
place_in(const struct windows_watch *s, const char *name)
{
	for (size_t i = 0; i < s->n_seg; i++)
		if (strcmp(s->seg[i].name, name) == 0)
			return s->seg[i].at;
	return 0;
}

static int
read_segment(uint64_t *at, struct windows_watch *s, const char *path,
    const struct reqlog_wanted *w, struct err *e)
{
	static const struct reqlog_filter all = { 0 };
	struct file_map m;
	uint64_t size;
	size_t used;
	int r;

	if (reqlog_segment_size(&size, path, e) < 0)
		return -1;
	if (size == *at)
		return 0;
	if (size < *at)
		return err_set(e, ERR_MOVED, "'%s' is shorter than what was "
		    "read of it: it was written anew; begin with a new state",
		    path);
	if (reqlog_segment_map(&m, path, e) < 0)
		return -1;
	r = reqlog_each_bytes(&used, &s->r->skipped, m.data + *at, m.n -
	    (size_t)*at, &all, w, e);
	*at += used;
	file_unmap(&m);
	return r;
}

/* Segments that are there now, each where it was read to. */
static struct windows_segment *
list_places(const struct windows_watch *s, char **path, size_t n)
{
	struct windows_segment *v = xalloc(n + 1, sizeof(*v));

	for (size_t i = 0; i < n; i++) {
		char *key = reqlog_segment_key(path[i]);

		v[i] = (struct windows_segment){ key, place_in(s, key) };
	}
	return v;
}

static int
read_segments(struct windows_watch *s, const struct reqlog_wanted *w,
    struct err *e)
{
	struct windows_segment *v;
	char **path;
	size_t n;
	int r = reqlog_segments(&path, &n, s->r->path, e);

	if (r < 0)
		return -1;
	v = list_places(s, path, n);
	windows_segments_release(s);
	s->seg = v;
	s->n_seg = n;
	for (size_t i = 0; r == 0 && i < n; i++) {
		uint64_t before = v[i].at;

		r = read_segment(&v[i].at, s, path[i], w, e);
		/* no window is over before all has been read */
		if (r == 0 && v[i].at != before && i + 1 < n)
			r = windows_state_keep(s, e);
	}
	reqlog_segments_free(path, n);
	return r;
}

int
windows_read_log(struct windows_watch *s, struct err *e)
{
	struct reqlog_wanted w = { .row = add_logged, .ctx = s };
	struct arena a = { NULL, 0 };
	const char **name;
	struct json *line;
	size_t n = 0;
	int r = reqlog_first(&line, &a, s->r->path, e);

	if (r == 0 && line != NULL) {
		const struct json *in = json_get(line, "inputs");
		const struct json *out = json_get(line, "outputs");

		name = arena_alloc(&a, (in->n + out->n + 1) * sizeof(*name));
		for (const struct json *v = in->child; v; v = v->next)
			name[n++] = v->key;
		for (const struct json *v = out->child; v; v = v->next)
			if (json_get(in, v->key) == NULL)
				name[n++] = v->key;
		r = windows_begin(s, name, n, e);
	} else if (r == 0) {
		s->r->empty = true;
	}
	if (r == 0 && line != NULL) {
		name = arena_alloc(&a, (s->b.n + 1) * sizeof(*name));
		for (size_t i = 0; i < s->b.n; i++)
			name[i] = s->b.col[i].name;
		w.name = name;
		w.n = s->b.n;
		r = read_segments(s, &w, e);
	}
	if (r == 0 && s->w != NULL) {
		windows_close(s->w, s->r->state == NULL);
		r = windows_state_keep(s, e);
	}
	arena_free(&a);
	return r;
}
