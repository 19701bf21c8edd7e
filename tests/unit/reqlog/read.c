/* Reading a segment of a request log: filters, names that clash, lines that
 * are none. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../tap.h"
#include "base/file.h"
#include "reqlog/reqlog.h"

static const char segment[] =
    "{\"time\":\"2026-01-02T03:04:05.000000Z\",\"id\":\"r1\",\"model\":\"m\",\"version\":\"3\","
    "\"variant\":\"stable\",\"inputs\":{\"x\":1,\"y\":\"a\"},\"outputs\":{\"y\":0.5}}\n"
    "no JSON\n"
    "{\"time\":\"2026-01-02T03:04:06.000000Z\",\"model\":\"m\",\"version\":\"4\","
    "\"variant\":\"canary\",\"inputs\":{\"x\":2},\"outputs\":{\"y\":0.25}}\n"
    "{\"time\":\"2026-01-02T03:04:07.000000Z\",\"inputs\":{\"x\":[1]},\"outputs\":{\"y\":1}}\n"
    "{\"time\":\"2026-01-02T03:04:08.000000Z\",\"inputs\":{\"x\":1},\"outp";

static const char lists[] =
    "{\"time\":\"2026-01-02T03:04:05.000000Z\",\"inputs\":{\"x\":[1,2],\"t\":[\"a\",null]},"
    "\"outputs\":{\"y\":[0.5,0.75]}}\n"
    "{\"inputs\":{\"x\":[1,2]},\"outputs\":{\"y\":[0.5]}}\n"
    "{\"inputs\":{\"x\":[]},\"outputs\":{\"y\":[]}}\n"
    "{\"inputs\":{\"x\":[1,[2]]},\"outputs\":{\"y\":[1,2]}}\n"
    "{\"inputs\":{\"x\":[1,2]},\"outputs\":{\"y\":1}}\n"
    "{\"inputs\":{},\"outputs\":{\"y\":[3]}}\n";

static void
reads(const struct reqlog_filter *f, int skipped, const char *want, const char *title)
{
	struct err e = ERR_INIT;
	uint64_t rows = 0, passed_over = 0;
	struct buf b;

	buf_init(&b, BUF_CAP_SMALL);
	ok(reqlog_read(&b, &rows, &passed_over, "a.jsonl", f, &e) == 0, "%s: %s", title, e.msg);
	is_text(b.data, want, "%s", title);
	is_int(passed_over, skipped, "lines that are none are counted");
	buf_free(&b);
}

/* Read already: as from a pipe. */
static void
bytes(void)
{
	const struct reqlog_filter f = { .version = "4" };
	struct err e = ERR_INIT;
	uint64_t rows, skipped;
	struct buf b;

	buf_init(&b, BUF_CAP_SMALL);
	ok(reqlog_is_bytes(segment, sizeof(segment) - 1), "bytes of a segment are known");
	ok(!reqlog_is_bytes("{\"x\":1}\n", 8) && !reqlog_is_bytes("", 0), "and others are not");
	ok(reqlog_read_bytes(&b, &rows, &skipped, segment, sizeof(segment) - 1, &f, &e) == 0,
	    "they are read");
	is_text(b.data, "{\"x\":2,\"y\":0.25}\n", "through a filter");
	ok(rows == 1 && skipped == 3, "and counted");
	buf_free(&b);
}

/* Segments whose names are far from the span are not opened: these are no
 * segments, so that opening one would be counted. */
static void
spans(void)
{
	static const char *const name[] = {
		"d/20260101T000000.000000Z-1.jsonl", "d/20260102T020000.000000Z-1.jsonl",
		"d/20260104T000000.000000Z-1.jsonl"
	};
	const struct reqlog_filter f = { .since_us = INT64_C(1767322800000000),
	    .until_us = INT64_C(1767326400000000) };	/* 2026-01-02, 3 to 4 o'clock */
	struct err e = ERR_INIT;
	uint64_t rows, skipped;
	struct buf b;

	mkdir("d", 0777);
	for (size_t i = 0; i < 3; i++)
		(void)file_replace(os_real(), name[i], "x\n", 2, 0666, &e);
	buf_init(&b, BUF_CAP_SMALL);
	ok(reqlog_read(&b, &rows, &skipped, "d", &f, &e) == 0 && skipped == 1,
	    "one of three segments is opened");
	buf_free(&b);
	for (size_t i = 0; i < 3; i++)
		unlink(name[i]);
	rmdir("d");
}

int
main(void)
{
	char folder[] = "/tmp/mlv-reqlog.XXXXXX";
	struct err e = ERR_INIT;

	if (mkdtemp(folder) == NULL || chdir(folder) < 0)
		return 1;
	ok(file_replace(os_real(), "a.jsonl", segment, sizeof(segment) - 1, 0666, &e) == 0,
	    "a segment");
	ok(reqlog_is("."), "a folder of segments is a request log");
	ok(reqlog_is("a.jsonl"), "so is a segment");
	ok(!reqlog_is("none"), "what is not there is none");
	reads(&(struct reqlog_filter){ 0 }, 3,
	    "{\"x\":1,\"y\":\"a\",\"output.y\":0.5}\n{\"x\":2,\"y\":0.25}\n",
	    "an output by the name of an input has a prefix");
	reads(&(struct reqlog_filter){ .version = "4" }, 3, "{\"x\":2,\"y\":0.25}\n",
	    "only one version");
	reads(&(struct reqlog_filter){ .variant = "stable", .model = "m" }, 3,
	    "{\"x\":1,\"y\":\"a\",\"output.y\":0.5}\n", "only one variant");
	reads(&(struct reqlog_filter){ .model = "n" }, 3, "", "no model of that name");
	reads(&(struct reqlog_filter){ .version = "4", .with_meta = 1 }, 3,
	    "{\"x\":2,\"y\":0.25,\"mlv.time\":\"2026-01-02T03:04:06.000000Z\",\"mlv.id\":null,"
	    "\"mlv.unit\":null,\"mlv.model\":\"m\",\"mlv.version\":\"4\",\"mlv.variant\":\"canary\"}\n",
	    "with what is known of the request");
	reads(&(struct reqlog_filter){ .since_us = INT64_C(1767323046000000) }, 3,
	    "{\"x\":2,\"y\":0.25}\n", "only what was answered from then on");
	reads(&(struct reqlog_filter){ .until_us = INT64_C(1767323046000000) }, 3,
	    "{\"x\":1,\"y\":\"a\",\"output.y\":0.5}\n", "only what was answered before");
	ok(file_replace(os_real(), "a.jsonl", lists, sizeof(lists) - 1, 0666, &e) == 0,
	    "a segment of requests with several rows");
	reads(&(struct reqlog_filter){ 0 }, 4,
	    "{\"x\":1,\"t\":\"a\",\"y\":0.5}\n{\"x\":2,\"t\":null,\"y\":0.75}\n{\"y\":3}\n",
	    "lists of one length are rows, others are none");
	bytes();
	spans();
	unlink("a.jsonl");
	rmdir(folder);
	return tap_done();
}
