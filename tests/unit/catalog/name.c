/* Names parsed and refused. */
#include <stdlib.h>

#include "catalog/name.h"
#include "../tap.h"

static void
test_names(void)
{
	static const char *const bad[] = {
		"", "data:", "data:Churn", "data:churn@", "data:churn@0",
		"data:churn@-1", "date:churn", "http://x", "data:../x",
		"data:churn@1:", "data:churn:/etc/passwd", "data:churn:../x",
		"sha256:abc", "sha256:ABCDEF0123", "data:.churn", "data:a..b",
		"data:churn@99999999999999999999", "model:x@Best", "data:a b",
		"data:x@{", "data:x@{}", "data:x@{yesterday}", "data:x@{2026-13-01}",
		"data:x@{2026-01-01", "data:x@{2026-01-01}y",
	};
	struct err e = ERR_INIT;
	struct name n;
	size_t wrong = 0;
	char *s;

	ok(name_parse(&n, "data:churn@3", &e) == 0 && n.kind == NAME_DATA &&
	    n.version == 3 && n.alias == NULL, "data:churn@3");
	name_free(&n);
	ok(name_parse(&n, "model:churn@champion", &e) == 0 &&
	    n.kind == NAME_MODEL && n.version == 0 &&
	    strcmp(n.alias, "champion") == 0, "model:churn@champion");
	name_free(&n);
	ok(name_parse(&n, "run:20260102-030405-4f2a9c:out/m.onnx", &e) == 0 &&
	    n.kind == NAME_RUN && strcmp(n.path, "out/m.onnx") == 0,
	    "run:ID:PATH");
	name_free(&n);
	ok(name_parse(&n, "data:x@{2026-01-02T03:04:05Z}:a/b", &e) == 0 &&
	    n.moment_us == INT64_C(1767323045000000) && n.version == 0 &&
	    strcmp(n.path, "a/b") == 0, "data:x@{moment}:path");
	name_free(&n);
	ok(name_parse(&n, "data:x@{2026-01-02}", &e) == 0 &&
	    n.moment_us == INT64_C(1767398399999999), "a day is over at its end");
	name_free(&n);
	ok(name_parse(&n, "data:x:a@{b", &e) == 0 &&
	    strcmp(n.path, "a@{b") == 0, "of a path it is no moment");
	name_free(&n);
	ok(name_parse(&n, "./data:churn", &e) == 0 && n.kind == NAME_PATH,
	    "./data:churn is a path");
	name_free(&n);
	ok(name_parse(&n, "C:/x", &e) == 0 && n.kind == NAME_PATH &&
	    (name_free(&n), name_parse(&n, "a1:b", &e)) == 0 &&
	    n.kind == NAME_PATH, "only lower-case letters make a kind");
	name_free(&n);
	ok(name_parse(&n, "-", &e) == 0 && n.kind == NAME_STDIO, "-");
	name_free(&n);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (name_parse(&n, bad[i], &e) == 0) {
			printf("# accepted: %s\n", bad[i]);
			wrong++;
			name_free(&n);
		}
	}
	is_int(wrong, 0, "names that are none are refused");
	ok(name_parse(&n, "modle:x", &e) < 0 && strstr(e.msg, "model:"),
	    "the kind that was meant is named");
	s = name_from_path("dir/My File (1).CSV");
	is_text(s, "my-file--1-", "a name made from a file's");
	free(s);
}

int
main(void)
{
	test_names();
	return tap_done();
}
