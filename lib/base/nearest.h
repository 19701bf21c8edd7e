/*
 * base/nearest.h - the word somebody probably meant.
 */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include <stddef.h>

/* Of n known words the one with the smallest edit distance to `word`, the
 * first of equals; NULL when none is near enough to be worth naming. */
const char *nearest_word(const char *word, const char *const *known, size_t n);

#endif
