/* mlv-drift multivariate: have the columns changed together? */
#include <fnmatch.h>
#include <math.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/reading.h"
#include "flow/multi/multi.h"
#include "side.h"
#include "verbs.h"

struct multivariate_verb {
	struct reading read;
	struct texts only, exclude;
	double threshold;
	int method;
};

enum { BOTH, CLASSIFIER, RECONSTRUCTION, DISTANCE, RATIO, MMD };

static const struct opt_word methods[] = {
	{ "classifier", CLASSIFIER }, { "reconstruction", RECONSTRUCTION },
	{ "distance", DISTANCE }, { "ratio", RATIO }, { "mmd", MMD },
	{ NULL, 0 }
};

static const struct {
	int (*score)(struct multi_score *out, const struct table *ref,
	    const struct table *cur, const struct multi_opts *o,
	    struct err *e);
	double threshold;		/* unless one is said */
} how[] = {
	[CLASSIFIER] = { multi_classifier, 0.55 },
	[RECONSTRUCTION] = { multi_reconstruction, NAN },
	[DISTANCE] = { multi_distance, MULTI_DISTANCE },
	[RATIO] = { multi_ratio, MULTI_RATIO },
	[MMD] = { multi_mmd, MULTI_MMD },
};

static const struct opt multivariate_options[] = {
	{ OPT_WORD, 'm', "method", offsetof(struct multivariate_verb, method),
	    "HOW", "that alone; of embeddings also distance, ratio, mmd",
	    .words = methods },
	{ OPT_NUM, 't', "threshold", offsetof(struct multivariate_verb,
	    threshold), "NUMBER", "from which on it is drift, see above",
	    .high = INFINITY },
	{ OPT_LIST, 'c', "column", offsetof(struct multivariate_verb, only),
	    "NAME,...", "these columns alone; 'e_*' are all of an embedding" },
	{ OPT_LIST, 'x', "exclude", offsetof(struct multivariate_verb,
	    exclude), "COLUMN,...", "leave these columns out" },
	READING_OPTIONS(struct multivariate_verb, read),
	OPT_END
};

static void
put_score(struct out *o, const struct multi_score *s)
{
	out_begin(o, "mlv.drift.multivariate/1");
	out_text(o, "method", s->method);
	out_num(o, "score", s->score);
	if (isnan(s->low)) {
		out_null(o, "low");
		out_null(o, "high");
	} else {
		out_num(o, "low", s->low);
		out_num(o, "high", s->high);
	}
	if (isnan(s->threshold_low))
		out_null(o, "threshold_low");
	else
		out_num(o, "threshold_low", s->threshold_low);
	out_num(o, "threshold", s->threshold);
	out_int(o, "columns", (int64_t)s->columns);
	out_text(o, "verdict", s->drifted ? "drift" : "same");
	out_end(o);
}

static int
open_rows(struct side *s, struct cli *c, const char *name,
    const struct table_read_opts *user, struct err *e)
{
	if (side_open(s, c->catalog, name, user, e) != 0)
		return -1;
	if (s->t == NULL)
		return err_set(e, ERR_UNSUPPORTED, s->p != NULL ? "'%s' is a "
		    "profile, which has no rows: name its data" : "no rows in "
		    "'%s'", name);
	return 0;
}

/* Is it the place of a list: LIST.0? */
static bool
is_of_list(const char *name, const char *list)
{
	size_t n = strlen(list);

	return strncmp(name, list, n) == 0 && name[n] == '.' &&
	    name[n + 1] != '\0' && name[n + 1 + strspn(name + n + 1,
	    "0123456789")] == '\0';
}

/* Names, and patterns of names of the reference's columns. */
static int
find_named(struct texts *out, struct cli *c, const struct texts *in,
    const struct table *ref, struct err *e)
{
	out->v = arena_alloc(&c->arena, (in->n + 1) * (ref->cols + 1) *
	    sizeof(*out->v));
	out->n = 0;
	for (size_t i = 0; i < in->n; i++) {
		size_t before = out->n;

		if (table_find(ref, in->v[i]) != NULL) {
			out->v[out->n++] = in->v[i];
			continue;
		}
		for (size_t k = 0; k < ref->cols; k++)
			if (fnmatch(in->v[i], ref->col[k].name, 0) == 0 ||
			    is_of_list(ref->col[k].name, in->v[i]))
				out->v[out->n++] = ref->col[k].name;
		if (out->n == before && strpbrk(in->v[i], "*?[") == NULL)
			out->v[out->n++] = in->v[i];	/* told later */
		else if (out->n == before)
			return err_set(e, ERR_NOENT, "no column of the "
			    "reference is like '%s'", in->v[i]);
	}
	return 0;
}

static int
score(bool *drifted, struct cli *c, const struct multivariate_verb *o,
    const struct table *ref, const struct table *cur, struct err *e)
{
	struct multi_opts m = { 0 };
	struct texts only, exclude;
	struct multi_score s;

	if (find_named(&only, c, &o->only, ref, e) < 0 ||
	    find_named(&exclude, c, &o->exclude, ref, e) < 0)
		return -1;
	m.only = only.v;
	m.n_only = only.n;
	m.exclude = exclude.v;
	m.n_exclude = exclude.n;
	for (int k = CLASSIFIER; k <= MMD; k++) {
		if (o->method == BOTH ? k > RECONSTRUCTION : k != o->method)
			continue;
		m.threshold = o->threshold >= 0 ? o->threshold :
		    how[k].threshold;
		if (how[k].score(&s, ref, cur, &m, e) < 0)
			return -1;
		put_score(&c->out, &s);
		*drifted |= s.drifted;
	}
	return 0;
}

static int
multivariate_run(struct cli *c, void *opts, int argc, char **argv)
{
	const struct multivariate_verb *o = opts;
	const struct multi_opts named = { .only = o->only.v, .n_only =
	    o->only.n, .exclude = o->exclude.v, .n_exclude = o->exclude.n };
	struct side ref = { 0 }, cur = { 0 };
	struct table_read_opts user;
	struct err e = ERR_INIT;
	bool drifted = false;
	int status;

	if (argc != 2)
		return cli_usage(c, "give the reference and the current data");
	if (o->method <= CLASSIFIER && o->threshold >= 0 &&
	    (o->threshold < 0.5 || o->threshold > 1))
		return cli_usage(c, "--threshold of the classifier is an area "
		    "from 0.5 to 1");
	if (o->method == RECONSTRUCTION && o->threshold >= 0)
		return cli_usage(c, "the reconstruction's thresholds are the "
		    "reference's own: it takes no --threshold");
	if ((status = reading_opts(&user, c, &o->read)) != 0)
		return status;
	if (open_rows(&ref, c, argv[0], &user, &e) < 0 || open_rows(&cur, c,
	    argv[1], &user, &e) < 0 || multi_split_lists(ref.t, cur.t, &named,
	    &e) < 0 || score(&drifted, c, o, ref.t, cur.t,
	    &e) < 0)
		status = cli_fail(c, &e);
	else
		status = drifted ? EXIT_NO : EXIT_YES;
	side_close(&ref);
	side_close(&cur);
	return status;
}

static const struct multivariate_verb defaults = { .threshold = -1 };

const struct verb verb_multivariate = {
	.name = "multivariate",
	.summary = "have the columns changed together, where each looks the same?",
	.synopsis = "[options] REFERENCE CURRENT",
	.about =
"The classifier is boosted trees that learn to tell the rows of both sides\n"
"apart; its score is the area under the ROC curve on held out rows, with a\n"
"95 % interval: drift from the threshold on (0.55), where the interval lies\n"
"above 0.5.  -c 'e_*' judges an embedding whose dimensions are such columns,\n"
"-c NAME one that is a column of lists, as of Parquet.  Of embeddings there are\n"
"also distance, of the means (drift above 0.2), ratio, of dimensions that\n"
"drifted (0.2), and mmd (0.015), with Evidently's numbers.\n"
"Texts enter as their length and the words in them.  The reconstruction\n"
"is how far rows lie from the principal components of the reference, 65 % of\n"
"its variance, with three sampling errors: drift where it is further from the\n"
"mean of ten parts of the reference than three of their deviations.  Prints a\n"
"record each: method, score, low, high, threshold_low, threshold, columns,\n"
"verdict.  Exit 1 when one says drift.  The others' scores are NannyML's.\n"
"\n"
"example: mlv-drift multivariate data:churn-train .mlv/requests\n",
	.options = multivariate_options,
	.opts_size = sizeof(struct multivariate_verb), .defaults = &defaults,
	.flags = VERB_JSON | VERB_NUL | VERB_TABLE | VERB_CATALOG | VERB_EVENTS,
	.run = multivariate_run,
};
