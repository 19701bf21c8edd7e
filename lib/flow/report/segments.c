/* Each segment of the current side beside the same one of the reference. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "flow/report/internal.h"

struct segment {
	const char *s;
	size_t n;
	size_t *ref, *cur;		/* rows */
	size_t n_ref, n_cur;
};

/* Places of the rows whose cell is that text. */
static size_t
rows_of(size_t **out, const struct column *c, const char *s, size_t n)
{
	size_t found = 0;

	*out = xalloc(c->rows + 1, sizeof(**out));
	for (size_t i = 0; i < c->rows; i++) {
		char room[COLUMN_PRINT_MAX];
		size_t len;
		const char *t = column_print(c, i, room, &len);

		if (t != NULL && len == n && memcmp(t, s, n) == 0)
			(*out)[found++] = i;
	}
	return found;
}

struct value {
	uint32_t at;
	uint64_t n;
};

static int
by_count(const void *a, const void *b)
{
	const struct value *x = a, *y = b;

	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

/* The values of the reference's column, the most frequent first. */
static struct value *
find_values(size_t *n, struct intern *all, const struct column *c)
{
	struct value *v;
	uint32_t *at = xalloc(c->rows + 1, sizeof(*at));

	for (size_t i = 0; i < c->rows; i++) {
		char room[COLUMN_PRINT_MAX];
		size_t len;
		const char *s = column_print(c, i, room, &len);

		at[i] = s == NULL ? INTERN_NONE : intern_add(all, s, len);
	}
	*n = intern_count(all);
	v = xalloc(*n + 1, sizeof(*v));
	for (uint32_t i = 0; i < *n; i++)
		v[i].at = i;
	for (size_t i = 0; i < c->rows; i++)
		if (at[i] != INTERN_NONE)
			v[at[i]].n++;
	qsort(v, *n, sizeof(*v), by_count);
	free(at);
	return v;
}

/* Which column moved most, and how many drifted. */
struct moved {
	size_t count;
	const char *most;
	double score;
};

static int
compare_segment(struct moved *m, struct report *p, const struct segment *s,
    struct err *e)
{
	struct binned_opts o = { p->o->drift->only, p->o->drift->exclude,
	    p->o->drift->n_only, p->o->drift->n_exclude };
	struct table *ref = NULL, *cur = NULL;
	struct binned b = { 0 };
	double *pv, *q, *score;
	int r = table_gather(&ref, p->o->ref, s->ref, s->n_ref, e);

	if (r == 0)
		r = table_gather(&cur, p->o->cur, s->cur, s->n_cur, e);
	if (r == 0)
		r = binned_of_table(&b, ref, &o, e);
	pv = xalloc(b.n + 1, sizeof(*pv));
	q = xalloc(b.n + 1, sizeof(*q));
	score = xalloc(b.n + 1, sizeof(*score));
	for (size_t i = 0; r == 0 && i < b.n; i++) {
		const struct column *c = table_find(cur, b.col[i].name);
		uint64_t count[BINS_MAX] = { 0 };
		struct binned_score got;

		pv[i] = 1;
		if (c == NULL || col_type_is_text(c->type) != (b.col[i].kind
		    != BINS_NUMBER))
			continue;
		for (size_t row = 0; row < cur->rows; row++)
			count[binned_place_cell(&b.col[i], c, row)]++;
		binned_score(&got, &b.col[i], count);
		pv[i] = got.p;
		score[i] = got.score;
	}
	binned_adjust(q, pv, b.n);
	for (size_t i = 0; r == 0 && i < b.n; i++) {
		if (q[i] > WINDOWS_LEVEL || score[i] < WINDOWS_THRESHOLD)
			continue;
		m->count++;
		if (score[i] > m->score) {
			m->score = score[i];
			m->most = arena_strdup(&p->a, b.col[i].name);
		}
	}
	free(pv);
	free(q);
	free(score);
	binned_release(&b);
	table_free(ref);
	table_free(cur);
	return r;
}

static int
put_segment(struct report *p, struct segment *s, struct err *e)
{
	bool few = s->n_ref < p->o->drift->min_rows || s->n_cur <
	    p->o->drift->min_rows || s->n_ref == 0 || s->n_cur == 0;
	struct moved m = { 0, "", 0 };

	if (!few && compare_segment(&m, p, s, e) < 0)
		return -1;
	doc_row(&p->d, (const char *const[]){ s->n_ref + s->n_cur <
	    REPORT_FEW ? "(fewer than five rows)" : arena_strndup(&p->a, s->s,
	    utf8_cut(s->s, s->n, 60)), report_count(p, s->n_ref),
	    report_count(p, s->n_cur), few ? "too few" : report_count(p,
	    m.count), m.most, m.count > 0 ? report_number(p, m.score) :
	    "" });
	return 0;
}

static int
put_by(struct report *p, const char *name, struct err *e)
{
	static const char *const heads[] = { "value", "rows before",
	    "rows now", "columns that drifted", "most", "distance" };
	const struct column *ref = table_find(p->o->ref, name);
	const struct column *cur = table_find(p->o->cur, name);
	struct intern *all;
	struct value *v;
	size_t n;
	int r = 0;

	if (ref == NULL || cur == NULL)
		return err_set(e, ERR_NOENT, "column '%s' is not on both "
		    "sides", name);
	all = intern_new();
	v = find_values(&n, all, ref);
	doc_heading(&p->d, 3, arena_printf(&p->a, "By %s", name));
	doc_table_open(&p->d, heads, 6, "lrrrlr");
	for (size_t i = 0; r == 0 && i < n && i < REPORT_SEGMENTS; i++) {
		struct segment s = { 0 };

		s.s = intern_text(all, v[i].at, &s.n);
		s.n_ref = rows_of(&s.ref, ref, s.s, s.n);
		s.n_cur = rows_of(&s.cur, cur, s.s, s.n);
		r = put_segment(p, &s, e);
		free(s.ref);
		free(s.cur);
	}
	doc_table_close(&p->d);
	if (n > REPORT_SEGMENTS)
		doc_paragraph(&p->d, arena_printf(&p->a, "The %d most "
		    "frequent of %zu values.", REPORT_SEGMENTS, n));
	free(v);
	intern_free(all);
	return r;
}

int
report_segments(struct report *p, struct err *e)
{
	if (p->o->n_by == 0)
		return 0;
	doc_heading(&p->d, 2, "Segments");
	for (size_t i = 0; i < p->o->n_by; i++)
		if (put_by(p, p->o->by[i], e) < 0)
			return -1;
	return 0;
}
