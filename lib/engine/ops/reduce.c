/* Many values to one: sums, extremes, places, softmax. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "math/elem.h"
#include "engine/step.h"

enum reduce { R_SUM, R_MEAN, R_MAX, R_MIN, R_PROD, R_L1, R_L2, R_SQUARES,
	R_LOG_SUM, R_LOG_SUM_EXP };

struct reduction {
	bool gone[ONNX_RANK_MAX];	/* axes that are reduced */
	int64_t dim[ONNX_RANK_MAX];	/* of the result, kept axes as 1 */
	size_t count;			/* values behind one result */
};

static int
reduce_plan(struct reduction *p, struct model_run *r, const struct step *s,
    const struct tensor *a, struct err *e)
{
	const struct tensor *t = step_in(r, s, 1);
	const struct onnx_attr *at = attr_list(s, "axes", ONNX_ATTR_INTS);
	int64_t axes[ONNX_RANK_MAX];
	int n = 0;

	memset(p, 0, sizeof(*p));
	if (t && tensor_ints(axes, &n, t, e) < 0)
		return -1;
	if (t == NULL && at && at->n <= ONNX_RANK_MAX) {
		n = (int)at->n;
		memcpy(axes, at->ints, at->n * sizeof(*axes));
	}
	for (int i = 0; i < n; i++) {
		int64_t k = axes[i] < 0 ? axes[i] + a->rank : axes[i];

		if (k < 0 || k >= a->rank)
			return step_bad(s, e, "axis %lld of %d dimensions",
			    (long long)axes[i], a->rank);
		p->gone[k] = true;
	}
	p->count = 1;
	for (int d = 0; d < a->rank; d++) {
		if (n == 0)
			p->gone[d] = attr_int(s, "noop_with_empty_axes", 0) == 0;
		p->dim[d] = p->gone[d] ? 1 : a->dim[d];
		if (p->gone[d])
			p->count *= (size_t)a->dim[d];
	}
	return 0;
}

static double
value_at(const struct tensor *t, size_t i)
{
	return t->elem == ONNX_FLOAT ? (double)((const float *)t->data)[i] :
	    t->elem == ONNX_DOUBLE ? ((const double *)t->data)[i] :
	    t->elem == ONNX_INT64 ? (double)((const int64_t *)t->data)[i] :
	    (double)((const int32_t *)t->data)[i];
}

static double
start_of(int kind)
{
	return kind == R_PROD ? 1 : kind == R_MAX ? -INFINITY :
	    kind == R_MIN ? INFINITY : 0;
}

static double
fold_value(int kind, double acc, double x)
{
	switch (kind) {
	case R_PROD:
		return acc * x;
	case R_MAX:
		return isnan(acc) || acc > x ? acc : x;
	case R_MIN:
		return isnan(acc) || acc < x ? acc : x;
	case R_L1:
		return acc + fabs(x);
	case R_L2:
	case R_SQUARES:
		return acc + x * x;
	default:
		return acc + x;
	}
}

static double
finish_value(int kind, double acc, size_t count)
{
	return kind == R_MEAN ? acc / (double)count : kind == R_L2 ? sqrt(acc) :
	    kind == R_LOG_SUM ? m_log(acc) : acc;
}

static void
store_at(struct tensor *t, size_t i, double v)
{
	if (t->elem == ONNX_FLOAT)
		((float *)t->data)[i] = (float)v;
	else if (t->elem == ONNX_DOUBLE)
		((double *)t->data)[i] = v;
	else if (t->elem == ONNX_INT64)
		((int64_t *)t->data)[i] = (int64_t)v;
	else
		((int32_t *)t->data)[i] = (int32_t)v;
}

/* Where in the result each value goes, walked in row-major order. */
static void
accumulate_values(double *acc, const double *top, const struct tensor *a,
    const struct reduction *p, int kind)
{
	int64_t at[ONNX_RANK_MAX] = { 0 }, unit[ONNX_RANK_MAX], k = 1;

	for (int d = a->rank - 1; d >= 0; d--) {
		unit[d] = p->gone[d] ? 0 : k;
		k *= p->dim[d];
	}
	for (size_t i = 0, o = 0; i < a->n; i++) {
		double x = value_at(a, i);

		if (top)
			x = isinf(top[o]) ? 0 : m_exp(x - top[o]);
		acc[o] = fold_value(kind, acc[o], x);
		for (int d = a->rank - 1; d >= 0; d--) {
			o += (size_t)unit[d];
			if (++at[d] < a->dim[d])
				break;
			o -= (size_t)(unit[d] * a->dim[d]);
			at[d] = 0;
		}
	}
}

static int
run_reduce(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0);
	int kind = s->op->arg, rank = 0;
	bool keep = attr_int(s, "keepdims", 1) != 0;
	int64_t dim[ONNX_RANK_MAX];
	double *acc, *top = NULL;
	struct reduction p;
	struct tensor *out;

	if (a == NULL)
		return step_bad(s, e, "an input is needed");
	if (a->elem != ONNX_FLOAT && a->elem != ONNX_DOUBLE &&
	    a->elem != ONNX_INT64 && a->elem != ONNX_INT32)
		return step_bad_type(s, a->elem, e);
	if (reduce_plan(&p, r, s, a, e) < 0)
		return -1;
	for (int d = 0; d < a->rank; d++)
		if (keep || !p.gone[d])
			dim[rank++] = p.dim[d];
	if ((out = step_out(r, s, 0, a->elem, rank, dim, e)) == NULL)
		return -1;
	acc = step_room(r, s, out->n, (kind == R_LOG_SUM_EXP ? 2 : 1) *
	    sizeof(*acc), e);
	if (acc == NULL)
		return -1;
	if (kind == R_LOG_SUM_EXP) {
		top = acc + out->n;
		for (size_t i = 0; i < out->n; i++)
			top[i] = -INFINITY;
		accumulate_values(top, NULL, a, &p, R_MAX);
	}
	for (size_t i = 0; i < out->n; i++)
		acc[i] = start_of(kind);
	accumulate_values(acc, top, a, &p, kind);
	for (size_t i = 0; i < out->n; i++)
		store_at(out, i, top ? (isinf(top[i]) ? top[i] : m_log(acc[i]) +
		    top[i]) : finish_value(kind, acc[i], p.count));
	return 0;
}

/* --- along one axis ------------------------------------------------------- */

struct lane {
	size_t outer, n, inner;		/* values are inner apart */
};

static int
lane_of(struct lane *l, const struct tensor *a, int64_t axis,
    const struct step *s, struct err *e)
{
	if (axis < 0)
		axis += a->rank;
	if (axis < 0 || axis >= a->rank)
		return step_bad(s, e, "axis %lld of %d dimensions",
		    (long long)axis, a->rank);
	l->outer = l->inner = 1;
	l->n = (size_t)a->dim[axis];
	for (int d = 0; d < a->rank; d++) {
		if (d < axis)
			l->outer *= (size_t)a->dim[d];
		if (d > axis)
			l->inner *= (size_t)a->dim[d];
	}
	return 0;
}

static int
run_arg(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0);
	int64_t axis = attr_int(s, "axis", 0), dim[ONNX_RANK_MAX];
	bool keep = attr_int(s, "keepdims", 1) != 0;
	bool last = attr_int(s, "select_last_index", 0) != 0;
	struct tensor *out;
	struct lane l;
	int rank = 0;

	if (a == NULL)
		return step_bad(s, e, "an input is needed");
	if (a->elem != ONNX_FLOAT && a->elem != ONNX_DOUBLE &&
	    a->elem != ONNX_INT64 && a->elem != ONNX_INT32)
		return step_bad_type(s, a->elem, e);
	if (lane_of(&l, a, axis, s, e) < 0)
		return -1;
	if (l.n == 0)
		return step_bad(s, e, "nothing to choose from");
	axis = axis < 0 ? axis + a->rank : axis;
	for (int d = 0; d < a->rank; d++)
		if (d != axis || keep)
			dim[rank++] = d == axis ? 1 : a->dim[d];
	if ((out = step_out(r, s, 0, ONNX_INT64, rank, dim, e)) == NULL)
		return -1;
	for (size_t o = 0; o < l.outer; o++)
		for (size_t i = 0; i < l.inner; i++) {
			size_t base = o * l.n * l.inner + i, best = 0;
			double top = value_at(a, base);

			for (size_t k = 1; k < l.n; k++) {
				double x = value_at(a, base + k * l.inner);

				if (s->op->arg ? x < top || (last && x == top) :
				    x > top || (last && x == top)) {
					top = x;
					best = k;
				}
			}
			((int64_t *)out->data)[o * l.inner + i] =
			    (int64_t)best;
		}
	return 0;
}

/* One lane of softmax in place, in the element's own precision. */
static void
softmax_lane(struct tensor *t, size_t base, const struct lane *l, bool log)
{
	double top = -INFINITY, sum = 0;

	for (size_t k = 0; k < l->n; k++) {
		double x = value_at(t, base + k * l->inner);

		top = isnan(x) || x > top ? x : top;
	}
	for (size_t k = 0; k < l->n; k++)
		sum += m_exp(value_at(t, base + k * l->inner) - top);
	for (size_t k = 0; k < l->n; k++) {
		size_t at = base + k * l->inner;
		double x = value_at(t, at) - top;

		store_at(t, at, log ? x - m_log(sum) : m_exp(x) / sum);
	}
}

/* One lane of hardmax in place: 1 at the first of the largest, else 0. */
static void
hardmax_lane(struct tensor *t, size_t base, const struct lane *l)
{
	size_t best = 0;

	for (size_t k = 1; k < l->n; k++)
		if (value_at(t, base + k * l->inner) >
		    value_at(t, base + best * l->inner))
			best = k;
	for (size_t k = 0; k < l->n; k++)
		store_at(t, base + k * l->inner, k == best);
}

enum lanes { LANE_SOFTMAX, LANE_LOG_SOFTMAX, LANE_HARDMAX };

static int
run_softmax(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0);
	/* before opset 13 everything from the axis on is one lane */
	int64_t axis = attr_int(s, "axis", s->opset < 13 ? 1 : -1);
	struct tensor *out;
	struct lane l;

	if (a == NULL || (a->elem != ONNX_FLOAT && a->elem != ONNX_DOUBLE))
		return a ? step_bad_type(s, a->elem, e) :
		    step_bad(s, e, "an input is needed");
	if (lane_of(&l, a, axis, s, e) < 0 ||
	    (out = step_out(r, s, 0, a->elem, a->rank, a->dim, e)) == NULL)
		return -1;
	if (s->opset < 13) {
		l.n *= l.inner;
		l.inner = 1;
	}
	if (step_work(r, s, a->n, 8, e) < 0)
		return -1;
	memcpy(out->data, a->data, a->n * onnx_elem_size(a->elem));
	for (size_t o = 0; o < l.outer; o++)
		for (size_t i = 0; i < l.inner && l.n; i++)
			if (s->op->arg == LANE_HARDMAX)
				hardmax_lane(out, o * l.n * l.inner + i, &l);
			else
				softmax_lane(out, o * l.n * l.inner + i, &l,
				    s->op->arg == LANE_LOG_SOFTMAX);
	return 0;
}

struct ranked {
	double v;
	size_t at;
};

/* NaN comes last, both ways. */
static bool
sorts_before(double a, double b, bool largest)
{
	return isnan(b) ? !isnan(a) : largest ? a > b : a < b;
}

static int
by_rank(const struct ranked *a, const struct ranked *b, bool largest)
{
	return sorts_before(a->v, b->v, largest) ? -1 : sorts_before(b->v, a->v,
	    largest) ? 1 : a->at < b->at ? -1 : 1;
}

static int
falling_order(const void *x, const void *y)
{
	return by_rank(x, y, true);
}

static int
rising_order(const void *x, const void *y)
{
	return by_rank(x, y, false);
}

#define FEW 32			/* of many: sooner picked than sorted */

/* The first k <= n in order; what is behind them is lost. */
static void
pick_first(struct ranked *lane, size_t n, size_t k, bool largest)
{
	if (k > FEW) {
		qsort(lane, n, sizeof(*lane), largest ? falling_order : rising_order);
		return;
	}
	for (size_t j = 0; k && j < n; j++) {
		struct ranked x = lane[j];
		size_t i = j < k ? j : k - 1;

		if (j >= k && !sorts_before(x.v, lane[i].v, largest))
			continue;
		for (; i > 0 && sorts_before(x.v, lane[i - 1].v, largest); i--)
			lane[i] = lane[i - 1];
		lane[i] = x;
	}
}

static int
run_topk(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0), *k_in = step_in(r, s, 1);
	int64_t axis = attr_int(s, "axis", -1), dim[ONNX_RANK_MAX];
	int64_t k = attr_int(s, "k", -1);
	bool largest = attr_int(s, "largest", 1) != 0;
	struct tensor *values, *places;
	struct ranked *lane;
	struct lane l;

	if (a == NULL)
		return step_bad(s, e, "an input is needed");
	if (a->elem != ONNX_FLOAT && a->elem != ONNX_DOUBLE &&
	    a->elem != ONNX_INT64)
		return step_bad_type(s, a->elem, e);
	if (lane_of(&l, a, axis, s, e) < 0)
		return -1;
	if (k_in && k_in->elem == ONNX_INT64 && k_in->n == 1)
		k = *(const int64_t *)k_in->data;
	if (k < 0 || (size_t)k > l.n)
		return step_bad(s, e, "the first %lld of %zu", (long long)k,
		    l.n);
	axis = axis < 0 ? axis + a->rank : axis;
	memcpy(dim, a->dim, sizeof(dim));
	dim[axis] = k;
	values = step_out(r, s, 0, a->elem, a->rank, dim, e);
	places = values ? step_out(r, s, 1, ONNX_INT64, a->rank, dim, e) : NULL;
	if (places == NULL || step_work(r, s, a->n, k > FEW ? 32 : 1 +
	    (size_t)k / 2, e) < 0 ||
	    (lane = step_room(r, s, l.n, sizeof(*lane), e)) == NULL)
		return -1;
	for (size_t o = 0; o < l.outer; o++)
		for (size_t i = 0; i < l.inner; i++) {
			for (size_t j = 0; j < l.n; j++)
				lane[j] = (struct ranked){ value_at(a, (o * l.n
				    + j) * l.inner + i), j };
			pick_first(lane, l.n, (size_t)k, largest);
			for (size_t j = 0; j < (size_t)k; j++) {
				size_t to = (o * (size_t)k + j) * l.inner + i;

				store_at(values, to, lane[j].v);
				((int64_t *)places->data)[to] =
				    (int64_t)lane[j].at;
			}
		}
	return 0;
}

#define REDUCE(n, k) { "", n, 1, 0, NULL, run_reduce, k }
const struct op ops_reduce[] = {
	REDUCE("ReduceSum", R_SUM), REDUCE("ReduceMean", R_MEAN),
	REDUCE("ReduceMax", R_MAX), REDUCE("ReduceMin", R_MIN),
	REDUCE("ReduceProd", R_PROD), REDUCE("ReduceL1", R_L1),
	REDUCE("ReduceL2", R_L2), REDUCE("ReduceSumSquare", R_SQUARES),
	REDUCE("ReduceLogSum", R_LOG_SUM),
	REDUCE("ReduceLogSumExp", R_LOG_SUM_EXP),
	{ "", "ArgMax", 1, 0, NULL, run_arg, 0 },
	{ "", "ArgMin", 1, 0, NULL, run_arg, 1 },
	{ "", "Softmax", 1, 0, NULL, run_softmax, LANE_SOFTMAX },
	{ "", "LogSoftmax", 1, 0, NULL, run_softmax, LANE_LOG_SOFTMAX },
	{ "", "Hardmax", 1, 0, NULL, run_softmax, LANE_HARDMAX },
	{ "", "TopK", 1, 0, NULL, run_topk, 0 },
	{ NULL, NULL, 0, 0, NULL, NULL, 0 }
};
