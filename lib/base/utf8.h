/*
 * base/utf8.h - UTF-8 as Unicode allows it: no overlong form, no surrogate,
 * nothing beyond U+10FFFF.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of the character at s, of which `left` (one or more) are there; 0
 * when there is none. */
size_t utf8_at(const char *s, size_t left);
/* Are the n bytes characters from end to end? */
bool utf8_ok(const char *s, size_t n);
/* How many characters; of other bytes each that could begin one counts. */
size_t utf8_count(const char *s, size_t n);
/* How much of the n bytes fits `most` without cutting a character. */
size_t utf8_cut(const char *s, size_t n, size_t most);

#endif
