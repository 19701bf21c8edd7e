/*
 * remote/transport/duplex.h - another program that is talked with: lines and counted
 * bytes to its standard input, and from its standard output.
 */
#ifndef REMOTE_DUPLEX_H
#define REMOTE_DUPLEX_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/source.h"

struct duplex;

/* argv[0] names it in messages, too; NULL-ended. */
int duplex_start(struct duplex **d, const char *const *argv, struct err *e);
/* Over descriptors that stay open: the other side of such a talk. */
struct duplex *duplex_over(int from, int to, const char *name);
void duplex_free(struct duplex *d);

int duplex_write(struct duplex *d, const void *p, size_t n, struct err *e);
/* Without its newline.  ERR_NOENT at the end, ERR_IO when that is in the
 * middle of a line. */
int duplex_line(struct buf *line, struct duplex *d, struct err *e);
/* Exactly n bytes on to `to`. */
int duplex_read(struct duplex *d, uint64_t n, struct sink *to, struct err *e);

#endif
