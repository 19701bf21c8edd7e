/* Lines of a rollout in the request log. */
#define _GNU_SOURCE	/* memmem */
#include "reqlog/entry.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "reqlog/internal.h"

const struct json *
reqlog_value(const struct json *v, size_t row)
{
	if (v && v->type == JSON_LIST)
		for (v = v->child; v && row; row--)
			v = v->next;
	return v == NULL || v->type == JSON_NULL ? NULL : v;
}

static bool
read_place(uint64_t *place, const char *s)
{
	uint64_t v = 0;

	if (strlen(s) != 16)
		return false;
	for (; *s; s++) {
		const char *digits = "0123456789abcdef";
		const char *at = strchr(digits, *s);

		if (at == NULL)
			return false;
		v = v << 4 | (uint64_t)(at - digits);
	}
	*place = v;
	return true;
}

/* Rows of a map of values, or of lists of one length; 0: it is none. */
static size_t
rows_of(const struct json *m)
{
	if (m == NULL || m->type != JSON_MAP || m->child == NULL)
		return 0;
	return m->child->type == JSON_LIST ? m->child->n : 1;
}

static bool
read_entry(struct reqlog_entry *t, const struct json *line,
    const char *rollout)
{
	bool note = reqlog_is_note(line);

	memset(t, 0, sizeof(*t));
	if (strcmp(json_text(line, "rollout", ""), rollout) != 0 ||
	    !read_place(&t->place, json_text(line, "place", "")) ||
	    (!note && reqlog_line_rows(line) == 0))
		return false;
	t->id = json_text(line, "id", "");
	t->unit = json_text(line, "unit", "");
	t->version = json_text(line, "version", "");
	t->variant = json_text(line, "variant", "");
	t->share = json_num(line, "share", -1);
	t->micros = json_int(line, "micros", 0);
	t->status = (int)json_int(line, "status", 200);
	t->inputs = json_get(line, "inputs");
	t->outputs = json_get(line, "outputs");
	t->answered = json_get(line, "answered");
	t->shadow = json_get(line, "shadow");
	t->rows = rows_of(t->answered ? t->answered : t->outputs);
	return t->share >= 0 && t->share <= 100 && (t->shadow == NULL ||
	    rows_of(t->shadow) == t->rows);
}

/* What stands in the lines of a rollout, so that no other is parsed. */
static void
mark_of(struct buf *b, const char *rollout)
{
	buf_adds(b, "\"rollout\":");
	json_quote(b, rollout, strlen(rollout));
}

static int
each_line(const char *s, size_t n, const struct buf *mark,
    const char *rollout, int (*fn)(void *ctx,
    const struct reqlog_entry *entry, struct err *e), void *ctx,
    struct err *e)
{
	const char *end = s + n, *stop;
	struct arena a = { NULL, 0 };
	struct err ignored = ERR_INIT;
	struct reqlog_entry t;
	struct json *line;
	int r = 0;

	for (; r == 0 && s < end; s = stop + 1) {
		if ((stop = memchr(s, '\n', (size_t)(end - s))) == NULL)
			break;
		if (memmem(s, (size_t)(stop - s), mark->data,
		    mark->len) == NULL)
			continue;
		arena_clear(&a);
		if (json_parse(&line, &a, s, (size_t)(stop - s), JSON_NAN,
		    &ignored) == 0 && read_entry(&t, line, rollout))
			r = fn(ctx, &t, e);
	}
	arena_free(&a);
	return r;
}

int
reqlog_each_entry(const char *path, const char *rollout, int64_t since_us,
    int (*fn)(void *ctx, const struct reqlog_entry *entry, struct err *e),
    void *ctx, struct err *e)
{
	const struct reqlog_filter f = { .since_us = since_us };
	struct buf mark;
	char **segment;
	size_t n;
	int r = reqlog_segments(&segment, &n, path, e);

	buf_init(&mark, BUF_CAP_SMALL);
	mark_of(&mark, rollout);
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct err why = ERR_INIT;
		struct file_map m;

		if (n > 1 && !reqlog_may_pass(segment[i], &f))
			continue;
		if (file_map(&m, segment[i], &why) < 0) {
			/* removed meanwhile, as old ones are */
			if (why.code == ERR_NOENT)
				continue;
			*e = why;
			r = -1;
			break;
		}
		r = each_line(m.data, m.n, &mark, rollout, fn, ctx, e);
		file_unmap(&m);
	}
	buf_free(&mark);
	reqlog_segments_free(segment, n);
	return r;
}
