/*
 * catalog/manifest.h - the small JSON objects that say what things are.
 *
 * A manifest is canonical JSON (RFC 8785) stored as an object.  It has
 * "schema" ("mlv.dataset/1", "mlv.model/1", "mlv.run/1", "mlv.profile/1",
 * "mlv.report/1", "mlv.card/1"), "links" (a list of {rel, type, id, size})
 * and members by kind.  No time, host or user, except in runs.
 *
 * Build one as a tree:
 *
 *	struct json *m = manifest_new(&arena, "mlv.report/1");
 *	manifest_link(&arena, m, "model", TYPE_ONNX, NULL, &id, size);
 *	json_add_text(&arena, m, "label", "test");
 *	catalog_put_manifest(&put, c, NAME_REPORT, "x", m, NULL, e);
 */
#ifndef CATALOG_MANIFEST_H
#define CATALOG_MANIFEST_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "codec/json.h"
#include "store/oid.h"

#define TYPE_MANIFEST_PREFIX "application/vnd.mlv."
#define TYPE_DATASET "application/vnd.mlv.dataset.v1+json"
#define TYPE_MODEL "application/vnd.mlv.model.v1+json"
#define TYPE_RUN "application/vnd.mlv.run.v1+json"
#define TYPE_PROFILE "application/vnd.mlv.profile.v1+json"
#define TYPE_REPORT "application/vnd.mlv.report.v1+json"
#define TYPE_CARD "application/vnd.mlv.card.v1+json"
#define TYPE_ONNX "application/onnx"
#define TYPE_CSV "text/csv"
#define TYPE_JSONL "application/jsonl"
#define TYPE_PARQUET "application/vnd.apache.parquet"
#define TYPE_BYTES "application/octet-stream"
#define TYPE_TEXT "text/plain"

struct link {
	const char *rel;	/* "content", "model", "data", "run", ... */
	const char *type;	/* what the bytes are: one of TYPE_ or other */
	const char *name;	/* as people call it, or "": no part of lineage */
	struct oid id;
	uint64_t size;
};

struct json *manifest_new(struct arena *a, const char *schema);
/* Append a link; name may be NULL. */
void manifest_link(struct arena *a, struct json *m, const char *rel,
    const char *type, const char *name, const struct oid *id, uint64_t size);
/* Add a copy of `from` (NULL: nothing) as a member; numbers that are not
 * finite become null. */
void manifest_copy(struct arena *a, struct json *to, const char *key,
    const struct json *from);
/* The i-th link, or false when there is no such or it is malformed. */
bool manifest_link_at(struct link *l, const struct json *m, size_t i);
/* The first link with that rel (and type, when not NULL). */
bool manifest_find(struct link *l, const struct json *m, const char *rel,
    const char *type);
/* Is the type one of ours, so that its bytes are a manifest? */
bool manifest_is_type(const char *type);
/* A guess from a file name: ".csv" and ".csv.gz" TYPE_CSV, ".onnx" TYPE_ONNX ... */
const char *manifest_type_of_path(const char *path);

#endif
