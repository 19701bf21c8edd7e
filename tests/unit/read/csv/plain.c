/* Cells read many at a time: the table is, bit for bit, the one whose delimiter
 * leaves the slow way alone. */
#include "read/csv/plain.h"

#include "base/rng.h"
#include "../describe.h"
#include "../../tap.h"

#define COLUMNS 4
#define TRIALS 600
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char *const mostly[COLUMNS][8] = {
	{ "0.5", "-12.25", "3.1416", "-0.0", "100.1251", "0.000001", "7.5",
	    "-999999.9" },
	{ "1", "23", "456789", "123456789012345678", "0", "9", "10", "100" },
	{ "a", "b", "ccc", "dddddd", "eeeeeee", "a b", "f\"g", "h" },
	{ "1.5", "12345.67890123", "1e-05", "3", "-2", "0.1", "2.25",
	    "-1.5E+3" },
};
static const char *const odd[] = { "-1", "-0", "007", "00.5", "-00.5", ".5",
    "5.", "-5.", "-.5", "-", ".", "1e3", "1.2.3", "1..2", "1-2", "+1", "+1.5",
    " 1", "1 ", " 1.5", "\"1\"", "NA", "nan", "", " ", "inf", "-inf",
    "1234567890123456789", "99999999999999999999", "0.12345678901234567890",
    "null", "\"\"", "\"a\"", "a ", " a", "\"x~y\"", "\"a\"\"b\"", "\"p\nq\"",
    "12345678", "a much longer text", "\xc3\xa9", "1.5x", "--1.5" };

static void
add_cell(struct buf *text, const char *cell, char delimiter)
{
	for (; *cell; cell++)
		buf_addc(text, *cell == '~' || *cell == ',' ? delimiter :
		    *cell);
}

/* The same draws for every delimiter. */
static void
make_text(struct buf *text, uint64_t seed, size_t rows, uint64_t strange,
    char delimiter)
{
	const char *eol = seed % 7 ? "\n" : "\r\n";
	struct rng rng;

	rng_seed(&rng, seed, 1);
	buf_clear(text);
	buf_addf(text, "a%cb%cc%cd\n", delimiter, delimiter, delimiter);
	for (size_t r = 0; r < rows; r++)
		for (size_t c = 0; c < COLUMNS; c++) {
			bool is_odd = r > 110 && rng_below(&rng, 1000) <
			    strange;

			add_cell(text, is_odd ? odd[rng_below(&rng,
			    COUNT(odd))] : mostly[c][rng_below(&rng, 8)],
			    delimiter);
			buf_adds(text, c + 1 < COLUMNS ? (const char [2])
			    { delimiter, '\0' } : eol);
		}
}

/* Cells and missing counts, or that there is no such table. */
static bool
read_text(struct buf *out, const struct buf *text, char delimiter,
    int threads)
{
	struct table_read_opts o = { .threads = threads, .delimiter =
	    delimiter };
	struct err e = ERR_INIT;
	struct table *t = NULL;

	buf_clear(out);
	if (table_read(&t, text->data, text->len, &o, &e) < 0)
		return false;
	describe_table(out, t);
	for (size_t i = 0; i < t->cols; i++)
		buf_addf(out, " %zu", t->col[i].missing);
	for (size_t i = 0; i < out->len; i++)
		if (out->data[i] == delimiter)
			out->data[i] = '|';
	table_free(t);
	return true;
}

static void
tables_are_the_same(size_t trials, size_t rows, const char *title)
{
	static const uint64_t strange[] = { 0, 2, 10, 60 };
	struct buf text, quick, slow;
	size_t wrong = 0, read = 0;

	buf_init(&text, BUF_CAP_DATA);
	buf_init(&quick, BUF_CAP_DATA);
	buf_init(&slow, BUF_CAP_DATA);
	for (size_t i = 0; i < trials; i++) {
		uint64_t share = strange[i % COUNT(strange)];
		bool one, other;

		make_text(&text, i, rows + i % 9, share, ',');
		one = read_text(&quick, &text, ',', 1 + (int)(i % 2));
		make_text(&text, i, rows + i % 9, share, '~');
		other = read_text(&slow, &text, '~', 1);
		wrong += one != other || quick.len != slow.len ||
		    memcmp(quick.data, slow.data, slow.len) != 0;
		read += one;
	}
	is_int((long)wrong, 0, "%s", title);
	ok(read > trials / 2, "most of them can be read");
	buf_free(&slow);
	buf_free(&quick);
	buf_free(&text);
}

int
main(void)
{
	tables_are_the_same(TRIALS, 150, "small tables");
	tables_are_the_same(4, 60000, "tables of several pieces");
	return tap_done();
}
