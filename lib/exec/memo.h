/*
 * exec/memo.h - work that was done before.
 *
 * .mlv/cache/memo/HEX names the run that did a piece of work; HEX is the
 * SHA-256 of the canonical description of everything that decides it.  The
 * folder is a cache: without it work is done again, nothing is lost.
 */
#ifndef EXEC_MEMO_H
#define EXEC_MEMO_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/progress.h"
#include "catalog/catalog.h"
#include "track/journal.h"

/* The fact that lists which outputs are programs: they come back as such. */
#define MEMO_PROGRAMS "programs"

int memo_name(char out[SHA256_HEX + 1], const struct json *work,
    struct err *e);
/* Remember; a failure is only a warning. */
void memo_write(struct repo *s, const char *name, const char *run,
    const struct log *log);
/* 1: the run in *run (run_free it) did this, and its outputs, all n of
 * them, are in place again; a file that already has the content is not
 * touched, so make sees no change; *untouched: none was.  0: not known, or not whole any more. */
int memo_restore(struct run *run, bool *untouched, struct catalog *c,
    const char *name, const char *const *outs, size_t n, struct err *e);
/* The same without putting back: 1 also when outputs are not in place, which
 * *in_place says. */
int memo_find(struct run *run, bool *in_place, struct catalog *c,
    const char *name, const char *const *outs, size_t n);
/* The run remembered under a name, 0 when there is none. */
int memo_read(struct run *run, struct catalog *c, const char *name);

#endif
