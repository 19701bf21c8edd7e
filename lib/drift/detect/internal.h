/*
 * drift/detect/internal.h - what a detector is: a struct of functions, in a
 * file of its own, and its word in DETECTORS.  Private to lib/drift.
 *
 * Its struct holds the parameters first, then what it remembers.  All of it
 * is zero before the parameters are set and `reset` is called.
 */
#ifndef DRIFT_DETECT_INTERNAL_H
#define DRIFT_DETECT_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "drift/detect.h"
#include "drift/state.h"

enum detect_type {
	DETECT_REAL,			/* double */
	DETECT_INT,			/* int64_t */
	DETECT_BOOL,			/* bool */
	DETECT_WORD			/* int: its place among the words */
};

struct detect_param {
	const char *name;
	enum detect_type type;
	size_t at;			/* offsetof its field */
	double preset, low, high;	/* both included */
	const char *const *word;	/* of a DETECT_WORD, NULL at the end */
};

struct detector {
	const char *name, *about;
	const struct detect_param *param;
	size_t params, size;
	bool errors;			/* takes 0 and 1 */
	/* Do the parameters fit together?  May be NULL. */
	int (*check)(const void *d, struct err *e);
	/* Forget the stream.  May acquire memory when there is none. */
	void (*reset)(void *d);
	enum detect_sign (*update)(void *d, double x);
	void (*state)(void *d, struct state *s);
	void (*release)(void *d);	/* may be NULL */
};

#define DETECTORS(X) X(adwin) X(ddm) X(eddm) X(hddm_a) X(hddm_w) X(kswin) \
	X(page_hinkley)
#define DETECTOR_DECLARE(name) extern const struct detector detector_##name;
DETECTORS(DETECTOR_DECLARE)
#undef DETECTOR_DECLARE

/* A running mean: of n values, one more. */
struct running {
	double n, mean;
};

static inline void
running_add(struct running *r, double x)
{
	r->n++;
	r->mean += 1 / r->n * (x - r->mean);
}

#endif
