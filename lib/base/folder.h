/*
 * base/folder.h - the names in a folder, and a folder removed with all below.
 */
#ifndef BASE_FOLDER_H
#define BASE_FOLDER_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/os.h"

/* Sorted by bytes, those with a leading dot left out; none when there is no
 * such folder.  To be freed with folder_names_free. */
int folder_names(char ***names, size_t *n, const char *folder, struct err *e);
void folder_names_free(char **names, size_t n);

/* Remove a folder and what is in it, no link followed, at most FOLDER_DEPTH
 * deep.  What cannot be removed stays, and is an error. */
#define FOLDER_DEPTH 160
int folder_remove(const char *folder, struct err *e);

/*
 * A folder that gets its name once all in it is written: it is there whole, or
 * not at all.  Until then it lies beside `path` under another name, which a
 * kill may leave behind.
 */
struct new_folder {
	const struct os *os;
	char *path, *temp;	/* temp: NULL once committed or dropped */
	size_t files;
	uint64_t bytes;
};
/* ERR_EXISTS when something is in `path` already, or it is no folder. */
int new_folder_open(struct new_folder *f, const struct os *os,
    const char *path, struct err *e);
/* One file of it, written and synced; `name` is one part. */
int new_folder_add(struct new_folder *f, const char *name, const void *p,
    size_t n, struct err *e);
/* ERR_EXISTS when somebody was faster; ERR_UNPROVEN: done, but not proven to
 * last. */
int new_folder_commit(struct new_folder *f, struct err *e);
/* Remove what is not committed; to be called in every case. */
void new_folder_drop(struct new_folder *f);

#endif
