/* The list of what is kept. */
#include <stdlib.h>
#include <string.h>

#include "foreign/internal.h"

struct foreign_file *
foreign_add(struct foreign_list *l, const char *path)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->v[i].path, path) == 0)
			return NULL;
	l->v = arena_grow(&l->arena, l->v, l->n, &l->room, sizeof(*l->v));
	l->v[l->n] = (struct foreign_file){ .path = arena_strdup(&l->arena,
	    path) };
	return &l->v[l->n++];
}

bool
is_digest(const char *s, size_t bytes)
{
	return strlen(s) == 2 * bytes &&
	    strspn(s, "0123456789abcdef") == 2 * bytes;
}

static size_t
depth_of(const char *path)
{
	size_t n = 0;

	for (; *path; path++)
		n += *path == '/';
	return n;
}

static int
by_depth(const void *a, const void *b)
{
	const struct foreign_file *x = a, *y = b;
	size_t m = depth_of(x->path), n = depth_of(y->path);

	return m != n ? (m > n) - (m < n) : strcmp(x->path, y->path);
}

void
foreign_sort(struct foreign_list *l)
{
	if (l->n)
		qsort(l->v, l->n, sizeof(*l->v), by_depth);
}

void
foreign_list_release(struct foreign_list *l)
{
	arena_free(&l->arena);
	memset(l, 0, sizeof(*l));
}
