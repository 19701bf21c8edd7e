/*
 * catalog/tracked.h - the files of the work tree that pointers stand for, and
 * whether each is what its pointer says.
 */
#ifndef CATALOG_TRACKED_H
#define CATALOG_TRACKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/err.h"
#include "catalog/catalog.h"
#include "catalog/pointer.h"
#include "store/oid.h"
#include "store/tree/tree.h"

struct tracked {
	char *path;		/* of the file, from the work tree's top */
	struct pointer says;	/* nothing where *why is set */
	struct err *why;	/* the pointer cannot be read; or NULL */
	enum tree_kind kind;	/* of one thing in a folder's version, whose
				 * pointer stands elsewhere; else 0 */
	struct tree_entry inside;	/* that thing; its strings are `path`'s
				 * and `target` */
	char *target;
	bool pointed;		/* false: a version asked for, whose pointer
				 * is to be written yet */
};

struct tracked_list {
	struct tracked *v;	/* in order of their paths, each once */
	size_t n, room;
};

/*
 * The files that `words` name: a data file or its pointer, a folder for all
 * below it, what is in a folder that is a version, data:NAME[:PATH]; no word:
 * all.  Known are the pointers that git keeps
 * and those beside the versions of this repository.  With `versions` also
 * data:NAME@VERSION, a file to be, and data:NAME without a pointer.  ERR_NOENT
 * for a word that names none, ERR_USAGE for two versions of one file.
 */
int tracked_find(struct tracked_list *l, struct catalog *c,
    const char *const *words, size_t n, bool versions, struct err *e);
void tracked_list_release(struct tracked_list *l);

enum tracked_state { TRACKED_SAME, TRACKED_CHANGED, TRACKED_MISSING };
const char *tracked_state_text(enum tracked_state s);	/* "same" */

/* The file or folder at `path` against the content it should have; a file of
 * another size (-1: not known) than that is not read, nor is one that the stat
 * cache knows. */
int tracked_compare(enum tracked_state *s, struct catalog *c,
    const char *path, const struct oid *content, int64_t size,
    struct err *e);

/* Its version's number in this repository and how many versions came after
 * it; both 0 where it has none for it. */
int tracked_version(uint32_t *number, uint32_t *newer, struct catalog *c,
    const struct pointer *p, struct err *e);

#endif
