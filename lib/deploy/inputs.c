/* What came in, by the profile of the training rows. */
#include "deploy/inputs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/intern.h"
#include "base/mem.h"
#include "model/meta.h"
#include "profile/profile.h"

struct input {
	const char *name;		/* the binding's */
	bool profiled;
	double least, most;		/* least > most: no range is known */
	struct intern *words;		/* all there are; or NULL */
	struct feature_stats *stats;	/* NULL: not named yet */
};

struct inputs {
	size_t n;
	struct input *input;
};

/* --- the profile ---------------------------------------------------------- */

static void
take_column(struct input *in, const struct profile_column *c)
{
	in->profiled = true;
	if (c->is_number && c->finite > 0) {
		in->least = c->min;
		in->most = c->max;
	}
	if (c->is_number || !c->complete || c->type != COL_CATEGORY)
		return;
	in->words = intern_new();
	for (size_t i = 0; i < c->words; i++)
		(void)intern_add(in->words, c->word[i].s, c->word[i].len);
}

struct inputs *
inputs_new(const struct binding *b)
{
	const char *text = model_meta(binding_model(b), META_PROFILE);
	struct inputs *p = xalloc(1, sizeof(*p));
	const struct table_want *want = binding_wants(b, &p->n);
	struct err ignored;
	struct profile *profile = NULL;
	struct profile_column c;

	p->input = xalloc(p->n + 1, sizeof(*p->input));
	if (text && profile_parse(&profile, text, strlen(text), &ignored) < 0)
		profile = NULL;
	for (size_t i = 0; i < p->n; i++) {
		p->input[i] = (struct input){ .name = want[i].name,
		    .least = 1, .most = 0 };
		if (profile && profile_find(&c, profile, want[i].name))
			take_column(&p->input[i], &c);
	}
	if (profile)
		profile_free(profile);
	return p;
}

void
inputs_free(struct inputs *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->n; i++)
		if (p->input[i].words)
			intern_free(p->input[i].words);
	free(p->input);
	free(p);
}

void
inputs_name(struct inputs *p, struct server_stats *stats, const char *model)
{
	for (size_t i = 0; i < p->n; i++)
		p->input[i].stats = server_stats_feature(stats, model,
		    p->input[i].name, p->input[i].profiled);
}

/* --- rows ----------------------------------------------------------------- */

static double
number_at(const struct column *c, size_t row)
{
	switch (c->type) {
	case COL_FLOAT64:
		return c->f64[row];
	case COL_BOOL:
		return c->b[row];
	case COL_INT64:
	case COL_DATETIME:
		return (double)c->i64[row];
	default:
		return NAN;
	}
}

static void
count_column(const struct input *in, const struct column *c, size_t rows)
{
	bool text = col_type_is_text(c->type);
	uint64_t missing = 0, unseen = 0, outside = 0;

	for (size_t i = 0; i < rows; i++) {
		size_t n;
		const char *s;
		double v;

		if (text) {
			s = column_missing(c, i) ? NULL : column_text(c, i, &n);
			if (s == NULL || n == 0)
				missing++;
			else if (in->words)
				unseen += intern_find(in->words, s, n) ==
				    INTERN_NONE;
			continue;
		}
		v = number_at(c, i);
		if (column_missing(c, i) || isnan(v))
			missing++;
		else if (in->least <= in->most)
			outside += v < in->least || v > in->most;
	}
	stats_add(&in->stats->missing, missing);
	stats_add(&in->stats->unseen, unseen);
	stats_add(&in->stats->outside, outside);
}

void
inputs_count(const struct inputs *p, const struct table *block)
{
	for (size_t i = 0; i < p->n && i < block->cols; i++)
		if (p->input[i].stats)
			count_column(&p->input[i], &block->col[i], block->rows);
}
