/*
 * cli/cell.h - a cell of a table for people: its width in characters, and
 * its text with nothing in it that would steer a terminal.
 */
#ifndef CLI_CELL_H
#define CLI_CELL_H

#include <stddef.h>

#include "base/buf.h"

size_t cell_width(const char *s);
/* `wide` characters of s, cut or padded with spaces; control bytes as '?'. */
void cell_put(struct buf *b, const char *s, size_t wide);

#endif
