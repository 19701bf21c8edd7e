/* Places that keep files: found by their URL, and what holds for all. */
#include "remote/transport/transport.h"

#include <string.h>

#include "remote/internal.h"

int
transport_get(struct buf *out, struct transport *t, const char *key,
    struct tag *tag, struct err *e)
{
	struct sink to = sink_buf(out);

	return t->ops->get(t, key, 0, 0, &to, tag, e);
}

int
transport_get_range(struct buf *out, struct transport *t, const char *key,
    uint64_t from, uint64_t n, struct err *e)
{
	struct sink to = sink_buf(out);

	return t->ops->get(t, key, from, n, &to, NULL, e);
}

void
transport_free(struct transport *t)
{
	if (t)
		t->ops->free(t);
}

bool
transport_key_ok(const char *key)
{
	bool dot = true;	/* no word begins with one */

	if (*key == '\0' || strlen(key) > 200)
		return false;
	for (; *key; key++) {
		bool word = (*key >= 'a' && *key <= 'z') ||
		    (*key >= '0' && *key <= '9') || *key == '-';

		if (!word && *key != '/' && *key != '.')
			return false;
		if (dot && !word)
			return false;
		dot = !word;
	}
	return !dot;
}
