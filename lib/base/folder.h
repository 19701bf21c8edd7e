/*
 * base/folder.h - the names in a folder, and a folder removed with all below.
 */
#ifndef BASE_FOLDER_H
#define BASE_FOLDER_H

#include <stddef.h>

#include "base/err.h"

/* Sorted by bytes, those with a leading dot left out; none when there is no
 * such folder.  To be freed with folder_names_free. */
int folder_names(char ***names, size_t *n, const char *folder, struct err *e);
void folder_names_free(char **names, size_t n);

/* Remove a folder and what is in it, no link followed, at most FOLDER_DEPTH
 * deep.  What cannot be removed stays, and is an error. */
#define FOLDER_DEPTH 160
int folder_remove(const char *folder, struct err *e);

#endif
