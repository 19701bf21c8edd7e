/* Open Inference Protocol v2, the extension for binary tensors: what comes as
 * bytes and what goes as bytes. */
#include "../../echo_ask.h"
#include "../tap.h"

static struct version *named, *matrix;

#define X(size, shape) "{\"inputs\":[{\"name\":\"x\",\"shape\":" shape ",\"datatype\":" \
	"\"FP32\",\"parameters\":{\"binary_data_size\":" size "}}]}\n"
#define ONE "\0\0\x80\x3f"
#define TWO "\0\0\0\x40"
#define NAN_ "\0\0\xc0\x7f"
#define BODY(text) text, sizeof(text) - 1
#define Y(data) "{\"model_name\":\"echo\",\"model_version\":\"7\",\"outputs\":[" \
	"{\"name\":\"y\",\"datatype\":\"FP32\",\"shape\":[1,3]," data "}]}"

/* The answer to bytes, which may hold NULs, is these; or, behind "!", part of
 * why there is none. */
static void
expect_bytes(struct version *v, const char *title, const char *body, size_t n,
    const char *want, size_t n_want)
{
	struct err e = ERR_INIT;
	struct session *s = session_take(v, &e);
	struct buf out;
	int r;

	buf_init(&out, BUF_CAP_DOC);
	r = echo_ask(&out, s, FORM_BYTES, body, n);
	if (!ok(*want == '!' ? r < 0 && strstr(out.data, want + 1) != NULL :
	    r == 0 && out.len == n_want &&
	    memcmp(out.data, want, n_want) == 0, "%s", title))
		printf("#   got: %s\n", out.data);
	buf_free(&out);
	session_give(v, s);
}

static void
takes_bytes(void)
{
	expect_bytes(matrix, "floats as bytes, an answer as JSON; NaN is missing",
	    BODY(X("12", "[1,3]") ONE TWO NAN_),
	    BODY(Y("\"data\":[1,2,null]")));
	expect_bytes(matrix, "no JSON: the one input, and bytes come back",
	    BODY(ONE TWO NAN_),
	    BODY(Y("\"parameters\":{\"binary_data_size\":12}") ONE TWO NAN_));
	expect_bytes(matrix, "binary_data_output: the answer as bytes",
	    BODY("{\"parameters\":{\"binary_data_output\":true},\"inputs\":[{"
	    "\"name\":\"x\",\"shape\":[1,3],\"datatype\":\"FP32\",\"data\":"
	    "[1,2,1]}]}\n"),
	    BODY(Y("\"parameters\":{\"binary_data_size\":12}") ONE TWO ONE));
	expect_bytes(matrix, "an output's own binary_data wins",
	    BODY("{\"parameters\":{\"binary_data_output\":true},\"outputs\":[{"
	    "\"name\":\"y\",\"parameters\":{\"binary_data\":false}}],\"inputs\":"
	    "[{\"name\":\"x\",\"shape\":[1,3],\"datatype\":\"FP32\",\"data\":"
	    "[1,2,1]}]}\n"), BODY(Y("\"data\":[1,2,1]")));
	expect_bytes(matrix, "bytes of an input that the model does not take are "
	    "passed over",
	    BODY("{\"inputs\":[{\"name\":\"more\",\"shape\":[1],\"datatype\":"
	    "\"INT8\",\"parameters\":{\"binary_data_size\":2}},{\"name\":\"x\","
	    "\"shape\":[1,3],\"datatype\":\"FP32\",\"parameters\":{"
	    "\"binary_data_size\":12}}]}\nab" ONE ONE TWO),
	    BODY(Y("\"data\":[1,1,2]")));
}

#define TYPED(type, size) "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,3],\"datatype\":\"" \
	type "\",\"parameters\":{\"binary_data_size\":" size "}}]}\n"

static void
takes_every_datatype(void)
{
	static const struct {
		const char *title, *body;
		size_t n;
		const char *want;
	} all[] = {
		{ "INT8", BODY(TYPED("INT8", "3") "\1\xff\2"), "[1,-1,2]" },
		{ "UINT8", BODY(TYPED("UINT8", "3") "\1\xff\2"), "[1,255,2]" },
		{ "INT16", BODY(TYPED("INT16", "6") "\1\0\xff\xff\0\1"),
		    "[1,-1,256]" },
		{ "UINT16", BODY(TYPED("UINT16", "6") "\1\0\xff\xff\0\1"),
		    "[1,65535,256]" },
		{ "INT32", BODY(TYPED("INT32", "12") "\1\0\0\0\xff\xff\xff\xff\0\0\1\0"),
		    "[1,-1,65536]" },
		{ "INT64", BODY(TYPED("INT64", "24") "\1\0\0\0\0\0\0\0\xff\xff\xff\xff"
		    "\xff\xff\xff\xff\0\0\1\0\0\0\0\0"), "[1,-1,65536]" },
		{ "UINT64", BODY(TYPED("UINT64", "24") "\1\0\0\0\0\0\0\0\0\0\0\0"
		    "\0\0\0\x80\0\0\1\0\0\0\0\0"), "[1,9223372000000000000,65536]" },
		{ "FP16: a number, the smallest, infinity",
		    BODY(TYPED("FP16", "6") "\0\x3c\1\0\0\xfc"),
		    "[1,5.9604645e-8,\"-Infinity\"]" },
		{ "BF16", BODY(TYPED("BF16", "6") "\x80\x3f\0\xc0\xc0\x7f"),
		    "[1,-2,null]" },
		{ "FP64", BODY(TYPED("FP64", "24") "\0\0\0\0\0\0\xf0\x3f\0\0\0\0\0\0"
		    "\0\x40\0\0\0\0\0\0\0\x80"), "[1,2,-0.0]" },
		{ "BOOL", BODY(TYPED("BOOL", "3") "\1\0\1"), "[1,0,1]" },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		char want[512];
		int n = snprintf(want, sizeof(want), Y("\"data\":%s"),
		    all[i].want);

		expect_bytes(matrix, all[i].title, all[i].body, all[i].n, want,
		    (size_t)n);
	}
}

#define NAMED(t_size) "{\"inputs\":[{\"name\":\"t\",\"shape\":[2],\"datatype\":" \
	"\"BYTES\",\"parameters\":{\"binary_data_size\":" t_size "}},{\"name\":\"f\"," \
	"\"shape\":[2],\"datatype\":\"FP32\",\"data\":[1,2]},{\"name\":\"i\"," \
	"\"shape\":[2],\"datatype\":\"INT64\",\"parameters\":{\"binary_data_size\":" \
	"16}},{\"name\":\"b\",\"shape\":[2],\"datatype\":\"BOOL\",\"parameters\":{" \
	"\"binary_data_size\":2}}],\"parameters\":{\"binary_data_output\":true}}\n"
#define WHOLE "\1\0\0\0\0\0\x20\0\2\0\0\0\0\0\0\0"	/* 2^53 + 1, 2 */
#define NAMED_OUT(name, type, size) "{\"name\":\"" name "\",\"datatype\":\"" type \
	"\",\"shape\":[2,1],\"parameters\":{\"binary_data_size\":" size "}}"

static void
takes_texts(void)
{
	expect_bytes(named, "texts, whole numbers beyond 2^53 and booleans, both "
	    "ways", BODY(NAMED("10") "\2\0\0\0\xc3\xa9\0\0\0\0" WHOLE "\1\0"),
	    BODY("{\"model_name\":\"echo\",\"model_version\":\"7\",\"outputs\":["
	    NAMED_OUT("f_out", "FP32", "8") "," NAMED_OUT("i_out", "INT64", "16")
	    "," NAMED_OUT("t_out", "BYTES", "10") ","
	    NAMED_OUT("b_out", "BOOL", "2") "]}" ONE TWO WHOLE
	    "\2\0\0\0\xc3\xa9\0\0\0\0\1\0"));
	expect_bytes(named, "texts that are cut off",
	    BODY(NAMED("10") "\2\0\0\0ab\7\0\0\0" WHOLE "\1\0"),
	    BODY("!input 't': the texts are cut off at byte 6 of 10"));
	expect_bytes(named, "texts that are fewer than their bytes",
	    BODY(NAMED("11") "\2\0\0\0ab\0\0\0\0z" WHOLE "\1\0"),
	    BODY("!input 't': 11 bytes came, the texts take 10"));
	expect_bytes(named, "a text that is not UTF-8",
	    BODY(NAMED("10") "\2\0\0\0\xff\xfe\0\0\0\0" WHOLE "\1\0"),
	    BODY("!input 't': a text is not UTF-8"));
	expect_bytes(named, "a boolean that is neither 0 nor 1",
	    BODY(NAMED("10") "\2\0\0\0ab\0\0\0\0" WHOLE "\1\7"),
	    BODY("!input 'b': a BOOL is a byte of 0 or 1, not 7"));
}

static void
refuses(void)
{
	struct err e = ERR_INIT;
	struct session *s = session_take(matrix, &e);
	struct buf out;

	expect_bytes(matrix, "fewer bytes than binary_data_size",
	    BODY(X("12", "[1,3]") ONE TWO),
	    BODY("!input 'x': 8 bytes are left behind the JSON, its "
	    "binary_data_size is 12"));
	expect_bytes(matrix, "more bytes than the inputs say",
	    BODY(X("12", "[1,3]") ONE TWO ONE "z"),
	    BODY("!1 bytes behind the JSON are of no input"));
	expect_bytes(matrix, "bytes that do not fit the shape",
	    BODY(X("8", "[1,3]") ONE TWO),
	    BODY("!input 'x': 8 bytes came, the shape says 3 of 4"));
	expect_bytes(matrix, "a shape of a billion rows",
	    BODY(X("12", "[1000000000,3]") ONE TWO ONE),
	    BODY("!the shape says more values than came"));
	expect_bytes(matrix, "a negative binary_data_size",
	    BODY(X("-1", "[1,3]") ONE TWO ONE),
	    BODY("!a binary_data_size is a number of bytes"));
	expect_bytes(matrix, "both data and bytes",
	    BODY("{\"inputs\":[{\"name\":\"x\",\"shape\":[1,3],\"datatype\":"
	    "\"FP32\",\"data\":[1,2,3],\"parameters\":{\"binary_data_size\":"
	    "12}}]}\n" ONE ONE ONE),
	    BODY("!input 'x' has both data and a binary_data_size"));
	expect_bytes(matrix, "shared memory",
	    BODY("{\"inputs\":[{\"name\":\"x\",\"parameters\":{"
	    "\"shared_memory_region\":\"r\"}}]}\n"),
	    BODY("!shared memory is not spoken here"));
	expect_bytes(matrix, "no JSON, and bytes that are no rows",
	    BODY(ONE TWO), BODY("!input 'x': 8 bytes came, a row is 12 of FP32"));
	expect_bytes(named, "no JSON for a model of several inputs", BODY(ONE),
	    BODY("!a body without JSON is for a model of one input"));
	buf_init(&out, BUF_CAP_DOC);
	ok(echo_ask(&out, s, FORM_V2, BODY(X("12", "[1,3]"))) < 0 &&
	    strstr(out.data, "the header Inference-Header-Content-Length must "
	    "say") != NULL, "a binary_data_size without the header");
	buf_free(&out);
	session_give(matrix, s);
}

int
main(void)
{
	named = echo_model(0);
	matrix = echo_model(3);
	takes_bytes();
	takes_every_datatype();
	takes_texts();
	refuses();
	version_release(named);
	version_release(matrix);
	return tap_done();
}
