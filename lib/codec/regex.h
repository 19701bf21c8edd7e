/*
 * codec/regex.h - regular expressions through PCRE2, with limits, so that
 * a bad pattern or a hostile cell costs an error and not an hour.
 */
#ifndef CODEC_REGEX_H
#define CODEC_REGEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct regex;

/* Perl's syntax on UTF-8 text; `whole`: it must match all of a text, not
 * somewhere in it.  ERR_USAGE says where a pattern is wrong. */
int regex_new(struct regex **out, const char *pattern, bool whole,
    struct err *e);
void regex_free(struct regex *r);
/* Does it match the n bytes?  Text that is not UTF-8 does not.
 * ERR_TOOBIG when the match runs into its limit.  One thread at a time. */
int regex_find(bool *yes, struct regex *r, const char *s, size_t n,
    struct err *e);

/*
 * Walking over a text from match to match: of those that begin first the
 * longest, as POSIX and RE2 have it.  A walk belongs to one thread, while
 * several may walk over one regex.
 */
struct regex_walk;

struct regex_walk *regex_walk_new(const struct regex *r);
void regex_walk_free(struct regex_walk *w);
/* The next match from `at` on is [*from, *to); *yes is false when there is
 * none.  ERR_UNSUPPORTED: the pattern has back references or their like. */
int regex_walk_next(bool *yes, size_t *from, size_t *to, struct regex_walk *w,
    const char *s, size_t n, size_t at, struct err *e);

#endif
