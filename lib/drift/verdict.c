/* Verdicts: the score of a test, missing values, sampling noise, too few. */
#include "drift/verdict.h"

#include <math.h>
#include <string.h>

#include "math/elem.h"

/* Share of the rows that have no value. */
static double
empty_share(uint64_t values, uint64_t rows)
{
	return rows > 0 ? 1 - (double)values / (double)rows : 0;
}

/* No value where there were some, and not because the few rows there are
 * happen to lack one. */
static bool
is_emptied(const struct drift_column *d, double level)
{
	double before = empty_share(d->n_ref, d->rows_ref);

	return d->n_cur == 0 && d->n_ref > 0 && (before == 0 ||
	    (double)d->rows_cur * m_log(before) < m_log(level));
}

static bool
is_missing_drift(const struct drift_column *d, const struct drift_opts *o,
    bool few, double level)
{
	double gap = fabs(empty_share(d->n_cur, d->rows_cur) -
	    empty_share(d->n_ref, d->rows_ref));

	if (is_emptied(d, level))
		return true;
	return !few && gap >= o->missing && ts_share_chance(d->n_ref,
	    d->rows_ref, d->n_cur, d->rows_cur) <= level;
}

static bool
is_few(uint64_t n, const struct drift_opts *o)
{
	return n < o->min_rows;
}

/* Why the test's verdict is not that of the column; DRIFT_BY_TEST: it is. */
static enum drift_by
find_reason(const struct drift_column *d, const struct drift_opts *o,
    double level)
{
	bool few = is_few(d->rows_ref, o) || is_few(d->rows_cur, o);

	if (is_missing_drift(d, o, few, level))
		return DRIFT_BY_MISSING;
	if (d->n_ref == 0 && d->n_cur == 0)
		return DRIFT_BY_TEST;
	if (is_few(d->n_ref, o) || is_few(d->n_cur, o))
		return DRIFT_BY_FEW;
	if (d->by == DRIFT_BY_TEST && d->test_drifted && d->chance > level)
		return DRIFT_BY_CHANCE;
	return d->by;
}

void
judge_column(struct drift_column *d, const struct drift_opts *o, double level)
{
	bool low = ts_drifted(d->method, d->low, d->threshold);
	bool high = ts_drifted(d->method, d->high, d->threshold);

	if (d->by == DRIFT_BY_GONE || d->by == DRIFT_BY_TYPE) {
		d->drifted = true;
		return;
	}
	d->unknown = low != high || isnan(d->score);
	d->test_drifted = d->drifted = low && high;
	if (o->evidently)
		return;
	d->by = find_reason(d, o, level);
	switch (d->by) {
	case DRIFT_BY_MISSING:
		d->drifted = true;
		d->unknown = false;
		break;
	case DRIFT_BY_CHANCE:
	case DRIFT_BY_FEW:
		d->drifted = d->unknown = false;
		break;
	default:
		/* never a value, then and now: nothing changed */
		if (d->n_ref == 0 && d->n_cur == 0)
			d->unknown = false;
		break;
	}
}

static double
weight_of(const struct drift_opts *o, const char *name)
{
	double v = o->n_weight == 0;

	for (size_t i = 0; i < o->n_weight; i++)
		if (strcmp(o->weight[i].column, name) == 0)
			v = o->weight[i].weight;
	return v;
}

int
judge_dataset(struct drift_report *r, const struct drift_opts *o,
    struct err *e)
{
	double all = 0, drifted = 0, unknown = 0;

	for (size_t i = 0; i < r->n; i++) {
		double v = weight_of(o, r->col[i].name);

		r->count += r->col[i].drifted;
		r->unknowns += r->col[i].unknown;
		all += v;
		drifted += r->col[i].drifted ? v : 0;
		unknown += r->col[i].unknown ? v : 0;
	}
	if (all == 0)
		return err_set(e, ERR_UNSUPPORTED, "no column that is compared "
		    "has a weight");
	r->share = (double)r->count / (double)r->n;
	r->weighted = drifted / all;
	r->drifted = r->weighted >= o->share;
	r->unknown = !r->drifted && (drifted + unknown) / all >= o->share;
	return 0;
}
