/*
 * drift/state.h - what a detector remembers, to JSON and back: one function of
 * a detector names its fields, and serves both ways.  Private to lib/drift.
 */
#ifndef DRIFT_STATE_H
#define DRIFT_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/json.h"

struct state {
	struct json *to;		/* saving; or NULL */
	struct arena *arena;		/* of `to` */
	const struct json *from;	/* loading; or NULL */
	const char *wrong;		/* first field that does not fit */
};

/* Loaded numbers are finite. */
void state_f64(struct state *s, const char *name, double *v);
void state_f64s(struct state *s, const char *name, double *v, size_t n);
/* May be infinite, too, which is text then. */
void state_bound(struct state *s, const char *name, double *v);
/* Loaded integers are at most `most`. */
void state_u64(struct state *s, const char *name, uint64_t *v, uint64_t most);
void state_u32s(struct state *s, const char *name, uint32_t *v, size_t n);
void state_bool(struct state *s, const char *name, bool *v);

#endif
