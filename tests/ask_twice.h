/*
 * ask_twice.h - a body asked in a new session and in one that was used before:
 * the answers are the same, JSON, or a refusal that says why.  For
 * fuzz targets: anything else aborts.
 */
#ifndef ASK_TWICE_H
#define ASK_TWICE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/json.h"

#include "echo_ask.h"

static void
use_before(struct session *s, bool matrix)
{
	static const char named[] = "{\"instances\":[{\"f\":1,\"i\":2,\"t\":"
	    "\"secret\",\"b\":true},{\"f\":3,\"i\":4,\"t\":\"secret\",\"b\":"
	    "true}]}";
	static const char listed[] = "{\"instances\":[[1,2,\"secret\",true],"
	    "[3,4,\"secret\",true]]}", square[] = "{\"instances\":[[5,6,7],"
	    "[8,9,null]]}";
	struct buf out;

	buf_init(&out, BUF_CAP_DOC);
	if (matrix ? echo_ask(&out, s, FORM_JSON, square, sizeof(square) - 1) :
	    echo_ask(&out, s, FORM_JSON, named, sizeof(named) - 1) ||
	    echo_ask(&out, s, FORM_JSON, listed, sizeof(listed) - 1))
		abort();
	buf_free(&out);
}

static void
ask_twice(struct version *v, bool matrix, enum form form, const char *body,
    size_t n)
{
	struct err e = ERR_INIT;
	struct session *fresh = session_take(v, &e);
	struct session *used = session_take(v, &e);
	struct arena a = { 0 };
	struct buf one, two;
	struct json *j;
	int got;

	buf_init(&one, BUF_CAP_DOC);
	buf_init(&two, BUF_CAP_DOC);
	use_before(used, matrix);
	got = echo_ask(&one, fresh, form, body, n);
	if (echo_ask(&two, used, form, body, n) != got ||
	    one.len != two.len || memcmp(one.data, two.data, one.len) != 0)
		abort();
	if (got == 0 && (one.failed || json_parse(&j, &a, one.data, echo_n_json, 0,
	    &e) < 0))
		abort();
	if (got < 0 && one.len == 0)
		abort();
	arena_free(&a);
	buf_free(&one);
	buf_free(&two);
	session_give(v, fresh);
	session_give(v, used);
}

#endif
