/* mlv-train search plot: what a search found, as a page. */
#include "cli/cli.h"
#include "flow/search/page.h"
#include "study.h"
#include "verbs.h"

struct plot_opts {
	const char *journal;
	int64_t objective;
	bool html;
};

static const struct plot_opts plot_defaults = { .objective = 1 };

static const struct opt plot_options[] = {
	{ OPT_FLAG, 0, "html", offsetof(struct plot_opts, html), NULL,
	    "a page of HTML instead of Markdown" },
	{ OPT_INT, 0, "objective", offsetof(struct plot_opts, objective),
	    "N", "of several directions which, from 1; default 1", .low = 1,
	    .high = STUDY_OBJECTIVES_MAX },
	STUDY_AT(struct plot_opts, journal),
	OPT_END
};

static int
plot_check(struct cli *c, void *opts, int argc, char **argv)
{
	(void)opts;
	(void)argv;
	return argc == 1 ? 0 : cli_usage(c, "search plot takes one name, that "
	    "of the study");
}

static int
plot_run(struct cli *c, void *opts, int argc, char **argv)
{
	const struct plot_opts *o = opts;
	struct err e = ERR_INIT;
	struct study *s;
	struct buf b;
	int r;

	(void)argc;
	if (study_open_there(&s, c, o->journal, argv[0], &e) < 0)
		return cli_fail(c, &e);
	buf_init(&b, BUF_CAP_DOC);
	r = (size_t)o->objective > s->n_objectives ? err_set(&e, ERR_USAGE,
	    "study '%s' has %zu direction%s, no number %lld", s->name,
	    s->n_objectives, s->n_objectives == 1 ? "" : "s",
	    (long long)o->objective) : study_page_write(&b, s,
	    (size_t)o->objective - 1, o->html ? DOC_HTML : DOC_MARKDOWN, &e);
	if (r == 0)
		out_raw(&c->out, b.data, b.len);
	buf_free(&b);
	study_close(s);
	return r < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_search_plot = {
	.name = "search plot",
	.summary = "what a search found, as pictures in text or HTML",
	.synopsis = "[--html] [--objective N] [--journal FILE] STUDY",
	.about =
"Writes what a study has found as Markdown: its history, which parameters\n"
"mattered, the best trials.  With --html it is one self-contained page that\n"
"needs no script and no network, which also draws each parameter against the\n"
"value, the two that matter most together, and the trials side by side.\n"
"\n"
"example: mlv-train search plot --html tune >tune.html\n",
	.options = plot_options, .opts_size = sizeof(struct plot_opts),
	.defaults = &plot_defaults, .flags = VERB_CATALOG,
	.check = plot_check, .run = plot_run,
};
