/* Metrics over folds: values, mean, standard deviation. */
#include "judge/folds.h"

#include <math.h>
#include <string.h>

static void
begin(struct fold_metrics *f, struct arena *a, const struct metrics *m)
{
	for (size_t i = 0; i < m->n; i++) {
		f->m[i].name = arena_strdup(a, m->m[i].name);
		f->m[i].value = arena_alloc(a, f->folds * sizeof(double));
	}
	f->n = m->n;
}

static void
summarise(struct fold_metric *m, size_t folds)
{
	double sum = 0, far = 0;

	for (size_t i = 0; i < folds; i++)
		sum += m->value[i];
	m->mean = sum / (double)folds;
	for (size_t i = 0; i < folds; i++)
		far += (m->value[i] - m->mean) * (m->value[i] - m->mean);
	m->sd = sqrt(far / (double)folds);
}

void
fold_metrics_add(struct fold_metrics *f, struct arena *a,
    const struct evaluation *v)
{
	size_t kept = 0;

	if (f->added == 0)
		begin(f, a, &v->metrics);
	for (size_t i = 0; i < f->n; i++) {
		const struct metric *m = metrics_find(&v->metrics,
		    f->m[i].name);

		if (m == NULL)
			continue;
		f->m[i].value[f->added] = m->value;
		f->m[kept++] = f->m[i];
	}
	f->n = kept;
	f->added++;
	for (size_t i = 0; f->added == f->folds && i < f->n; i++)
		summarise(&f->m[i], f->folds);
}

struct json *
fold_metrics_json(struct arena *a, const struct fold_metrics *f)
{
	struct json *all = json_new(a, JSON_MAP), *one, *list;

	for (size_t i = 0; i < f->n; i++) {
		one = json_add_map(a, all, f->m[i].name);
		json_add_num(a, one, "mean", f->m[i].mean);
		json_add_num(a, one, "sd", f->m[i].sd);
		list = json_add_list(a, one, "values");
		for (size_t k = 0; k < f->folds; k++)
			json_add_num(a, list, NULL, f->m[i].value[k]);
	}
	return all;
}
