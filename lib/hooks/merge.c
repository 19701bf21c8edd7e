/* Pointers that both sides of a merge changed: never mixed line by line. */
#include <string.h>

#include "base/file.h"
#include "hooks/hooks.h"

#define POINTER_MAX ((size_t)1 << 16)

static bool
is_same(const struct buf *a, const struct buf *b)
{
	return a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
}

static void
add_side(struct buf *out, const struct buf *side)
{
	buf_add(out, side->data, side->len);
	if (side->len && side->data[side->len - 1] != '\n')
		buf_addc(out, '\n');
}

int
hooks_merge(const char *base, const char *ours, const char *theirs,
    struct err *e)
{
	struct buf was, a, b, out;
	bool clean = true;
	int r = -1;

	buf_init(&was, POINTER_MAX);
	buf_init(&a, POINTER_MAX);
	buf_init(&b, POINTER_MAX);
	buf_init(&out, 4 * POINTER_MAX);
	if (file_read(&was, base, e) < 0 || file_read(&a, ours, e) < 0 ||
	    file_read(&b, theirs, e) < 0)
		goto done;
	if (is_same(&a, &b) || is_same(&b, &was)) {
		r = 1;
		goto done;
	}
	if (is_same(&a, &was)) {
		add_side(&out, &b);
	} else {
		clean = false;
		buf_adds(&out, "<<<<<<< ours\n");
		add_side(&out, &a);
		buf_adds(&out, "=======\n");
		add_side(&out, &b);
		buf_adds(&out, ">>>>>>> theirs\n");
	}
	if (buf_check(&out, e) == 0 && file_replace_own(os_real(), ours,
	    out.data, out.len, 0666, e) == 0)
		r = clean;
done:
	buf_free(&was);
	buf_free(&a);
	buf_free(&b);
	buf_free(&out);
	return r;
}
