/* lib/store: objects, refs, the audit chain, and every write path failing. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/rng.h"
#include "store/audit.h"
#include "store/fsck.h"
#include "store/odb.h"
#include "store/ref.h"
#include "store/repo.h"
#include "tap.h"

static char top[64];

static struct repo *
open_store(const struct os *os)
{
	struct repo_opts o = { .os = os };
	struct err e = ERR_INIT;
	struct repo *s = NULL;

	if (repo_open(&s, top, &o, &e) < 0)
		printf("# %s\n", e.msg);
	return s;
}

static uint64_t
errors_in(struct repo *s, enum fsck_level level)
{
	struct fsck_report report;
	struct err e = ERR_INIT;

	if (fsck_repo(&report, s, level, NULL, NULL, &e) < 0) {
		printf("# fsck: %s\n", e.msg);
		return 999;
	}
	return report.errors;
}

/* objects/ab/cdef... */
static char *
file_of(const struct oid *id)
{
	char hex[OID_HEX + 1];

	oid_hex(hex, id);
	return xprintf("%s/.mlv/objects/%.2s/%s", top, hex, hex + 2);
}

static void
test_objects(struct repo *s)
{
	size_t n = (3 << 20) + 12345;
	char *big = xalloc(n, 1), text[OID_TEXT];
	struct err e = ERR_INIT;
	struct oid id, again, found;
	struct rng rng;
	struct buf b;
	uint64_t size;

	ok(odb_put(&id, repo_odb(s), "abc", 3, &e) == 0, "a small object goes in");
	is_text(oid_print(text, &id), "sha256:ba7816bf8f01cfea414140de5dae2223"
	    "b00361a396177a9cb410ff61f20015ad", "its name is its SHA-256");
	buf_init(&b, BUF_CAP_DATA);
	ok(odb_get(&b, repo_odb(s), &id, &e) == 0 && b.len == 3 &&
	    memcmp(b.data, "abc", 3) == 0, "and comes out");
	ok(odb_expand(&found, repo_odb(s), "ba7816bf", &e) == 0 && oid_eq(&found, &id),
	    "eight digits name it");
	ok(odb_expand(&found, repo_odb(s), "ba7816b", &e) < 0 && e.code == ERR_USAGE,
	    "seven do not");
	ok(odb_put(&id, repo_odb(s), "", 0, &e) == 0, "an empty object");
	buf_clear(&b);
	ok(odb_get(&b, repo_odb(s), &id, &e) == 0 && b.len == 0, "comes out empty");

	rng_seed(&rng, 1, 0);
	for (size_t i = 0; i < n; i++)
		big[i] = (char)rng_below(&rng, 256);
	ok(odb_put(&id, repo_odb(s), big, n, &e) == 0, "3 MiB that do not shrink");
	buf_clear(&b);
	ok(odb_get(&b, repo_odb(s), &id, &e) == 0 && b.len == n &&
	    memcmp(b.data, big, n) == 0, "come out the same");
	for (size_t i = 0; i < n; i++)
		big[i] = (char)('a' + i / 7 % 26);
	{
		struct source from = source_memory(big, n, "big");

		ok(odb_put_source(&id, &size, repo_odb(s), &from, 0, &e) == 0 && size == n,
		    "3 MiB that do, as a stream");
		source_close(&from);
	}
	ok(odb_put(&again, repo_odb(s), big, n, &e) == 0 && oid_eq(&id, &again),
	    "the same bytes have the same name");
	buf_clear(&b);
	ok(odb_get(&b, repo_odb(s), &id, &e) == 0 && b.len == n &&
	    memcmp(b.data, big, n) == 0, "and come out the same");
	ok(odb_size(&size, repo_odb(s), &id, &e) == 0 && size == n, "its size is known");
	is_int(errors_in(s, FSCK_STRONG), 0, "the repository is whole");
	buf_free(&b);
	free(big);
}

/* Every byte of an object's file flipped, and every length cut. */
static void
test_damage(struct repo *s)
{
	static const char text[] = "some words, some words, some words, some "
	    "words, some words, some words, some words, some words";
	struct err e = ERR_INIT;
	struct buf whole, b;
	size_t unseen = 0, wrong = 0, uncut = 0;
	struct oid id;
	char *path;
	int fd;

	ok(odb_put(&id, repo_odb(s), text, sizeof(text), &e) == 0, "an object to damage");
	path = file_of(&id);
	buf_init(&whole, BUF_CAP_SMALL);
	buf_init(&b, BUF_CAP_SMALL);
	ok(file_read(&whole, path, &e) == 0, "its file is read");
	ok(whole.len < sizeof(text) + 24, "it is stored compressed");
	chmod(path, 0644);
	for (size_t i = 0; i < whole.len; i++) {
		char flipped = (char)(whole.data[i] ^ 0x10);

		fd = open(path, O_WRONLY);
		wrong += pwrite(fd, &flipped, 1, (off_t)i) != 1;
		close(fd);
		if (errors_in(s, FSCK_FULL) != 1)
			unseen++;
		buf_clear(&b);
		/* the trailer's own checksum is no part of the content */
		if (i < whole.len - 8 && odb_get(&b, repo_odb(s), &id, &e) == 0 &&
		    (b.len != sizeof(text) ||
		    memcmp(b.data, text, sizeof(text)) != 0))
			wrong++;
		fd = open(path, O_WRONLY);
		if (pwrite(fd, whole.data + i, 1, (off_t)i) != 1)
			wrong++;
		close(fd);
	}
	is_int(unseen, 0, "fsck names the object, whichever byte is flipped");
	is_int(wrong, 0, "and no read gives other bytes");
	for (size_t i = 0; i < whole.len; i++) {
		if (truncate(path, (off_t)(whole.len - 1 - i)) < 0)
			uncut++;
		if (errors_in(s, FSCK_QUICK) != 1 && errors_in(s, FSCK_FULL) != 1)
			uncut++;
		if (odb_get(&b, repo_odb(s), &id, &e) == 0)
			uncut++;
	}
	is_int(uncut, 0, "nor when it is cut at any length");
	ok(odb_put(&id, repo_odb(s), text, sizeof(text), &e) == 0, "adding it again");
	is_int(errors_in(s, FSCK_STRONG), 0, "heals it");
	buf_free(&whole);
	buf_free(&b);
	free(path);
}

static int
count_records(void *ctx, const struct audit_record *r, struct err *e)
{
	(void)e;
	if (r->confirmed)
		++*(int *)ctx;
	return 0;
}

static void
test_refs(struct repo *s)
{
	struct err e = ERR_INIT;
	struct oid a, b, head;
	uint32_t number, was;
	uint64_t stamp, records;
	struct ref r;
	bool added;
	int n = 0;

	odb_put(&a, repo_odb(s), "{\"links\":[]}", 12, &e);
	odb_put(&b, repo_odb(s), "{\"links\":[] }", 13, &e);
	ok(ref_add(&number, &added, s, "model/m", &a, 0, NULL, &e) == 0 &&
	    number == 1 && added, "version 1");
	ok(ref_add(&number, &added, s, "model/m", &a, REF_ANY, NULL, &e) == 0 &&
	    number == 1 && !added, "the same again is the same version");
	ok(ref_add(&number, &added, s, "model/m", &b, 1, "why", &e) == 0 &&
	    number == 2, "version 2");
	ok(ref_add(&number, &added, s, "model/m", &a, 1, NULL, &e) < 0 &&
	    e.code == ERR_MOVED, "one who expects version 1 loses");
	ok(ref_move(&was, s, &(struct ref_move){ .alias = "model/m@best",
	    .number = 1, .expect = 0 }, &e) == 0 &&
	    was == 0, "an alias is set");
	stamp = ref_stamp(s, "model/m@best");
	ok(ref_move(&was, s, &(struct ref_move){ .alias = "model/m@best",
	    .number = 2, .expect = 2 }, &e) < 0 &&
	    e.code == ERR_MOVED, "expecting another version loses");
	ok(ref_move(&was, s, &(struct ref_move){ .alias = "model/m@best",
	    .number = 2, .expect = 1 }, &e) == 0 &&
	    was == 1, "it moves");
	ok(ref_stamp(s, "model/m@best") != stamp, "and its stamp changes");
	ok(ref_move(&was, s, &(struct ref_move){ .alias = "model/m@best",
	    .number = 3, .expect = REF_ANY }, &e) < 0 &&
	    e.code == ERR_NOENT, "not to a version that is not there");
	ok(ref_move(&was, s, &(struct ref_move){ .alias = "model/m@best",
	    .number = 0, .expect = REF_ANY }, &e) == 0,
	    "it is dropped");
	ok(ref_read(&r, s, "model/m@best", &e) == 0 && r.n == 3 &&
	    ref_last(&r) == NULL, "and remembers where it was");
	ref_free(&r);
	ok(ref_read(&r, s, "model/none", &e) < 0 && e.code == ERR_NOENT,
	    "no such ref");
	ok(!ref_name_ok("model/../x") && !ref_name_ok("model/.x") &&
	    !ref_name_ok("Model/x") && !ref_name_ok("model/x@") &&
	    !ref_name_ok("model/x/y") && ref_name_ok("model/x.y-z_1@a1"),
	    "names are what they should be");
	ok(audit_each(s, &records, &head, count_records, &n, &e) == 0 &&
	    records == 5 && n == 5, "every move is in the audit log");
	is_int(errors_in(s, FSCK_STRONG), 0, "the repository is whole");
}

static void
test_busy(void)
{
	struct repo_opts o = { .wait_ms = 30 };
	char *path = xprintf("%s/.mlv/locks/refs", top);
	struct err e = ERR_INIT;
	struct repo *s;
	uint32_t was;
	int fd = open(path, O_RDWR);

	ok(file_lock(fd, FILE_EXCLUSIVE, 0, 0, 0, &e) == 0 &&
	    repo_open(&s, top, &o, &e) == 0, "somebody holds the lock");
	ok(ref_move(&was, s, &(struct ref_move){ .alias = "model/m@b",
	    .number = 1, .expect = REF_ANY }, &e) < 0 &&
	    e.code == ERR_BUSY, "who waited long enough is told to try again");
	close(fd);
	ok(ref_move(&was, s, &(struct ref_move){ .alias = "model/m@b",
	    .number = 1, .expect = REF_ANY }, &e) == 0 &&
	    ref_move(&was, s, &(struct ref_move){ .alias = "model/m@b",
	    .number = 0, .expect = REF_ANY }, &e) == 0,
	    "and may when it is free");
	repo_close(s);
	free(path);
}

/* Cut the audit log anywhere, change any byte: it shows. */
static void
test_audit(struct repo *s)
{
	char *path = xprintf("%s/.mlv/audit/log", top);
	struct err e = ERR_INIT;
	size_t unseen = 0, bad = 0;
	uint32_t number;
	struct buf log;
	struct oid id;
	bool added;
	int fd;

	buf_init(&log, BUF_CAP_SMALL);
	ok(file_read(&log, path, &e) == 0 && log.len > 100, "an audit log");
	for (size_t i = 0; i < log.len; i++) {
		char other = log.data[i] == '7' ? '8' : '7';

		fd = open(path, O_WRONLY);
		bad += pwrite(fd, &other, 1, (off_t)i) != 1;
		unseen += errors_in(s, FSCK_QUICK) == 0;
		bad += pwrite(fd, log.data + i, 1, (off_t)i) != 1;
		close(fd);
	}
	is_int(unseen, 0, "a changed byte shows, whichever it is");
	for (size_t i = 1; i < log.len; i++) {
		bad += truncate(path, (off_t)(log.len - i)) < 0;
		unseen += errors_in(s, FSCK_QUICK) == 0;
	}
	is_int(unseen, 0, "a cut tail shows, wherever it is cut");
	is_int(bad, 0, "(the test could do what it wanted)");
	ok(file_replace_own(os_real(), path, log.data, log.len, 0644, &e) == 0,
	    "the log is put back");
	is_int(errors_in(s, FSCK_QUICK), 0, "and is whole");

	fd = open(path, O_WRONLY | O_APPEND);
	ok(write(fd, "{\"seq\":6,\"pr", 12) == 12, "half a record, torn");
	close(fd);
	is_int(errors_in(s, FSCK_QUICK), 0, "is no error");
	odb_put(&id, repo_odb(s), "{\"links\":[1]}", 13, &e);
	odb_put(&id, repo_odb(s), "{\"links\":[]}\n", 13, &e);
	ok(ref_add(&number, &added, s, "data/d", &id, REF_ANY, NULL, &e) == 0,
	    "the next writer sets it aside");
	is_int(errors_in(s, FSCK_STRONG), 0, "and all is whole");
	buf_free(&log);
	free(path);
}

/* --- the Nth call fails ---------------------------------------------------- */

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
	struct repo *s = open_store(&faulty), *look;
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
	look = open_store(NULL);
	there = ref_read(&r, look, "model/f", &why) == 0 &&
	    ref_with_id(&r, &id) != NULL;
	ref_free(&r);
	/* said done: it is there.  There although it failed: it said so */
	if (claimed != there && !(there && e->code == ERR_UNPROVEN))
		verdict = -1;
	if (claimed && ref_move(&was, s, &(struct ref_move){ .alias = "model/f@x",
	    .number = number, .expect = REF_ANY }, e) == 0 && verdict == 0)
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
	struct err e = ERR_INIT;
	struct repo *s;
	char cmd[128];
	bool made;

	snprintf(top, sizeof(top), "/tmp/mlv-store.XXXXXX");
	if (mkdtemp(top) == NULL)
		return 1;
	ok(repo_open(&s, top, &(struct repo_opts){ 0 }, &e) < 0 &&
	    e.code == ERR_NOENT, "no repository");
	ok(repo_init(&made, top, &(struct repo_opts){ 0 }, &e) == 0 && made,
	    "init");
	ok(repo_init(&made, top, &(struct repo_opts){ 0 }, &e) == 0 && !made,
	    "init again");
	s = open_store(NULL);
	test_objects(s);
	test_damage(s);
	test_refs(s);
	test_audit(s);
	test_busy();
	test_faults("EIO once", EIO, false);
	test_faults("ENOSPC from then on", ENOSPC, true);
	short_writes = true;
	test_faults("EINTR with short writes", EINTR, false);
	short_writes = false;
	no_tmpfile = true;
	test_faults("EIO once, without O_TMPFILE", EIO, false);
	no_tmpfile = false;
	is_int(errors_in(s, FSCK_STRONG), 0, "the repository is whole");
	repo_close(s);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", top);
	if (system(cmd) != 0)
		ok(0, "clean up");
	return tap_done();
}
