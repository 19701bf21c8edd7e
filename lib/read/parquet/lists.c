/*
 * Lists put together from levels: repetition 0 begins a row, the definition
 * level says how much of it is there.  A row may go on in the next page.
 */
#include "read/parquet/pages.h"

#include "read/parquet/values.h"
#include "table/column_set.h"

struct lists {
	struct fill *x;
	const struct parquet_column *c;
	struct buf *text;		/* of the row at hand */
	bool open;			/* there is one */
	bool missing;
	size_t elements;
};

static int
end_row(struct lists *l, struct err *e)
{
	struct column *c = l->x->to;
	size_t had = intern_count(c->dict), at = l->x->at;

	if (!l->open)
		return 0;
	buf_addc(l->text, ']');
	if (buf_check(l->text, e) != 0 || fill_room(l->x, 1, 0, e) != 0)
		return -1;
	c->code[at] = l->missing ? INTERN_NONE : intern_add(c->dict,
	    l->text->data, l->text->len);
	if (l->missing)
		column_set_missing(c, at);
	l->x->at++;
	return intern_count(c->dict) == had ? 0 : fill_room(l->x, 0,
	    l->text->len, e);
}

static void
begin_row(struct lists *l)
{
	buf_clear(l->text);
	buf_addc(l->text, '[');
	l->open = true;
	l->missing = false;
	l->elements = 0;
}

static int
read_levels(struct lists *l, const struct parquet_page *p, struct err *e)
{
	size_t k = 0;

	for (size_t i = 0; i < p->n; i++) {
		uint8_t def = p->def[i];

		if (p->rep[i] == 0) {
			if (end_row(l, e) != 0)
				return -1;
			begin_row(l);
		} else if (!l->open) {
			return err_set(e, ERR_CORRUPT, "a list without a "
			    "beginning");
		}
		if (def < l->c->list_def) {
			l->missing = def + 1 < l->c->list_def;
			continue;
		}
		if (l->elements++ > 0)
			buf_addc(l->text, ',');
		if (def < l->c->max_def) {
			buf_adds(l->text, "null");
			continue;
		}
		if (parquet_json(l->text, l->c, p->index ? p->dict :
		    &p->values, p->index ? p->index[k] : k, e) != 0)
			return -1;
		k++;
	}
	return 0;
}

int
fill_lists(struct fill *x, struct parquet_chunk *chunk, struct buf *text,
    struct err *e)
{
	struct lists l = { x, parquet_column(x->f, x->col), text, false,
	    false, 0 };
	struct parquet_page p;
	int r;

	while ((r = parquet_chunk_next(&p, chunk, e)) > 0)
		if (read_levels(&l, &p, e) != 0)
			return -1;
	return r != 0 ? -1 : end_row(&l, e);
}
