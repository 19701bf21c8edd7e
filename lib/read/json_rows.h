/*
 * read/json_rows.h - rows added one by one from JSON objects, for requests
 * and streams.
 *
 * Cells follow the rules of read/stream.h: an absent wanted member is an
 * error unless optional, null is missing, unknown members are skipped.
 * Numbers in quotes are read; a number for a string column is its text.
 */
#ifndef READ_JSON_ROWS_H
#define READ_JSON_ROWS_H

#include "codec/json.h"
#include "read/want.h"
#include "table/table.h"

struct json_rows;

int json_rows_new(struct json_rows **t, const struct table_want *want,
    size_t n_want, const char *const *keep, size_t n_keep, struct err *e);
void json_rows_free(struct json_rows *t);
/* The next value of the pull reader must be an object: it becomes one row.
 * After an error the row is not there, and the pull reader is spent. */
int json_rows_add(struct json_rows *t, struct json_pull *p, struct err *e);
/* The same when JSON_T_MAP has been pulled already. */
int json_rows_add_members(struct json_rows *t, struct json_pull *p,
    struct err *e);
/* Exactly one object in n bytes (white space around it is fine). */
int json_rows_add_text(struct json_rows *t, const char *s, size_t n,
    struct err *e);
/* The rows so far, good until the next add or clear. */
struct table *json_rows_block(struct json_rows *t);
void json_rows_clear(struct json_rows *t);

#endif
