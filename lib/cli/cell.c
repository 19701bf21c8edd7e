/* Cells of a table for people, measured in characters. */
#include "cli/cell.h"

#include <stdbool.h>

static bool
begins_character(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

size_t
cell_width(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += begins_character(*s);
	return n;
}

void
cell_put(struct buf *b, const char *s, size_t wide)
{
	size_t n = 0;

	for (; *s; s++) {
		unsigned char ch = (unsigned char)*s;

		if (begins_character(*s) && n++ == wide)
			return;
		buf_addc(b, ch < 32 || ch == 127 ? '?' : *s);
	}
	for (; n < wide; n++)
		buf_addc(b, ' ');
}
