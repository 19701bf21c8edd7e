/*
 * pipeline/internal.h - what the files that read a pipeline share.
 */
#ifndef PIPELINE_INTERNAL_H
#define PIPELINE_INTERNAL_H

#include "pipeline/pipeline.h"
#include "pipeline/template.h"

/* Parameter files as read, each once. */
struct param_file {
	const char *path;
	const struct json *tree;	/* NULL: not there */
	struct param_file *next;
};

struct loader {
	struct pipeline *p;
	struct param_file *files;
	struct json *globals;		/* vars and params.yaml, merged */
	size_t room;			/* of p->stage */
};

/* *tree is NULL when there is no such file.  YAML and JSON; others are
 * ERR_UNSUPPORTED. */
int loader_file(const struct json **tree, struct loader *l, const char *path,
    struct err *e);
/* Add to `to` what a `vars` list says: maps, and files "p.yaml" or
 * "p.yaml:a,b" as seen from `folder`. */
int loader_vars(struct json *to, struct loader *l, const struct json *vars,
    const struct scope *scope, const char *folder, struct err *e);
/* The stages of one entry of `stages`. */
int loader_entry(struct loader *l, const struct json *entry, struct err *e);
/* One stage, its texts filled. */
int loader_stage(struct loader *l, const char *name, const char *group,
    const struct json *body, const struct scope *scope, struct err *e);

#endif
