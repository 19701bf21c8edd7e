/* Rows counted as their bytes pass: what a reader of the same bytes says. */
#include "read/count/count.h"

#include "base/rng.h"
#include "read/sniff.h"
#include "read/stream.h"
#include "../../tap.h"

#define TRIALS 40
#define TEN "xxxxxxxxxx"
#define LONG TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

/* Rows and names by the reader; false: it is no table. */
static bool
read_rows(struct buf *out, const struct buf *text,
    const struct table_read_opts *o)
{
	struct source src = source_memory(text->data, text->len, "in");
	struct table_reader_opts how = { .read = *o };
	struct table_reader *r = NULL;
	struct err e = ERR_INIT;
	const char *const *names;
	size_t rows = 0, n;
	struct table *t;
	int k = -1;

	if (table_reader_open(&r, &src, &how, &e) == 0)
		while ((k = table_reader_next(&t, r, &e)) > 0)
			rows += t->rows;
	if (k == 0) {
		names = table_reader_names(r, &n);
		buf_addf(out, "%zu:", rows);
		for (size_t i = 0; i < n; i++)
			buf_addf(out, " %s", names[i]);
	}
	table_reader_free(r);
	source_close(&src);
	return k == 0;
}

/* The same, counted in pieces of any length. */
static bool
count_rows(struct buf *out, const struct buf *text,
    const struct table_read_opts *o, struct rng *rng)
{
	struct row_count *c = row_count_new(o);
	const char *const *names;
	uint64_t rows;
	bool known;
	size_t n;

	for (size_t at = 0; at < text->len; at += n) {
		size_t left = text->len - at;

		/* long ones at first, where nothing can go wrong */
		n = 1 + (size_t)rng_below(rng, left > 8192 ? 65536 : 200);
		n = n < left ? n : left;
		row_count_add(c, text->data + at, n);
	}
	known = row_count_done(&rows, &names, &n, c);
	if (known) {
		buf_addf(out, "%zu:", (size_t)rows);
		for (size_t i = 0; i < n; i++)
			buf_addf(out, " %s", names[i]);
	}
	row_count_free(c);
	return known;
}

/* Enough rows that the rest lies around what is looked at first. */
static void
fill(struct buf *text, const char *header, const char *row, size_t to)
{
	buf_adds(text, header);
	while (text->len + strlen(row) < to)
		buf_adds(text, row);
}

static void
same_rows(const char *header, const char *row, const char *const *part,
    size_t parts, const struct table_read_opts *o, bool simple,
    const char *what)
{
	struct buf text, want, have;
	size_t good = 0, wrong = 0, base;
	struct rng rng;

	rng_seed(&rng, 7, 0);
	buf_init(&text, 2 * SNIFF_BUFFER);
	buf_init(&want, BUF_CAP_SMALL);
	buf_init(&have, BUF_CAP_SMALL);
	fill(&text, header, row, SNIFF_BUFFER - 500);
	base = text.len;
	for (int i = 0; i < TRIALS; i++) {
		size_t n = (size_t)rng_below(&rng, i % 2 ? 200 : 20);
		bool known, table;

		text.len = base;
		for (size_t k = 0; k < n; k++)
			buf_adds(&text, part[rng_below(&rng, parts)]);
		fill(&text, "", row, SNIFF_BUFFER + 100 + n);
		if (i % 3 == 0)		/* a last line without its end */
			text.len -= strlen(row) > 2 ? 2 : 0;
		buf_clear(&want);
		buf_clear(&have);
		known = count_rows(&have, &text, o, &rng);
		table = read_rows(&want, &text, o);
		good += table;
		wrong += known != (table && simple) || (known &&
		    strcmp(have.data, want.data) != 0);
	}
	is_int((long)wrong, 0, "%s: counted as read, %zu tables of %d", what,
	    good, TRIALS);
	buf_free(&have);
	buf_free(&want);
	buf_free(&text);
}

#define SAME(header, row, o, simple, what, ...) do { \
	static const char *const part[] = { __VA_ARGS__ }; \
	same_rows(header, row, part, sizeof(part) / sizeof(*part), o, simple, \
	    what); \
} while (0)

static void
plain_tables(void)
{
	static const struct table_read_opts o = { 0 };

	SAME("a,b,c\n", "1,2," LONG "\n", &o, true, "plain", "1,2,3\n",
	    "11,,\n", "1.5,x y,\r\n", "\n", "  \n", ",,\n", LONG ",,\n");
	SAME("a,b,c\n", "1,\"2\"," LONG "\n", &o, true, "quoted", "1,2,3\n",
	    "1,\"two\nlines\",3\n", "\"a,b\",\"\"\"\",c\n", "\n",
	    " \"x\" , y\"z ,\"\"\n", "\"\n\n\",\"\r\n\",\",\"\r\n");
	SAME("a,b\n", "1," LONG "\n", &o, true, "ragged now and then",
	    "1,2\n", "1,2\n1,2\n1,2\n1,2\n", "1," LONG "\n1,2\n1,2\n1,2\n",
	    "\"1\n\",2\n1,2\n1,2\n1,2\n1,2\n1,2\n1,2\n", "1,2,3\n");
	SAME("a,b\n", "1," LONG "\n", &o, true, "anything", "a", ",", "\n",
	    "\"", " ", "\r");
	SAME("only\n", LONG "\n", &o, true, "one column", "1\n", "\n", " \n",
	    "\"x\n\"\n", "a b\n");
	SAME("a\tb\r\n", "1\t" LONG "\r\n", &o, true, "tabs", "\t\r\n",
	    "1\t2\r\n", " \t\n", "\r\n");
	SAME("a,b\r", "1," LONG "\r", &o, true, "CR alone", "1,2\r", "\r",
	    "\"\r\",\n2\r");
}

static void
headers(void)
{
	static const struct table_read_opts o = { 0 }, none =
	    { .header = TABLE_HEADER_NO };

	SAME(",a,a\n", "1,2," LONG "\n", &o, true, "names put right",
	    "1,2,3\n");
	SAME("\xef\xbb\xbf\"a\nb\",c\n", "1," LONG "\n", &o, true,
	    "a mark, a header of two lines", "1,2\n");
	SAME("\n\na,b\n", "1," LONG "\n", &o, true, "lines before the header",
	    "1,2\n");
	SAME("1,2\n", "1," LONG "\n", &none, true, "no header", "1,2\n",
	    "\n");
	SAME("1,2\n", "1," LONG "\n", &o, true, "a header of numbers",
	    "1,2\n");
}

static void
other_forms(void)
{
	static const struct table_read_opts o = { 0 }, other = { .quote =
	    '\'', .delimiter = ';' }, bare = { .no_quote = true }, escaped =
	    { .escape = '\\' }, skipping = { .skip = 1 }, spaces =
	    { .delimiter = ' ' };

	SAME("a;b\n", "'1';" LONG "\n", &other, true, "other quotes",
	    "'1;\n';2\n", "\"x;y\n", "1;2\n");
	SAME("a,b\n", "1," LONG "\n", &bare, true, "no quotes", "\",\"\n",
	    "1,2\n");
	SAME("a,b\n", "1," LONG "\n", &escaped, false, "escapes", "1,\\,\n",
	    "1,2\n");
	SAME("what\na,b\n", "1," LONG "\n", &skipping, false,
	    "lines passed over", "1,2\n");
	SAME("a b\n", "1 " LONG "\n", &spaces, false, "spaces", "1 2\n",
	    " 1 2\n");
	SAME("{\"a\":1}\n", "{\"a\":\"" LONG "\"}\n", &o, false, "no CSV",
	    "{\"a\":2}\n");
}

int
main(void)
{
	plain_tables();
	headers();
	other_forms();
	return tap_done();
}
