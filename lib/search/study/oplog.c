/* The file behind studies: locked, healed, read from an offset, appended. */
#include "search/study/oplog.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/machine.h"
#include "base/mem.h"
#include "codec/json.h"

/* Far behind any end: bytes that are locked, never written. */
#define APPEND_BYTE ((off_t)1 << 62)
#define TRIAL_BYTE ((off_t)1 << 61)

#define WAIT_MS 60000
#define GRACE_US 30000000		/* as Optuna's */
#define TAIL 65536			/* bytes looked at for a line's end */

int
oplog_open(struct oplog *l, const struct os *os, const struct log *log,
    const char *path, bool make, struct err *e)
{
	memset(l, 0, sizeof(*l));
	l->os = os;
	l->log = log;
	l->fd = -1;
	if (file_open_own(&l->fd, os, path, O_RDWR | O_APPEND |
	    (make ? O_CREAT : 0), 0666, e) < 0)
		return -1;
	l->path = xstrdup(path);
	l->lock_path = xprintf("%s.lock", path);
	return 0;
}

void
oplog_close(struct oplog *l)
{
	if (l->path == NULL)
		return;
	oplog_unlock(l);
	l->os->close(l->fd);
	free(l->path);
	free(l->lock_path);
	free(l->held);
	memset(l, 0, sizeof(*l));
}

/* --- the lock -------------------------------------------------------------- */

/* What our FILE.lock holds.  A process of the same start of the same system
 * that wrote it held the kernel's lock, too. */
static void
name_owner(char *out, size_t room)
{
	char boot[64];

	machine_boot(boot, sizeof(boot));
	snprintf(out, room, "mlv %s\n", boot);
}

static bool
is_own_remnant(const struct oplog *l)
{
	char owner[96], text[96];

	name_owner(owner, sizeof(owner));
	/* file_read_small drops the newline */
	return file_read_small(text, sizeof(text), l->lock_path) &&
	    strncmp(owner, text, strlen(owner) - 1) == 0 && strlen(owner) > 6;
}

/* Under another name first: of two that break it one fails. */
static void
break_lock(const struct oplog *l)
{
	char *aside = xprintf("%s.%ld.rename", l->lock_path, (long)getpid());

	if (l->os->rename(l->lock_path, aside) == 0)
		(void)l->os->unlink(aside);
	free(aside);
}

/* 0, ERR_EXISTS when somebody has it. */
static int
make_lock_file(const struct oplog *l, struct err *e)
{
	struct err ignored;
	char owner[96];
	int fd = l->os->open(l->lock_path, O_WRONLY | O_CREAT | O_EXCL |
	    O_NOFOLLOW | O_CLOEXEC, 0666);

	if (fd < 0)
		return err_sys(e, "cannot create '%s'", l->lock_path);
	name_owner(owner, sizeof(owner));
	/* without its words it is a lock all the same */
	(void)file_write_fd(l->os, fd, owner, strlen(owner), l->lock_path, &ignored);
	(void)l->os->close(fd);
	return 0;
}

static int
take_lock_file(struct oplog *l, bool queued, struct err *e)
{
	int64_t begin = clock_mono_us(), since = begin, pause_us = 200;
	struct timespec seen = { 0, 0 };
	struct stat st;

	while (make_lock_file(l, e) < 0) {
		int64_t now = clock_mono_us();

		if (e->code != ERR_EXISTS)
			return -1;
		if (queued && is_own_remnant(l)) {
			break_lock(l);
			continue;
		}
		if (stat(l->lock_path, &st) == 0 && (st.st_mtim.tv_sec != seen.tv_sec ||
		    st.st_mtim.tv_nsec != seen.tv_nsec)) {
			seen = st.st_mtim;
			since = now;
		}
		if (now - since > GRACE_US) {
			break_lock(l);
			since = now;
			continue;
		}
		if (now - begin > (int64_t)WAIT_MS * 1000)
			return err_set(e, ERR_BUSY, "another process holds "
			    "'%s'", l->lock_path);
		nanosleep(&(struct timespec){ 0, pause_us * 1000 }, NULL);
		if (pause_us < 20000)
			pause_us *= 2;
	}
	return 0;
}

/* --- a torn last line ------------------------------------------------------ */

/* Where the last whole line ends, in a file of `size` bytes. */
static int
find_whole_end(const struct oplog *l, uint64_t size, uint64_t *end,
    struct err *e)
{
	char bytes[TAIL];

	for (*end = size; *end > 0;) {
		size_t n = *end < TAIL ? (size_t)*end : TAIL;
		ssize_t got = pread(l->fd, bytes, n, (off_t)(*end - n));

		if (got != (ssize_t)n)
			return err_sys(e, "cannot read '%s'", l->path);
		while (n > 0 && bytes[n - 1] != '\n') {
			n--;
			(*end)--;
		}
		if (n > 0)
			return 0;
	}
	return 0;
}

static int
read_bytes(struct buf *out, const struct oplog *l, uint64_t from, uint64_t n,
    struct err *e)
{
	char *to = buf_reserve(out, (size_t)n);

	while (to && n > 0) {
		ssize_t got = pread(l->fd, to, (size_t)n, (off_t)from);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_sys(e, "cannot read '%s'", l->path);
		if (got == 0)
			break;		/* it got shorter: what is left */
		buf_grew(out, (size_t)got);
		to += got;
		from += (uint64_t)got;
		n -= (uint64_t)got;
	}
	return buf_check(out, e);
}

/* A last line that lacks only its newline was typed or copied: kept. */
static bool
is_whole_json(const struct oplog *l, uint64_t from, uint64_t size)
{
	struct arena a = { NULL, 0 };
	struct err ignored;
	struct json *j;
	struct buf b;
	bool whole;

	buf_init(&b, BUF_CAP_DOC);
	whole = read_bytes(&b, l, from, size - from, &ignored) == 0 &&
	    json_parse(&j, &a, b.data, b.len, JSON_NAN, &ignored) == 0 &&
	    j->type == JSON_MAP;
	buf_free(&b);
	arena_free(&a);
	return whole;
}

/* Does it begin as a journal does, as far as it goes?  What is left of a first
 * line must, or it is a file of another program. */
static bool
is_journal(const struct oplog *l)
{
	static const char begin[] = "{\"op_code\":";
	char bytes[sizeof(begin) - 1];
	ssize_t n = pread(l->fd, bytes, sizeof(bytes), 0);

	return n >= 0 && memcmp(bytes, begin, (size_t)n) == 0;
}

static int
heal_end(struct oplog *l, struct err *e)
{
	uint64_t size, end;

	if (oplog_size(&size, l, e) < 0 || find_whole_end(l, size, &end, e) < 0)
		return -1;
	if (end == size)
		return 0;
	if (end == 0 && !is_journal(l))
		return err_set(e, ERR_FORMAT, "'%s': line 1: not an operation "
		    "of an Optuna journal", l->path);
	if (is_whole_json(l, end, size))
		return file_write_fd(l->os, l->fd, "\n", 1, l->path, e);
	if (l->os->truncate(l->fd, (off_t)end) < 0)
		return err_sys(e, "cannot cut the torn last line of '%s'", l->path);
	log_warn(l->log, "'%s': the last line was torn by a kill or a full "
	    "disk; its %llu bytes are cut off", l->path,
	    (unsigned long long)(size - end));
	return 0;
}

int
oplog_lock(struct oplog *l, struct err *e)
{
	struct err mine = ERR_INIT;
	bool queued;

	queued = file_lock(l->fd, FILE_EXCLUSIVE, APPEND_BYTE, 1, WAIT_MS, &mine) == 0;
	if (!queued && mine.code == ERR_BUSY)
		return err_set(e, ERR_BUSY, "another process holds the lock "
		    "of '%s'", l->path);
	/* else the file system has no such locks: FILE.lock is enough */
	l->by_kernel = queued;
	if (take_lock_file(l, queued, e) < 0) {
		if (queued)
			(void)file_unlock(l->fd, APPEND_BYTE, 1, &mine);
		return -1;
	}
	l->locked = true;
	if (heal_end(l, e) == 0)
		return 0;
	oplog_unlock(l);
	return -1;
}

void
oplog_unlock(struct oplog *l)
{
	struct err ignored;

	if (!l->locked)
		return;
	(void)l->os->unlink(l->lock_path);
	(void)file_unlock(l->fd, APPEND_BYTE, 1, &ignored);
	l->locked = false;
}

/* --- reading and appending ------------------------------------------------- */

int
oplog_size(uint64_t *out, const struct oplog *l, struct err *e)
{
	struct stat st;

	if (fstat(l->fd, &st) < 0)
		return err_sys(e, "cannot read '%s'", l->path);
	if ((uint64_t)st.st_size > OPLOG_MAX)
		return err_set(e, ERR_TOOBIG, "'%s' is too large", l->path);
	*out = (uint64_t)st.st_size;
	return 0;
}

int
oplog_read(struct buf *out, const struct oplog *l, uint64_t from,
    uint64_t most, struct err *e)
{
	size_t begin = out->len;
	uint64_t size;

	if (oplog_size(&size, l, e) < 0)
		return -1;
	size = size > from ? size - from : 0;
	if (most && size > most)
		size = most;
	if (read_bytes(out, l, from, size, e) < 0)
		return -1;
	while (out->len > begin && out->data[out->len - 1] != '\n')
		out->len--;
	out->data[out->len] = '\0';
	return 0;
}

int
oplog_append(struct oplog *l, const struct buf *lines, bool sync,
    struct err *e)
{
	uint64_t size;

	if (!l->locked)
		BUG("a journal is appended to without its lock");
	if (buf_check(lines, e) < 0 || oplog_size(&size, l, e) < 0)
		return -1;
	if (file_write_fd(l->os, l->fd, lines->data, lines->len, l->path, e) < 0) {
		(void)l->os->truncate(l->fd, (off_t)size);
		return -1;
	}
	if (sync && l->os->fdatasync(l->fd) < 0) {
		err_sys(e, "cannot sync '%s'", l->path);
		e->code = ERR_UNPROVEN;
		return -1;
	}
	return 0;
}

/* --- trials that are worked on --------------------------------------------- */

int
oplog_hold(struct oplog *l, int64_t trial, struct err *e)
{
	int64_t *held;

	if (file_lock(l->fd, FILE_EXCLUSIVE, TRIAL_BYTE + trial, 1, 0, e) < 0)
		return -1;
	held = xresize(l->held, l->n_held + 1, sizeof(*held));
	l->held = held;
	held[l->n_held++] = trial;
	return 0;
}

void
oplog_drop(struct oplog *l, int64_t trial)
{
	struct err ignored;

	for (size_t i = 0; i < l->n_held; i++)
		if (l->held[i] == trial) {
			l->held[i] = l->held[--l->n_held];
			(void)file_unlock(l->fd, TRIAL_BYTE + trial, 1, &ignored);
			return;
		}
}

int
oplog_is_held(const struct oplog *l, int64_t trial, struct err *e)
{
	/* the kernel does not count our own */
	for (size_t i = 0; i < l->n_held; i++)
		if (l->held[i] == trial)
			return 1;
	return file_is_locked(l->fd, TRIAL_BYTE + trial, 1, e);
}
