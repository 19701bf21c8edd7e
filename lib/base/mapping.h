/*
 * base/mapping.h - part of a file of ours as memory, shared with whoever maps
 * it too: for files that are never changed once they have a name.  What a
 * user may rewrite is read with file_map instead.
 */
#ifndef BASE_MAPPING_H
#define BASE_MAPPING_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct mapping {
	const uint8_t *data;	/* the bytes asked for */
	void *at;
	size_t n;		/* of what is mapped */
};

/* n > 0 bytes of `fd` from `from` on, which the caller knows to be there. */
int mapping_init(struct mapping *m, int fd, uint64_t from, uint64_t n,
    const char *name, struct err *e);
void mapping_release(struct mapping *m);
/* n bytes at p, in a mapping, take no memory until they are read again. */
void mapping_let_go(const void *p, size_t n);

#endif
