/* mlv-train search importance: which parameters mattered. */
#include "cli/cli.h"
#include "search/importance/importance.h"
#include "search/setup.h"
#include "study.h"
#include "verbs.h"

struct importance_opts {
	const char *journal;
	int64_t objective, seed;
};

static const struct importance_opts importance_defaults = { .objective = 1 };

static const struct opt importance_options[] = {
	{ OPT_INT, 0, "objective", offsetof(struct importance_opts, objective),
	    "N", "of several directions which, from 1; default 1", .low = 1,
	    .high = STUDY_OBJECTIVES_MAX },
	{ OPT_INT, 0, "seed", offsetof(struct importance_opts, seed), "N",
	    "of the forest; default 0", .high = INFINITY },
	STUDY_AT(struct importance_opts, journal),
	OPT_END
};

static int
importance_check(struct cli *c, void *opts, int argc, char **argv)
{
	(void)opts;
	(void)argv;
	return argc == 1 ? 0 : cli_usage(c, "search importance takes one name, "
	    "that of the study");
}

static int
print_importance(struct cli *c, struct study *s,
    const struct importance_opts *o, struct err *e)
{
	struct importance *found;
	struct space space = { .n = 0 };
	struct past past = { .n = 0 };
	size_t used;
	int r;

	if ((size_t)o->objective > s->n_objectives)
		return err_set(e, ERR_USAGE, "study '%s' has %zu direction%s, "
		    "no number %lld", s->name, s->n_objectives,
		    s->n_objectives == 1 ? "" : "s", (long long)o->objective);
	r = study_space(&space, s, e);
	if (r == 0)
		r = past_read(&past, s, &space, e);
	found = arena_alloc(&c->arena, (space.n + 1) * sizeof(*found));
	if (r == 0)
		r = importance_find(found, &used, &past, (size_t)o->objective -
		    1, (uint64_t)o->seed, e);
	for (size_t i = 0; r == 0 && i < space.n; i++) {
		out_begin(&c->out, "mlv.importance/1");
		out_text(&c->out, "name", space.param[found[i].param].name);
		out_num(&c->out, "share", found[i].share);
		out_only(&c->out, OUT_JSON);
		out_int(&c->out, "trials", (int64_t)used);
		out_end(&c->out);
	}
	past_release(&past);
	space_release(&space);
	return r;
}

static int
importance_run(struct cli *c, void *opts, int argc, char **argv)
{
	const struct importance_opts *o = opts;
	struct err e = ERR_INIT;
	struct study *s;
	int r;

	(void)argc;
	if (study_open_there(&s, c, o->journal, argv[0], &e) < 0)
		return cli_fail(c, &e);
	r = print_importance(c, s, o, &e);
	study_close(s);
	return r < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_search_importance = {
	.name = "search importance",
	.summary = "which parameters of a search mattered",
	.synopsis = "[--objective N] [--seed N] [--journal FILE] STUDY",
	.about =
"Prints one record a parameter, the most important first: its name, and which\n"
"share of the values' variance is its own (functional ANOVA on a forest of 64\n"
"trees, as Optuna's), of all parameters together 1.  Complete trials count that\n"
"have every parameter.\n"
"\n"
"Exit status: 0 done, 1 too few trials or all of the same value, 2 usage,\n"
"3 trouble.\n"
"\n"
"example: mlv-train search importance tune\n",
	.options = importance_options,
	.opts_size = sizeof(struct importance_opts),
	.defaults = &importance_defaults,
	.flags = VERB_JSON | VERB_NUL | VERB_TABLE | VERB_CATALOG,
	.check = importance_check, .run = importance_run,
};
