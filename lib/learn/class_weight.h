/*
 * learn/class_weight.h - rows weighed by their class, as scikit-learn does it:
 * "balanced" makes all classes weigh alike, "No:1,Yes:3" says it of each (1
 * of those not named).
 */
#ifndef LEARN_CLASS_WEIGHT_H
#define LEARN_CLASS_WEIGHT_H

#include "learn/frame.h"

/* The rows' weights, times those of their classes, in the arena.  ERR_USAGE:
 * there are no classes, or not those, or what is no weight. */
int class_weights(const double **out, struct arena *a, const struct frame *f,
    const char *text, struct err *e);

/* Reads NAME:NUMBER at *s, up to a comma or the end, where *s is left; the
 * longest of the names that fits.  false: it is none. */
bool named_number(size_t *which, double *value, const char **s,
    const char *const *names, size_t n);

#endif
