/* A table read in parts, wherever they begin: the cells of the table whole. */
#include "read/parts/parts.h"

#include "base/buf.h"
#include "base/rng.h"
#include "read/whole.h"
#include "../../tap.h"

#define TRIALS 300
#define LEAST 60		/* bytes of a part: any row here fits */

/* Of them some would be taken for something else where a file begins. */
static const char *const rows[] = { "1,2\n", "\xef\xbb\xbfx,y\n", "sep=,\n",
    "\"sep=,\",3\n", "PK\3\4,5\n", "PAR1\x15,6\n", "\x1f\x8b,7\n",
    "\xff\xfe,8\n", "{\"a\":1},9\n", "a,b\n", "\"two\nlines\",\"a \"\"b\"\"\"\n",
    "\"\n\",\"\r\n\"\n", "x\ry,10\r\n", "\n", "  \n",
    ",\n", "a;b,c;d\n", "\"\"\"\",\"\"\n" };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void
add_cells(struct buf *out, const struct table *t)
{
	char room[COLUMN_PRINT_MAX];
	size_t n;

	for (size_t r = 0; r < t->rows; r++)
		for (size_t i = 0; i < t->cols; i++) {
			const char *s = column_print(&t->col[i], r, room, &n);

			buf_add(out, s ? s : "-", s ? n : 1);
			buf_addc(out, '\0');
		}
}

static bool
read_parts(struct buf *out, const struct buf *text, size_t bytes,
    const struct table_read_opts *o)
{
	struct source src = source_memory(text->data, text->len, "in");
	struct err e = ERR_INIT;
	struct parts *p = NULL;
	struct table *t;
	int r = parts_open(&p, &src, o, bytes, &e);
	size_t n = 0;

	while (r > 0 && (r = parts_next(&t, p, &e)) > 0) {
		add_cells(out, t);
		table_free(t);
		n++;
	}
	if (r < 0)
		printf("# %s\n", e.msg);
	parts_free(p);
	source_close(&src);
	return r == 0 && n > 0;
}

static bool
read_whole(struct buf *out, const struct buf *text,
    const struct table_read_opts *o)
{
	struct err e = ERR_INIT;
	struct table *t;

	if (table_read(&t, text->data, text->len, o, &e) < 0)
		return false;
	add_cells(out, t);
	table_free(t);
	return true;
}

static void
any_rows(const char *header, const char *bom, const char *what)
{
	static const struct table_type types[] = { { .name = "a", .type =
	    COL_CATEGORY }, { .name = "b", .type = COL_CATEGORY } };
	const struct table_read_opts o = { .types = types, .n_types = 2,
	    .threads = 1, .name = "in" };
	struct buf text, whole, parts;
	size_t wrong = 0, tables = 0;
	struct rng rng;

	rng_seed(&rng, 5, 0);
	buf_init(&text, BUF_CAP_SMALL);
	buf_init(&whole, BUF_CAP_SMALL);
	buf_init(&parts, BUF_CAP_SMALL);
	for (int i = 0; i < TRIALS; i++) {
		buf_clear(&text);
		buf_clear(&whole);
		buf_clear(&parts);
		buf_adds(&text, bom);
		buf_adds(&text, header);
		for (size_t k = 1 + rng_below(&rng, 40); k > 0; k--)
			buf_adds(&text, rows[rng_below(&rng, COUNT(rows))]);
		text.len -= i % 3 == 0;
		tables += read_whole(&whole, &text, &o);
		wrong += !read_parts(&parts, &text, LEAST +
		    rng_below(&rng, 100), &o) || whole.len != parts.len ||
		    memcmp(whole.data, parts.data, whole.len) != 0;
	}
	is_int((long)wrong, 0, "%s: the same cells", what);
	is_int((long)tables, TRIALS, "%s: all are tables", what);
	buf_free(&text);
	buf_free(&whole);
	buf_free(&parts);
}

int
main(void)
{
	any_rows("a,b\n", "", "plain");
	any_rows("\"a\",\"b\"\r\n", "\xef\xbb\xbf", "behind a mark");
	any_rows("\na,b\n", "sep=,\n", "behind a separator");
	return tap_done();
}
