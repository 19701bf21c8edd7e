/* Questions: comparisons, logic, IsNaN, Where. */
#include <math.h>
#include <string.h>

#include "engine/ops/broadcast.h"
#include "engine/ops/number.h"

#define ASK(name, T, expr) \
static void \
name(void *out, const void *const *in, size_t n, const size_t *step) \
{ \
	const T *a = in[0], *b = in[1]; \
	size_t sa = step[0], sb = step[1]; \
	uint8_t *o = out; \
	for (size_t i = 0; i < n; i++) { \
		T x = a[i * sa], y = b[i * sb]; \
		o[i] = (expr); \
	} \
}
#define ASK_X(T, N, s) ASK(equal_##s, T, x == y) ASK(less_##s, T, x < y) \
	ASK(less_equal_##s, T, x <= y) ASK(greater_##s, T, x > y) \
	ASK(greater_equal_##s, T, x >= y)
NUMBERS(ASK_X)
ASK(both, uint8_t, x && y)
ASK(either, uint8_t, x || y)
ASK(one, uint8_t, !x != !y)
ASK(equal_bool, uint8_t, !x == !y)
ASK(equal_text, struct text, x.n == y.n && (x.n == 0 ||
    memcmp(x.s, y.s, x.n) == 0))

enum question { EQUAL, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL, AND, OR, XOR };
enum { BOOLS = N_TYPES, TEXTS, COLUMNS };

#define ALL(name, bool_kernel, text_kernel) { name##_f32, name##_f64, \
	name##_i64, name##_i32, name##_i16, name##_i8, name##_u64, \
	name##_u32, name##_u16, name##_u8, bool_kernel, text_kernel }
static broadcast_kernel *const questions[][COLUMNS] = {
	ALL(equal, equal_bool, equal_text), ALL(less, NULL, NULL),
	ALL(less_equal, NULL, NULL), ALL(greater, NULL, NULL),
	ALL(greater_equal, NULL, NULL),
	{ [BOOLS] = both }, { [BOOLS] = either }, { [BOOLS] = one },
};

static int
column_of(enum onnx_elem e)
{
	return e == ONNX_BOOL ? BOOLS : e == ONNX_TEXT ? TEXTS : number_type(e);
}

static int
run_question(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *in[2] = { step_in(r, s, 0), step_in(r, s, 1) };
	broadcast_kernel *k;
	struct broadcast plan;
	struct tensor *out;
	size_t size[2];
	int column;

	if (in[0] == NULL || in[1] == NULL)
		return step_bad(s, e, "two inputs are needed");
	column = column_of(in[0]->elem);
	k = column < 0 ? NULL : questions[s->op->arg][column];
	if (k == NULL || in[0]->elem != in[1]->elem)
		return step_bad_type(s, in[k ? 1 : 0]->elem, e);
	size[0] = size[1] = onnx_elem_size(in[0]->elem);
	if (broadcast_plan(&plan, in, 2, s, e) < 0 ||
	    (out = step_out(r, s, 0, ONNX_BOOL, plan.rank, plan.dim, e)) ==
	    NULL)
		return -1;
	broadcast_run(&plan, out->data, 1, in, size, k);
	return 0;
}

#define WHERE(name, T) \
static void \
name(void *out, const void *const *in, size_t n, const size_t *step) \
{ \
	const uint8_t *c = in[0]; \
	const T *a = in[1], *b = in[2]; \
	T *o = out; \
	for (size_t i = 0; i < n; i++) \
		o[i] = c[i * step[0]] ? a[i * step[1]] : b[i * step[2]]; \
}
WHERE(where_1, uint8_t)
WHERE(where_2, uint16_t)
WHERE(where_4, uint32_t)
WHERE(where_8, uint64_t)
WHERE(where_text, struct text)

static int
run_where(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *in[3] = { step_in(r, s, 0), step_in(r, s, 1),
	    step_in(r, s, 2) };
	size_t size[3];
	struct broadcast plan;
	struct tensor *out;

	if (!in[0] || !in[1] || !in[2] || in[0]->elem != ONNX_BOOL ||
	    in[1]->elem != in[2]->elem)
		return step_bad(s, e, "a condition and two alike are needed");
	for (int i = 0; i < 3; i++)
		size[i] = onnx_elem_size(in[i]->elem);
	if (broadcast_plan(&plan, in, 3, s, e) < 0 ||
	    (out = step_out(r, s, 0, in[1]->elem, plan.rank, plan.dim, e)) ==
	    NULL)
		return -1;
	broadcast_run(&plan, out->data, size[1], in, size,
	    in[1]->elem == ONNX_TEXT ? where_text : size[1] == 1 ? where_1 :
	    size[1] == 2 ? where_2 :
	    size[1] == 4 ? where_4 : where_8);
	return 0;
}

static int
run_not(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0);
	struct tensor *out;

	if (a == NULL || a->elem != ONNX_BOOL)
		return step_bad(s, e, "a truth value is needed");
	if ((out = step_out(r, s, 0, ONNX_BOOL, a->rank, a->dim, e)) == NULL)
		return -1;
	for (size_t i = 0; i < a->n; i++)
		((uint8_t *)out->data)[i] = !((const uint8_t *)a->data)[i];
	return 0;
}

enum { NAN_TEST, INF_TEST };

static int
run_special(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0);
	bool up = attr_int(s, "detect_positive", 1) != 0;
	bool down = attr_int(s, "detect_negative", 1) != 0;
	struct tensor *out;

	if (a == NULL || (a->elem != ONNX_FLOAT && a->elem != ONNX_DOUBLE))
		return a ? step_bad_type(s, a->elem, e) :
		    step_bad(s, e, "an input is needed");
	if ((out = step_out(r, s, 0, ONNX_BOOL, a->rank, a->dim, e)) == NULL)
		return -1;
	for (size_t i = 0; i < a->n; i++) {
		double x = a->elem == ONNX_FLOAT ?
		    (double)((const float *)a->data)[i] :
		    ((const double *)a->data)[i];

		((uint8_t *)out->data)[i] = s->op->arg == NAN_TEST ?
		    isnan(x) : isinf(x) && (x > 0 ? up : down);
	}
	return 0;
}

const struct op ops_compare[] = {
	{ "", "Equal", 7, 0, NULL, run_question, EQUAL },
	{ "", "Less", 7, 0, NULL, run_question, LESS },
	{ "", "LessOrEqual", 12, 0, NULL, run_question, LESS_EQUAL },
	{ "", "Greater", 7, 0, NULL, run_question, GREATER },
	{ "", "GreaterOrEqual", 12, 0, NULL, run_question, GREATER_EQUAL },
	{ "", "And", 7, 0, NULL, run_question, AND },
	{ "", "Or", 7, 0, NULL, run_question, OR },
	{ "", "Xor", 7, 0, NULL, run_question, XOR },
	{ "", "Not", 1, 0, NULL, run_not, 0 },
	{ "", "Where", 9, 0, NULL, run_where, 0 },
	{ "", "IsNaN", 9, 0, NULL, run_special, NAN_TEST },
	{ "", "IsInf", 10, 0, NULL, run_special, INF_TEST },
	{ NULL, NULL, 0, 0, NULL, NULL, 0 }
};
