/*
 * read/builder.h - a table filled row by row and used again and again.
 * Private to lib/read.
 */
#ifndef READ_BUILDER_H
#define READ_BUILDER_H

#include "base/arena.h"
#include "base/buf.h"
#include "codec/csv.h"
#include "read/want.h"
#include "table/cell.h"
#include "table/table.h"

struct builder {
	struct table *t;	/* wanted columns, then kept ones */
	size_t n_want, n_keep;
	struct table_want *want;	/* names owned by the columns */
	size_t room;		/* rows there is space for */
	struct arena text;	/* of raw cells that had to be copied */
	bool lax;		/* lists and objects are cells; members of no
				 * column are remembered */
	bool forgive;		/* what is not of its type is missing: */
	uint64_t forgiven;	/* ... so many cells */
};

int builder_init(struct builder *b, const struct table_want *want,
    size_t n_want, const char *const *keep, size_t n_keep, size_t room,
    struct err *e);
/* One more kept column, while the block is empty. */
int builder_keep(struct builder *b, const char *name, struct err *e);
int builder_grow(struct builder *b, size_t room, struct err *e);
void builder_clear(struct builder *b);
/* State the number of rows; arrays stay as they are. */
struct table *builder_done(struct builder *b, size_t rows);
void builder_release(struct builder *b);

/* A CSV cell into column `to` at row `row`; missing as `na` says. */
int builder_set_cell(struct builder *b, size_t to, size_t row,
    const struct csv_cell *c, const struct na_words *na, struct buf *scratch,
    struct err *e);

/* A cell that could not be read, with the reason: forgiven or said. */
int builder_refuse(struct builder *b, size_t col, size_t row, struct err *e);

#endif
