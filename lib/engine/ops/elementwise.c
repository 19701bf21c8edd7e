/* One number to one: activations, signs, bounds. */
#include <math.h>
#include <string.h>

#include "math/elem.h"
#include "engine/ops/number.h"

struct unary {
	double (*f)(double x, const float *p);
	float p[4];			/* the operator's attributes */
};

static double u_abs(double x, const float *p) { (void)p; return fabs(x); }
static double u_neg(double x, const float *p) { (void)p; return -x; }
static double u_sqrt(double x, const float *p) { (void)p; return sqrt(x); }
static double u_exp(double x, const float *p) { (void)p; return m_exp(x); }
static double u_log(double x, const float *p) { (void)p; return m_log(x); }
static double u_tanh(double x, const float *p) { (void)p; return m_tanh(x); }
static double u_erf(double x, const float *p) { (void)p; return m_erf(x); }
static double u_floor(double x, const float *p) { (void)p; return floor(x); }
static double u_ceil(double x, const float *p) { (void)p; return ceil(x); }
static double u_round(double x, const float *p) { (void)p; return nearbyint(x); }
static double u_recip(double x, const float *p) { (void)p; return 1 / x; }
static double u_sigmoid(double x, const float *p) { (void)p; return m_sigmoid(x); }

static double
u_relu(double x, const float *p)
{
	(void)p;
	return x < 0 ? 0 : x;
}

static double
u_sign(double x, const float *p)
{
	(void)p;
	return isnan(x) ? x : (x > 0) - (x < 0);
}

static double
u_leaky(double x, const float *p)
{
	return x < 0 ? (double)p[0] * x : x;
}

static double
u_elu(double x, const float *p)
{
	return x < 0 ? (double)p[0] * m_expm1(x) : x;
}

static double
u_selu(double x, const float *p)
{
	return (double)p[1] * (x > 0 ? x : (double)p[0] * m_expm1(x));
}

static double
u_softplus(double x, const float *p)
{
	(void)p;
	return x > 0 ? x + m_log1p(m_exp(-x)) : m_log1p(m_exp(x));
}

static double
u_softsign(double x, const float *p)
{
	(void)p;
	return x / (1 + fabs(x));
}

static double
u_hard_sigmoid(double x, const float *p)
{
	double y = (double)p[0] * x + (double)p[1];

	return y < 0 ? 0 : y > 1 ? 1 : y;
}

static double
u_hard_swish(double x, const float *p)
{
	double y = x / 6 + 0.5;

	(void)p;
	return x * (y < 0 ? 0 : y > 1 ? 1 : y);
}

static double
u_gelu(double x, const float *p)
{
	(void)p;
	return 0.5 * x * (1 + m_erf(x * 0.70710678118654752440));
}

static double
u_gelu_tanh(double x, const float *p)
{
	(void)p;
	return 0.5 * x * (1 + m_tanh(0.79788456080286535588 * (x + 0.044715 *
	    x * x * x)));
}

static double
u_celu(double x, const float *p)
{
	double alpha = (double)p[0];

	return x > 0 ? x : alpha * m_expm1(x / alpha);
}

static double
u_thresholded_relu(double x, const float *p)
{
	return x > (double)p[0] ? x : 0;
}

static double
u_mish(double x, const float *p)
{
	return x * m_tanh(u_softplus(x, p));
}

static const struct {
	const char *name;
	double (*f)(double, const float *);
	const char *attr[2];
	float fallback[2];
} unaries[] = {
	{ "Abs", u_abs, { 0 }, { 0 } }, { "Neg", u_neg, { 0 }, { 0 } },
	{ "Sqrt", u_sqrt, { 0 }, { 0 } }, { "Exp", u_exp, { 0 }, { 0 } },
	{ "Log", u_log, { 0 }, { 0 } }, { "Tanh", u_tanh, { 0 }, { 0 } },
	{ "Erf", u_erf, { 0 }, { 0 } }, { "Floor", u_floor, { 0 }, { 0 } },
	{ "Ceil", u_ceil, { 0 }, { 0 } }, { "Round", u_round, { 0 }, { 0 } },
	{ "Reciprocal", u_recip, { 0 }, { 0 } },
	{ "Sigmoid", u_sigmoid, { 0 }, { 0 } },
	{ "Relu", u_relu, { 0 }, { 0 } }, { "Sign", u_sign, { 0 }, { 0 } },
	{ "LeakyRelu", u_leaky, { "alpha", NULL }, { 0.01f, 0 } },
	{ "Elu", u_elu, { "alpha", NULL }, { 1, 0 } },
	{ "Selu", u_selu, { "alpha", "gamma" },
	    { 1.67326319217681884765625f, 1.05070102214813232421875f } },
	{ "Softplus", u_softplus, { 0 }, { 0 } },
	{ "Softsign", u_softsign, { 0 }, { 0 } },
	{ "HardSigmoid", u_hard_sigmoid, { "alpha", "beta" }, { 0.2f, 0.5f } },
	{ "HardSwish", u_hard_swish, { 0 }, { 0 } },
	{ "Gelu", u_gelu, { 0 }, { 0 } },
	{ "Celu", u_celu, { "alpha", NULL }, { 1, 0 } },
	{ "ThresholdedRelu", u_thresholded_relu, { "alpha", NULL }, { 1, 0 } },
	{ "Mish", u_mish, { 0 }, { 0 } },
};

static int
prepare_unary(struct step *s, struct model *m, struct err *e)
{
	struct unary *u = arena_alloc(&m->arena, sizeof(*u));
	const char *how = strcmp(s->node->op, "Gelu") == 0 ?
	    attr_text(s, "approximate", "none") : "none";

	if (strcmp(how, "none") != 0 && strcmp(how, "tanh") != 0)
		return step_bad(s, e, "unknown approximation '%s'", how);
	for (size_t i = 0; i < sizeof(unaries) / sizeof(*unaries); i++) {
		if (strcmp(unaries[i].name, s->node->op) != 0)
			continue;
		u->f = unaries[i].f;
		for (int k = 0; k < 2; k++)
			if (unaries[i].attr[k])
				u->p[k] = attr_float(s, unaries[i].attr[k],
				    unaries[i].fallback[k]);
	}
	if (strcmp(how, "tanh") == 0)
		u->f = u_gelu_tanh;
	s->state = u;
	return 0;
}

/* Whole numbers stay so: the few operators that take them need no double. */
static int
run_unary_whole(struct model_run *r, const struct step *s,
    const struct tensor *a, struct err *e)
{
	const char *op = s->node->op;
	char kind = strcmp(op, "Abs") == 0 ? 'a' : strcmp(op, "Neg") == 0 ? 'n' :
	    strcmp(op, "Sign") == 0 ? 's' : strcmp(op, "Relu") == 0 ? 'r' :
	    strcmp(op, "BitwiseNot") == 0 ? 'b' : 0;
	struct tensor *out;

	if (kind == 0 || number_type(a->elem) < 0)
		return step_bad_type(s, a->elem, e);
	if ((out = step_out(r, s, 0, a->elem, a->rank, a->dim, e)) == NULL)
		return -1;
#define WHOLE(T, N, suffix) case N: \
	for (size_t i = 0; i < a->n; i++) { \
		T x = ((const T *)a->data)[i], minus = (T)(0 - (uint64_t)x); \
		bool below = !(x > 0) && x != 0; \
		((T *)out->data)[i] = kind == 'a' ? (below ? minus : x) : \
		    kind == 'n' ? minus : kind == 'r' ? (below ? 0 : x) : \
		    kind == 's' ? (T)(below ? -1 : x != 0) : (T)~x; \
	} \
	break;
	switch (number_type(a->elem)) {
	NUMBERS_WHOLE(WHOLE)
	}
#undef WHOLE
	return 0;
}

static int
run_unary(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0);
	const struct unary *u = s->state;
	struct tensor *out;

	if (a == NULL)
		return step_bad(s, e, "an input is needed");
	if (!number_is_real(a->elem))
		return run_unary_whole(r, s, a, e);
	if (u->f == NULL)
		return step_bad_type(s, a->elem, e);
	if ((out = step_out(r, s, 0, a->elem, a->rank, a->dim, e)) == NULL)
		return -1;
	for (size_t i = 0; i < a->n; i++) {
		if (a->elem == ONNX_FLOAT)
			((float *)out->data)[i] = (float)u->f(
			    (double)((const float *)a->data)[i], u->p);
		else
			((double *)out->data)[i] = u->f(
			    ((const double *)a->data)[i], u->p);
	}
	return 0;
}

/* --- Clip ----------------------------------------------------------------- */

/* The single value of input i (Clip's bounds), or the attribute of old. */
static double
bound_of(struct model_run *r, const struct step *s, size_t i, const char *name,
    double fallback)
{
	const struct tensor *t = step_in(r, s, i);

	if (t == NULL || t->n != 1)
		return (double)attr_float(s, name, (float)fallback);
	return number_type(t->elem) < 0 ? fallback : number_at(t, 0);
}

static int
clip_reals(struct model_run *r, const struct step *s, const struct tensor *a,
    struct tensor *out)
{
	double low = bound_of(r, s, 1, "min", -INFINITY);
	double high = bound_of(r, s, 2, "max", INFINITY);

	if (low > high)		/* the upper bound is applied last */
		low = high;
#define CLIP(T) for (size_t i = 0; i < a->n; i++) { \
		T x = ((const T *)a->data)[i]; \
		((T *)out->data)[i] = (double)x < low ? (T)low : \
		    (double)x > high ? (T)high : x; \
	}
	if (a->elem == ONNX_FLOAT)
		CLIP(float)
	else
		CLIP(double)
#undef CLIP
	return 0;
}

static int
run_clip(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0), *low = step_in(r, s, 1);
	const struct tensor *high = step_in(r, s, 2);
	struct tensor *out;

	if (a == NULL)
		return step_bad(s, e, "an input is needed");
	if (number_type(a->elem) < 0)
		return step_bad_type(s, a->elem, e);
	if ((out = step_out(r, s, 0, a->elem, a->rank, a->dim, e)) == NULL)
		return -1;
	if (number_is_real(a->elem))
		return clip_reals(r, s, a, out);
	if ((low && (low->elem != a->elem || low->n != 1)) ||
	    (high && (high->elem != a->elem || high->n != 1)))
		return step_bad(s, e, "bounds of another type or shape");
#define CLIP(T, N, suffix) case N: \
	for (size_t i = 0; i < a->n; i++) { \
		T x = ((const T *)a->data)[i]; \
		if (low && x < *(const T *)low->data) \
			x = *(const T *)low->data; \
		if (high && x > *(const T *)high->data) \
			x = *(const T *)high->data; \
		((T *)out->data)[i] = x; \
	} \
	break;
	switch (number_type(a->elem)) {
	NUMBERS_WHOLE(CLIP)
	}
#undef CLIP
	return 0;
}

#define UNARY(n) { "", n, 1, 0, prepare_unary, run_unary, 0 }
const struct op ops_elementwise[] = {
	UNARY("Abs"), UNARY("Neg"), UNARY("Sqrt"), UNARY("Exp"), UNARY("Log"),
	UNARY("Tanh"), UNARY("Erf"), UNARY("Floor"), UNARY("Ceil"),
	UNARY("Round"), UNARY("Reciprocal"), UNARY("Sigmoid"), UNARY("Relu"),
	UNARY("Sign"), UNARY("LeakyRelu"), UNARY("Elu"), UNARY("Selu"),
	UNARY("Softplus"), UNARY("Softsign"), UNARY("HardSigmoid"),
	UNARY("HardSwish"),
	{ "", "Gelu", 20, 0, prepare_unary, run_unary, 0 },
	{ "", "ThresholdedRelu", 10, 0, prepare_unary, run_unary, 0 },
	{ "", "Celu", 12, 0, prepare_unary, run_unary, 0 },
	{ "", "Mish", 18, 0, prepare_unary, run_unary, 0 },
	{ "", "BitwiseNot", 18, 0, prepare_unary, run_unary, 0 },
	{ "", "Clip", 1, 0, NULL, run_clip, 0 },
	{ NULL, NULL, 0, 0, NULL, NULL, 0 }
};
