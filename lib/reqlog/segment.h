/*
 * reqlog/segment.h - the files of a request log.
 *
 * One that is written is TIME-PID.jsonl.  When it has ended it is packed:
 * TIME-PID-SHA256.jsonl.zst has the same bytes as one Zstandard frame, and
 * in its name their SHA-256, by which a reader knows that they are all there.
 * Small ones stay as they are.  Either way it goes by one key, TIME-PID.jsonl,
 * and a place in it is one in its plain bytes: who had read to a place goes on
 * there after it was packed.
 */
#ifndef REQLOG_SEGMENT_H
#define REQLOG_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/file.h"

/* Paths of the segments of a folder, oldest first, none twice; a file is one
 * of its own. */
int reqlog_segments(char ***out, size_t *n, const char *path, struct err *e);
void reqlog_segments_free(char **segment, size_t n);

/* To be freed. */
char *reqlog_segment_key(const char *path);
bool reqlog_is_packed(const char *path);
/* How many plain bytes it has now. */
int reqlog_segment_size(uint64_t *size, const char *path, struct err *e);
/* Its plain bytes, also when it was packed since its path was listed; released
 * by file_unmap.  ERR_CORRUPT: they are not those of its name. */
int reqlog_segment_map(struct file_map *m, const char *path, struct err *e);
/* As that, of one that was listed: 1, or 0 when retention has removed it
 * since; -1. */
int reqlog_segment_find(struct file_map *m, const char *path, struct err *e);

#endif
