/* YAML read and written back. */
#include <stdlib.h>

#include "codec/yaml.h"
#include "../tap.h"

static void
check_reading(const char *text, const char *want)
{
	struct arena a = { 0 };
	struct err e = ERR_INIT;
	struct json *j, *k;
	struct buf b, y;

	buf_init(&b, BUF_CAP_DOC);
	buf_init(&y, BUF_CAP_DOC);
	if (yaml_parse(&j, &a, text, strlen(text), &e) < 0) {
		buf_adds(&b, "error: ");
		buf_adds(&b, e.msg);
	} else {
		json_write(&b, j);
	}
	is_text(b.data, want, "yaml: %.40s", text);
	if (strncmp(want, "error", 5) != 0 && yaml_write(&y, j, &e) == 0 &&
	    yaml_parse(&k, &a, y.data, y.len, &e) == 0) {
		buf_clear(&b);
		json_write(&b, k);
		is_text(b.data, want, "and back through %.30s", y.data);
	}
	buf_free(&b);
	buf_free(&y);
	arena_free(&a);
}

static void
test_reading(void)
{
	check_reading("a: 1\nb: [x, 'y z', 2.5, true, ~]\n",
	    "{\"a\":1,\"b\":[\"x\",\"y z\",2.5,true,null]}");
	check_reading("rules:\n  - name: n\n    if: \"a > 'b'\"\n  - x: {}\n",
	    "{\"rules\":[{\"name\":\"n\",\"if\":\"a > 'b'\"},{\"x\":{}}]}");
	check_reading("a: 'yes'\nb: no\nc: '1'\nd: \"\"\ne: nan\n",
	    "{\"a\":\"yes\",\"b\":\"no\",\"c\":\"1\",\"d\":\"\",\"e\":\"nan\"}");
	check_reading("- [a, 'b, c', '[d']\n- - 1\n  - [2]\n",
	    "[[\"a\",\"b, c\",\"[d\"],[1,[2]]]");
	check_reading("a b: 1\n'c: d': 2\n", "{\"a b\":1,\"c: d\":2}");
	check_reading("", "null");
	check_reading("a: &x 1\n", "error: YAML line 1: anchors and tags are not used here");
	check_reading("a: *x\n", "error: YAML line 1: aliases are not used here");
	check_reading("a: 1\na: 2\n", "error: YAML line 2: key 'a' stands twice");
	check_reading("--- 1\n--- 2\n", "error: YAML line 2: a second document");
	check_reading("[a]: 1\n", "error: YAML line 1: a key must be text");
}

static void
test_deep(void)
{
	struct arena a = { 0 };
	struct err e = ERR_INIT;
	char *s = malloc(100000);
	struct json *j;

	memset(s, '[', 100000);
	is_int(yaml_parse(&j, &a, s, 100000, &e), -1,
	    "100,000 brackets are refused before they cost anything");
	free(s);
	arena_free(&a);
}

int
main(void)
{
	test_reading();
	test_deep();
	return tap_done();
}
