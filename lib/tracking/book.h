/*
 * tracking/book.h - what MLflow knows and no other file of ours holds, as
 * small maps: .mlv/tracking/book.jsonl, see mlv-tracking(5).
 *
 * It is a file of patches, appended under a lock and synced; what another
 * process appended is read before anything is looked up.  Private to
 * lib/tracking; its caller holds a lock.
 */
#ifndef TRACKING_BOOK_H
#define TRACKING_BOOK_H

#include <stddef.h>

#include "base/err.h"
#include "catalog/catalog.h"
#include "codec/json.h"

enum book_kind {
	BOOK_EXPERIMENT,	/* by their id */
	BOOK_LOGGED,		/* models that runs logged, by theirs */
	BOOK_MODEL,		/* registered, by the name we call it */
	BOOK_VERSION,		/* "NAME/VERSION" */
	BOOK_KINDS
};

struct book;

int book_open(struct book **out, struct catalog *c, struct err *e);
/* NULL is fine. */
void book_close(struct book *b);
/* Take up what others appended. */
int book_refresh(struct book *b, struct err *e);

/* The map of that id, or NULL; it stays where it is, and changes. */
const struct json *book_get(const struct book *b, enum book_kind kind,
    const char *id);
/* In order of their first appearance. */
size_t book_count(const struct book *b, enum book_kind kind);
const struct json *book_at(const struct book *b, enum book_kind kind, size_t i,
    const char **id);
/* Merge a patch into the map of that id (json_merge), which is made where it
 * is not there. */
int book_change(struct book *b, enum book_kind kind, const char *id,
    const struct json *patch, struct err *e);

#endif
