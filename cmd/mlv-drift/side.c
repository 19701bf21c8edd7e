/* What is compared: opened by name, read as a table, a profile or a log. */
#include "side.h"

#include <string.h>

#include "base/file.h"
#include "catalog/name.h"
#include "catalog/open_table.h"
#include "reqlog/reqlog.h"

/* Canonical JSON sorts its members: "schema" stands near the end. */
static bool
is_profile(const struct catalog_bytes *b)
{
	static const char mark[] = "\"schema\":\"" PROFILE_SCHEMA "\"";
	const size_t len = sizeof(mark) - 1;

	if (b->item.kind == NAME_PROFILE)
		return true;
	if (b->n < len || b->data[0] != '{')
		return false;
	for (size_t i = b->n - len, back = 0; back < 256; i--, back++) {
		if (memcmp(b->data + i, mark, len) == 0)
			return true;
		if (i == 0)
			break;
	}
	return false;
}

/* Rows of a log, as JSON Lines, into a table; of none no table is made. */
static int
read_rows(struct side *in, const struct buf *lines,
    const struct table_read_opts *user, struct err *e)
{
	struct table_read_opts o = *user;

	in->log = true;
	if (lines->len == 0)
		return 0;
	o.format = TABLE_JSONL;
	o.name = "the request log";
	return table_read(&in->t, lines->data, lines->len, &o, e);
}

/* Joined segments in memory. */
static int
read_joined(struct side *in, const char *s, size_t n,
    const struct reqlog_filter *f, const struct table_read_opts *user,
    struct err *e)
{
	struct buf lines;
	uint64_t rows;
	int r;

	buf_init(&lines, BUF_CAP_DATA);
	r = reqlog_read_bytes(&lines, &rows, &in->skipped, s, n, f, e);
	if (r == 0)
		r = read_rows(in, &lines, user, e);
	buf_free(&lines);
	return r;
}

int
side_open(struct side *in, struct catalog *c, const char *name,
    const struct table_read_opts *user, struct err *e)
{
	static const struct reqlog_filter all = { 0 };
	struct table_read_opts o;

	if (catalog_open_bytes(&in->b, c, name, e) != 0)
		return -1;
	in->open = true;
	if (is_profile(&in->b)) {
		if (profile_parse(&in->p, in->b.data, in->b.n, e) != 0)
			return err_wrap(e, "%s", name);
		return 0;
	}
	if (in->b.item.kind == NAME_STDIO && reqlog_is_bytes(in->b.data,
	    in->b.n))
		return read_joined(in, in->b.data, in->b.n, &all, user, e);
	in->log = in->b.item.kind == NAME_PATH && reqlog_is(in->b.item.base);
	in->skipped = in->b.skipped;
	if (catalog_read_opts(&o, &in->b, user, e) != 0)
		return -1;
	if (table_read(&in->t, in->b.data, in->b.n, &o, e) != 0)
		return -1;
	/* the rows are all that is wanted: their bytes may be as many again */
	in->open = false;
	catalog_bytes_close(&in->b);
	return 0;
}

static int
open_stream(struct side *in, const struct reqlog_filter *f,
    const struct table_read_opts *user, struct err *e)
{
	struct file_map m;
	int r;

	if (file_map(&m, "-", e) < 0)
		return -1;
	if (m.n == 0 || reqlog_is_bytes(m.data, m.n))
		r = read_joined(in, m.data, m.n, f, user, e);
	else
		r = err_set(e, ERR_FORMAT, "standard input is no request log");
	file_unmap(&m);
	return r;
}

int
side_open_log(struct side *in, char *const *path, size_t n,
    const struct reqlog_filter *f, const struct table_read_opts *user,
    struct err *e)
{
	struct buf lines;
	int r = 0;

	if (n == 1 && strcmp(path[0], "-") == 0)
		return open_stream(in, f, user, e);
	buf_init(&lines, BUF_CAP_DATA);
	for (size_t i = 0; r == 0 && i < n; i++) {
		uint64_t rows, skipped;

		if (!reqlog_is(path[i]))
			r = err_set(e, ERR_FORMAT, "'%s' is no request log, "
			    "nor a segment of one", path[i]);
		else
			r = reqlog_read(&lines, &rows, &skipped, path[i], f,
			    e);
		in->skipped += r == 0 ? skipped : 0;
	}
	if (r == 0)
		r = read_rows(in, &lines, user, e);
	buf_free(&lines);
	return r;
}

void
side_close(struct side *in)
{
	table_free(in->t);
	profile_free(in->p);
	if (in->open)
		catalog_bytes_close(&in->b);
}

static int
make_profile(struct side *in, struct err *e)
{
	if (in->p != NULL)
		return 0;
	return profile_of_columns(&in->p, in->t, 0, e);
}

int
side_match(struct side *ref, struct side *cur, struct err *e)
{
	if (ref->p == NULL && cur->p == NULL)
		return 0;
	return make_profile(ref, e) != 0 ? -1 : make_profile(cur, e);
}
