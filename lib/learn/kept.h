/*
 * learn/kept.h - rows made ready for a learner, among the arrays of a parcel
 * (base/parcel.h): the frame without the values of its features, and these as
 * bins.
 *
 * What is large is not copied when it is taken out: it lies in the parcel,
 * which must live longer, and is shared by all who map the file.  It is looked
 * through once, so that no value leads outside of an array.
 */
#ifndef LEARN_KEPT_H
#define LEARN_KEPT_H

#include "base/parcel.h"
#include "learn/frame.h"
#include "learn/gbdt/bin.h"

/* Borrowed until the parcel is written. */
void frame_pack(struct parcel_out *o, const struct frame *f);
void bins_pack(struct parcel_out *o, const struct bins *b);

/* frame_release it; features have neither `number` nor `level`.
 * ERR_CORRUPT. */
int frame_unpack(struct frame *f, struct parcel *p, struct err *e);
/* bins_release it.  They are those of the features and rows of `f`. */
int bins_unpack(struct bins *b, struct parcel *p, const struct frame *f,
    struct err *e);

#endif
