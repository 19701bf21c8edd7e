/*
 * mlv-sqlite FILE SQL [SQL...]: rows of an SQLite file as lines of JSON, for
 * other programs of mlv, which do not wait for libsqlite3 at their start.
 *
 * Behind each row of the first query come those of the others, in which ?1 is
 * the row's first value.  A line is [QUERY, VALUE...], QUERY from 0; a value is
 * a number, a text or null.  A query with a '?' in front is left out where the
 * file has not what it asks for.  What fails is a last line, a text, and exit 3.
 * All rows are of one moment, and the file is never written.
 */
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/num.h"
#include "codec/json.h"

#define QUERIES_MAX 16
#define FLUSH ((size_t)1 << 16)
#define WAIT_MS 5000		/* for whoever writes it */

struct dump {
	sqlite3 *db;
	sqlite3_stmt *query[QUERIES_MAX];	/* NULL: left out */
	int n;
	struct buf out;
};

static int
flush(struct dump *d)
{
	size_t n = d->out.len;

	if (n && fwrite(d->out.data, 1, n, stdout) != n)
		return -1;
	buf_clear(&d->out);
	return fflush(stdout) == 0 ? 0 : -1;
}

static int
fail(struct dump *d, const char *why)
{
	json_quote(&d->out, why, strlen(why));
	buf_addc(&d->out, '\n');
	(void)flush(d);
	return -1;
}

static void
put_value(struct buf *out, sqlite3_stmt *q, int column)
{
	double v;

	switch (sqlite3_column_type(q, column)) {
	case SQLITE_INTEGER:
		buf_addf(out, "%lld",
		    (long long)sqlite3_column_int64(q, column));
		return;
	case SQLITE_FLOAT:
		v = sqlite3_column_double(q, column);
		if (isfinite(v)) {
			buf_grew(out, num_print_f64(buf_reserve(out, NUM_TEXT_MAX), v));
			return;
		}
		break;
	case SQLITE_TEXT:
		json_quote(out, (const char *)sqlite3_column_text(q, column),
		    (size_t)sqlite3_column_bytes(q, column));
		return;
	default:
		break;
	}
	buf_add(out, "null", 4);
}

/* 1: a row was put, 0: there are no more, -1: told. */
static int
put_row(struct dump *d, int which)
{
	sqlite3_stmt *q = d->query[which];
	int r = sqlite3_step(q);

	if (r == SQLITE_DONE)
		return 0;
	if (r != SQLITE_ROW)
		return fail(d, sqlite3_errmsg(d->db));
	buf_addf(&d->out, "[%d", which);
	for (int i = 0; i < sqlite3_column_count(q); i++) {
		buf_addc(&d->out, ',');
		put_value(&d->out, q, i);
	}
	buf_add(&d->out, "]\n", 2);
	if (d->out.failed)
		return fail(d, "a row is too long");
	return d->out.len < FLUSH || flush(d) == 0 ? 1 : -1;
}

static int
put_details(struct dump *d, int which)
{
	int r;

	sqlite3_reset(d->query[which]);
	sqlite3_bind_value(d->query[which], 1,
	    sqlite3_column_value(d->query[0], 0));
	do
		r = put_row(d, which);
	while (r > 0);
	return r;
}

static int
put_all(struct dump *d)
{
	int r;

	while ((r = put_row(d, 0)) > 0)
		for (int i = 1; i < d->n; i++)
			if (d->query[i] && put_details(d, i) < 0)
				return -1;
	return r < 0 ? -1 : flush(d);
}

/* A file is somebody else's: what it defines runs nothing but its queries. */
static int
open_file(struct dump *d, const char *path)
{
	if (sqlite3_open_v2(path, &d->db, SQLITE_OPEN_READONLY, NULL) !=
	    SQLITE_OK)
		return fail(d, sqlite3_errmsg(d->db));
	sqlite3_busy_timeout(d->db, WAIT_MS);
	sqlite3_db_config(d->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(d->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	if (sqlite3_exec(d->db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK)
		return fail(d, sqlite3_errmsg(d->db));
	return 0;
}

static int
prepare(struct dump *d, const char *sql)
{
	bool optional = *sql == '?';

	if (sqlite3_prepare_v2(d->db, sql + optional, -1, &d->query[d->n++],
	    NULL) == SQLITE_OK || optional)
		return 0;
	return fail(d, sqlite3_errmsg(d->db));
}

int
main(int argc, char **argv)
{
	static struct dump d;
	int r;

	if (argc < 3 || argc - 2 > QUERIES_MAX) {
		fprintf(stderr, "usage: mlv-sqlite FILE SQL [SQL...]\n");
		return 2;
	}
	buf_init(&d.out, BUF_CAP_DOC);
	r = open_file(&d, argv[1]);
	for (int i = 2; r == 0 && i < argc; i++)
		r = prepare(&d, argv[i]);
	if (r == 0)
		r = put_all(&d);
	for (int i = 0; i < d.n; i++)
		sqlite3_finalize(d.query[i]);
	sqlite3_close(d.db);
	buf_free(&d.out);
	return r < 0 ? 3 : 0;
}
