/* Open Inference Protocol v2: bodies and their answers, from models that
 * answer with what they were asked. */
#include "expect.h"

static struct version *named, *matrix;

#define V2(data) "{\"inputs\":[{\"name\":\"x\",\"shape\":[2,3],\"datatype\":" \
	"\"FP32\",\"data\":" data "}]}"
#define V2_OUT(data) "{\"model_name\":\"echo\",\"model_version\":\"7\"," \
	"\"outputs\":[{\"name\":\"y\",\"datatype\":\"FP32\",\"shape\":[2,3]," \
	"\"data\":[" data "]}]}"
#define F "{\"name\":\"f\",\"shape\":[1,1],\"datatype\":\"FP32\",\"data\":[1.5]}"
#define I "{\"name\":\"i\",\"shape\":[1],\"datatype\":\"INT64\",\"data\":[9007199254740993]}"
#define T "{\"name\":\"t\",\"shape\":[1,1],\"datatype\":\"BYTES\"," \
	"\"data\":[[\"\\u00e9\\\"\"]]}"
#define B "{\"name\":\"b\",\"shape\":[1,1],\"datatype\":\"BOOL\",\"data\":[true]}"
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
answers_bodies(void)
{
	static const char all[] = ECHO "\"outputs\":[" F_OUT "," I_OUT ","
	    T_OUT "," B_OUT "]}";

	expect(matrix, FORM_V2, V2("[1,2,3,4,5,6]"), V2_OUT("1,2,3,4,5,6"));
	expect(matrix, FORM_V2, V2("[[1,null,3],[4,5,0.1]]"),
	    V2_OUT("1,null,3,4,5,0.1"));
	expect(matrix, FORM_V2, V2("[[1,2],[3,[4,5,6]]]"),
	    V2_OUT("1,2,3,4,5,6"));
	expect(matrix, FORM_V2, V2("[NaN,\"\",\"nan\",-Infinity,\"7\",true]"),
	    V2_OUT("null,null,null,\"-Infinity\",7,1"));
	expect(matrix, FORM_V2, V2("[-0,\"Infinity\",1e400,-0.0,0,7]"),
	    V2_OUT("-0.0,\"Infinity\",\"Infinity\",-0.0,0,7"));
	expect(named, FORM_V2, "{\"inputs\":[{\"name\":\"i\",\"shape\":[1],"
	    "\"datatype\":\"INT64\",\"data\":[9007199254740993.0]}," F "," T "," B "]}", all);
	expect(named, FORM_V2, "{\"inputs\":[{\"name\":\"i\",\"shape\":[1],"
	    "\"datatype\":\"INT64\",\"data\":[9223372036854775808]}," F "," T "," B "]}",
	    "!'9223372036854775808' is not an integer");
	expect(matrix, FORM_V2, V2("[1,2,3,4,5]"), "!5 values came");
	expect(matrix, FORM_V2, V2("[1,2,3,4,5,6,7]"), "!more values");
	expect(matrix, FORM_V2, V2("[1,2,3,4,5,\"x\"]"), "!'x' is not a number");
	expect(matrix, FORM_V2, V2("[1,2,3,4,5,{}]"), "!no cell");
	expect(matrix, FORM_V2, V2("7"), "!data is a list");
	expect(matrix, FORM_V2, V2("[1,2,3,4,5,6]") "]", "!");
	expect(named, FORM_V2, "{\"inputs\":[" F "," I "," T "," B "]}", all);
	expect(named, FORM_V2, "{\"inputs\":[" B "," T ",{\"name\":\"more\"},"
	    I "," F "]}", all);
	expect(named, FORM_V2, "{\"inputs\":[{\"data\":[1.5],\"shape\":[1],"
	    "\"datatype\":\"FP64\",\"name\":\"f\"}," I "," T "," B "]}", all);
	expect(named, FORM_V2, "{\"id\":\"a\\nb\",\"inputs\":[" F "," I "," T ","
	    B "],\"outputs\":[{\"name\":\"b_out\",\"parameters\":{}},"
	    "{\"name\":\"f_out\"}]}", ECHO "\"id\":\"a\\nb\",\"outputs\":["
	    F_OUT "," B_OUT "]}");
	expect(named, FORM_V2, "{\"outputs\":[{\"name\":\"b_out\"}],\"id\":7.0e1,"
	    "\"inputs\":[" F "," I "," T "," B "]}", ECHO "\"id\":7.0e1,"
	    "\"outputs\":[" B_OUT "]}");
	expect(named, FORM_V2, "{\"id\":null,\"inputs\":[" F "," I "," T "," B "]}",
	    all);
	expect(named, FORM_V2, "{\"id\":[7],\"inputs\":[]}", "!an id is a text");
	expect(named, FORM_V2, "{\"id\":NaN,\"inputs\":[]}", "!an id is a text");
	expect(named, FORM_V2, "{\"id\":\"\\u0000\",\"inputs\":[]}",
	    "!the id holds a NUL");
	expect(named, FORM_V2, "{\"inputs\":[" F "," I "," T "]}",
	    "!input 'b' is missing");
	expect(named, FORM_V2, "{\"inputs\":[" F "," F "," I "," T "," B "]}",
	    "!input 'f' is there twice");
	expect(named, FORM_V2, "{\"inputs\":[" F "],\"inputs\":[" F "]}",
	    "!'inputs' is there twice");
	expect(named, FORM_V2, "{\"inputs\":[" F "," I "," T "," B "],"
	    "\"outputs\":[{\"name\":\"z\"}]}", "!no output 'z'");
	expect(named, FORM_V2, "{\"inputs\":[{\"name\":\"f\",\"shape\":[2],"
	    "\"datatype\":\"FP32\",\"data\":[1,2]}," I "]}", "!'i' has 1 rows, others have 2");
	expect(named, FORM_V2, "{\"inputs\":[{\"name\":\"i\",\"shape\":[1],"
	    "\"datatype\":\"INT64\",\"data\":[null]}," F "," T "," B "]}", "!'i' is missing");
	expect(matrix, FORM_V2, "{\"inputs\":[{\"name\":\"x\",\"shape\":"
	    "[1000000,3],\"datatype\":\"FP32\",\"data\":[]}]}", "!more values than came");
	expect(matrix, FORM_V2, "{\"inputs\":[{\"name\":\"x\",\"data\":[1]}]}",
	    "!'x' has no shape");
	expect(matrix, FORM_V2, "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,3]}]}",
	    "!'x' has no datatype");
	expect(matrix, FORM_V2, "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,3],"
	    "\"datatype\":\"FP32\"}]}", "!'x' has no data");
	expect(matrix, FORM_V2, "{\"inputs\":[{\"shape\":[1,3]}]}", "!no name");
	expect(matrix, FORM_V2, "{\"inputs\":[]}", "!input 'x' is missing");
	expect(matrix, FORM_V2, "[]", "!a JSON object");
}

/* A datatype is there, is one of the protocol's, and fits the input. */
static void
checks_datatypes(void)
{
#define TYPED(type, data) "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,3],\"datatype\":" \
	type ",\"data\":" data "}]}"
#define TYPED_OUT(data) ECHO "\"outputs\":[{\"name\":\"y\",\"datatype\":\"FP32\"," \
	"\"shape\":[1,3],\"data\":" data "}]}"
	expect(matrix, FORM_V2, TYPED("\"INT64\"", "[1,2,3]"), TYPED_OUT("[1,2,3]"));
	expect(matrix, FORM_V2, TYPED("\"UINT8\"", "[1,2.0,1e2]"), TYPED_OUT("[1,2,100]"));
	expect(matrix, FORM_V2, TYPED("\"FP64\"", "[1,2.5,3]"), TYPED_OUT("[1,2.5,3]"));
	expect(matrix, FORM_V2, TYPED("\"INT64\"", "[1,2.5,3]"), "!2.5 is no whole number");
	expect(matrix, FORM_V2, TYPED("\"FOO\"", "[1,2,3]"), "!a datatype is BOOL");
	expect(matrix, FORM_V2, TYPED("\"fp32\"", "[1,2,3]"), "!a datatype is BOOL");
	expect(matrix, FORM_V2, TYPED("7", "[1,2,3]"), "!a datatype is BOOL");
	expect(matrix, FORM_V2, TYPED("\"BYTES\"", "[\"1\",\"2\",\"3\"]"),
	    "!input 'x' takes the datatype FP32");
	expect(matrix, FORM_V2, TYPED("\"FP32\",\"datatype\":\"FP32\"", "[1,2,3]"),
	    "!an input has one datatype");
	expect(matrix, FORM_V2, "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,3],"
	    "\"data\":[1,2,3],\"datatype\":\"FP32\"}]}", TYPED_OUT("[1,2,3]"));
	expect(matrix, FORM_V2, "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,3],"
	    "\"data\":[1,2,3]}]}", "!input 'x' has no datatype");
	expect(named, FORM_V2, "{\"inputs\":[{\"name\":\"t\",\"shape\":[1],"
	    "\"datatype\":\"INT64\",\"data\":[7]}]}", "!input 't' takes the datatype BYTES");
	expect(named, FORM_V2, "{\"inputs\":[{\"name\":\"other\",\"datatype\":\"FOO\"}," F ","
	    I "," T "," B "]}", "!a datatype is BOOL");
}

/* The id is found where it stands, and only there. */
static void
finds_ids(void)
{
	static const struct {
		const char *body, *id;
	} t[] = {
		{ "{\"id\":\"a\\nb\",\"inputs\":[]}", "a\nb" },
		{ "{\"inputs\":[{\"id\":\"x\"}],\"id\":\"y\"}", "y" },
		{ "{\"id\":\"a\",", "a" },
		{ "{\"id\":7}", "7" },
		{ "{\"id\":null}", NULL },
		{ "{\"inputs\":[]}", NULL },
		{ "[\"id\"]", NULL },
		{ "", NULL },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct arena a = { 0 };
		const char *id = dialect_v2.find_id(t[i].body,
		    strlen(t[i].body), &a);

		is_text(id ? id : "(none)", t[i].id ? t[i].id : "(none)",
		    "the id of %s", t[i].body);
		arena_free(&a);
	}
}

static void
describes_a_model(void)
{
	struct buf b;

	buf_init(&b, BUF_CAP_DOC);
	dialect_v2.describe(&b, matrix, (const char *const[]){ NULL });
	is_text(b.data, "{\"name\":\"echo\",\"versions\":[\"7\"],"
	    "\"platform\":\"onnx_onnxv1\",\"inputs\":[{\"name\":\"x\","
	    "\"datatype\":\"FP32\",\"shape\":[-1,3]}],\"outputs\":[{"
	    "\"name\":\"y\",\"datatype\":\"FP32\",\"shape\":[-1,3]}],"
	    "\"parameters\":{\"digest\":\"\"}}", "metadata of a matrix");
	buf_clear(&b);
	dialect_v2.describe(&b, matrix, (const char *const[]){ "8", NULL });
	ok(strstr(b.data, "\"versions\":[\"7\",\"8\"]") != NULL,
	    "metadata lists another version of the same name");
	buf_free(&b);
}

static void
refuses_in_its_words(void)
{
	struct buf b;

	buf_init(&b, BUF_CAP_SMALL);
	dialect_v2.refuse(&b, 400, "no \"x\"");
	is_text(b.data, "{\"error\":\"no \\\"x\\\"\"}", "an error is quoted");
	buf_free(&b);
}

int
main(void)
{
	named = echo_model(0);
	matrix = echo_model(3);
	answers_bodies();
	checks_datatypes();
	finds_ids();
	describes_a_model();
	refuses_in_its_words();
	version_release(named);
	version_release(matrix);
	return tap_done();
}
