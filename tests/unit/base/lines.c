/* Lines from a pipe: whole, half, last, too long, and from a descriptor that
 * cannot be read. */
#include <unistd.h>

#include "base/lines.h"
#include "../tap.h"

static int in, out;

static void
send_text(const char *s)
{
	ok(write(out, s, strlen(s)) == (ssize_t)strlen(s), "writes '%.10s'", s);
}

static void
is_line(struct lines *l, const char *want, bool whole)
{
	struct line line = { 0 };

	ok(lines_next(l, &line) && line.n == strlen(want) &&
	    memcmp(line.s, want, line.n) == 0 && line.whole == whole,
	    "a line is '%s'", want);
}

static void
no_line(struct lines *l, const char *why)
{
	struct line line;

	ok(!lines_next(l, &line), "there is no line: %s", why);
}

static void
open_pipe(void)
{
	int fd[2] = { -1, -1 };

	ok(pipe(fd) == 0, "a pipe");
	in = fd[0];
	out = fd[1];
}

static void
reads_lines_as_they_come(void)
{
	struct err e = ERR_INIT;
	struct lines l;

	open_pipe();
	lines_init(&l, in, "a pipe", 100);
	no_line(&l, "nothing was read");
	send_text("one\n\ntw");
	is_int(lines_wait(&l, &e), 1, "something has come");
	is_line(&l, "one", true);
	is_line(&l, "", true);
	no_line(&l, "half of it has come");
	send_text("o\r\nlast");
	is_int(lines_wait(&l, &e), 1, "the rest has come");
	is_line(&l, "two\r", true);
	no_line(&l, "the last one may go on");
	close(out);
	is_int(lines_wait(&l, &e), 0, "nothing comes any more");
	is_line(&l, "last", false);
	no_line(&l, "all were given");
	lines_release(&l);
	close(in);
}

static void
refuses_a_long_line(void)
{
	struct err e = ERR_INIT;
	struct lines l;

	open_pipe();
	lines_init(&l, in, "a pipe", 8);
	send_text("a\n123456\n12345678");
	is_int(lines_wait(&l, &e), 1, "as much as there is room for");
	is_line(&l, "a", true);
	is_int(lines_wait(&l, &e), 1, "and more");
	is_line(&l, "123456", true);
	is_int(lines_wait(&l, &e), 1, "and the rest");
	no_line(&l, "its newline has not come");
	is_int(lines_wait(&l, &e), -1, "eight bytes without a newline");
	is_int(e.code, ERR_TOOBIG, "are too long a line");
	is_text(e.msg, "a line is longer than 8 bytes", "which is said");
	lines_release(&l);
	close(in);
	close(out);
}

static void
names_what_cannot_be_read(void)
{
	struct err e = ERR_INIT;
	struct lines l;

	lines_init(&l, -1, "a pipe", 8);
	is_int(lines_wait(&l, &e), -1, "a closed descriptor");
	ok(strncmp(e.msg, "cannot read a pipe: ", 20) == 0, "is named");
	lines_release(&l);
}

int
main(void)
{
	reads_lines_as_they_come();
	refuses_a_long_line();
	names_what_cannot_be_read();
	return tap_done();
}
