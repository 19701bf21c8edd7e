/*
 * engine/probe.h - do rows stay apart in a model?
 *
 * A graph may mix its rows: x - mean(x), a softmax over axis 0, a batch turned
 * round.  Its answers then depend on how rows happen to be cut into blocks, so
 * whoever asks a model row by row probes it first.
 */
#ifndef ENGINE_PROBE_H
#define ENGINE_PROBE_H

#include <stddef.h>

#include "base/err.h"

struct model;

/*
 * Ask a few made-up rows alone, together and in another order; every input is
 * one of rows, width[i] values each.  ERR_UNSUPPORTED names the node that
 * mixes them.  Rows that the model refuses are left out, and what cannot be
 * asked together is not judged.  Takes no more work than a load.
 */
int model_probe_rows(const struct model *m, const size_t *width,
    struct err *e);

#endif
