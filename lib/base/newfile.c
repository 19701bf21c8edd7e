/* A file that gets its name once its content is known. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/rng.h"

static char *
temp_name(const char *folder)
{
	uint64_t r;

	rng_system(&r, sizeof(r));
	return xprintf("%s/%016llx.tmp", folder, (unsigned long long)r);
}

int
new_file_open(struct new_file *f, const struct os *os, const char *folder,
    uint64_t expect, struct err *e)
{
	*f = (struct new_file){ .os = os, .folder = folder };
	f->fd = os->open(folder, O_TMPFILE | O_RDWR, 0444);
	if (f->fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR ||
	    errno == EINVAL)) {
		f->temp = temp_name(folder);
		f->fd = os->open(f->temp, O_RDWR | O_CREAT | O_EXCL, 0444);
	}
	if (f->fd < 0) {
		err_sys(e, "cannot create a file in '%s'", folder);
		free(f->temp);
		f->temp = NULL;
		return -1;
	}
	/* no room is worth knowing now; anything else shows when writing */
	if (expect && os->fallocate(f->fd, (off_t)expect) < 0 &&
	    (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)) {
		err_sys(e, "cannot write %llu bytes in '%s'",
		    (unsigned long long)expect, folder);
		new_file_drop(f);
		return -1;
	}
	return 0;
}

int
file_open_scratch(int *fd, const char *folder, struct err *e)
{
	char *temp;

	*fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (*fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR ||
	    errno == EINVAL)) {
		temp = temp_name(folder);
		*fd = open(temp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (*fd >= 0)
			unlink(temp);
		free(temp);
	}
	return *fd >= 0 ? 0 : err_sys(e, "cannot create a file in '%s'",
	    folder);
}

void
new_file_drop(struct new_file *f)
{
	if (f->fd >= 0)
		f->os->close(f->fd);
	if (f->temp)
		f->os->unlink(f->temp);
	free(f->temp);
	f->temp = NULL;
	f->fd = -1;
}

/* Without /proc a nameless file cannot be named: copy nothing, say so. */
static int
name_it(struct new_file *f, const char *path)
{
	return f->temp ? f->os->link(f->temp, path) : f->os->linkfd(f->fd, path);
}

static int
put_over(struct new_file *f, const char *path)
{
	if (f->temp == NULL) {
		char *temp = temp_name(f->folder);

		if (f->os->linkfd(f->fd, temp) < 0) {
			free(temp);
			return -1;
		}
		f->temp = temp;
	}
	if (f->os->rename(f->temp, path) < 0)
		return -1;
	free(f->temp);
	f->temp = NULL;
	return 0;
}

int
new_file_commit(struct new_file *f, const char *path, bool replace,
    bool *existed, struct err *e)
{
	int r;

	*existed = false;
	/* never retried: after a failed fsync the kernel calls the pages
	 * clean, so a second one would lie */
	if (!f->fleeting && f->os->fsync(f->fd) < 0) {
		err_sys(e, "cannot fsync '%s'", path);
		goto fail;
	}
	if ((replace ? put_over(f, path) : name_it(f, path)) < 0) {
		if (errno != EEXIST) {
			err_sys(e, "cannot create '%s'", path);
			goto fail;
		}
		*existed = true;
		new_file_drop(f);
		return 0;
	}
	r = f->os->close(f->fd);
	f->fd = -1;
	if (r < 0) {
		err_sys(e, "cannot close '%s'", path);
		goto fail;
	}
	new_file_drop(f);
	return 0;
fail:
	new_file_drop(f);
	return -1;
}
