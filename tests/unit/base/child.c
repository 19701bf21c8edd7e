/* Programs run to their end. */
#include "base/child.h"
#include "../tap.h"

static void
test_output(void)
{
	const char *const echo[] = { "sh", "-c", "echo hi; exit 7", NULL };
	const char *const none[] = { "no-such-program-here", NULL };
	struct err e = ERR_INIT;
	struct buf b;
	int st = 0;

	buf_init(&b, 100);
	is_int(child_output(&b, &st, echo, &e), 0, "run a child");
	ok(st == 7 && strcmp(b.data, "hi\n") == 0, "output and status");
	is_int(child_output(&b, &st, none, &e), -1, "no such program");
	is_int(e.code, ERR_NOENT, "has its code");
	buf_free(&b);
}

int
main(void)
{
	test_output();
	return tap_done();
}
