/*
 * learn/gbdt/monotone.h - columns along which answers may only rise (1) or
 * only fall (-1), as LightGBM's "basic" method holds them: no cut may turn
 * that round, and the leaves under a cut keep to either side of the mean of
 * its two values.
 */
#ifndef LEARN_GBDT_MONOTONE_H
#define LEARN_GBDT_MONOTONE_H

#include "learn/frame.h"

/* A direction a feature, into out (n_features): from "1,0,-1", one for each
 * in their order, or from "NAME:1,...".  ERR_USAGE: neither, or of a
 * category. */
int monotone_read(int8_t *out, const struct frame *f, const char *text,
    struct err *e);

#endif
