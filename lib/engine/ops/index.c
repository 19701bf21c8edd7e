/* Values picked, counted and laid out by index. */
#include <math.h>
#include <string.h>

#include "engine/step.h"

static bool
is_index(const struct tensor *t)
{
	return t->elem == ONNX_INT64 || t->elem == ONNX_INT32;
}

/* An index into d places; negative ones count from the back. */
static int
place_index(size_t *at, int64_t k, int64_t d, const struct step *s, struct err *e)
{
	int64_t p = k < 0 ? k + d : k;

	if (p < 0 || p >= d)
		return step_bad(s, e, "index %lld of %lld", (long long)k,
		    (long long)d);
	*at = (size_t)p;
	return 0;
}

static int
run_gather_elements(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0), *ix = step_in(r, s, 1);
	int64_t axis, at[ONNX_RANK_MAX] = { 0 }, unit[ONNX_RANK_MAX], k = 1;
	struct tensor *out;
	size_t size;

	NEED(a, s, e);
	NEED(ix, s, e);
	if (!is_index(ix))
		return step_bad_type(s, ix->elem, e);
	if (a->rank < 1 || ix->rank != a->rank)
		return step_bad(s, e, "indices have other dimensions");
	if (step_axis(&axis, attr_int(s, "axis", 0), a->rank, s, e) < 0)
		return -1;
	for (int d = a->rank - 1; d >= 0; d--) {
		if (d != axis && ix->dim[d] > a->dim[d])
			return step_bad(s, e, "more indices than values");
		unit[d] = k;
		k *= a->dim[d];
	}
	out = step_out(r, s, 0, a->elem, ix->rank, ix->dim, e);
	if (out == NULL)
		return -1;
	size = onnx_elem_size(a->elem);
	for (size_t i = 0; i < ix->n; i++) {
		size_t p = 0, from = 0;

		if (place_index(&p, tensor_index(ix, i), a->dim[axis], s, e) < 0)
			return -1;
		for (int d = 0; d < a->rank; d++)
			from += (d == axis ? p : (size_t)at[d]) *
			    (size_t)unit[d];
		memcpy((char *)out->data + i * size,
		    (const char *)a->data + from * size, size);
		for (int d = ix->rank - 1; d >= 0 && ++at[d] == ix->dim[d];
		    d--)
			at[d] = 0;
	}
	return 0;
}

static int
run_gather_nd(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0), *ix = step_in(r, s, 1);
	int64_t b = attr_int(s, "batch_dims", 0), dim[ONNX_RANK_MAX], depth;
	size_t size, inner, batch, tuples, each;
	struct tensor *out;
	int rank = 0;

	NEED(a, s, e);
	NEED(ix, s, e);
	if (ix->elem != ONNX_INT64)
		return step_bad_type(s, ix->elem, e);
	if (ix->rank < 1 || b < 0 || b >= ix->rank || b >= a->rank)
		return step_bad(s, e, "bad batch_dims");
	depth = ix->dim[ix->rank - 1];
	if (depth < 1 || depth > a->rank - b ||
	    ix->rank - 1 + a->rank - b - depth > ONNX_RANK_MAX)
		return step_bad(s, e, "tuples of %lld indices do not fit",
		    (long long)depth);
	for (int d = 0; d < ix->rank - 1; d++) {
		if (d < b && ix->dim[d] != a->dim[d])
			return step_bad(s, e, "batches differ");
		dim[rank++] = ix->dim[d];
	}
	for (int d = (int)(b + depth); d < a->rank; d++)
		dim[rank++] = a->dim[d];
	if ((out = step_out(r, s, 0, a->elem, rank, dim, e)) == NULL)
		return -1;
	size = onnx_elem_size(a->elem);
	inner = tensor_span(a, (int)(b + depth), a->rank);
	batch = tensor_span(a, 0, (int)b);
	tuples = ix->n / (size_t)depth;
	each = batch ? tuples / batch : 0;
	for (size_t i = 0; i < tuples; i++) {
		size_t from = i / (each ? each : 1), p = 0;

		for (int64_t k = 0; k < depth; k++) {
			int64_t d = a->dim[b + k];

			if (place_index(&p, tensor_index(ix, i * (size_t)depth +
			    (size_t)k), d, s, e) < 0)
				return -1;
			from = from * (size_t)d + p;
		}
		if (inner)
			memcpy((char *)out->data + i * inner * size,
			    (const char *)a->data + from * inner * size,
			    inner * size);
	}
	return 0;
}

static bool
is_set(const struct tensor *t, size_t i)
{
	static const char zero[sizeof(struct text)];
	size_t size = onnx_elem_size(t->elem);

	if (t->elem == ONNX_FLOAT)
		return ((const float *)t->data)[i] != 0;
	if (t->elem == ONNX_DOUBLE)
		return ((const double *)t->data)[i] != 0;
	return memcmp((const char *)t->data + i * size, zero, size) != 0;
}

static int
run_nonzero(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0);
	int64_t dim[2] = { 0, 0 };
	struct tensor *out;
	size_t o = 0;

	NEED(a, s, e);
	if (a->elem == ONNX_TEXT)
		return step_bad_type(s, a->elem, e);
	for (size_t i = 0; i < a->n; i++)
		dim[1] += is_set(a, i);
	dim[0] = a->rank ? a->rank : 1;
	if ((out = step_out(r, s, 0, ONNX_INT64, 2, dim, e)) == NULL)
		return -1;
	for (size_t i = 0; i < a->n; i++) {
		size_t at = i;

		if (!is_set(a, i))
			continue;
		if (a->rank == 0)
			((int64_t *)out->data)[0] = 0;
		for (int d = a->rank - 1; d >= 0; d--) {
			((int64_t *)out->data)[(size_t)d * (size_t)dim[1] + o] =
			    (int64_t)(at % (size_t)a->dim[d]);
			at /= (size_t)a->dim[d];
		}
		o++;
	}
	return 0;
}

static int
run_compress(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0), *c = step_in(r, s, 1);
	bool flat = onnx_find_attr(s->node, "axis") == NULL;
	int64_t dim[ONNX_RANK_MAX], axis = 0, kept = 0;
	size_t outer, inner, n;
	struct tensor *out;
	const uint8_t *on;
	char *to;

	NEED(a, s, e);
	NEED(c, s, e);
	if (c->elem != ONNX_BOOL || c->rank != 1)
		return step_bad(s, e, "a list of conditions is needed");
	if (!flat && step_axis(&axis, attr_int(s, "axis", 0), a->rank, s, e) < 0)
		return -1;
	if (!flat && a->rank == 0)
		return step_bad(s, e, "a single value has no axis");
	n = flat ? a->n : (size_t)a->dim[axis];
	outer = flat ? 1 : tensor_span(a, 0, (int)axis);
	inner = (flat ? 1 : tensor_span(a, (int)axis + 1, a->rank)) *
	    onnx_elem_size(a->elem);
	on = c->data;
	if (c->n < n)
		n = c->n;
	for (size_t i = 0; i < n; i++)
		kept += on[i] != 0;
	memcpy(dim, a->dim, sizeof(dim));
	dim[axis] = kept;
	out = step_out(r, s, 0, a->elem, flat ? 1 : a->rank, dim, e);
	if (out == NULL)
		return -1;
	to = out->data;
	for (size_t o = 0; o < outer; o++)
		for (size_t i = 0; i < n; i++) {
			size_t row = flat ? i : o * (size_t)a->dim[axis] + i;

			if (!on[i])
				continue;
			memcpy(to, (const char *)a->data + row * inner, inner);
			to += inner;
		}
	return 0;
}

static int64_t
whole_at(const struct tensor *t, size_t i)
{
	double d;

	if (is_index(t))
		return tensor_index(t, i);
	d = t->elem == ONNX_FLOAT ? (double)((const float *)t->data)[i] :
	    ((const double *)t->data)[i];
	return d >= -1e15 && d <= 1e15 ? (int64_t)d : INT64_MAX;
}

static bool
is_whole(const struct tensor *t)
{
	return is_index(t) || t->elem == ONNX_FLOAT || t->elem == ONNX_DOUBLE;
}

static int
run_one_hot(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *ix = step_in(r, s, 0), *depth = step_in(r, s, 1);
	const struct tensor *v = step_in(r, s, 2);
	int64_t dim[ONNX_RANK_MAX], axis, n;
	size_t size, inner;
	struct tensor *out;

	NEED(ix, s, e);
	NEED(depth, s, e);
	NEED(v, s, e);
	if (!is_whole(ix) || !is_whole(depth) || depth->n != 1 || v->n != 2 ||
	    ix->rank + 1 > ONNX_RANK_MAX)
		return step_bad(s, e, "indices, a depth and two values are "
		    "needed");
	n = whole_at(depth, 0);
	if (n < 0 || n > (int64_t)TENSOR_N_MAX)
		return step_bad(s, e, "a depth of %lld", (long long)n);
	if (step_axis(&axis, attr_int(s, "axis", -1), ix->rank + 1, s, e) < 0)
		return -1;
	for (int d = 0; d <= ix->rank; d++)
		dim[d] = d < axis ? ix->dim[d] : d == axis ? n : ix->dim[d - 1];
	if ((out = step_out(r, s, 0, v->elem, ix->rank + 1, dim, e)) == NULL)
		return -1;
	size = onnx_elem_size(v->elem);
	inner = tensor_span(ix, (int)axis, ix->rank);
	for (size_t i = 0; i < out->n; i++)
		memcpy((char *)out->data + i * size, v->data, size);
	for (size_t i = 0; n && i < ix->n; i++) {
		int64_t k = whole_at(ix, i);

		if (k < -n || k >= n)
			continue;
		k = k < 0 ? k + n : k;
		memcpy((char *)out->data + ((i / inner * (size_t)n +
		    (size_t)k) * inner + i % inner) * size,
		    (const char *)v->data + size, size);
	}
	return 0;
}

static int64_t
wrap_add(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}

/* One running sum: n values that lie `step` apart, from `at` on. */
static void
cumulate_axis(struct tensor *out, const struct tensor *a, size_t at, size_t n,
    size_t step, bool exclusive, bool reverse)
{
	int64_t whole = 0;
	double d = 0;
	float f = 0;

	for (size_t k = 0; k < n; k++) {
		size_t i = at + (reverse ? n - 1 - k : k) * step;

		switch (a->elem) {
		case ONNX_FLOAT:
			((float *)out->data)[i] = f;
			f += ((const float *)a->data)[i];
			if (!exclusive)
				((float *)out->data)[i] = f;
			break;
		case ONNX_DOUBLE:
			((double *)out->data)[i] = d;
			d += ((const double *)a->data)[i];
			if (!exclusive)
				((double *)out->data)[i] = d;
			break;
		default:
			if (!exclusive)
				whole = wrap_add(whole, tensor_index(a, i));
			if (a->elem == ONNX_INT64)
				((int64_t *)out->data)[i] = whole;
			else
				((int32_t *)out->data)[i] =
				    (int32_t)(uint32_t)(uint64_t)whole;
			if (exclusive)
				whole = wrap_add(whole, tensor_index(a, i));
		}
	}
}

static int
run_cumsum(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0), *t = step_in(r, s, 1);
	bool exclusive = attr_int(s, "exclusive", 0) != 0;
	bool reverse = attr_int(s, "reverse", 0) != 0;
	size_t outer, n, inner;
	struct tensor *out;
	int64_t axis;

	NEED(a, s, e);
	NEED(t, s, e);
	if (!is_whole(a))
		return step_bad_type(s, a->elem, e);
	if (!is_index(t) || t->n != 1 || a->rank < 1)
		return step_bad(s, e, "values and one axis are needed");
	if (step_axis(&axis, tensor_index(t, 0), a->rank, s, e) < 0 ||
	    (out = step_out(r, s, 0, a->elem, a->rank, a->dim, e)) == NULL)
		return -1;
	outer = tensor_span(a, 0, (int)axis);
	n = (size_t)a->dim[axis];
	inner = tensor_span(a, (int)axis + 1, a->rank);
	for (size_t o = 0; o < outer; o++)
		for (size_t i = 0; i < inner; i++)
			cumulate_axis(out, a, o * n * inner + i, n, inner,
			    exclusive, reverse);
	return 0;
}

static double
double_at(const struct tensor *t)
{
	return t->elem == ONNX_FLOAT ? (double)*(const float *)t->data :
	    t->elem == ONNX_DOUBLE ? *(const double *)t->data :
	    (double)tensor_index(t, 0);
}

static int
run_range(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *t[3];
	double from, to, by, count;
	struct tensor *out;
	int64_t n;

	for (size_t i = 0; i < 3; i++) {
		t[i] = step_in(r, s, i);
		NEED(t[i], s, e);
		if (t[i]->n != 1 || !is_whole(t[i]) ||
		    t[i]->elem != t[0]->elem)
			return step_bad(s, e, "three numbers of one type are "
			    "needed");
	}
	from = double_at(t[0]);
	to = double_at(t[1]);
	by = double_at(t[2]);
	count = by != 0 ? ceil((to - from) / by) : NAN;
	if (!(count <= (double)TENSOR_N_MAX))
		return step_bad(s, e, "a range without end");
	n = count > 0 ? (int64_t)count : 0;
	if ((out = step_out(r, s, 0, t[0]->elem, 1, &n, e)) == NULL)
		return -1;
	for (int64_t i = 0; i < n; i++) {
		if (out->elem == ONNX_FLOAT)
			((float *)out->data)[i] = (float)from + (float)i *
			    (float)by;
		else if (out->elem == ONNX_DOUBLE)
			((double *)out->data)[i] = from + (double)i * by;
		else if (out->elem == ONNX_INT64)
			((int64_t *)out->data)[i] = (int64_t)((uint64_t)
			    tensor_index(t[0], 0) + (uint64_t)i *
			    (uint64_t)tensor_index(t[2], 0));
		else
			((int32_t *)out->data)[i] = (int32_t)(from +
			    (double)i * by);
	}
	return 0;
}

/* How much stands before and after each axis. */
static int
pads_of(int64_t before[], int64_t after[], struct model_run *r,
    const struct step *s, const struct tensor *a, struct err *e)
{
	const struct tensor *t = step_in(r, s, 1), *ax = step_in(r, s, 3);
	const struct onnx_attr *given = attr_list(s, "pads", ONNX_ATTR_INTS);
	size_t n = t ? t->n : given ? given->n : 0;
	int64_t axis;

	memset(before, 0, ONNX_RANK_MAX * sizeof(*before));
	memset(after, 0, ONNX_RANK_MAX * sizeof(*after));
	if ((t && t->elem != ONNX_INT64) || (ax && !is_index(ax)))
		return step_bad(s, e, "pads must be integers");
	if (n != 2 * (ax ? ax->n : (size_t)a->rank) || n > 2 * ONNX_RANK_MAX)
		return step_bad(s, e, "two pads an axis are needed");
	for (size_t i = 0; i < n / 2; i++) {
		const int64_t *v = t ? t->data : given->ints;

		if (step_axis(&axis, ax ? tensor_index(ax, i) : (int64_t)i,
		    a->rank, s, e) < 0)
			return -1;
		before[axis] = v[i];
		after[axis] = v[i + n / 2];
		if (v[i] < -a->dim[axis] || v[i + n / 2] < -a->dim[axis] ||
		    v[i] > (int64_t)TENSOR_N_MAX ||
		    v[i + n / 2] > (int64_t)TENSOR_N_MAX)
			return step_bad(s, e, "bad pads");
	}
	return 0;
}

/* Where a place p outside of [0, d) looks, or -1 for the constant. */
static int64_t
pad_source(int64_t p, int64_t d, char mode)
{
	if (p >= 0 && p < d)
		return p;
	switch (mode) {
	case 'e':
		return p < 0 ? 0 : d - 1;
	case 'w':
		return (p % d + d) % d;
	case 'r':
		if (d == 1)
			return 0;
		p = p % (2 * d - 2);
		p = p < 0 ? p + 2 * d - 2 : p;
		return p < d ? p : 2 * d - 2 - p;
	default:
		return -1;
	}
}

static int
run_pad(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0), *fill = step_in(r, s, 2);
	int64_t before[ONNX_RANK_MAX], after[ONNX_RANK_MAX];
	int64_t dim[ONNX_RANK_MAX], at[ONNX_RANK_MAX] = { 0 };
	const char *mode = attr_text(s, "mode", "constant");
	float value = attr_float(s, "value", 0);
	static const struct text empty = { "", 0 };
	char zero[sizeof(struct text)] = { 0 };
	const void *with = zero;
	struct tensor *out;
	size_t size;

	NEED(a, s, e);
	if (pads_of(before, after, r, s, a, e) < 0)
		return -1;
	if (fill && (fill->elem != a->elem || fill->n != 1))
		return step_bad(s, e, "the padding has another type");
	for (int d = 0; d < a->rank; d++) {
		dim[d] = a->dim[d] + before[d] + after[d];
		if (mode[0] != 'c' && a->dim[d] == 0 && dim[d] > 0)
			return step_bad(s, e, "nothing to repeat");
	}
	if ((out = step_out(r, s, 0, a->elem, a->rank, dim, e)) == NULL)
		return -1;
	if (step_work(r, s, out->n, (size_t)a->rank, e) < 0)
		return -1;
	size = onnx_elem_size(a->elem);
	if (fill)
		with = fill->data;
	else if (a->elem == ONNX_TEXT)
		with = &empty;
	else if (a->elem == ONNX_FLOAT)
		with = &value;
	for (size_t i = 0; i < out->n; i++) {
		int64_t from = 0, p = 0;

		for (int d = 0; d < a->rank && p >= 0; d++) {
			p = pad_source(at[d] - before[d], a->dim[d], mode[0]);
			from = from * a->dim[d] + p;
		}
		memcpy((char *)out->data + i * size, p < 0 ? with :
		    (const char *)a->data + from * (int64_t)size, size);
		for (int d = a->rank - 1; d >= 0 && ++at[d] == dim[d]; d--)
			at[d] = 0;
	}
	return 0;
}

static int
run_trilu(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0), *t = step_in(r, s, 1);
	bool upper = attr_int(s, "upper", 1) != 0;
	struct tensor *out;
	int64_t k = 0, h, w;
	size_t size;

	NEED(a, s, e);
	if (a->rank < 2 || a->elem == ONNX_TEXT || (t && (t->elem !=
	    ONNX_INT64 || t->n != 1)))
		return step_bad(s, e, "a matrix and a diagonal are needed");
	if ((out = step_out(r, s, 0, a->elem, a->rank, a->dim, e)) == NULL)
		return -1;
	h = a->dim[a->rank - 2];
	w = a->dim[a->rank - 1];
	if (t)
		k = tensor_index(t, 0);
	k = k < -h ? -h : k > w ? w : k;
	size = onnx_elem_size(a->elem);
	for (size_t i = 0; i < a->n; i++) {
		int64_t col = (int64_t)i % w, row = (int64_t)i / w % h;

		if (upper ? col - row >= k : col - row <= k)
			memcpy((char *)out->data + i * size,
			    (const char *)a->data + i * size, size);
		else
			memset((char *)out->data + i * size, 0, size);
	}
	return 0;
}

const struct op ops_index[] = {
	{ "", "GatherElements", 11, 0, NULL, run_gather_elements, 0 },
	{ "", "GatherND", 11, 0, NULL, run_gather_nd, 0 },
	{ "", "NonZero", 9, 0, NULL, run_nonzero, 0 },
	{ "", "Compress", 9, 0, NULL, run_compress, 0 },
	{ "", "OneHot", 9, 0, NULL, run_one_hot, 0 },
	{ "", "CumSum", 11, 0, NULL, run_cumsum, 0 },
	{ "", "Range", 11, 0, NULL, run_range, 0 },
	{ "", "Pad", 2, 0, NULL, run_pad, 0 },
	{ "", "Trilu", 14, 0, NULL, run_trilu, 0 },
	{ NULL, NULL, 0, 0, NULL, NULL, 0 }
};
