/*
 * cli/out.h - records on standard output.
 *
 * Plain: one record a line, TAB between fields, escaped as PostgreSQL's
 * COPY text (\t \n \r \\, \N for missing).  With -z records end in NUL and
 * paths are raw.  With --json every record is one line of JSON whose first
 * field is "schema".  A verb writes the same calls for all three:
 *
 *	out_begin(&c->out, "mlv.dataset.added/1");
 *	out_text(&c->out, "name", "data:churn@1");
 *	out_int(&c->out, "rows", 7043);
 *	out_only(&c->out, OUT_JSON);	 * fields a person does not need *
 *	out_text(&c->out, "created", when);
 *	out_end(&c->out);
 *
 * OUT_TABLE is for a person at a terminal: records of one schema are set as
 * a table (cli/table.h) with a heading, numbers of four digits to the right,
 * digests shortened.
 *
 * Output is buffered and goes to descriptor 1; out_flush sends it now.  A
 * failed write is remembered and decides the exit status at the end.
 */
#ifndef CLI_OUT_H
#define CLI_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct json;

enum out_form { OUT_PLAIN, OUT_NUL, OUT_JSON_LINES, OUT_TABLE };
enum out_where { OUT_BOTH, OUT_TEXT, OUT_JSON };

struct out {
	enum out_form form;
	enum out_where only;
	bool open;		/* inside a record */
	bool first;		/* no field yet */
	bool terminal;		/* what would steer one is written as \xHH */
	struct buf buf;
	bool broken;		/* a write failed; *why says how */
	struct err why;
	/* OUT_TABLE: keys of the records that stand in buf from `table` on */
	char schema[64];
	struct buf heads;
	size_t table;
	bool named;		/* the keys are complete */
};

void out_init(struct out *o, enum out_form form);
void out_free(struct out *o);
void out_begin(struct out *o, const char *schema);
void out_end(struct out *o);
/* The fields that follow in this record go only there. */
void out_only(struct out *o, enum out_where where);

void out_text(struct out *o, const char *key, const char *s); /* NULL: missing */
void out_textn(struct out *o, const char *key, const char *s, size_t n);
void out_path(struct out *o, const char *key, const char *path);
void out_int(struct out *o, const char *key, int64_t v);
/* Shortest round trip, in a table four digits; not finite: null and "KEY_flag":"NaN" in JSON. */
void out_num(struct out *o, const char *key, double v);
/* A number for people: `digits` significant ones in text, all in JSON. */
void out_short(struct out *o, const char *key, double v, int digits);
void out_bool(struct out *o, const char *key, bool v);
void out_null(struct out *o, const char *key);
/* A whole tree: compact JSON in either form. */
void out_tree(struct out *o, const char *key, const struct json *j);

/* A whole record of mlv.field/1: one fact of what a show verb shows. */
void out_fact(struct out *o, const char *key, const char *value);

/* Bytes as they are (rows, documents, help). */
void out_raw(struct out *o, const void *p, size_t n);
void out_line(struct out *o, const char *fmt, ...) MLV_PRINTF(2, 3);
/* 0, or -1 with the first failure in *e. */
int out_flush(struct out *o, struct err *e);

#endif
