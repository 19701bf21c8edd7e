/*
 * base/path.h - file names, as bytes.  What is returned is freed by the
 * caller.
 */
#ifndef BASE_PATH_H
#define BASE_PATH_H

#include <stdbool.h>
#include <stddef.h>

char *path_join(const char *folder, const char *name);
char *path_folder(const char *path);		/* "a/b" -> "a", "b" -> "." */
const char *path_base(const char *path);	/* borrowed: "a/b.csv" -> "b.csv" */
char *path_stem(const char *path);		/* "a/b.csv" -> "b" */
const char *path_extension(const char *path);	/* ".csv", or "" */
/* "a/./b/../c" as "a/c", "" as "."; ".." in front stay. */
char *path_clean(const char *path);
/* Relative, no empty, "." or ".." part: stays below where it is joined. */
bool path_is_below(const char *path);
/* `path` as seen from `folder`, both absolute and clean; NULL if outside. */
char *path_relative(const char *folder, const char *path);

#endif
