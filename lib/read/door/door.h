/*
 * read/door/door.h - the door that every table comes through: bytes that are
 * not text become text.  Private to lib/read.
 *
 * What gzip or Zstandard packed is unpacked, a file taken from a zip or tar
 * archive, and UTF-16 or a named encoding made UTF-8.  Parquet becomes CSV with
 * a header, row group by row group; the options that say how CSV is written
 * then say so of ours.  What is text already passes untouched.
 */
#ifndef READ_DOOR_H
#define READ_DOOR_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/source.h"
#include "read/options.h"

/* Must they be unpacked (gzip, Zstandard, an archive) or recoded (UTF-16, an encoding that
 * is named) before they are anything? */
bool door_is_packed(const char *bytes, size_t n,
    const struct table_read_opts *o);
/* Append what then comes out, Parquet as such; *o is put right. */
int door_unpack(struct buf *out, struct table_read_opts *o, const char *bytes,
    size_t n, struct err *e);

/* Are they, or the first of them, Parquet, to be read as such?  -1: they are
 * none, but should be (ERR_CORRUPT, with the name). */
int door_parquet(const char *bytes, size_t n,
    const struct table_read_opts *o, const char *name, struct err *e);

/* Of bytes in memory. */
struct door {
	const char *bytes;		/* those given, or our own */
	size_t n;
	struct table_read_opts o;	/* what they are to be read with */
	char *owned;			/* private */
};

/* `bytes` stay where they are until door_close; `o` may be NULL. */
int door_open(struct door *d, const char *bytes, size_t n,
    const struct table_read_opts *o, struct err *e);
void door_close(struct door *d);

/* Of a source, which is borrowed until *out is closed; *o is put right.
 * Waits for its first bytes.  What can only be read from its end (Parquet) is
 * read whole. */
int door_source(struct source *out, struct table_read_opts *o,
    struct source *in, struct err *e);

#endif
