/*
 * base/names.h - the places of names in a list, found by hash.
 *
 * Where a loop asks for one name after the other, searching the list each
 * time would cost the square of its length.
 */
#ifndef BASE_NAMES_H
#define BASE_NAMES_H

#include <stddef.h>

#define NAMES_NONE ((size_t)-1)

struct names;

struct names *names_new(void);
void names_free(struct names *n);	/* or NULL */
/* The next place, from 0, is this name's; of equal names the first counts. */
void names_add(struct names *n, const char *name);
/* Its place, or NAMES_NONE. */
size_t names_find(const struct names *n, const char *name);

#endif
