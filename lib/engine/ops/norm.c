/* Normalisation inside networks, as it is at inference. */
#include <math.h>
#include <string.h>

#include "engine/step.h"

static double
real_at(const struct tensor *t, size_t i)
{
	return t->elem == ONNX_FLOAT ? (double)((const float *)t->data)[i] :
	    ((const double *)t->data)[i];
}

static void
real_set(struct tensor *t, size_t i, double v)
{
	if (t->elem == ONNX_FLOAT)
		((float *)t->data)[i] = (float)v;
	else
		((double *)t->data)[i] = v;
}

static bool
is_real(const struct tensor *t)
{
	return t->elem == ONNX_FLOAT || t->elem == ONNX_DOUBLE;
}

/* (x - mean) / sqrt(var + epsilon) * scale + bias, by channel (axis 1). */
static int
run_batch_norm(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0), *p[4];
	double eps = (double)attr_float(s, "epsilon", 1e-5f);
	size_t channels, inner;
	struct tensor *out;

	NEED(a, s, e);
	if (attr_int(s, "training_mode", 0) != 0 || s->n_out > 1)
		return err_set(e, ERR_UNSUPPORTED, "BatchNormalization in "
		    "training is not supported in node '%s'", s->node->name);
	if (!is_real(a))
		return step_bad_type(s, a->elem, e);
	channels = a->rank > 1 ? (size_t)a->dim[1] : 1;
	inner = a->rank > 2 ? tensor_span(a, 2, a->rank) : 1;
	for (size_t i = 0; i < 4; i++) {
		p[i] = step_in(r, s, i + 1);
		NEED(p[i], s, e);
		if (!is_real(p[i]) || p[i]->n != channels)
			return step_bad(s, e, "one value a channel is needed");
	}
	if ((out = step_out(r, s, 0, a->elem, a->rank, a->dim, e)) == NULL)
		return -1;
	for (size_t i = 0; i < a->n; i++) {
		size_t c = i / inner % channels;

		real_set(out, i, (real_at(a, i) - real_at(p[2], c)) /
		    sqrt(real_at(p[3], c) + eps) * real_at(p[0], c) +
		    real_at(p[1], c));
	}
	return 0;
}

/* How parameter t of a LayerNormalization lies over the n values that are
 * normalised together: its index for value i of the whole tensor. */
static int
param_plan(size_t unit[], const struct tensor *t, const struct tensor *a,
    const struct step *s, struct err *e)
{
	size_t k = 1;

	memset(unit, 0, ONNX_RANK_MAX * sizeof(*unit));
	if (t == NULL)
		return 0;
	if (!is_real(t) || t->rank > a->rank)
		return step_bad(s, e, "a scale or bias does not fit");
	for (int d = t->rank - 1; d >= 0; d--) {
		int at = d + a->rank - t->rank;

		if (t->dim[d] != 1 && t->dim[d] != a->dim[at])
			return step_bad(s, e, "a scale or bias does not fit");
		unit[at] = t->dim[d] == 1 ? 0 : k;
		k *= (size_t)t->dim[d];
	}
	return 0;
}

static double
param_at(const struct tensor *t, const size_t unit[], const struct tensor *a,
    size_t i, double absent)
{
	size_t from = 0;

	if (t == NULL)
		return absent;
	for (int d = a->rank - 1; d >= 0; d--) {
		from += i % (size_t)a->dim[d] * unit[d];
		i /= (size_t)a->dim[d];
	}
	return real_at(t, from);
}

/* Mean and 1/deviation of n values from at on, summed in order. */
static void
row_moments(double *mean, double *scale, const struct tensor *a, size_t at,
    size_t n, double eps)
{
	double sum = 0, squares = 0;

	for (size_t i = 0; i < n; i++)
		sum += real_at(a, at + i);
	*mean = sum / (double)n;
	for (size_t i = 0; i < n; i++) {
		double d = real_at(a, at + i) - *mean;

		squares += d * d;
	}
	*scale = 1 / sqrt(squares / (double)n + eps);
}

static int
run_layer_norm(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0), *g = step_in(r, s, 1);
	const struct tensor *b = step_in(r, s, 2);
	double eps = (double)attr_float(s, "epsilon", 1e-5f), mean, scale;
	size_t n, rows, ug[ONNX_RANK_MAX], ub[ONNX_RANK_MAX];
	struct tensor *out, *extra[2] = { NULL, NULL };
	int64_t dim[ONNX_RANK_MAX], axis;

	NEED(a, s, e);
	NEED(g, s, e);
	if (!is_real(a))
		return step_bad_type(s, a->elem, e);
	if (a->rank < 1 || step_axis(&axis, attr_int(s, "axis", -1), a->rank,
	    s, e) < 0 || param_plan(ug, g, a, s, e) < 0 ||
	    param_plan(ub, b, a, s, e) < 0 ||
	    (out = step_out(r, s, 0, a->elem, a->rank, a->dim, e)) == NULL)
		return a->rank < 1 ? step_bad(s, e, "no axis") : -1;
	for (int d = 0; d < a->rank; d++)
		dim[d] = d < axis ? a->dim[d] : 1;
	for (size_t k = 0; k < 2; k++)
		if (k + 1 < s->n_out && s->out[k + 1] >= 0 && (extra[k] =
		    step_out(r, s, k + 1, a->elem, a->rank, dim, e)) == NULL)
			return -1;
	/* where each scale and bias stands is found anew */
	if (step_work(r, s, a->n, 2 * (size_t)a->rank, e) < 0)
		return -1;
	rows = tensor_span(a, 0, (int)axis);
	n = tensor_span(a, (int)axis, a->rank);
	for (size_t o = 0; n && o < rows; o++) {
		row_moments(&mean, &scale, a, o * n, n, eps);
		if (extra[0])
			real_set(extra[0], o, mean);
		if (extra[1])
			real_set(extra[1], o, scale);
		for (size_t i = o * n; i < (o + 1) * n; i++)
			real_set(out, i, (real_at(a, i) - mean) * scale *
			    param_at(g, ug, a, i, 1) +
			    param_at(b, ub, a, i, 0));
	}
	return 0;
}

/* Each value by the length of its line along an axis: the sum of absolutes
 * (p 1) or the Euclidean one (p 2).  A line of zeros stays. */
static int
run_lp_norm(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0);
	int64_t axis, p = attr_int(s, "p", 2);
	size_t n, inner, outer;
	struct tensor *out;

	NEED(a, s, e);
	if (!is_real(a))
		return step_bad_type(s, a->elem, e);
	if (p != 1 && p != 2)
		return step_bad(s, e, "p is neither 1 nor 2");
	if (step_axis(&axis, attr_int(s, "axis", -1), a->rank, s, e) < 0 ||
	    (out = step_out(r, s, 0, a->elem, a->rank, a->dim, e)) == NULL)
		return -1;
	n = (size_t)a->dim[axis];
	inner = tensor_span(a, (int)axis + 1, a->rank);
	outer = tensor_span(a, 0, (int)axis);
	for (size_t line = 0; n && line < outer * inner; line++) {
		size_t at = line / inner * n * inner + line % inner;
		double length = 0;

		for (size_t k = 0; k < n; k++) {
			double v = real_at(a, at + k * inner);

			length += p == 1 ? fabs(v) : v * v;
		}
		length = p == 1 ? length : sqrt(length);
		for (size_t k = 0; k < n; k++)
			real_set(out, at + k * inner, length == 0 ? 0 :
			    real_at(a, at + k * inner) / length);
	}
	return 0;
}

const struct op ops_norm[] = {
	{ "", "BatchNormalization", 9, 0, NULL, run_batch_norm, 0 },
	{ "", "LayerNormalization", 17, 0, NULL, run_layer_norm, 0 },
	{ "", "LpNormalization", 1, 0, NULL, run_lp_norm, 0 },
	{ NULL, NULL, 0, 0, NULL, NULL, 0 }
};
