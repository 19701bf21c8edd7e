/* Matrix products: Gemm and MatMul. */
#include <string.h>

#include "math/dense.h"
#include "engine/step.h"

/* *out = op(a) as rows; a transposed copy when asked for. */
static int
oriented_matrix(const void **out, struct model_run *r, const struct step *s,
    const struct tensor *a, bool turn, struct err *e)
{
	size_t size = onnx_elem_size(a->elem);
	size_t m = (size_t)a->dim[0], n = (size_t)a->dim[1];
	char *copy;

	*out = a->data;
	if (!turn)
		return 0;
	*out = copy = step_room(r, s, a->n, size, e);
	if (copy == NULL)
		return -1;
	for (size_t i = 0; i < m; i++)
		for (size_t j = 0; j < n; j++)
			memcpy(copy + (j * m + i) * size,
			    (const char *)a->data + (i * n + j) * size, size);
	return 0;
}

/* The products of one cell are many at a time. */
static int
product_work(struct model_run *r, const struct step *s, size_t m, size_t k,
    size_t n, struct err *e)
{
	return step_work(r, s, m * n, k / 16 + 1, e);
}

static void
matrix_product(enum onnx_elem elem, void *c, const void *a, const void *b, size_t m,
    size_t k, size_t n)
{
	if (elem == ONNX_FLOAT)
		dense_f32(c, a, b, NULL, m, k, n);
	else
		dense_f64(c, a, b, NULL, m, k, n);
}

/* out = alpha out + beta c, c broadcast from (n), (1, n), (m, 1) ... */
static int
add_bias(struct tensor *out, const struct tensor *c, float alpha, float beta,
    const struct step *s, struct err *e)
{
	size_t m = (size_t)out->dim[0], n = (size_t)out->dim[1], rows, cols;

	if (c == NULL && alpha == 1)
		return 0;
	rows = c && c->rank == 2 ? (size_t)c->dim[0] : 1;
	cols = c && c->rank ? (size_t)c->dim[c->rank - 1] : 1;
	if (c && ((rows != 1 && rows != m) || (cols != 1 && cols != n) ||
	    c->rank > 2 || c->elem != out->elem))
		return step_bad(s, e, "the bias has another shape");
	for (size_t i = 0; i < m; i++)
		for (size_t j = 0; j < n; j++) {
			size_t at = c ? (rows == 1 ? 0 : i) * cols + (cols == 1
			    ? 0 : j) : 0;

			if (out->elem == ONNX_FLOAT) {
				float *o = (float *)out->data + i * n + j;

				*o = alpha * *o + (c ? beta *
				    ((const float *)c->data)[at] : 0);
			} else {
				double *o = (double *)out->data + i * n + j;

				*o = (double)alpha * *o + (c ? (double)beta *
				    ((const double *)c->data)[at] : 0);
			}
		}
	return 0;
}

static int
run_gemm(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0), *b = step_in(r, s, 1);
	bool turn_a = attr_int(s, "transA", 0) != 0;
	bool turn_b = attr_int(s, "transB", 0) != 0;
	const void *left, *right;
	struct tensor *out;
	int64_t dim[2], k;

	if (a == NULL || b == NULL || a->rank != 2 || b->rank != 2)
		return step_bad(s, e, "two matrices are needed");
	if ((a->elem != ONNX_FLOAT && a->elem != ONNX_DOUBLE) ||
	    a->elem != b->elem)
		return step_bad_type(s, a->elem, e);
	dim[0] = a->dim[turn_a];
	dim[1] = b->dim[!turn_b];
	k = a->dim[!turn_a];
	if (k != b->dim[turn_b])
		return step_bad(s, e, "%lld columns do not meet %lld rows",
		    (long long)k, (long long)b->dim[turn_b]);
	if ((out = step_out(r, s, 0, a->elem, 2, dim, e)) == NULL ||
	    product_work(r, s, (size_t)dim[0], (size_t)k, (size_t)dim[1], e) <
	    0 || oriented_matrix(&left, r, s, a, turn_a, e) < 0 ||
	    oriented_matrix(&right, r, s, b, turn_b, e) < 0)
		return -1;
	matrix_product(a->elem, out->data, left, right, (size_t)dim[0],
	    (size_t)k, (size_t)dim[1]);
	return add_bias(out, step_in(r, s, 2), attr_float(s, "alpha", 1),
	    attr_float(s, "beta", 1), s, e);
}

/* numpy's matmul: the last two dimensions multiply, the others broadcast;
 * a vector is a row on the left, a column on the right. */
static int
run_matmul(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0), *b = step_in(r, s, 1);
	int64_t da[ONNX_RANK_MAX + 1], db[ONNX_RANK_MAX + 1];
	int64_t dim[ONNX_RANK_MAX], shown[ONNX_RANK_MAX];
	int ra, rb, rank, n_shown = 0;
	size_t m, k, n, batches = 1, size;
	struct tensor *out;

	if (a == NULL || b == NULL || a->rank < 1 || b->rank < 1)
		return step_bad(s, e, "two matrices are needed");
	if ((a->elem != ONNX_FLOAT && a->elem != ONNX_DOUBLE) ||
	    a->elem != b->elem)
		return step_bad_type(s, a->elem, e);
	ra = a->rank == 1 ? 2 : a->rank;
	rb = b->rank == 1 ? 2 : b->rank;
	da[0] = db[1] = 1;
	memcpy(da + (ra - a->rank), a->dim, (size_t)a->rank * sizeof(*da));
	memcpy(db, b->dim, (size_t)b->rank * sizeof(*db));
	m = (size_t)da[ra - 2];
	k = (size_t)da[ra - 1];
	n = (size_t)db[rb - 1];
	if ((size_t)db[rb - 2] != k)
		return step_bad(s, e, "%zu columns do not meet %lld rows", k,
		    (long long)db[rb - 2]);
	rank = ra > rb ? ra : rb;
	for (int d = 0; d < rank - 2; d++) {
		int64_t x = d < rank - ra ? 1 : da[d - (rank - ra)];
		int64_t y = d < rank - rb ? 1 : db[d - (rank - rb)];

		if (x != y && x != 1 && y != 1)
			return step_bad(s, e, "shapes do not go together");
		dim[d] = x == 1 ? y : x;
		shown[n_shown++] = dim[d];
		batches *= (size_t)dim[d];
	}
	if (a->rank > 1)
		shown[n_shown++] = (int64_t)m;
	if (b->rank > 1)
		shown[n_shown++] = (int64_t)n;
	if ((out = step_out(r, s, 0, a->elem, n_shown, shown, e)) == NULL ||
	    product_work(r, s, batches * m, k, n, e) < 0)
		return -1;
	size = onnx_elem_size(a->elem);
	for (size_t i = 0; i < batches; i++) {
		size_t at = i, oa = 0, ob = 0, ua = 1, ub = 1;

		for (int d = rank - 3; d >= 0; d--) {
			size_t c = at % (size_t)dim[d];
			int pa = d - (rank - ra), pb = d - (rank - rb);

			at /= (size_t)dim[d];
			if (pa >= 0) {
				oa += da[pa] == 1 ? 0 : c * ua;
				ua *= (size_t)da[pa];
			}
			if (pb >= 0) {
				ob += db[pb] == 1 ? 0 : c * ub;
				ub *= (size_t)db[pb];
			}
		}
		matrix_product(a->elem, (char *)out->data + i * m * n * size,
		    (const char *)a->data + oa * m * k * size,
		    (const char *)b->data + ob * k * n * size, m, k, n);
	}
	return 0;
}

const struct op ops_product[] = {
	{ "", "Gemm", 7, 0, NULL, run_gemm, 0 },
	{ "", "MatMul", 1, 0, NULL, run_matmul, 0 },
	{ NULL, NULL, 0, 0, NULL, NULL, 0 }
};
