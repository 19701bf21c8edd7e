/*
 * base/folder.h - the names in a folder.
 */
#ifndef BASE_FOLDER_H
#define BASE_FOLDER_H

#include <stddef.h>

#include "base/err.h"

/* Sorted by bytes, those with a leading dot left out; none when there is no
 * such folder.  To be freed with folder_names_free. */
int folder_names(char ***names, size_t *n, const char *folder, struct err *e);
void folder_names_free(char **names, size_t n);

#endif
