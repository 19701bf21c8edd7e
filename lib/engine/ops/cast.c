/* A tensor in another element type: Cast, CastLike, BitCast. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "engine/ops/number.h"

/* As onnxruntime prints numbers: eight digits, of a double, too. */
static size_t
print_cell(char text[NUM_TEXT_MAX], const struct tensor *a, size_t i)
{
	double d;

	if (!number_is_real(a->elem)) {
		num_print_i64(text, number_whole_at(a, i));
		if (a->elem == ONNX_UINT64)
			snprintf(text, NUM_TEXT_MAX, "%llu", (unsigned long long)
			    ((const uint64_t *)a->data)[i]);
		return strlen(text);
	}
	d = number_at(a, i);
	if (isnan(d) || isinf(d))
		snprintf(text, NUM_TEXT_MAX, "%s", isnan(d) ? "NaN" : d < 0 ? "-INF" :
		    "INF");
	else
		snprintf(text, NUM_TEXT_MAX, "%.8g", d);
	return strlen(text);
}

static int
cast_to_text(struct model_run *r, const struct step *s, struct tensor *out,
    const struct tensor *a, struct err *e)
{
	char *room = step_room(r, s, a->n, NUM_TEXT_MAX, e);
	struct text *o = out->data;

	if (room == NULL || step_work(r, s, a->n, NUM_TEXT_MAX, e) < 0)
		return -1;
	for (size_t i = 0; i < a->n; i++) {
		char *text = room + i * NUM_TEXT_MAX;

		o[i] = (struct text){ text, print_cell(text, a, i) };
	}
	return 0;
}

/* d and, of whole numbers without a detour, w: the number's 64 bits. */
static void
cast_number(struct tensor *out, size_t i, double d, int64_t w)
{
	switch (number_type(out->elem)) {
	case N_F32:
		((float *)out->data)[i] = (float)d;
		break;
	case N_F64:
		((double *)out->data)[i] = d;
		break;
#define CASE(T, N, suffix) case N: ((T *)out->data)[i] = (T)w; break;
	NUMBERS_WHOLE(CASE)
#undef CASE
	default:
		((uint8_t *)out->data)[i] = d != 0;
	}
}

/* The number that a text stands for. */
static int
parse_cell(double *d, int64_t *w, const struct model_run *r,
    const struct step *s, const struct text *t, struct err *e)
{
	static const struct text zero = { "0", 1 };

	if (r->trial && t->n == 0)
		t = &zero;
	if (!num_parse_f64(t->s, t->n, d))
		return step_bad(s, e, "'%.*s' is not a number",
		    (int)(t->n < 60 ? t->n : 60), t->s);
	if (!num_parse_i64(t->s, t->n, w))
		*w = number_to_whole(*d);
	return 0;
}

/* The 64 bits of a float as a whole number. */
static int64_t
real_to_bits(double d, enum onnx_elem to)
{
	if (to == ONNX_UINT64 && d >= 9223372036854775808.0)
		return d >= 18446744073709551616.0 ? -1 :
		    (int64_t)(uint64_t)d;
	return number_to_whole(d);
}

static int
cast_tensor(struct model_run *r, const struct step *s, const struct tensor *a,
    enum onnx_elem to, struct err *e)
{
	struct tensor *out;

	if (to == ONNX_FLOAT16 || to == ONNX_BFLOAT16 ||
	    onnx_elem_size(to) == 0)
		return err_set(e, ERR_UNSUPPORTED, "%s to %s is not supported "
		    "in node '%s'", s->node->op, onnx_elem_name(to),
		    s->node->name);
	if (to == a->elem)
		return step_alias(r, s, 0, a, a->rank, a->dim, e);
	if ((out = step_out(r, s, 0, to, a->rank, a->dim, e)) == NULL)
		return -1;
	if (to == ONNX_TEXT)
		return cast_to_text(r, s, out, a, e);
	for (size_t i = 0; i < a->n; i++) {
		double d;
		int64_t w;

		if (a->elem == ONNX_TEXT) {
			if (parse_cell(&d, &w, r, s,
			    &((const struct text *)a->data)[i], e) < 0)
				return -1;
		} else {
			d = number_at(a, i);
			w = number_is_real(a->elem) ? real_to_bits(d, to) :
			    number_whole_at(a, i);
		}
		cast_number(out, i, d, w);
	}
	return 0;
}

static int
run_cast(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0);

	NEED(a, s, e);
	return cast_tensor(r, s, a, (enum onnx_elem)attr_int(s, "to", 0), e);
}

static int
run_cast_like(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0), *like = step_in(r, s, 1);

	NEED(a, s, e);
	NEED(like, s, e);
	return cast_tensor(r, s, a, like->elem, e);
}

/* The same bytes, taken for another type of the same width. */
static int
run_bit_cast(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0);
	enum onnx_elem to = (enum onnx_elem)attr_int(s, "to", 0);
	struct tensor *out;

	NEED(a, s, e);
	if (number_type(a->elem) < 0 && a->elem != ONNX_BOOL)
		return step_bad_type(s, a->elem, e);
	if ((number_type(to) < 0 && to != ONNX_BOOL) ||
	    onnx_elem_size(to) != onnx_elem_size(a->elem))
		return step_bad_type(s, to, e);
	if ((out = step_out(r, s, 0, to, a->rank, a->dim, e)) == NULL)
		return -1;
	if (a->n)
		memcpy(out->data, a->data, a->n * onnx_elem_size(to));
	for (size_t i = 0; to == ONNX_BOOL && i < a->n; i++)
		((uint8_t *)out->data)[i] = ((uint8_t *)out->data)[i] != 0;
	return 0;
}

const struct op ops_cast[] = {
	{ "", "Cast", 6, 0, NULL, run_cast, 0 },
	{ "", "CastLike", 15, 0, NULL, run_cast_like, 0 },
	{ "", "BitCast", 26, 0, NULL, run_bit_cast, 0 },
	{ NULL, NULL, 0, 0, NULL, NULL, 0 }
};
