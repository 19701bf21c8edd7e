/*
 * read/ragged.h - rows with too many or too few cells, and the message about
 * them.  Private to lib/read.
 */
#ifndef READ_RAGGED_H
#define READ_RAGGED_H

#include "read/records.h"
#include "read/sniff.h"

#define RAGGED_LISTED 5

/* Begin with the input and zeros, add line and cells of each such row, which
 * starts at s, then tell. */
struct ragged {
	const struct sniffed *in;
	size_t n;
	uint64_t line[RAGGED_LISTED];
	size_t cells[RAGGED_LISTED];
	char mark;		/* with which all of them begin */
	bool open;		/* all of them end in a delimiter */
};

void ragged_add(struct ragged *r, uint64_t line, size_t cells, const char *s,
    const char *end);
/* -1 with ERR_FORMAT, which lists the first few. */
int ragged_tell(const struct ragged *r, struct err *e);
/* The cells of a row of which `have` cells end at p: at a delimiter, when
 * there are more. */
size_t ragged_count(const struct csv_form *f, const char *p, const char *end,
    size_t have);

/* Is the record whole?  A CSV row of the wrong length is added; 1 when more
 * are not listed anyway.  -1: quotes are broken, or it is no JSON object. */
int ragged_check(struct ragged *r, const struct record *rec, struct err *e);
/* -1 with ERR_FORMAT about the record. */
int broken_quotes(const struct sniffed *in, const struct record *rec,
    struct err *e);

#endif
