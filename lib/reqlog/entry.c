/* Lines of a rollout in the request log. */
#define _GNU_SOURCE	/* memmem */
#include "reqlog/entry.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
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
	t->masked = json_get(line, "masked");
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

/* *used: the bytes of whole lines. */
static int
each_line(size_t *used, const struct entry_search *q, const char *s, size_t n,
    struct err *e)
{
	const char *begin = s, *end = s + n, *stop;
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
	*used = (size_t)(s - begin);
	return r;
}

static int
is_gone(const char *path, struct err *e)
{
	return err_set(e, ERR_MOVED, "'%s' is gone", path);
}

/* From *at on, which goes on by what was used. */
static int
each_segment(uint64_t *at, const struct entry_search *q, const char *path,
    struct err *e)
{
	struct file_map m;
	size_t used = 0;
	int r = 0;

	if ((r = reqlog_segment_find(&m, path, e)) <= 0)
		return r < 0 ? -1 : *at ? is_gone(path, e) : 0;
	if (m.n < *at)
		r = err_set(e, ERR_MOVED, "'%s' is shorter than what was read "
		    "of it", path);
	else
		r = each_line(&used, q, m.data + *at, m.n - (size_t)*at, e);
	*at += used;
	file_unmap(&m);
	return r;
}

/* --- who comes again ------------------------------------------------------ */

struct place {
	char *key;
	uint64_t at;
	ino_t inode;			/* 0: it was packed */
	bool there;			/* in the present listing */
};

struct reqlog_places {
	struct place *place;
	size_t n;
};

struct reqlog_places *
reqlog_places_new(void)
{
	return xalloc(1, sizeof(struct reqlog_places));
}

void
reqlog_places_free(struct reqlog_places *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->n; i++)
		free(p->place[i].key);
	free(p->place);
	free(p);
}

static struct place *
find_place(struct reqlog_places *p, const char *path)
{
	char *key = reqlog_segment_key(path);
	size_t i = 0;

	while (i < p->n && strcmp(p->place[i].key, key) != 0)
		i++;
	if (i == p->n) {
		p->place = xresize(p->place, i + 1, sizeof(*p->place));
		p->place[p->n++] = (struct place){ .key = key };
	} else {
		free(key);
	}
	return &p->place[i];
}

static int
read_more(struct reqlog_places *p, const struct entry_search *q,
    const char *path, struct err *e)
{
	struct place *place = find_place(p, path);
	struct err why = ERR_INIT;
	struct stat st = { 0 };
	uint64_t size;

	place->there = true;
	/* packed, it is another file with the same bytes */
	if (!reqlog_is_packed(path) && stat(path, &st) == 0) {
		if (place->at && place->inode != st.st_ino)
			return err_set(e, ERR_MOVED, "'%s' is another file",
			    path);
		place->inode = st.st_ino;
	}
	if (reqlog_segment_size(&size, path, &why) == 0)
		return size == place->at ? 0 : each_segment(&place->at, q,
		    path, e);
	if (why.code == ERR_NOENT)	/* packed just now, or gone */
		return each_segment(&place->at, q, path, e);
	*e = why;
	return -1;
}

/* `p` NULL: from the start. */
static int
search(struct reqlog_places *p, struct entry_search *q, const char *path,
    struct err *e)
{
	char **segment;
	size_t n;
	int r = reqlog_segments(&segment, &n, path, e);

	buf_init(&q->mark, BUF_CAP_SMALL);
	if (q->rollout) {
		buf_adds(&q->mark, "\"rollout\":");
		json_quote(&q->mark, q->rollout, strlen(q->rollout));
	}
	for (size_t i = 0; p && i < p->n; i++)
		p->place[i].there = false;
	for (size_t i = 0; r == 0 && i < n; i++) {
		uint64_t at = 0;

		if (n == 1 || reqlog_may_pass(segment[i], q->filter))
			r = p ? read_more(p, q, segment[i], e) :
			    each_segment(&at, q, segment[i], e);
	}
	for (size_t i = 0; p && r == 0 && i < p->n; i++)
		if (!p->place[i].there && p->place[i].at)
			r = is_gone(p->place[i].key, e);
	buf_free(&q->mark);
	reqlog_segments_free(segment, n);
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

	return search(NULL, &q, path, e);
}

int
reqlog_more_entries(struct reqlog_places *p, const char *path,
    const char *rollout, const struct reqlog_filter *f, int (*fn)(void *ctx,
    const struct reqlog_entry *entry, struct err *e), void *ctx,
    struct err *e)
{
	struct entry_search q = { .rollout = rollout, .filter = f, .fn = fn,
	    .ctx = ctx };

	return search(p, &q, path, e);
}
