/*
 * engine/ops/broadcast.h - two or three tensors of different shapes, element by
 * element, by numpy's rules.  Private to lib/engine.
 *
 * A kernel does one run along the last dimension: n elements, each input
 * advancing by 1 or 0.
 */
#ifndef ENGINE_OPS_BROADCAST_H
#define ENGINE_OPS_BROADCAST_H

#include "engine/step.h"

struct broadcast {
	int rank;
	int64_t dim[ONNX_RANK_MAX];		/* of the result */
	int64_t stride[3][ONNX_RANK_MAX];	/* in elements; 0: repeated */
	int n_in;
};

typedef void broadcast_kernel(void *out, const void *const *in, size_t n,
    const size_t *step);

/* The common shape; -1 when there is none. */
int broadcast_plan(struct broadcast *b, const struct tensor *const *in, int n,
    const struct step *s, struct err *e);
void broadcast_run(const struct broadcast *b, void *out, size_t out_size,
    const struct tensor *const *in, const size_t *in_size,
    broadcast_kernel *kernel);

#endif
