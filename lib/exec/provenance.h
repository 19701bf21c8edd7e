/*
 * exec/provenance.h - what a run remembers of the work besides the work: the
 * machine, the code, what was said, what it cost.  The same for a command
 * that is watched and for a fit.
 */
#ifndef EXEC_PROVENANCE_H
#define EXEC_PROVENANCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/progress.h"
#include "track/journal.h"
#include "codec/json.h"
#include "store/repo.h"

/* Where it is recorded; all borrowed. */
struct provenance {
	struct journal *j;
	struct repo *s;
	struct arena *arena;
	const struct log *log;
};

/* "machine", for the facts that a journal begins with. */
void provenance_machine(struct arena *a, struct json *facts);
/* "git": commit and whether the work tree differs from it; the difference
 * is stored and linked as "diff".  Outside of git nothing. */
int provenance_code(const struct provenance *t, struct err *e);
/* Words as an object, linked as `rel`; none are no link. */
int provenance_text(const struct provenance *t, const struct buf *b,
    const char *rel, struct err *e);

struct provenance_cost {
	int64_t wall_us, cpu_us;
	int64_t max_rss_bytes;
	bool energy_known;		/* measured; else CPU time tells */
	double joules;
};
/* The members of "usage"; energy says whether it is measured ("rapl") or an
 * "estimate". */
void provenance_cost(struct arena *a, struct json *usage,
    const struct provenance_cost *cost);

#endif
