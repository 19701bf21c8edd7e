/* Rows of the request log by some of their columns, one by one. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "reqlog/internal.h"

/* The value, or list of values, that a name has in a line; NULL: none. */
static const struct json *
find_value(const struct json *line, const char *name)
{
	static const char *const own[] = {
		"id", "unit", "time", "model", "version", "variant", "digest"
	};
	const struct json *in = json_get(line, "inputs"), *v;
	const struct json *answers = json_get(line, "outputs");

	if ((v = json_get(in, name)) != NULL ||
	    (v = json_get(answers, name)) != NULL)
		return v;
	if (strncmp(name, "output.", 7) == 0)
		return json_get(answers, name + 7);
	name += strncmp(name, "mlv.", 4) == 0 ? 4 : 0;
	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
		if (strcmp(name, own[i]) == 0)
			return json_get(line, name);
	return NULL;
}

static int
each_row(const struct json *line, size_t rows, const struct json **at,
    const struct json **value, const struct reqlog_wanted *w, struct err *e)
{
	struct reqlog_row row = { .value = value };
	const char *when = json_text(line, "time", "");
	int r = 0;

	row.timed = clock_parse(when, strlen(when), &row.time_us);
	for (size_t i = 0; i < w->n; i++) {
		at[i] = find_value(line, w->name[i]);
		if (at[i] != NULL && at[i]->type == JSON_LIST)
			at[i] = at[i]->child;
	}
	for (size_t k = 0; r == 0 && k < rows; k++) {
		for (size_t i = 0; i < w->n; i++) {
			value[i] = at[i] == NULL || at[i]->type == JSON_NULL ?
			    NULL : at[i];
			/* what is the line's own is every row's */
			if (at[i] != NULL && at[i]->next != NULL &&
			    at[i]->key == NULL)
				at[i] = at[i]->next;
		}
		r = w->row(w->ctx, &row, e);
	}
	return r;
}

/* The lines of some bytes; those of whole ones are *used. */
static int
each_line(size_t *used, uint64_t *skipped, const char *s, size_t size,
    const struct reqlog_filter *f, const struct reqlog_lines *to,
    struct err *e)
{
	const char *p, *end = s + size, *stop;
	struct arena a = { NULL, 0 };
	struct err ignored = ERR_INIT;
	struct json *line;
	size_t n;
	int r = 0;

	*used = 0;
	for (p = s; r == 0 && p < end; p = stop + 1) {
		stop = memchr(p, '\n', (size_t)(end - p));
		if (stop == NULL)
			break;
		*used = (size_t)(stop + 1 - s);
		arena_free(&a);
		if (json_parse(&line, &a, p, (size_t)(stop - p), JSON_NAN,
		    &ignored) < 0 || (n = reqlog_line_rows(line)) == 0)
			++*skipped;
		else if (reqlog_passes(line, f))
			r = to->line(to->ctx, line, n, e);
	}
	arena_free(&a);
	return r;
}

int
reqlog_each_line(uint64_t *skipped, const char *path,
    const struct reqlog_filter *f, const struct reqlog_lines *to,
    struct err *e)
{
	char **segment;
	size_t n;
	int r = reqlog_segments(&segment, &n, path, e);

	for (size_t i = 0; r == 0 && i < n; i++) {
		struct file_map m;
		size_t used;

		if (n > 1 && !reqlog_may_pass(segment[i], f))
			continue;
		if ((r = reqlog_segment_find(&m, segment[i], e)) <= 0)
			continue;
		r = each_line(&used, skipped, m.data, m.n, f, to, e);
		*skipped += r == 0 && used < m.n;
		file_unmap(&m);
	}
	reqlog_segments_free(segment, n);
	return r;
}

/* The rows of lines, by some of their columns. */
struct row_walk {
	const struct reqlog_wanted *w;
	const struct json **at, **value;
};

static int
walk_line(void *ctx, const struct json *line, size_t rows, struct err *e)
{
	struct row_walk *k = ctx;

	return each_row(line, rows, k->at, k->value, k->w, e);
}

static void
walk_begin(struct row_walk *k, const struct reqlog_wanted *w)
{
	k->w = w;
	k->at = xalloc(w->n + 1, sizeof(*k->at));
	k->value = xalloc(w->n + 1, sizeof(*k->value));
}

static void
walk_end(struct row_walk *k)
{
	free(k->at);
	free(k->value);
}

int
reqlog_each_bytes(size_t *used, uint64_t *skipped, const char *s,
    size_t size, const struct reqlog_filter *f,
    const struct reqlog_wanted *w, struct err *e)
{
	struct row_walk k;
	const struct reqlog_lines to = { walk_line, &k };
	int r;

	walk_begin(&k, w);
	r = each_line(used, skipped, s, size, f, &to, e);
	walk_end(&k);
	return r;
}

int
reqlog_each(uint64_t *skipped, const char *path,
    const struct reqlog_filter *f, const struct reqlog_wanted *w,
    struct err *e)
{
	struct row_walk k;
	const struct reqlog_lines to = { walk_line, &k };
	int r;

	walk_begin(&k, w);
	r = reqlog_each_line(skipped, path, f, &to, e);
	walk_end(&k);
	return r;
}

int
reqlog_first(struct json **line, struct arena *a, const char *path,
    struct err *e)
{
	struct err ignored = ERR_INIT;
	char **segment;
	size_t n;
	int r = reqlog_segments(&segment, &n, path, e);

	*line = NULL;
	for (size_t i = 0; r == 0 && *line == NULL && i < n; i++) {
		const char *p, *stop;
		struct file_map m;

		if ((r = reqlog_segment_find(&m, segment[i], e)) <= 0)
			continue;
		r = 0;
		for (p = m.data; *line == NULL && (stop = memchr(p, '\n',
		    m.n - (size_t)(p - m.data))) != NULL; p = stop + 1)
			if (json_parse(line, a, p, (size_t)(stop - p),
			    JSON_NAN, &ignored) < 0 ||
			    reqlog_line_rows(*line) == 0)
				*line = NULL;
		file_unmap(&m);
	}
	reqlog_segments_free(segment, n);
	return r;
}
