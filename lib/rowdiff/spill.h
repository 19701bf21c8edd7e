/*
 * rowdiff/spill.h - records dealt to parts, in memory up to a budget, the
 * rest in one nameless file.  Private to lib/rowdiff.
 *
 * A part is a list of chunks; a record lies whole in one.  Used by one
 * thread at a time.
 */
#ifndef ROWDIFF_SPILL_H
#define ROWDIFF_SPILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct spill_chunk {
	char *data;		/* NULL: on disk */
	size_t used, room;
	uint64_t at;		/* ... there */
	bool on_disk;
};

struct spill_part {
	struct spill_chunk *chunk;
	size_t n, room;
	uint64_t bytes;
};

struct spill {
	struct spill_part *part;
	size_t parts, room;
	uint64_t held, budget;	/* bytes in memory, and allowed there */
	const char *folder;	/* borrowed */
	int fd;			/* -1: nothing was written */
	uint64_t end;
};

void spill_init(struct spill *s, size_t parts, uint64_t budget,
    const char *folder);
void spill_release(struct spill *s);
/* One part more; its number. */
size_t spill_more(struct spill *s);
/* Room for a record of n bytes in a part, which it has from now on. */
int spill_add(char **at, struct spill *s, size_t part, size_t n,
    struct err *e);

/* A part's chunks in turn.  One from disk is read to *room (of its size or
 * more, grown as needed); its address, or NULL with an error. */
struct spill_room {
	char *data;
	size_t n;
};
const char *spill_chunk_data(struct spill_room *room, const struct spill *s,
    size_t part, size_t chunk, struct err *e);
/* All chunks of a part in memory, whatever the budget; for matching. */
int spill_load(struct spill *s, size_t part, struct err *e);
/* A part that is no longer needed; `held` stays.  Different parts may be
 * loaded and forgotten by different threads. */
void spill_forget(struct spill *s, size_t part);

#endif
