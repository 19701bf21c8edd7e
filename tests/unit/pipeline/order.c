/* The order of stages, edges by paths, and selection. */
#include "pipeline/pipeline.h"

#include <stdlib.h>

#include "../tap.h"

static struct pipeline p;

static void
add(const char *name, const char *wdir, const char *dep, const char *out)
{
	struct stage *s = &p.stage[p.n++];

	*s = (struct stage){ .name = name, .group = name, .wdir = wdir };
	if (dep) {
		s->dep = arena_alloc(&p.arena, sizeof(*s->dep));
		s->dep[s->n_deps++] = dep;
	}
	if (out) {
		s->out = arena_alloc(&p.arena, sizeof(*s->out));
		s->out[s->n_outs++].path = out;
	}
}

static void
begin(void)
{
	pipeline_release(&p);
	p.stage = arena_alloc(&p.arena, 16 * sizeof(*p.stage));
}

static const char *
order(void)
{
	static char text[256];
	struct err e = ERR_INIT;
	size_t n = 0;

	if (pipeline_order(&p, &e) < 0) {
		snprintf(text, sizeof(text), "! %s", e.msg);
		return text;
	}
	text[0] = '\0';
	for (size_t i = 0; i < p.n; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s",
		    i ? " " : "", p.stage[i].name);
	return text;
}

static const char *
clean(const char *wdir, const char *path)
{
	const struct stage s = { .wdir = wdir };

	return pipeline_path(&p.arena, &s, path);
}

static void
test_paths(void)
{
	begin();
	is_text(clean(".", "a"), "a", "a path as it is");
	is_text(clean("w", "../a//./b"), "a/b", "seen from a folder");
	is_text(clean(".", "../../a"), "../../a", "out of the folder");
	is_text(clean(".", "a/../../b"), "../b", "in and out again");
	is_text(clean("w", "/x/../y"), "/y", "absolute");
	is_text(clean(".", "x/.."), ".", "nothing is left: the folder itself");
}

static void
test_order(void)
{
	begin();
	add("use", ".", "d/x", "y");
	add("all", ".", "d", "z");
	add("make", "d", "../raw", "x");
	is_text(order(), "make use all", "a folder is what is made in it");
	is_int(p.stage[2].n_after, 1, "and needs its maker");

	begin();
	add("b", ".", "d/sub/file", "o");
	add("a", ".", NULL, "d");
	is_text(order(), "a b", "a file in a folder that is made");

	begin();
	add("a", ".", "z", "x");
	add("b", ".", "x", "y");
	add("c", ".", "y", "z");
	is_text(order(), "! a cycle: a needs c needs b needs a", "a cycle");

	begin();
	add("a", ".", "x", "x");
	is_text(order(), "! a cycle: a needs a", "one that needs itself");

	begin();
	add("a", ".", NULL, "d-x");
	add("b", ".", NULL, "d/x");
	add("c", ".", "d", NULL);
	(void)order();
	is_int(p.stage[2].n_after, 1, "a name that begins the same is no folder");

	begin();
	add("a", ".", NULL, "x");
	add("a", ".", NULL, "y");
	is_text(order(), "! there are two stages 'a'", "two of one name");
	ok(pipeline_dep_is_name("data:x") && !pipeline_dep_is_name("./data:x"),
	    "names and paths are told apart");
}

static void
test_selection(void)
{
	const char *target[] = { "y" }, *wrong[] = { "mkae" };
	const struct pipeline_want down = { .down = true };
	struct err e = ERR_INIT;
	bool want[3];

	begin();
	add("make", ".", NULL, "x");
	add("use", ".", "x", "y");
	add("end", ".", "y", NULL);
	(void)order();
	ok(pipeline_select(want, &p, target, 1, NULL, &e) == 0 && want[0] &&
	    want[1] && !want[2], "an output and what it needs");
	ok(pipeline_select(want, &p, target, 1, &down, &e) == 0 && !want[0] &&
	    want[1] && want[2], "an output and what needs it");
	ok(pipeline_select(want, &p, wrong, 1, NULL, &e) < 0 &&
	    strstr(e.msg, "do you mean 'make'?"), "a word that is near");
}

int
main(void)
{
	test_paths();
	test_order();
	test_selection();
	pipeline_release(&p);
	return tap_done();
}
