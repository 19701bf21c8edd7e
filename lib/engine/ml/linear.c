/* Linear models, Scaler and Normalizer of ai.onnx.ml. */
#include <math.h>
#include <string.h>

#include "math/dense.h"
#include "math/elem.h"
#include "engine/step.h"
#include "engine/ml/post.h"

/* --- LinearClassifier and LinearRegressor --------------------------------- */

struct linear {
	size_t e, f;			/* outputs, features */
	float *b;			/* (f, e) */
	float *bias;			/* (e) or NULL */
	enum post post;
	struct labels labels;
	const char **names;
};

static int
prepare_linear(struct step *s, struct model *m, struct err *e)
{
	bool classifier = s->op->arg != 0;
	const struct onnx_attr *c = attr_list(s, "coefficients", ONNX_ATTR_FLOATS);
	const struct onnx_attr *i = attr_list(s, "intercepts", ONNX_ATTR_FLOATS);
	struct linear *l = arena_alloc(&m->arena, sizeof(*l));

	if (c == NULL)
		return step_bad(s, e, "it has no coefficients");
	if (post_of(&l->post, s, e) < 0)
		return -1;
	l->e = classifier ? (i ? i->n : 0) : (size_t)attr_int(s, "targets", 1);
	if (classifier) {
		if (labels_of(&l->labels, s, m, e) < 0)
			return -1;
		if (l->e == 0)
			l->e = l->labels.n == 2 ? 1 : l->labels.n;
	}
	if (l->e == 0 || l->e > c->n || c->n % l->e || (i && i->n != l->e) ||
	    (classifier && l->e != l->labels.n && !(l->e == 1 &&
	    l->labels.n == 2)))
		return step_bad(s, e, "coefficients and classes do not agree");
	l->f = c->n / l->e;
	l->b = arena_alloc(&m->arena, c->n * sizeof(float));
	for (size_t k = 0; k < l->e; k++)
		for (size_t j = 0; j < l->f; j++)
			l->b[j * l->e + k] = c->floats[k * l->f + j];
	if (i) {
		l->bias = arena_alloc(&m->arena, i->n * sizeof(float));
		memcpy(l->bias, i->floats, i->n * sizeof(float));
	}
	if (classifier && s->n_out > 1)
		step_name_output(m, s, 1, l->labels.names, l->labels.n);
	s->state = l;
	return 0;
}

static int
linear_scores(float *scores, struct model_run *r, const struct step *s,
    const struct linear *l, size_t n, size_t f, const float *x, struct err *e)
{
	if (f != l->f)
		return step_bad(s, e, "%zu features came, %zu are needed", f,
		    l->f);
	/* the products of one cell are many at a time */
	if (step_work(r, s, n * l->e, f / 16 + 1, e) < 0)
		return -1;
	dense_f32(scores, x, l->b, l->bias, n, l->f, l->e);
	return 0;
}

static int
run_linear_regressor(struct model_run *r, const struct step *s,
    struct err *e)
{
	const struct linear *l = s->state;
	struct tensor *out;
	const float *x;
	size_t n, f;
	int64_t dim[2];

	if (rows_of_floats(&x, &n, &f, r, s, e) < 0)
		return -1;
	dim[0] = (int64_t)n;
	dim[1] = (int64_t)l->e;
	if ((out = step_out(r, s, 0, ONNX_FLOAT, 2, dim, e)) == NULL ||
	    linear_scores(out->data, r, s, l, n, f, x, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		post_apply(l->post, (float *)out->data + i * l->e, l->e);
	return 0;
}

/* Two classes from one score: the other is its complement. */
static void
from_one_score(float out[2], enum post post, float v)
{
	if (post == POST_LOGISTIC) {
		out[1] = m_sigmoidf(v);
		out[0] = 1 - out[1];
	} else {
		out[0] = 1 - v;
		out[1] = v;
	}
}

static int
run_linear_classifier(struct model_run *r, const struct step *s,
    struct err *e)
{
	const struct linear *l = s->state;
	size_t n, f, classes = l->labels.n;
	struct tensor *label, *out;
	int64_t dim[2];
	const float *x;
	float *raw;

	if (rows_of_floats(&x, &n, &f, r, s, e) < 0)
		return -1;
	dim[0] = (int64_t)n;
	dim[1] = (int64_t)classes;
	label = labels_out(r, s, &l->labels, n, e);
	out = label ? step_out(r, s, 1, ONNX_FLOAT, 2, dim, e) : NULL;
	if (out == NULL)
		return -1;
	raw = l->e == classes ? out->data : step_room(r, s, n, sizeof(*raw),
	    e);
	if (raw == NULL || linear_scores(raw, r, s, l, n, f, x, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		float *v = (float *)out->data + i * classes;
		size_t best = 0;

		if (l->e == 1 && classes == 2) {
			labels_set(label, i, &l->labels, raw[i] > 0);
			from_one_score(v, l->post, raw[i]);
			continue;
		}
		for (size_t k = 1; k < classes; k++)
			if (v[k] > v[best])
				best = k;
		labels_set(label, i, &l->labels, best);
		post_apply(l->post, v, classes);
	}
	return 0;
}

/* --- Scaler and Normalizer ------------------------------------------------ */

static int
run_scaler(struct model_run *r, const struct step *s, struct err *e)
{
	const struct onnx_attr *offset = attr_list(s, "offset", ONNX_ATTR_FLOATS);
	const struct onnx_attr *scale = attr_list(s, "scale", ONNX_ATTR_FLOATS);
	const struct tensor *a = step_in(r, s, 0);
	struct tensor *out;
	const float *x;
	size_t n, f;

	if (rows_of_floats(&x, &n, &f, r, s, e) < 0)
		return -1;
	if (offset == NULL || scale == NULL ||
	    (offset->n != 1 && offset->n != f) ||
	    (scale->n != 1 && scale->n != f))
		return step_bad(s, e, "one offset and scale a feature are "
		    "needed");
	if ((out = step_out(r, s, 0, ONNX_FLOAT, a->rank, a->dim, e)) == NULL)
		return -1;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < f; j++)
			((float *)out->data)[i * f + j] = (x[i * f + j] -
			    offset->floats[offset->n == 1 ? 0 : j]) *
			    scale->floats[scale->n == 1 ? 0 : j];
	return 0;
}

static int
prepare_normalizer(struct step *s, struct model *m, struct err *e)
{
	const char *norm = attr_text(s, "norm", "MAX");

	(void)m;
	if (strcmp(norm, "MAX") == 0 || strcmp(norm, "L1") == 0 ||
	    strcmp(norm, "L2") == 0)
		return 0;
	return step_bad(s, e, "unknown norm '%s'", norm);
}

static int
run_normalizer(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0);
	const char *norm = attr_text(s, "norm", "MAX");
	struct tensor *out;
	const float *x;
	size_t n, f;

	if (rows_of_floats(&x, &n, &f, r, s, e) < 0 ||
	    (out = step_out(r, s, 0, ONNX_FLOAT, a->rank, a->dim, e)) == NULL)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const float *v = x + i * f;
		float *o = (float *)out->data + i * f, d = 0;

		for (size_t j = 0; j < f; j++) {
			if (norm[0] == 'M')
				d = j == 0 || v[j] > d ? v[j] : d;
			else
				d += norm[1] == '1' ? fabsf(v[j]) : v[j] * v[j];
		}
		if (norm[0] == 'L' && norm[1] == '2')
			d = sqrtf(d);
		for (size_t j = 0; j < f; j++)
			o[j] = d != 0 ? v[j] / d : v[j];
	}
	return 0;
}

#define ML "ai.onnx.ml"
const struct op ops_linear[] = {
	{ ML, "LinearRegressor", 1, 0, prepare_linear, run_linear_regressor, 0 },
	{ ML, "LinearClassifier", 1, 0, prepare_linear, run_linear_classifier,
	    1 },
	{ ML, "Scaler", 1, 0, NULL, run_scaler, 0 },
	{ ML, "Normalizer", 1, 0, prepare_normalizer, run_normalizer, 0 },
	{ NULL, NULL, 0, 0, NULL, NULL, 0 }
};
