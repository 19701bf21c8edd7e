/* TorchServe's /predictions: bare rows, lists, the forms of /invocations; and
 * CSV without a header line. */
#include "expect.h"

int
main(void)
{
	struct version *named = echo_model(0), *matrix = echo_model(3);
#define OUT "{\"f_out\":1,\"i_out\":2,\"t_out\":\"a\",\"b_out\":true}"
#define ROW "{\"f\":1,\"i\":2,\"t\":\"a\",\"b\":true}"

	expect(named, FORM_TORCHSERVE, ROW, OUT);
	expect(named, FORM_TORCHSERVE, " [" ROW "," ROW "]", "[" OUT "," OUT "]");
	expect(named, FORM_TORCHSERVE, "[[1,2,\"a\",true]]", "[" OUT "]");
	expect(named, FORM_TORCHSERVE, "{\"instances\":[" ROW "]}", "[" OUT "]");
	expect(matrix, FORM_TORCHSERVE, "[[1,2,3]]",
	    "[{\"y.0\":1,\"y.1\":2,\"y.2\":3}]");
	expect(named, FORM_TORCHSERVE, "{\"f\":1}", "!'i'");
	expect(named, FORM_TORCHSERVE, "7", "!a body is a list or an object");
	expect(named, FORM_TORCHSERVE, "", "!");
	expect(named, FORM_TORCHSERVE, "[]", "!no rows came");
	expect(named, FORM_TORCHSERVE, "[" ROW "] x", "!");
	expect(named, FORM_BARE_CSV, "1,2,a,true\n3,4,b,false\n",
	    "{\"predictions\":[" OUT ",{\"f_out\":3,\"i_out\":4,\"t_out\":\"b\","
	    "\"b_out\":false}]}");
	expect(matrix, FORM_BARE_CSV, "1,2,3\n",
	    "{\"predictions\":[{\"y.0\":1,\"y.1\":2,\"y.2\":3}]}");
	expect(named, FORM_BARE_CSV, "1,2\n", "!");
	version_release(named);
	version_release(matrix);
	return tap_done();
}
