/*
 * store/gc/marks.h - the objects that something leads to.
 */
#ifndef STORE_GC_MARKS_H
#define STORE_GC_MARKS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "store/oid.h"
#include "store/repo.h"

struct marks;

struct marks *marks_new(struct repo *repo);
void marks_free(struct marks *m);

/* A manifest, and all it leads to.  An object that is not there, or cannot be
 * read, is an error: what it led to is not known. */
int marks_add_manifest(struct marks *m, const struct oid *id, struct err *e);
/* An object that may be of any kind; one that is not there is passed over. */
int marks_add_unknown(struct marks *m, const struct oid *id, struct err *e);
/* Every object named in a text as "sha256:" and 64 digits. */
int marks_add_text(struct marks *m, const char *text, size_t n,
    struct err *e);
bool marks_has(const struct marks *m, const struct oid *id);

#endif
