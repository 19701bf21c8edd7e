/* An object and a ref written while each system call fails in turn. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/ref.h"
#include "fixture.h"

/* Mutable on purpose: the table has no context, the test is one thread. */
static long calls, fail_at, fail_errno;
static bool short_writes, fail_always, no_tmpfile;

static bool
strike(void)
{
	calls++;
	if (calls != fail_at && !(fail_always && fail_at && calls > fail_at))
		return false;
	errno = (int)fail_errno;
	return true;
}

static int
f_open(const char *p, int flags, mode_t m)
{
	if (no_tmpfile && (flags & O_TMPFILE) == O_TMPFILE) {
		errno = EOPNOTSUPP;
		return -1;
	}
	return strike() ? -1 : os_real()->open(p, flags, m);
}
static ssize_t
f_write(int fd, const void *p, size_t n)
{
	if (strike())
		return -1;
	if (short_writes && n > 1)
		n = n / 2;
	return write(fd, p, n);
}
static int
f_fsync(int fd)
{
	return strike() ? -1 : fsync(fd);
}
static int
f_fdatasync(int fd)
{
	return strike() ? -1 : fdatasync(fd);
}
static int
f_close(int fd)
{
	int r = close(fd);

	return strike() ? -1 : r;
}
static int
f_rename(const char *a, const char *b)
{
	return strike() ? -1 : rename(a, b);
}
static int
f_link(const char *a, const char *b)
{
	return strike() ? -1 : link(a, b);
}
static int
f_linkfd(int fd, const char *b)
{
	return strike() ? -1 : os_real()->linkfd(fd, b);
}
static int
f_fallocate(int fd, off_t n)
{
	return strike() ? -1 : os_real()->fallocate(fd, n);
}
static int
f_unlink(const char *p)
{
	return strike() ? -1 : unlink(p);
}
static int
f_mkdir(const char *p, mode_t m)
{
	return strike() ? -1 : mkdir(p, m);
}
static int
f_truncate(int fd, off_t n)
{
	return strike() ? -1 : ftruncate(fd, n);
}

static struct os faulty = {
	.open = f_open, .read = read, .write = f_write, .fsync = f_fsync,
	.close = f_close, .rename = f_rename, .link = f_link,
	.linkfd = f_linkfd, .fallocate = f_fallocate, .fdatasync = f_fdatasync,
	.unlink = f_unlink, .mkdir = f_mkdir, .truncate = f_truncate,
};

/* One version and one alias move through the faulty table.  1: both said
 * done, 0: one failed, -1: one of them lied. */
static int
one_round(int round, struct err *e)
{
	struct repo *s = open_repo(&faulty), *look;
	struct oid id = { { 0 } };
	uint32_t number = 0, was;
	struct ref r = { NULL, 0 };
	struct err why = ERR_INIT;
	bool added, claimed = false, there;
	char text[64];
	int n, verdict = 0;

	calls = 0;
	n = snprintf(text, sizeof(text), "{\"links\":[],\"n\":%d}", round);
	if (odb_put(&id, repo_odb(s), text, (size_t)n, e) == 0 && ref_add(&number,
	    &added, s, "model/f", &id, REF_ANY, NULL, e) == 0)
		claimed = true;
	look = open_repo(NULL);
	there = ref_read(&r, look, "model/f", &why) == 0 &&
	    ref_with_id(&r, &id) != NULL;
	ref_free(&r);
	/* said done: it is there.  There although it failed: it said so */
	if (claimed != there && !(there && e->code == ERR_UNPROVEN))
		verdict = -1;
	if (claimed && ref_move(&was, s, &(struct ref_move){
	    .alias = "model/f@x", .number = number, .expect = REF_ANY },
	    e) == 0 && verdict == 0)
		verdict = 1;
	if (errors_in(look, FSCK_STRONG) != 0)
		verdict = -1;
	repo_close(s);
	repo_close(look);
	return verdict;
}

static void
test_faults(const char *what, int error, bool always)
{
	static int round;
	int lies = 0, r;
	long most = 0;

	for (fail_at = 1; fail_at < 200; fail_at++) {
		struct err e = ERR_INIT;

		fail_errno = error;
		fail_always = always;
		r = one_round(round++, &e);
		if (r < 0) {
			lies++;
			printf("# call %ld: %s\n", fail_at, e.msg);
		}
		most = calls;
		if (calls < fail_at)
			break;
	}
	fail_at = 0;
	fail_always = false;
	ok(most > 10 && fail_at < 200, "%s: %ld calls were failed in turn",
	    what, most);
	is_int(lies, 0, "%s: never half, never a lie", what);
}

int
main(void)
{
	struct repo *s = begin_repo();
	test_faults("EIO once", EIO, false);
	test_faults("ENOSPC from then on", ENOSPC, true);
	short_writes = true;
	test_faults("EINTR with short writes", EINTR, false);
	short_writes = false;
	no_tmpfile = true;
	test_faults("EIO once, without O_TMPFILE", EIO, false);
	no_tmpfile = false;
	return end_repo(s);
}
