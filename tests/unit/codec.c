/* YAML, patterns and git, as far as we rely on them. */
#include <stdlib.h>
#include <unistd.h>

#include "codec/git.h"
#include "codec/regex.h"
#include "codec/yaml.h"
#include "tap.h"

static void
reads(const char *text, const char *want)
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
yaml(void)
{
	reads("a: 1\nb: [x, 'y z', 2.5, true, ~]\n",
	    "{\"a\":1,\"b\":[\"x\",\"y z\",2.5,true,null]}");
	reads("rules:\n  - name: n\n    if: \"a > 'b'\"\n  - x: {}\n",
	    "{\"rules\":[{\"name\":\"n\",\"if\":\"a > 'b'\"},{\"x\":{}}]}");
	reads("a: 'yes'\nb: no\nc: '1'\nd: \"\"\ne: nan\n",
	    "{\"a\":\"yes\",\"b\":\"no\",\"c\":\"1\",\"d\":\"\",\"e\":\"nan\"}");
	reads("- [a, 'b, c', '[d']\n- - 1\n  - [2]\n",
	    "[[\"a\",\"b, c\",\"[d\"],[1,[2]]]");
	reads("a b: 1\n'c: d': 2\n", "{\"a b\":1,\"c: d\":2}");
	reads("", "null");
	reads("a: &x 1\n", "error: YAML line 1: anchors and tags are not used here");
	reads("a: *x\n", "error: YAML line 1: aliases are not used here");
	reads("a: 1\na: 2\n", "error: YAML line 2: key 'a' stands twice");
	reads("--- 1\n--- 2\n", "error: YAML line 2: a second document");
	reads("[a]: 1\n", "error: YAML line 1: a key must be text");
}

static void
deep_yaml(void)
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

static void
patterns(void)
{
	struct regex *r = NULL;
	struct err e = ERR_INIT;
	char text[41], words[30000];
	bool yes;

	ok(regex_new(&r, "^[0-9]{4}-[A-Z]+$", false, &e) == 0, "compiles");
	ok(regex_find(&yes, r, "7590-VHVEG", 10, &e) == 0 && yes, "matches");
	ok(regex_find(&yes, r, "7590-vhveg", 10, &e) == 0 && !yes, "does not");
	ok(regex_find(&yes, r, "\xff", 1, &e) == 0 && !yes, "not UTF-8: no");
	regex_free(r);
	ok(regex_new(&r, "a|(?:ab )*", true, &e) == 0, "all of a text");
	ok(regex_find(&yes, r, "ab ab ", 6, &e) == 0 && yes, "matches");
	ok(regex_find(&yes, r, "ab", 2, &e) == 0 && !yes, "not in part");
	for (size_t i = 0; i < sizeof(words); i++)
		words[i] = "ab "[i % 3];
	ok(regex_find(&yes, r, words, sizeof(words), &e) == 0 && yes,
	    "a long text");
	regex_free(r);
	is_int(regex_new(&r, "(", false, &e), -1, "a bad pattern is refused");
	ok(regex_new(&r, "^(a+)+$", false, &e) == 0, "a dangerous one compiles");
	memset(text, 'a', 40);
	text[40] = '!';
	is_int(regex_find(&yes, r, text, 41, &e), -1, "and is stopped");
	regex_free(r);
}

static void
git(void)
{
	struct git_state g;
	struct err e = ERR_INIT;
	char folder[] = "/tmp/mlv-git.XXXXXX";

	if (mkdtemp(folder) == NULL)
		return;
	ok(git_read_state(&g, folder, &e) == 0 && !g.known,
	    "no repository is not an error");
	rmdir(folder);
	ok(git_read_state(&g, folder, &e) == 0 && !g.known,
	    "nor is no folder");
}

int
main(void)
{
	yaml();
	deep_yaml();
	patterns();
	git();
	return tap_done();
}
