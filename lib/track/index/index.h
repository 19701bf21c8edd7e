/*
 * track/index/index.h - the index of sealed runs: what `runs` looks at
 * instead of opening each.
 *
 * It lies in .mlv/cache and can be thrown away: it is checked against the
 * refs of the runs whenever it is opened, made anew where it does not fit or
 * is damaged, and nothing but the time depends on it.  A repository that
 * cannot be written has one in memory.
 *
 *	run_index_open(&x, c, e);
 *	f = run_index_field(x, "metrics.auc");
 *	for (i = 0; i < run_index_count(x); i++)
 *		v = run_field_at(x, f, i);
 *	if (run_index_damaged(x)) ... what was read is worth nothing:
 *		run_index_forget(c), and all over again
 *	run_index_close(x);
 *
 * Private to lib/track.
 */
#ifndef TRACK_INDEX_INDEX_H
#define TRACK_INDEX_INDEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "catalog/catalog.h"
#include "codec/json.h"
#include "store/oid.h"

struct run_index;
struct run_field;

/* Up to date with the refs of this moment. */
int run_index_open(struct run_index **out, struct catalog *c, struct err *e);
/* NULL is fine. */
void run_index_close(struct run_index *x);
bool run_index_damaged(const struct run_index *x);
void run_index_forget(struct catalog *c);

/* Runs, newest first: 0 is the newest. */
size_t run_index_count(const struct run_index *x);
/* A field by its name as query_field (track/query.h) has it; as long as x. */
struct run_field *run_index_field(struct run_index *x, const char *name);
/* Does any run have it? */
bool run_field_any(struct run_index *x, struct run_field *f);
/* Its value in run i, or NULL; a list or map comes without what is in it.
 * Valid until the field is asked again, its text as long as x. */
const struct json *run_field_at(struct run_index *x, struct run_field *f,
    size_t i);
/* The whole run as run_to_json has it (track/run.h); NULL: damaged. */
struct json *run_index_row(struct run_index *x, struct arena *a, size_t i);
/* Its manifest; false: damaged. */
bool run_index_manifest(struct oid *id, struct run_index *x, size_t i);

#endif
