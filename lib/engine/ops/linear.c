/* Products, linear models, scaling. */
#include <math.h>
#include <string.h>

#include "math/dense.h"
#include "math/elem.h"
#include "engine/step.h"
#include "engine/ops/post.h"

/* --- Gemm and MatMul ------------------------------------------------------ */

/* *out = op(a) as rows; a transposed copy when asked for. */
static int
oriented_matrix(const void **out, struct model_run *r, const struct step *s,
    const struct tensor *a, bool turn, struct err *e)
{
	size_t size = onnx_elem_size(a->elem);
	size_t m = (size_t)a->dim[0], n = (size_t)a->dim[1];
	char *copy;

	*out = a->data;
	if (!turn)
		return 0;
	*out = copy = step_room(r, s, a->n, size, e);
	if (copy == NULL)
		return -1;
	for (size_t i = 0; i < m; i++)
		for (size_t j = 0; j < n; j++)
			memcpy(copy + (j * m + i) * size,
			    (const char *)a->data + (i * n + j) * size, size);
	return 0;
}

/* The products of one cell are many at a time. */
static int
product_work(struct model_run *r, const struct step *s, size_t m, size_t k,
    size_t n, struct err *e)
{
	return step_work(r, s, m * n, k / 16 + 1, e);
}

static void
matrix_product(enum onnx_elem elem, void *c, const void *a, const void *b, size_t m,
    size_t k, size_t n)
{
	if (elem == ONNX_FLOAT)
		dense_f32(c, a, b, NULL, m, k, n);
	else
		dense_f64(c, a, b, NULL, m, k, n);
}

/* out = alpha out + beta c, c broadcast from (n), (1, n), (m, 1) ... */
static int
add_bias(struct tensor *out, const struct tensor *c, float alpha, float beta,
    const struct step *s, struct err *e)
{
	size_t m = (size_t)out->dim[0], n = (size_t)out->dim[1], rows, cols;

	if (c == NULL && alpha == 1)
		return 0;
	rows = c && c->rank == 2 ? (size_t)c->dim[0] : 1;
	cols = c && c->rank ? (size_t)c->dim[c->rank - 1] : 1;
	if (c && ((rows != 1 && rows != m) || (cols != 1 && cols != n) ||
	    c->rank > 2 || c->elem != out->elem))
		return step_bad(s, e, "the bias has another shape");
	for (size_t i = 0; i < m; i++)
		for (size_t j = 0; j < n; j++) {
			size_t at = c ? (rows == 1 ? 0 : i) * cols + (cols == 1
			    ? 0 : j) : 0;

			if (out->elem == ONNX_FLOAT) {
				float *o = (float *)out->data + i * n + j;

				*o = alpha * *o + (c ? beta *
				    ((const float *)c->data)[at] : 0);
			} else {
				double *o = (double *)out->data + i * n + j;

				*o = (double)alpha * *o + (c ? (double)beta *
				    ((const double *)c->data)[at] : 0);
			}
		}
	return 0;
}

static int
run_gemm(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0), *b = step_in(r, s, 1);
	bool turn_a = attr_int(s, "transA", 0) != 0;
	bool turn_b = attr_int(s, "transB", 0) != 0;
	const void *left, *right;
	struct tensor *out;
	int64_t dim[2], k;

	if (a == NULL || b == NULL || a->rank != 2 || b->rank != 2)
		return step_bad(s, e, "two matrices are needed");
	if ((a->elem != ONNX_FLOAT && a->elem != ONNX_DOUBLE) ||
	    a->elem != b->elem)
		return step_bad_type(s, a->elem, e);
	dim[0] = a->dim[turn_a];
	dim[1] = b->dim[!turn_b];
	k = a->dim[!turn_a];
	if (k != b->dim[turn_b])
		return step_bad(s, e, "%lld columns do not meet %lld rows",
		    (long long)k, (long long)b->dim[turn_b]);
	if ((out = step_out(r, s, 0, a->elem, 2, dim, e)) == NULL ||
	    product_work(r, s, (size_t)dim[0], (size_t)k, (size_t)dim[1], e) <
	    0 || oriented_matrix(&left, r, s, a, turn_a, e) < 0 ||
	    oriented_matrix(&right, r, s, b, turn_b, e) < 0)
		return -1;
	matrix_product(a->elem, out->data, left, right, (size_t)dim[0],
	    (size_t)k, (size_t)dim[1]);
	return add_bias(out, step_in(r, s, 2), attr_float(s, "alpha", 1),
	    attr_float(s, "beta", 1), s, e);
}

/* numpy's matmul: the last two dimensions multiply, the others broadcast;
 * a vector is a row on the left, a column on the right. */
static int
run_matmul(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0), *b = step_in(r, s, 1);
	int64_t da[ONNX_RANK_MAX + 1], db[ONNX_RANK_MAX + 1];
	int64_t dim[ONNX_RANK_MAX], shown[ONNX_RANK_MAX];
	int ra, rb, rank, n_shown = 0;
	size_t m, k, n, batches = 1, size;
	struct tensor *out;

	if (a == NULL || b == NULL || a->rank < 1 || b->rank < 1)
		return step_bad(s, e, "two matrices are needed");
	if ((a->elem != ONNX_FLOAT && a->elem != ONNX_DOUBLE) ||
	    a->elem != b->elem)
		return step_bad_type(s, a->elem, e);
	ra = a->rank == 1 ? 2 : a->rank;
	rb = b->rank == 1 ? 2 : b->rank;
	da[0] = db[1] = 1;
	memcpy(da + (ra - a->rank), a->dim, (size_t)a->rank * sizeof(*da));
	memcpy(db, b->dim, (size_t)b->rank * sizeof(*db));
	m = (size_t)da[ra - 2];
	k = (size_t)da[ra - 1];
	n = (size_t)db[rb - 1];
	if ((size_t)db[rb - 2] != k)
		return step_bad(s, e, "%zu columns do not meet %lld rows", k,
		    (long long)db[rb - 2]);
	rank = ra > rb ? ra : rb;
	for (int d = 0; d < rank - 2; d++) {
		int64_t x = d < rank - ra ? 1 : da[d - (rank - ra)];
		int64_t y = d < rank - rb ? 1 : db[d - (rank - rb)];

		if (x != y && x != 1 && y != 1)
			return step_bad(s, e, "shapes do not go together");
		dim[d] = x == 1 ? y : x;
		shown[n_shown++] = dim[d];
		batches *= (size_t)dim[d];
	}
	if (a->rank > 1)
		shown[n_shown++] = (int64_t)m;
	if (b->rank > 1)
		shown[n_shown++] = (int64_t)n;
	if ((out = step_out(r, s, 0, a->elem, n_shown, shown, e)) == NULL ||
	    product_work(r, s, batches * m, k, n, e) < 0)
		return -1;
	size = onnx_elem_size(a->elem);
	for (size_t i = 0; i < batches; i++) {
		size_t at = i, oa = 0, ob = 0, ua = 1, ub = 1;

		for (int d = rank - 3; d >= 0; d--) {
			size_t c = at % (size_t)dim[d];
			int pa = d - (rank - ra), pb = d - (rank - rb);

			at /= (size_t)dim[d];
			if (pa >= 0) {
				oa += da[pa] == 1 ? 0 : c * ua;
				ua *= (size_t)da[pa];
			}
			if (pb >= 0) {
				ob += db[pb] == 1 ? 0 : c * ub;
				ub *= (size_t)db[pb];
			}
		}
		matrix_product(a->elem, (char *)out->data + i * m * n * size,
		    (const char *)a->data + oa * m * k * size,
		    (const char *)b->data + ob * k * n * size, m, k, n);
	}
	return 0;
}

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
	if (product_work(r, s, n, f, l->e, e) < 0)
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
	{ "", "Gemm", 7, 0, NULL, run_gemm, 0 },
	{ "", "MatMul", 1, 0, NULL, run_matmul, 0 },
	{ ML, "LinearRegressor", 1, 0, prepare_linear, run_linear_regressor, 0 },
	{ ML, "LinearClassifier", 1, 0, prepare_linear, run_linear_classifier,
	    1 },
	{ ML, "Scaler", 1, 0, NULL, run_scaler, 0 },
	{ ML, "Normalizer", 1, 0, prepare_normalizer, run_normalizer, 0 },
	{ NULL, NULL, 0, 0, NULL, NULL, 0 }
};
