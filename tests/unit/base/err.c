/* Errors: a code, a message, and context in front of it. */
#include "base/err.h"
#include "../tap.h"

static void
test_context(void)
{
	struct err e = ERR_INIT;

	is_int(err_set(&e, ERR_FORMAT, "row %d", 3), -1, "err_set returns -1");
	err_wrap(&e, "read '%s'", "x");
	is_text(e.msg, "read 'x': row 3", "err_wrap puts context in front");
}

int
main(void)
{
	test_context();
	return tap_done();
}
