/*
 * What schemas made from data and read from files have in common.
 */
#include "quality/schema.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void
schema_set_values(struct schema_column *c, const char **v, size_t n)
{
	qsort(v, n, sizeof(*v), by_text);
	c->values = v;
	c->n_values = n;
}

void
schema_column_init(struct schema_column *c, const char *name)
{
	memset(c, 0, sizeof(*c));
	c->name = name;
	c->type = COL_TEXT;
	c->mostly = 1;
	c->missing = c->distinct = NAN;
}

struct schema *
schema_new(struct arena *a)
{
	struct schema *s = arena_alloc(a, sizeof(*s));

	s->trend.last = 5;
	s->trend.rows = s->trend.mean = s->trend.missing = NAN;
	return s;
}

static const struct {
	const char *word;
	bool of_text, of_date;
} aggregates[AGGREGATES] = {
	[AGGREGATE_MEAN] = { "mean", false, false },
	[AGGREGATE_MEDIAN] = { "median", false, true },
	[AGGREGATE_SUM] = { "sum", false, false },
	[AGGREGATE_STDEV] = { "stdev", false, false },
	[AGGREGATE_LEAST] = { "least", false, true },
	[AGGREGATE_GREATEST] = { "greatest", false, true },
	[AGGREGATE_DISTINCT] = { "distinct", true, true },
	[AGGREGATE_DISTINCT_SHARE] = { "distinct_share", true, true },
	[AGGREGATE_MISSING] = { "missing", true, true },
	[AGGREGATE_QUANTILE] = { "quantiles", false, true },
};

const char *
aggregate_word(enum aggregate of)
{
	return aggregates[of].word;
}

bool
aggregate_of_text(enum aggregate of)
{
	return aggregates[of].of_text;
}

bool
aggregate_of_date(enum aggregate of)
{
	return aggregates[of].of_date;
}

const struct schema_column *
schema_find(const struct schema *s, const char *name)
{
	for (size_t i = 0; i < s->cols; i++)
		if (strcmp(s->col[i].name, name) == 0)
			return &s->col[i];
	return NULL;
}

void
schema_read_opts(struct table_read_opts *o, struct arena *a,
    const struct schema *s)
{
	struct table_type *t = arena_alloc(a, (s->cols + 1) * sizeof(*t));

	for (size_t i = 0; i < s->cols; i++)
		t[i] = (struct table_type){ s->col[i].name, s->col[i].type,
		    s->col[i].form };
	o->likely = s->read.format;
	if (o->encoding == NULL)
		o->encoding = s->read.encoding;
	if (o->skip == 0)
		o->skip = s->read.skip;
	if (o->delimiter == '\0')
		o->delimiter = s->read.delimiter;
	if (o->quote == '\0' && !o->no_quote) {
		o->quote = s->read.quote;
		o->no_quote = s->read.no_quote;
	}
	if (o->escape == '\0')
		o->escape = s->read.escape;
	if (o->comment == '\0')
		o->comment = s->read.comment;
	if (o->header == TABLE_HEADER_AUTO)
		o->header = s->read.header;
	if (o->n_columns == 0) {
		o->columns = s->read.columns;
		o->n_columns = s->read.n_columns;
	}
	if (o->n_na == 0) {
		o->na = s->read.na;
		o->n_na = s->read.n_na;
	}
	if (o->n_types == 0) {
		o->types = t;
		o->n_types = s->cols;
	}
}
