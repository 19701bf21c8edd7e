/*
 * catalog/bytes.h - the bytes behind any name.
 */
#ifndef CATALOG_BYTES_H
#define CATALOG_BYTES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/source.h"
#include "catalog/manifest.h"
#include "catalog/resolve.h"
#include "read/typed.h"

/*
 * The bytes behind any name: a path, "-", sha256:, data: (the file), model:
 * (the model file), run:ID:PATH (an output), profile:, report:, card: (the
 * content, or the manifest when it has none).  Verified against the id when
 * they come from the store.  Works with c == NULL for paths and "-".
 */
struct catalog_bytes {
	const char *data;	/* n bytes, then a NUL: our own copy */
	size_t n;
	struct catalog_item item;
	struct oid content;	/* SHA-256 of the bytes; none for "-" and
				 * paths until catalog_bytes_id is asked */
	const char *type;	/* TYPE_CSV ...; by extension for a path */
	const struct json *manifest;	/* or NULL; lives as long as this */
	bool delta;		/* a Delta table that was left as it is */
	uint64_t skipped;	/* lines of a request log, torn or not flat */
	/* private */
	struct arena arena;
	void *owned;
	bool mapped, later, typed;
	struct delta_snapshot *snapshot;	/* of a Delta table, once read */
	struct catalog *c;
	struct oid tree;	/* of a Delta table that is a version */
};
int catalog_open_bytes(struct catalog_bytes *b, struct catalog *c,
    const char *name, struct err *e);
/* The same, but a Delta table is not made text: `data` is NULL then, its rows
 * are those of catalog_delta_rows.  A folder's version that is one counts. */
int catalog_open_typed(struct catalog_bytes *b, struct catalog *c,
    const char *name, struct err *e);
/* Where b->delta; good until catalog_bytes_close.  Asked again they are those
 * of the same version. */
int catalog_delta_rows(struct typed_rows *r, struct catalog_bytes *b,
    struct err *e);
/* Made text after all. */
int catalog_delta_text(struct catalog_bytes *b, struct err *e);
/* The same as catalog_open_bytes, but a file or an object stays where it is (data NULL), to be
 * read with catalog_bytes_source as often as need be; the version of a folder
 * is its tree (TREE_TYPE).  Of an object the last
 * read fails with ERR_CORRUPT when the bytes are not what they should be. */
int catalog_find_bytes(struct catalog_bytes *b, struct catalog *c,
    const char *name, struct err *e);
int catalog_bytes_source(struct source *s, const struct catalog_bytes *b,
    struct catalog *c, struct err *e);
/* What was left where it is, read after all: `data` is there then. */
int catalog_bytes_load(struct catalog_bytes *b, struct catalog *c,
    struct err *e);
void catalog_bytes_close(struct catalog_bytes *b);
/* The file at item->path in a folder's version, whose content is `content`
 * (NULL: it has none).  ERR_NOENT, ERR_USAGE when it is no file. */
int catalog_find_inside(struct oid *id, struct catalog *c,
    const struct catalog_item *item, const struct link *content,
    struct err *e);
/* The content's id, hashed now when it is not known yet. */
const struct oid *catalog_bytes_id(struct catalog_bytes *b);

#endif
