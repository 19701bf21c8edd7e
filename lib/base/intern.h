/*
 * base/intern.h - a dictionary from byte strings to small numbers.
 *
 * Numbers are given in order of first appearance: 0, 1, 2 ...  Used for
 * category columns, column names, JSON keys.
 */
#ifndef BASE_INTERN_H
#define BASE_INTERN_H

#include <stddef.h>
#include <stdint.h>

struct intern;

#define INTERN_NONE UINT32_MAX

struct intern *intern_new(void);
void intern_free(struct intern *t);
size_t intern_count(const struct intern *t);
/* The number of s, given now if it is new. */
uint32_t intern_add(struct intern *t, const char *s, size_t n);
/* The same for what comes from outside: INTERN_NONE when there is no memory. */
uint32_t intern_try(struct intern *t, const char *s, size_t n);
/* The number of s, or INTERN_NONE. */
uint32_t intern_find(const struct intern *t, const char *s, size_t n);
/* The text of a number, NUL-ended, borrowed until intern_free. */
const char *intern_text(const struct intern *t, uint32_t id, size_t *n);

#endif
