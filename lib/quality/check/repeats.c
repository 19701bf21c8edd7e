/* Keys that are too many for memory, sorted; and the rows that break rules. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/sorter.h"
#include "quality/check/block.h"

#define SORT_LEAST ((size_t)16 << 20)
#define SORT_MOST ((size_t)128 << 20)
#define RECORD (4 + 16 + 8)	/* rule, hash, row; of another table's key
				 * the row is 0, so it comes first */

bool
row_is_marked(const struct marked_rows *m, uint64_t row)
{
	return row / 64 < m->words && (m->bit[row / 64] >> (row % 64) & 1);
}

static void
mark_row(struct marked_rows *m, uint64_t row)
{
	size_t word = (size_t)(row / 64), had = m->words;

	if (word >= had) {
		m->words = 2 * word + 64;
		m->bit = xresize(m->bit, m->words, sizeof(*m->bit));
		memset(m->bit + had, 0, (m->words - had) * sizeof(*m->bit));
	}
	m->bit[word] |= (uint64_t)1 << (row % 64);
}

static int
spill_key(struct checker *k, uint32_t rule, struct hash128 h, uint64_t row,
    struct err *e)
{
	h.lo |= 1;			/* as sets of them have it */
	buf_clear(&k->text);
	sorter_put_u32(&k->text, rule);
	buf_add(&k->text, &h, sizeof(h));
	sorter_put_u64(&k->text, row);
	if (k->spill == NULL)
		k->spill = sorter_new(k->memory < SORT_LEAST ? SORT_LEAST :
		    k->memory > SORT_MOST ? SORT_MOST : k->memory, k->folder);
	return sorter_add(k->spill, k->text.data, k->text.len, e);
}

int
spill_their_key(struct checker *k, size_t i, struct hash128 h, struct err *e)
{
	return spill_key(k, (uint32_t)(k->n_col + i), h, 0, e);
}

int
spill_their_keys(struct checker *k, size_t i, struct err *e)
{
	struct checked_key *key = &k->key[i];

	for (size_t s = 0; key->seen.n > 0 && s <= key->seen.mask; s++)
		if (key->seen.slot[s].lo != 0 && spill_their_key(k, i,
		    key->seen.slot[s], e) != 0)
			return -1;
	key_set_release(&key->seen);
	key->spilled = true;
	return 0;
}

/* Bytes that all sets of keys may become, at so many rows. */
static uint64_t
bytes_of_keys(const struct checker *k, uint64_t rows)
{
	uint64_t sets = 0;

	for (size_t i = 0; i < k->n_col; i++)
		sets += k->col[i].c->unique;
	return (sets + k->keys) * key_set_bytes(rows);
}

bool
has_keys(const struct checker *k)
{
	return bytes_of_keys(k, 1) > 0;
}

int
spill_keys(struct checker *k, const struct judged *j, struct err *e)
{
	const struct scan_block *b = j->b;

	for (size_t row = 0; row < b->t->rows; row++) {
		uint64_t at = scan_row_number(b, row);

		for (size_t i = 0; i < k->n_col; i++)
			if (k->col[i].spilled && j->col[i].hash[row].lo != 0 &&
			    spill_key(k, (uint32_t)i, j->col[i].hash[row], at,
			    e) != 0)
				return -1;
		for (size_t i = 0; i < k->n_key; i++)
			if (k->key[i].spilled && j->keyed[i][row] &&
			    spill_key(k, (uint32_t)(k->n_col + i),
			    j->hash[i][row], at, e) != 0)
				return -1;
	}
	return 0;
}

/* Of a key that was there before, in the order of the rows; of a reference, of
 * one that is not theirs. */
int
mark_rows(struct checker *k, struct err *e)
{
	char last[RECORD - 8] = { 0 };
	const void *record;
	bool theirs = false, first = true;
	size_t n;
	int r;

	if (k->spill == NULL)
		return 0;
	if (sorter_sort(k->spill, e) != 0)
		return -1;
	while ((r = sorter_next(&record, &n, k->spill, e)) > 0) {
		const char *s = record;
		uint32_t rule = sorter_get_u32(s);
		uint64_t row = sorter_get_u64(s + RECORD - 8);
		bool again = !first && memcmp(s, last, sizeof(last)) == 0;
		bool refers = rule >= k->n_col + k->keys;

		theirs = (again && theirs) || row == 0;
		if (row != 0 && (refers ? !theirs : again))
			mark_row(rule < k->n_col ? &k->col[rule].marked :
			    &k->key[rule - k->n_col].marked, row);
		memcpy(last, s, sizeof(last));
		first = false;
	}
	sorter_free(k->spill);
	k->spill = NULL;
	return r;
}

bool
choose_spilled(struct checker *k, uint64_t rows)
{
	bool all = bytes_of_keys(k, rows) > k->memory, any = all;

	for (size_t i = 0; i < k->n_col; i++)
		k->col[i].spilled = all && k->col[i].c->unique;
	for (size_t i = 0; i < k->n_key; i++) {
		if (i < k->keys)
			k->key[i].spilled = all;
		any = any || k->key[i].spilled;
	}
	return any;
}
