/*
 * flow/register.h - a model file or what a run put out, as a version with
 * lineage.
 */
#ifndef FLOW_REGISTER_H
#define FLOW_REGISTER_H

#include <stdbool.h>

#include "catalog/catalog.h"
#include "catalog/put.h"

/*
 * Register a model.  `source` is a run (run:ID, run:ID:PATH, an ID, a run's
 * word), a model file, or model:NAME@V, sha256:DIGITS.  A run gives its
 * model file (the only ONNX output, or PATH), metrics, parameters, code and
 * lineage to the run and its data; so does a file that a run put out.
 * ERR_FORMAT for a table, and for a file called .onnx that is none unless
 * `any_format`.  A model that our engine cannot load is registered all the
 * same.
 *
 * With `columns` (n_columns) a copy is registered whose metadata says that its
 * one matrix takes these: ERR_USAGE where it does not, or where a run put the
 * model out, whose lineage is of those bytes.
 */
struct register_opts {
	bool any_format;
	const char *const *columns;
	size_t n_columns;
};
struct registered_model {
	struct catalog_put put;
	uint64_t size;
	char run[160];		/* "run:ID", or "" */
	char refused[400];	/* why mlv-serve will not load it, or "" */
};
int model_register(struct registered_model *out, struct catalog *c,
    const char *name, const char *source, const struct register_opts *o,
    struct err *e);

#endif
