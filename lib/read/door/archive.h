/*
 * read/door/archive.h - a file in a zip or tar archive, read by a helper
 * program.  Private to lib/read/door.
 */
#ifndef READ_DOOR_ARCHIVE_H
#define READ_DOOR_ARCHIVE_H

#include <stdbool.h>

#include "base/source.h"

/* By the first bytes: of tar 264 are needed. */
bool archive_is(const char *first, size_t n);
/* The bytes of its file `member`, or of the only one (NULL).  The source is
 * taken over, closed even on failure; it lies in `folder` meanwhile (NULL:
 * FILE_SCRATCH_FOLDER).  ERR_USAGE: it must be said which;
 * ERR_CORRUPT; ERR_TOOBIG when it becomes more than a GiB and than a thousand
 * times the archive's size. */
int stage_archive(struct source *s, const char *member, const char *folder,
    struct err *e);

#endif
