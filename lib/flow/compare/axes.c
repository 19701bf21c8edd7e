/* Parallel coordinates of runs: numbers where all are numbers, else words. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "doc/parallel.h"
#include "flow/compare/internal.h"

#define PARAMS 8		/* axes of parameters; the others are metrics */
#define WORDS 12		/* that are written along an axis */

struct axes {
	struct parallel_axis axis[PARALLEL_AXES];
	double *at;			/* (n, PARALLEL_AXES) */
	size_t n;
};

static bool
begins(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

static const char *
short_number(struct page *p, double v)
{
	return arena_printf(&p->a, "%.4g", v);
}

/* False: not all of those that are there are finite numbers. */
static bool
read_numbers(double *v, const struct run_diff_line *l, size_t n)
{
	bool some = false;

	for (size_t i = 0; i < n; i++) {
		v[i] = NAN;
		if (l->text[i] == NULL)
			continue;
		if (!num_parse_f64(l->text[i], strlen(l->text[i]), &v[i]))
			return false;
		some |= isfinite(v[i]);
	}
	return some;
}

static void
add_numbers(struct page *p, struct axes *x, const double *v)
{
	struct parallel_axis *axis = &x->axis[x->n];
	const char **label = arena_alloc(&p->a, 2 * sizeof(*label));
	double *at = arena_alloc(&p->a, 2 * sizeof(*at));
	double low = INFINITY, high = -INFINITY;

	for (size_t i = 0; i < p->n; i++) {
		if (isfinite(v[i]) && v[i] < low)
			low = v[i];
		if (isfinite(v[i]) && v[i] > high)
			high = v[i];
	}
	for (size_t i = 0; i < p->n; i++)
		x->at[i * PARALLEL_AXES + x->n] = !isfinite(v[i]) ? NAN :
		    high > low ? v[i] / (high - low) - low / (high - low) :
		    0.5;
	label[0] = short_number(p, low);
	label[1] = short_number(p, high);
	at[1] = 1;
	axis->label = label;
	axis->at = at;
	axis->n_labels = high > low ? 2 : 1;
	if (axis->n_labels == 1)
		at[0] = 0.5;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
add_words(struct page *p, struct axes *x, const struct run_diff_line *l)
{
	const char **word = arena_alloc(&p->a, p->n * sizeof(*word));
	double *at = arena_alloc(&p->a, p->n * sizeof(*at));
	size_t n = 0, kept = 0;

	for (size_t i = 0; i < p->n; i++)
		if (l->text[i])
			word[n++] = l->text[i];
	qsort(word, n, sizeof(*word), by_text);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || strcmp(word[kept - 1], word[i]) != 0)
			word[kept++] = word[i];
	for (size_t i = 0; i < kept; i++)
		at[i] = kept > 1 ? (double)i / (double)(kept - 1) : 0.5;
	for (size_t i = 0; i < p->n; i++) {
		double *to = &x->at[i * PARALLEL_AXES + x->n];

		*to = NAN;
		for (size_t k = 0; l->text[i] && k < kept; k++)
			if (strcmp(word[k], l->text[i]) == 0)
				*to = at[k];
	}
	x->axis[x->n].label = word;
	x->axis[x->n].at = at;
	x->axis[x->n].n_labels = kept <= WORDS ? kept : 0;
}

static void
add_lines(struct page *p, struct axes *x, const char *prefix, size_t most)
{
	double *v = arena_alloc(&p->a, p->n * sizeof(*v));

	for (size_t i = 0; i < p->diff.n_lines && x->n < most; i++) {
		const struct run_diff_line *l = &p->diff.line[i];

		if (!l->differs || !begins(l->field, prefix))
			continue;
		x->axis[x->n].name = l->field + strlen(prefix);
		if (read_numbers(v, l, p->n))
			add_numbers(p, x, v);
		else
			add_words(p, x, l);
		x->n++;
	}
}

/* By quarters of the last axis: the lines that end together look alike. */
static const int *
shades(struct page *p, const struct axes *x)
{
	int *shade = arena_alloc(&p->a, p->n * sizeof(*shade));

	for (size_t i = 0; i < p->n; i++) {
		double at = x->at[i * PARALLEL_AXES + x->n - 1];

		shade[i] = !isfinite(at) ? 0 : at < 1 ? (int)(at *
		    PARALLEL_SHADES) : PARALLEL_SHADES - 1;
	}
	return shade;
}

void
page_axes(struct page *p)
{
	struct axes x = { .n = 0 };
	struct parallel all = { .title = "Each line is a run; its colour is "
	    "where it ends" };
	double *at;

	x.at = arena_alloc(&p->a, p->n * PARALLEL_AXES * sizeof(*x.at));
	add_lines(p, &x, "params.", PARAMS);
	add_lines(p, &x, "metrics.", PARALLEL_AXES);
	if (x.n < 2)
		return;
	at = arena_alloc(&p->a, p->n * x.n * sizeof(*at));
	for (size_t i = 0; i < p->n; i++)
		memcpy(at + i * x.n, x.at + i * PARALLEL_AXES, x.n *
		    sizeof(*at));
	all.axis = x.axis;
	all.n_axes = x.n;
	all.at = at;
	all.name = p->name;
	all.shade = shades(p, &x);
	all.n_lines = p->n;
	doc_heading(&p->d, 2, "Parameters and metrics");
	doc_parallel(&p->d, &all);
}
