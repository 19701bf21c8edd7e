/* Seldon's version 1: ndarrays and tensors, names before and behind them, the id
 * of a request. */
#include "expect.h"

#define TAGS "\"tags\":{\"version\":\"7\",\"variant\":\"stable\"}"
#define NAMES "\"names\":[\"f_out\",\"i_out\",\"t_out\",\"b_out\"]"

static void
is_answered(struct version *named, struct version *matrix)
{
	expect(named, FORM_SELDON, "{\"data\":{\"ndarray\":[[1,2,\"a\",true]]}}",
	    "{\"data\":{" NAMES ",\"ndarray\":[[1,2,\"a\",true]]},\"meta\":{" TAGS "}}");
	expect(named, FORM_SELDON, "{\"meta\":{\"puid\":\"p\\n1\",\"tags\":{}},\"data\":{\"ndarray\":"
	    "[[true,0,\"a\",2,1]],\"names\":[\"b\",\"other\",\"t\",\"i\",\"f\"]}}",
	    "{\"data\":{" NAMES ",\"ndarray\":[[1,2,\"a\",true]]},\"meta\":{\"puid\":\"p\\n1\"," TAGS "}}");
	expect(matrix, FORM_SELDON, "{\"data\":{\"tensor\":{\"values\":[1,2,3,4,5,6],\"shape\":[2,3]}}}",
	    "{\"data\":{\"names\":[\"y.0\",\"y.1\",\"y.2\"],\"tensor\":{\"shape\":[2,3],"
	    "\"values\":[1,2,3,4,5,6]}},\"meta\":{" TAGS "}}");
}

static void
is_refused(struct version *named, struct version *matrix)
{
	expect(named, FORM_SELDON, "{\"strData\":\"a\"}", "!the request has no data");
	expect(named, FORM_SELDON, "{\"data\":{}}", "!exactly one of ndarray and tensor");
	expect(named, FORM_SELDON, "{\"data\":{\"ndarray\":[],\"tensor\":{}}}", "!exactly one of");
	expect(named, FORM_SELDON, "{\"data\":{\"ndarray\":[]}}", "!no rows came");
	expect(named, FORM_SELDON, "{\"data\":{\"ndarray\":[[1]],\"names\":[\"f\"]}}", "!'i'");
	expect(named, FORM_SELDON, "{\"meta\":{\"puid\":3},\"data\":{\"ndarray\":[[1,2,\"a\",true]]}}",
	    "!meta.puid is a text");
	expect(named, FORM_SELDON, "{\"data\":1}", "!data is an object");
	expect(named, FORM_SELDON, "[]", "!a request is a JSON object");
	expect(matrix, FORM_SELDON, "{\"data\":{\"tensor\":{\"values\":[1,2,3],\"shape\":[2,3]}}}",
	    "!the tensor's shape is [2, 3], its values are 1 rows of 3");
	expect(matrix, FORM_SELDON, "{\"data\":{\"tensor\":{\"values\":[1,2],\"shape\":[1,2]}}}",
	    "!the tensor's last row has 2 values of 3");
	expect(matrix, FORM_SELDON, "{\"data\":{\"tensor\":{\"values\":[1,2,3],\"shape\":[3]}}}",
	    "!a tensor's shape is [rows, columns]");
	expect(matrix, FORM_SELDON, "{\"data\":{\"tensor\":{\"values\":[1,2,3]}}}",
	    "!a tensor has a shape and values");
	expect(matrix, FORM_SELDON, "{\"data\":{\"tensor\":{\"values\":[[1,2,3]],\"shape\":[1,3]}}}",
	    "!a tensor's values are numbers");
}

static void
has_an_id(void)
{
	static const char body[] = "{\"data\":{\"puid\":\"no\"},\"meta\":{\"tags\":[1],\"puid\":\"yes\"}}";
	struct arena a = { NULL, 0 };
	const char *id = dialect_seldon.find_id(body, sizeof(body) - 1, &a);

	is_text(id ? id : "none", "yes", "the id is that of meta");
	id = dialect_seldon.find_id("{\"data\":1}", 10, &a);
	ok(id == NULL, "there may be none");
	arena_free(&a);
}

int
main(void)
{
	struct version *named = echo_model(0), *matrix = echo_model(3);

	is_answered(named, matrix);
	is_refused(named, matrix);
	has_an_id();
	version_release(named);
	version_release(matrix);
	return tap_done();
}
