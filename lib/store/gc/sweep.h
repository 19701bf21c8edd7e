/*
 * store/gc/sweep.h - the store gone through: what is not marked goes into the
 * trash, loose objects and small or half-empty packs into new packs.
 * Private to lib/store/gc.
 */
#ifndef STORE_GC_SWEEP_H
#define STORE_GC_SWEEP_H

#include "base/err.h"
#include "store/gc/gc.h"
#include "store/gc/marks.h"
#include "store/repo.h"

struct sweep {
	struct repo *repo;
	const struct gc_request *rq;
	struct gc_report *report;
	struct marks *marks;
};

int sweep_run(struct sweep *s, struct err *e);

#endif
