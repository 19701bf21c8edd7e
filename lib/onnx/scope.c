/* What the names in a function are outside of it. */
#include "onnx/scope.h"

#include <string.h>

struct scope_name {
	const char *inside, *outside;
};

struct onnx_scope {
	struct scope_name *name;	/* by the bytes of inside */
	size_t n;
};

struct onnx_scope *
onnx_scope_new(struct arena *a)
{
	return arena_alloc(a, sizeof(struct onnx_scope));
}

/* Sorted by halves, merged: no more than n log n steps. */
static void
sort_names(struct scope_name *v, size_t n, struct scope_name *room)
{
	size_t half = n / 2, i = 0, j = half, k = 0;

	if (n < 2)
		return;
	sort_names(v, half, room);
	sort_names(v + half, n - half, room);
	while (k < n)
		room[k++] = j == n || (i < half && strcmp(v[i].inside,
		    v[j].inside) <= 0) ? v[i++] : v[j++];
	memcpy(v, room, n * sizeof(*v));
}

void
onnx_scope_fill(struct onnx_scope *s, struct arena *a,
    const struct intern *inside, const char *const *outside)
{
	size_t n;

	s->n = intern_count(inside);
	s->name = arena_alloc(a, (2 * s->n + 1) * sizeof(*s->name));
	for (size_t i = 0; i < s->n; i++) {
		const char *text = intern_text(inside, (uint32_t)i, &n);

		s->name[i].inside = arena_strndup(a, text, n);
		s->name[i].outside = outside[i];
	}
	sort_names(s->name, s->n, s->name + s->n);
}

const char *
onnx_scope_name(const struct onnx_scope *s, const char *inside)
{
	size_t low = 0, high = s ? s->n : 0;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int c = strcmp(s->name[mid].inside, inside);

		if (c == 0)
			return s->name[mid].outside;
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return inside;
}
