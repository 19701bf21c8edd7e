/* CSV cut into records and cells: quotes, line ends, detection. */
#include "codec/csv.h"
#include "../tap.h"

static void
cells(const char *line, char delimiter, const char *want, const char *what)
{
	struct csv_form f = { delimiter, '\n', '"' };
	const char *p = line, *end = line + strlen(line);
	struct csv_cell c;
	struct buf out;

	buf_init(&out, BUF_CAP_SMALL);
	for (;;) {
		p = csv_cell(&f, p, end, &c);
		if (p == NULL) {
			buf_adds(&out, "broken");
			break;
		}
		buf_addc(&out, c.quoted ? '<' : '(');
		if (c.escaped)
			csv_unescape(&out, &c);
		else
			buf_add(&out, c.s, c.n);
		buf_addc(&out, c.quoted ? '>' : ')');
		if (*p++ == '\n')
			break;
	}
	is_text(out.data, want, "%s", what);
	buf_free(&out);
}

static void
record(const char *s, char eol, int want, const char *what)
{
	struct csv_form f = { ',', eol, '"' };
	const char *end = csv_record(&f, s, s + strlen(s));

	is_int(end == NULL ? -1 : end - s, want, "%s", what);
}

static void
detect(const char *s, char delimiter, char eol, const char *what)
{
	struct csv_form f = { .quote = '"' };

	csv_detect(&f, s, strlen(s));
	ok(f.delimiter == delimiter && f.eol == eol, "%s", what);
}

int
main(void)
{
	cells("a,b,c\n", ',', "(a)(b)(c)", "plain");
	cells("a,,\r\n", ',', "(a)()()", "empty cells, CRLF");
	cells("\n", ',', "()", "an empty line is one empty cell");
	cells("a,  b ,\tc\n", ',', "(a)(b)(c)", "spaces do not count");
	cells("a\t b\t\t\n", '\t', "(a)(b)()()", "a TAB that delimits does");
	cells("\"a,b\",\"c\nd\"\n", ',', "<a,b><c\nd>", "quoted");
	cells("\" a \", \"b\" ,c\n", ',', "< a ><b>(c)",
	    "spaces count inside quotes, not around them");
	cells("\"say \"\"hi\"\"\",\"\"\"\"\n", ',', "<say \"hi\"><\">",
	    "doubled quotes");
	cells("5\" pipe,b\n", ',', "(5\" pipe)(b)", "a quote inside a cell");
	cells("\"a\"b,c\n", ',', "broken", "text after the closing quote");
	cells("\"a,b\n", ',', "broken", "a quote never closed");
	cells("\"a\"", ',', "broken", "nothing after the quote");
	record("a,b\nc", '\n', 4, "a record ends after its line end");
	record("a,b", '\n', -1, "a cut line is no record");
	record("a,\"b\nc\"\nd", '\n', 8, "a quoted line end is not the end");
	record("a,\"b\nc", '\n', -1, "an open quote is no record");
	record("a,5\"\nb", '\n', 5, "a quote inside a cell opens nothing");
	record("a, \"x\ny\"\n", '\n', 9, "a quote after a space opens a cell");
	record("a\rb", '\r', 2, "old Mac line ends");
	detect("a,b\n1,2\n", ',', '\n', "comma");
	detect("a;b\n1,5;2,5\n1;2\n", ';', '\n', "semicolon, decimal commas");
	detect("a\tb\r\n1\t2\r\n", '\t', '\n', "TAB and CRLF");
	detect("a|b\r1|2\r", '|', '\r', "bar and CR");
	detect("\"a,b\";c\n\"1,2\";3\n", ';', '\n', "quoted commas do not count");
	detect("|1x3 lines\n1,2,3\n4,5,6\n", ',', '\n', "a line before the data");
	detect("a|b|c\n1,2\n|\n", '|', '\n', "nothing fits: the first line's");
	detect("a\nb\n", ',', '\n', "one column");
	is_int(csv_bom("\xef\xbb\xbf" "a", 4), 3, "byte order mark");
	is_int(csv_bom("ab", 2), 0, "none");
	return tap_done();
}
