/* track/index/internal.h - an index as its files share it; nobody else's. */
#ifndef TRACK_INDEX_INTERNAL_H
#define TRACK_INDEX_INTERNAL_H

#include "track/index/index.h"
#include "track/index/segment.h"

enum { BASE, DELTA, SEGMENTS };

/* Large and rarely written, and what changed since, laid over it. */
struct run_index {
	struct catalog *c;
	struct segment segment[SEGMENTS];
	struct place {
		uint32_t segment, row;
	} *place;			/* (n), newest first */
	size_t n;
	struct arena arena;		/* of fields */
};

/* The columns of the ids, for looking at rows in order. */
struct id_reader {
	struct segment *s;
	const struct segment_column *column;
	const struct segment_entry *entry;
};
/* False: damaged. */
bool ids_open(struct id_reader *r, struct segment *s);
/* Its text, NUL-ended; NULL: damaged. */
const char *ids_at(const struct id_reader *r, uint32_t row);

/* Make it fit the refs, and write what changed. */
int index_refresh(struct run_index *x, struct err *e);
char *index_path(const struct catalog *c, int segment);

#endif
