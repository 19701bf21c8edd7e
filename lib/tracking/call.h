/*
 * tracking/call.h - one request of the API and its answer: the fields that
 * were sent, the answer being written, errors as MLflow tells them.
 * Private to lib/tracking.
 */
#ifndef TRACKING_CALL_H
#define TRACKING_CALL_H

#include "base/arena.h"
#include "base/buf.h"
#include "codec/http.h"
#include "codec/json_edit.h"

struct tracking;

struct call {
	struct tracking *t;
	const struct http_request *http;
	struct http_response *response;
	struct buf *out;		/* the answer's body */
	struct arena arena;		/* as long as the call */
	struct json *q;			/* the fields, a map */
	const char *part, *tail;	/* what {id} and {key} stood for, or NULL */
	const char *user;		/* or NULL */
	uint64_t ticket;		/* of the sync it waits for, or 0 */
};

/* ---- what was sent ---- */

/*
 * Read the fields: of a GET those of the query, else the body's JSON, which
 * old clients quote once more.  `schema` names the fields that are looked at,
 * separated by spaces, with their types: "run_id:s! tags:a" (s text, i
 * integer, d number, b boolean, a list, t list of texts, m anything; "!":
 * needed).  A '?' in front: they are in the query whatever the method.
 * Others are passed over.  -1: it is answered.
 */
int call_read(struct call *k, const char *schema);
/* Of a field; "" or the fallback when it was not sent. */
const char *call_text(const struct call *k, const char *field);
int64_t call_int(const struct call *k, const char *field, int64_t fallback);
bool call_bool(const struct call *k, const char *field, bool fallback);
/* The first item of a list; NULL: none was sent. */
const struct json *call_list(const struct call *k, const char *field);
/* A number that came as one or as text, "NaN" among them; false: neither. */
bool call_number(double *out, const struct json *v);
bool call_whole(int64_t *out, const struct json *v);
/* The text of a member of an item, "" without. */
const char *item_text(const struct json *item, const char *key);

/* ---- what went wrong ---- */

enum call_error {
	CALL_INVALID,			/* INVALID_PARAMETER_VALUE */
	CALL_BAD,			/* BAD_REQUEST */
	CALL_NOT_THERE,			/* RESOURCE_DOES_NOT_EXIST */
	CALL_EXISTS,			/* RESOURCE_ALREADY_EXISTS */
	CALL_STATE,			/* INVALID_STATE */
	CALL_NO_ROUTE,			/* ENDPOINT_NOT_FOUND */
	CALL_FORBIDDEN,			/* PERMISSION_DENIED */
	CALL_UNKNOWN_USER,		/* UNAUTHENTICATED */
	CALL_BUSY,			/* TEMPORARILY_UNAVAILABLE */
	CALL_TROUBLE			/* INTERNAL_ERROR */
};

/* Answer with an error; returns -1. */
int call_fail(struct call *k, enum call_error error, const char *fmt, ...)
    MLV_PRINTF(3, 4);
/* The same of the library's. */
int call_fail_err(struct call *k, const struct err *e);
/* The error of an HTTP status that is answered elsewhere. */
void answer_error(struct http_response *r, enum call_error error,
    const char *why);

/* ---- what is answered: JSON, appended; a key of NULL in a list ---- */

void put_open(struct buf *b, const char *key, char c);	/* '{' or '[' */
void put_close(struct buf *b, char c);			/* '}' or ']' */
void put_text(struct buf *b, const char *key, const char *s);
void put_int(struct buf *b, const char *key, int64_t v);
void put_num(struct buf *b, const char *key, double v);	/* or "NaN" */
void put_bool(struct buf *b, const char *key, bool v);
/* [{"key":k,"value":v}, ...] of a map of texts; nothing when it is empty. */
void put_pairs(struct buf *b, const char *key, const struct json *map);

/* "next_page_token" for what begins at `offset`; the offset of the request's
 * "page_token", -1: answered. */
void put_page_token(struct buf *b, size_t offset);
int64_t call_page(struct call *k);
/* "max_results" in [1, most], `usual` without; -1: answered. */
int64_t call_max_results(struct call *k, int64_t usual, int64_t most);

#endif
