/* The request log written, read back, and its disk full. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/path.h"
#include "base/thread.h"
#include "reqlog/reqlog.h"
#include "../tap.h"

static char top[64];

/* One row from inputs and outputs as text. */
static void
add_row(struct reqlog *l, const struct reqlog_request *q, const char *inputs, const char *outputs)
{
	struct buf in, out, line;

	buf_init(&in, BUF_CAP_SMALL);
	buf_init(&out, BUF_CAP_SMALL);
	buf_init(&line, BUF_CAP_SMALL);
	buf_adds(&in, inputs);
	buf_adds(&out, outputs);
	reqlog_line(&line, q, &in, &out);
	reqlog_add(l, &line, 1);
	buf_free(&in);
	buf_free(&out);
	buf_free(&line);
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

		snprintf(in, sizeof(in), "{\"x\":%d,\"y\":\"a\"}", i);
		q.version = i < 50 ? "3" : "4";
		q.time_us = clock_wall_us();
		add_row(l, &q, in, "{\"y\":0.5}");
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
		add_row(ctx, &q, "{\"x\":1}", "{\"y\":2}");
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

int
main(void)
{
	char cmd[128];

	snprintf(top, sizeof(top), "/tmp/mlv-reqlog.XXXXXX");
	if (mkdtemp(top) == NULL)
		return 1;
	test_requests();
	test_busy_log();
	snprintf(cmd, sizeof(cmd), "rm -rf %s", top);
	if (system(cmd) != 0)
		ok(0, "clean up");
	return tap_done();
}
