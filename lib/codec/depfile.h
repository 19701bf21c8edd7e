/*
 * codec/depfile.h - what a compiler says it read: rules of make, as gcc -MD,
 * clang, rustc and TeX write them.
 *
 *	out/a.o: a.c include/a.h \
 *	  with\ space.h
 *	include/a.h:
 *
 * What stands behind the colons is what was read; targets say nothing here,
 * and rules without anything behind them (gcc -MP) are no matter.  A backslash
 * before a blank, '#' or ':' keeps it, and before a blank two are one; one at
 * the end of a line goes on with the next, "$$" is "$", and '#' begins a
 * comment where a word could.  Names are bytes.
 */
#ifndef CODEC_DEPFILE_H
#define CODEC_DEPFILE_H

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

#define DEPFILE_BYTES_MAX ((size_t)1 << 24)
#define DEPFILE_PATHS_MAX ((size_t)1 << 16)

/* The paths in the order they stand in, each as often as it does, in the
 * arena.  ERR_FORMAT names the line of a rule without a colon. */
int depfile_parse(const char ***path, size_t *n, struct arena *a,
    const char *s, size_t len, struct err *e);

#endif
