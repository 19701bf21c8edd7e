/* What clients send and get, body by body, of models that answer with what
 * they were asked; and who answers which unit. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "deploy/endpoint.h"
#include "deploy/stats.h"
#include "tap.h"

#include "../echo_model.h"

static struct version *named, *matrix;

/* `want`: the whole answer; or, behind "!", part of what is said instead. */
static void
ask(struct version *s, enum form form, const char *body, const char *want)
{
	struct err e = ERR_INIT;
	struct session *d = session_take(s, &e);
	struct buf out;
	int r, line = (int)strcspn(body, "\n");

	buf_init(&out, BUF_CAP_DOC);
	r = echo_ask(&out, d, form, body, strlen(body));
	if (*want == '!') {
		if (!ok(r < 0 && strstr(out.data, want + 1) != NULL,
		    "refused: %.*s", line, body))
			printf("#   got: %s\n", out.data);
	} else {
		is_text(out.data, want, "%.*s", line, body);
	}
	buf_free(&out);
	session_give(s, d);
}

#define V2(data) "{\"inputs\":[{\"name\":\"x\",\"shape\":[2,3],\"datatype\":" \
	"\"FP32\",\"data\":" data "}]}"
#define V2_OUT(data) "{\"model_name\":\"echo\",\"model_version\":\"7\"," \
	"\"outputs\":[{\"name\":\"y\",\"datatype\":\"FP32\",\"shape\":[2,3]," \
	"\"data\":[" data "]}]}"
#define F "{\"name\":\"f\",\"shape\":[1,1],\"data\":[1.5]}"
#define I "{\"name\":\"i\",\"shape\":[1],\"data\":[9007199254740993]}"
#define T "{\"name\":\"t\",\"shape\":[1,1],\"data\":[[\"\\u00e9\\\"\"]]}"
#define B "{\"name\":\"b\",\"shape\":[1,1],\"data\":[true]}"
#define F_OUT "{\"name\":\"f_out\",\"datatype\":\"FP32\",\"shape\":[1,1]," \
	"\"data\":[1.5]}"
#define I_OUT "{\"name\":\"i_out\",\"datatype\":\"INT64\",\"shape\":[1,1]," \
	"\"data\":[9007199254740993]}"
#define T_OUT "{\"name\":\"t_out\",\"datatype\":\"BYTES\",\"shape\":[1,1]," \
	"\"data\":[\"\xc3\xa9\\\"\"]}"
#define B_OUT "{\"name\":\"b_out\",\"datatype\":\"BOOL\",\"shape\":[1,1]," \
	"\"data\":[true]}"
#define ECHO "{\"model_name\":\"echo\",\"model_version\":\"7\","

static void
v2(void)
{
	static const char all[] = ECHO "\"outputs\":[" F_OUT "," I_OUT ","
	    T_OUT "," B_OUT "]}";

	ask(matrix, FORM_V2, V2("[1,2,3,4,5,6]"), V2_OUT("1,2,3,4,5,6"));
	ask(matrix, FORM_V2, V2("[[1,null,3],[4,5,0.1]]"),
	    V2_OUT("1,null,3,4,5,0.1"));
	ask(matrix, FORM_V2, V2("[[1,2],[3,[4,5,6]]]"),
	    V2_OUT("1,2,3,4,5,6"));
	ask(matrix, FORM_V2, V2("[NaN,\"\",\"nan\",-Infinity,\"7\",true]"),
	    V2_OUT("null,null,null,null,7,1"));
	ask(matrix, FORM_V2, V2("[1,2,3,4,5]"), "!5 values came");
	ask(matrix, FORM_V2, V2("[1,2,3,4,5,6,7]"), "!more values");
	ask(matrix, FORM_V2, V2("[1,2,3,4,5,\"x\"]"), "!'x' is not a number");
	ask(matrix, FORM_V2, V2("[1,2,3,4,5,{}]"), "!no cell");
	ask(matrix, FORM_V2, V2("7"), "!data is a list");
	ask(matrix, FORM_V2, V2("[1,2,3,4,5,6]") "]", "!");
	ask(named, FORM_V2, "{\"inputs\":[" F "," I "," T "," B "]}", all);
	ask(named, FORM_V2, "{\"inputs\":[" B "," T ",{\"name\":\"more\"},"
	    I "," F "]}", all);
	ask(named, FORM_V2, "{\"inputs\":[{\"data\":[1.5],\"shape\":[1],"
	    "\"name\":\"f\"}," I "," T "," B "]}", all);
	ask(named, FORM_V2, "{\"id\":\"a\\nb\",\"inputs\":[" F "," I "," T ","
	    B "],\"outputs\":[{\"name\":\"b_out\",\"parameters\":{}},"
	    "{\"name\":\"f_out\"}]}", ECHO "\"id\":\"a\\nb\",\"outputs\":["
	    F_OUT "," B_OUT "]}");
	ask(named, FORM_V2, "{\"outputs\":[],\"id\":7,\"inputs\":[" F "," I ","
	    T "," B "]}", all);
	ask(named, FORM_V2, "{\"inputs\":[" F "," I "," T "]}",
	    "!input 'b' is missing");
	ask(named, FORM_V2, "{\"inputs\":[" F "," F "," I "," T "," B "]}",
	    "!input 'f' is there twice");
	ask(named, FORM_V2, "{\"inputs\":[" F "],\"inputs\":[" F "]}",
	    "!'inputs' is there twice");
	ask(named, FORM_V2, "{\"inputs\":[" F "," I "," T "," B "],"
	    "\"outputs\":[{\"name\":\"z\"}]}", "!no output 'z'");
	ask(named, FORM_V2, "{\"inputs\":[{\"name\":\"f\",\"shape\":[2],"
	    "\"data\":[1,2]}," I "]}", "!'i' has 1 rows, others have 2");
	ask(named, FORM_V2, "{\"inputs\":[{\"name\":\"i\",\"shape\":[1],"
	    "\"data\":[null]}," F "," T "," B "]}", "!'i' is missing");
	ask(matrix, FORM_V2, "{\"inputs\":[{\"name\":\"x\",\"shape\":"
	    "[1000000,3],\"data\":[]}]}", "!more values than came");
	ask(matrix, FORM_V2, "{\"inputs\":[{\"name\":\"x\",\"data\":[1]}]}",
	    "!'x' has no shape");
	ask(matrix, FORM_V2, "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,3]}]}",
	    "!'x' has no data");
	ask(matrix, FORM_V2, "{\"inputs\":[{\"shape\":[1,3]}]}", "!no name");
	ask(matrix, FORM_V2, "{\"inputs\":[]}", "!input 'x' is missing");
	ask(matrix, FORM_V2, "[]", "!a JSON object");
}

#define ROWS "{\"predictions\":[{\"f_out\":1.5,\"i_out\":2,\"t_out\":\"1.0\"," \
	"\"b_out\":true},{\"f_out\":null,\"i_out\":-3,\"t_out\":\"\"," \
	"\"b_out\":false}]}"

static void
invocations(void)
{
	static const char square[] = "{\"predictions\":[{\"y.0\":1,\"y.1\":null,"
	    "\"y.2\":3}]}";

	ask(named, FORM_JSON, "{\"dataframe_records\":[{\"f\":1.5,\"i\":2,"
	    "\"t\":1.0,\"b\":true,\"z\":[]},{\"b\":0,\"t\":null,\"i\":\"-3\","
	    "\"f\":\"NA\"}]}", ROWS);
	ask(named, FORM_JSON, "{\"dataframe_split\":{\"columns\":[\"i\",\"z\","
	    "\"f\",\"t\",\"b\"],\"index\":[0,1],\"data\":[[2,0,1.5,1.0,true],"
	    "[-3,0,\"NA\",null,0]]}}", ROWS);
	ask(named, FORM_JSON, "{\"dataframe_split\":{\"data\":[[2,1.5,1.0,true]"
	    ",[-3,null,\"\",0]],\"columns\":[\"i\",\"f\",\"t\",\"b\"]}}", ROWS);
	ask(named, FORM_JSON, "{\"instances\":[[1.5,2,1.0,true],[null,-3,\"\","
	    "false]],\"params\":{\"inputs\":1}}", ROWS);
	ask(named, FORM_JSON, "{\"inputs\":{\"i\":[2,[-3]],\"z\":5,\"t\":[1.0,"
	    "null],\"f\":[[1.5],[null]],\"b\":[true,false]}}", ROWS);
	ask(named, FORM_CSV, "i,f,z,t,b\n2,1.5,,1.0,true\n-3,,,,0\n", ROWS);
	ask(matrix, FORM_JSON, "{\"inputs\":[[1,null,3]]}", square);
	ask(matrix, FORM_JSON, "{\"inputs\":{\"x\":[[1,null,3]]}}", square);
	ask(matrix, FORM_JSON, "{\"dataframe_split\":{\"columns\":[0,1,2],"
	    "\"data\":[[1,null,3]]}}", square);
	ask(matrix, FORM_CSV, "p,q,r\n1,,3\n", square);
	ask(named, FORM_JSON, "{\"dataframe_split\":{\"columns\":[\"f\",\"f\"],"
	    "\"data\":[]}}", "!column 'f' is there twice");
	ask(named, FORM_JSON, "{\"dataframe_split\":{\"columns\":[\"f\"],"
	    "\"data\":[[1]]}}", "!no column 'i'");
	ask(named, FORM_JSON, "{\"instances\":[[1,2,\"x\",true],[1]]}",
	    "!row 2: it does not have 4 values");
	ask(named, FORM_JSON, "{\"instances\":[[1,2,\"x\",true,5]]}",
	    "!row 1: it does not have 4 values");
	ask(named, FORM_JSON, "{\"instances\":[[1,2,\"x\",true],{}]}",
	    "!row 2 must be a list");
	ask(named, FORM_JSON, "{\"instances\":[{\"f\":1}]}", "!row 1");
	ask(named, FORM_JSON, "{\"inputs\":{\"f\":[1,2],\"i\":[1]}}",
	    "!column 'i' does not have 2 values");
	ask(named, FORM_JSON, "{\"inputs\":{\"f\":[1],\"i\":[1,2]}}",
	    "!column 'i' does not have 1 values");
	ask(named, FORM_JSON, "{\"inputs\":{\"f\":[1]}}", "!no column 'i'");
	ask(named, FORM_JSON, "{\"inputs\":{\"f\":[[1,2]]}}", "!one value");
	ask(named, FORM_JSON, "{\"inputs\":[],\"instances\":[]}", "!no rows");
	ask(named, FORM_JSON, "{\"instances\":[[1,2,\"x\",true]],\"inputs\":1}",
	    "!exactly one of");
	ask(named, FORM_JSON, "{\"params\":{}}", "!exactly one of");
	ask(named, FORM_JSON, "{\"dataframe_records\":{\"f\":1}}", "!a list");
	ask(matrix, FORM_JSON, "{\"dataframe_split\":{\"columns\":[0],\"data\":"
	    "[[1]]}}", "!1 columns came, the model takes 3");
	ask(named, FORM_CSV, "f,i,t\n1,2,x\n", "!b");
	ask(named, FORM_CSV, "f,i,t,b\n", "!no rows");
}

/* What one request put there does not show in the next, whatever the form,
 * and room grows and is given back. */
static void
sessions(void)
{
	struct err e = ERR_INIT;
	struct session *d = session_take(matrix, &e), *again;
	struct buf out, big;

	buf_init(&out, BUF_CAP_DOC);
	buf_init(&big, BUF_CAP_DOC);
	for (int n = 1; n <= 300; n = n * 3 + 1) {
		buf_clear(&big);
		buf_addf(&big, "{\"inputs\":[{\"name\":\"x\",\"shape\":[%d,3],"
		    "\"data\":[", n);
		for (int i = 0; i < n; i++)
			buf_adds(&big, i ? ",null,5,null" : "null,5,null");
		buf_adds(&big, "]}]}");
		ok(echo_ask(&out, d, FORM_V2, big.data, big.len) == 0 &&
		    strstr(out.data, "[null,5,null") != NULL, "%d rows", n);
	}
	ok(echo_ask(&out, d, FORM_JSON, "{\"inputs\":[[1,2,3]]}", 20) == 0 &&
	    strstr(out.data, "null") == NULL, "bits are set again");
	ok(echo_ask(&out, d, FORM_JSON, "{\"inputs\":[[null,2,3]]}", 23) == 0 &&
	    strstr(out.data, "\"y.0\":null") != NULL, "and cleared again");
	session_give(matrix, d);
	again = session_take(matrix, &e);
	ok(again == d, "a session is used again");
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

static void
write_model(const char *path)
{
	const struct onnx_model *m = model_onnx(binding_model(matrix->binding));
	struct err e = ERR_INIT;
	struct out_file f;
	struct buf b;

	buf_init(&b, BUF_CAP_DOC);
	onnx_write(&b, m);
	ok(out_file_open(&f, os_real(), path, 0666, false, &e) == 0 &&
	    out_file_add(&f, b.data, b.len, &e) == 0 &&
	    out_file_commit(&f, &e) == 0, "writes %s", path);
	buf_free(&b);
}

static int
canaries(struct endpoint *s, bool *mine)
{
	int n = 0;

	for (int i = 0; i < 1000; i++) {
		char unit[16];
		struct version *v;
		int len = snprintf(unit, sizeof(unit), "u%d", i);

		v = endpoint_choose(s, unit, (size_t)len);
		mine[i] = v->variant == VARIANT_CANARY;
		n += mine[i];
		version_release(v);
	}
	return n;
}

static void
endpoint(void)
{
	static bool small[1000], large[1000];
	struct server_stats stats = { 0 };
	struct endpoint_opts o = { .source = { [VARIANT_STABLE] = "stable.onnx",
	    [VARIANT_CANARY] = "other.onnx" },
	    .share = 20, .stats = &stats };
	struct version *v;
	struct endpoint *s;
	struct err e = ERR_INIT;
	bool within = true;
	int n;

	write_model("stable.onnx");
	write_model("other.onnx");
	if (!ok(endpoint_open(&s, &o, &e) == 0, "opens: %s", e.msg))
		return;
	is_text(endpoint_name(s), "stable", "one name");
	n = canaries(s, small);
	ok(n > 150 && n < 250, "about a fifth goes to the canary: %d", n);
	v = endpoint_find(s, "other", 5, "1", 1);
	ok(v && v->variant == VARIANT_CANARY, "the canary by its name");
	version_release(v);
	v = endpoint_find(s, "stable", 6, "1", 1);
	ok(v && v->variant == VARIANT_STABLE, "the stable by its name");
	version_release(v);
	ok(endpoint_find(s, "stable", 6, "2", 1) == NULL &&
	    endpoint_find(s, "stabl", 5, "1", 1) == NULL &&
	    endpoint_find(s, "", 0, "", 0) == NULL, "and no other");
	endpoint_close(s);
	o.share = 50;
	o.as = "name";
	ok(endpoint_open(&s, &o, &e) == 0, "opens with another name");
	is_text(endpoint_name(s), "name", "which is its name");
	(void)canaries(s, large);
	endpoint_close(s);
	o.as = NULL;
	ok(endpoint_open(&s, &o, &e) == 0, "opens with a larger share");
	n = canaries(s, large);
	for (int i = 0; i < 1000; i++)
		within &= !small[i] || large[i];
	ok(within && n > 440 && n < 560, "which only adds units: %d", n);
	endpoint_close(s);
	server_stats_release(&stats);
}

int
main(void)
{
	char folder[] = "/tmp/mlv-serve.XXXXXX";

	if (mkdtemp(folder) == NULL || chdir(folder) < 0)
		return 1;
	named = echo_model(0);
	matrix = echo_model(3);
	v2();
	invocations();
	sessions();
	endpoint();
	version_release(named);
	version_release(matrix);
	unlink("stable.onnx");
	unlink("other.onnx");
	rmdir(folder);
	return tap_done();
}
