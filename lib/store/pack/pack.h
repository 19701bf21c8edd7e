/*
 * store/pack/pack.h - a pack: many objects in one file that is written once,
 * named by the SHA-256 of the file's bytes.
 *
 *	0	"MLVP", version 1, three zero bytes
 *	8	the stored bytes of the objects, one behind the other
 *	I	the ids, 32 bytes each, ascending
 *		an entry for each, in the same order, 32 bytes: where its
 *		stored bytes begin, 8; size of the plain bytes, 8; XXH3-64 of
 *		the stored bytes, 8; their number, 4; encoding, 1; three zero
 *		256 numbers, 4 bytes each: ids whose first byte is at most i
 *	-32	number of objects, 8
 *	-24	I, 8
 *	-16	XXH3-64 of the file's first 8 bytes and of all from I to here
 *	-8	"MLVPTAIL"
 *
 * Integers are little-endian.  The part from I on is mapped: a pack is asked
 * for an object without reading it.  It may be read alone (a range of a
 * remote file) and tells everything but the stored bytes.
 *
 * Encodings: plain; one Zstandard frame; a list of parts, each the SHA-256
 * (32) and the size (4) of a piece of the plain bytes, in order, which are
 * objects of their own, in this pack or another.  Packs are immutable, so a
 * struct pack may be read by several threads.
 */
#ifndef STORE_PACK_PACK_H
#define STORE_PACK_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/oid.h"

#define PACK_SUFFIX ".pack"
#define PACK_HEAD 8
#define PACK_TAIL 32
#define PACK_ID_FANOUT 256
#define PACK_ENTRY 32		/* bytes of one, beside its id */
#define PACK_PART 36		/* bytes of one in a list of parts */
#define PACK_STORED_MAX ((uint32_t)1 << 30)

enum pack_encoding { PACK_PLAIN = 0, PACK_ZSTD = 1, PACK_PARTS = 2 };

struct pack_entry {
	struct oid id;
	uint64_t at, plain, check;
	uint32_t stored;
	enum pack_encoding encoding;
};

struct pack;

/* Map the file; its index is checked for what reading it needs, not yet for
 * damage.  ERR_NOENT, ERR_CORRUPT, ERR_UNSUPPORTED. */
int pack_open(struct pack **p, const char *path, struct err *e);
void pack_close(struct pack *p);

/* By its file's name, "HEX.pack"; or none. */
const struct oid *pack_name(const struct pack *p);
const char *pack_path(const struct pack *p);
uint64_t pack_count(const struct pack *p);
uint64_t pack_bytes(const struct pack *p);	/* of the file */

bool pack_find(struct pack_entry *t, const struct pack *p,
    const struct oid *id);
/* The i-th, in order of ids. */
void pack_entry_at(struct pack_entry *t, const struct pack *p, uint64_t i);
/* The first whose id is not less than `id`. */
uint64_t pack_lower_bound(const struct pack *p, const struct oid *id);

/* Append an entry's stored bytes to *out, compared with their checksum. */
int pack_read_stored(struct buf *out, const struct pack *p,
    const struct pack_entry *t, struct err *e);
/* Append the plain bytes that stored ones (not a list of parts) stand for,
 * their number compared with t->plain. */
int pack_decode(struct buf *out, const struct pack_entry *t,
    const void *stored, struct err *e);

/* The index is whole by its checksum, and its entries lie where they may. */
int pack_check_index(const struct pack *p, struct err *e);
/* The SHA-256 of the file is `name`. */
int pack_check_file(const struct pack *p, const struct oid *name,
    struct err *e);

/* Part i of a list of `stored` bytes (t->encoding PACK_PARTS). */
struct pack_part {
	struct oid id;
	uint32_t size;
};
size_t pack_part_count(const struct pack_entry *t);
void pack_part_at(struct pack_part *part, const void *stored, size_t i);
/* The parts' sizes add up to t->plain, and the list has no odd bytes. */
int pack_check_parts(const struct pack_entry *t, const void *stored,
    struct err *e);

#endif
