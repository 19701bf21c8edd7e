/* Rows moved to lie as the leaves of a tree hold them. */
#include "learn/gbdt/reorder.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define PIECE ((size_t)16384)	/* rows a thread takes at a time */

bool
reorder_init(struct reorder *o, const struct grower *w)
{
	size_t n = w->b->rows, width = w->b->stride > 8 ? w->b->stride : 8;

	*o = (struct reorder){ mem_array(n, sizeof(*o->place)),
	    mem_array(n, width), n, w->pool };
	if (o->place == NULL || o->room == NULL) {
		reorder_release(o);
		return false;
	}
	for (size_t k = 0; k < w->n_leaves; k++) {
		const struct leaf *l = &w->leaf[k];

		memcpy(o->place + l->from, leaf_rows(w, l), l->n *
		    sizeof(*o->place));
	}
	return true;
}

void
reorder_release(struct reorder *o)
{
	free(o->place);
	free(o->room);
	memset(o, 0, sizeof(*o));
}

struct move_job {
	uint8_t *to;
	const uint8_t *from;
	size_t size;
	const uint32_t *place;
	size_t n;
};

static void
move_piece(void *ctx, size_t piece, int worker)
{
	const struct move_job *j = ctx;
	size_t i = piece * PIECE, end = i + PIECE < j->n ? i + PIECE : j->n;
	const uint32_t *place = j->place;
	size_t size = j->size;

	(void)worker;
	/* sizes that compilers move in one step */
	if (size == 8)
		for (; i < end; i++)
			memcpy(j->to + i * 8, j->from + (size_t)place[i] * 8,
			    8);
	else if (size == 4)
		for (; i < end; i++)
			memcpy(j->to + i * 4, j->from + (size_t)place[i] * 4,
			    4);
	else if (size == 1)
		for (; i < end; i++)
			j->to[i] = j->from[place[i]];
	else
		for (; i < end; i++)
			memcpy(j->to + i * size, j->from + place[i] * size,
			    size);
}

void
reorder_items(const struct reorder *o, void *items, size_t size)
{
	struct move_job j = { items, o->room, size, o->place, o->n };

	if (items == NULL)
		return;
	memcpy(o->room, items, o->n * size);
	pool_run(o->pool, (o->n + PIECE - 1) / PIECE, move_piece, &j);
}

void
reorder_bins(const struct reorder *o, struct bins *b)
{
	reorder_items(o, b->row, b->stride);
	for (size_t k = 0; k < b->n_features; k++)
		reorder_items(o, b->column + k * b->rows, 1);
}
