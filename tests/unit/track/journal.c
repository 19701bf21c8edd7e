/* Runs begun, joined, sealed, killed, and failed at each system call. */
#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "catalog/put.h"
#include "codec/json_edit.h"
#include "store/fsck.h"
#include "track/find.h"
#include "track/journal.h"
#include "../tap.h"

static char top[64];

static int
first_run(void *ctx, const struct run *r, struct err *e)
{
	enum run_status *s = ctx;

	(void)e;
	if (*s == (enum run_status)-1)
		*s = r->status;
	return 0;
}

/* Of a run sealed by another rule of what is the newest point. */
static void
test_sealed_summary(struct catalog *c, const char *id, const struct oid *sealed)
{
	struct arena a = { NULL, 0 };
	struct err e = ERR_INIT;
	struct catalog_put put;
	const struct json *m;
	struct json *other;
	struct run r;

	ok(catalog_manifest(&m, &a, c, sealed, &e) == 0, "its manifest is read");
	other = json_copy(&a, m);
	json_set(&a, other, "metrics", json_new(&a, JSON_MAP));
	json_add_num(&a, (struct json *)(uintptr_t)json_get(other, "metrics"), "auc", 0.25);
	ok(catalog_put_manifest(&put, c, NAME_RUN, id, other, NULL, &e) == 0, "it gets another");
	ok(run_read(&r, c, id, &e) == 0 && r.metric[0].n == 3, "and is read in full");
	ok(r.metric[0].summary == 0.25, "what was sealed counts, as it does in lists");
	ok(r.metric[0].value[2] == 0.75, "its points are as they were");
	run_free(&r);
	arena_free(&a);
}

static void
test_runs(struct catalog *c)
{
	const char *const command[] = { "true", "x y", NULL };
	struct journal_start start = { .verb = "run", .command = command,
	    .name = "first" };
	enum run_status newest = (enum run_status)-1;
	struct arena a = { NULL, 0 };
	struct err e = ERR_INIT;
	struct catalog_put put;
	struct journal *j, *other;
	struct json *v = json_new(&a, JSON_MAP);
	struct run r;
	char id[64];
	pid_t pid;

	json_add_num(&a, v, "x", 0.1);
	ok(journal_begin(&j, c, &start, &e) == 0, "a run begins");
	snprintf(id, sizeof(id), "%s", journal_id(j));
	ok(journal_param(j, "lr", json_get(v, "x"), &e) == 0, "a parameter");
	ok(journal_join(&other, c, id, &e) == 0, "another process joins");
	ok(journal_metric(other, "auc", 1, 0.5, &e) == 0 &&
	    journal_metric(j, "auc", 2, NAN, &e) == 0 &&
	    journal_metric(other, "auc", 3, 0.75, &e) == 0, "metrics");
	journal_close(other);
	ok(run_read(&r, c, id, &e) == 0 && r.status == RUN_RUNNING &&
	    r.n_metrics == 1 && r.metric[0].n == 3 &&
	    isnan(r.metric[0].value[1]) && r.metric[0].value[2] == 0.75,
	    "read while it lives");
	run_free(&r);
	ok(journal_seal(&put, j, RUN_FINISHED, 0, &e) == 0, "it is sealed");
	ok(run_read(&r, c, "first", &e) == 0 &&
	    r.status == RUN_FINISHED && r.metric[0].n == 3 &&
	    json_num(r.params, "lr", 0) == 0.1 && r.command->n == 2 &&
	    strcmp(r.id, id) == 0, "and read by its name");
	ok(r.metric[0].summary == 0.75, "its newest point is that of the highest step");
	run_free(&r);
	test_sealed_summary(c, id, &put.id);
	ok(journal_join(&other, c, id, &e) < 0 && e.code == ERR_NO,
	    "nobody joins a run that has ended");

	fflush(stdout);
	if ((pid = fork()) == 0) {	/* killed while it lives */
		if (journal_begin(&j, c, &start, &e) < 0)
			_exit(1);
		journal_metric(j, "loss", 0, 1, &e);
		raise(9);
	}
	waitpid(pid, NULL, 0);
	ok(run_each(c, first_run, &newest, &e) == 0, "runs are listed");
	is_text(run_status_text(newest), "killed", "a killed one reads as killed");
	arena_free(&a);
}

/* --- the Nth call fails: what a run looks like then ------------------------ */

/* Mutable on purpose: the table has no context, the test is one thread. */
static long calls, fail_at;

static bool
strike(void)
{
	if (++calls != fail_at)
		return false;
	errno = ENOSPC;
	return true;
}

static int
f_open(const char *p, int flags, mode_t m)
{
	return strike() ? -1 : os_real()->open(p, flags, m);
}
static ssize_t
f_write(int fd, const void *p, size_t n)
{
	return strike() ? -1 : write(fd, p, n > 40 ? 40 : n);
}
static int
f_fsync(int fd)
{
	return strike() ? -1 : fsync(fd);
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
f_unlink(const char *p)
{
	return strike() ? -1 : unlink(p);
}

/* A run through the failing table.  False when it or the repository is not
 * what the calls said. */
static bool
run_with_faults(const char *word)
{
	struct os os = *os_real();
	struct journal_start start = { .verb = "fit", .name = word };
	struct repo_opts o = { .os = &os };
	struct fsck_report report;
	struct err e = ERR_INIT, mine = ERR_INIT;
	struct catalog_put put;
	struct catalog *c;
	struct journal *j;
	bool begun, sealed = false, good;
	struct run r;

	os.open = f_open;
	os.write = f_write;
	os.fsync = os.fdatasync = f_fsync;
	os.rename = f_rename;
	os.link = f_link;
	os.linkfd = f_linkfd;
	os.unlink = f_unlink;
	calls = 0;
	if (catalog_open_repository(&c, NULL, &o, &e) < 0)
		return false;
	begun = journal_begin(&j, c, &start, &e) == 0;
	if (begun) {
		(void)journal_metric(j, "auc", 0, 0.5, &e);
		sealed = journal_seal(&put, j, RUN_FINISHED, 0, &e) == 0 ||
		    e.code == ERR_UNPROVEN;
	}
	catalog_close(c);
	fail_at = 0;
	if (catalog_open_repository(&c, NULL, NULL, &e) < 0)
		return false;
	good = run_read(&r, c, word, &mine) == 0;
	if (good)
		/* not sealed: dead, or told that it failed */
		good = sealed ? r.status == RUN_FINISHED :
		    r.status == RUN_KILLED || r.status == RUN_FAILED;
	else
		good = !begun && mine.code == ERR_NOENT;
	run_free(&r);
	if (fsck_repo(&report, catalog_repo(c), &(struct fsck_request){
	    .level = FSCK_STRONG }, &e) < 0 || report.errors)
		good = false;
	catalog_close(c);
	return good;
}

static void
test_run_faults(void)
{
	size_t wrong = 0;
	char word[32];
	long at;

	for (at = 1; at < 300; at++) {
		fail_at = at;
		snprintf(word, sizeof(word), "faulty%ld", at);
		if (!run_with_faults(word)) {
			printf("# call %ld\n", at);
			wrong++;
		}
		if (calls < at)
			break;
	}
	ok(at > 20 && at < 300, "%ld calls of a run were failed in turn", at);
	is_int(wrong, 0, "a run is never what it did not come to");
}

int
main(void)
{
	struct err e = ERR_INIT;
	struct catalog *c;
	char cmd[128];
	bool made;

	snprintf(top, sizeof(top), "/tmp/mlv-track.XXXXXX");
	if (mkdtemp(top) == NULL || chdir(top) < 0)
		return 1;
	ok(repo_init(&made, top, &(struct repo_opts){ 0 }, &e) == 0, "a repository is made");
	ok(catalog_open(&c, NULL, NULL, &e) == 0 && catalog_repo(c), "and opened");
	test_runs(c);
	test_run_faults();
	catalog_close(c);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", top);
	if (chdir("/") < 0 || system(cmd) != 0)
		ok(0, "clean up");
	return tap_done();
}
