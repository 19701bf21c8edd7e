/* Two numbers to one: arithmetic, extremes, bits. */
#include <math.h>
#include <string.h>

#include "math/elem.h"
#include "engine/ops/broadcast.h"
#include "engine/ops/number.h"

/* --- kernels -------------------------------------------------------------- */

/* x is of type T, y of type U; so is the answer of type T. */
#define KERNEL(name, T, U, expr) \
static void \
name(void *out, const void *const *in, size_t n, const size_t *step) \
{ \
	const T *a = in[0]; \
	const U *b = in[1]; \
	size_t sa = step[0], sb = step[1]; \
	T *o = out; \
	for (size_t i = 0; i < n; i++) { \
		T x = a[i * sa]; \
		U y = b[i * sb]; \
		o[i] = (T)(expr); \
	} \
}

static int64_t
divide_whole(int64_t x, int64_t y)
{
	return y == 0 ? 0 : y == -1 ? (int64_t)(0 - (uint64_t)x) : x / y;
}

/* The sign of the dividend, as C's. */
static int64_t
remainder_whole(int64_t x, int64_t y)
{
	return y == 0 || y == -1 ? 0 : x % y;
}

/* The sign of the divisor, as Python's. */
static int64_t
modulo_whole(int64_t x, int64_t y)
{
	int64_t m = remainder_whole(x, y);

	return m && (m < 0) != (y < 0) ? m + y : m;
}

static uint64_t
power_whole(uint64_t x, int64_t y)
{
	uint64_t r = 1;

	if (y < 0)
		return x == 1 ? 1 : x == UINT64_MAX ? (y & 1 ? x : 1) : 0;
	for (; y; y >>= 1, x *= x)
		if (y & 1)
			r *= x;
	return r;
}

/* Whole numbers wrap as two's complement does. */
#define WRAP(op) (uint64_t)x op (uint64_t)y
#define ADD_X(T, N, s) KERNEL(add_##s, T, T, WRAP(+))
#define SUB_X(T, N, s) KERNEL(sub_##s, T, T, WRAP(-))
#define MUL_X(T, N, s) KERNEL(mul_##s, T, T, WRAP(*))
NUMBERS_WHOLE(ADD_X)
NUMBERS_WHOLE(SUB_X)
NUMBERS_WHOLE(MUL_X)
#define DIV_X(T, N, s) KERNEL(div_##s, T, T, divide_whole(x, y))
#define REM_X(T, N, s) KERNEL(rem_##s, T, T, remainder_whole(x, y))
#define MOD_X(T, N, s) KERNEL(mod_##s, T, T, modulo_whole(x, y))
NUMBERS_SIGNED(DIV_X)
NUMBERS_SIGNED(REM_X)
NUMBERS_SIGNED(MOD_X)
#define UDIV_X(T, N, s) KERNEL(div_##s, T, T, y == 0 ? 0 : x / y)
#define UREM_X(T, N, s) KERNEL(rem_##s, T, T, y == 0 ? 0 : x % y)
#define UMOD_X(T, N, s) KERNEL(mod_##s, T, T, y == 0 ? 0 : x % y)
NUMBERS_UNSIGNED(UDIV_X)
NUMBERS_UNSIGNED(UREM_X)
NUMBERS_UNSIGNED(UMOD_X)
#define AND_X(T, N, s) KERNEL(and_##s, T, T, x & y)
#define OR_X(T, N, s) KERNEL(or_##s, T, T, x | y)
#define XOR_X(T, N, s) KERNEL(xor_##s, T, T, x ^ y)
NUMBERS_WHOLE(AND_X)
NUMBERS_WHOLE(OR_X)
NUMBERS_WHOLE(XOR_X)
#define SHL_X(T, N, s) \
	KERNEL(shl_##s, T, T, y < 8 * sizeof(T) ? (uint64_t)x << y : 0)
#define SHR_X(T, N, s) \
	KERNEL(shr_##s, T, T, y < 8 * sizeof(T) ? (uint64_t)x >> y : 0)
NUMBERS_UNSIGNED(SHL_X)
NUMBERS_UNSIGNED(SHR_X)
#define POW_X(T, N, s) KERNEL(pow_##s, T, int64_t, power_whole((uint64_t)x, y))
NUMBERS_WHOLE(POW_X)
/* a base of another type than its exponent: by way of double */
#define POW_BY_X(T, N, s) KERNEL(pow_by_##s, T, double, \
	(int64_t)number_to_whole(m_pow((double)x, y)))
NUMBERS_WHOLE(POW_BY_X)

KERNEL(add_f32, float, float, x + y)
KERNEL(add_f64, double, double, x + y)
KERNEL(sub_f32, float, float, x - y)
KERNEL(sub_f64, double, double, x - y)
KERNEL(mul_f32, float, float, x * y)
KERNEL(mul_f64, double, double, x * y)
KERNEL(div_f32, float, float, x / y)
KERNEL(div_f64, double, double, x / y)
KERNEL(rem_f32, float, float, fmodf(x, y))
KERNEL(rem_f64, double, double, fmod(x, y))
KERNEL(pow_f32, float, float, m_powf(x, y))
KERNEL(pow_f64, double, double, m_pow(x, y))
KERNEL(pow_by_f32, float, double, m_pow((double)x, y))
KERNEL(pow_by_f64, double, double, m_pow(x, y))
/* a NaN on either side is the answer */
#define MIN_R(T, N, s) KERNEL(min_##s, T, T, isnan(x) || x < y ? x : y)
#define MAX_R(T, N, s) KERNEL(max_##s, T, T, isnan(x) || x > y ? x : y)
#define MIN_X(T, N, s) KERNEL(min_##s, T, T, x < y ? x : y)
#define MAX_X(T, N, s) KERNEL(max_##s, T, T, x > y ? x : y)
NUMBERS_REAL(MIN_R)
NUMBERS_REAL(MAX_R)
NUMBERS_WHOLE(MIN_X)
NUMBERS_WHOLE(MAX_X)
#define PRELU_X(T, N, s) KERNEL(prelu_##s, T, T, x < 0 ? x * y : x)
NUMBERS_REAL(PRELU_X)
KERNEL(prelu_i64, int64_t, int64_t, x < 0 ? WRAP(*) : (uint64_t)x)
KERNEL(prelu_i32, int32_t, int32_t, x < 0 ? WRAP(*) : (uint64_t)x)
KERNEL(prelu_u64, uint64_t, uint64_t, ((void)y, x))
KERNEL(prelu_u32, uint32_t, uint32_t, ((void)y, x))

enum binary { ADD, SUB, MUL, DIV, POW, MOD, MIN, MAX, PRELU, REM, AND, OR, XOR,
	SHIFT_LEFT, SHIFT_RIGHT, POW_BY };

#define ALL(name) { name##_f32, name##_f64, WHOLE(name) }
#define WHOLE(name) name##_i64, name##_i32, name##_i16, name##_i8, \
	UNSIGNED(name)
#define UNSIGNED(name) name##_u64, name##_u32, name##_u16, name##_u8
static broadcast_kernel *const binaries[][N_TYPES] = {
	ALL(add), ALL(sub), ALL(mul), ALL(div), ALL(pow),
	{ NULL, NULL, WHOLE(mod) }, ALL(min), ALL(max),
	{ prelu_f32, prelu_f64, prelu_i64, prelu_i32, NULL, NULL, prelu_u64,
	    prelu_u32 },
	ALL(rem), { NULL, NULL, WHOLE(and) }, { NULL, NULL, WHOLE(or) },
	{ NULL, NULL, WHOLE(xor) },
	{ NULL, NULL, NULL, NULL, NULL, NULL, UNSIGNED(shl) },
	{ NULL, NULL, NULL, NULL, NULL, NULL, UNSIGNED(shr) }, ALL(pow_by),
};

/* --- operators ------------------------------------------------------------ */

static int
run_kernel(struct model_run *r, const struct step *s, const struct tensor *a,
    const struct tensor *b, broadcast_kernel *k, struct err *e)
{
	const struct tensor *in[2] = { a, b };
	size_t size[2] = { onnx_elem_size(a->elem), onnx_elem_size(b->elem) };
	struct broadcast plan;
	struct tensor *out;

	if (broadcast_plan(&plan, in, 2, s, e) < 0 ||
	    (out = step_out(r, s, 0, a->elem, plan.rank, plan.dim, e)) == NULL)
		return -1;
	broadcast_run(&plan, out->data, size[0], in, size, k);
	return 0;
}

static int
run_pair(struct model_run *r, const struct step *s, const struct tensor *a,
    const struct tensor *b, int kind, struct err *e)
{
	int column = number_type(a->elem);
	broadcast_kernel *k = column < 0 ? NULL : binaries[kind][column];

	if (k == NULL || a->elem != b->elem)
		return step_bad_type(s, k ? b->elem : a->elem, e);
	return run_kernel(r, s, a, b, k, e);
}

static int
run_binary(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0), *b = step_in(r, s, 1);

	if (a == NULL || b == NULL)
		return step_bad(s, e, "two inputs are needed");
	return run_pair(r, s, a, b, s->op->arg, e);
}

/* Of whole numbers by either sign; of floats ONNX defines only fmod. */
static int
run_mod(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0), *b = step_in(r, s, 1);
	bool c_sign = attr_int(s, "fmod", 0) != 0;

	NEED(a, s, e);
	NEED(b, s, e);
	if (number_is_real(a->elem) && !c_sign)
		return err_set(e, ERR_UNSUPPORTED, "Mod of %s without fmod is "
		    "not supported in node '%s'", onnx_elem_name(a->elem),
		    s->node->name);
	return run_pair(r, s, a, b, c_sign ? REM : MOD, e);
}

static int
run_shift(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0), *b = step_in(r, s, 1);
	const char *to = attr_text(s, "direction", "");

	NEED(a, s, e);
	NEED(b, s, e);
	if (strcmp(to, "LEFT") != 0 && strcmp(to, "RIGHT") != 0)
		return step_bad(s, e, "unknown direction '%s'", to);
	return run_pair(r, s, a, b, to[0] == 'L' ? SHIFT_LEFT : SHIFT_RIGHT, e);
}

/* *t = the exponents as int64 (of whole bases) or double. */
static int
plain_exponents(struct tensor *t, struct model_run *r, const struct step *s,
    const struct tensor *b, bool whole, struct err *e)
{
	*t = *b;
	t->elem = whole ? ONNX_INT64 : ONNX_DOUBLE;
	if ((t->data = step_room(r, s, b->n, 8, e)) == NULL)
		return -1;
	for (size_t i = 0; i < b->n; i++) {
		int64_t v = number_whole_at(b, i);

		if (!whole)
			((double *)t->data)[i] = number_at(b, i);
		else
			((int64_t *)t->data)[i] = b->elem == ONNX_UINT64 &&
			    v < 0 ? INT64_MAX : v;
	}
	return 0;
}

/* The answer has the base's type, whatever the exponent's is. */
static int
run_pow(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0), *b = step_in(r, s, 1);
	bool whole;
	struct tensor t;

	NEED(a, s, e);
	NEED(b, s, e);
	if (number_type(a->elem) < 0 || number_type(b->elem) < 0)
		return step_bad_type(s, number_type(a->elem) < 0 ? a->elem :
		    b->elem, e);
	whole = !number_is_real(a->elem) && !number_is_real(b->elem);
	if (a->elem == b->elem && (!whole || a->elem == ONNX_INT64))
		return run_pair(r, s, a, b, POW, e);
	if (plain_exponents(&t, r, s, b, whole, e) < 0)
		return -1;
	return run_kernel(r, s, a, &t, binaries[whole ? POW :
	    POW_BY][number_type(a->elem)], e);
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
			if (run_pair(r, s, acc, b, s->op->arg, e) < 0)
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
		if (run_pair(r, s, &held, b, s->op->arg, e) < 0)
			return -1;
	}
	return 0;
}

static int
run_mean(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0);
	struct tensor *out;

	NEED(a, s, e);
	if (!number_is_real(a->elem))
		return step_bad_type(s, a->elem, e);
	if (run_fold(r, s, e) < 0)
		return -1;
	out = &r->value[s->out[0]];
	for (size_t i = 0; s->n_in > 1 && i < out->n; i++) {
		if (out->elem == ONNX_FLOAT)
			((float *)out->data)[i] /= (float)s->n_in;
		else
			((double *)out->data)[i] /= (double)s->n_in;
	}
	return 0;
}

const struct op ops_arith[] = {
	{ "", "Add", 7, 0, NULL, run_binary, ADD },
	{ "", "Sub", 7, 0, NULL, run_binary, SUB },
	{ "", "Mul", 7, 0, NULL, run_binary, MUL },
	{ "", "Div", 7, 0, NULL, run_binary, DIV },
	{ "", "Pow", 7, 0, NULL, run_pow, 0 },
	{ "", "Mod", 10, 0, NULL, run_mod, 0 },
	{ "", "PRelu", 7, 0, NULL, run_binary, PRELU },
	{ "", "Sum", 8, 0, NULL, run_fold, ADD },
	{ "", "Mean", 8, 0, NULL, run_mean, ADD },
	{ "", "Min", 8, 0, NULL, run_fold, MIN },
	{ "", "Max", 8, 0, NULL, run_fold, MAX },
	{ "", "BitwiseAnd", 18, 0, NULL, run_binary, AND },
	{ "", "BitwiseOr", 18, 0, NULL, run_binary, OR },
	{ "", "BitwiseXor", 18, 0, NULL, run_binary, XOR },
	{ "", "BitShift", 11, 0, NULL, run_shift, 0 },
	{ NULL, NULL, 0, 0, NULL, NULL, 0 }
};
