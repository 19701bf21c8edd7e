/* Reading the request log back: each line becomes one flat JSON object. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "reqlog/internal.h"
#include "codec/json.h"

bool
reqlog_passes(const struct json *line, const struct reqlog_filter *f)
{
	const char *when = json_text(line, "time", "");
	int64_t us;

	if (f->since_us || f->until_us) {
		if (!clock_parse(when, strlen(when), &us) ||
		    (f->since_us && us < f->since_us) ||
		    (f->until_us && us >= f->until_us))
			return false;
	}
	return (!f->model ||
	    strcmp(json_text(line, "model", ""), f->model) == 0) &&
	    (!f->version ||
	    strcmp(json_text(line, "version", ""), f->version) == 0) &&
	    (!f->variant ||
	    strcmp(json_text(line, "variant", ""), f->variant) == 0);
}

static void
add_key(struct buf *out, const char *prefix, const char *key, bool *first)
{
	struct buf name;

	buf_init(&name, BUF_CAP_SMALL);
	buf_adds(&name, prefix);
	buf_adds(&name, key);
	buf_addc(out, *first ? '{' : ',');
	*first = false;
	json_quote(out, name.data, name.len);
	buf_addc(out, ':');
	buf_free(&name);
}

/* A column of the rows in a line: its name, and the value of the next row. */
struct logged_column {
	const char *prefix, *name;
	const struct json *value;
};

/* Both maps of a line side by side. */
static struct logged_column *
line_columns(size_t *n, const struct json *line)
{
	const struct json *in = json_get(line, "inputs");
	const struct json *answers = json_get(line, "outputs");
	struct logged_column *col = xalloc(in->n + answers->n + 1,
	    sizeof(*col));

	*n = 0;
	for (const struct json *v = in->child; v; v = v->next)
		col[(*n)++] = (struct logged_column){ "", v->key, v };
	for (const struct json *v = answers->child; v; v = v->next)
		col[(*n)++] = (struct logged_column){ json_get(in, v->key) ?
		    "output." : "", v->key, v };
	return col;
}

static void
put_meta(struct buf *out, const struct json *line, bool *first)
{
	static const char *const meta[] = {
		"time", "id", "unit", "model", "version", "variant"
	};

	for (size_t i = 0; i < sizeof(meta) / sizeof(*meta); i++) {
		const char *s = json_text(line, meta[i], NULL);

		add_key(out, "mlv.", meta[i], first);
		if (s)
			json_quote(out, s, strlen(s));
		else
			buf_adds(out, "null");
	}
}

/* The rows of a line that was found to hold them. */
void
reqlog_put_rows(struct buf *out, const struct json *line, size_t rows,
    bool with_meta)
{
	size_t n;
	struct logged_column *col = line_columns(&n, line);

	for (size_t i = 0; i < n; i++)
		if (col[i].value->type == JSON_LIST)
			col[i].value = col[i].value->child;
	for (size_t row = 0; row < rows; row++) {
		bool first = true;

		for (size_t i = 0; i < n; i++) {
			add_key(out, col[i].prefix, col[i].name, &first);
			json_write(out, col[i].value);
			col[i].value = col[i].value->next;
		}
		if (with_meta)
			put_meta(out, line, &first);
		buf_adds(out, first ? "{}\n" : "}\n");
	}
	free(col);
}

static bool
is_plain(const struct json *j)
{
	return j->type != JSON_MAP && j->type != JSON_LIST;
}

/* Are the members of line[key] plain values, as one row of a table has, or
 * lists of *rows of them?  *rows is 0 until a map has said. */
static bool
holds_rows(size_t *rows, bool *lists, const struct json *line,
    const char *key)
{
	const struct json *m = json_get(line, key);

	if (m == NULL || m->type != JSON_MAP)
		return false;
	for (m = m->child; m; m = m->next) {
		size_t n = m->type == JSON_LIST ? m->n : 1;

		if (m->type == JSON_MAP || n == 0)
			return false;
		if (*rows == 0)
			*lists = m->type == JSON_LIST;
		if (*lists != (m->type == JSON_LIST) || (*rows && n != *rows))
			return false;
		*rows = n;
		for (const struct json *v = *lists ? m->child : NULL; v;
		    v = v->next)
			if (!is_plain(v))
				return false;
	}
	return true;
}

bool
reqlog_is_note(const struct json *line)
{
	return json_text(line, "rollout", NULL) != NULL &&
	    json_get(line, "outputs") == NULL && (json_get(line, "status") ||
	    json_get(line, "answered"));
}

size_t
reqlog_line_rows(const struct json *line)
{
	size_t rows = 0;
	bool lists = false;

	if (!holds_rows(&rows, &lists, line, "inputs") ||
	    !holds_rows(&rows, &lists, line, "outputs"))
		return 0;
	return rows ? rows : 1;
}

int
reqlog_read_bytes(struct buf *out, uint64_t *rows, uint64_t *skipped,
    const char *s, size_t size, const struct reqlog_filter *f,
    struct err *e)
{
	const char *at, *end = s + size, *stop;
	struct arena a = { NULL, 0 };
	struct err ignored = ERR_INIT;
	struct json *line;
	size_t n;

	*rows = *skipped = 0;
	for (at = s; at < end; at = stop + 1) {
		/* no newline: cut off, or being written now */
		if ((stop = memchr(at, '\n', (size_t)(end - at))) == NULL) {
			++*skipped;
			break;
		}
		arena_free(&a);
		if (json_parse(&line, &a, at, (size_t)(stop - at), JSON_NAN,
		    &ignored) < 0) {
			++*skipped;
		} else if ((n = reqlog_line_rows(line)) == 0) {
			*skipped += !reqlog_is_note(line);
		} else if (reqlog_passes(line, f)) {
			reqlog_put_rows(out, line, n, f->with_meta != 0);
			*rows += n;
		}
	}
	arena_free(&a);
	return buf_check(out, e);
}

static int
read_segment(struct buf *out, uint64_t *rows, uint64_t *skipped,
    const char *path, const struct reqlog_filter *f, struct err *e)
{
	uint64_t passed, left;
	struct file_map m;
	int r;

	if ((r = reqlog_segment_find(&m, path, e)) <= 0)
		return r;
	r = reqlog_read_bytes(out, &passed, &left, m.data, m.n, f, e);
	*rows += passed;
	*skipped += left;
	file_unmap(&m);
	return r;
}

/* By its name, 20260102T030405... */
bool
reqlog_may_pass(const char *path, const struct reqlog_filter *f)
{
	const int64_t day = INT64_C(86400000000);
	const char *s = path_base(path);
	char when[24];
	int64_t us;
	int n;

	if (strlen(s) < 15)
		return true;
	n = snprintf(when, sizeof(when), "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", s,
	    s + 4, s + 6, s + 9, s + 11, s + 13);
	if (s[8] != 'T' || !clock_parse(when, (size_t)n, &us))
		return true;
	return (!f->since_us || us + day > f->since_us) &&
	    (!f->until_us || us - day < f->until_us);
}

int
reqlog_read(struct buf *out, uint64_t *rows, uint64_t *skipped,
    const char *path, const struct reqlog_filter *f, struct err *e)
{
	char **segment;
	size_t n;
	int r = reqlog_segments(&segment, &n, path, e);

	*rows = *skipped = 0;
	for (size_t i = 0; r == 0 && i < n; i++)
		if (n == 1 || reqlog_may_pass(segment[i], f))
			r = read_segment(out, rows, skipped, segment[i], f,
			    e);
	reqlog_segments_free(segment, n);
	return r;
}

int
reqlog_is_bytes(const char *s, size_t n)
{
	const char *stop = n > 0 ? memchr(s, '\n', n) : NULL;
	struct arena a = { NULL, 0 };
	struct err ignored = ERR_INIT;
	struct json *line;
	int yes;

	yes = stop != NULL && json_parse(&line, &a, s, (size_t)(stop - s),
	    JSON_NAN, &ignored) == 0 && (reqlog_line_rows(line) > 0 ||
	    reqlog_is_note(line)) && json_get(line, "time") != NULL;
	arena_free(&a);
	return yes;
}

int
reqlog_is(const char *path)
{
	struct err ignored = ERR_INIT;
	struct file_map m;
	char **segment;
	int yes = 0;
	size_t n;

	if (reqlog_segments(&segment, &n, path, &ignored) < 0)
		return 0;
	if (n && reqlog_is_packed(segment[0]))
		yes = 1;
	else if (n && reqlog_is_segment_name(path_base(segment[0])) &&
	    reqlog_segment_map(&m, segment[0], &ignored) == 0) {
		yes = reqlog_is_bytes(m.data, m.n);
		file_unmap(&m);
	}
	reqlog_segments_free(segment, n);
	return yes;
}
