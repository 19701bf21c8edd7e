/* Templates: what ${...} becomes, alone, in a text and in a command. */
#include "pipeline/template.h"

#include "codec/yaml.h"
#include "../tap.h"

static const char VALUES[] =
"rate: 0.1\n"
"whole: 2.0\n"
"n: 3\n"
"on: true\n"
"off: false\n"
"none: null\n"
"name: it's\n"
"list: [{a: 7}, {a: 8}]\n"
"opts: {lr: 0.5, deep: {n: 2}, fast: true, slow: false, f: [1, b c]}\n";

static struct arena arena;
static struct scope scope;

static const char *
fill(const char *text)
{
	static char got[512];
	struct err e = ERR_INIT;
	const struct json from = { .type = JSON_TEXT, .s = text,
	    .n = strlen(text), .line = 4 };
	char *out;

	if (template_fill_command(&out, &arena, &scope, &from, &e) < 0)
		snprintf(got, sizeof(got), "! %s", e.msg);
	else
		snprintf(got, sizeof(got), "%s", out);
	return got;
}

static enum json_type
type_of(const char *text)
{
	struct err e = ERR_INIT;
	const struct json from = { .type = JSON_TEXT, .s = text,
	    .n = strlen(text) };
	struct json *out;

	return template_fill(&out, &arena, &scope, &from, &e) < 0 ?
	    JSON_NULL : out->type;
}

int
main(void)
{
	struct err e = ERR_INIT;
	struct json *values, *nearer;

	ok(yaml_parse(&values, &arena, VALUES, strlen(VALUES), &e) == 0,
	    "the values are read");
	nearer = json_new(&arena, JSON_MAP);
	json_add_text(&arena, nearer, "name", "near");
	scope = (struct scope){ { values }, 1 };

	is_text(fill("--r=${rate} -n${ n }"), "--r=0.1 -n3",
	    "numbers stand in a text, blanks in the braces do not count");
	is_text(fill("${whole}"), "2.0", "a number with a point keeps it");
	is_text(fill("${on} ${off}"), "true false", "booleans are words");
	is_text(fill("${list[1].a} ${list.0.a}"), "8 7",
	    "elements of lists, in both forms");
	is_text(fill("${opts}"),
	    "--lr 0.5 --deep.n 2 --fast --f 1 'b c'",
	    "a map becomes options, quoted; false says nothing");
	is_text(fill("a \\${rate} b"), "a ${rate} b", "an escaped one stays");
	is_text(fill("${rate"), "${rate", "one without an end is text");
	is_text(fill("${gone}"), "! line 4: nothing is called '${gone}': it is "
	    "in no vars and no parameter file", "what is not there is named");
	is_text(fill("x${none}"), "! line 4: '${none}' is null and cannot stand "
	    "inside a text", "null cannot stand in a text");
	is_text(fill("x${list}"), "! line 4: '${list}' is a list and cannot "
	    "stand inside a text", "nor can a list");
	is_int(type_of("${n}"), JSON_INT, "alone it keeps its type");
	is_int(type_of("${list}"), JSON_LIST, "a list, too");
	is_int(type_of("${n} "), JSON_TEXT, "with anything beside it is text");

	scope = (struct scope){ { nearer, values }, 2 };
	is_text(fill("${name} ${n}"), "near 3", "the nearest scope counts");
	arena_free(&arena);
	return tap_done();
}
