/* cli/table.h - records as a table for people.  Private to lib/cli. */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include "base/buf.h"

/* Plain records (cli/out.h), set below their TAB-separated names: columns
 * aligned, those of numbers to the right, "sha256:" and 64 digits cut to 12
 * but in a column "head", numbers that are not whole to 4 significant digits,
 * \N as "-".  Both are NUL-ended. */
void out_table(struct buf *out, const char *heads, const char *records);

#endif
