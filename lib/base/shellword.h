/*
 * base/shellword.h - words of a command line that a user may paste.
 */
#ifndef BASE_SHELLWORD_H
#define BASE_SHELLWORD_H

#include "base/buf.h"

/* Append s as one word of a POSIX shell, quoted where need be. */
void shellword_add(struct buf *b, const char *s);
/* Append names as one word that options take as a list: a name with a comma,
 * or that begins with a quote, in quotes with its own doubled. */
void shellword_add_list(struct buf *b, const char *const *names, size_t n);

#endif
