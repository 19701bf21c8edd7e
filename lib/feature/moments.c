/* Keys and times, sorted. */
#include "feature/moments.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

#define MOMENTS_MAX ((size_t)UINT32_MAX - 1)

void
moments_init(struct moments *m)
{
	memset(m, 0, sizeof(*m));
	m->keys = intern_new();
}

void
moments_release(struct moments *m)
{
	intern_free(m->keys);
	free(m->key);
	free(m->time);
	free(m->at);
	free(m->row);
	free(m->place);
	free(m->start);
	free(m->slot);
}

int
moments_add(struct moments *m, const struct buf *key, int64_t time,
    struct err *e)
{
	size_t room = m->room ? m->room * 2 : 4096;
	void *k, *t;

	if (m->n >= MOMENTS_MAX)
		return err_set(e, ERR_TOOBIG, "more than 2^32 rows at once");
	if (m->n == m->room) {
		if ((k = mem_resize(m->key, room, sizeof(*m->key))) != NULL)
			m->key = k;
		if ((t = mem_resize(m->time, room, sizeof(*m->time))) != NULL)
			m->time = t;
		if (k == NULL || t == NULL)
			return err_set(e, ERR_NOMEM, "no memory for %zu rows",
			    room);
		m->room = room;
	}
	m->key[m->n] = key->len == 0 ? INTERN_NONE :
	    intern_add(m->keys, key->data, key->len);
	m->time[m->n++] = time;
	return 0;
}

struct moment {
	int64_t at;
	uint32_t row;
};

static int
by_time(const void *a, const void *b)
{
	const struct moment *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

/* Rows dealt to the groups of their keys, in their order; start[] says first
 * how many, then where each ends, then where it begins. */
static void
deal_rows(struct moment *to, struct moments *m, size_t groups)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->key[i] != INTERN_NONE)
			m->start[m->key[i]]++;
	for (size_t g = 1; g <= groups; g++)
		m->start[g] += m->start[g - 1];
	for (size_t i = m->n; i-- > 0;)
		if (m->key[i] != INTERN_NONE)
			to[--m->start[m->key[i]]] = (struct moment){
			    m->time[i], (uint32_t)i };
}

static int
fill_slots(struct moments *m, size_t groups, struct err *e)
{
	size_t n = 64, at, len;

	while (n < 2 * groups)
		n *= 2;
	m->mask = n - 1;
	if ((m->slot = mem_zeroed(n, sizeof(*m->slot))) == NULL)
		return err_set(e, ERR_NOMEM, "no memory for %zu keys", groups);
	for (size_t g = 0; g < groups; g++) {
		const char *s = intern_text(m->keys, (uint32_t)g, &len);
		uint64_t hash = hash64(s, len, 0);

		for (at = hash & m->mask; m->slot[at].s; )
			at = (at + 1) & m->mask;
		m->slot[at] = (struct moments_slot){ hash, s, (uint32_t)len,
		    (uint32_t)g };
	}
	return 0;
}

int
moments_sort(struct moments *m, struct err *e)
{
	size_t groups = intern_count(m->keys);
	struct moment *all = mem_array(m->n + 1, sizeof(*all));

	m->at = mem_array(m->n + 1, sizeof(*m->at));
	m->row = mem_array(m->n + 1, sizeof(*m->row));
	m->place = mem_array(m->n + 1, sizeof(*m->place));
	m->start = mem_zeroed(groups + 1, sizeof(*m->start));
	if (!all || !m->at || !m->row || !m->place || !m->start) {
		free(all);
		return err_set(e, ERR_NOMEM, "no memory to sort %zu rows",
		    m->n);
	}
	deal_rows(all, m, groups);
	for (size_t g = 0; g < groups; g++) {
		size_t from = m->start[g], to = m->start[g + 1], i = from + 1;

		while (i < to && all[i - 1].at <= all[i].at)
			i++;
		if (i < to)
			qsort(all + from, to - from, sizeof(*all), by_time);
	}
	for (size_t i = 0; i < m->start[groups]; i++) {
		m->at[i] = all[i].at;
		m->row[i] = all[i].row;
		m->place[all[i].row] = (uint32_t)i;
	}
	free(all);
	return fill_slots(m, groups, e);
}

static uint32_t
find_group(const struct moments *m, uint64_t hash, const char *s, size_t n)
{
	const struct moments_slot *slot;

	for (size_t at = hash & m->mask; (slot = &m->slot[at])->s != NULL;
	    at = (at + 1) & m->mask)
		if (slot->hash == hash && slot->n == n &&
		    memcmp(slot->s, s, n) == 0)
			return slot->group;
	return INTERN_NONE;
}

/* Memory is far: what the second and third loop look at is fetched by the
 * one before. */
void
moments_groups(uint32_t *group, uint64_t *hash, const struct moments *m,
    const char *text, const size_t *end, size_t n)
{
	size_t from = 0;

	for (size_t i = 0; i < n; from = end[i++]) {
		hash[i] = hash64(text + from, end[i] - from, 0);
		__builtin_prefetch(&m->slot[hash[i] & m->mask]);
	}
	for (size_t i = 0; i < n; i++)
		__builtin_prefetch(m->slot[hash[i] & m->mask].s);
	from = 0;
	for (size_t i = 0; i < n; from = end[i++]) {
		group[i] = end[i] == from ? INTERN_NONE : find_group(m,
		    hash[i], text + from, end[i] - from);
		if (group[i] != INTERN_NONE)
			__builtin_prefetch(&m->start[group[i]]);
	}
	for (size_t i = 0; i < n; i++)
		if (group[i] != INTERN_NONE)
			__builtin_prefetch(&m->at[m->start[group[i]]]);
}

size_t
moments_from(const struct moments *m, uint32_t group, int64_t time)
{
	size_t low = m->start[group], high = m->start[group + 1], mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (m->at[mid] < time)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Bytes of a whole number before a point and zeros; all n otherwise. */
static size_t
whole_part(const char *s, size_t n)
{
	const char *point = memchr(s, '.', n);
	size_t i = n > 0 && (*s == '-' || *s == '+'), at;

	if (point == NULL || (at = (size_t)(point - s)) <= i || at + 1 == n)
		return n;
	for (; i < n; i++)
		if (i != at && (s[i] < '0' || s[i] > (i < at ? '9' : '0')))
			return n;
	return at;
}

void
key_part(struct buf *out, const struct raw_cell *c, bool alone)
{
	size_t n = c->quoted ? c->n : whole_part(c->s, c->n);

	if (!alone)
		buf_le32(out, (uint32_t)n);
	buf_add(out, c->s, n);
}

void
key_text(struct buf *out, const struct column *col, size_t n, size_t i)
{
	buf_clear(out);
	for (size_t k = 0; k < n; k++) {
		if (col[k].raw[i].s == NULL || col[k].raw[i].n == 0) {
			buf_clear(out);
			return;
		}
		key_part(out, &col[k].raw[i], n == 1);
	}
}
