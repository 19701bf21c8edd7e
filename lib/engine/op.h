/*
 * engine/op.h - an operator as a row of a table.  Private to lib/engine.
 *
 * Operators of one kind are a family: a file under ops/, or under ml/ those of
 * the domain ai.onnx.ml, with one table, ops_FAMILY, whose last row has no
 * name.
 */
#ifndef ENGINE_OP_H
#define ENGINE_OP_H

#include <stdbool.h>

#include "base/err.h"

struct model;
struct model_run;
struct step;

struct op {
	const char *domain, *name;
	int since, until;	/* opsets, inclusive; until 0: still */
	/* Check the attributes and keep what run needs in step->state; may be
	 * NULL. */
	int (*prepare)(struct step *s, struct model *m, struct err *e);
	/* Read inputs, make outputs.  The same bits for any number of rows. */
	int (*run)(struct model_run *r, const struct step *s, struct err *e);
	int arg;		/* for families that share a run function */
	bool by_column;		/* its first input may be a Concat that is not
				 * made (step.h: deferred) */
};

/* All families: a new one is one more word here. */
#define OP_FAMILIES(FAMILY) \
	FAMILY(arith) FAMILY(elementwise) FAMILY(cast) FAMILY(compare) \
	FAMILY(shape) FAMILY(reduce) FAMILY(product) FAMILY(einsum) \
	FAMILY(index) FAMILY(scatter) FAMILY(norm) FAMILY(control) \
	FAMILY(text) \
	FAMILY(linear) FAMILY(encode) FAMILY(tree) FAMILY(svm)

#define DECLARE_FAMILY(name) extern const struct op ops_##name[];
OP_FAMILIES(DECLARE_FAMILY)
#undef DECLARE_FAMILY

#endif
