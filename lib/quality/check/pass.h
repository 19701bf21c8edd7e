/*
 * quality/check/pass.h - rows passed on as they were read.  Private to
 * lib/quality/check.
 */
#ifndef QUALITY_CHECK_PASS_H
#define QUALITY_CHECK_PASS_H

#include "quality/check/internal.h"

/* The header, a row, or what is none, to where they go. */
int pass_header(struct checker *k, const struct scan *scan, struct err *e);
int pass_row(struct checker *k, const struct scan *scan,
    const struct scan_block *b, size_t row, struct err *e);
int pass_broken(struct checker *k, const struct scan *scan,
    const struct scan_broken *bad, struct err *e);
/* Bytes of its text without the line end. */
size_t record_text(const struct record *rec);

#endif
