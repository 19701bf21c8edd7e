/* MLflow's /invocations: bodies and their answers, from models that answer
 * with what they were asked. */
#include "expect.h"

static struct version *named, *matrix;

#define ROWS "{\"predictions\":[{\"f_out\":1.5,\"i_out\":2,\"t_out\":\"1.0\"," \
	"\"b_out\":true},{\"f_out\":null,\"i_out\":-3,\"t_out\":\"\"," \
	"\"b_out\":false}]}"

static void
answers_bodies(void)
{
	static const char square[] = "{\"predictions\":[{\"y.0\":1,\"y.1\":null,"
	    "\"y.2\":3}]}";

	expect(named, FORM_JSON, "{\"dataframe_records\":[{\"f\":1.5,\"i\":2,"
	    "\"t\":1.0,\"b\":true,\"z\":[]},{\"b\":0,\"t\":null,\"i\":\"-3\","
	    "\"f\":\"NA\"}]}", ROWS);
	expect(named, FORM_JSON, "{\"dataframe_split\":{\"columns\":[\"i\",\"z\","
	    "\"f\",\"t\",\"b\"],\"index\":[0,1],\"data\":[[2,0,1.5,1.0,true],"
	    "[-3,0,\"NA\",null,0]]}}", ROWS);
	expect(named, FORM_JSON, "{\"dataframe_split\":{\"data\":[[2,1.5,1.0,true]"
	    ",[-3,null,\"\",0]],\"columns\":[\"i\",\"f\",\"t\",\"b\"]}}", ROWS);
	expect(named, FORM_JSON, "{\"instances\":[[1.5,2,1.0,true],[null,-3,\"\","
	    "false]],\"params\":{\"inputs\":1}}", ROWS);
	expect(named, FORM_JSON, "{\"inputs\":{\"i\":[2,[-3]],\"z\":5,\"t\":[1.0,"
	    "null],\"f\":[[1.5],[null]],\"b\":[true,false]}}", ROWS);
	expect(named, FORM_CSV, "i,f,z,t,b\n2,1.5,,1.0,true\n-3,,,,0\n", ROWS);
	expect(matrix, FORM_JSON, "{\"inputs\":[[1,null,3]]}", square);
	expect(matrix, FORM_JSON, "{\"inputs\":{\"x\":[[1,null,3]]}}", square);
	expect(matrix, FORM_JSON, "{\"dataframe_split\":{\"columns\":[0,1,2],"
	    "\"data\":[[1,null,3]]}}", square);
	expect(matrix, FORM_CSV, "p,q,r\n1,,3\n", square);
	expect(named, FORM_JSON, "{\"dataframe_split\":{\"columns\":[\"f\",\"f\"],"
	    "\"data\":[]}}", "!column 'f' is there twice");
	expect(named, FORM_JSON, "{\"dataframe_split\":{\"columns\":[\"f\"],"
	    "\"data\":[[1]]}}", "!no column 'i'");
	expect(named, FORM_JSON, "{\"instances\":[[1,2,\"x\",true],[1]]}",
	    "!row 2: it does not have 4 values");
	expect(named, FORM_JSON, "{\"instances\":[[1,2,\"x\",true,5]]}",
	    "!row 1: it does not have 4 values");
	expect(named, FORM_JSON, "{\"instances\":[[1,2,\"x\",true],{}]}",
	    "!row 2 must be a list");
	expect(named, FORM_JSON, "{\"instances\":[{\"f\":1}]}", "!row 1");
	expect(named, FORM_JSON, "{\"inputs\":{\"f\":[1,2],\"i\":[1]}}",
	    "!column 'i' does not have 2 values");
	expect(named, FORM_JSON, "{\"inputs\":{\"f\":[1],\"i\":[1,2]}}",
	    "!column 'i' does not have 1 values");
	expect(named, FORM_JSON, "{\"inputs\":{\"f\":[1]}}", "!no column 'i'");
	expect(named, FORM_JSON, "{\"inputs\":{\"f\":[[1,2]]}}", "!one value");
	expect(named, FORM_JSON, "{\"inputs\":[],\"instances\":[]}", "!no rows");
	expect(named, FORM_JSON, "{\"instances\":[[1,2,\"x\",true]],\"inputs\":1}",
	    "!exactly one of");
	expect(named, FORM_JSON, "{\"params\":{}}", "!exactly one of");
	expect(named, FORM_JSON, "{\"dataframe_records\":{\"f\":1}}", "!a list");
	expect(matrix, FORM_JSON, "{\"dataframe_split\":{\"columns\":[0],\"data\":"
	    "[[1]]}}", "!1 columns came, the model takes 3");
	expect(named, FORM_CSV, "f,i,t\n1,2,x\n", "!b");
	expect(named, FORM_CSV, "f,i,t,b\n", "!no rows");
}

static void
refuses_in_its_words(void)
{
	struct buf b;

	buf_init(&b, BUF_CAP_SMALL);
	dialect_mlflow.refuse(&b, 400, "no \"x\"");
	is_text(b.data, "{\"error_code\":\"BAD_REQUEST\",\"message\":"
	    "\"no \\\"x\\\"\"}", "an error is quoted");
	buf_clear(&b);
	dialect_mlflow.refuse(&b, 503, "no memory");
	is_text(b.data, "{\"error_code\":\"TEMPORARILY_UNAVAILABLE\",\"message\":"
	    "\"no memory\"}", "what is nobody's mistake is said so");
	buf_free(&b);
}

int
main(void)
{
	named = echo_model(0);
	matrix = echo_model(3);
	answers_bodies();
	refuses_in_its_words();
	expect(named, FORM_JSON, "{\"params\":{\"t\":1},\"instances\":[{\"f\":1,\"i\":2,\"t\":\"a\",\"b\":true}]}",
	    "{\"predictions\":[{\"f_out\":1,\"i_out\":2,\"t_out\":\"a\",\"b_out\":true}]}");
	expect(named, FORM_JSON, "{\"params\":[1],\"instances\":[[1,2,\"a\",true]]}", "!params is an object");
	expect(named, FORM_JSON, "{\"signature_name\":\"s\",\"instances\":[[1,2,\"a\",true]]}",
	    "!signature_name is not understood");
	version_release(named);
	version_release(matrix);
	return tap_done();
}
