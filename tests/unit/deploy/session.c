/* Sessions: used again, without what the request before left there. */
#include <stdio.h>

#include "../tap.h"
#include "../../echo_ask.h"

static struct version *matrix;

/* What one request put there does not show in the next, whatever the form,
 * and room grows and is given back. */
static void
are_used_again(void)
{
	struct err e = ERR_INIT;
	struct session *s = session_take(matrix, &e), *again;
	struct buf out, big;

	buf_init(&out, BUF_CAP_DOC);
	buf_init(&big, BUF_CAP_DOC);
	for (int n = 1; n <= 300; n = n * 3 + 1) {
		buf_clear(&big);
		buf_addf(&big, "{\"inputs\":[{\"name\":\"x\",\"shape\":[%d,3],"
		    "\"datatype\":\"FP32\",\"data\":[", n);
		for (int i = 0; i < n; i++)
			buf_adds(&big, i ? ",null,5,null" : "null,5,null");
		buf_adds(&big, "]}]}");
		ok(echo_ask(&out, s, FORM_V2, big.data, big.len) == 0 &&
		    strstr(out.data, "[null,5,null") != NULL, "%d rows", n);
	}
	ok(echo_ask(&out, s, FORM_JSON, "{\"inputs\":[[1,2,3]]}", 20) == 0 &&
	    strstr(out.data, "null") == NULL, "bits are set again");
	ok(echo_ask(&out, s, FORM_JSON, "{\"inputs\":[[null,2,3]]}", 23) == 0 &&
	    strstr(out.data, "\"y.0\":null") != NULL, "and cleared again");
	session_give(matrix, s);
	again = session_take(matrix, &e);
	ok(again == s, "a session is used again");
	buf_clear(&big);
	buf_adds(&big, "{\"inputs\":[[1,2,3]");
	for (int i = 0; i < 70000; i++)
		buf_adds(&big, ",[4,5,6]");
	buf_adds(&big, "]}");
	ok(echo_ask(&out, again, FORM_JSON, big.data, big.len) == 0,
	    "many rows");
	session_give(matrix, again);
	again = session_take(matrix, &e);
	ok(again->room < 70000, "and their room is not kept");
	session_give(matrix, again);
	buf_free(&out);
	buf_free(&big);
}

int
main(void)
{
	matrix = echo_model(3);
	are_used_again();
	version_release(matrix);
	return tap_done();
}
