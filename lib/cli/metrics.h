/* cli/metrics.h - the metrics of a run in one field of a listing. */
#ifndef CLI_METRICS_H
#define CLI_METRICS_H

#include "base/buf.h"
#include "cli/out.h"

/* "auc=0.84 loss=0.31", in the order of the map (NULL: none); one that is null
 * is what `flags` says of it.  For a table to four digits, without the
 * deviations of folds, and with " ..." for those that would make it wide. */
void metrics_text(struct buf *b, const struct out *o,
    const struct json *metrics, const struct json *flags);

#endif
