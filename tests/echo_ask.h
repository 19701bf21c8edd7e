/*
 * echo_ask.h - a body in one of the dialects, asked of an echo model in a
 * session.
 */
#ifndef ECHO_ASK_H
#define ECHO_ASK_H

#include "dialect/dialect.h"

#include "echo_model.h"

enum form { FORM_V2, FORM_JSON, FORM_CSV };

/* The answer to a body, or why there is none; 0 or -1. */
static int
echo_ask(struct buf *out, struct session *s, enum form form, const char *body,
    size_t n)
{
	const struct dialect *d = form == FORM_V2 ? &dialect_v2 :
	    &dialect_mlflow;
	const struct dialect_body b = { body, n, form == FORM_CSV ? "text/csv" :
	    "application/json" };
	struct dialect_request r = { .session = s, .model = "echo" };
	struct table *answers;
	struct err e = ERR_INIT;

	buf_clear(out);
	if (d->read(&r, &b, &e) < 0 ||
	    scorer_run(&answers, s->scorer, r.block, &e) < 0) {
		buf_adds(out, e.msg);
		return -1;
	}
	d->write(out, &r, answers);
	return 0;
}

#endif
