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

#endif
