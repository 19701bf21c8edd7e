/*
 * base/names.h - names in a list: is one among a few, and the places of many,
 * found by hash.
 *
 * Where a loop asks for one name after the other, searching the list each
 * time would cost the square of its length.
 */
#ifndef BASE_NAMES_H
#define BASE_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#define NAMES_NONE ((size_t)-1)

/* Is it one of a few? */
bool name_is_listed(const char *name, const char *const *list, size_t n);

struct names;

struct names *names_new(void);
void names_free(struct names *n);	/* or NULL */
/* The next place, from 0, is this name's; of equal names the first counts. */
void names_add(struct names *n, const char *name);
/* Its place, or NAMES_NONE. */
size_t names_find(const struct names *n, const char *name);

#endif
