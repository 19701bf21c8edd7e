/*
 * reqlog/entry.h - the lines of a request log one by one, or those of a
 * rollout: who answered a unit, how long it took, what was refused, and what a
 * shadow would have said.
 */
#ifndef REQLOG_ENTRY_H
#define REQLOG_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "codec/json.h"
#include "reqlog/reqlog.h"

struct reqlog_entry {
	const char *time, *id, *unit, *version, *variant;	/* "" when
						 * absent */
	double share;			/* of a rollout: per cent */
	uint64_t place;			/* ... the unit's: its hash */
	int64_t micros;			/* 0: not the first line of a request,
					 * or not known */
	int status;			/* 200, or why it was refused */
	size_t rows;			/* of outputs, or of answered */
	/* values, or lists of them; NULL: there is none */
	const struct json *inputs, *outputs;
	const struct json *answered, *shadow;
	const struct json *masked;	/* columns that were not logged as they
					 * were, each with how */
};

/* Value `row` of a member, by itself or in a list; NULL: null or none. */
const struct json *reqlog_value(const struct json *v, size_t row);

/* Each line that passes, segments in order: those of the rollout with that id,
 * or with NULL all that hold rows.  A segment that by its name holds nothing
 * of the filter's time is not opened.  Lines that are torn are passed over.
 * `path` is a folder or a segment. */
int reqlog_each_entry(const char *path, const char *rollout,
    const struct reqlog_filter *f,
    int (*fn)(void *ctx, const struct reqlog_entry *entry, struct err *e),
    void *ctx, struct err *e);

/* How far segments were read, for who comes again. */
struct reqlog_places;
struct reqlog_places *reqlog_places_new(void);
void reqlog_places_free(struct reqlog_places *p);
/* The same, but only whole lines that came since the last call with these
 * places.  ERR_MOVED: what was read is gone or was written anew, so that who
 * counts begins again, with new places. */
int reqlog_more_entries(struct reqlog_places *p, const char *path,
    const char *rollout, const struct reqlog_filter *f, int (*fn)(void *ctx,
    const struct reqlog_entry *entry, struct err *e), void *ctx,
    struct err *e);

#endif
