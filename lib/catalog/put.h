/*
 * catalog/put.h - new versions: the manifest is stored, then the name is moved.
 */
#ifndef CATALOG_PUT_H
#define CATALOG_PUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "catalog/catalog.h"
#include "catalog/manifest.h"
#include "catalog/name.h"
#include "store/oid.h"

/* What a put made or found. */
struct catalog_put {
	struct oid id;		/* the manifest's */
	struct oid content;	/* the bytes', when there are any */
	uint32_t version;
	bool added;		/* false: the same manifest was newest already */
	char label[300];	/* "data:churn@3" */
};

/* `fn` hears of every version that is put from now on, new or not. */
void catalog_on_put(struct catalog *c,
    void (*fn)(void *ctx, const struct catalog_put *put), void *ctx);

/* Any manifest as the next version of kind:name; for profiles, cards and
 * reports.  Everything it links to must be stored, in the size it says.
 * `kind`: NAME_DATA or after. */
int catalog_put_manifest(struct catalog_put *put, struct catalog *c,
    enum name_kind kind, const char *name, const struct json *m,
    const char *note, struct err *e);
/* Several of a kind: all manifests are stored first, then all names moved
 * under one lock.  After an error those with a version stand. */
int catalog_put_manifests(struct catalog_put *put, struct catalog *c,
    enum name_kind kind, const char *const *names,
    const struct json *const *m, size_t n, const char *note, struct err *e);
/* Bytes as an object of their own, to be linked from a manifest. */
int catalog_put_bytes(struct oid *id, struct catalog *c, const void *p,
    size_t n, struct err *e);

/*
 * A version of a model: `content` is the stored model file.  Lineage goes
 * into links: rel "run", "data" (what it was fitted on), and "code".
 */
struct catalog_model {
	const char *name;
	struct oid content;
	uint64_t size;
	const char *type;		/* NULL: TYPE_ONNX */
	const struct json *metrics;	/* {name: number}, or NULL */
	const struct json *params;	/* or NULL */
	const struct json *code;	/* {commit, dirty, ...}, or NULL */
	const struct link *links;
	size_t n_links;
};
int catalog_put_model(struct catalog_put *put, struct catalog *c,
    const struct catalog_model *m, struct err *e);

/*
 * What an evaluation found, attached to a model's bytes, so that a gate
 * finds it by them.  `label` is the word rules use ("test": test.auc);
 * metrics is {name: number} or {name: {value, low, high}}.  Stored as a
 * version of report:eval-<16 digits of the model id>.  The model's bytes
 * must be in the store (catalog_put_bytes them first, else ERR_NOENT); data
 * may be outside, it is then named but not linked to.
 */
struct catalog_evaluation {
	struct oid model;		/* of the model file's bytes */
	uint64_t model_size;
	struct oid data;		/* of the dataset manifest, or of the
					 * file's bytes for a path; or none */
	uint64_t data_size;
	const char *data_type;		/* TYPE_DATASET, TYPE_CSV ... */
	const char *data_name;
	const char *label;		/* NULL: "test" */
	const struct json *metrics;
	const struct json *extra;
};
int catalog_put_evaluation(struct catalog_put *put, struct catalog *c,
    const struct catalog_evaluation *v, struct err *e);
/* The newest evaluation of the model with that label as a manifest; *found
 * NULL when there is none.  Its id goes to *id (may be NULL). */
int catalog_find_evaluation(const struct json **found, struct oid *id,
    struct arena *a, struct catalog *c, const struct oid *model,
    const char *label, struct err *e);

/* Every evaluation of the model, newest first; fn returns 0 to go on. */
int catalog_each_evaluation(struct arena *a, struct catalog *c,
    const struct oid *model, int (*fn)(void *ctx, const struct json *m,
    const struct oid *id, struct err *e), void *ctx, struct err *e);

#endif
