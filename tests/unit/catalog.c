/* lib/catalog: names, versions and pointers, journals, the request log. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/thread.h"
#include "catalog/bytes.h"
#include "catalog/catalog.h"
#include "catalog/dataset.h"
#include "catalog/lineage.h"
#include "catalog/resolve.h"
#include "store/odb.h"
#include "track/find.h"
#include "track/journal.h"
#include "reqlog/reqlog.h"
#include "store/fsck.h"
#include "tap.h"

static char top[64];

static void
test_names(void)
{
	static const char *const bad[] = {
		"", "data:", "data:Churn", "data:churn@", "data:churn@0",
		"data:churn@-1", "date:churn", "http://x", "data:../x",
		"data:churn@1:", "data:churn:/etc/passwd", "data:churn:../x",
		"sha256:abc", "sha256:ABCDEF0123", "data:.churn", "data:a..b",
		"data:churn@99999999999999999999", "model:x@Best", "data:a b",
	};
	struct err e = ERR_INIT;
	struct name n;
	size_t wrong = 0;
	char *s;

	ok(name_parse(&n, "data:churn@3", &e) == 0 && n.kind == NAME_DATA &&
	    n.version == 3 && n.alias == NULL, "data:churn@3");
	name_free(&n);
	ok(name_parse(&n, "model:churn@champion", &e) == 0 &&
	    n.kind == NAME_MODEL && n.version == 0 &&
	    strcmp(n.alias, "champion") == 0, "model:churn@champion");
	name_free(&n);
	ok(name_parse(&n, "run:20260102-030405-4f2a9c:out/m.onnx", &e) == 0 &&
	    n.kind == NAME_RUN && strcmp(n.path, "out/m.onnx") == 0,
	    "run:ID:PATH");
	name_free(&n);
	ok(name_parse(&n, "./data:churn", &e) == 0 && n.kind == NAME_PATH,
	    "./data:churn is a path");
	name_free(&n);
	ok(name_parse(&n, "C:/x", &e) == 0 && n.kind == NAME_PATH &&
	    (name_free(&n), name_parse(&n, "a1:b", &e)) == 0 &&
	    n.kind == NAME_PATH, "only lower-case letters make a kind");
	name_free(&n);
	ok(name_parse(&n, "-", &e) == 0 && n.kind == NAME_STDIO, "-");
	name_free(&n);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (name_parse(&n, bad[i], &e) == 0) {
			printf("# accepted: %s\n", bad[i]);
			wrong++;
			name_free(&n);
		}
	}
	is_int(wrong, 0, "names that are none are refused");
	ok(name_parse(&n, "modle:x", &e) < 0 && strstr(e.msg, "model:"),
	    "the kind that was meant is named");
	s = name_from_path("dir/My File (1).CSV");
	is_text(s, "my-file--1-", "a name made from a file's");
	free(s);
}

static void
write_text(const char *name, const char *text)
{
	struct err e = ERR_INIT;
	char *path = path_join(top, name);

	if (file_replace(os_real(), path, text, strlen(text), 0644, &e) < 0)
		printf("# %s\n", e.msg);
	free(path);
}

static int
count_links(void *ctx, int depth, const struct link *l, struct err *e)
{
	(void)e;
	(void)l;
	if (depth)
		++*(int *)ctx;
	return 0;
}

static void
test_versions(struct catalog *c)
{
	struct catalog_put v1, v2, put;
	struct catalog_dataset d = { .rows = 2 };
	struct err e = ERR_INIT;
	struct catalog_bytes b;
	struct catalog_item item;
	char *path = path_join(top, "churn.csv");
	struct link from;
	struct buf text;
	uint64_t size;
	int links = 0;

	write_text("churn.csv", "a,b\n1,2\n3,4\n");
	d.path = path;
	ok(catalog_put_dataset(&v1, c, &d, &e) == 0 && v1.added, "a dataset");
	is_text(v1.label, "data:churn@1", "named by its stem");
	ok(catalog_put_dataset(&put, c, &d, &e) == 0 && !put.added &&
	    put.version == 1, "again: the same version");
	buf_init(&text, BUF_CAP_SMALL);
	ok(file_read(&text, "churn.csv.mlv", &e) == 0 &&
	    strstr(text.data, "rows: 2"), "a pointer for git");
	buf_clear(&text);
	ok(file_read(&text, ".gitignore", &e) == 0 &&
	    strcmp(text.data, "/churn.csv\n") == 0, "and git ignores the file");
	buf_free(&text);
	write_text("churn.csv", "a,b\n1,2\n3,4\n5,6\n");
	d.rows = 3;
	ok(catalog_put_dataset(&v2, c, &d, &e) == 0 && v2.version == 2,
	    "version 2");
	ok(catalog_open_bytes(&b, c, "data:churn@1", &e) == 0 &&
	    b.n == 12 && memcmp(b.data, "a,b\n1,2\n3,4\n", 12) == 0,
	    "version 1 still opens");
	catalog_bytes_close(&b);
	ok(catalog_resolve(&item, c, "data:churn", &e) == 0 &&
	    item.version == 2, "no version: what the pointer says");
	catalog_item_free(&item);
	write_text("churn.csv", "a,b\n1,2\n3,4\n");
	ok(catalog_put_dataset(&put, c, &d, &e) == 0 && put.version == 3,
	    "rows said otherwise make another manifest");
	d.rows = 2;
	ok(catalog_put_dataset(&put, c, &d, &e) == 0 && put.version == 1 &&
	    !put.added, "content that comes back is the old version");
	ok(catalog_resolve(&item, c, "data:churn", &e) == 0 &&
	    item.version == 1, "and the pointer says so");
	catalog_item_free(&item);
	d.path = NULL;
	d.data = "x\n";
	d.n = 2;
	d.name = "derived";
	d.from = &(struct link){ "from", TYPE_DATASET, "", v1.id, 1 };
	d.n_from = 1;
	ok(catalog_put_dataset(&put, c, &d, &e) < 0 &&
	    strstr(e.msg, "bytes"), "a link that tells a wrong size is refused");
	odb_size(&size, catalog_odb(c), &v1.id, &e);
	from = (struct link){ "from", TYPE_DATASET, "", v1.id, size };
	d.from = &from;
	ok(catalog_put_dataset(&put, c, &d, &e) == 0, "derived data");
	ok(catalog_lineage(c, &put.id, count_links, &links, &e) == 0 &&
	    links == 3, "its lineage: bytes, parent, the parent's bytes");
	ok(catalog_resolve(&item, c, "data:chrun", &e) < 0 &&
	    strstr(e.msg, "data:churn"), "a wrong name: the near one is named");
	{
		struct fsck_report report;

		ok(fsck_repo(&report, catalog_repo(c), FSCK_STRONG, NULL,
		    NULL, &e) == 0 && report.errors == 0, "all is whole");
	}
	free(path);
}

static int
first_run(void *ctx, const struct run *r, struct err *e)
{
	enum run_status *s = ctx;

	(void)e;
	if (*s == (enum run_status)-1)
		*s = r->status;
	return 0;
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
	run_free(&r);
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

static void
test_requests(void)
{
	struct reqlog_opts o = { .segment_bytes = 2000, .flush_ms = 5 };
	struct reqlog_request q = { .model = "churn", .version = "3" };
	struct reqlog_filter f = { .version = "3" };
	char *folder = path_join(top, "requests");
	struct err e = ERR_INIT;
	uint64_t rows, skipped;
	struct reqlog *l;
	struct buf out;

	ok(reqlog_open(&l, folder, &o, &e) == 0, "a request log");
	for (int i = 0; i < 100; i++) {
		char in[64];
		int n = snprintf(in, sizeof(in), "{\"x\":%d,\"y\":\"a\"}", i);

		q.version = i < 50 ? "3" : "4";
		q.time_us = clock_wall_us();
		reqlog_row(l, &q, in, (size_t)n, "{\"y\":0.5}", 9);
		if (i % 20 == 0)
			reqlog_flush(l);
	}
	is_int(reqlog_rows(l), 100, "100 rows");
	reqlog_close(l);
	ok(reqlog_is(folder) && !reqlog_is(top), "a folder of it is known");
	buf_init(&out, BUF_CAP_SMALL);
	ok(reqlog_read(&out, &rows, &skipped, folder, &f, &e) == 0 &&
	    rows == 50 && skipped == 0, "those of one version come back");
	ok(strstr(out.data, "{\"x\":0,\"y\":\"a\",\"output.y\":0.5}\n") == out.data,
	    "as flat rows in order");
	buf_free(&out);
	free(folder);
}

/* --- many threads, and a disk that is full --------------------------------- */

#define ROWS_EACH 5000

static void
log_many(void *ctx)
{
	struct reqlog_request q = { .model = "m", .id = "r", .variant = "stable" };

	for (int i = 0; i < ROWS_EACH; i++)
		reqlog_row(ctx, &q, "{\"x\":1}", 7, "{\"y\":2}", 7);
}

static _Atomic bool full;

/* Half of it goes on the disk before that is full. */
static ssize_t
no_room(int fd, const void *p, size_t n)
{
	static _Atomic int calls_here;

	if (!full)
		return write(fd, p, n);
	if (calls_here++ % 2 == 0)
		return write(fd, p, n / 2 + 1);
	errno = ENOSPC;
	return -1;
}

static void
hear(void *ctx, const char *line)
{
	ok(strstr(line, "the request log") != NULL, "it is said: %s", line);
	++*(int *)ctx;
}

static int
files_in(const char *folder)
{
	DIR *d = opendir(folder);
	int n = 0;

	for (struct dirent *x; d && (x = readdir(d)) != NULL;)
		n += x->d_name[0] != '.';
	if (d)
		closedir(d);
	return n;
}

static char *
only_file_in(const char *folder)
{
	char *path = NULL;
	DIR *d = opendir(folder);

	for (struct dirent *x; d && (x = readdir(d)) != NULL;)
		if (x->d_name[0] != '.' && path == NULL)
			path = path_join(folder, x->d_name);
	if (d)
		closedir(d);
	return path ? path : path_join(folder, "none");
}

static void
test_busy_log(void)
{
	struct os os = *os_real();
	struct reqlog_opts o = { .segment_bytes = 100000, .flush_ms = 1 };
	struct reqlog_filter all = { 0 };
	int said = 0;
	const struct log log = { hear, &said };
	char *folder = path_join(top, "busy"), *segment;
	struct err e = ERR_INIT;
	uint64_t rows, skipped;
	struct thread t[4];
	struct reqlog *l;
	struct buf out;

	ok(reqlog_open(&l, folder, &o, &e) == 0, "a busy log");
	for (int i = 0; i < 4; i++)
		ok(thread_start(&t[i], log_many, l, &e) == 0, "a thread starts");
	for (int i = 0; i < 4; i++)
		thread_join(&t[i]);
	reqlog_close(l);
	buf_init(&out, BUF_CAP_DOC);
	ok(reqlog_read(&out, &rows, &skipped, folder, &all, &e) == 0 &&
	    rows == 4 * ROWS_EACH && skipped == 0, "four threads: every row");
	buf_free(&out);
	free(folder);

	folder = path_join(top, "full");
	os.write = no_room;
	o = (struct reqlog_opts){ .os = &os, .log = &log, .flush_ms = 60000 };
	ok(reqlog_open(&l, folder, &o, &e) == 0, "a log on a full disk");
	for (int i = 0; i < 6; i++) {	/* full, but for the first and last */
		full = i > 0 && i < 5;
		log_many(l);
		reqlog_flush(l);
	}
	is_int(reqlog_dropped(l), 4 * ROWS_EACH, "what is lost is counted");
	is_int(said, 2, "said once, and once when it was over");
	is_int(files_in(folder), 1, "in one file");
	buf_init(&out, BUF_CAP_DOC);
	ok(reqlog_read(&out, &rows, &skipped, folder, &all, &e) == 0 &&
	    rows == 2 * ROWS_EACH && skipped == 0, "without half a line");
	buf_free(&out);
	segment = only_file_in(folder);
	ok(reqlog_is(segment), "a segment alone is known, too");
	unlink(segment);
	log_many(l);
	reqlog_close(l);
	is_int(files_in(folder), 1, "one that was removed has a successor");
	free(segment);
	free(folder);
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
	if (fsck_repo(&report, catalog_repo(c), FSCK_STRONG, NULL, NULL,
	    &e) < 0 || report.errors)
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

	test_names();
	snprintf(top, sizeof(top), "/tmp/mlv-catalog.XXXXXX");
	if (mkdtemp(top) == NULL || chdir(top) < 0)
		return 1;
	ok(catalog_open(&c, NULL, NULL, &e) == 0 && catalog_repo(c) == NULL,
	    "no repository is no error");
	{
		struct catalog_bytes b;

		write_text("x.csv", "a\n1\n");
		ok(catalog_open_bytes(&b, c, "x.csv", &e) == 0 && b.n == 4,
		    "paths open all the same");
		catalog_bytes_close(&b);
		ok(catalog_open_bytes(&b, c, "data:x", &e) < 0 &&
		    strstr(e.msg, "mlv-data init"), "names say what is missing");
	}
	catalog_close(c);
	repo_init(&made, top, &(struct repo_opts){ 0 }, &e);
	ok(catalog_open(&c, NULL, NULL, &e) == 0 && catalog_repo(c), "one");
	test_versions(c);
	test_runs(c);
	test_requests();
	test_busy_log();
	test_run_faults();
	catalog_close(c);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", top);
	if (chdir("/") < 0 || system(cmd) != 0)
		ok(0, "clean up");
	return tap_done();
}
