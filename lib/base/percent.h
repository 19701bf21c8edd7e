/*
 * base/percent.h - what stands as %XX in a URL (RFC 3986, 2.1).
 */
#ifndef BASE_PERCENT_H
#define BASE_PERCENT_H

#include <stddef.h>

/* The byte that s[0, n), of one at least, begins with, and how many it takes:
 * 3 of %XX, else 1, also of a % that no two digits follow. */
size_t percent_byte(char *byte, const char *s, size_t n);
/* All of s[0, n) in place of itself, and a NUL behind it; how many are left.
 * s has room for that NUL. */
size_t percent_decode(char *s, size_t n);

#endif
