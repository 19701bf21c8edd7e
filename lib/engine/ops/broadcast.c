/* Two tensors taken element by element, by numpy's rules of shape. */
#include "engine/ops/broadcast.h"

#include <string.h>

int
broadcast_plan(struct broadcast *b, const struct tensor *const *in, int n,
    const struct step *s, struct err *e)
{
	memset(b, 0, sizeof(*b));
	b->n_in = n;
	for (int k = 0; k < n; k++)
		if (in[k]->rank > b->rank)
			b->rank = in[k]->rank;
	for (int d = 0; d < b->rank; d++) {
		b->dim[d] = 1;
		for (int k = 0; k < n; k++) {
			int at = d - (b->rank - in[k]->rank);
			int64_t x = at < 0 ? 1 : in[k]->dim[at];

			if (x == 1 || x == b->dim[d])
				continue;
			if (b->dim[d] != 1)
				return step_bad(s, e, "shapes do not go "
				    "together: %lld and %lld",
				    (long long)b->dim[d], (long long)x);
			b->dim[d] = x;
		}
	}
	for (int k = 0; k < n; k++) {
		int64_t stride = 1;

		for (int d = in[k]->rank - 1; d >= 0; d--) {
			int at = d + b->rank - in[k]->rank;

			b->stride[k][at] = in[k]->dim[d] == 1 ? 0 : stride;
			stride *= in[k]->dim[d];
		}
	}
	return 0;
}

/* Leading dimensions that every input walks through without a jump are one
 * long run. */
static void
join_dimensions(struct broadcast *b)
{
	while (b->rank > 1) {
		int d = b->rank - 2;

		for (int k = 0; k < b->n_in; k++) {
			int64_t inner = b->stride[k][d + 1];

			if (b->stride[k][d] != inner * b->dim[d + 1] &&
			    !(b->dim[d] == 1 && b->stride[k][d] == 0))
				return;
			if (inner == 0 && b->dim[d + 1] != 1 &&
			    b->stride[k][d] != 0)
				return;
			if (inner == 0 && b->dim[d + 1] == 1 &&
			    b->stride[k][d] != 0)
				return;
		}
		b->dim[d] *= b->dim[d + 1];
		for (int k = 0; k < b->n_in; k++)
			b->stride[k][d] = b->stride[k][d + 1];
		b->rank--;
	}
}

void
broadcast_run(const struct broadcast *plan, void *out, size_t out_size,
    const struct tensor *const *in, const size_t *in_size,
    broadcast_kernel *kernel)
{
	struct broadcast b = *plan;
	int64_t at[ONNX_RANK_MAX] = { 0 }, off[3] = { 0 };
	const void *p[3];
	size_t step[3], inner;
	char *o = out;
	int last;

	join_dimensions(&b);
	last = b.rank - 1;
	inner = b.rank ? (size_t)b.dim[last] : 1;
	for (int d = 0; d < b.rank; d++)
		if (b.dim[d] == 0)
			return;
	for (int k = 0; k < b.n_in; k++)
		step[k] = b.rank ? (size_t)b.stride[k][last] : 0;
	for (;;) {
		int d = last - 1;

		for (int k = 0; k < b.n_in; k++)
			p[k] = (const char *)in[k]->data +
			    (size_t)off[k] * in_size[k];
		kernel(o, p, inner, step);
		o += inner * out_size;
		for (; d >= 0; d--) {
			for (int k = 0; k < b.n_in; k++)
				off[k] += b.stride[k][d];
			if (++at[d] < b.dim[d])
				break;
			for (int k = 0; k < b.n_in; k++)
				off[k] -= b.stride[k][d] * b.dim[d];
			at[d] = 0;
		}
		if (d < 0)
			return;
	}
}
