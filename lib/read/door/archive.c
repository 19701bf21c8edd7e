/*
 * A file in an archive: the archive is put on disk, nameless, for zip is read
 * from its end; a helper program writes the file into a pipe.
 */
#define _GNU_SOURCE
#include "read/door/archive.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/child.h"
#include "base/file.h"
#include "base/libexec.h"
#include "base/mem.h"

#define BLOCK ((size_t)1 << 16)
#define UNPACKED_LEAST ((uint64_t)1 << 30)
#define UNPACKED_TIMES 1024
#define TAR_MAGIC 257
#define SAID_MAX 512

struct archive_source {
	char *name;			/* for messages */
	int pipe, said;			/* said: what the helper said */
	pid_t pid;
	bool running;
	uint64_t size, made;
};

bool
archive_is(const char *first, size_t n)
{
	if (n >= 4 && (memcmp(first, "PK\3\4", 4) == 0 || memcmp(first,
	    "PK\5\6", 4) == 0))
		return true;
	return n >= TAR_MAGIC + 5 && memcmp(first + TAR_MAGIC, "ustar", 5) ==
	    0;
}

/* All of it into a nameless file. */
static int
spool(int *fd, uint64_t *size, struct source *s, const char *folder,
    struct err *e)
{
	char *block;
	int64_t got;
	int r = 0;

	if (file_open_scratch(fd, folder, e) != 0)
		return -1;
	block = xalloc(BLOCK, 1);
	while (r == 0 && (got = source_read(s, block, BLOCK, e)) != 0) {
		r = got < 0 ? -1 : file_write_fd(os_real(), *fd, block,
		    (size_t)got, folder, e);
		*size += got > 0 ? (uint64_t)got : 0;
	}
	free(block);
	return r;
}

/* How the helper ended: 0, or what it said. */
static int
end_helper(struct archive_source *a, struct err *e)
{
	char said[SAID_MAX + 1];
	struct child_usage use;
	ssize_t n;
	int status;

	a->running = false;
	if (child_wait(a->pid, &status, &use, e) != 0)
		return -1;
	if (status == 0)
		return 0;
	n = pread(a->said, said, SAID_MAX, 0);
	said[n > 0 ? n : 0] = '\0';
	said[strcspn(said, "\n")] = '\0';
	return err_set(e, status == 2 ? ERR_USAGE : ERR_CORRUPT,
	    "%s: the archive: %s", a->name, *said ? said :
	    "the helper program mlv-archive failed");
}

static int64_t
read_member(void *ctx, void *p, size_t n, struct err *e)
{
	struct archive_source *a = ctx;
	struct source from;
	int64_t got;

	if (!a->running)
		return 0;
	from = source_fd(a->pipe, a->name);
	got = source_read(&from, p, n, e);
	source_close(&from);
	if (got < 0)
		return -1;
	if (got == 0)
		return end_helper(a, e);
	a->made += (uint64_t)got;
	if (a->made > UNPACKED_LEAST && a->made / UNPACKED_TIMES > a->size)
		return err_set(e, ERR_TOOBIG, "%s: it unpacks to far more "
		    "than its size", a->name);
	return got;
}

static void
close_member(void *ctx)
{
	struct archive_source *a = ctx;
	struct err ignored = ERR_INIT;

	close(a->pipe);			/* ends it, if it still writes */
	if (a->running)
		(void)end_helper(a, &ignored);
	close(a->said);
	free(a->name);
	free(a);
}

static int
start_helper(struct archive_source *a, int in, const char *member,
    struct err *e)
{
	char *program = libexec_path("mlv-archive");
	const char *argv[] = { program, member, NULL };
	int fd[2], r;

	if (pipe2(fd, O_CLOEXEC) < 0) {
		free(program);
		return err_sys(e, "cannot make a pipe");
	}
	r = child_start(&a->pid, argv, in, fd[1], a->said, e);
	close(fd[1]);
	a->pipe = fd[0];
	a->running = r == 0;
	free(program);
	return r == 0 ? 0 : err_wrap(e, "the helper program mlv-archive");
}

int
stage_archive(struct source *s, const char *member, const char *folder,
    struct err *e)
{
	struct archive_source *a = xalloc(1, sizeof(*a));
	int in = -1, r;

	a->name = xstrdup(s->name ? s->name : "input");
	a->pipe = a->said = -1;
	folder = folder ? folder : FILE_SCRATCH_FOLDER;
	r = spool(&in, &a->size, s, folder, e);
	if (r == 0)
		r = file_open_scratch(&a->said, folder, e);
	if (r == 0)
		r = start_helper(a, in, member, e);
	if (in >= 0)
		close(in);
	source_close(s);
	*s = (struct source){ read_member, close_member, a, a->name };
	if (r != 0)
		source_close(s);
	return r;
}
