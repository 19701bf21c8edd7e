/* mlv-train compare: runs side by side. */
#include <string.h>

#include "base/file.h"
#include "cli/cli.h"
#include "flow/compare/compare.h"
#include "track/diff.h"
#include "verbs.h"

struct compare_opts {
	const char *html;
	bool all;
};

static const struct opt compare_options[] = {
	{ OPT_FLAG, 'a', "all", offsetof(struct compare_opts, all), NULL,
	    "also what is the same in all of them" },
	{ OPT_TEXT, 0, "html", offsetof(struct compare_opts, html), "FILE",
	    "write a page there: parallel coordinates, curves, differences" },
	OPT_END
};

static void
print_line(struct cli *c, const struct run_diff_line *l,
    const struct texts *names)
{
	out_begin(&c->out, "mlv.comparison/1");
	out_text(&c->out, "field", l->field);
	for (size_t i = 0; i < names->n; i++) {
		/* JSON has one list, text a column a run, headed by its name */
		out_only(&c->out, OUT_TEXT);
		out_text(&c->out, c->terminal ? names->v[i] : "value",
		    l->text[i]);
	}
	out_only(&c->out, OUT_JSON);
	out_tree(&c->out, "values", l->values);
	out_end(&c->out);
}

static int
write_page(struct cli *c, const char *path, const struct texts *names,
    struct err *e)
{
	struct buf page;
	int r;

	buf_init(&page, BUF_CAP_DOC);
	r = compare_page(&page, c->catalog, names->v, names->n, e);
	if (r == 0)
		r = file_replace(os_real(), path, page.data, page.len, 0666, e);
	buf_free(&page);
	return r;
}

static int
compare_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct compare_opts *o = opts;
	struct err e = ERR_INIT;
	struct run_diff diff = { 0 };
	struct texts names;
	int r;

	if (cli_names(c, &names, argc, argv, &e) < 0)
		return cli_fail(c, &e);
	if (names.n < 2)
		return cli_usage(c, "compare needs two runs or more");
	if (o->html && o->all)
		return cli_usage(c, "--all is of the table; the page has what "
		    "differs");
	if (o->html)
		return write_page(c, o->html, &names, &e) < 0 ?
		    cli_fail(c, &e) : EXIT_YES;
	r = run_diff_read(&diff, c->catalog, names.v, names.n, &e);
	for (size_t i = 0; r == 0 && i < diff.n_lines; i++)
		if (o->all || diff.line[i].differs || i == 0)
			print_line(c, &diff.line[i], &names);
	run_diff_release(&diff);
	return r < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_compare = {
	.name = "compare",
	.summary = "put runs side by side",
	.synopsis = "[-a | --html FILE] RUN RUN...\n[-a | --html FILE] --stdin",
	.about =
"Prints one record a field in which the runs differ, one column a run: the\n"
"parameters, the value of each metric, the git commit, what they read\n"
"and made, and what they cost.  A field a run lacks is \\N.  On a terminal this\n"
"is a table, and numbers have 4 digits.\n"
"\n"
"--html writes one self-contained page instead: the runs as lines across their\n"
"parameters and metrics, their curves, and in what parameters, code and data\n"
"they differ, with what was not committed.\n"
"\n"
"example: mlv-train runs --sort -metrics.auc -n 3 | mlv-train compare --stdin\n"
"example: mlv-train compare --html sweep.html try1 try2 try3\n",
	.options = compare_options, .opts_size = sizeof(struct compare_opts),
	.flags = VERB_JSON | VERB_STDIN | VERB_TABLE | VERB_REPOSITORY, .run = compare_run,
};
