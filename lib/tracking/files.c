/* Lists of files by their paths. */
#include "tracking/files.h"

#include <string.h>

void
file_add(struct file_list *l, struct arena *a, const char *path,
    const struct oid *id, uint64_t size)
{
	l->v = arena_grow(a, l->v, l->n, &l->room, sizeof(*l->v));
	l->v[l->n++] = (struct listed_file){ arena_strdup(a, path), *id,
	    size };
}

const char *
file_below(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	if (n == 0)
		return path;
	if (strncmp(path, folder, n) != 0 || (path[n] && path[n] != '/'))
		return NULL;
	return path + n + (path[n] == '/');
}
