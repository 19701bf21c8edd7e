/*
 * read/row_reader.h - records of a sniffed input become rows of a builder.
 * Private to lib/read.
 *
 * Whoever holds the bytes (read/stream.h, read/scan.h) cuts them into
 * records and hands them over one by one.
 */
#ifndef READ_ROW_READER_H
#define READ_ROW_READER_H

#include "read/members.h"
#include "read/records.h"
#include "read/sniff.h"
#include "read/stream.h"

#define RECORD_MAX ((size_t)1 << 28)	/* bytes of a record in blocks */

struct row_reader {
	struct sniffed *in;		/* borrowed */
	struct na_words na;
	struct builder builder;
	struct members members;		/* JSON Lines */
	struct column_target {
		size_t from, to;
	} *target;			/* CSV: by rising `from` */
	size_t targets;
	uint32_t *cell_end;		/* CSV, all columns as text: room for
					 * raw_row_cut, or NULL */
	bool *there;			/* CSV: a wanted column is in it */
	bool keep_all, by_place;
	struct buf scratch;
};

/* The most rows of a block of so many columns, if `most` fit otherwise. */
size_t block_room(size_t most, size_t cols);
/* `room`: the rows of a block; r->builder.room says how many it became. */
int row_reader_init(struct row_reader *r, struct sniffed *in,
    const struct table_reader_opts *o, size_t room, struct err *e);
void row_reader_release(struct row_reader *r);

/* Once, when the header is known.  JSON Lines: `first` is the record whose
 * members are all kept, or NULL. */
int row_reader_bind_csv(struct row_reader *r, struct err *e);
int row_reader_bind_jsonl(struct row_reader *r, const struct record *first,
    struct err *e);

/* The record becomes row `row`. */
int row_reader_fill(struct row_reader *r, size_t row,
    const struct record *rec, struct err *e);
/* The same, with its line in errors. */
int row_reader_read(struct row_reader *r, size_t row,
    const struct record *rec, struct err *e);
/* The block of `rows` rows, good until builder_clear. */
struct table *row_reader_done(struct row_reader *r, size_t rows);

/* As table_reader_has and table_reader_other. */
bool row_reader_has(const struct row_reader *r, size_t i);
const char *row_reader_other(const struct row_reader *r, size_t i);

#endif
