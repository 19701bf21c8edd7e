/*
 * base/parcel.h - arrays in one file, written one after the other and read
 * back in that order from a mapping: for caches, which may be made again.
 *
 * The file has a checksum and says how long it is; who opens it looks at both
 * before anything is read.  Numbers lie as they do in memory, so another kind
 * of machine finds no parcel in it.  The checksum tells damage, not intent:
 * what is taken is checked as anything from outside is.
 *
 *	0	"MLVPARC1" as a number of this machine
 *	8	what the caller said it is
 *	16	bytes of the file
 *	24	XXH3-64 of bytes 64 to the end
 *	64	an array: its bytes, as a number; at the next multiple of 64
 *		the array itself; the next one follows at a multiple of 64
 */
#ifndef BASE_PARCEL_H
#define BASE_PARCEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/mapping.h"
#include "base/os.h"

struct parcel_item {
	const void *data;
	size_t n;
};

/* One to be written; zeroed it is empty. */
struct parcel_out {
	struct arena arena;
	struct parcel_item *item;
	size_t n_items, room;
};

/* n bytes, borrowed until it is written. */
void parcel_add(struct parcel_out *o, const void *p, size_t n);
/* The same, copied now. */
void parcel_add_copy(struct parcel_out *o, const void *p, size_t n);
void parcel_add_number(struct parcel_out *o, uint64_t v);
/* NULL is told from "". */
void parcel_add_text(struct parcel_out *o, const char *s);
uint64_t parcel_size(const struct parcel_out *o);
/* A whole file at `path` or none; one that is there is replaced.  It is not
 * synced: a crash may leave a damaged one, which parcel_open finds. */
int parcel_write(const struct parcel_out *o, const struct os *os,
    const char *folder, const char *path, uint64_t what, struct err *e);
void parcel_out_release(struct parcel_out *o);

/* One to be read.  What is taken is borrowed until parcel_close. */
struct parcel {
	struct mapping map;
	size_t at, end;
	bool bad;		/* something was not as it was asked for */
};

/* ERR_NOENT; ERR_CORRUPT, also for something else than `what`. */
int parcel_open(struct parcel *p, const char *path, uint64_t what,
    struct err *e);
void parcel_close(struct parcel *p);
/* The next array, of whatever length; NULL when there is none. */
const void *parcel_take(struct parcel *p, size_t *n);
/* The next array, of exactly `count` elements of `size` bytes; else NULL and
 * it is bad. */
const void *parcel_take_array(struct parcel *p, size_t count, size_t size);
/* The same where an empty one means that there is none: NULL, not bad. */
const void *parcel_take_maybe(struct parcel *p, size_t count, size_t size);
/* At most `most`; else 0 and it is bad. */
uint64_t parcel_take_number(struct parcel *p, uint64_t most);
/* NULL: there is none, or it is bad. */
const char *parcel_take_text(struct parcel *p);

#endif
