/*
 * flow/gc.h - which versions of data a garbage collection keeps: by the
 * user's words, by labels, and by the pointers of every git work tree.
 */
#ifndef FLOW_GC_H
#define FLOW_GC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "catalog/catalog.h"
#include "store/gc/gc.h"

/*
 * Each of `keep` keeps more: "all" versions; "newest" or "newest=N", of each
 * name; "7d" or "2w", what was added since; "data:NAME" with all its versions,
 * "data:NAME@VERSION".  What has a label or is what a pointer in any work tree
 * says stays anyway, so do all kinds but data, and what they lead to.
 */
struct flow_gc {
	const char *const *keep;
	size_t n_keep;
	int64_t grace_s;
	bool dry_run, for_good;
	int (*going)(void *ctx, const struct gc_version *v, struct err *e);
	void *ctx;
};

/* ERR_USAGE for a word that is none of these. */
int flow_gc(struct gc_report *report, struct catalog *c,
    const struct flow_gc *rq, struct err *e);

#endif
