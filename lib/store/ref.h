/*
 * store/ref.h - names that point at objects and remember every value.
 *
 * A ref is named KIND/NAME ("data/churn"); its values are versions 1, 2, 3
 * and never change.  An alias is named KIND/NAME@LABEL ("model/churn@champion");
 * its values are versions of KIND/NAME and it moves freely.  Both are one
 * file each, replaced by rename, holding one line a value with the hash of
 * the audit record that set it.
 *
 * Writers wait for one lock a repository (ERR_BUSY after repo_opts.wait_ms)
 * and state what they expect, so a slower one loses with ERR_MOVED and
 * changes nothing.  Readers lock nothing.
 */
#ifndef STORE_REF_H
#define STORE_REF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "store/oid.h"
#include "store/repo.h"

struct ref_value {
	uint32_t number;	/* version; for an alias the one it labels; 0: dropped */
	struct oid id;
	struct oid audit;	/* hash of the audit record that set it */
	bool removed;		/* a version that is to be seen no more */
};

struct ref {
	struct ref_value *value;	/* oldest first */
	size_t n;
	struct ref_value *retired;	/* set once, taken back when another
					 * repository's values came before */
	size_t n_retired;
};

#define REF_NAME_MAX 128	/* bytes in one part of a name */

/* [a-z0-9] then [a-z0-9._-], no "..", at most REF_NAME_MAX bytes. */
bool ref_part_ok(const char *s, size_t n);
/* KIND/NAME or KIND/NAME@LABEL. */
bool ref_name_ok(const char *name);

/* All values.  ERR_NOENT when there is no such ref, ERR_CORRUPT when the
 * file is not a ref. */
int ref_read(struct ref *r, struct repo *repo, const char *name, struct err *e);
void ref_free(struct ref *r);
/* The newest value that was not removed, or NULL; a dropped alias has none. */
const struct ref_value *ref_last(const struct ref *r);
/* Version `number`, or NULL; `id`'s newest version, or NULL: none that was
 * removed. */
const struct ref_value *ref_version(const struct ref *r, uint32_t number);
/* ERR_NOENT: "model:churn has no version 9; its newest is 3", as people write
 * the name. */
int ref_refuse_version(struct err *e, const char *name, uint32_t number,
    const struct ref *r);
const struct ref_value *ref_with_id(const struct ref *r, const struct oid *id);

#define REF_ANY UINT32_MAX	/* expect nothing in particular */

/*
 * Several at once: the checks and what is stored first, then every ref under
 * one lock.  A folder that cannot be synced (ERR_UNPROVEN) does not keep the
 * others from being added; after another error those with `added` stand.
 */
struct ref_addition {
	const char *name;
	struct oid id;
	uint32_t expect;	/* the newest version's number, or REF_ANY */
	uint32_t number;	/* the id's, 0: it is no version; out */
	bool added;		/* false: it is the newest already; out */
};
int refs_add(struct repo *repo, struct ref_addition *a, size_t n,
    const char *note, struct err *e);
/*
 * Add `id` as the next version of `name`; it must be stored already.  When
 * the newest version is `id` already nothing happens and *number is its.
 * `expect`: the number of the newest version now, or REF_ANY.
 * ERR_UNPROVEN: it was added, but the folder's fsync failed.
 */
int ref_add(uint32_t *number, bool *added, struct repo *repo, const char *name,
    const struct oid *id, uint32_t expect, const char *note, struct err *e);

struct ref_move {
	const char *alias;	/* KIND/NAME@LABEL */
	uint32_t number;	/* the version of KIND/NAME to mean; 0: none,
				 * the alias is dropped */
	uint32_t expect;	/* what it must mean now: a version, 0 for
				 * none, or REF_ANY */
	const char *op;		/* the audit log's word for it; NULL: "move",
				 * or "drop" for 0 */
	const char *note;	/* or NULL */
	struct oid verdict;	/* the stored object by which it is moved, for
				 * the audit log; or none */
};
/* Move an alias.  *was gets the version it meant before.  Moving to where it
 * is already is done and recorded nowhere. */
int ref_move(uint32_t *was, struct repo *s, const struct ref_move *m,
    struct err *e);

/* The label under which removed versions are kept: no alias of people's. */
#define REF_REMOVED "removed"
/* Remove a version, or bring it back: it keeps its number and its record.
 * Where it is so already, nothing happens. */
int ref_remove(struct repo *repo, const char *name, uint32_t number,
    bool removed, const char *note, struct err *e);

/* Refs whose name begins with `prefix` ("", "data/"), in byte order,
 * aliases too.  fn returns 0 to go on. */
int ref_each(struct repo *repo, const char *prefix,
    int (*fn)(void *ctx, const char *name, struct err *e), void *ctx,
    struct err *e);

/* A number that changes whenever the ref's file does; 0 when there is
 * none.  One stat(2). */
uint64_t ref_stamp(struct repo *repo, const char *name);
/* The refs of a kind by their names below it, aliases too, each with its
 * ref_stamp, in byte order. */
int ref_each_stamp(struct repo *repo, const char *kind,
    int (*fn)(void *ctx, const char *base, uint64_t stamp, struct err *e),
    void *ctx, struct err *e);
/* Which folder holds the refs of a kind, and when a name in it last changed,
 * by the file system's clock: every ref that is added, moved or taken away
 * does that.  Zeros: there is none.  One stat(2). */
struct ref_moment {
	uint64_t folder;
	int64_t ns;
};
void ref_kind_moment(struct ref_moment *m, struct repo *repo,
    const char *kind);

#endif
