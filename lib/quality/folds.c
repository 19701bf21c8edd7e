/* Rows dealt out to folds by hash, class, group or time. */
#include "quality/folds.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/intern.h"
#include "base/mem.h"
#include "quality/deal.h"
#include "quality/moments.h"

/* A cell's text, then what no text holds; missing is not the empty text. */
static void
add_cell(struct buf *b, const struct column *c, size_t row)
{
	char room[COLUMN_PRINT_MAX];
	size_t n;
	const char *s = col_type_is_text(c->type) ? column_text(c, row, &n) :
	    column_print(c, row, room, &n);

	if (s)
		buf_add(b, s, n);
	buf_addc(b, s ? 0x1f : 0x1e);
}

/* Each row's hash: of the column named, or of all cells. */
static int
hash_rows(uint64_t *hash, const struct table *t, const struct folds_opts *o,
    struct err *e)
{
	size_t at = 0;
	struct buf b;

	if (o->by && table_index(&at, t, o->by, e) < 0)
		return -1;
	buf_init(&b, BUF_CAP_DATA);
	for (size_t i = 0; i < t->rows; i++) {
		buf_clear(&b);
		if (o->by)
			add_cell(&b, &t->col[at], i);
		for (size_t k = 0; !o->by && k < t->cols; k++)
			add_cell(&b, &t->col[k], i);
		hash[i] = hash64(b.data, b.len, o->seed);
	}
	buf_free(&b);
	return 0;
}

static int
find_strata(uint32_t *stratum, const struct table *t, const char *name,
    struct err *e)
{
	struct intern *known;
	struct buf b;
	size_t at;

	if (table_index(&at, t, name, e) < 0)
		return -1;
	known = intern_new();
	buf_init(&b, BUF_CAP_DATA);
	for (size_t i = 0; i < t->rows; i++) {
		buf_clear(&b);
		add_cell(&b, &t->col[at], i);
		stratum[i] = intern_add(known, b.data, b.len);
	}
	buf_free(&b);
	intern_free(known);
	return 0;
}

static int
deal_by_content(struct folds *f, const struct table *t,
    const struct folds_opts *o, struct err *e)
{
	uint64_t *hash = mem_array(t->rows + 1, sizeof(*hash));
	uint32_t *stratum = mem_array(t->rows + 1, sizeof(*stratum));
	double *place = mem_array(t->rows + 1, sizeof(*place));
	int r = -1;

	if (hash == NULL || stratum == NULL || place == NULL) {
		err_set(e, ERR_NOMEM, "out of memory");
		goto done;
	}
	if (hash_rows(hash, t, o, e) < 0 ||
	    (o->stratify && find_strata(stratum, t, o->stratify, e) < 0) ||
	    deal_places(place, hash, o->stratify ? stratum : NULL, t->rows,
	    o->seed, e) < 0)
		goto done;
	for (size_t i = 0; i < t->rows; i++) {
		size_t k = (size_t)(place[i] * (double)f->n);

		f->of_row[i] = (uint32_t)(k < f->n ? k : f->n - 1);
	}
	r = 0;
done:
	free(hash);
	free(stratum);
	free(place);
	return r;
}

/* Of n + 1 blocks the first, and largest, is learned from alone. */
static int
deal_by_time(struct folds *f, const struct table *t, const char *name,
    struct err *e)
{
	size_t at, block = t->rows / (f->n + 1), first = t->rows - f->n * block;
	struct moment *w;

	if (table_index(&at, t, name, e) < 0 ||
	    moments_of(&w, &t->col[at], t->rows, e) < 0)
		return -1;
	for (size_t i = 0; i < t->rows; i++) {
		uint32_t k = (uint32_t)(i < first || block == 0 ? f->n :
		    (i - first) / block);

		/* rows of one moment stay together, or what is judged would
		 * be known already */
		f->of_row[w[i].row] = i && w[i].at == w[i - 1].at ?
		    f->of_row[w[i - 1].row] : k;
	}
	f->ordered = true;
	free(w);
	return 0;
}

static int
refuse_empty(const struct folds *f, const struct folds_opts *o, struct err *e)
{
	size_t *count = xalloc(f->n + 1, sizeof(*count));
	size_t filled = 0;

	for (size_t i = 0; i < f->rows; i++)
		count[f->of_row[i]]++;
	for (size_t k = 0; k < f->n; k++)
		filled += count[k] > 0;
	free(count);
	if (filled == f->n)
		return 0;
	if (o->by)
		return err_set(e, ERR_FORMAT, "the groups of column '%s' fill "
		    "%zu folds, not %zu: there are too few different ones",
		    o->by, filled, f->n);
	if (o->time)
		return err_set(e, ERR_FORMAT, "the moments of column '%s' fill "
		    "%zu folds, not %zu: rows of one moment stay together",
		    o->time, filled, f->n);
	return err_set(e, ERR_FORMAT, "there are too few different rows for "
	    "%zu folds", f->n);
}

int
folds_deal(struct folds *out, const struct table *t,
    const struct folds_opts *o, struct err *e)
{
	memset(out, 0, sizeof(*out));
	out->n = (size_t)o->folds;
	out->rows = t->rows;
	out->of_row = mem_array(t->rows + 1, sizeof(*out->of_row));
	if (out->of_row == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	if ((o->time ? deal_by_time(out, t, o->time, e) :
	    deal_by_content(out, t, o, e)) < 0 ||
	    refuse_empty(out, o, e) < 0) {
		folds_release(out);
		return -1;
	}
	return 0;
}

void
folds_release(struct folds *f)
{
	free(f->of_row);
	memset(f, 0, sizeof(*f));
}

size_t
folds_judged(size_t *row, const struct folds *f, size_t which)
{
	size_t n = 0;

	for (size_t i = 0; i < f->rows; i++)
		if (f->of_row[i] == which)
			row[n++] = i;
	return n;
}

size_t
folds_learned(size_t *row, const struct folds *f, size_t which)
{
	size_t n = 0;

	for (size_t i = 0; i < f->rows; i++)
		if (f->ordered ? f->of_row[i] < which || f->of_row[i] == f->n :
		    f->of_row[i] != which)
			row[n++] = i;
	return n;
}

const char *
folds_kind(const struct folds_opts *o)
{
	return o->time ? "time-ordered" : o->by ? "grouped" : o->stratify ?
	    "stratified" : "plain";
}
