/* Lines of a rollout, all at once and as they come. */
#define _POSIX_C_SOURCE 200809L
#include "reqlog/entry.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../tap.h"
#include "base/mem.h"

#define LINE(rollout, variant, place, rest) \
	"{\"time\":\"2026-01-02T03:04:05Z\",\"unit\":\"u\",\"version\":\"1\"," \
	"\"variant\":\"" variant "\",\"rollout\":\"" rollout "\"," \
	"\"share\":10,\"place\":\"" place "\",\"micros\":7," rest "}\n"
#define ROW "\"inputs\":{\"x\":1},\"outputs\":{\"y\":2}"

static char top[] = "/tmp/mlv-entry.XXXXXX";

static char *
in_top(const char *name)
{
	return xprintf("%s/%s", top, name);
}

static void
append(const char *name, const char *text, int flags)
{
	char *path = in_top(name);
	int fd = open(path, O_WRONLY | O_CREAT | flags, 0644);

	ok(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text),
	    "write %s", name);
	close(fd);
	free(path);
}

/* What was heard: a letter a line. */
static int
hear(void *ctx, const struct reqlog_entry *t, struct err *e)
{
	char *heard = ctx, c = t->status != 200 ? 'x' : t->answered ?
	    t->shadow ? 'b' : 'a' : t->rows > 1 ? 'm' : 'r';

	(void)e;
	heard[strlen(heard)] = c;
	return 0;
}

static void
test_kinds(void)
{
	static const struct reqlog_filter all = { 0 };
	char heard[64] = "";
	struct err e = ERR_INIT;

	append("1.jsonl", LINE("m/1", "stable", "00000000000000ff", ROW)
	    LINE("m/2", "stable", "00000000000000ff", ROW)
	    LINE("m/1", "canary", "zz000000000000ff", ROW)
	    LINE("m/1", "canary", "ff", ROW)
	    LINE("m/1", "canary", "0000000000000001", "\"status\":400")
	    LINE("m/1", "canary", "0000000000000001", "\"inputs\":{\"x\":"
	    "[1,2]},\"outputs\":{\"y\":[1,2]}")
	    LINE("m/1", "shadow", "0000000000000001", "\"answered\":{\"y\":1},"
	    "\"shadow\":{\"y\":2}")
	    LINE("m/1", "shadow", "0000000000000001", "\"answered\":{\"y\":1}")
	    LINE("m/1", "shadow", "0000000000000001", "\"answered\":{\"y\":"
	    "[1,2]},\"shadow\":{\"y\":[1]}")
	    "{\"rollout\":\"m/1\",\n{\"time\":\"2026\"}\n", O_TRUNC);
	ok(reqlog_each_entry(top, "m/1", &all, hear, heard, &e) == 0,
	    "the lines of a rollout");
	is_text(heard, "rxmba", "a row, a refusal, rows, both, one alone");
	memset(heard, 0, sizeof(heard));
	ok(reqlog_each_entry(top, NULL, &all, hear, heard, &e) == 0,
	    "all lines that hold rows");
	is_text(heard, "rrrrm", "of whatever rollout");
	ok(reqlog_each_entry("/nowhere", "m/1", &all, hear, heard, &e) < 0 &&
	    e.code == ERR_NOENT, "a folder that is not there");
}

static int
more(struct reqlog_places *p, char *heard, struct err *e)
{
	static const struct reqlog_filter all = { 0 };

	memset(heard, 0, 64);
	*e = (struct err)ERR_INIT;
	return reqlog_more_entries(p, top, "m/1", &all, hear, heard, e);
}

static void
test_more(void)
{
	static const char row[] = LINE("m/1", "stable", "00000000000000ff",
	    ROW);
	struct reqlog_places *p = reqlog_places_new();
	char heard[64], half[64], *path;
	struct err e;

	snprintf(half, sizeof(half), "%.50s", row);
	ok(more(p, heard, &e) == 0 && strcmp(heard, "rxmba") == 0, "at first "
	    "all");
	ok(more(p, heard, &e) == 0 && *heard == '\0', "then nothing");
	append("1.jsonl", row, O_APPEND);
	append("2.jsonl", row, 0);
	append("2.jsonl", half, O_APPEND);
	ok(more(p, heard, &e) == 0 && strcmp(heard, "rr") == 0, "what came, in "
	    "a new segment, too");
	append("2.jsonl", row + strlen(half), O_APPEND);
	ok(more(p, heard, &e) == 0 && strcmp(heard, "r") == 0, "half a line "
	    "when it is whole");
	append("1.jsonl", row, O_TRUNC);
	ok(more(p, heard, &e) < 0 && e.code == ERR_MOVED, "a segment that is "
	    "shorter: %s", e.msg);
	reqlog_places_free(p);
	p = reqlog_places_new();
	ok(more(p, heard, &e) == 0 && strcmp(heard, "rrr") == 0, "begun anew");
	path = in_top("1.jsonl");
	ok(unlink(path) == 0, "a segment is removed");
	ok(more(p, heard, &e) < 0 && e.code == ERR_MOVED, "which is told: %s",
	    e.msg);
	free(path);
	reqlog_places_free(p);
	path = in_top("2.jsonl");
	(void)unlink(path);
	free(path);
}

int
main(void)
{
	if (!ok(mkdtemp(top) != NULL, "a folder"))
		return tap_done();
	test_kinds();
	test_more();
	(void)rmdir(top);
	return tap_done();
}
