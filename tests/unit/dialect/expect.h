/*
 * expect.h - a body asked of a model that answers with what it was asked,
 * and the whole answer that is expected.
 */
#ifndef EXPECT_H
#define EXPECT_H

#include "../../echo_ask.h"
#include "../tap.h"

/* The answer is `want`; or, behind "!", part of the reason why there is
 * none. */
static void
expect(struct version *v, enum form form, const char *body, const char *want)
{
	struct err e = ERR_INIT;
	struct session *s = session_take(v, &e);
	struct buf out;
	int r, line = (int)strcspn(body, "\n");

	buf_init(&out, BUF_CAP_DOC);
	r = echo_ask(&out, s, form, body, strlen(body));
	if (*want == '!') {
		if (!ok(r < 0 && strstr(out.data, want + 1) != NULL,
		    "refused: %.*s", line, body))
			printf("#   got: %s\n", out.data);
	} else {
		is_text(out.data, want, "answered: %.*s", line, body);
	}
	buf_free(&out);
	session_give(v, s);
}

#endif
