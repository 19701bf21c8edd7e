/*
 * quality/aggregate.h - bounds of numbers, and what may be asked of a column as
 * a whole.
 */
#ifndef QUALITY_AGGREGATE_H
#define QUALITY_AGGREGATE_H

#include <stdbool.h>

#include "base/num.h"

/* Bounds of a number; `above`, `below`: the bound itself is out. */
struct schema_bounds {
	bool has_min, has_max;
	bool above, below;
	struct num min, max;		/* microseconds for dates */
};

/* What is asked of a column as a whole. */
enum aggregate {
	AGGREGATE_MEAN, AGGREGATE_MEDIAN, AGGREGATE_SUM, AGGREGATE_STDEV,
	AGGREGATE_LEAST, AGGREGATE_GREATEST, AGGREGATE_DISTINCT,
	AGGREGATE_DISTINCT_SHARE, AGGREGATE_MISSING, AGGREGATE_QUANTILE
};
#define AGGREGATES (AGGREGATE_QUANTILE + 1)

struct schema_aggregate {
	enum aggregate of;
	double at;			/* of a quantile, 0 to 1 */
	struct schema_bounds bounds;
};

/* "mean" ... "distinct_share" "missing" "quantiles" */
const char *aggregate_word(enum aggregate of);
/* Asked of texts too? */
bool aggregate_of_text(enum aggregate of);
/* ... of dates? */
bool aggregate_of_date(enum aggregate of);

#endif
