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

/* What makes a line one of a rollout. */
static bool
read_rollout(struct reqlog_entry *t, const struct json *line,
    const char *rollout)
{
	t->share = json_num(line, "share", -1);
	return strcmp(json_text(line, "rollout", ""), rollout) == 0 &&
	    read_place(&t->place, json_text(line, "place", "")) &&
	    t->share >= 0 && t->share <= 100 && (reqlog_is_note(line) ||
	    reqlog_line_rows(line) > 0);
}

static bool
read_entry(struct reqlog_entry *t, const struct json *line,
    const char *rollout)
{
	memset(t, 0, sizeof(*t));
	if (rollout ? !read_rollout(t, line, rollout) :
	    reqlog_line_rows(line) == 0)
		return false;
	t->time = json_text(line, "time", "");
	t->id = json_text(line, "id", "");
	t->unit = json_text(line, "unit", "");
	t->version = json_text(line, "version", "");
	t->variant = json_text(line, "variant", "");
	t->micros = json_int(line, "micros", 0);
	t->status = (int)json_int(line, "status", 200);
	t->inputs = json_get(line, "inputs");
	t->outputs = json_get(line, "outputs");
	t->answered = json_get(line, "answered");
	t->shadow = json_get(line, "shadow");
	t->rows = rows_of(t->answered ? t->answered : t->outputs);
	return t->shadow == NULL || rows_of(t->shadow) == t->rows;
}

/* What is looked for, and whom it is told to. */
struct entry_search {
	const char *rollout;
	struct buf mark;		/* stands in the lines of the rollout,
					 * so that no other is parsed */
	const struct reqlog_filter *filter;
	int (*fn)(void *ctx, const struct reqlog_entry *entry, struct err *e);
	void *ctx;
};

static int
each_line(const struct entry_search *q, const char *s, size_t n,
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
		if (q->rollout && memmem(s, (size_t)(stop - s), q->mark.data,
		    q->mark.len) == NULL)
			continue;
		arena_clear(&a);
		if (json_parse(&line, &a, s, (size_t)(stop - s), JSON_NAN,
		    &ignored) == 0 && read_entry(&t, line, q->rollout) &&
		    reqlog_passes(line, q->filter))
			r = q->fn(q->ctx, &t, e);
	}
	arena_free(&a);
	return r;
}

static int
each_segment(const struct entry_search *q, const char *path, struct err *e)
{
	struct err why = ERR_INIT;
	struct file_map m;
	int r;

	if (file_map(&m, path, &why) < 0) {
		/* removed meanwhile, as old ones are */
		if (why.code == ERR_NOENT)
			return 0;
		*e = why;
		return -1;
	}
	r = each_line(q, m.data, m.n, e);
	file_unmap(&m);
	return r;
}

int
reqlog_each_entry(const char *path, const char *rollout,
    const struct reqlog_filter *f, int (*fn)(void *ctx,
    const struct reqlog_entry *entry, struct err *e), void *ctx,
    struct err *e)
{
	struct entry_search q = { .rollout = rollout, .filter = f, .fn = fn,
	    .ctx = ctx };
	char **segment;
	size_t n;
	int r = reqlog_segments(&segment, &n, path, e);

	buf_init(&q.mark, BUF_CAP_SMALL);
	if (rollout) {
		buf_adds(&q.mark, "\"rollout\":");
		json_quote(&q.mark, rollout, strlen(rollout));
	}
	for (size_t i = 0; r == 0 && i < n; i++)
		if (n == 1 || reqlog_may_pass(segment[i], f))
			r = each_segment(&q, segment[i], e);
	buf_free(&q.mark);
	reqlog_segments_free(segment, n);
	return r;
}
