/*
 * onnx_run MODEL [INPUT.pb]...: run a model on tensors from files and print
 * the outputs, one line a tensor: element type, shape, values with all
 * their digits.  Exit 3 and one line on stderr when it cannot.
 * onnx_run --time N [--rows R] MODEL INPUT.pb...: seconds of the fastest of N
 * runs; with --rows all rows, R a call.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/num.h"
#include "engine/model.h"

static int
fail(const struct err *e)
{
	fprintf(stderr, "onnx_run: error: %s\n", e->msg);
	return 3;
}

static void
print_value(const struct tensor *t, size_t i)
{
	char text[NUM_TEXT_MAX];

	switch (t->elem) {
	case ONNX_FLOAT:
		num_print_f32(text, ((const float *)t->data)[i]);
		break;
	case ONNX_DOUBLE:
		num_print_f64(text, ((const double *)t->data)[i]);
		break;
	case ONNX_INT64:
		num_print_i64(text, ((const int64_t *)t->data)[i]);
		break;
	case ONNX_INT32:
		num_print_i64(text, ((const int32_t *)t->data)[i]);
		break;
	case ONNX_INT8:
		num_print_i64(text, ((const int8_t *)t->data)[i]);
		break;
	case ONNX_INT16:
		num_print_i64(text, ((const int16_t *)t->data)[i]);
		break;
	case ONNX_UINT16:
		num_print_i64(text, ((const uint16_t *)t->data)[i]);
		break;
	case ONNX_UINT32:
		num_print_i64(text, ((const uint32_t *)t->data)[i]);
		break;
	case ONNX_UINT64:
		num_print_u64(text, ((const uint64_t *)t->data)[i]);
		break;
	case ONNX_TEXT:
		printf(" %.*s", (int)((const struct text *)t->data)[i].n,
		    ((const struct text *)t->data)[i].s);
		return;
	default:
		num_print_i64(text, ((const uint8_t *)t->data)[i]);
	}
	printf(" %s", text);
}

static void
print_tensor(const struct tensor *t)
{
	printf("%s [", onnx_elem_name(t->elem));
	for (int d = 0; d < t->rank; d++)
		printf("%s%lld", d ? "," : "", (long long)t->dim[d]);
	printf("]");
	for (size_t i = 0; i < t->n; i++)
		print_value(t, i);
	printf("\n");
}

static int
read_input(struct tensor *out, struct arena *a, const char *path,
    struct err *e)
{
	struct onnx_tensor t;
	struct file_map m;
	int r;

	if (file_map(&m, path, e) < 0)
		return -1;
	r = onnx_read_tensor(&t, a, m.data, m.n, e);
	file_unmap(&m);
	*out = (struct tensor){ t.elem, t.rank, { 0 }, t.n, t.data };
	memcpy(out->dim, t.dim, sizeof(out->dim));
	return r;
}

/* All rows of the inputs, `rows` a call; 0: in one. */
static int
run_once(struct model_run *r, const struct tensor *in, size_t n,
    struct tensor *out, int64_t rows, struct err *e)
{
	struct tensor part[64];
	int64_t all = in[0].rank ? in[0].dim[0] : 1;

	for (int64_t from = 0; rows && from < all; from += rows) {
		for (size_t i = 0; i < n; i++) {
			size_t row = in[i].n / (size_t)all;

			part[i] = in[i];
			part[i].dim[0] = all - from < rows ? all - from : rows;
			part[i].n = row * (size_t)part[i].dim[0];
			part[i].data = (char *)in[i].data + (size_t)from * row *
			    onnx_elem_size(in[i].elem);
		}
		if (model_run(r, part, out, e) < 0)
			return -1;
	}
	return rows ? 0 : model_run(r, in, out, e);
}

static int
run(struct model *m, char **paths, int n, long times, int64_t rows,
    struct err *e)
{
	struct tensor in[64] = { { ONNX_NONE, 0, { 0 }, 0, NULL } }, out[64];
	struct model_run *r = model_run_new(m);
	struct arena a = { 0 };
	int64_t best = INT64_MAX;
	int result = -1;

	if ((size_t)n != model_inputs(m) || n > 64 || model_outputs(m) > 64) {
		err_set(e, ERR_USAGE, "the model has %zu inputs, %d came",
		    model_inputs(m), n);
		goto done;
	}
	for (int i = 0; i < n; i++)
		if (read_input(&in[i], &a, paths[i], e) < 0)
			goto done;
	for (long k = 0; k < times; k++) {
		int64_t begin = clock_mono_us();

		result = run_once(r, in, (size_t)n, out, rows, e);
		if (result < 0)
			goto done;
		if (clock_mono_us() - begin < best)
			best = clock_mono_us() - begin;
	}
	if (times > 1)
		printf("%.6f\n", (double)best * 1e-6);
	for (size_t i = 0; times == 1 && i < model_outputs(m); i++)
		print_tensor(&out[i]);
done:
	model_run_free(r);
	arena_free(&a);
	return result;
}

int
main(int argc, char **argv)
{
	struct err e = ERR_INIT;
	struct model *m = NULL;
	struct file_map f;
	int64_t times = 1, rows = 0;
	int r;

	if (argc > 3 && strcmp(argv[1], "--time") == 0) {
		num_parse_i64(argv[2], strlen(argv[2]), &times);
		argc -= 2;
		argv += 2;
	}
	if (argc > 3 && strcmp(argv[1], "--rows") == 0) {
		num_parse_i64(argv[2], strlen(argv[2]), &rows);
		argc -= 2;
		argv += 2;
	}
	if (argc < 2 || rows < 0 || file_map(&f, argv[1], &e) < 0)
		return fail(&e);
	r = model_load(&m, f.data, f.n, &e);
	file_unmap(&f);
	if (r == 0)
		r = run(m, argv + 2, argc - 2, (long)times, rows, &e);
	model_free(m);
	return r < 0 ? fail(&e) : 0;
}
