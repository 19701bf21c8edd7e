/* Rows as the bytes they are: whole or not, and as they stood. */
#include "read/records.h"

#include "../tap.h"

static void
shapes(void)
{
	static const char *const whole[] = { "a\n1\n2\n", "a\n1\n2",
	    "a\n\n1\n\"x\ny\"\n", "{\"a\":1}\n\n{\"a\":2}" };
	static const char *const broken[] = { "a\n1\n2,3\n", "a,b\n1\n2",
	    "a\n\"x", "a\n\"x\"y\n", "{\"a\":1}\n{\"a\":}", "{}\n[]",
	    "{} {}", "" };
	struct err e = ERR_INIT;

	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
		ok(records_check(whole[i], strlen(whole[i]), NULL, &e) == 0,
		    "whole rows");
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		ok(records_check(broken[i], strlen(broken[i]), NULL,
		    &e) != 0, "rows that are not whole");
	ok(records_check("a,b\n1\n2,3\n4,5,6", 16, NULL, &e) != 0 &&
	    strcmp(e.msg, "input: rows must have 2 cells, but line 2 has 1, "
	    "line 4 has 3") == 0, "told with their lines");
}

static void
as_they_stood(void)
{
	const char *text = "a,b\r\n\r\n1,\"x\r\ny\"\r\n 2 ,z";
	const char *names[] = { "b", "a" };
	struct err e = ERR_INIT;
	struct record rec;
	struct records *l;
	struct buf key;
	const char *s;
	size_t n;

	buf_init(&key, BUF_CAP_SMALL);
	if (!ok(records_open(&l, text, strlen(text), NULL, &e) == 0, "opened"))
		return;
	s = records_header(l, &n);
	ok(n == 5 && memcmp(s, "a,b\r\n", n) == 0, "the header line");
	is_text(records_line_end(l), "\r\n", "what ends a line");
	ok(records_next(l, &rec, &e) == 1, "the first row");
	is_int(rec.row, 1, "is number 1");
	is_int(rec.line, 3, "on line 3, behind a blank one");
	ok(rec.raw_n == 10 && memcmp(rec.raw, "1,\"x\r\ny\"\r\n", 10) == 0,
	    "with its line end");
	ok(records_next(l, &rec, &e) == 1 && rec.line == 5, "the second");
	ok(rec.raw_n == 5 && rec.raw + rec.raw_n == text + strlen(text),
	    "has none");
	ok(records_key(l, &key, names, 2, &e) == 0, "its key");
	is_text(key.data, "z\x1f" "2", "in the order asked for, spaces off");
	is_int(records_next(l, &rec, &e), 0, "no third");
	records_close(l);
	buf_free(&key);
}

int
main(void)
{
	shapes();
	as_they_stood();
	return tap_done();
}
