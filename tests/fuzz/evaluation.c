/* Any bytes as an evaluation: refused with a message, or read, and then what
 * is written of it reads again. */
#include <stdint.h>
#include <stdlib.h>

#include "evidence/evaluation.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_again(const struct json *j)
{
	struct evaluation v = { .arena = { NULL, 0 } };
	struct err e = ERR_INIT;

	if (evaluation_read(&v, j, &e) < 0)
		abort();
	evaluation_release(&v);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct evaluation v = { .arena = { NULL, 0 } };
	struct err e = ERR_INIT;
	struct json *j;

	if (json_parse(&j, &v.arena, (const char *)data, size, JSON_NAN,
	    &e) == 0 && evaluation_read(&v, j, &e) == 0) {
		read_again(evaluation_write(&v.arena, &v));
		read_again(evaluation_manifest(&v.arena, &v, false));
		read_again(evaluation_manifest(&v.arena, &v, true));
	} else if (e.msg[0] == '\0') {
		abort();
	}
	evaluation_release(&v);
	return 0;
}
