/* A folder that gets its name once all in it is written. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/rng.h"

static int
refuse_taken(const char *path, struct err *e)
{
	return err_set(e, ERR_EXISTS, "'%s' is there already and not an empty "
	    "folder", path);
}

/* Nothing there, or a folder with nothing in it, also no dot file. */
static int
check_free(const char *path, struct err *e)
{
	struct dirent *d;
	bool empty = true;
	DIR *dir = opendir(path);

	if (dir == NULL && errno == ENOENT)
		return 0;
	if (dir == NULL && errno == ENOTDIR)
		return refuse_taken(path, e);
	if (dir == NULL)
		return err_sys(e, "cannot read '%s'", path);
	while (empty && (d = readdir(dir)) != NULL)
		empty = strcmp(d->d_name, ".") == 0 ||
		    strcmp(d->d_name, "..") == 0;
	closedir(dir);
	return empty ? 0 : refuse_taken(path, e);
}

int
new_folder_open(struct new_folder *f, const struct os *os, const char *path,
    struct err *e)
{
	size_t n = strlen(path);
	char *folder;
	uint64_t r;

	*f = (struct new_folder){ .os = os };
	while (n > 1 && path[n - 1] == '/')
		n--;
	f->path = xprintf("%.*s", (int)n, path);
	if (check_free(f->path, e) < 0) {
		new_folder_drop(f);
		return -1;
	}
	folder = path_folder(f->path);
	rng_system(&r, sizeof(r));
	f->temp = xprintf("%s/%016llx.tmp", folder, (unsigned long long)r);
	free(folder);
	if (os->mkdir(f->temp, 0777) < 0) {
		err_sys(e, "cannot make '%s'", f->path);
		free(f->temp);
		f->temp = NULL;
		new_folder_drop(f);
		return -1;
	}
	return 0;
}

int
new_folder_add(struct new_folder *f, const char *name, const void *p, size_t n,
    struct err *e)
{
	char *path = path_join(f->temp, name);
	int r = file_replace(f->os, path, p, n, 0666, e);

	free(path);
	f->files++;
	f->bytes += n;
	return r;
}

int
new_folder_commit(struct new_folder *f, struct err *e)
{
	char *folder;
	int r = 0;

	/* over an empty folder too, never over one with something in it */
	if (f->os->rename(f->temp, f->path) < 0)
		return errno == ENOTEMPTY || errno == EEXIST ||
		    errno == ENOTDIR ? refuse_taken(f->path, e) :
		    err_sys(e, "cannot make '%s'", f->path);
	free(f->temp);
	f->temp = NULL;
	folder = path_folder(f->path);
	if (file_sync_folder(f->os, folder, e) < 0) {
		e->code = ERR_UNPROVEN;
		r = -1;
	}
	free(folder);
	return r;
}

void
new_folder_drop(struct new_folder *f)
{
	struct err ignored;

	if (f->temp)
		(void)folder_remove(f->temp, &ignored);
	free(f->temp);
	free(f->path);
	f->temp = f->path = NULL;
}
