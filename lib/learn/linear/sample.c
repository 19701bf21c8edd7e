/* Some of a frame's rows, evenly spread, for a start that costs little. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "learn/linear/internal.h"

struct sampling {
	struct frame *to;
	const struct frame *from;
	size_t every;
};

/* Items of n bytes each. */
static void *
gather_items(const struct sampling *s, const void *from, size_t n)
{
	char *to = xalloc(s->to->rows + 1, n);

	for (size_t i = 0; i < s->to->rows; i++)
		memcpy(to + i * n, (const char *)from + i * s->every * n, n);
	return to;
}

static void
gather_feature(void *ctx, size_t k, int worker)
{
	struct sampling *s = ctx;
	const struct feature *from = &s->from->feature[k];
	struct feature *to = &s->to->feature[k];

	(void)worker;
	*to = *from;
	to->mapped = false;
	if (from->number)
		to->number = gather_items(s, from->number, sizeof(float));
	if (from->level)
		to->level = gather_items(s, from->level, sizeof(uint32_t));
	frame_let_go_of(s->from, k, 0, s->from->rows);
}

void
sample_init(struct frame *sample, const struct frame *f, size_t every,
    struct pool *pool)
{
	struct sampling s = { sample, f, every };

	*sample = *f;
	memset(&sample->arena, 0, sizeof(sample->arena));
	sample->rows = (f->rows + every - 1) / every;
	sample->feature = xalloc(f->n_features + 1, sizeof(*sample->feature));
	pool_run(pool, f->n_features, gather_feature, &s);
	if (f->y_class)
		sample->y_class = gather_items(&s, f->y_class, sizeof(*f->y_class));
	if (f->y)
		sample->y = gather_items(&s, f->y, sizeof(*f->y));
	if (f->weight)
		sample->weight = gather_items(&s, f->weight, sizeof(*f->weight));
}

/* Ours, though readers of a frame may not write to it. */
static void
free_items(const void *p)
{
	free((void *)(uintptr_t)p);
}

void
sample_release(struct frame *sample)
{
	for (size_t k = 0; k < sample->n_features; k++) {
		free_items(sample->feature[k].number);
		free_items(sample->feature[k].level);
	}
	free(sample->feature);
	free_items(sample->y_class);
	free_items(sample->y);
	free_items(sample->weight);
}
