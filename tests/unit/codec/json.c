/* JSON: what is accepted, refused, read back, and its canonical form. */
#include <stdlib.h>

#include "base/rng.h"
#include "codec/json.h"
#include "../tap.h"

static const char *const good[] = {
	"null", " true ", "false", "0", "-0", "-1.5e+3", "1E400", "\"\"",
	"[]", "{}", "[1,[2,{\"a\":[]}]]", "{\"a\":1,\"b\":{\"a\":2}}",
	"\"\\u00e9\\ud834\\udd1e\\n\\/\"", "\"\xc3\xa9\"", "[\n1\t,\r2 ]",
	"123456789012345678901234567890", "{\"\":0}", "1e-400", "0e1",
	"\"\x7f\"", "\"\\u0000\"",
};

static const char *const wrong[] = {
	"", " ", "nul", "True", "01", "-", "+1", "1.", ".5", "1e", "1e+", "0x1",
	"NaN", "Infinity", "\"", "\"a", "\"\\x\"", "\"\\u12\"", "\"\t\"",
	"[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "{", "{\"a\"", "{\"a\":",
	"{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{a:1}", "{1:1}", "{\"a\" 1}",
	"{\"a\":1 \"b\":2}", "[1}", "{\"a\":1]", "1 2", "[] []", "// x\n1",
	"\"\xff\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\"\\ud800\"",
	"\"\\udc00\"", "\"\\ud800\\u0041\"", "{\"a\":1,\"a\":2}", "'a'",
	"\xef\xbb\xbf" "1", "[1]x", "--1", "1e5.5", "\"\xf4\x90\x80\x80\"",
};

static int
parses(const char *s, size_t n, int flags)
{
	struct arena a = { 0 };
	struct err e = ERR_INIT;
	struct json *j;
	int r = json_parse(&j, &a, s, n, flags, &e);

	arena_free(&a);
	return r == 0;
}

static void
grammar(void)
{
	char *deep = malloc(200);

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		ok(parses(good[i], strlen(good[i]), 0), "read: %s", good[i]);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		ok(!parses(wrong[i], strlen(wrong[i]), 0), "refused: %zu", i);
	ok(!parses("\"a\0b\"", 5, 0), "a raw NUL is refused");
	ok(parses("[NaN,-Infinity]", 15, JSON_NAN), "NaN by leave");
	memset(deep, '[', 64);
	memset(deep + 64, ']', 64);
	ok(parses(deep, 128, 0), "64 levels");
	memset(deep, '[', 65);
	memset(deep + 65, ']', 65);
	ok(!parses(deep, 130, 0), "65 are too many");
	free(deep);
}

static void
round_trip(const char *in, const char *want)
{
	struct arena a = { 0 };
	struct err e = ERR_INIT;
	struct json *j;
	struct buf b;

	buf_init(&b, BUF_CAP_DOC);
	if (json_parse(&j, &a, in, strlen(in), 0, &e) < 0)
		buf_adds(&b, e.msg);
	else if (json_canonical(&b, j, &e) < 0) {
		buf_clear(&b);
		buf_adds(&b, e.msg);
	}
	is_text(b.data, want, "canonical: %s", in);
	buf_free(&b);
	arena_free(&a);
}

static void
canonical(void)
{
	/* RFC 8785, sections 3.2.2 and 3.2.3 */
	round_trip("{\"numbers\":[333333333.33333329,1E30,4.50,2e-3,"
	    "0.000000000000000000000000001],\"string\":\"\\u20ac$\\u000F\\u000aA'"
	    "\\u0042\\u0022\\u005c\\\\\\\"\\/\",\"literals\":[null,true,false]}",
	    "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,"
	    "1e+30,4.5,0.002,1e-27],\"string\":\"\xe2\x82\xac$\\u000f\\nA'B\\\""
	    "\\\\\\\\\\\"/\"}");
	round_trip("{\"\\u20ac\":1,\"\\r\":2,\"\\ufb33\":3,\"1\":4,"
	    "\"\\ud83d\\ude00\":5,\"\\u0080\":6,\"\\u00f6\":7}",
	    "{\"\\r\":2,\"1\":4,\"\xc2\x80\":6,\"\xc3\xb6\":7,\"\xe2\x82\xac\":1,"
	    "\"\xf0\x9f\x98\x80\":5,\"\xef\xac\xb3\":3}");
	round_trip("[-0.0,9007199254740992,9007199254740993]",
	    "[0,9007199254740992,\"9007199254740993\"]");
	round_trip("[-1e21, -1.5e-7]", "[-1e+21,-1.5e-7]");
}

static void
building(void)
{
	struct arena a = { 0 };
	struct json *m = json_new(&a, JSON_MAP), *l;
	struct buf b;

	buf_init(&b, BUF_CAP_DOC);
	json_add_text(&a, m, "name", "x\"y\xff");
	json_add_int(&a, m, "n", 7);
	json_add_num(&a, m, "bad", NAN);
	l = json_add_list(&a, m, "list");
	json_add_bool(&a, l, NULL, true);
	json_add_null(&a, l, NULL);
	json_add_num(&a, json_add_map(&a, m, "deep"), "er", 0.5);
	json_write(&b, m);
	is_text(b.data, "{\"name\":\"x\\\"y\xef\xbf\xbd\",\"n\":7,\"bad\":null,"
	    "\"list\":[true,null],\"deep\":{\"er\":0.5}}", "written");
	is_near(json_path(m, "deep.er")->d, 0.5, 0, "found by path");
	ok(json_path(m, "deep.no") == NULL && json_get(m, "x") == NULL,
	    "not found");
	is_int(json_int(m, "n", 0), 7, "typed");
	is_int(json_int(m, "name", 3), 3, "of another type: the fallback");
	buf_clear(&b);
	json_write_pretty(&b, json_get(m, "deep"));
	is_text(b.data, "{\n  \"er\": 0.5\n}\n", "indented");
	buf_free(&b);
	arena_free(&a);
}

static void
pulling(void)
{
	static const char text[] = "{\"a\":[1.5,\"x\\ty\",null],\"b\":{\"c\":[]},"
	    "\"d\":12345678901}";
	struct json_pull p;
	struct err e = ERR_INIT;

	json_pull_init(&p, text, strlen(text), 0);
	ok(json_pull(&p, &e) == JSON_T_MAP && json_pull(&p, &e) == JSON_KEY &&
	    p.n == 1 && p.s[0] == 'a', "a key");
	ok(json_pull(&p, &e) == JSON_T_LIST && json_pull(&p, &e) == JSON_T_NUM &&
	    p.d == 1.5 && !p.is_int, "a number");
	ok(json_pull(&p, &e) == JSON_T_TEXT && p.n == 3 &&
	    memcmp(p.s, "x\ty", 3) == 0, "text with an escape");
	ok(json_pull(&p, &e) == JSON_T_NULL &&
	    json_pull(&p, &e) == JSON_T_LIST_END, "null and the end");
	ok(json_pull(&p, &e) == JSON_KEY && json_pull_skip(&p, &e) == 0,
	    "a value is skipped whole");
	ok(json_pull(&p, &e) == JSON_KEY && json_pull(&p, &e) == JSON_T_NUM &&
	    p.is_int && p.i == 12345678901, "an integer");
	ok(json_pull(&p, &e) == JSON_T_MAP_END &&
	    json_pull(&p, &e) == JSON_END_ALL, "the end of all");
	json_pull_free(&p);
}

/* Every number the fast path takes is the one strtod reads. */
static void
numbers(void)
{
	struct err e = ERR_INIT;
	struct rng r;
	int bad = 0;
	char text[64];

	rng_seed(&r, 7, 0);
	for (int i = 0; i < 300000; i++) {
		struct json_pull p;
		int n = snprintf(text, sizeof(text), "%s%llu.%llue%d",
		    i & 1 ? "-" : "", (unsigned long long)rng_below(&r, 100000),
		    (unsigned long long)rng_u64(&r) >> (i % 60),
		    (int)rng_below(&r, 60) - 30);

		json_pull_init(&p, text, (size_t)n, 0);
		if (json_pull(&p, &e) != JSON_T_NUM || p.d != strtod(text, NULL))
			bad++;
		json_pull_free(&p);
	}
	is_int(bad, 0, "300,000 numbers read exactly");
}

/* The loop of json.h, as it stands there: tokens read, or -1. */
static int
count_tokens(const char *s)
{
	struct json_pull p;
	struct err err = ERR_INIT, *e = &err;
	enum json_token t;
	int n = 0, r;

	json_pull_init(&p, s, strlen(s), JSON_NAN);
	while ((t = json_pull(&p, e)) > JSON_END_ALL)
		n++;
	r = t == JSON_BAD ? -1 : 0;
	json_pull_free(&p);
	return r < 0 ? r : n;
}

static void
pull_loop_ends(void)
{
	is_int(count_tokens("{\"a\":[1,null]}"), 7,
	    "the header's loop sees every token of good input");
	is_int(count_tokens("{\"a\":[1,nul]}"), -1,
	    "and ends at a word that is none");
	is_int(count_tokens("[1,2"), -1, "and where the input is cut");
	is_int(count_tokens(""), -1, "and at once where there is none");
}

int
main(void)
{
	grammar();
	pull_loop_ends();
	canonical();
	building();
	pulling();
	numbers();
	return tap_done();
}
