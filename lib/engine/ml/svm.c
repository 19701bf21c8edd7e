/*
 * Support vector machines (ai.onnx.ml 1).  Kernels: linear x.s, polynomial
 * (g x.s + c)^d, RBF exp(-g |x - s|^2), sigmoid tanh(g x.s + c), with
 * kernel_params [g, c, d].  Sums are in double in the order of the features
 * and vectors.  Class probabilities of more than two classes are coupled as
 * in Wu, Lin, Weng (2004), second method, as libsvm does.  The label is that
 * of the most votes, which chances may contradict, as in onnxruntime.
 */
#include <math.h>
#include <string.h>

#include "math/elem.h"
#include "engine/step.h"
#include "engine/ml/post.h"

enum kernel { LINEAR, POLY, RBF, SIGMOID };

#define SVM_CLASSES_MAX 1024

struct svm {
	enum kernel kernel;
	float gamma, coef0, degree;
	size_t n, f;			/* vectors, features */
	const float *vector, *coef, *rho, *prob_a, *prob_b;
	bool one_class;
	struct labels labels;
	size_t *start;			/* first vector of a class, and the end */
};

static const float *
floats_of(const struct step *s, const char *name, size_t at_least,
    struct err *e)
{
	const struct onnx_attr *a = attr_list(s, name, ONNX_ATTR_FLOATS);

	if (a == NULL || a->n < at_least) {
		step_bad(s, e, "%s: %zu numbers are needed", name, at_least);
		return NULL;
	}
	return a->floats;
}

static int
kernel_of(struct svm *v, const struct step *s, struct err *e)
{
	static const char *const names[] = { "LINEAR", "POLY", "RBF",
	    "SIGMOID" };
	const char *t = attr_text(s, "kernel_type", "LINEAR");
	const float *p;
	int k = 0;

	while (k < 4 && strcmp(names[k], t) != 0)
		k++;
	if (k == 4)
		return step_bad(s, e, "unknown kernel_type '%s'", t);
	v->kernel = (enum kernel)k;
	if (v->kernel == LINEAR)
		return 0;
	if ((p = floats_of(s, "kernel_params", 3, e)) == NULL)
		return -1;
	v->gamma = p[0];
	v->coef0 = p[1];
	v->degree = p[2];
	return 0;
}

static int
vectors_of(struct svm *v, const struct step *s, struct err *e)
{
	const struct onnx_attr *a = attr_list(s, "support_vectors", ONNX_ATTR_FLOATS);

	if (a == NULL || v->n == 0 || a->n % v->n)
		return step_bad(s, e, "support vectors of one length are "
		    "needed");
	v->vector = a->floats;
	v->f = a->n / v->n;
	return 0;
}

static int
only_plain(const struct step *s, struct err *e)
{
	const char *t = attr_text(s, "post_transform", "NONE");

	if (strcmp(t, "NONE") == 0)
		return 0;
	return err_set(e, ERR_UNSUPPORTED, "post_transform %s of %s is not "
	    "supported in node '%s'", t, s->node->op, s->node->name);
}

static double
kernel_value(const struct svm *v, const float *x, const float *y)
{
	double sum = 0;

	if (v->kernel == RBF) {
		for (size_t i = 0; i < v->f; i++) {
			double d = (double)x[i] - (double)y[i];

			sum += d * d;
		}
		return m_exp(-(double)v->gamma * sum);
	}
	for (size_t i = 0; i < v->f; i++)
		sum += (double)x[i] * (double)y[i];
	if (v->kernel == LINEAR)
		return sum;
	sum = (double)v->gamma * sum + (double)v->coef0;
	return v->kernel == POLY ? m_pow(sum, (double)v->degree) : m_tanh(sum);
}

/* --- regression, and the one-class form ----------------------------------- */

static int
prepare_svm_regressor(struct step *s, struct model *m, struct err *e)
{
	struct svm *v = arena_alloc(&m->arena, sizeof(*v));
	int64_t n = attr_int(s, "n_supports", 0);
	const struct onnx_attr *c = attr_list(s, "coefficients", ONNX_ATTR_FLOATS);

	if (only_plain(s, e) < 0 || kernel_of(v, s, e) < 0 ||
	    (v->rho = floats_of(s, "rho", 1, e)) == NULL)
		return -1;
	v->one_class = attr_int(s, "one_class", 0) != 0;
	if (n > 0) {
		v->n = (size_t)n;
		v->coef = floats_of(s, "coefficients", v->n, e);
		if (v->coef == NULL || vectors_of(v, s, e) < 0)
			return -1;
	} else {		/* the coefficients are the one vector */
		static const float one = 1;

		if (c == NULL)
			return step_bad(s, e, "it has no coefficients");
		v->kernel = LINEAR;
		v->n = 1;
		v->f = c->n;
		v->vector = c->floats;
		v->coef = &one;
	}
	s->state = v;
	return 0;
}

static int
run_svm_regressor(struct model_run *r, const struct step *s, struct err *e)
{
	const struct svm *v = s->state;
	struct tensor *out;
	int64_t dim[2];
	const float *x;
	size_t n, f;

	if (rows_of_floats(&x, &n, &f, r, s, e) < 0)
		return -1;
	if (f != v->f)
		return step_bad(s, e, "%zu features came, %zu are needed", f,
		    v->f);
	dim[0] = (int64_t)n;
	dim[1] = 1;
	if ((out = step_out(r, s, 0, ONNX_FLOAT, 2, dim, e)) == NULL ||
	    step_work(r, s, n, v->n * (v->f + 1), e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		double sum = 0;

		for (size_t k = 0; k < v->n; k++)
			sum += (double)v->coef[k] * kernel_value(v, x + i * f,
			    v->vector + k * f);
		sum += (double)v->rho[0];
		((float *)out->data)[i] = !v->one_class ? (float)sum :
		    sum > 0 ? 1.0f : -1.0f;
	}
	return 0;
}

/* --- classification ------------------------------------------------------- */

static int
class_ranges(struct svm *v, const struct step *s, struct model *m,
    struct err *e)
{
	const struct onnx_attr *a = attr_list(s, "vectors_per_class", ONNX_ATTR_INTS);
	size_t c = v->labels.n;

	if (a == NULL)
		return err_set(e, ERR_UNSUPPORTED, "SVMClassifier without "
		    "support vectors is not supported in node '%s'",
		    s->node->name);
	if (c < 2 || c > SVM_CLASSES_MAX)
		return step_bad(s, e, "%zu classes", c);
	if (a->n != c)
		return step_bad(s, e, "one count of vectors a class is "
		    "needed");
	v->start = arena_alloc(&m->arena, (c + 1) * sizeof(*v->start));
	for (size_t i = 0; i < c; i++) {
		if (a->ints[i] < 0 || a->ints[i] > (int64_t)TENSOR_N_MAX)
			return step_bad(s, e, "bad counts of vectors");
		v->start[i + 1] = v->start[i] + (size_t)a->ints[i];
	}
	v->n = v->start[c];
	return 0;
}

static int
prepare_svm_classifier(struct step *s, struct model *m, struct err *e)
{
	struct svm *v = arena_alloc(&m->arena, sizeof(*v));
	size_t pairs, c;

	if (only_plain(s, e) < 0 || kernel_of(v, s, e) < 0 ||
	    labels_of(&v->labels, s, m, e) < 0 ||
	    class_ranges(v, s, m, e) < 0 || vectors_of(v, s, e) < 0)
		return -1;
	c = v->labels.n;
	pairs = c * (c - 1) / 2;
	v->coef = floats_of(s, "coefficients", (c - 1) * v->n, e);
	v->rho = floats_of(s, "rho", pairs, e);
	if (v->coef == NULL || v->rho == NULL)
		return -1;
	if (attr_list(s, "prob_a", ONNX_ATTR_FLOATS)) {
		v->prob_a = floats_of(s, "prob_a", pairs, e);
		v->prob_b = floats_of(s, "prob_b", pairs, e);
		if (v->prob_a == NULL || v->prob_b == NULL)
			return -1;
		if (s->n_out > 1)
			step_name_output(m, s, 1, v->labels.names, c);
	}
	s->state = v;
	return 0;
}

/* One score a pair of classes i < j: above 0 speaks for i. */
static void
pair_scores(float *score, size_t *votes, const struct svm *v,
    const double *kernel)
{
	size_t c = v->labels.n, p = 0;

	memset(votes, 0, c * sizeof(*votes));
	for (size_t i = 0; i + 1 < c; i++)
		for (size_t j = i + 1; j < c; j++, p++) {
			double sum = 0;

			for (size_t k = v->start[i]; k < v->start[i + 1]; k++)
				sum += (double)v->coef[(j - 1) * v->n + k] *
				    kernel[k];
			for (size_t k = v->start[j]; k < v->start[j + 1]; k++)
				sum += (double)v->coef[i * v->n + k] *
				    kernel[k];
			sum += (double)v->rho[p];
			score[p] = (float)sum;
			votes[sum > 0 ? i : j]++;
		}
}

/* p from the pairwise chances r (c, c); q is room for (c, c) + c. */
static void
couple_pairs(double *p, const double *r, double *q, size_t c)
{
	double *qp = q + c * c, eps = 0.005 / (double)c, pqp, worst;

	for (size_t t = 0; t < c; t++) {
		p[t] = 1 / (double)c;
		q[t * c + t] = 0;
		for (size_t j = 0; j < c; j++) {
			if (j == t)
				continue;
			q[t * c + t] += r[j * c + t] * r[j * c + t];
			q[t * c + j] = -r[j * c + t] * r[t * c + j];
		}
	}
	for (int round = 0; round < 100; round++) {
		pqp = worst = 0;
		for (size_t t = 0; t < c; t++) {
			qp[t] = 0;
			for (size_t j = 0; j < c; j++)
				qp[t] += q[t * c + j] * p[j];
			pqp += p[t] * qp[t];
		}
		for (size_t t = 0; t < c; t++)
			if (fabs(qp[t] - pqp) > worst)
				worst = fabs(qp[t] - pqp);
		if (worst < eps)
			break;
		for (size_t t = 0; t < c; t++) {
			double d = (pqp - qp[t]) / q[t * c + t];

			p[t] += d;
			pqp = (pqp + d * (d * q[t * c + t] + 2 * qp[t])) /
			    (1 + d) / (1 + d);
			for (size_t j = 0; j < c; j++) {
				qp[j] = (qp[j] + d * q[t * c + j]) / (1 + d);
				p[j] /= 1 + d;
			}
		}
	}
}

/* Platt's sigmoid on every pair, then one chance a class. */
static void
class_chances(double *p, const struct svm *v, const float *score, double *room)
{
	size_t c = v->labels.n, k = 0;
	double *r = room;

	for (size_t i = 0; i + 1 < c; i++)
		for (size_t j = i + 1; j < c; j++, k++) {
			double x = 1 - m_sigmoid((double)score[k] *
			    (double)v->prob_a[k] + (double)v->prob_b[k]);

			x = x < 1e-7 ? 1e-7 : x > 1 - 1e-7 ? 1 - 1e-7 : x;
			r[i * c + j] = x;
			r[j * c + i] = 1 - x;
		}
	couple_pairs(p, r, room + c * c, c);
}

static int
run_svm_classifier(struct model_run *r, const struct step *s, struct err *e)
{
	const struct svm *v = s->state;
	size_t n, f, c = v->labels.n, pairs = c * (c - 1) / 2, *votes, width;
	struct tensor *label, *out;
	double *kernel, *p, *room;
	const float *x;
	float *score;
	int64_t dim[2];

	if (rows_of_floats(&x, &n, &f, r, s, e) < 0)
		return -1;
	if (f != v->f)
		return step_bad(s, e, "%zu features came, %zu are needed", f,
		    v->f);
	width = v->prob_a ? c : pairs > 1 ? pairs : 2;
	dim[0] = (int64_t)n;
	dim[1] = (int64_t)width;
	label = labels_out(r, s, &v->labels, n, e);
	out = label ? step_out(r, s, 1, ONNX_FLOAT, 2, dim, e) : NULL;
	if (out == NULL)
		return -1;
	/* coupling goes over all pairs up to a hundred times */
	if (step_work(r, s, n, v->n * (v->f + c) + pairs * (v->prob_a ? 400 :
	    1), e) < 0 ||
	    (kernel = step_room(r, s, v->n, sizeof(*kernel), e)) == NULL ||
	    (p = step_room(r, s, c, sizeof(*p), e)) == NULL ||
	    (room = step_room(r, s, 2 * c * c + c, sizeof(*room), e)) == NULL ||
	    (score = step_room(r, s, pairs, sizeof(*score), e)) == NULL ||
	    (votes = step_room(r, s, c, sizeof(*votes), e)) == NULL)
		return -1;
	for (size_t i = 0; i < n; i++) {
		float *o = (float *)out->data + i * width;
		size_t best = 0;

		for (size_t k = 0; k < v->n; k++)
			kernel[k] = kernel_value(v, x + i * f,
			    v->vector + k * f);
		pair_scores(score, votes, v, kernel);
		if (v->prob_a)
			class_chances(p, v, score, room);
		for (size_t k = 1; k < c; k++)
			if (votes[k] > votes[best])
				best = k;
		labels_set(label, i, &v->labels, best);
		for (size_t k = 0; v->prob_a && k < c; k++)
			o[k] = (float)p[k];
		if (v->prob_a == NULL)
			memcpy(o, score, pairs * sizeof(*score));
		if (v->prob_a == NULL && pairs == 1) {
			o[1] = score[0];
			o[0] = -score[0];
		}
	}
	return 0;
}

#define ML "ai.onnx.ml"
const struct op ops_svm[] = {
	{ ML, "SVMRegressor", 1, 0, prepare_svm_regressor, run_svm_regressor,
	    0 },
	{ ML, "SVMClassifier", 1, 0, prepare_svm_classifier,
	    run_svm_classifier, 0 },
	{ NULL, NULL, 0, 0, NULL, NULL, 0 }
};
