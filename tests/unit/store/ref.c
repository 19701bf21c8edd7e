/* Versions, aliases, the lock on them and the audit log behind them. */
#include <fcntl.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "store/audit.h"
#include "store/ref.h"
#include "fixture.h"

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
	struct audit_summary sum;
	struct oid a, b;
	uint32_t number, was;
	uint64_t stamp;
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
	ok(audit_each(s, &sum, count_records, &n, &e) == 0 &&
	    sum.records == 5 && n == 5, "every move is in the audit log");
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

int
main(void)
{
	struct repo *s = begin_repo();
	test_refs(s);
	test_audit(s);
	test_busy();
	return end_repo(s);
}
