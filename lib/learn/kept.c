/* Frames and bins in parcels, and out of them. */
#include "learn/kept.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/task.h"

#define FEATURES_MAX 65536
#define BINS_MAX 256		/* a row's bin is a byte */

static void
pack_words(struct parcel_out *o, const char *const *words, size_t n)
{
	parcel_add_number(o, n);
	for (size_t i = 0; i < n; i++)
		parcel_add_text(o, words[i]);
}

void
frame_pack(struct parcel_out *o, const struct frame *f)
{
	parcel_add_number(o, f->rows);
	parcel_add_text(o, f->target);
	parcel_add_number(o, (uint64_t)f->task);
	pack_words(o, f->classes, f->n_classes);
	parcel_add_number(o, f->positive);
	parcel_add_number(o, f->numeric_classes);
	parcel_add_number(o, f->n_features);
	for (size_t i = 0; i < f->n_features; i++) {
		const struct feature *x = &f->feature[i];

		parcel_add_text(o, x->name);
		parcel_add_number(o, (uint64_t)x->read_as);
		parcel_add_number(o, x->category);
		pack_words(o, x->levels, x->n_levels);
	}
	parcel_add_number(o, f->n_rounded);
	pack_words(o, f->rounded, f->n_rounded < FRAME_ROUNDED_TOLD ?
	    f->n_rounded : FRAME_ROUNDED_TOLD);
	parcel_add(o, f->y_class, f->task == TASK_REGRESSION ? 0 : f->rows *
	    sizeof(*f->y_class));
	parcel_add(o, f->y, f->y ? f->rows * sizeof(*f->y) : 0);
	parcel_add(o, f->weight, f->weight ? f->rows * sizeof(*f->weight) : 0);
}

static const char *const *
unpack_words(struct arena *a, size_t *n, struct parcel *p, size_t most)
{
	const char **words;

	*n = (size_t)parcel_take_number(p, most);
	words = arena_alloc(a, (*n + 1) * sizeof(*words));
	for (size_t i = 0; i < *n && !p->bad; i++) {
		words[i] = parcel_take_text(p);
		p->bad |= words[i] == NULL;
	}
	return words;
}

static void
unpack_features(struct frame *f, struct parcel *p)
{
	f->n_features = (size_t)parcel_take_number(p, FEATURES_MAX);
	f->feature = arena_alloc(&f->arena, (f->n_features + 1) *
	    sizeof(*f->feature));
	for (size_t i = 0; i < f->n_features && !p->bad; i++) {
		struct feature *x = &f->feature[i];

		x->name = parcel_take_text(p);
		x->read_as = (enum col_type)parcel_take_number(p, COL_FLOAT32);
		x->category = parcel_take_number(p, 1) != 0;
		x->levels = unpack_words(&f->arena, &x->n_levels, p,
		    FRAME_LEVELS_MAX);
		p->bad |= x->name == NULL || x->category != (x->read_as ==
		    COL_CATEGORY);
	}
}

/* What is learned, and how much each row counts. */
static void
unpack_rows(struct frame *f, struct parcel *p)
{
	f->y_class = parcel_take_maybe(p, f->rows, sizeof(*f->y_class));
	f->y = parcel_take_maybe(p, f->rows, sizeof(*f->y));
	f->weight = parcel_take_maybe(p, f->rows, sizeof(*f->weight));
	p->bad |= f->task == TASK_REGRESSION ? f->y == NULL :
	    f->y_class == NULL;
	for (size_t i = 0; !p->bad && i < f->rows; i++)
		p->bad |= (f->y_class && f->y_class[i] >= f->n_classes) ||
		    (f->y && !isfinite(f->y[i])) || (f->weight &&
		    !(f->weight[i] >= 0 && isfinite(f->weight[i])));
}

int
frame_unpack(struct frame *f, struct parcel *p, struct err *e)
{
	const char *const *rounded;
	size_t told;

	memset(f, 0, sizeof(*f));
	f->rows = (size_t)parcel_take_number(p, p->end);
	f->target = parcel_take_text(p);
	f->task = (enum task)parcel_take_number(p, TASK_REGRESSION);
	f->classes = unpack_words(&f->arena, &f->n_classes, p,
	    TASK_CLASSES_MAX);
	f->positive = (size_t)parcel_take_number(p, TASK_CLASSES_MAX);
	f->numeric_classes = parcel_take_number(p, 1) != 0;
	unpack_features(f, p);
	f->n_rounded = (size_t)parcel_take_number(p, FEATURES_MAX);
	rounded = unpack_words(&f->arena, &told, p, FRAME_ROUNDED_TOLD);
	for (size_t i = 0; i < told; i++)
		f->rounded[i] = rounded[i];
	unpack_rows(f, p);
	if (p->bad || f->rows == 0 || f->target == NULL ||
	    f->n_features == 0 || f->task == TASK_AUTO ||
	    (f->task != TASK_REGRESSION && f->positive >= f->n_classes)) {
		frame_release(f);
		return err_set(e, ERR_CORRUPT, "no frame");
	}
	return 0;
}

/* --- bins ------------------------------------------------------------------ */

void
bins_pack(struct parcel_out *o, const struct bins *b)
{
	for (size_t k = 0; k < b->n_features; k++) {
		const struct bin_feature *x = &b->feature[k];

		parcel_add_number(o, x->n_bins);
		parcel_add_number(o, x->missing);
		parcel_add_number(o, x->rest);
		parcel_add_number(o, x->offset);
		parcel_add(o, x->bound, x->bound ? x->n_bins *
		    sizeof(*x->bound) : 0);
		parcel_add(o, x->of_level, x->of_level ? x->n_levels + 1 : 0);
		parcel_add(o, x->level, x->level ? x->n_bins *
		    sizeof(*x->level) : 0);
	}
	parcel_add_number(o, b->total);
	parcel_add(o, b->row, b->rows * b->stride);
	parcel_add(o, b->column, b->column ? b->rows * b->n_features : 0);
}

static void *
copied(const void *p, size_t n, size_t size)
{
	void *out = p ? xalloc(n + 1, size) : NULL;

	if (p)
		memcpy(out, p, n * size);
	return out;
}

static void
unpack_feature(struct bin_feature *x, struct parcel *p,
    const struct feature *f)
{
	const uint8_t *of_level;
	const uint32_t *level;

	x->category = f->category;
	x->n_levels = f->category ? f->n_levels : 0;
	x->n_bins = (uint32_t)parcel_take_number(p, BINS_MAX - 1);
	x->missing = parcel_take_number(p, 1) != 0;
	x->rest = (uint32_t)parcel_take_number(p, x->n_bins);
	x->offset = (uint32_t)parcel_take_number(p, UINT32_MAX);
	x->bound = copied(parcel_take_maybe(p, x->n_bins, sizeof(float)),
	    x->n_bins, sizeof(float));
	of_level = parcel_take_maybe(p, x->n_levels + 1, 1);
	level = parcel_take_maybe(p, x->n_bins, sizeof(*level));
	for (size_t i = 0; of_level && i <= x->n_levels; i++)
		p->bad |= of_level[i] > x->n_bins;
	for (size_t i = 0; level && i < x->n_bins; i++)
		p->bad |= level[i] >= x->n_levels;
	x->of_level = copied(of_level, x->n_levels + 1, 1);
	x->level = copied(level, x->n_bins, sizeof(*level));
	p->bad |= f->category ? of_level == NULL || (x->n_bins > 0 &&
	    level == NULL) : x->bound == NULL;
}

/* No bin is beyond its feature's last one, which is for what is missing. */
static void
check_bins(const struct bins *b, struct parcel *p)
{
	uint8_t *most = xalloc(b->stride, 1);

	for (size_t i = 0; i < b->rows; i++)
		for (size_t k = 0; k < b->stride; k++) {
			uint8_t bin = b->row[i * b->stride + k];

			most[k] = bin > most[k] ? bin : most[k];
		}
	for (size_t k = 0; b->column && k < b->n_features; k++)
		for (size_t i = 0; i < b->rows; i++) {
			uint8_t bin = b->column[k * b->rows + i];

			most[k] = bin > most[k] ? bin : most[k];
		}
	for (size_t k = 0; k < b->n_features; k++)
		p->bad |= most[k] > b->feature[k].n_bins;
	free(most);
}

int
bins_unpack(struct bins *b, struct parcel *p, const struct frame *f,
    struct err *e)
{
	uint32_t total = 0;

	bins_shape(b, f);
	for (size_t k = 0; k < b->n_features && !p->bad; k++) {
		unpack_feature(&b->feature[k], p, &f->feature[k]);
		p->bad |= b->feature[k].offset != total;
		total = bins_after(&b->feature[k]);
	}
	b->total = (uint32_t)parcel_take_number(p, UINT32_MAX);
	b->borrowed = true;
	b->row = (void *)(uintptr_t)parcel_take_array(p, b->rows, b->stride);
	b->column = (void *)(uintptr_t)parcel_take_maybe(p, b->rows,
	    b->n_features);
	p->bad |= total != b->total;
	if (!p->bad)
		check_bins(b, p);
	if (p->bad) {
		bins_release(b);
		return err_set(e, ERR_CORRUPT, "no bins");
	}
	return 0;
}
