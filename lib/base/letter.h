/*
 * base/letter.h - lower and upper case of UTF-8 text, the same in every
 * locale.
 *
 * Unicode's simple mappings: one character becomes one character, so that
 * the German sharp s has no upper case here.
 */
#ifndef BASE_LETTER_H
#define BASE_LETTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

uint32_t letter_lower(uint32_t c);
uint32_t letter_upper(uint32_t c);
/* Of n bytes of text into `out`, which has room for LETTER_ROOM(n); returns
 * how many bytes came out.  What is no UTF-8 stays as it is. */
#define LETTER_ROOM(n) ((n) * 2)
size_t letter_case(char *out, const char *s, size_t n, bool upper);

#endif
