/*
 * dialect/rows.h - rows as JSON in the forms that several dialects share:
 * objects, lists, columns by name.  Private to lib/dialect.
 *
 * Each reads into the block of the request's session and sets the request's
 * block; the pull reader stands behind what is named "..._at".
 */
#ifndef DIALECT_ROWS_H
#define DIALECT_ROWS_H

#include "dialect/dialect.h"
#include "read/want.h"

#define ROWS_NO_COLUMN SIZE_MAX

struct rows_reader {
	struct dialect_request *r;
	struct session *session;
	struct table *block;		/* of the session */
	bool *seen;			/* by wanted column */
	const struct table_want *want;
	size_t n_wants;
	bool by_place;			/* columns have no names */
	bool b64;			/* {"b64":"..."} is a text */
};

/* With no rows yet.  ERR_UNSUPPORTED: the model takes no columns. */
int rows_init(struct rows_reader *g, struct dialect_request *r,
    struct err *e);

/* The token that must come next. */
int rows_expect(struct json_pull *p, enum json_token want, const char *what,
    struct err *e);
/* Refuses rows as lists where some of the columns are not the client's. */
int rows_need_names(const struct rows_reader *g, struct err *e);
/* "no rows came" */
int rows_none(struct err *e);
int rows_add(struct rows_reader *g, struct err *e);
/* One value, bare or as the only one of a list, whose token has been read. */
int rows_set_value(struct rows_reader *g, struct json_pull *p,
    enum json_token t, size_t col, size_t row, struct err *e);

/* The wanted column of that name, or ROWS_NO_COLUMN; looked for from
 * `guess` on. */
size_t rows_find_want(const struct rows_reader *g, const char *name, size_t n,
    size_t guess);
int rows_mark_seen(struct rows_reader *g, size_t col, struct err *e);
int rows_check_all_seen(const struct rows_reader *g, struct err *e);

/* ["name", ...]: (*to)[k] is where the k-th of *n goes, or ROWS_NO_COLUMN; a
 * model without names takes them in order.  *to, which begins as NULL, is
 * freed by the caller, also after a failure. */
int rows_read_names(struct rows_reader *g, struct json_pull *p, size_t **to,
    size_t *n, struct err *e);
/* [{"name":v, ...}, ...] behind the first bracket. */
int rows_read_objects(struct rows_reader *g, struct json_pull *p,
    struct err *e);
/* [v, ...], one row that was added, behind its bracket. */
int rows_read_row(struct rows_reader *g, struct json_pull *p,
    const size_t *to, size_t n, struct err *e);
/* [[v, ...], ...] behind the first bracket, or the second: `first`.  Value k
 * of n goes to column to[k], or k where `to` is NULL. */
int rows_read_lists(struct rows_reader *g, struct json_pull *p,
    const size_t *to, size_t n, bool first, struct err *e);
/* The same from before the first bracket. */
int rows_read_data(struct rows_reader *g, struct json_pull *p,
    const size_t *to, size_t n, struct err *e);
/* {"name":[v, ...], ...} behind the brace: columns of equal length, or one
 * value each.  A matrix goes by the name of its input. */
int rows_read_columns(struct rows_reader *g, struct json_pull *p,
    struct err *e);

/* Append answers as objects with commas between them. */
void rows_write_answers(struct buf *out, const struct table *answers);

#endif
