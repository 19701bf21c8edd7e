/* The names in a folder, sorted. */
#include "base/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int
folder_names(char ***names, size_t *n, const char *folder, struct err *e)
{
	DIR *d = opendir(folder);
	struct dirent *entry;
	size_t room = 0;

	*names = NULL;
	*n = 0;
	if (d == NULL && errno == ENOENT)
		return 0;
	if (d == NULL)
		return err_sys(e, "cannot list '%s'", folder);
	while (errno = 0, (entry = readdir(d)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		if (*n == room) {
			room = room ? room * 2 : 64;
			*names = xresize(*names, room, sizeof(**names));
		}
		(*names)[(*n)++] = xstrdup(entry->d_name);
	}
	if (errno != 0) {
		err_sys(e, "cannot list '%s'", folder);
		closedir(d);
		folder_names_free(*names, *n);
		*names = NULL;
		*n = 0;
		return -1;
	}
	closedir(d);
	if (*n)
		qsort(*names, *n, sizeof(**names), by_text);
	return 0;
}

void
folder_names_free(char **names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(names[i]);
	free(names);
}
