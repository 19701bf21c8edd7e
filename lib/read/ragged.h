/*
 * read/ragged.h - rows with too many or too few cells, and the message about
 * them.  Private to lib/read.
 */
#ifndef READ_RAGGED_H
#define READ_RAGGED_H

#include "read/sniff.h"

#define RAGGED_LISTED 5

/* Begin with all zero, add line and cells of each such row, then tell. */
struct ragged {
	size_t n;
	uint64_t line[RAGGED_LISTED];
	size_t cells[RAGGED_LISTED];
};

void ragged_add(struct ragged *r, uint64_t line, size_t cells);
/* -1 with ERR_FORMAT, which lists the first few. */
int ragged_tell(const struct ragged *r, const struct sniffed *in,
    struct err *e);
/* The cells of a row of which `have` cells end at p: at a delimiter, when
 * there are more. */
size_t ragged_count(const struct csv_form *f, const char *p, const char *end,
    size_t have);

#endif
