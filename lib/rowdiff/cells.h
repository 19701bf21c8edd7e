/*
 * rowdiff/cells.h - one cell of a comparison.  Private to lib/rowdiff.
 */
#ifndef ROWDIFF_CELLS_H
#define ROWDIFF_CELLS_H

#include <string.h>

#include "base/num.h"
#include "rowdiff/rowdiff.h"
#include "table/cell.h"

/* Numbers and booleans have one canonical text, whatever they were written
 * as: "1.50" is "1.5", "True" is "true".  Others are their own. */
struct cell_look {
	enum value_kind kind;
	double v;			/* of a number */
	const char *s;			/* canonical; n bytes */
	size_t n;
	bool odd;			/* it is not the text given */
	char room[NUM_TEXT_MAX];
};
/* `text`: it was a JSON string or more, so no number by type. */
void cell_look(struct cell_look *l, const char *s, size_t n, bool text);
/* Equal in a column where canonical texts count? */
bool cells_equal(const struct rowdiff_cell *a, const struct rowdiff_cell *b,
    bool loose);

/* memcpy of the few bytes that most cells have. */
static inline void
copy_text(char *to, const char *s, size_t n)
{
	uint64_t a, b;
	uint32_t c, d;

	if (n > 16) {
		memcpy(to, s, n);
	} else if (n >= 8) {
		memcpy(&a, s, 8);
		memcpy(&b, s + n - 8, 8);
		memcpy(to, &a, 8);
		memcpy(to + n - 8, &b, 8);
	} else if (n >= 4) {
		memcpy(&c, s, 4);
		memcpy(&d, s + n - 4, 4);
		memcpy(to, &c, 4);
		memcpy(to + n - 4, &d, 4);
	} else {
		for (size_t i = 0; i < n; i++)
			to[i] = s[i];
	}
}

/* A cell as bytes: its length in one byte or five, then the text; s NULL:
 * missing. */
#define CELL_HEAD_MAX 5
static inline char *
cell_encode(char *to, const char *s, size_t n)
{
	uint32_t size = (uint32_t)n;

	if (s == NULL) {
		*to = 0;
		return to + 1;
	}
	if (n < 254) {
		*to++ = (char)(n + 1);
	} else {
		*to++ = (char)255;
		memcpy(to, &size, sizeof(size));
		to += sizeof(size);
	}
	copy_text(to, s, n);
	return to + n;
}
const char *cell_decode(struct rowdiff_cell *c, const char *from);

#endif
