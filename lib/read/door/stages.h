/*
 * read/door/stages.h - sources that stand before another: bytes looked at
 * first, unpacked, made UTF-8.  Private to lib/read/door.
 *
 * Each takes over the source it is given and closes it; when it cannot be
 * made, that one is closed too.
 */
#ifndef READ_DOOR_STAGES_H
#define READ_DOOR_STAGES_H

#include "base/source.h"

#define STAGE_PEEK 264		/* bytes that tell what it is: of tar */

/* The first bytes of *s, which gives them again: first[0..*n).  Waits for
 * more only while those that came could be the beginning of a packed file. */
int stage_peek(struct source *s, char first[STAGE_PEEK], size_t *n,
    struct err *e);

enum stage_packing { STAGE_PLAIN, STAGE_GZIP, STAGE_ZSTD };

enum stage_packing stage_packing_of(const char *first, size_t n);
/* Unpacked; ERR_TOOBIG when it becomes more than a GiB and than a thousand
 * times its size. */
void stage_unpack(struct source *s, enum stage_packing packing);

/* The encoding that a byte order mark of UTF-16 tells, or NULL. */
const char *stage_utf16(const char *first, size_t n);
/* Made UTF-8; a byte order mark is dropped.  ERR_USAGE: no such encoding. */
int stage_recode(struct source *s, const char *encoding, struct err *e);

#endif
