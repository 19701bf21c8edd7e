/* Keys of rows as text. */
#include "feature/key.h"

#include <string.h>

#include "base/hash.h"

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

bool
key_event(uint64_t mark[2], const struct raw_cell *name)
{
	mark[0] = mark[1] = 0;
	if (name->s == NULL || name->n == 0)
		return false;
	mark[0] = hash64(name->s, name->n, 0);
	mark[1] = hash64(name->s, name->n, 1);
	return true;
}
