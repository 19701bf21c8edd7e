/* Files that may be made again: found, locked, thrown away. */
#define _GNU_SOURCE
#include "store/cache/cache.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/path.h"

#define LOCK_NAME "lock"
#define DISK_SHARE 5		/* one part in so many is ours */

int
cache_folder(char **folder, struct repo *repo, const char *kind,
    struct err *e)
{
	char *path = repo_path(repo, kind);

	if (file_make_folders(repo_os(repo), path, e) < 0 ||
	    file_check_folder(path, e) < 0) {
		free(path);
		return -1;
	}
	*folder = path;
	return 0;
}

int
cache_lock(int *fd, struct repo *repo, const char *folder, const char *name,
    int64_t wait_ms, struct err *e)
{
	char *path = path_join(folder, LOCK_NAME);
	uint64_t at = hash64(name, strlen(name), 0) >> 2;
	int r = file_open_own(fd, repo_os(repo), path, O_RDWR | O_CREAT, 0666,
	    e);

	free(path);
	if (r < 0)
		return -1;
	if (file_lock(*fd, FILE_EXCLUSIVE, (off_t)at, 1, wait_ms, e) == 0)
		return 0;
	close(*fd);
	*fd = -1;
	return -1;
}

void
cache_mark_used(const char *path)
{
	(void)utimensat(AT_FDCWD, path, NULL, AT_SYMLINK_NOFOLLOW);
}

struct cached {
	char *path;
	uint64_t bytes;
	struct timespec used;
};

struct cached_files {
	struct cached *file;
	size_t n;
	uint64_t bytes;
};

static int
by_use(const void *a, const void *b)
{
	const struct cached *x = a, *y = b;

	if (x->used.tv_sec != y->used.tv_sec)
		return x->used.tv_sec < y->used.tv_sec ? -1 : 1;
	if (x->used.tv_nsec != y->used.tv_nsec)
		return x->used.tv_nsec < y->used.tv_nsec ? -1 : 1;
	return strcmp(x->path, y->path);
}

/* Longest unused first. */
static void
list_files(struct cached_files *l, const char *folder)
{
	struct err ignored = ERR_INIT;
	char **names;
	struct stat st;
	size_t n;

	memset(l, 0, sizeof(*l));
	if (folder_names(&names, &n, folder, &ignored) < 0)
		return;
	l->file = xalloc(n + 1, sizeof(*l->file));
	for (size_t i = 0; i < n; i++) {
		char *path = path_join(folder, names[i]);

		if (strcmp(names[i], LOCK_NAME) == 0 || lstat(path, &st) < 0 ||
		    !S_ISREG(st.st_mode)) {
			free(path);
			continue;
		}
		l->file[l->n++] = (struct cached){ path, (uint64_t)st.st_size,
		    st.st_mtim };
		l->bytes += (uint64_t)st.st_size;
	}
	folder_names_free(names, n);
	qsort(l->file, l->n, sizeof(*l->file), by_use);
}

static void
release_files(struct cached_files *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->file[i].path);
	free(l->file);
}

int
cache_make_room(struct repo *repo, const char *folder, uint64_t bytes,
    uint64_t most, struct err *e)
{
	uint64_t share;
	struct cached_files l;
	struct statvfs disk;
	int r = 0;

	list_files(&l, folder);
	if (statvfs(folder, &disk) == 0) {
		share = ((uint64_t)disk.f_bavail * disk.f_frsize + l.bytes) /
		    DISK_SHARE;
		most = share < most ? share : most;
	}
	if (bytes > most)
		r = err_set(e, ERR_TOOBIG, "%llu bytes are more than the cache "
		    "may take", (unsigned long long)bytes);
	for (size_t i = 0; r == 0 && i < l.n && l.bytes > most - bytes; i++) {
		(void)repo_os(repo)->unlink(l.file[i].path);
		l.bytes -= l.file[i].bytes;
	}
	release_files(&l);
	return r;
}

void
cache_drop_unused(uint64_t *files, uint64_t *bytes, struct repo *repo,
    const char *kind, int64_t since_s, bool dry_run)
{
	char *folder = repo_path(repo, kind);
	struct err ignored = ERR_INIT;
	struct cached_files l = { NULL, 0, 0 };

	*files = *bytes = 0;
	if (file_check_folder(folder, &ignored) == 0)
		list_files(&l, folder);
	for (size_t i = 0; i < l.n; i++) {
		if ((int64_t)l.file[i].used.tv_sec >= since_s || (!dry_run &&
		    repo_os(repo)->unlink(l.file[i].path) < 0))
			continue;
		++*files;
		*bytes += l.file[i].bytes;
	}
	release_files(&l);
	free(folder);
}
