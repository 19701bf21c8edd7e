/*
 * remote/authors.h - who did what, by the records of this repository's audit
 * log.
 */
#ifndef REMOTE_AUTHORS_H
#define REMOTE_AUTHORS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/intern.h"
#include "store/oid.h"
#include "store/repo.h"

struct author {
	const char *time, *user, *host;
	struct oid verdict;
};

struct authors {
	struct arena arena;
	struct intern *records;	/* by their hashes */
	struct author *v;
	size_t n, room;
	struct buf lines;	/* the whole log */
	struct oid first, head;	/* hashes of its first and last record */
};

int authors_read(struct authors *a, struct repo *repo, struct err *e);
void authors_release(struct authors *a);
/* Of the record with that hash; empty words when there is none. */
const struct author *authors_find(const struct authors *a,
    const struct oid *record);

#endif
