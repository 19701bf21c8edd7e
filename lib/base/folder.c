/* The names in a folder, sorted. */
#define _XOPEN_SOURCE 700
#include "base/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/mem.h"

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int
folder_names(char ***names, size_t *n, const char *folder, struct err *e)
{
	int fd = beneath_open_file(folder, O_RDONLY | O_DIRECTORY, 0);
	struct dirent *entry;
	size_t room = 0;
	DIR *d;

	*names = NULL;
	*n = 0;
	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return err_sys(e, "cannot list '%s'", folder);
	if ((d = fdopendir(fd)) == NULL) {
		err_sys(e, "cannot list '%s'", folder);
		close(fd);
		return -1;
	}
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
