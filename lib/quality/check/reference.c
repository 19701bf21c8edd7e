/* The keys that another table has, read as the columns that refer to it. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "quality/check/block.h"
#include "read/stream.h"

/* Those that are too many for memory wait for ours. */
static int
add_key(struct checker *k, size_t i, struct hash128 h, struct err *e)
{
	struct checked_key *key = &k->key[i];

	if (key->spilled)
		return spill_their_key(k, i, h, e);
	key_set_add(&key->seen, h);
	return key_set_bytes(key->seen.n + 1) <= k->memory ? 0 :
	    spill_their_keys(k, i, e);
}

static int
add_keys(struct checker *k, size_t at, struct column *one,
    const struct table *t, struct buf *text, struct err *e)
{
	const struct checked_key *key = &k->key[at];

	for (size_t row = 0; row < t->rows; row++) {
		bool there = true;

		buf_clear(text);
		for (size_t i = 0; i < key->n && there; i++)
			there = put_cell_text(text, &one[i], t->col[i].raw[row].s,
			    t->col[i].raw[row].n);
		if (there && add_key(k, at, hash128(text->data, text->len),
		    e) != 0)
			return -1;
	}
	return 0;
}

static int
read_keys(struct checker *k, size_t at, const struct schema_reference *ref,
    const struct check_other *other, struct column *one, struct err *e)
{
	const struct checked_key *key = &k->key[at];
	struct table_want *want = xalloc(key->n + 1, sizeof(*want));
	struct source src = source_memory(other->bytes, other->n, ref->data);
	struct table_reader_opts o = { .want = want, .n_want = key->n,
	    .lax = true };
	struct table_reader *rd = NULL;
	struct table *t;
	struct buf text;
	int r;

	buf_init(&text, BUF_CAP_DOC);
	if (other->read != NULL)
		o.read = *other->read;
	for (size_t i = 0; i < key->n; i++)
		want[i] = (struct table_want){ ref->to[i], COL_RAW, false };
	r = table_reader_open(&rd, &src, &o, e);
	while (r == 0 && (r = table_reader_next(&t, rd, e)) > 0)
		r = add_keys(k, at, one, t, &text, e);
	buf_free(&text);
	table_reader_free(rd);
	source_close(&src);
	free(want);
	return r;
}

int
read_reference(struct checker *k, size_t i, struct err *e)
{
	struct checked_key *key = &k->key[k->keys + i];
	struct column *one = xalloc(key->n + 1, sizeof(*one));
	int r = 0;

	if (i >= k->in->n_others)
		r = err_set(e, ERR_USAGE, "the schema refers to '%s', which "
		    "is not looked at here", k->s->reference[i].data);
	for (size_t c = 0; r == 0 && c < key->n; c++) {
		const struct schema_column *of = &k->s->col[key->col[c]];

		r = column_init(&one[c], of->name, of->type, 1, e);
		one[c].form = of->form;
	}
	if (r == 0)
		r = read_keys(k, k->keys + i, &k->s->reference[i],
		    &k->in->others[i], one, e);
	for (size_t c = 0; c < key->n; c++)
		column_release(&one[c]);
	free(one);
	return r;
}
