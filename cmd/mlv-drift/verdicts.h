/*
 * verdicts.h - what mlv-drift compare prints: records, or at a terminal a
 * table with the shapes of both sides.
 */
#ifndef MLV_DRIFT_VERDICTS_H
#define MLV_DRIFT_VERDICTS_H

struct cli;
struct drift_opts;
struct drift_report;

void put_verdicts(struct cli *c, const struct drift_report *r,
    const struct drift_opts *o);

#endif
