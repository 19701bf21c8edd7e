/*
 * pipeline/write.h - a pipeline written for programs that do the work, and
 * for people who look at it.
 *
 * make and ninja get `mlv-train run` for every stage, so what was done before
 * is put back; they need neither the file nor this suite's repro.  Schedulers
 * get one task a stage that begins `mlv-train repro --single STAGE`, in an
 * image or a checkout that has the files.
 */
#ifndef PIPELINE_WRITE_H
#define PIPELINE_WRITE_H

#include <stdbool.h>

#include "base/buf.h"
#include "pipeline/pipeline.h"

enum pipeline_form {
	PIPELINE_EDGES,		/* not written here */
	PIPELINE_MAKE, PIPELINE_NINJA,
	PIPELINE_DOT, PIPELINE_MERMAID, PIPELINE_YAML,
	PIPELINE_AIRFLOW, PIPELINE_ARGO, PIPELINE_GITLAB, PIPELINE_GITHUB
};

/* The stages with want[i].  ERR_UNSUPPORTED when a path or command cannot be
 * said in that form. */
int pipeline_write(struct buf *b, const struct pipeline *p, const bool *want,
    enum pipeline_form form, struct err *e);

/* The command that does a stage by itself, as words of a shell:
 * "mlv-train run -d a.csv -o m.onnx -- sh -c '...'". */
void pipeline_write_run(struct buf *b, struct arena *a, const struct stage *s);

#endif
