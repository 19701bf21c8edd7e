/* The names in a folder, sorted; a folder removed. */
#define _XOPEN_SOURCE 700
#include "base/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

static int
err_remove(const char *folder, const char *name, struct err *e)
{
	return err_sys(e, "cannot remove '%s' of '%s'", name, folder);
}

static int remove_in(int at, const char *name, int depth, const char *folder,
    struct err *e);

static int
empty_folder(int fd, int depth, const char *folder, struct err *e)
{
	DIR *d = fdopendir(fd);
	struct dirent *entry;
	int r = 0;

	if (d == NULL) {
		close(fd);
		return err_sys(e, "cannot list a folder of '%s'", folder);
	}
	while (r == 0 && (errno = 0, entry = readdir(d)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			r = remove_in(dirfd(d), entry->d_name, depth + 1,
			    folder, e);
	if (r == 0 && errno)
		r = err_sys(e, "cannot list a folder of '%s'", folder);
	closedir(d);
	return r;
}

static int
remove_in(int at, const char *name, int depth, const char *folder,
    struct err *e)
{
	struct stat st;
	int fd;

	if (fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : err_remove(folder, name, e);
	if (!S_ISDIR(st.st_mode))
		return unlinkat(at, name, 0) == 0 || errno == ENOENT ? 0 :
		    err_remove(folder, name, e);
	if (depth > FOLDER_DEPTH)
		return err_set(e, ERR_TOOBIG, "'%s' has folders more than %d "
		    "deep", folder, FOLDER_DEPTH);
	fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC);
	if (fd < 0)
		return err_remove(folder, name, e);
	if (empty_folder(fd, depth, folder, e) < 0)
		return -1;
	return unlinkat(at, name, AT_REMOVEDIR) == 0 || errno == ENOENT ? 0 :
	    err_remove(folder, name, e);
}

int
folder_remove(const char *folder, struct err *e)
{
	struct beneath b;
	int r;

	if (beneath_open(&b, folder) < 0)
		return err_sys(e, "cannot open '%s'", folder);
	r = remove_in(b.folder, b.name, 0, folder, e);
	beneath_close(&b);
	return r;
}
