/*
 * write/target.h - the file that a table goes to: packed as its ending says.
 *
 * As struct out_file (base/file.h), which is in it: dropped before commit it
 * leaves nothing behind.
 */
#ifndef WRITE_TARGET_H
#define WRITE_TARGET_H

#include "base/file.h"
#include "base/hash.h"

enum write_packing { WRITE_PLAIN, WRITE_GZIP, WRITE_ZSTD };

/* By the ending: .gz, .zst; *stem: bytes of the path before it. */
enum write_packing write_packing_of(const char *path, size_t *stem);

struct target {
	struct out_file file;
	struct gz_out *gz;
	struct zst_out *zst;		/* one of both, or none */
	struct buf packed;
	struct sha256 *hash;		/* of what goes to the file, where
					 * somebody set one; theirs */
};

int target_open(struct target *t, const char *path, enum write_packing packing,
    bool durable, struct err *e);
int target_add(struct target *t, const void *p, size_t n, struct err *e);
/* What was added goes out, where it is not packed. */
int target_flush(struct target *t, struct err *e);
int target_commit(struct target *t, struct err *e);
void target_drop(struct target *t);

#endif
