/* Segments packed when they end, read on from a place, tidied, and killed at
 * any moment. */
#define _DEFAULT_SOURCE	/* usleep */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/path.h"
#include "reqlog/entry.h"
#include "reqlog/segment.h"
#include "../tap.h"

#define WIDE 1500			/* bytes of a row, about */
#define ROUNDS 30
#define ROUND 1000			/* rows of a round, at most */

static char top[64];

/* A row that says a number, and is long. */
static void
add_row(struct reqlog *l, int i)
{
	static char pad[WIDE];
	struct reqlog_request q = { .model = "m", .version = "1",
	    .time_us = clock_wall_us() };
	struct buf in, out, line;

	memset(pad, 'a' + i % 26, sizeof(pad) - 1);
	buf_init(&in, BUF_CAP_SMALL);
	buf_init(&out, BUF_CAP_SMALL);
	buf_init(&line, BUF_CAP_SMALL);
	buf_addf(&in, "{\"i\":%d,\"pad\":\"%s\"}", i, pad);
	buf_adds(&out, "{\"y\":0.5}");
	reqlog_line(&line, &q, &in, &out);
	reqlog_add(l, &line, 1);
	buf_free(&in);
	buf_free(&out);
	buf_free(&line);
}

static int
count_files(const char *folder, const char *end)
{
	DIR *d = opendir(folder);
	struct dirent *f;
	int n = 0;

	while (d && (f = readdir(d)) != NULL) {
		size_t len = strlen(f->d_name), m = strlen(end);

		n += len > m && strcmp(f->d_name + len - m, end) == 0;
	}
	if (d)
		closedir(d);
	return n;
}

/* Which numbers are there, each as often as it is; how many rows. */
static uint64_t
read_numbers(int *seen, int most, const char *folder)
{
	struct reqlog_filter f = { 0 };
	struct err e = ERR_INIT;
	uint64_t rows = 0, skipped;
	struct buf out;

	memset(seen, 0, sizeof(*seen) * (size_t)most);
	buf_init(&out, BUF_CAP_DOC);
	if (reqlog_read(&out, &rows, &skipped, folder, &f, &e) < 0)
		ok(0, "%s", e.msg);
	for (char *s = out.data; s && (s = strstr(s, "\"i\":")) != NULL; s++) {
		int i = atoi(s + 4);

		if (i >= 0 && i < most)
			seen[i]++;
	}
	buf_free(&out);
	return rows;
}

static int
count_entry(void *ctx, const struct reqlog_entry *entry, struct err *e)
{
	(void)entry;
	(void)e;
	++*(int *)ctx;
	return 0;
}

static void
test_packing(void)
{
	struct reqlog_opts o = { .segment_bytes = 100000, .flush_ms = 5 };
	struct reqlog_places *places = reqlog_places_new();
	struct reqlog_filter all = { 0 };
	char *folder = path_join(top, "packed");
	struct err e = ERR_INIT;
	int seen[300], once = 0, counted = 0, got;
	struct reqlog *l;

	ok(reqlog_open(&l, folder, &o, &e) == 0, "a log");
	for (int i = 0; i < 300; i++) {
		add_row(l, i);
		if (i % 10 == 0)
			reqlog_flush(l);
		if (i % 50 == 0 && (got = reqlog_more_entries(places, folder,
		    NULL, &all, count_entry, &counted, &e)) < 0)
			ok(0, "%s", e.msg);
	}
	reqlog_close(l);
	ok(count_files(folder, ".jsonl.zst") >= 3, "large segments are packed");
	ok(count_files(folder, ".jsonl") <= 1, "the last is not");
	is_int((int64_t)read_numbers(seen, 300, folder), 300, "all rows");
	for (int i = 0; i < 300; i++)
		once += seen[i] == 1;
	is_int(once, 300, "each once");
	ok(reqlog_more_entries(places, folder, NULL, &all, count_entry,
	    &counted, &e) == 0, "who read them as they grew goes on");
	is_int(counted, 300, "and missed none, had none twice");
	reqlog_places_free(places);
	free(folder);
}

/* A byte of a packed segment is another: its name says so. */
static void
test_damage(void)
{
	char *folder = path_join(top, "packed"), **segment;
	struct err e = ERR_INIT;
	struct file_map m;
	size_t n;
	int fd;

	ok(reqlog_segments(&segment, &n, folder, &e) == 0 && n > 0 &&
	    reqlog_is_packed(segment[0]), "a packed segment");
	fd = open(segment[0], O_RDWR);
	ok(pwrite(fd, "x", 1, 60) == 1, "is damaged");
	close(fd);
	ok(reqlog_segment_map(&m, segment[0], &e) < 0 &&
	    e.code == ERR_CORRUPT, "and refused");
	reqlog_segments_free(segment, n);
	free(folder);
}

static void
test_keeping(void)
{
	struct reqlog_opts o = { .segment_bytes = 100000, .flush_ms = 5,
	    .keep_bytes = 20000 };
	char *folder = path_join(top, "kept");
	struct err e = ERR_INIT;
	int seen[600];
	struct reqlog *l;

	ok(reqlog_open(&l, folder, &o, &e) == 0, "a log that keeps little");
	for (int i = 0; i < 600; i++) {
		add_row(l, i);
		if (i % 50 == 0)
			reqlog_flush(l);
		if (i % 100 == 0)
			usleep(20000);
	}
	reqlog_close(l);
	(void)read_numbers(seen, 600, folder);
	ok(seen[599] == 1, "the newest rows are there");
	free(folder);
}

/* A child writes rows from `first` on and tells each that is written, until
 * it is killed; they are marked. */
static void
write_until_killed(bool *told, int first, const char *folder, int us)
{
	struct reqlog_opts o = { .segment_bytes = 90000, .flush_ms = 1000 };
	int ends[2], i;
	pid_t pid;

	if (pipe(ends) < 0)
		return;
	pid = fork();
	if (pid == 0) {
		struct err e = ERR_INIT;
		struct reqlog *l;

		if (reqlog_open(&l, folder, &o, &e) < 0)
			_exit(1);
		for (i = first; i < first + ROUND; i++) {
			add_row(l, i);
			reqlog_flush(l);
			if (write(ends[1], &i, sizeof(i)) < 0)
				_exit(1);
		}
		_exit(0);
	}
	close(ends[1]);
	usleep((unsigned)us);
	kill(pid, SIGKILL);
	while (read(ends[0], &i, sizeof(i)) == sizeof(i))
		told[i] = true;
	close(ends[0]);
	waitpid(pid, NULL, 0);
}

/* Whatever was being written, packed or removed. */
static void
test_kill(void)
{
	static bool told[ROUND * ROUNDS];
	static int seen[ROUND * ROUNDS];
	char *folder = path_join(top, "killed");
	int lost = 0, twice = 0, all = 0;

	for (int i = 0; i < ROUNDS; i++)
		write_until_killed(told, i * ROUND, folder, 4000 + i * 700);
	(void)read_numbers(seen, ROUND * ROUNDS, folder);
	for (int i = 0; i < ROUND * ROUNDS; i++) {
		all += told[i];
		lost += told[i] && seen[i] == 0;
		twice += seen[i] > 1;
	}
	is_int(lost, 0, "no row that was written is lost by a kill");
	is_int(twice, 0, "none is there twice");
	ok(all > 1000, "of many");
	ok(count_files(folder, ".jsonl.zst") > 3, "some were packed");
	free(folder);
}

int
main(void)
{
	char cmd[128];

	snprintf(top, sizeof(top), "/tmp/mlv-pack.XXXXXX");
	if (mkdtemp(top) == NULL)
		return 1;
	test_packing();
	test_damage();
	test_keeping();
	test_kill();
	snprintf(cmd, sizeof(cmd), "rm -rf %s", top);
	if (system(cmd) != 0)
		ok(0, "clean up");
	return tap_done();
}
