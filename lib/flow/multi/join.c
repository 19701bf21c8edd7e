/* The columns of two tables one behind the other, as numbers and categories. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/names.h"
#include "drift/texts.h"
#include "flow/multi/multi.h"
#include "table/column_set.h"

#define HEAPS 32			/* of words */
#define WORD_SEED 0x77u

/* Which rows of a side: all, or so many evenly. */
struct side {
	const struct column *c;
	size_t rows, at;		/* and where they go */
};

static size_t
row_of(const struct side *s, size_t i)
{
	return s->c->rows > s->rows ? (size_t)((double)i * (double)s->c->rows /
	    (double)s->rows) : i;
}

static int
add_column(struct table *t, const char *name, enum col_type type,
    size_t rows, struct err *e)
{
	t->col = xresize(t->col, t->cols + 1, sizeof(*t->col));
	memset(&t->col[t->cols], 0, sizeof(*t->col));
	if (column_init(&t->col[t->cols], name, type, rows, e) < 0)
		return -1;
	t->cols++;
	return 0;
}

static void
put_number(struct column *to, size_t i, double v)
{
	if (isnan(v))
		column_set_missing(to, i);
	else
		to->f64[i] = v;
}

static void
put_numbers(struct column *to, const struct side *s)
{
	for (size_t i = 0; i < s->rows; i++) {
		double v = column_number(s->c, row_of(s, i));

		put_number(to, s->at + i, isfinite(v) ? v : NAN);
	}
}

static int
put_words(struct column *to, const struct side *s, struct err *e)
{
	for (size_t i = 0; i < s->rows; i++) {
		size_t n;
		const char *v = column_text(s->c, row_of(s, i), &n);

		if (v == NULL)
			column_set_missing(to, s->at + i);
		else if (column_set_text(to, s->at + i, v, n, e) < 0)
			return -1;
	}
	return 0;
}

/* Words in lower case, each into the heap of its hash. */
static void
count_words(double heap[HEAPS], const char *s, size_t n)
{
	char word[TEXTS_WORD_MAX];
	size_t at = 0, len;

	while ((len = texts_word(word, s, n, &at)) > 0)
		heap[hash64(word, len, WORD_SEED) % HEAPS]++;
}

/* col: the length's, and behind it the heaps'. */
static void
put_text(struct column *col, const struct side *s)
{
	for (size_t i = 0; i < s->rows; i++) {
		double heap[HEAPS] = { 0 };
		size_t n;
		const char *v = column_text(s->c, row_of(s, i), &n);

		if (v != NULL)
			count_words(heap, v, n);
		put_number(&col[0], s->at + i, v != NULL ? (double)n : NAN);
		for (size_t k = 0; k < HEAPS; k++)
			col[1 + k].f64[s->at + i] = heap[k];
	}
}

static int
join_texts(struct table *t, const struct side *ref, const struct side *cur,
    struct err *e)
{
	size_t first = t->cols;

	for (size_t k = 0; k <= HEAPS; k++) {
		char *name = xprintf("%s\001%zu", ref->c->name, k);
		int r = add_column(t, name, COL_FLOAT64, t->rows, e);

		free(name);
		if (r < 0)
			return -1;
	}
	put_text(&t->col[first], ref);
	put_text(&t->col[first], cur);
	return 0;
}

static int
join_column(struct table *t, const struct side *ref, const struct side *cur,
    bool texts, struct err *e)
{
	enum col_type a = ref->c->type, b = cur->c->type;
	struct column *to;

	/* words that are hardly repeated on one side alone are words */
	if (a == COL_TEXT || (a == COL_CATEGORY && b == COL_TEXT))
		return texts && col_type_is_text(b) ? join_texts(t, ref, cur,
		    e) : 0;
	if (a == COL_DATETIME || a == COL_RAW || b == COL_DATETIME ||
	    col_type_is_text(a) != col_type_is_text(b))
		return 0;
	if (add_column(t, ref->c->name, a == COL_CATEGORY ? COL_CATEGORY :
	    COL_FLOAT64, t->rows, e) < 0)
		return -1;
	to = &t->col[t->cols - 1];
	if (a == COL_CATEGORY)
		return put_words(to, ref, e) < 0 ? -1 : put_words(to, cur, e);
	put_numbers(to, ref);
	put_numbers(to, cur);
	return 0;
}

static int
check_names(const struct table *ref, const struct table *cur,
    const char *const *name, size_t n, struct err *e)
{
	size_t at;

	for (size_t i = 0; i < n; i++)
		if (table_index(&at, ref, name[i], e) < 0 || table_index(&at,
		    cur, name[i], e) < 0)
			return -1;
	return 0;
}

int
multi_join(struct table **out, size_t *rows, const struct table *ref,
    const struct table *cur, const struct multi_opts *o, bool texts,
    struct err *e)
{
	struct side a = { .rows = ref->rows < MULTI_ROWS ? ref->rows :
	    MULTI_ROWS };
	struct side b = { .rows = cur->rows < MULTI_ROWS ? cur->rows :
	    MULTI_ROWS, .at = a.rows };

	*out = NULL;
	if (check_names(ref, cur, o->only, o->n_only, e) < 0)
		return -1;
	if (a.rows < MULTI_LEAST || b.rows < MULTI_LEAST)
		return err_set(e, ERR_UNSUPPORTED, "%zu rows beside %zu are "
		    "too few: %d a side are needed", a.rows, b.rows,
		    MULTI_LEAST);
	*rows = a.rows;
	*out = table_new(0);
	(*out)->rows = a.rows + b.rows;
	for (size_t i = 0; i < ref->cols; i++) {
		const char *name = ref->col[i].name;

		a.c = &ref->col[i];
		b.c = table_find(cur, name);
		if (b.c == NULL || name_is_listed(name, o->exclude, o->n_exclude) ||
		    (o->n_only > 0 && !name_is_listed(name, o->only, o->n_only)))
			continue;
		if (join_column(*out, &a, &b, texts, e) < 0)
			return -1;
	}
	return (*out)->cols > 0 ? 0 : err_set(e, ERR_UNSUPPORTED, "the two "
	    "sides have no number or category in common");
}
