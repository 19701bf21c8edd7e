/*
 * echo_ask.h - a body in one of the dialects, asked of an echo model in a
 * session.
 */
#ifndef ECHO_ASK_H
#define ECHO_ASK_H

#include <string.h>

#include "dialect/dialect.h"

#include "echo_model.h"

/* FORM_BYTES: v2 whose JSON ends at the first newline, tensors behind it. */
enum form { FORM_V2, FORM_JSON, FORM_CSV, FORM_BYTES, FORM_BARE_CSV,
	FORM_PREDICT, FORM_CLASSIFY, FORM_REGRESS, FORM_TORCHSERVE,
	FORM_SELDON };

static const struct dialect *
echo_dialect(enum form form)
{
	switch (form) {
	case FORM_V2:
	case FORM_BYTES:
		return &dialect_v2;
	case FORM_PREDICT:
		return &dialect_tfs_predict;
	case FORM_CLASSIFY:
		return &dialect_tfs_classify;
	case FORM_REGRESS:
		return &dialect_tfs_regress;
	case FORM_SELDON:
		return &dialect_seldon;
	case FORM_TORCHSERVE:
		return &dialect_torchserve;
	default:
		return &dialect_mlflow;
	}
}

/* Bytes of JSON in the last answer. */
static size_t echo_n_json;

/* The answer to a body, or why there is none; 0 or -1. */
static int
echo_ask(struct buf *out, struct session *s, enum form form, const char *body,
    size_t n)
{
	const struct dialect *d = echo_dialect(form);
	const char *cut = form == FORM_BYTES ? memchr(body, '\n', n) : NULL;
	char length[24] = "0";
	const struct dialect_body b = { body, n, form == FORM_CSV ? "text/csv" :
	    form == FORM_BARE_CSV ? "text/csv; header=absent" :
	    "application/json", form == FORM_BYTES ? length : NULL };
	struct dialect_request r = { .session = s, .model = "echo" };
	struct table *answers;
	struct err e = ERR_INIT;

	if (cut)
		snprintf(length, sizeof(length), "%zu",
		    (size_t)(cut + 1 - body));
	buf_clear(out);
	if (d->read(&r, &b, &e) < 0 ||
	    scorer_run(&answers, s->scorer, r.block, &e) < 0) {
		buf_adds(out, e.msg);
		return -1;
	}
	d->write(out, &r, answers);
	echo_n_json = r.bytes ? r.n_json : out->len;
	return 0;
}

#endif
