/* TOML: what a document holds, and what is none.  The suite of the format is
 * tests/interop/toml.py's. */
#include "codec/toml/toml.h"

#include <string.h>

#include "../../tap.h"

/* As JSON, or the reason. */
static const char *
read_toml(struct arena *a, const char *text)
{
	struct err e = ERR_INIT;
	const char *got;
	struct json *j;
	struct buf b;

	if (toml_parse(&j, a, text, strlen(text), &e) < 0)
		return arena_strdup(a, e.msg);
	buf_init(&b, BUF_CAP_SMALL);
	json_write(&b, j);
	got = arena_strndup(a, b.data, b.len);
	buf_free(&b);
	return got;
}

static void
test_values(struct arena *a)
{
	static const char *const cases[][3] = {
		{ "", "{}", "nothing" },
		{ "a = 1 # one\r\nb=-3\n", "{\"a\":1,\"b\":-3}", "a comment, other ends of lines" },
		{ "a = 0x1F\nb = 0b1_01\nc = +1_000", "{\"a\":31,\"b\":5,\"c\":1000}",
		    "whole numbers" },
		{ "a = 6.5e-1\nb = 1e3\nc = -1_0.5", "{\"a\":0.65,\"b\":1000,\"c\":-10.5}",
		    "numbers" },
		{ "a = \"\\u00e9\\t\\\"\"\nb = 'C:\\x'", "{\"a\":\"\xc3\xa9\\t\\\"\","
		    "\"b\":\"C:\\\\x\"}", "texts" },
		{ "a = \"\"\"\none \\\n   two\"\"\"\"\nb = '''\nx'\ny'''",
		    "{\"a\":\"one two\\\"\",\"b\":\"x'\\ny\"}", "texts of several lines" },
		{ "a = 2024-02-29T23:59:60.5+01:00\nb = 07:32:00",
		    "{\"a\":\"2024-02-29T23:59:60.5+01:00\",\"b\":\"07:32:00\"}",
		    "dates are texts" },
		{ "a = [ 1, # one\n [true],\n]\nb = {x.y = 1, z = {}}",
		    "{\"a\":[1,[true]],\"b\":{\"x\":{\"y\":1},\"z\":{}}}",
		    "arrays and tables in a line" },
		{ "[a.b]\nx = 1\n[a]\ny.z = 2\n[a.y.w]\n",
		    "{\"a\":{\"b\":{\"x\":1},\"y\":{\"z\":2,\"w\":{}}}}", "tables" },
		{ "[[a]]\nx = 1\n[[a.b]]\n[[a.b]]\ny = 2\n[[a]]\n",
		    "{\"a\":[{\"x\":1,\"b\":[{},{\"y\":2}]},{}]}", "tables in lists" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		is_text(read_toml(a, cases[i][0]), cases[i][1], "%s",
		    cases[i][2]);
}

static void
test_refused(struct arena *a)
{
	static const char *const cases[][2] = {
		{ "a = 1\na = 2", "TOML line 2: 'a' is there already, on line 1" },
		{ "[a]\n[a]", "TOML line 2: 'a' is there already, on line 1" },
		{ "a.b = 1\n[a]", "TOML line 2: 'a' is there already, on line 1" },
		{ "a = {b = 1}\n[a.c]", "TOML line 2: 'a' is there already, on line 1" },
		{ "a = []\n[[a]]", "TOML line 2: 'a' is there already, on line 1" },
		{ "[a.b]\n[a]\nb.c = 1", "TOML line 3: 'b' is there already, on line 1" },
		{ "a = ", "TOML line 1: a value is expected" },
		{ "a =\nb = 1", "TOML line 1: a value is expected" },
		{ "a = [,]", "TOML line 1: a value is expected" },
		{ "a = # 1", "TOML line 1: a value is expected" },
		{ "a = 01", "TOML line 1: there is no such value" },
		{ "\na = -0x1F", "TOML line 2: there is no such value" },
		{ "a = 1__0", "TOML line 1: there is no such value" },
		{ "a = 9223372036854775808", "TOML line 1: there is no such value" },
		{ "a = 2023-02-29", "TOML line 1: there is no such value" },
		{ "a = \"x\ny\"", "TOML line 1: a string does not end on its line" },
		{ "\"\\u0000\" = 1", "TOML line 1: a key holds a NUL" },
		{ "a = \"\xff\"", "TOML is UTF-8, and this is not" },
		{ "a", "TOML line 1: a key wants '=' and a value" },
		{ "a = {b = 1,}", "TOML line 1: a table in a line ends with ','" },
	};
	struct err e = ERR_INIT;
	const char *said;
	struct json *j;
	struct buf deep;
	size_t fits = 0;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		is_text(read_toml(a, cases[i][0]), cases[i][1],
		    "refused, and said why: case %zu", i);
	buf_init(&deep, BUF_CAP_SMALL);
	buf_adds(&deep, "a = ");
	for (int i = 0; i < 70; i++)
		buf_addc(&deep, '[');
	is_text(read_toml(a, deep.data), "TOML line 1: too many levels",
	    "levels are counted");
	buf_clear(&deep);
	for (int i = 0; i < 40; i++)
		buf_adds(&deep, "a.");
	buf_adds(&deep, "a = ");
	for (int i = 0; i < 30; i++)
		buf_addc(&deep, '[');
	is_text(read_toml(a, deep.data), "TOML line 1: too many levels",
	    "those of a key with dots, too");
	buf_clear(&deep);
	for (int i = 1; i <= 32; i++) {
		fits = deep.len;
		buf_adds(&deep, "[[a");
		for (int k = 1; k < i; k++)
			buf_adds(&deep, ".a");
		buf_adds(&deep, "]]\n");
	}
	is_text(read_toml(a, deep.data), "TOML line 32: too many levels",
	    "those of lists of tables, too");
	deep.data[fits] = '\0';
	said = read_toml(a, deep.data);
	ok(json_parse(&j, a, said, strlen(said), 0, &e) == 0,
	    "what is read fits JSON");
	buf_free(&deep);
}

int
main(void)
{
	struct arena a = { 0 };

	test_values(&a);
	test_refused(&a);
	arena_free(&a);
	return tap_done();
}
