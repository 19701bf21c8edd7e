/*
 * foreign/foreign.h - what other tools keep of files: DVC's .dvc files, locks
 * and caches, git-lfs's pointers and objects.  They are read where they lie
 * and never changed.
 *
 * Everything in them is somebody else's: digests decide what bytes are, and a
 * path stays below the folder that it is told of.
 */
#ifndef FOREIGN_FOREIGN_H
#define FOREIGN_FOREIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "catalog/catalog.h"
#include "store/oid.h"
#include "store/tree/snapshot.h"

enum foreign_digest {
	DIGEST_MD5,
	DIGEST_MD5_TEXT,	/* of a text maybe with CR LF as LF, as DVC
				 * before 3.0 did */
	DIGEST_SHA256
};

/* One file that it keeps. */
struct foreign_file {
	const char *path;	/* where it belongs, from the current folder */
	enum foreign_digest how;
	const char *digest;	/* hexadecimal */
	bool folder;		/* the digest is of a DVC .dir object */
	/* Where its bytes may be, in this order; NULL ends.  The last is the
	 * file itself. */
	const char *place[4];
	const char *cache;	/* of DVC: where objects lie */
};

struct foreign_list {
	struct arena arena;
	struct foreign_file *v;
	size_t n, room;
};

/* The files of a DVC repository at or below `path`, or of one .dvc file or
 * dvc.lock.  ERR_NOENT when there is no .dvc folder at or above it. */
int dvc_list(struct foreign_list *l, const char *path, struct err *e);
/* The files below `path` whose pointers git keeps in its index. */
int lfs_list(struct foreign_list *l, const char *path, struct err *e);
/* Those that lie higher first, then by path. */
void foreign_sort(struct foreign_list *l);
void foreign_list_release(struct foreign_list *l);

/*
 * Its bytes put into the store and held against the digest; of a folder those
 * of all files in it, and trees of them.  *tree is filled for a folder.
 * ERR_NOENT names an object that is nowhere, ERR_CORRUPT one that is not what
 * its name says.
 */
int foreign_take(struct oid *content, uint64_t *size, struct tree_total *tree,
    const struct foreign_file *f, struct catalog *c, struct err *e);

#endif
