/*
 * track/index/segment.h - one file of the index of runs: the rows of sealed
 * runs, and what each field of them is, field by field.  See mlv-store(5).
 *
 * A segment never changes.  Whatever in it cannot be right marks it damaged,
 * and is answered as if it were not there: who asked begins anew without it.
 * Private to lib/track.
 */
#ifndef TRACK_INDEX_SEGMENT_H
#define TRACK_INDEX_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "codec/json.h"
#include "store/oid.h"
#include "store/ref.h"

/* All numbers are the machine's own: an index does not travel. */
struct segment_head {
	char magic[8];
	uint32_t order;			/* SEGMENT_ORDER as it is written here */
	uint32_t n_rows;
	uint64_t size;			/* of the file */
	struct ref_moment moment;	/* when the refs were listed; or zeros */
	uint64_t id, base;		/* of itself; of what it is laid over, 0 */
	uint64_t map_at, map_n;		/* rows, dead, columns, names */
	uint64_t map_hash;
	uint32_t n_dead, n_columns;
	uint64_t refs_at, refs_hash;	/* (n_rows) of struct segment_ref */
	uint64_t hash;			/* of the head before it */
};
#define SEGMENT_MAGIC "mlvruns\1"
#define SEGMENT_ORDER 0x01020304u

struct segment_row {
	uint64_t at;			/* of its JSON */
	uint32_t n, hash;
};
/* What it was made of. */
struct segment_ref {
	uint64_t stamp;
	struct oid manifest;
};
struct segment_column {
	uint64_t name_at;		/* in the names */
	uint32_t name_n, n;		/* entries */
	uint64_t at, text_n;		/* they, then their text */
	uint64_t hash;			/* of both */
};
/* One value of a column; rows are in order. */
struct segment_entry {
	uint32_t row;
	uint32_t type;			/* enum json_type */
	union {
		int64_t i;		/* of numbers and booleans */
		double d;
		uint64_t at;		/* in the text: length, 4 bytes; text */
	} v;
};

struct segment {
	struct segment_head head;
	int fd;				/* or -1: */
	struct buf memory;
	bool damaged;
	/* borrowed from what was read; NUL follows no name */
	const struct segment_row *row;		/* (n_rows) */
	const uint32_t *dead;			/* rows of the base, in order */
	const struct segment_column *column;	/* by name */
	const struct segment_ref *refs;		/* NULL until asked */
	const char *names;
	uint64_t names_n;
	void **read;			/* parts of the file, freed at the end */
	size_t n_read, room_read;
	char *window;			/* of rows' JSON */
	uint64_t window_at, window_n;
};

/* Takes over the descriptor, or the bytes. */
bool segment_open(struct segment *s, int fd);
bool segment_take(struct segment *s, struct buf *bytes);
void segment_release(struct segment *s);

/* NULL: no row has it, or damaged. */
const struct segment_column *segment_column(struct segment *s,
    const char *name, size_t n);
/* Its entries, and their text behind them; NULL: damaged. */
const struct segment_entry *segment_entries(struct segment *s,
    const struct segment_column *c);
/* The value of an entry; only j's own members are set, a list or a map has
 * no children.  False: damaged. */
bool segment_value(struct json *j, struct segment *s,
    const struct segment_column *c, const struct segment_entry *v,
    size_t i);
/* A row's JSON, valid until the next is asked for; NULL: damaged. */
const char *segment_json(size_t *n, struct segment *s, uint32_t row);
/* What the rows were made of; NULL: damaged. */
const struct segment_ref *segment_refs(struct segment *s);

/* ---- making one ---- */

struct segment_writer;

struct segment_writer *segment_writer_new(void);
/* Rows come in the order of their ids, which every row has as "id". */
void segment_add(struct segment_writer *w, const struct segment_ref *ref,
    const struct json *row);
/* A row of the base that counts no more; in order. */
void segment_bury(struct segment_writer *w, uint32_t row);
/* Its bytes; frees w.  False: too large, or no memory. */
bool segment_writer_done(struct buf *out, struct segment_writer *w,
    const struct ref_moment *moment, uint64_t base);

#endif
