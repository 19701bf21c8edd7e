/* Keys and times, sorted. */
#include "feature/moments.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

#define MOMENTS_MAX ((size_t)UINT32_MAX - 1)
#define MANY 1024		/* moments of a key, from which on it is indexed */

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
	for (size_t i = 0; i < m->indexes; i++)
		free(m->index[i].first);
	free(m->index);
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
		struct moments_slot *to;

		for (at = hash & m->mask; m->slot[at].group != 0; )
			at = (at + 1) & m->mask;
		to = &m->slot[at];
		to->hash = hash;
		to->n = (uint32_t)len;
		to->group = (uint32_t)g + 1;
		if (len > MOMENTS_INLINE)
			to->far = s;
		else
			memcpy(to->in, s, len);
	}
	return 0;
}

/* ---- keys of many moments ---- */

static int
index_group(struct moments_index *to, const struct moments *m, size_t group,
    struct err *e)
{
	size_t low = m->start[group], high = m->start[group + 1], at = low;
	uint64_t span = (uint64_t)m->at[high - 1] - (uint64_t)m->at[low];
	size_t parts;

	to->group = (uint32_t)group;
	for (to->shift = 0; span >> to->shift > (high - low) / 4; )
		to->shift++;
	parts = (size_t)(span >> to->shift) + 1;
	to->first = mem_array(parts + 1, sizeof(*to->first));
	if (to->first == NULL)
		return err_set(e, ERR_NOMEM, "no memory to sort %zu rows",
		    m->n);
	for (size_t p = 0; p <= parts; p++) {
		while (at < high && ((uint64_t)m->at[at] -
		    (uint64_t)m->at[low]) >> to->shift < p)
			at++;
		to->first[p] = (uint32_t)at;
	}
	return 0;
}

static int
index_groups(struct moments *m, size_t groups, struct err *e)
{
	size_t n = 0;

	for (size_t g = 0; g < groups; g++)
		n += m->start[g + 1] - m->start[g] >= MANY;
	m->index = mem_zeroed(n + 1, sizeof(*m->index));
	if (m->index == NULL)
		return err_set(e, ERR_NOMEM, "no memory for %zu keys", groups);
	for (size_t g = 0; g < groups; g++)
		if (m->start[g + 1] - m->start[g] >= MANY && index_group(
		    &m->index[m->indexes++], m, g, e) < 0)
			return -1;
	return 0;
}

/* The parts of the group's time, or NULL. */
static const struct moments_index *
find_index(const struct moments *m, uint32_t group)
{
	size_t low = 0, high = m->indexes;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (m->index[mid].group < group)
			low = mid + 1;
		else
			high = mid;
	}
	return low < m->indexes && m->index[low].group == group ?
	    &m->index[low] : NULL;
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
	return fill_slots(m, groups, e) < 0 ? -1 : index_groups(m, groups, e);
}

static uint32_t
find_group(const struct moments *m, uint64_t hash, const char *s, size_t n)
{
	const struct moments_slot *slot;

	for (size_t at = hash & m->mask; (slot = &m->slot[at])->group != 0;
	    at = (at + 1) & m->mask)
		if (slot->hash == hash && slot->n == n &&
		    memcmp(n > MOMENTS_INLINE ? slot->far : slot->in, s,
		    n) == 0)
			return slot->group - 1;
	return MOMENTS_NONE;
}

/* Memory is far: what a loop looks at is fetched by the one before. */
void
moments_find(uint32_t *group, uint32_t *place, const struct moments *m,
    const struct feed_block *b, size_t from, const int64_t *known, size_t n)
{
	const struct feed_cell *key = b->key + from;
	const uint64_t *hash = b->hash + from;

	for (size_t i = 0; i < n; i++)
		__builtin_prefetch(&m->slot[hash[i] & m->mask]);
	for (size_t i = 0; i < n; i++) {
		group[i] = key[i].n == 0 ? MOMENTS_NONE : find_group(m,
		    hash[i], b->text + key[i].at, key[i].n);
		if (group[i] != MOMENTS_NONE)
			__builtin_prefetch(&m->start[group[i]]);
	}
	for (size_t i = 0; i < n; i++)
		if (group[i] != MOMENTS_NONE)
			__builtin_prefetch(&m->at[m->start[group[i]]]);
	for (size_t i = 0; i < n; i++) {
		size_t at = 0;

		place[i] = MOMENTS_NONE;
		if (group[i] == MOMENTS_NONE)
			continue;
		at = moments_from(m, group[i], known[i]);
		if (at < m->start[group[i] + 1])
			place[i] = (uint32_t)at;
	}
}

size_t
moments_from(const struct moments *m, uint32_t group, int64_t time)
{
	size_t low = m->start[group], high = m->start[group + 1], mid;
	const struct moments_index *x;

	if (high - low >= MANY && (x = find_index(m, group)) != NULL) {
		size_t part;

		if (time <= m->at[low])
			return low;
		if (time > m->at[high - 1])
			return high;
		part = (size_t)(((uint64_t)time - (uint64_t)m->at[low]) >>
		    x->shift);
		low = x->first[part];
		high = x->first[part + 1];
	}
	while (low < high) {
		mid = low + (high - low) / 2;
		if (m->at[mid] < time)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}
