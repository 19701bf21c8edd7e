/* Cells passed over: the shape of a table is that of the table read whole. */
#include "read/csv/usual.h"

#include "base/rng.h"
#include "../describe.h"
#include "../../tap.h"

#define COLUMNS 6
#define ROWS 30
#define SAMPLED 100		/* rows by which types are guessed */
#define TRIALS 1500

/* What a column mostly holds, and what may stand there now and then. */
static const char *const mostly[][6] = {
	{ "1", "23", "456", "123456789012345678", "0", "9" },
	{ "0.5", "12.25", "3", "1.0", "100.125", "7" },
	{ "2026-01-02T03:04:05", "2026-12-31 23:59:59", "1999-02-28t00:00:00",
	    "2024-02-29T12:00:00", "2026-01-02T03:04:60", "2000-01-01" },
	{ "a", "b", "ccc", "dddddd", "eeeeeee", "a" },
	{ "true", "false", "true", "false", "True", "FALSE" },
	{ "a longer text", "\"quoted, with\na line end\"", "x", "\"y\"",
	    "\"z\"\"\"", "" },
};
static const char *const odd[] = { "-1", "-0", "007", "00.5", ".5", "5.",
    "1e3", "1.2.3", "1..2", "1-2", "+1", " 1", "1 ", "\"1\"", "\" 1\"", "NA",
    "nan", "", " ", "inf", "1234567890123456789", "99999999999999999999",
    "0.1234567890123456789012345678901234567890123456789012345678901234567",
    "2026-02-30T00:00:00", "2026-01-02T24:00:00", "2026-01-02x03:04:05",
    "2026-01-02T03:04:0", "2026-01-02T03:04:05Z", "\"2026-01-02T03:04:05\"",
    "null", "\"\"", "\"a\"", "a ", " a", "e\r", "a\"b", "12345678",
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "\xc3\xa9", "true", "7", "0.5", "a" };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Row after row; `strange` of a hundred cells are odd, in the first rows none
 * where only the last shall be. */
static void
add_rows(struct buf *text, struct rng *rng, size_t rows, uint64_t strange,
    char delimiter, const char *eol)
{
	for (size_t r = 0; r < rows; r++) {
		for (size_t c = 0; c < COLUMNS; c++) {
			const char *cell = rng_below(rng, 1000) < strange ?
			    odd[rng_below(rng, COUNT(odd))] :
			    mostly[c][rng_below(rng, 6)];

			for (; *cell; cell++)
				buf_addc(text, *cell == ',' ? delimiter :
				    *cell);
			buf_adds(text, c + 1 < COLUMNS ? (const char [2])
			    { delimiter, '\0' } : eol);
		}
		if (rng_below(rng, 1000) < strange / 10)
			buf_adds(text, rng_below(rng, 2) ? "1\n" : "\n");
	}
}

static bool
same_shape(const struct buf *text, int threads, bool words, struct buf *out)
{
	static const char *const na[] = { "a", "x" };
	struct table_read_opts o = { .threads = threads, .na = na,
	    .n_na = words ? COUNT(na) : 0 };
	struct buf whole;
	bool same;

	buf_clear(out);
	buf_init(&whole, BUF_CAP_SMALL);
	describe_shape(&whole, text->data, text->len, &o);
	o.shape = true;
	describe_shape(out, text->data, text->len, &o);
	same = whole.len == out->len && memcmp(whole.data, out->data,
	    whole.len) == 0;
	buf_free(&whole);
	return same;
}

static void
small_tables(void)
{
	static const uint64_t strange[] = { 0, 5, 20, 200 };
	struct buf text, out;
	size_t wrong = 0, read = 0;
	struct rng rng;

	rng_seed(&rng, 11, 0);
	buf_init(&text, BUF_CAP_DATA);
	buf_init(&out, BUF_CAP_SMALL);
	for (size_t i = 0; i < TRIALS; i++) {
		char d = i % 5 == 4 ? ';' : ',';

		buf_clear(&text);
		for (int c = 0; c < COLUMNS; c++)
			buf_addf(&text, "c%d%c", c, c + 1 < COLUMNS ? d :
			    '\n');
		add_rows(&text, &rng, SAMPLED + rng_below(&rng, ROWS), 0, d,
		    "\n");
		add_rows(&text, &rng, rng_below(&rng, ROWS),
		    strange[i % COUNT(strange)], d, i % 7 ? "\n" : "\r\n");
		text.len -= i % 3 == 0;
		wrong += !same_shape(&text, 1, i % 5 == 2, &out);
		read += strstr(out.data, " rows; ") != NULL;
	}
	is_int((long)wrong, 0, "small tables have the same shape");
	ok(read > TRIALS / 2 && read < TRIALS, "most of them are tables");
	buf_free(&out);
	buf_free(&text);
}

/* Several pieces, what is strange behind all that was sampled. */
static void
large_tables(void)
{
	struct buf text, out;
	size_t wrong = 0;
	struct rng rng;

	rng_seed(&rng, 12, 0);
	buf_init(&text, BUF_CAP_DATA);
	buf_init(&out, BUF_CAP_SMALL);
	for (int i = 0; i < 6; i++) {
		buf_clear(&text);
		buf_adds(&text, "a,b,c,d,e,f\n");
		add_rows(&text, &rng, 40000, 0, ',', "\n");
		add_rows(&text, &rng, 40, i < 3 ? 5 : 0, ',', "\n");
		if (i == 4)
			buf_adds(&text, "x,x,x,x,x,x");
		if (i == 5)
			buf_adds(&text, "1,0.5,,\"no end");
		wrong += !same_shape(&text, 1 + i % 2, false, &out);
	}
	is_int((long)wrong, 0, "and large ones");
	buf_free(&out);
	buf_free(&text);
}

int
main(void)
{
	small_tables();
	large_tables();
	return tap_done();
}
