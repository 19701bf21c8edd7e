/*
 * drift/detect.h - detectors: has a stream of numbers changed, said as soon as
 * it can be.
 *
 * Each is one of the field's, with the name, the parameters, the defaults and
 * the indices of river (0.26), so that a stream watched there can be watched
 * here.  They are in the table of detect.c, a file each in detect/:
 *
 *	adwin		a window that is cut where two parts of it differ
 *	ddm eddm	the rate of errors, and the distance between two
 *	hddm_a hddm_w	their mean, plain and with fading weights
 *	kswin		the newest values against a draw of older ones
 *	page_hinkley	the sum of deviations from the mean
 *
 * After a drift a detector begins anew with the next value.  Memory does not
 * grow with the stream, but for adwin's with its logarithm.
 */
#ifndef DRIFT_DETECT_H
#define DRIFT_DETECT_H

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/param.h"
#include "codec/json.h"

enum detect_sign {
	DETECT_NONE,
	DETECT_WARNING,		/* ddm, eddm, hddm_a and hddm_w alone */
	DETECT_DRIFT
};

struct detection;		/* a detector at work on one stream */

/* The i-th name and what it is in a few words; NULL beyond the last. */
const char *detector_name(size_t i);
const char *detector_about(size_t i);

/* ERR_USAGE names the nearest detector or parameter, or the values that a
 * parameter takes. */
int detection_new(struct detection **out, const char *detector,
    const struct param *set, size_t n, struct err *e);
void detection_free(struct detection *d);

/* One more value, its square finite.  ERR_UNSUPPORTED: a detector of errors takes 0 or 1;
 * nothing has changed then. */
int detection_add(enum detect_sign *sign, struct detection *d, double x,
    struct err *e);

/* The parameters, and what is remembered of the stream, as members of a map.
 * Loading them gives a detection that goes on as the saved one would.
 * ERR_FORMAT: the state is none of this detector's. */
void detection_params(struct json *to, struct arena *a,
    const struct detection *d);
void detection_save(struct json *to, struct arena *a, struct detection *d);
int detection_load(struct detection *d, const struct json *from,
    struct err *e);

#endif
