/*
 * tracking/files.h - the files of a run or a logged model, by their paths.
 * Private to lib/tracking.
 */
#ifndef TRACKING_FILES_H
#define TRACKING_FILES_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "store/oid.h"

struct call;
struct artifact_place;

struct file_list {
	struct listed_file {
		const char *path;
		struct oid id;
		uint64_t size;
	} *v;
	size_t n, room;
};

void file_add(struct file_list *l, struct arena *a, const char *path,
    const struct oid *id, uint64_t size);
/* A path as seen from a folder ("" is the top): "" for itself, NULL when it
 * does not lie there. */
const char *file_below(const char *path, const char *folder);
/* All of what a place lies in; -1: answered. */
int files_at(struct file_list *l, struct call *k,
    const struct artifact_place *p);

#endif
