/* One value at a time: arithmetic, activations, casts. */
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "math/elem.h"
#include "engine/ops/broadcast.h"
#include "engine/step.h"

/* --- two inputs ----------------------------------------------------------- */

#define KERNEL(name, T, expr) \
static void \
name(void *out, const void *const *in, size_t n, const size_t *step) \
{ \
	const T *a = in[0], *b = in[1]; \
	size_t sa = step[0], sb = step[1]; \
	T *o = out; \
	for (size_t i = 0; i < n; i++) { \
		T x = a[i * sa], y = b[i * sb]; \
		o[i] = (T)(expr); \
	} \
}

/* Whole numbers wrap as two's complement does. */
#define WRAP64(op) (int64_t)((uint64_t)x op (uint64_t)y)
#define WRAP32(op) (int32_t)((uint32_t)x op (uint32_t)y)

static int64_t
divide(int64_t x, int64_t y)
{
	return y == 0 ? 0 : y == -1 ? (int64_t)(0 - (uint64_t)x) : x / y;
}

static int64_t
modulo(int64_t x, int64_t y)
{
	int64_t m = y == 0 || y == -1 ? 0 : x % y;

	/* the sign of the divisor, as Python's */
	return m && (m < 0) != (y < 0) ? m + y : m;
}

static int64_t
power(int64_t x, int64_t y)
{
	uint64_t r = 1, b = (uint64_t)x;

	if (y < 0)
		return x == 1 ? 1 : x == -1 ? (y & 1 ? -1 : 1) : 0;
	for (; y; y >>= 1, b *= b)
		if (y & 1)
			r *= b;
	return (int64_t)r;
}

KERNEL(add_f, float, x + y)
KERNEL(add_d, double, x + y)
KERNEL(add_l, int64_t, WRAP64(+))
KERNEL(add_i, int32_t, WRAP32(+))
KERNEL(sub_f, float, x - y)
KERNEL(sub_d, double, x - y)
KERNEL(sub_l, int64_t, WRAP64(-))
KERNEL(sub_i, int32_t, WRAP32(-))
KERNEL(mul_f, float, x * y)
KERNEL(mul_d, double, x * y)
KERNEL(mul_l, int64_t, WRAP64(*))
KERNEL(mul_i, int32_t, (int64_t)x * y)
KERNEL(div_f, float, x / y)
KERNEL(div_d, double, x / y)
KERNEL(div_l, int64_t, divide(x, y))
KERNEL(div_i, int32_t, divide(x, y))
KERNEL(pow_f, float, m_powf(x, y))
KERNEL(pow_d, double, m_pow(x, y))
KERNEL(pow_l, int64_t, power(x, y))
KERNEL(pow_i, int32_t, power(x, y))
/* fmod = 1: the sign of the dividend, as C's */
KERNEL(rem_l, int64_t, y == 0 || y == -1 ? 0 : x % y)
KERNEL(rem_i, int32_t, y == 0 || y == -1 ? 0 : x % y)
KERNEL(mod_l, int64_t, modulo(x, y))
KERNEL(mod_i, int32_t, modulo(x, y))
KERNEL(mod_f, float, fmodf(x, y))
KERNEL(mod_d, double, fmod(x, y))
/* a NaN on either side is the answer */
KERNEL(min_f, float, isnan(x) || x < y ? x : y)
KERNEL(min_d, double, isnan(x) || x < y ? x : y)
KERNEL(min_l, int64_t, x < y ? x : y)
KERNEL(min_i, int32_t, x < y ? x : y)
KERNEL(max_f, float, isnan(x) || x > y ? x : y)
KERNEL(max_d, double, isnan(x) || x > y ? x : y)
KERNEL(max_l, int64_t, x > y ? x : y)
KERNEL(max_i, int32_t, x > y ? x : y)
KERNEL(prelu_f, float, x < 0 ? x * y : x)
KERNEL(prelu_d, double, x < 0 ? x * y : x)

enum binary { ADD, SUB, MUL, DIV, POW, MOD, MIN, MAX, PRELU,
	REM };

static broadcast_kernel *const binaries[][4] = {
	{ add_f, add_d, add_l, add_i }, { sub_f, sub_d, sub_l, sub_i },
	{ mul_f, mul_d, mul_l, mul_i }, { div_f, div_d, div_l, div_i },
	{ pow_f, pow_d, pow_l, pow_i }, { mod_f, mod_d, mod_l, mod_i },
	{ min_f, min_d, min_l, min_i }, { max_f, max_d, max_l, max_i },
	{ prelu_f, prelu_d, NULL, NULL }, { mod_f, mod_d, rem_l, rem_i },
};

static int
type_column(enum onnx_elem e)
{
	return e == ONNX_FLOAT ? 0 : e == ONNX_DOUBLE ? 1 :
	    e == ONNX_INT64 ? 2 : e == ONNX_INT32 ? 3 : -1;
}

static int
run_pair(struct model_run *r, const struct step *s, const struct tensor *a,
    const struct tensor *b, struct err *e)
{
	const struct tensor *in[2] = { a, b };
	int column = type_column(a->elem);
	size_t size[2] = { onnx_elem_size(a->elem), onnx_elem_size(b->elem) };
	int kind = s->op->arg == MOD && attr_int(s, "fmod", 0) ? REM :
	    s->op->arg;
	broadcast_kernel *k = column < 0 ? NULL : binaries[kind][column];
	struct broadcast plan;
	struct tensor *out;

	if (k == NULL || a->elem != b->elem)
		return step_bad_type(s, k ? b->elem : a->elem, e);
	if (kind == MOD && (a->elem == ONNX_FLOAT || a->elem == ONNX_DOUBLE))
		return err_set(e, ERR_UNSUPPORTED, "Mod of %s needs fmod = 1 "
		    "in node '%s'", onnx_elem_name(a->elem), s->node->name);
	if (broadcast_plan(&plan, in, 2, s, e) < 0 ||
	    (out = step_out(r, s, 0, a->elem, plan.rank, plan.dim, e)) == NULL)
		return -1;
	broadcast_run(&plan, out->data, size[0], in, size, k);
	return 0;
}

static int
run_binary(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0), *b = step_in(r, s, 1);

	if (a == NULL || b == NULL)
		return step_bad(s, e, "two inputs are needed");
	return run_pair(r, s, a, b, e);
}

/* Sum, Min, Max of any number of inputs, from the left; Mean divides. */
static int
run_fold(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *acc = step_in(r, s, 0), *b;
	struct tensor held, *out;
	size_t bytes, room_bytes = 0;
	void *room = NULL;

	if (acc == NULL)
		return step_bad(s, e, "an input is needed");
	if (s->n_in == 1)
		return step_alias(r, s, 0, acc, acc->rank, acc->dim, e);
	for (size_t i = 1; i < s->n_in; i++) {
		if ((b = step_in(r, s, i)) == NULL)
			return step_bad(s, e, "input %zu is missing", i);
		if (i == 1) {
			if (run_pair(r, s, acc, b, e) < 0)
				return -1;
			continue;
		}
		/* the partial result steps aside while its place is refilled */
		out = &r->value[s->out[0]];
		held = *out;
		bytes = held.n * onnx_elem_size(held.elem);
		if ((room == NULL || bytes > room_bytes) &&
		    (room = step_room(r, s, bytes, 1, e)) == NULL)
			return -1;
		room_bytes = bytes > room_bytes ? bytes : room_bytes;
		memcpy(room, held.data, bytes);
		held.data = room;
		if (run_pair(r, s, &held, b, e) < 0)
			return -1;
	}
	out = &r->value[s->out[0]];
	if (strcmp(s->node->op, "Mean") == 0 && out->elem == ONNX_FLOAT)
		for (size_t i = 0; i < out->n; i++)
			((float *)out->data)[i] /= (float)s->n_in;
	return 0;
}

/* --- one input ------------------------------------------------------------ */

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

static int
run_unary(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0);
	const struct unary *u = s->state;
	struct tensor *out;

	if (a == NULL)
		return step_bad(s, e, "an input is needed");
	if (type_column(a->elem) < 0)
		return step_bad_type(s, a->elem, e);
	if ((out = step_out(r, s, 0, a->elem, a->rank, a->dim, e)) == NULL)
		return -1;
	for (size_t i = 0; i < a->n; i++) {
		switch (a->elem) {
		case ONNX_FLOAT:
			((float *)out->data)[i] = (float)u->f(
			    (double)((const float *)a->data)[i], u->p);
			break;
		case ONNX_DOUBLE:
			((double *)out->data)[i] = u->f(
			    ((const double *)a->data)[i], u->p);
			break;
		case ONNX_INT64:
			((int64_t *)out->data)[i] = (int64_t)u->f(
			    (double)((const int64_t *)a->data)[i], u->p);
			break;
		default:
			((int32_t *)out->data)[i] = (int32_t)u->f(
			    (double)((const int32_t *)a->data)[i], u->p);
		}
	}
	return 0;
}

/* The single value of input i (Clip's bounds), or the attribute of old. */
static double
bound(struct model_run *r, const struct step *s, size_t i, const char *name,
    double fallback)
{
	const struct tensor *t = step_in(r, s, i);

	if (t == NULL || t->n != 1)
		return (double)attr_float(s, name, (float)fallback);
	switch (t->elem) {
	case ONNX_FLOAT:
		return (double)*(const float *)t->data;
	case ONNX_DOUBLE:
		return *(const double *)t->data;
	case ONNX_INT64:
		return (double)*(const int64_t *)t->data;
	case ONNX_INT32:
		return (double)*(const int32_t *)t->data;
	default:
		return fallback;
	}
}

/* Towards zero; what does not fit is the nearest that does, NaN is 0. */
static int64_t
to_whole(double d)
{
	if (isnan(d))
		return 0;
	if (d >= 9223372036854775807.0)
		return INT64_MAX;
	if (d <= -9223372036854775808.0)
		return INT64_MIN;
	return (int64_t)d;
}

static int32_t
to_int32(double d)
{
	int64_t w = to_whole(d);

	return w > INT32_MAX ? INT32_MAX : w < INT32_MIN ? INT32_MIN :
	    (int32_t)w;
}

static int
run_clip(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0);
	double low = bound(r, s, 1, "min", -INFINITY);
	double high = bound(r, s, 2, "max", INFINITY);
	struct tensor *out;

	if (a == NULL)
		return step_bad(s, e, "an input is needed");
	if (type_column(a->elem) < 0)
		return step_bad_type(s, a->elem, e);
	if ((out = step_out(r, s, 0, a->elem, a->rank, a->dim, e)) == NULL)
		return -1;
	if (low > high)		/* the upper bound is applied last */
		low = high;
#define CLIP(T, LOW, HIGH) for (size_t i = 0; i < a->n; i++) { \
		T x = ((const T *)a->data)[i]; \
		((T *)out->data)[i] = (double)x < low ? (T)LOW : \
		    (double)x > high ? (T)HIGH : x; \
	}
	if (a->elem == ONNX_FLOAT)
		CLIP(float, low, high)
	else if (a->elem == ONNX_DOUBLE)
		CLIP(double, low, high)
	else if (a->elem == ONNX_INT64)
		CLIP(int64_t, to_whole(low), to_whole(high))
	else
		CLIP(int32_t, to_int32(low), to_int32(high))
#undef CLIP
	return 0;
}

/* --- casts ---------------------------------------------------------------- */

static double
number_at(const struct tensor *t, size_t i)
{
	switch (t->elem) {
	case ONNX_FLOAT:
		return (double)((const float *)t->data)[i];
	case ONNX_DOUBLE:
		return ((const double *)t->data)[i];
	case ONNX_INT64:
		return (double)((const int64_t *)t->data)[i];
	case ONNX_INT32:
		return (double)((const int32_t *)t->data)[i];
	case ONNX_INT16:
		return (double)((const int16_t *)t->data)[i];
	case ONNX_UINT16:
		return (double)((const uint16_t *)t->data)[i];
	case ONNX_INT8:
		return (double)((const int8_t *)t->data)[i];
	default:
		return (double)((const uint8_t *)t->data)[i];
	}
}

/* As onnxruntime does: eight digits, of doubles, too. */
static void
print_real(char text[NUM_TEXT_MAX], double d)
{
	if (isfinite(d))
		snprintf(text, NUM_TEXT_MAX, "%.8g", d);
	else
		snprintf(text, NUM_TEXT_MAX, "%s", isnan(d) ? "NaN" : d > 0 ?
		    "INF" : "-INF");
}

static int
cast_to_text(struct model_run *r, const struct step *s, struct tensor *out,
    const struct tensor *a, struct err *e)
{
	struct text *o = out->data;
	char *room = step_room(r, s, a->n, NUM_TEXT_MAX, e);

	if (room == NULL || step_work(r, s, a->n, NUM_TEXT_MAX, e) < 0)
		return -1;
	for (size_t i = 0; i < a->n; i++) {
		char *text = room + i * NUM_TEXT_MAX;

		if (a->elem == ONNX_INT64)
			num_print_i64(text, ((const int64_t *)a->data)[i]);
		else if (a->elem == ONNX_FLOAT || a->elem == ONNX_DOUBLE)
			print_real(text, number_at(a, i));
		else
			num_print_i64(text, (int64_t)number_at(a, i));
		o[i] = (struct text){ text, strlen(text) };
	}
	return 0;
}

static int
cast_number(struct tensor *out, size_t i, double d, int64_t whole)
{
	switch (out->elem) {
	case ONNX_FLOAT:
		((float *)out->data)[i] = (float)d;
		return 0;
	case ONNX_DOUBLE:
		((double *)out->data)[i] = d;
		return 0;
	case ONNX_INT64:
		((int64_t *)out->data)[i] = whole;
		return 0;
	case ONNX_INT32:
		((int32_t *)out->data)[i] = (int32_t)whole;
		return 0;
	case ONNX_BOOL:
		((uint8_t *)out->data)[i] = d != 0;
		return 0;
	case ONNX_UINT8:
	case ONNX_INT8:
		((uint8_t *)out->data)[i] = (uint8_t)whole;
		return 0;
	default:
		return -1;
	}
}

static int
run_cast(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0);
	enum onnx_elem to = (enum onnx_elem)attr_int(s, "to", 0);
	static const struct text zero = { "0", 1 };
	struct tensor *out;

	if (a == NULL)
		return step_bad(s, e, "an input is needed");
	if (to == ONNX_FLOAT16)
		to = ONNX_NONE;
	if (to == a->elem)
		return step_alias(r, s, 0, a, a->rank, a->dim, e);
	if (onnx_elem_size(to) == 0 || onnx_elem_size(a->elem) == 0)
		return step_bad_type(s, to, e);
	if ((out = step_out(r, s, 0, to, a->rank, a->dim, e)) == NULL)
		return -1;
	if (to == ONNX_TEXT)
		return cast_to_text(r, s, out, a, e);
	for (size_t i = 0; i < a->n; i++) {
		const struct text *t;
		double d;
		int64_t whole;

		if (a->elem == ONNX_TEXT) {
			t = &((const struct text *)a->data)[i];
			if (r->trial && t->n == 0)
				t = &zero;
			if (!num_parse_f64(t->s, t->n, &d))
				return step_bad(s, e, "'%.*s' is not a number",
				    (int)(t->n < 60 ? t->n : 60), t->s);
			if (!num_parse_i64(t->s, t->n, &whole))
				whole = to_whole(d);
		} else {
			d = number_at(a, i);
			whole = a->elem == ONNX_INT64 ?
			    ((const int64_t *)a->data)[i] : to_whole(d);
		}
		if (cast_number(out, i, d, whole) < 0)
			return step_bad_type(s, to, e);
	}
	return 0;
}

#define UNARY(n) { "", n, 1, 0, prepare_unary, run_unary, 0 }
const struct op ops_elementwise[] = {
	{ "", "Add", 7, 0, NULL, run_binary, ADD },
	{ "", "Sub", 7, 0, NULL, run_binary, SUB },
	{ "", "Mul", 7, 0, NULL, run_binary, MUL },
	{ "", "Div", 7, 0, NULL, run_binary, DIV },
	{ "", "Pow", 7, 0, NULL, run_binary, POW },
	{ "", "Mod", 10, 0, NULL, run_binary, MOD },
	{ "", "PRelu", 7, 0, NULL, run_binary, PRELU },
	{ "", "Sum", 8, 0, NULL, run_fold, ADD },
	{ "", "Mean", 8, 0, NULL, run_fold, ADD },
	{ "", "Min", 8, 0, NULL, run_fold, MIN },
	{ "", "Max", 8, 0, NULL, run_fold, MAX },
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
	{ "", "Clip", 1, 0, NULL, run_clip, 0 },
	{ "", "Cast", 6, 0, NULL, run_cast, 0 },
	{ NULL, NULL, 0, 0, NULL, NULL, 0 }
};
