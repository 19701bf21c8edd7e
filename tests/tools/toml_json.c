/* TOML on standard input as JSON; 1 and the reason when it is none. */
#include <math.h>
#include <stdio.h>

#include "base/file.h"
#include "codec/toml/toml.h"

int
main(void)
{
	struct arena a = { 0 };
	struct err e = ERR_INIT;
	struct json *tree;
	struct buf in, out;
	int r;

	buf_init(&in, TOML_BYTES_MAX + 1);
	buf_init(&out, BUF_CAP_DOC);
	r = file_read(&in, "-", &e);
	if (r == 0)
		r = toml_parse(&tree, &a, in.data ? in.data : "", in.len, &e);
	if (r == 0) {
		json_write(&out, tree);
		puts(out.data);
	} else {
		fprintf(stderr, "%s\n", e.msg);
	}
	buf_free(&in);
	buf_free(&out);
	arena_free(&a);
	return r < 0;
}
