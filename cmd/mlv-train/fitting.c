/* The options of whatever fits a learner, and the request they make. */
#include "fitting.h"

#include "cli/environment.h"

enum { GOLDEN_PROFILE, GOLDEN_REAL };

const struct opt_word golden_words[] = {
	{ "profile", GOLDEN_PROFILE }, { "real", GOLDEN_REAL }, { NULL, 0 }
};

int
fitting_check(struct cli *c, const struct fitting_opts *o)
{
	const struct fit_request *rq = &o->rq;

	if (rq->cv.folds == 1)
		return cli_usage(c, "--cv takes 2 folds or more");
	if (rq->cv.folds == 0 && (rq->cv.by || rq->cv.time))
		return cli_usage(c, "--by and --time say how --cv deals rows "
		    "out: give --cv");
	if (rq->cv.by && rq->cv.time)
		return cli_usage(c, "--by and --time exclude each other");
	if (rq->cv.folds && rq->valid)
		return cli_usage(c, "--cv and --valid exclude each other");
	return 0;
}

/* What the options of several values say. */
static int
fill_lists(struct cli *c, struct fitting_opts *o)
{
	struct fit_request *rq = &o->rq;
	struct param *set = arena_alloc(&c->arena, (o->set.n + 1) *
	    sizeof(*set));
	const char **drop = arena_alloc(&c->arena, (o->drop.n + 2) *
	    sizeof(*drop));

	for (size_t i = 0; i < o->drop.n; i++)
		drop[rq->frame.n_drop++] = o->drop.v[i];
	/* what deals rows out is nothing to learn from */
	if (rq->cv.by)
		drop[rq->frame.n_drop++] = rq->cv.by;
	if (rq->cv.time)
		drop[rq->frame.n_drop++] = rq->cv.time;
	rq->frame.drop = drop;
	rq->frame.categorical = o->categorical.v;
	rq->frame.n_categorical = o->categorical.n;
	rq->frame.numeric = o->numeric.v;
	rq->frame.n_numeric = o->numeric.n;
	rq->learn.set = set;
	rq->learn.n_set = o->set.n;
	for (size_t i = 0; i < o->set.n; i++)
		if (!cli_key_value(c, o->set.v[i], &set[i].name,
		    &set[i].value))
			return cli_usage(c, "'--set %s' is not NAME=VALUE",
			    o->set.v[i]);
	return 0;
}

int
fitting_fill(struct cli *c, struct fitting_opts *o, const char *data)
{
	struct fit_request *rq = &o->rq;
	int r;

	if ((r = reading_opts(&o->read_opts, c, &o->read)) != 0 ||
	    (r = fill_lists(c, o)) != 0)
		return r;
	rq->data = data;
	rq->read = &o->read_opts;
	rq->cv.seed = (uint64_t)rq->learn.seed;
	rq->golden_real = o->golden == GOLDEN_REAL;
	rq->learn.threads = (int)o->threads;
	rq->learn.progress = &c->progress;
	rq->log = &c->log;
	rq->intervals = c->json;
	if (!cli_cache_bytes(&rq->keep_bytes))
		return cli_usage(c, "MLV_CACHE_BYTES is a number of bytes");
	return 0;
}
