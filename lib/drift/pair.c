/* A column of both sides, counted. */
#include "drift/pair.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "drift/counts.h"

#define FEW_INTEGERS 10

size_t
side_cols(const struct drift_side *s)
{
	return s->t != NULL ? s->t->cols : profile_cols(s->p);
}

const char *
side_name(const struct drift_side *s, size_t i)
{
	return s->t != NULL ? s->t->col[i].name :
	    profile_column_name(s->p, i);
}

bool
side_view(struct view *v, const struct drift_side *s, const char *name)
{
	memset(v, 0, sizeof(*v));
	if (s->t != NULL) {
		size_t at = names_find(s->names, name);

		if (at == NAMES_NONE)
			return false;
		v->c = &s->t->col[at];
		v->type = v->c->type;
		v->rows = v->c->rows;
		v->missing = v->c->missing;
		return true;
	}
	if (!profile_find(&v->p, s->p, name))
		return false;
	v->type = v->p.type;
	v->rows = v->p.rows;
	v->missing = v->p.missing;
	return true;
}

bool
view_empty(const struct view *v)
{
	return v->missing == v->rows;
}

bool
view_complete(const struct view *v)
{
	return v->c != NULL || (v->p.complete && v->type != COL_TEXT);
}

static bool
few_integers(const struct column *c)
{
	int64_t seen[FEW_INTEGERS];
	size_t n = 0, j;

	for (size_t i = 0; i < c->rows; i++) {
		for (j = 0; j < n && seen[j] != c->i64[i]; j++)
			;
		if (j < n)
			continue;
		if (n == FEW_INTEGERS)
			return false;
		seen[n++] = c->i64[i];
	}
	return true;
}

static uint64_t *
count_words(const struct column *c)
{
	size_t k = intern_count(c->dict);
	uint64_t *n = xalloc(k + 1, sizeof(*n));

	for (size_t i = 0; i < c->rows; i++)
		if (c->code[i] != INTERN_NONE)
			n[c->code[i]]++;
	return n;
}

static uint64_t
distinct_words(const struct view *v)
{
	uint64_t *n, d = 0;

	if (v->c == NULL)
		return v->p.distinct;
	n = count_words(v->c);
	for (size_t i = 0; i < intern_count(v->c->dict); i++)
		d += n[i] > 0;
	free(n);
	return d;
}

enum pair_kind
view_kind(const struct view *v)
{
	switch (v->type) {
	case COL_INT64:
		if (v->missing > 0)
			return PAIR_NUMBER;
		if (v->c != NULL)
			return few_integers(v->c) ? PAIR_CATEGORY :
			    PAIR_NUMBER;
		return v->p.distinct <= FEW_INTEGERS ? PAIR_CATEGORY :
		    PAIR_NUMBER;
	case COL_FLOAT64:
	case COL_FLOAT32:
		return PAIR_NUMBER;
	case COL_BOOL:
		return PAIR_CATEGORY;
	case COL_DATETIME:
		return PAIR_TIME;
	default:
		return 2 * distinct_words(v) > v->rows - v->missing ?
		    PAIR_TEXT : PAIR_CATEGORY;
	}
}

/* ---- numbers ---- */

static int
run_of_view(struct counts *r, const struct view *v, struct err *e)
{
	if (v->c != NULL)
		return counts_of_column(r, v->c, e);
	if (counts_init(r, v->p.numbers, e) != 0)
		return -1;
	for (size_t i = 0; i < v->p.numbers; i++) {
		r->key[i] = key_of_number(v->p.number[i].v);
		r->n[i] = v->p.number[i].n;
		r->total += r->n[i];
	}
	r->k = v->p.numbers;
	return 0;
}

static int
pair_room(struct pair *p, size_t k, bool values, struct err *e)
{
	size_t both;

	memset(p, 0, sizeof(*p));
	if (size_mul(&both, k + 1, 2))
		p->count = mem_zeroed(both, sizeof(*p->count));
	p->value = values ? mem_array(k + 1, sizeof(*p->value)) : NULL;
	if (p->count == NULL || (values && p->value == NULL)) {
		pair_release(p);
		return err_set(e, ERR_NOMEM, "no memory for %zu values", k);
	}
	p->s.value = p->value;
	p->s.ref = p->count;
	p->s.cur = p->count + k + 1;
	return 0;
}

void
pair_release(struct pair *p)
{
	free(p->value);
	free(p->count);
	free(p->word);
	p->value = NULL;
	p->count = NULL;
	p->word = NULL;
}

char *
pair_text(const struct pair *p, size_t i, enum col_type type)
{
	char number[NUM_TEXT_MAX];

	if (p->word != NULL)
		return xstrndup(p->word[i].s, p->word[i].len);
	if (type == COL_BOOL)
		return xstrdup(p->value[i] != 0 ? "true" : "false");
	num_print_f64(number, p->value[i]);
	return xstrdup(number);
}

static int
pair_numbers(struct pair *p, const struct counts *a, const struct counts *b,
    struct err *e)
{
	size_t i = 0, j = 0, k = 0;
	uint64_t *cur;

	if (pair_room(p, a->k + b->k, true, e) != 0)
		return -1;
	cur = p->count + a->k + b->k + 1;
	while (i < a->k || j < b->k) {
		uint64_t x = i < a->k ? a->key[i] : UINT64_MAX;
		uint64_t y = j < b->k ? b->key[j] : UINT64_MAX;

		p->value[k] = number_of_key(x < y ? x : y);
		if (x <= y)
			p->count[k] = a->n[i++];
		if (y <= x)
			cur[k] = b->n[j++];
		k++;
	}
	p->s.k = k;
	p->s.n_ref = a->total;
	p->s.n_cur = b->total;
	return 0;
}

/* ---- words ---- */

struct word {
	const char *s;
	size_t len;
	uint64_t n[2];
};

static int
by_bytes(const void *a, const void *b)
{
	const struct word *x = a, *y = b;
	size_t n = x->len < y->len ? x->len : y->len;
	int d = memcmp(x->s, y->s, n);

	return d != 0 ? d : (x->len > y->len) - (x->len < y->len);
}

static size_t
add_words(struct word *w, size_t k, const struct view *v, int side)
{
	uint64_t *n;

	if (v->c == NULL) {
		for (size_t i = 0; i < v->p.words; i++) {
			w[k].s = v->p.word[i].s;
			w[k].len = v->p.word[i].len;
			w[k++].n[side] = v->p.word[i].n;
		}
		return k;
	}
	n = count_words(v->c);
	for (size_t i = 0; i < intern_count(v->c->dict); i++) {
		if (n[i] == 0)
			continue;
		w[k].s = intern_text(v->c->dict, (uint32_t)i, &w[k].len);
		w[k++].n[side] = n[i];
	}
	free(n);
	return k;
}

static size_t
words_at_most(const struct view *v)
{
	return v->c != NULL ? intern_count(v->c->dict) : v->p.words;
}

static int
pair_words(struct pair *p, const struct view *ref, const struct view *cur,
    struct err *e)
{
	size_t most = words_at_most(ref) + words_at_most(cur), n, k = 0;
	struct word *w = xalloc(most + 1, sizeof(*w));
	uint64_t *other;

	n = add_words(w, 0, ref, 0);
	n = add_words(w, n, cur, 1);
	qsort(w, n, sizeof(*w), by_bytes);
	if (pair_room(p, n, false, e) != 0) {
		free(w);
		return -1;
	}
	p->word = xalloc(n + 1, sizeof(*p->word));
	other = p->count + n + 1;
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && by_bytes(&w[i - 1], &w[i]) != 0)
			k++;
		p->word[k].s = w[i].s;
		p->word[k].len = w[i].len;
		p->count[k] += w[i].n[0];
		other[k] += w[i].n[1];
		p->s.n_ref += w[i].n[0];
		p->s.n_cur += w[i].n[1];
	}
	p->s.k = n > 0 ? k + 1 : 0;
	free(w);
	return 0;
}

int
pair_init(struct pair *p, const struct view *ref, const struct view *cur,
    bool numeric, struct err *e)
{
	struct counts a = { 0 }, b = { 0 };
	bool words = col_type_is_text(cur->type);
	int r = -1;

	memset(p, 0, sizeof(*p));
	if (col_type_is_text(ref->type) != words)
		return err_set(e, ERR_UNSUPPORTED, "%s in the reference, %s "
		    "in the current data: say which with --type",
		    col_type_name(ref->type), col_type_name(cur->type));
	if (words) {
		r = pair_words(p, ref, cur, e);
	} else {
		if (run_of_view(&a, ref, e) == 0 &&
		    run_of_view(&b, cur, e) == 0)
			r = pair_numbers(p, &a, &b, e);
		counts_release(&a);
		counts_release(&b);
	}
	p->s.numeric = numeric;
	p->s.integer = ref->type == COL_INT64 && cur->type == COL_INT64 &&
	    ref->missing == 0 && cur->missing == 0;
	return r;
}
