/* Values put where an index says: ScatterND, ScatterElements. */
#include <string.h>

#include "engine/ops/number.h"

enum scatter { SCATTER_SET, SCATTER_ADD, SCATTER_MUL, SCATTER_MIN,
	SCATTER_MAX };

static int
prepare_scatter(struct step *s, struct model *m, struct err *e)
{
	static const char *const names[] = { "none", "add", "mul", "min",
	    "max" };
	const char *how = attr_text(s, "reduction", "none");
	enum scatter *kind = arena_alloc(&m->arena, sizeof(*kind));

	s->state = kind;
	for (int k = 0; k < 5; k++)
		if (strcmp(how, names[k]) == 0) {
			*kind = (enum scatter)k;
			return 0;
		}
	return step_bad(s, e, "unknown reduction '%s'", how);
}

#define COMBINE(T, N, suffix) \
static T \
combine_##suffix(enum scatter kind, T old, T add) \
{ \
	switch (kind) { \
	case SCATTER_ADD: \
		return (T)(WIDE(old) + WIDE(add)); \
	case SCATTER_MUL: \
		return (T)(WIDE(old) * WIDE(add)); \
	case SCATTER_MIN: \
		return old != old || old < add ? old : add; \
	case SCATTER_MAX: \
		return old != old || old > add ? old : add; \
	default: \
		return add; \
	} \
}
#define WIDE(x) (x)
NUMBERS_REAL(COMBINE)
#undef WIDE
#define WIDE(x) (uint64_t)(x)
NUMBERS_WHOLE(COMBINE)
#undef WIDE

/* n values of t from `from` on, into `to`. */
static void
put_values(struct tensor *out, size_t to, const struct tensor *t, size_t from,
    size_t n, enum scatter kind)
{
	size_t size = onnx_elem_size(out->elem);

	if (kind == SCATTER_SET && n)
		memcpy((char *)out->data + to * size,
		    (const char *)t->data + from * size, n * size);
	if (kind == SCATTER_SET)
		return;
	switch (number_type(out->elem)) {
#define CASE(T, N, suffix) case N: \
	for (size_t i = 0; i < n; i++) { \
		T *o = (T *)out->data + to + i; \
		*o = combine_##suffix(kind, *o, \
		    ((const T *)t->data)[from + i]); \
	} \
	break;
	NUMBERS(CASE)
#undef CASE
	}
}

/* The output begins as the data. */
static struct tensor *
copy_data(struct model_run *r, const struct step *s, const struct tensor *a,
    const struct tensor *ix, const struct tensor *t, struct err *e)
{
	enum scatter kind = *(const enum scatter *)s->state;
	struct tensor *out;

	if (a == NULL || ix == NULL || t == NULL) {
		step_bad(s, e, "data, indices and updates are needed");
		return NULL;
	}
	if (t->elem != a->elem || (kind != SCATTER_SET &&
	    number_type(a->elem) < 0)) {
		step_bad_type(s, t->elem, e);
		return NULL;
	}
	if (ix->elem != ONNX_INT64 && ix->elem != ONNX_INT32) {
		step_bad_type(s, ix->elem, e);
		return NULL;
	}
	out = step_out(r, s, 0, a->elem, a->rank, a->dim, e);
	if (out && a->n)
		memcpy(out->data, a->data, a->n * onnx_elem_size(a->elem));
	return out;
}

/* An index into d places, negative ones from the back; -1 with *e set. */
static int64_t
checked_place(int64_t k, int64_t d, const struct step *s, struct err *e)
{
	int64_t p = k < 0 ? k + d : k;

	if (p >= 0 && p < d)
		return p;
	step_bad(s, e, "index %lld of %lld", (long long)k, (long long)d);
	return -1;
}

static int
run_scatter_nd(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0), *ix = step_in(r, s, 1);
	const struct tensor *t = step_in(r, s, 2);
	struct tensor *out = copy_data(r, s, a, ix, t, e);
	size_t depth, inner, tuples;

	if (out == NULL)
		return -1;
	if (ix->rank < 1 || ix->dim[ix->rank - 1] < 1 ||
	    ix->dim[ix->rank - 1] > a->rank)
		return step_bad(s, e, "tuples of indices do not fit");
	depth = (size_t)ix->dim[ix->rank - 1];
	inner = tensor_span(a, (int)depth, a->rank);
	tuples = tensor_span(ix, 0, ix->rank - 1);
	if (inner && t->n / inner != tuples)
		return step_bad(s, e, "%zu updates for %zu places", inner ?
		    t->n / inner : 0, tuples);
	if (t->n != tuples * inner)
		return step_bad(s, e, "updates of another shape");
	for (size_t i = 0; i < tuples; i++) {
		size_t to = 0;

		for (size_t k = 0; k < depth; k++) {
			int64_t p = checked_place(tensor_index(ix, i * depth +
			    k), a->dim[k], s, e);

			if (p < 0)
				return -1;
			to = to * (size_t)a->dim[k] + (size_t)p;
		}
		put_values(out, to * inner, t, i * inner, inner,
		    *(const enum scatter *)s->state);
	}
	return 0;
}

static int
run_scatter_elements(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0), *ix = step_in(r, s, 1);
	const struct tensor *t = step_in(r, s, 2);
	struct tensor *out = copy_data(r, s, a, ix, t, e);
	int64_t axis, at[ONNX_RANK_MAX] = { 0 }, unit[ONNX_RANK_MAX], k = 1;

	if (out == NULL || step_axis(&axis, attr_int(s, "axis", 0), a->rank, s,
	    e) < 0)
		return -1;
	if (ix->rank != a->rank || t->rank != a->rank || t->n != ix->n ||
	    a->rank < 1)
		return step_bad(s, e, "indices of another shape");
	for (int d = a->rank - 1; d >= 0; d--) {
		if (ix->dim[d] != t->dim[d] || (d != axis && ix->dim[d] >
		    a->dim[d]))
			return step_bad(s, e, "indices of another shape");
		unit[d] = k;
		k *= a->dim[d];
	}
	for (size_t i = 0; i < ix->n; i++) {
		int64_t to = 0, p = checked_place(tensor_index(ix, i),
		    a->dim[axis], s, e);

		if (p < 0)
			return -1;
		for (int d = 0; d < a->rank; d++)
			to += (d == axis ? p : at[d]) * unit[d];
		put_values(out, (size_t)to, t, i, 1,
		    *(const enum scatter *)s->state);
		for (int d = ix->rank - 1; d >= 0 && ++at[d] == ix->dim[d];
		    d--)
			at[d] = 0;
	}
	return 0;
}

const struct op ops_scatter[] = {
	{ "", "ScatterND", 11, 0, prepare_scatter, run_scatter_nd, 0 },
	{ "", "ScatterElements", 11, 0, prepare_scatter, run_scatter_elements,
	    0 },
	{ "", "Scatter", 9, 10, prepare_scatter, run_scatter_elements, 0 },
	{ NULL, NULL, 0, 0, NULL, NULL, 0 }
};
