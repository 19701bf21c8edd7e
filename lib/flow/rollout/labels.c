/* What became of units: a table by its key. */
#include <stdlib.h>
#include <string.h>

#include "base/intern.h"
#include "base/mem.h"
#include "catalog/open_table.h"
#include "flow/rollout/internal.h"

struct labels {
	struct catalog_bytes bytes;
	struct table *table;
	struct intern *key;
	size_t *row;			/* of the key with that number: its
					 * last one */
	const char *column;		/* of the key */
	const char *other;		/* the only other one, or NULL */
	bool opened;
};

static int
read_keys(struct labels *l, struct err *e)
{
	const struct table *t = l->table;
	size_t k;

	if (table_index(&k, t, l->column, e) < 0)
		return -1;
	for (size_t i = 0; i < t->cols; i++)
		if (column_convert(&t->col[i], COL_TEXT, e) < 0)
			return -1;
	l->row = xalloc(t->rows + 1, sizeof(*l->row));
	for (size_t i = 0; i < t->rows; i++) {
		const struct column *c = &t->col[k];
		const char *s;
		uint32_t id;
		size_t n;

		if (column_missing(c, i))
			continue;
		s = intern_text(c->dict, c->code[i], &n);
		id = intern_try(l->key, s, n);
		if (id == INTERN_NONE)
			return err_set(e, ERR_NOMEM, "there is no memory for "
			    "so many labels");
		l->row[id] = i;
	}
	if (t->cols == 2)
		l->other = t->col[1 - k].name;
	return 0;
}

int
labels_open(struct labels **out, struct catalog *c,
    const struct rollout_labels *o, struct err *e)
{
	struct labels *l = xalloc(1, sizeof(*l));

	l->key = intern_new();
	l->column = o->key;
	if (catalog_open_table(&l->table, &l->bytes, c, o->path, NULL, e) == 0) {
		l->opened = true;
		if (read_keys(l, e) == 0) {
			*out = l;
			return 0;
		}
	}
	labels_close(l);
	return err_wrap(e, "labels");
}

void
labels_close(struct labels *l)
{
	if (l == NULL)
		return;
	table_free(l->table);
	if (l->opened)
		catalog_bytes_close(&l->bytes);
	intern_free(l->key);
	free(l->row);
	free(l);
}

int
labels_check(const struct labels *l, const char *column, struct err *e)
{
	size_t i;

	if (column)
		return table_index(&i, l->table, column, e);
	return l->other ? 0 : err_set(e, ERR_USAGE, "the labels have several "
	    "columns: the policy says which is the 'target'");
}

static const char *
find_label(void *ctx, const char *key, size_t n, const char *column)
{
	const struct labels *l = ctx;
	uint32_t id = intern_find(l->key, key, n);
	const struct column *c = table_find(l->table, column ? column :
	    l->other ? l->other : l->column);

	if (id == INTERN_NONE || c == NULL || column_missing(c, l->row[id]))
		return NULL;
	return intern_text(c->dict, c->code[l->row[id]], &n);
}

void
labels_use(struct tally_labels *out, struct labels *l)
{
	*out = (struct tally_labels){ l->column, find_label, l };
}
