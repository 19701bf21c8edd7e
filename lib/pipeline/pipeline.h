/*
 * pipeline/pipeline.h - what is made of what: the stages of a dvc.yaml or
 * pipeline.yaml file, in an order in which they can be done.
 *
 * The shape is DVC's: under `stages` a name and cmd (a text, or a list of
 * them), wdir, deps, params, outs, metrics, plots, vars, frozen,
 * depfile, always_changed, desc; `foreach` with `do`, or `matrix`, makes a stage
 * "name@key" of each element.  Texts are templates (pipeline/template.h) over
 * `vars` and params.yaml.  Paths are as seen from wdir, which is as seen from
 * the file's folder.  A dependency may also be a name, "data:churn-train".
 */
#ifndef PIPELINE_PIPELINE_H
#define PIPELINE_PIPELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "codec/json.h"

#define PIPELINE_STAGES_MAX 100000

struct stage_param {
	const char *file;	/* as seen from wdir: "params.yaml" */
	const char *name;	/* "train.lr"; NULL: all of the file */
	const char *label;	/* "train.lr", "other.json:lr", "other.json" */
	const struct json *value;	/* NULL: there is none yet */
};

struct stage_out {
	const char *path;
	bool persist;		/* stays there while the stage runs again */
	bool metric;		/* its numbers are metrics of the run */
	bool depfile;		/* what the stage says it read: codec/depfile.h */
};

struct stage {
	const char *name;	/* "prepare", "train@b-3" */
	const char *group;	/* "train" of "train@b-3", else the name */
	const char *wdir;	/* "." */
	const char *command;	/* for sh -c */
	const char *desc;	/* or NULL */
	const char **dep;
	size_t n_deps;
	struct stage_param *param;
	size_t n_params;
	struct stage_out *out;
	size_t n_outs;
	/* What the last run of it read besides, by its depfile, as seen from
	 * the pipeline's folder: for the order.  Filled by whoever knows. */
	const char *const *found;
	size_t n_found;
	bool frozen;		/* not to be done again */
	bool always_changed;	/* done every time */
	uint32_t line;		/* where it stands, 0: in no file */
	size_t *after;		/* (n_after) stages that make what it reads */
	size_t n_after;
};

struct pipeline {
	struct arena arena;
	const char *file;	/* "dvc.yaml", "sub/pipeline.yaml"; or NULL */
	const char *folder;	/* where wdirs begin */
	struct stage *stage;	/* each after those it needs */
	size_t n;
};

/* Read `file`; NULL: dvc.yaml, else pipeline.yaml, of the current folder.
 * ERR_FORMAT names what is wrong: unknown keys, one path made twice, a
 * cycle.  pipeline_release in every case. */
int pipeline_open(struct pipeline *p, const char *file, struct err *e);
/* The same from text that was read already; parameters and vars are files. */
int pipeline_parse(struct pipeline *p, const char *file, const char *text,
    size_t n, struct err *e);
void pipeline_release(struct pipeline *p);

/* Order p->stage (filled by whoever has it from elsewhere) and set `after`;
 * again when `found` of one was set. */
int pipeline_order(struct pipeline *p, struct err *e);
/* How a stage's path is seen from the pipeline's folder: "a/../b" is "b". */
const char *pipeline_path(struct arena *a, const struct stage *s,
    const char *path);
/* The one among its outputs that says what it read, or NULL. */
const char *stage_depfile(const struct stage *s);
/* A parameter's value as a command gets it: a text as it is, others as JSON. */
const char *pipeline_param_text(struct arena *a, const struct json *value);
/* What `sh -c` is to do from the pipeline's folder: the command in its wdir.
 * It decides whether work was done before, so all forms have it from here. */
const char *pipeline_shell_text(struct arena *a, const struct stage *s);
/* Is a dependency a name or standard input, no path? */
bool pipeline_dep_is_name(const char *dep);

/* want[i] for the stages that `targets` name and all they need; no target:
 * all.  A target is a stage, the stages of a foreach or matrix by their group,
 * or a path that is made; with `alone` not what they need, with `down` what
 * needs them too.  ERR_NOENT with the nearest name. */
struct pipeline_want {
	bool alone, down;
};
int pipeline_select(bool *want, const struct pipeline *p,
    const char *const *targets, size_t n, const struct pipeline_want *how,
    struct err *e);

#endif
