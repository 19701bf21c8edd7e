/*
 * pipeline/write_internal.h - a form a function, for pipeline/write.c.
 */
#ifndef PIPELINE_WRITE_INTERNAL_H
#define PIPELINE_WRITE_INTERNAL_H

#include "pipeline/write.h"

struct pipeline_writing {
	struct buf *b;
	struct arena *a;
	const struct pipeline *p;
	const bool *want;
};

int write_make(const struct pipeline_writing *w, struct err *e);
int write_ninja(const struct pipeline_writing *w, struct err *e);
int write_dot(const struct pipeline_writing *w, struct err *e);
int write_mermaid(const struct pipeline_writing *w, struct err *e);
int write_pipeline_yaml(const struct pipeline_writing *w, struct err *e);
int write_airflow(const struct pipeline_writing *w, struct err *e);
int write_argo(const struct pipeline_writing *w, struct err *e);
int write_gitlab(const struct pipeline_writing *w, struct err *e);
int write_github(const struct pipeline_writing *w, struct err *e);

/* A stage's name as a word that schedulers take: [a-z0-9-], of at most 60
 * bytes and different for different stages. */
const char *write_task_name(const struct pipeline_writing *w, size_t stage);
/* "mlv-train repro --single -- NAME" */
const char *write_task_command(const struct pipeline_writing *w, size_t stage);
/* A YAML text in double quotes. */
void write_quoted(struct buf *b, const char *s);

#endif
