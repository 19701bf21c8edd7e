/* TensorFlow Serving's REST: predict in rows and columns, classify, regress,
 * and what each refuses. */
#include "expect.h"

static struct version *named, *matrix, *vector;

#define ROW "\"f\":1.5,\"i\":[9007199254740993],\"b\":true,\"t\":"
#define NAMED_ROW "{\"f_out\":[1.5],\"i_out\":[9007199254740993],\"t_out\":" \
	"[\"\xc3\xa9\"],\"b_out\":[true]}"

static void
predicts(void)
{
	expect(matrix, FORM_PREDICT, "{\"instances\":[[1,2,3],[4,null,6]]}",
	    "{\"predictions\":[[1,2,3],[4,null,6]]}");
	expect(matrix, FORM_PREDICT, "{\"instances\":[{\"x\":[1,2,3]}]}",
	    "{\"predictions\":[[1,2,3]]}");
	expect(matrix, FORM_PREDICT, "{\"inputs\":[[1,2,3],[4,5,6]]}",
	    "{\"outputs\":[[1,2,3],[4,5,6]]}");
	expect(matrix, FORM_PREDICT, "{\"inputs\":{\"x\":[[1,2,3]]}}",
	    "{\"outputs\":[[1,2,3]]}");
	expect(vector, FORM_PREDICT, "{\"instances\":[1,[2],3.0]}",
	    "{\"predictions\":[[1],[2],[3]]}");
	expect(vector, FORM_PREDICT, "{\"inputs\":[1,2]}",
	    "{\"outputs\":[[1],[2]]}");
	expect(vector, FORM_PREDICT, "{\"instances\":[NaN,-Infinity]}",
	    "{\"predictions\":[[null],[\"-Infinity\"]]}");
	expect(named, FORM_PREDICT, "{\"signature_name\":\"serving_default\","
	    "\"instances\":[{" ROW "\"\\u00e9\",\"more\":[1,2]}]}",
	    "{\"predictions\":[" NAMED_ROW "]}");
	expect(named, FORM_PREDICT, "{\"instances\":[{" ROW
	    "{\"b64\":\"w6k=\"}}]}", "{\"predictions\":[" NAMED_ROW "]}");
	expect(named, FORM_PREDICT, "{\"inputs\":{\"f\":[1,2],\"i\":[[3],[4]],"
	    "\"t\":[\"a\",{\"b64\":\"Yg\"}],\"b\":[true,false]}}",
	    "{\"outputs\":{\"f_out\":[[1],[2]],\"i_out\":[[3],[4]],\"t_out\":"
	    "[[\"a\"],[\"b\"]],\"b_out\":[[true],[false]]}}");
}

static void
refuses(void)
{
	static const struct {
		const char *body, *why;
	} all[] = {
		{ "[]", "!a request is a JSON object" },
		{ "{}", "!exactly one of instances and inputs" },
		{ "{\"instances\":[],\"inputs\":[]}", "!no rows came" },
		{ "{\"instances\":[[1,2,\"a\",true]],\"inputs\":[]}",
		    "!exactly one of instances and inputs" },
		{ "{\"instances\":7}", "!instances is a list of rows" },
		{ "{\"instances\":[7]}", "!row 1: it is one value, the model "
		    "takes 4" },
		{ "{\"instances\":[{\"f\":1}]}", "!row 1: no column 'i'" },
		{ "{\"instances\":[{" ROW "\"a\",\"f\":2}]}",
		    "!column 'f' is there twice" },
		{ "{\"instances\":[{" ROW "{\"b64\":\"?\"}}]}",
		    "!column 't': b64 is no base64" },
		{ "{\"instances\":[{" ROW "{\"b64\":\"/w==\"}}]}",
		    "!column 't': a text is not UTF-8" },
		{ "{\"instances\":[{" ROW "{\"c\":\"/w==\"}}]}",
		    "!column 't': an object that is a value is" },
		{ "{\"instances\":[{" ROW "[\"a\",\"b\"]}]}",
		    "!a value is one value" },
		{ "{\"signature_name\":\"x\",\"instances\":[]}",
		    "!no signature_name 'x': the model has serving_default" },
		{ "{\"signature_name\":7}", "!signature_name is a text" },
		{ "{\"instances\":[[1,2,\"a\",true]]", "!" },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		expect(named, FORM_PREDICT, all[i].body, all[i].why);
	expect(matrix, FORM_PREDICT, "{\"instances\":[[1,2]]}",
	    "!row 1: it does not have 3 values");
}

static void
takes_examples(void)
{
	expect(vector, FORM_REGRESS, "{\"examples\":[{\"x\":[1]},{\"x\":[2.5]}]}",
	    "{\"results\":[1,2.5]}");
	expect(vector, FORM_REGRESS, "{\"examples\":[{},{\"x\":[2]}],\"context\":"
	    "{\"x\":[7]}}", "{\"results\":[7,2]}");
	expect(vector, FORM_REGRESS, "{\"examples\":[{}]}",
	    "!examples: row 1: no column 'x'");
	expect(vector, FORM_REGRESS, "{\"examples\":[7]}",
	    "!an example is an object");
	expect(vector, FORM_REGRESS, "{\"examples\":[],\"examples\":[]}",
	    "!'examples' is there twice");
	expect(vector, FORM_REGRESS, "{\"examples\":[]}", "!no rows came");
	expect(vector, FORM_REGRESS, "{\"context\":{}}",
	    "!the request has no examples");
	expect(vector, FORM_REGRESS, "{\"examples\":[{}],\"context\":7}",
	    "!context is an object");
	expect(matrix, FORM_REGRESS, "{\"examples\":[]}",
	    "!other things than one number");
	expect(named, FORM_CLASSIFY, "{\"examples\":[]}",
	    "!the model has no classes");
}

int
main(void)
{
	named = echo_model(0);
	matrix = echo_model(3);
	vector = echo_model(1);
	predicts();
	refuses();
	takes_examples();
	version_release(named);
	version_release(matrix);
	version_release(vector);
	return tap_done();
}
