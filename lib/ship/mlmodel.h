/*
 * ship/mlmodel.h - a registered model as a folder that stock MLflow loads.
 *
 *	MLmodel			the flavours onnx and python_function, the
 *				signature, where the model came from
 *	model.onnx		the version's file, byte for byte
 *	requirements.txt, python_env.yaml, conda.yaml
 *				what MLflow has to install to run it
 *	input_example.json, serving_input_example.json
 *				golden rows, where the model has some
 *
 * The signature is of tensors: a spec for each input, by its name; one matrix
 * alone has no name, so that arrays and data frames fit it.  Text is MLflow's
 * "object".  A model whose inputs MLflow has no words for (no shape said,
 * bfloat16) gets none.  Source of the form: MLflow's documentation, "MLflow
 * Models", and what mlflow.onnx.save_model of 3.4.0 writes.
 *
 * The bytes of the folder depend on the version alone: MLflow's uuid is the
 * beginning of the content's id, the time that of the audit record by which
 * the version was added.
 */
#ifndef SHIP_MLMODEL_H
#define SHIP_MLMODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "catalog/catalog.h"
#include "catalog/resolve.h"
#include "store/oid.h"

struct mlmodel_written {
	struct oid content;	/* of model.onnx */
	size_t files;
	uint64_t bytes;		/* of all of them */
	bool signature;		/* has one */
	size_t examples;	/* rows in input_example.json; 0: no such file */
};

/*
 * Write `folder`, which must not be there or be empty: it appears whole, under
 * its name, or not at all.  ERR_EXISTS when something is in it; ERR_FORMAT
 * when the version is no ONNX file; ERR_UNPROVEN: it is there, but not proven
 * to last.
 */
int mlmodel_export(struct mlmodel_written *w, struct catalog *c,
    const struct catalog_item *item, const char *folder, struct err *e);

#endif
