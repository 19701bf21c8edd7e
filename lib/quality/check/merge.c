/*
 * What blocks found, one after the other: rows broke rules, values were seen
 * before, and each row goes its way.
 */
#include <stdlib.h>
#include <string.h>

#include "quality/check/block.h"
#include "quality/check/pass.h"

#define AHEAD 8		/* hashes asked for so early */

static int
by_row(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;

	if (x->row != y->row)
		return x->row < y->row ? -1 : 1;
	return (x->rule > y->rule) - (x->rule < y->rule);
}

/* Values of unique columns that were there before. */
static void
find_repeats(struct checker *k, size_t i, struct judged *j)
{
	struct key_set *seen = &k->col[i].seen;
	const struct hash128 *h = j->col[i].hash;
	size_t rows = j->b->t->rows;

	if (k->col[i].spilled) {
		for (size_t row = 0; row < rows; row++)
			if (row_is_marked(&k->col[i].marked,
			    scan_row_number(j->b, row)))
				add_hit(j, row, number_of_cell_rule(i,
				    CHECK_UNIQUE));
		return;
	}
	for (size_t row = 0; row < rows; row++) {
		if (row + AHEAD < rows)
			key_set_prefetch(seen, h[row + AHEAD]);
		if (h[row].lo != 0 && !key_set_add(seen, h[row]))
			add_hit(j, row, number_of_cell_rule(i, CHECK_UNIQUE));
	}
}

/* Keys that were there before, or are in no other table. */
static void
find_keys(struct checker *k, size_t i, struct judged *j)
{
	struct checked_key *key = &k->key[i];
	const struct hash128 *h = j->hash[i];
	size_t rows = j->b->t->rows;
	bool refers = i >= k->keys;

	for (size_t row = 0; row < rows; row++) {
		if (row + AHEAD < rows && j->keyed[i][row + AHEAD])
			key_set_prefetch(&key->seen, h[row + AHEAD]);
		if (!j->keyed[i][row])
			continue;
		key->f.looked++;
		if (key->spilled ? row_is_marked(&key->marked,
		    scan_row_number(j->b, row)) : refers ? !key_set_has(&key->seen, h[row]) :
		    !key_set_add(&key->seen, h[row]))
			add_hit(j, row, number_of_key(k, i));
	}
}

/* ---- what shows a hit ---- */

static void
hit_cell(struct checker *k, const struct judged *j, const struct hit *h)
{
	struct checked_column *w = &k->col[h->rule / CELL_RULES];
	enum check_rule rule = (enum check_rule)(h->rule % CELL_RULES);
	struct finding *f = column_finding(w, rule);
	char room[COLUMN_PRINT_MAX];
	const char *s;
	size_t n;

	if (rule == CHECK_MISSING) {
		if (f->rows < CHECK_ROWS)
			f->row[f->rows++] = k->at;
		if (w->c->min_fraction >= 1 && f->severity == SEVERITY_ERROR)
			mark_row_bad(k, rule, w->c->name);
		return;
	}
	s = cell_text(j->b, w->at, h->row, room, &n);
	finding_hit(k, f, s, n);
}

/* The values a rule looked at: "tenure=3 TotalCharges=". */
static void
hit_rule(struct checker *k, const struct judged *j, size_t i, size_t row)
{
	struct checked_rule *r = &k->rule[i];
	const struct condition *x = &k->condition[r->condition];
	char room[COLUMN_PRINT_MAX];
	size_t n;

	buf_clear(&k->text);
	for (size_t c = 0; c < expr_names(x->x); c++) {
		const char *s = cell_text(j->b, x->col[c], row, room, &n);

		buf_addf(&k->text, "%s%s=", c ? " " : "", expr_name(x->x, c));
		if (s != NULL)
			buf_add(&k->text, s, n);
	}
	finding_hit(k, &r->f, k->text.data, k->text.len);
}

/* A key is told as it is written. */
static void
hit_key(struct checker *k, const struct judged *j, size_t i, size_t row)
{
	struct checked_key *key = &k->key[i];
	char room[COLUMN_PRINT_MAX];
	size_t n;

	buf_clear(&k->text);
	for (size_t c = 0; c < key->n; c++) {
		const char *s = cell_text(j->b, key->col[c], row, room, &n);

		if (c > 0)
			buf_addc(&k->text, ' ');
		if (s != NULL)
			buf_add(&k->text, s, n);
	}
	finding_hit(k, &key->f, k->text.data, k->text.len);
}

static void
take_hit(struct checker *k, const struct judged *j, const struct hit *h)
{
	if (h->rule < number_of_condition(k, 0))
		hit_cell(k, j, h);
	else if (h->rule < number_of_key(k, 0))
		hit_rule(k, j, h->rule - number_of_condition(k, 0), h->row);
	else
		hit_key(k, j, h->rule - number_of_key(k, 0), h->row);
}

/* ---- rows ---- */

static int
take_broken(struct checker *k, const struct scan *scan,
    const struct scan_broken *b, struct err *e)
{
	struct finding *f = &k->whole[CHECK_BROKEN];

	k->at = b->record.row;
	k->out->rows++;
	k->out->broken++;
	finding_hit(k, f, b->record.raw, record_text(&b->record));
	return pass_broken(k, scan, b, e);
}

/* Each row with what it broke, whole or not, in order. */
static int
take_rows(struct checker *k, const struct judged *j, const struct scan *scan,
    struct err *e)
{
	const struct scan_block *b = j->b;
	bool passes = k->to.good != NULL || k->to.bad != NULL;
	size_t h = 0, broken = 0;

	for (size_t row = 0; row < b->t->rows; row++) {
		if (!passes && h == j->hits && broken == b->n_broken)
			break;
		while (broken < b->n_broken && b->broken[broken].record.row <
		    scan_row_number(b, row))
			if (take_broken(k, scan, &b->broken[broken++], e) != 0)
				return -1;
		k->at = scan_row_number(b, row);
		k->row_bad = false;
		for (; h < j->hits && j->hit[h].row == row; h++)
			take_hit(k, j, &j->hit[h]);
		if (passes && pass_row(k, scan, b, row, e) != 0)
			return -1;
	}
	while (broken < b->n_broken)
		if (take_broken(k, scan, &b->broken[broken++], e) != 0)
			return -1;
	return 0;
}

/* The newest dates. */
static void
take_dates(struct checker *k, const struct judged *j)
{
	for (size_t i = 0; i < k->s->freshs; i++) {
		const char *name = k->s->fresh[i].column;
		uint32_t col = intern_find(k->names, name, strlen(name));
		const struct block_column *bc = &j->col[col];

		for (size_t row = 0; row < j->b->t->rows; row++)
			if (bc->state[row] == VALUE_THERE &&
			    bc->v[row].i > k->newest[i])
				k->newest[i] = bc->v[row].i;
	}
}

int
merge_block(struct checker *k, struct judged *j, const struct scan *scan,
    struct err *e)
{
	for (size_t i = 0; i < k->n_col; i++) {
		struct checked_column *w = &k->col[i];

		w->looked += j->col[i].looked;
		w->missing += j->col[i].missing;
		w->rows += j->col[i].rows;
		if (w->tally != NULL && tally_take(w->tally, j->col[i].tally,
		    e) != 0)
			return -1;
		if (w->c->unique)
			find_repeats(k, i, j);
	}
	for (size_t i = 0; i < k->s->rules; i++)
		k->rule[i].f.looked += j->looked[i];
	for (size_t i = 0; i < k->n_key; i++)
		find_keys(k, i, j);
	take_dates(k, j);
	if (j->hits > 1)
		qsort(j->hit, j->hits, sizeof(*j->hit), by_row);
	k->out->rows += j->b->t->rows;
	return take_rows(k, j, scan, e);
}
