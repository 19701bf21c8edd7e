/* Moving values without looking at them. */
#include <string.h>

#include "engine/step.h"

static int
run_identity(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0);

	NEED(a, s, e);
	return step_alias(r, s, 0, a, a->rank, a->dim, e);
}

/* At inference nothing is dropped; the mask says so. */
static int
run_dropout(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0), *training = step_in(r, s, 2);
	struct tensor *mask;

	NEED(a, s, e);
	if (training && (training->elem != ONNX_BOOL || training->n != 1 ||
	    *(const uint8_t *)training->data))
		return err_set(e, ERR_UNSUPPORTED, "Dropout in training is "
		    "not supported in node '%s'", s->node->name);
	if (s->n_out > 1 && s->out[1] >= 0) {
		mask = step_out(r, s, 1, ONNX_BOOL, a->rank, a->dim, e);
		if (mask == NULL)
			return -1;
		memset(mask->data, 1, mask->n);
	}
	return step_alias(r, s, 0, a, a->rank, a->dim, e);
}

static int
run_reshape(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0), *shape = step_in(r, s, 1);
	bool keep_zero = attr_int(s, "allowzero", 0) != 0;
	int64_t dim[ONNX_RANK_MAX];
	int rank, free_at = -1;
	size_t known = 1;

	NEED(a, s, e);
	NEED(shape, s, e);
	if (tensor_ints(dim, &rank, shape, e) < 0)
		return -1;
	for (int i = 0; i < rank; i++) {
		if (dim[i] == 0 && !keep_zero && i < a->rank)
			dim[i] = a->dim[i];
		if (dim[i] == -1 && free_at < 0)
			free_at = i;
		else if (dim[i] < 0 || (dim[i] && known > TENSOR_N_MAX /
		    (size_t)dim[i]))
			return step_bad(s, e, "bad shape");
		else
			known *= (size_t)dim[i];
	}
	if (free_at >= 0) {
		if (known == 0 || a->n % known)
			return step_bad(s, e, "%zu values do not fill rows of "
			    "%zu", a->n, known);
		dim[free_at] = (int64_t)(a->n / known);
	}
	return step_alias(r, s, 0, a, rank, dim, e);
}

static int
run_flatten(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0);
	int64_t axis = attr_int(s, "axis", 1), dim[2];

	NEED(a, s, e);
	if (axis < 0)
		axis += a->rank;
	if (axis < 0 || axis > a->rank)
		return step_bad(s, e, "axis %lld of %d dimensions",
		    (long long)axis, a->rank);
	dim[0] = (int64_t)tensor_span(a, 0, (int)axis);
	dim[1] = (int64_t)tensor_span(a, (int)axis, a->rank);
	return step_alias(r, s, 0, a, 2, dim, e);
}

/* Axes from input 1 (opset 13) or the attribute. */
static int
axes_of(int64_t *axes, int *n, struct model_run *r, const struct step *s,
    struct err *e)
{
	const struct tensor *t = step_in(r, s, 1);
	const struct onnx_attr *a = attr_list(s, "axes", ONNX_ATTR_INTS);

	*n = 0;
	if (t)
		return tensor_ints(axes, n, t, e);
	if (a == NULL)
		return 0;
	if (a->n > ONNX_RANK_MAX)
		return step_bad(s, e, "bad axes");
	memcpy(axes, a->ints, a->n * sizeof(*axes));
	*n = (int)a->n;
	return 0;
}

static int
run_squeeze(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0);
	int64_t axes[ONNX_RANK_MAX], dim[ONNX_RANK_MAX], axis;
	bool drop[ONNX_RANK_MAX] = { false };
	int n, rank = 0;

	NEED(a, s, e);
	if (axes_of(axes, &n, r, s, e) < 0)
		return -1;
	for (int i = 0; i < n; i++) {
		if (step_axis(&axis, axes[i], a->rank, s, e) < 0)
			return -1;
		if (a->dim[axis] != 1)
			return step_bad(s, e, "dimension %lld is not 1",
			    (long long)axis);
		drop[axis] = true;
	}
	for (int i = 0; i < a->rank; i++)
		if (n ? !drop[i] : a->dim[i] != 1)
			dim[rank++] = a->dim[i];
	return step_alias(r, s, 0, a, rank, dim, e);
}

static int
run_unsqueeze(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0);
	int64_t axes[ONNX_RANK_MAX], dim[ONNX_RANK_MAX], axis;
	bool fresh[ONNX_RANK_MAX] = { false };
	int n, rank, k = 0;

	NEED(a, s, e);
	if (axes_of(axes, &n, r, s, e) < 0)
		return -1;
	rank = a->rank + n;
	if (rank > ONNX_RANK_MAX)
		return step_bad(s, e, "too many dimensions");
	for (int i = 0; i < n; i++) {
		if (step_axis(&axis, axes[i], rank, s, e) < 0)
			return -1;
		fresh[axis] = true;
	}
	for (int i = 0; i < rank; i++) {
		if (!fresh[i] && k == a->rank)
			return step_bad(s, e, "an axis stands twice");
		dim[i] = fresh[i] ? 1 : a->dim[k++];
	}
	return step_alias(r, s, 0, a, rank, dim, e);
}

static int
run_concat(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *first = step_in(r, s, 0), *t;
	int64_t dim[ONNX_RANK_MAX], axis;
	size_t size, outer, at = 0, row;
	struct tensor *out;

	NEED(first, s, e);
	if (step_axis(&axis, attr_int(s, "axis", 1), first->rank, s, e) < 0)
		return -1;
	memcpy(dim, first->dim, sizeof(dim));
	dim[axis] = 0;
	for (size_t i = 0; i < s->n_in; i++) {
		t = step_in(r, s, i);
		NEED(t, s, e);
		if (t->elem != first->elem || t->rank != first->rank)
			return step_bad(s, e, "inputs are not alike");
		for (int k = 0; k < t->rank; k++)
			if (k != axis && t->dim[k] != first->dim[k])
				return step_bad(s, e, "inputs are not alike");
		dim[axis] += t->dim[axis];
	}
	out = step_out(r, s, 0, first->elem, first->rank, dim, e);
	if (out == NULL)
		return -1;
	size = onnx_elem_size(first->elem);
	outer = tensor_span(first, 0, (int)axis);
	row = outer ? out->n / outer * size : 0;
	for (size_t i = 0; i < s->n_in; i++) {
		size_t part;
		const char *from;
		char *to = (char *)out->data + at;

		t = step_in(r, s, i);
		part = outer ? t->n / outer * size : 0;
		from = t->data;
		if (part == 4)		/* one float a row: the usual case */
			for (size_t k = 0; k < outer; k++)
				memcpy(to + k * row, from + k * 4, 4);
		else
			for (size_t k = 0; part && k < outer; k++)
				memcpy(to + k * row, from + k * part, part);
		at += part;
	}
	return 0;
}

static int
run_shape(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0);
	int64_t from = attr_int(s, "start", 0), to, n;
	struct tensor *out;

	NEED(a, s, e);
	to = attr_int(s, "end", a->rank);
	from = from < 0 ? from + a->rank : from;
	to = to < 0 ? to + a->rank : to;
	from = from < 0 ? 0 : from > a->rank ? a->rank : from;
	to = to > a->rank ? a->rank : to;
	n = to > from ? to - from : 0;
	if ((out = step_out(r, s, 0, ONNX_INT64, 1, &n, e)) == NULL)
		return -1;
	if (n)
		memcpy(out->data, a->dim + from, (size_t)n * sizeof(int64_t));
	return 0;
}

static int
run_size(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0);
	struct tensor *out;

	NEED(a, s, e);
	if ((out = step_out(r, s, 0, ONNX_INT64, 0, NULL, e)) == NULL)
		return -1;
	*(int64_t *)out->data = (int64_t)a->n;
	return 0;
}

static int
run_gather(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0), *ix = step_in(r, s, 1);
	int64_t dim[ONNX_RANK_MAX], axis, k;
	size_t outer, inner, size;
	struct tensor *out;
	char *to;
	int rank = 0;

	NEED(a, s, e);
	NEED(ix, s, e);
	if (step_axis(&axis, attr_int(s, "axis", 0), a->rank, s, e) < 0)
		return -1;
	if (ix->elem != ONNX_INT64 && ix->elem != ONNX_INT32)
		return step_bad_type(s, ix->elem, e);
	if (a->rank - 1 + ix->rank > ONNX_RANK_MAX)
		return step_bad(s, e, "too many dimensions");
	for (int i = 0; i < axis; i++)
		dim[rank++] = a->dim[i];
	for (int i = 0; i < ix->rank; i++)
		dim[rank++] = ix->dim[i];
	for (int i = (int)axis + 1; i < a->rank; i++)
		dim[rank++] = a->dim[i];
	if ((out = step_out(r, s, 0, a->elem, rank, dim, e)) == NULL)
		return -1;
	size = onnx_elem_size(a->elem);
	outer = tensor_span(a, 0, (int)axis);
	inner = tensor_span(a, (int)axis + 1, a->rank) * size;
	to = out->data;
	for (size_t o = 0; o < outer; o++)
		for (size_t i = 0; i < ix->n; i++) {
			k = tensor_index(ix, i);
			k = k < 0 ? k + a->dim[axis] : k;
			if (k < 0 || k >= a->dim[axis])
				return step_bad(s, e, "index %lld of %lld",
				    (long long)k, (long long)a->dim[axis]);
			memcpy(to, (const char *)a->data + (o *
			    (size_t)a->dim[axis] + (size_t)k) * inner, inner);
			to += inner;
		}
	return 0;
}

struct slice {
	int64_t start[ONNX_RANK_MAX], step[ONNX_RANK_MAX];
	int64_t count[ONNX_RANK_MAX];
};

static int64_t
clamp_index(int64_t v, int64_t low, int64_t high)
{
	return v < low ? low : v > high ? high : v;
}

/* One axis of a Slice: numpy's start:end:step. */
static int
slice_axis(struct slice *sl, int64_t axis, int64_t start, int64_t end,
    int64_t step, int64_t d, const struct step *s, struct err *e)
{
	if (step == 0 || step == INT64_MIN)
		return step_bad(s, e, "a step of zero");
	if (start < 0)
		start = start < -d ? -1 : start + d;
	if (end < 0)
		end = end < -d ? -1 : end + d;
	if (step > 0) {
		start = clamp_index(start, 0, d);
		end = clamp_index(end, 0, d);
		sl->count[axis] = end > start ? (end - start - 1) / step + 1 : 0;
	} else {
		start = clamp_index(start, -1, d - 1);
		end = clamp_index(end, -1, d - 1);
		sl->count[axis] = start > end ?
		    (start - end - 1) / -step + 1 : 0;
	}
	sl->start[axis] = start;
	sl->step[axis] = step;
	return 0;
}

static int
slice_plan(struct slice *sl, struct model_run *r, const struct step *s,
    const struct tensor *a, struct err *e)
{
	const struct tensor *in[4];
	int64_t v[4][ONNX_RANK_MAX], axis;
	int n[4] = { 0 };

	for (int i = 0; i < a->rank; i++) {
		sl->start[i] = 0;
		sl->step[i] = 1;
		sl->count[i] = a->dim[i];
	}
	for (int i = 0; i < 4; i++) {
		static const char *const old[] = { "starts", "ends", "axes",
		    "" };
		const struct onnx_attr *at = attr_list(s, old[i], ONNX_ATTR_INTS);

		in[i] = step_in(r, s, (size_t)i + 1);
		if (in[i] && tensor_ints(v[i], &n[i], in[i], e) < 0)
			return -1;
		if (in[i] == NULL && at && at->n <= ONNX_RANK_MAX) {
			memcpy(v[i], at->ints, at->n * sizeof(int64_t));
			n[i] = (int)at->n;
		}
	}
	if (n[0] != n[1] || (n[2] && n[2] != n[0]) || (n[3] && n[3] != n[0]))
		return step_bad(s, e, "starts, ends, axes do not agree");
	for (int i = 0; i < n[0]; i++)
		if (step_axis(&axis, n[2] ? v[2][i] : i, a->rank, s, e) < 0 ||
		    slice_axis(sl, axis, v[0][i], v[1][i], n[3] ? v[3][i] : 1,
		    a->dim[axis], s, e) < 0)
			return -1;
	return 0;
}

/* Copy to[...] = from[...] where from is walked with any strides (in
 * elements), in the order of `to`. */
static void
strided_copy(struct tensor *to, const char *from, const int64_t *stride,
    size_t size)
{
	int64_t at[ONNX_RANK_MAX] = { 0 };
	char *o = to->data;

	for (size_t i = 0; i < to->n; i++) {
		memcpy(o, from, size);
		o += size;
		for (int d = to->rank - 1; d >= 0; d--) {
			from += stride[d] * (int64_t)size;
			if (++at[d] < to->dim[d])
				break;
			from -= stride[d] * (int64_t)size * to->dim[d];
			at[d] = 0;
		}
	}
}

static int
run_slice(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0);
	int64_t stride[ONNX_RANK_MAX], unit = 1, offset = 0;
	size_t size;
	struct tensor *out;
	struct slice sl;

	NEED(a, s, e);
	if (slice_plan(&sl, r, s, a, e) < 0)
		return -1;
	for (int d = a->rank - 1; d >= 0; d--) {
		stride[d] = sl.step[d] * unit;
		offset += sl.start[d] * unit;
		unit *= a->dim[d];
	}
	out = step_out(r, s, 0, a->elem, a->rank, sl.count, e);
	if (out == NULL)
		return -1;
	size = onnx_elem_size(a->elem);
	if (out->n)
		strided_copy(out, (const char *)a->data + offset *
		    (int64_t)size, stride, size);
	return 0;
}

static int
run_transpose(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0);
	const struct onnx_attr *perm = attr_list(s, "perm", ONNX_ATTR_INTS);
	int64_t unit[ONNX_RANK_MAX], stride[ONNX_RANK_MAX], dim[ONNX_RANK_MAX];
	int64_t k = 1;
	struct tensor *out;

	NEED(a, s, e);
	if (perm && (int)perm->n != a->rank)
		return step_bad(s, e, "bad perm");
	for (int d = a->rank - 1; d >= 0; d--) {
		unit[d] = k;
		k *= a->dim[d];
	}
	for (int d = 0; d < a->rank; d++) {
		int64_t p = perm ? perm->ints[d] : a->rank - 1 - d;

		if (step_axis(&p, p, a->rank, s, e) < 0)
			return -1;
		dim[d] = a->dim[p];
		stride[d] = unit[p];
	}
	if ((out = step_out(r, s, 0, a->elem, a->rank, dim, e)) == NULL)
		return -1;
	strided_copy(out, a->data, stride, onnx_elem_size(a->elem));
	return 0;
}

/* Expand and Tile: the source repeated. */
static int
repeat_block(struct model_run *r, const struct step *s, const struct tensor *a,
    int rank, const int64_t *dim, struct err *e)
{
	int64_t at[ONNX_RANK_MAX] = { 0 }, unit[ONNX_RANK_MAX], k = 1;
	size_t size = onnx_elem_size(a->elem);
	struct tensor *out;
	char *o;

	for (int d = rank - 1; d >= 0; d--) {
		int from = d - (rank - a->rank);

		unit[d] = k;
		k *= from < 0 ? 1 : a->dim[from];
	}
	if ((out = step_out(r, s, 0, a->elem, rank, dim, e)) == NULL)
		return -1;
	if (step_work(r, s, out->n, (size_t)rank, e) < 0)
		return -1;
	o = out->data;
	for (size_t i = 0; i < out->n; i++, o += size) {
		int64_t off = 0;

		for (int d = 0; d < rank; d++) {
			int from = d - (rank - a->rank);

			off += from < 0 ? 0 : at[d] % a->dim[from] * unit[d];
		}
		memcpy(o, (const char *)a->data + off * (int64_t)size, size);
		for (int d = rank - 1; d >= 0 && ++at[d] == dim[d]; d--)
			at[d] = 0;
	}
	return 0;
}

static int
run_expand(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0), *shape = step_in(r, s, 1);
	int64_t dim[ONNX_RANK_MAX], want[ONNX_RANK_MAX];
	int n, rank;

	NEED(a, s, e);
	NEED(shape, s, e);
	if (tensor_ints(want, &n, shape, e) < 0)
		return -1;
	rank = n > a->rank ? n : a->rank;
	for (int d = 0; d < rank; d++) {
		int64_t x = d < rank - a->rank ? 1 : a->dim[d - (rank -
		    a->rank)], y = d < rank - n ? 1 : want[d - (rank - n)];

		if (x != y && x != 1 && y != 1)
			return step_bad(s, e, "shapes do not go together");
		dim[d] = x == 1 ? y : x;
	}
	return repeat_block(r, s, a, rank, dim, e);
}

static int
run_tile(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0), *times = step_in(r, s, 1);
	int64_t dim[ONNX_RANK_MAX];
	int n;

	NEED(a, s, e);
	NEED(times, s, e);
	if (tensor_ints(dim, &n, times, e) < 0)
		return -1;
	if (n != a->rank)
		return step_bad(s, e, "one repeat a dimension is needed");
	for (int d = 0; d < n; d++) {
		if (dim[d] < 0 || dim[d] > (int64_t)TENSOR_N_MAX)
			return step_bad(s, e, "bad repeats");
		dim[d] *= a->dim[d];
	}
	return repeat_block(r, s, a, n, dim, e);
}

static int
run_split(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0), *sizes = step_in(r, s, 1);
	const struct onnx_attr *given = attr_list(s, "split", ONNX_ATTR_INTS);
	int64_t dim[ONNX_RANK_MAX], axis, at = 0, each;
	size_t size, outer, inner;

	NEED(a, s, e);
	if (step_axis(&axis, attr_int(s, "axis", 0), a->rank, s, e) < 0)
		return -1;
	if (sizes && (sizes->elem != ONNX_INT64 || sizes->n != s->n_out))
		return step_bad(s, e, "bad sizes");
	each = (a->dim[axis] + (int64_t)s->n_out - 1) / (int64_t)s->n_out;
	size = onnx_elem_size(a->elem);
	outer = tensor_span(a, 0, (int)axis);
	inner = tensor_span(a, (int)axis + 1, a->rank) * size;
	memcpy(dim, a->dim, sizeof(dim));
	for (size_t i = 0; i < s->n_out; i++) {
		struct tensor *out;
		int64_t part = sizes ? ((const int64_t *)sizes->data)[i] :
		    given && i < given->n ? given->ints[i] : each;

		if (part > a->dim[axis] - at && !sizes && !given)
			part = a->dim[axis] - at;
		if (part < 0 || part > a->dim[axis] - at)
			return step_bad(s, e, "bad sizes");
		dim[axis] = part;
		if ((out = step_out(r, s, i, a->elem, a->rank, dim, e)) ==
		    NULL)
			return -1;
		for (size_t o = 0; part && o < outer; o++)
			memcpy((char *)out->data + o * (size_t)part * inner,
			    (const char *)a->data + (o * (size_t)a->dim[axis] +
			    (size_t)at) * inner, (size_t)part * inner);
		at += part;
	}
	return 0;
}

static int
run_constant(struct model_run *r, const struct step *s, struct err *e)
{
	const struct onnx_node *n = s->node;
	const struct onnx_attr *a = n->n_attrs ? &n->attr[0] : NULL;
	struct tensor *out, t;
	int64_t dim;

	NEED(a, s, e);
	dim = (int64_t)a->n;
	switch (a->type) {
	case ONNX_ATTR_TENSOR:
		t = (struct tensor){ a->t->elem, a->t->rank, { 0 }, a->t->n,
		    a->t->data };
		return step_alias(r, s, 0, &t, t.rank, a->t->dim, e);
	case ONNX_ATTR_FLOAT:
		if ((out = step_out(r, s, 0, ONNX_FLOAT, 0, NULL, e)))
			*(float *)out->data = a->f;
		break;
	case ONNX_ATTR_INT:
		if ((out = step_out(r, s, 0, ONNX_INT64, 0, NULL, e)))
			*(int64_t *)out->data = a->i;
		break;
	case ONNX_ATTR_TEXT:
		if ((out = step_out(r, s, 0, ONNX_TEXT, 0, NULL, e)))
			*(struct text *)out->data = a->s;
		break;
	case ONNX_ATTR_FLOATS:
		if ((out = step_out(r, s, 0, ONNX_FLOAT, 1, &dim, e)) && dim)
			memcpy(out->data, a->floats, a->n * sizeof(float));
		break;
	case ONNX_ATTR_INTS:
		if ((out = step_out(r, s, 0, ONNX_INT64, 1, &dim, e)) && dim)
			memcpy(out->data, a->ints, a->n * sizeof(int64_t));
		break;
	default:
		if ((out = step_out(r, s, 0, ONNX_TEXT, 1, &dim, e)) && dim)
			memcpy(out->data, a->texts, a->n *
			    sizeof(struct text));
	}
	return out ? 0 : -1;
}

static int
run_constant_of_shape(struct model_run *r, const struct step *s,
    struct err *e)
{
	const struct tensor *shape = step_in(r, s, 0);
	const struct onnx_attr *v = onnx_find_attr(s->node, "value");
	enum onnx_elem elem = ONNX_FLOAT;
	int64_t dim[ONNX_RANK_MAX];
	struct tensor *out;
	size_t size;
	int rank;

	NEED(shape, s, e);
	if (v && (v->type != ONNX_ATTR_TENSOR || v->t->n != 1))
		return step_bad(s, e, "bad value");
	if (v)
		elem = v->t->elem;
	if (tensor_ints(dim, &rank, shape, e) < 0 ||
	    (out = step_out(r, s, 0, elem, rank, dim, e)) == NULL)
		return -1;
	size = onnx_elem_size(elem);
	memset(out->data, 0, out->n * size);
	for (size_t i = 0; v && i < out->n; i++)
		memcpy((char *)out->data + i * size, v->t->data, size);
	return 0;
}

const struct op ops_shape[] = {
	{ "", "Identity", 1, 0, NULL, run_identity, 0 },
	{ "", "Dropout", 7, 0, NULL, run_dropout, 0 },
	{ "", "Reshape", 5, 0, NULL, run_reshape, 0 },
	{ "", "Flatten", 1, 0, NULL, run_flatten, 0 },
	{ "", "Squeeze", 1, 0, NULL, run_squeeze, 0 },
	{ "", "Unsqueeze", 1, 0, NULL, run_unsqueeze, 0 },
	{ "", "Concat", 4, 0, NULL, run_concat, 0 },
	{ "", "Shape", 1, 0, NULL, run_shape, 0 },
	{ "", "Size", 1, 0, NULL, run_size, 0 },
	{ "", "Gather", 1, 0, NULL, run_gather, 0 },
	{ "", "Slice", 1, 0, NULL, run_slice, 0 },
	{ "", "Transpose", 1, 0, NULL, run_transpose, 0 },
	{ "", "Expand", 8, 0, NULL, run_expand, 0 },
	{ "", "Tile", 6, 0, NULL, run_tile, 0 },
	{ "", "Split", 2, 0, NULL, run_split, 0 },
	{ "", "Constant", 1, 0, NULL, run_constant, 0 },
	{ "", "ConstantOfShape", 9, 0, NULL, run_constant_of_shape, 0 },
	{ NULL, NULL, 0, 0, NULL, NULL, 0 }
};
