/*
 * read/parquet/values.h - values as Parquet stores them made into those of a
 * column.  Private to lib/read.
 *
 *	Parquet				column
 *	boolean				boolean
 *	integers, decimals without a	int64; float64 where an unsigned one
 *	fraction (18 digits or fewer)	does not fit
 *	floats of any width, decimals	float64
 *	date, timestamp, int96		datetime, to the microsecond (what is
 *					finer is cut off, towards the past)
 *	strings, enums, JSON		text
 *	time, uuid, interval		text: 07:30:00.5, 8-4-4-4-12 digits,
 *					P1M2DT3.000S
 *	other bytes			text where they are UTF-8 without a
 *					NUL, else \x and their digits
 *	what stands in a list or map	text: the list as JSON
 */
#ifndef READ_PARQUET_VALUES_H
#define READ_PARQUET_VALUES_H

#include "base/buf.h"
#include "parquet/parquet.h"
#include "table/col_type.h"

/* What a column of it becomes. */
enum col_type parquet_col_type(const struct parquet_column *c);

/* Can whole numbers of it turn out to be floats, where one does not fit? */
bool parquet_may_widen(const struct parquet_column *c);
/* All values as int64 (integers, dates: ERR_FORMAT where one is beyond what
 * a column can hold), doubles, or booleans: (v->n) of 8, 8, 1 bytes.  *wide:
 * an unsigned one did not fit; then out holds doubles. */
int parquet_numbers(void *out, bool *wide, const struct parquet_column *c,
    const struct parquet_values *v, struct err *e);
/* Texts as dates; ERR_FORMAT where one is none.  *any: there was one. */
#define PARQUET_NO_DATE INT64_MIN	/* of an empty text */
int parquet_dates(int64_t *us, bool *any, const struct parquet_values *v,
    struct err *e);
/* Append the text of value i; as JSON, where it stands in a list. */
int parquet_text(struct buf *out, const struct parquet_column *c,
    const struct parquet_values *v, size_t i, struct err *e);
int parquet_json(struct buf *out, const struct parquet_column *c,
    const struct parquet_values *v, size_t i, struct err *e);

#endif
