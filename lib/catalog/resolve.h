/*
 * catalog/resolve.h - what a name means.
 *
 * data:churn is a dataset manifest, whose "content" link is the bytes.  Which
 * version a name without one means: the one in the pointer file
 * (churn.csv.mlv beside the data, read in pointer.c) where there is one, so
 * that a git checkout decides; else the newest.
 */
#ifndef CATALOG_RESOLVE_H
#define CATALOG_RESOLVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "catalog/catalog.h"
#include "catalog/name.h"
#include "store/oid.h"

/* What a name stands for. */
struct catalog_item {
	enum name_kind kind;
	char *base;		/* "churn"; a path as given; "" for an object */
	char *label;		/* "data:churn@2", "sha256:..", or the path */
	uint32_t version;	/* 0: none (path, object, pointer to a version
				 * this repository has no number for) */
	struct oid id;		/* of the manifest (refs) or the object; none
				 * for a path */
	char *path;		/* the part after the second colon, or NULL */
	bool pointed;		/* a pointer file said which version */
};

/* ERR_NOENT says which part is missing.  Objects are not read. */
int catalog_resolve(struct catalog_item *item, struct catalog *c,
    const char *name, struct err *e);
/* The same of a name parsed already, or put together. */
int catalog_resolve_name(struct catalog_item *item, struct catalog *c,
    const struct name *n, struct err *e);
void catalog_item_free(struct catalog_item *item);
/* A word in the log, once, when a pointer file decided and the file beside
 * it is no longer what it stands for: whoever goes on reads the stored
 * version.  catalog_open_bytes does it; call it where an item is used by
 * its id. */
void catalog_warn_changed(struct catalog *c, const struct catalog_item *item);

/* A number that changes when model:NAME@ALIAS (or the versions of NAME)
 * may have moved: one stat, to be polled by a server. */
uint64_t catalog_stamp(struct catalog *c, const struct name *n);

#endif
