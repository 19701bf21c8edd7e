/* Profiles as canonical JSON, see mlv-profile(5). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/intern.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/utf8.h"
#include "profile/summary.h"

static const char digits64[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* ---- writing ---- */

/* Bytes that are no text go as {"hex": ".."}. */
static void
put_word(struct arena *a, struct json *list, const struct profile_word *w)
{
	struct json *m;
	char *hex;

	if (utf8_ok(w->s, w->len)) {
		json_add_textn(a, list, NULL, w->s, w->len);
		return;
	}
	hex = arena_alloc(a, 2 * w->len + 1);
	hex_encode(hex, (const uint8_t *)w->s, w->len);
	m = json_add_map(a, list, NULL);
	json_add_text(a, m, "hex", hex);
}

static void
put_exact(struct arena *a, struct json *m, const char *key,
    const struct exact *x, int unit)
{
	struct buf b;

	buf_init(&b, BUF_CAP_SMALL);
	exact_print(&b, x, unit);
	json_add_textn(a, m, key, b.data, b.len);
	buf_free(&b);
}

static void
put_hll(struct arena *a, struct json *m, const uint8_t *reg)
{
	char *s = arena_alloc(a, HLL_REGISTERS + 1);

	for (size_t i = 0; i < HLL_REGISTERS; i++)
		s[i] = digits64[reg[i]];
	json_add_textn(a, m, "hll", s, HLL_REGISTERS);
}

static void
put_number(struct arena *a, struct json *m, const struct summary *s,
    const struct profile_column *c)
{
	struct json *h, *keys, *counts;

	json_add_int(a, m, "finite", (int64_t)s->finite);
	json_add_int(a, m, "infinite", (int64_t)s->infinite);
	json_add_int(a, m, "zeros", (int64_t)s->zeros);
	json_add_int(a, m, "negatives", (int64_t)s->negatives);
	if (s->finite > 0) {
		json_add_num(a, m, "min", s->min);
		json_add_num(a, m, "max", s->max);
		/* as texts: a double would be another number */
		if (s->whole && (fabs(s->min) > DOUBLE_EXACT ||
		    fabs(s->max) > DOUBLE_EXACT)) {
			json_add_text(a, m, "min_exact", arena_printf(a, "%lld",
			    (long long)s->least));
			json_add_text(a, m, "max_exact", arena_printf(a, "%lld",
			    (long long)s->most));
		}
		json_add_num(a, m, "mean", c->mean);
		json_add_num(a, m, "std", c->std);
	}
	put_exact(a, m, "sum", &s->sum, 1074);
	put_exact(a, m, "squares", &s->squares, 2148);
	h = json_add_map(a, m, "histogram");
	keys = json_add_list(a, h, "keys");
	counts = json_add_list(a, h, "counts");
	for (size_t i = 0; i < c->buckets; i++) {
		json_add_int(a, keys, NULL, c->bucket[i].key);
		json_add_int(a, counts, NULL, (int64_t)c->bucket[i].n);
	}
}

static void
put_values(struct arena *a, struct json *m, const struct summary *s,
    const struct profile_column *c)
{
	struct json *v = json_add_map(a, m, "values"), *list, *counts;

	json_add_bool(a, v, "complete", s->values.complete);
	list = json_add_list(a, v, "values");
	counts = json_add_list(a, v, "counts");
	for (size_t i = 0; i < c->numbers; i++) {
		json_add_num(a, list, NULL, c->number[i].v);
		json_add_int(a, counts, NULL, (int64_t)c->number[i].n);
	}
	for (size_t i = 0; i < c->words; i++) {
		put_word(a, list, &c->word[i]);
		json_add_int(a, counts, NULL, (int64_t)c->word[i].n);
	}
}

static void
put_column(struct arena *a, struct json *list, const struct profile *p,
    size_t i)
{
	const struct summary *s = &p->col[i];
	struct json *m = json_add_map(a, list, NULL), *l;
	struct profile_column c;

	profile_column(&c, p, i);
	json_add_text(a, m, "name", s->name);
	json_add_text(a, m, "type", col_type_name(s->type));
	json_add_int(a, m, "missing", (int64_t)s->missing);
	json_add_int(a, m, "distinct", (int64_t)c.distinct);
	if (s->number) {
		put_number(a, m, s, &c);
	} else {
		json_add_int(a, m, "present", (int64_t)s->finite);
		l = json_add_map(a, m, "length");
		json_add_int(a, l, "min", (int64_t)s->min_length);
		json_add_int(a, l, "max", (int64_t)s->max_length);
		json_add_int(a, l, "total", (int64_t)s->length);
	}
	if (s->number || s->words)
		put_values(a, m, s, &c);
	if (!(s->number || s->words) || !s->values.complete)
		put_hll(a, m, s->hll);
}

static int
by_hash(const void *a, const void *b)
{
	uint64_t x = (*(const struct bottomk_entry *const *)a)->hash;
	uint64_t y = (*(const struct bottomk_entry *const *)b)->hash;

	return (x > y) - (x < y);
}

static void
put_sample(struct arena *a, struct json *m, const struct profile *p)
{
	const struct bottomk_entry **v = bottomk_sorted(&p->sample, by_hash);
	struct json *s = json_add_map(a, m, "sample");
	struct json *rows = json_add_list(a, s, "rows");
	struct json *counts = json_add_list(a, s, "counts");
	struct json *cols = json_add_map(a, s, "columns");

	json_add_bool(a, s, "complete", p->sample.complete);
	for (size_t i = 0; i < p->sample.n; i++) {
		json_add_text(a, rows, NULL, arena_printf(a, "%016llx",
		    (unsigned long long)v[i]->hash));
		json_add_int(a, counts, NULL, (int64_t)v[i]->n);
	}
	for (size_t k = 0; k < p->cols; k++) {
		struct json *list;

		if (!p->col[k].number)
			continue;
		list = json_add_list(a, cols, p->col[k].name);
		for (size_t i = 0; i < p->sample.n; i++) {
			double x = p->value[v[i]->row * p->cols + k];

			if (isnan(x))
				json_add_null(a, list, NULL);
			else
				json_add_num(a, list, NULL, x);
		}
	}
	free(v);
}

int
profile_json(struct json **out, struct arena *a, const struct profile *p,
    struct err *e)
{
	struct json *m = json_new(a, JSON_MAP), *list;

	(void)e;
	profile_seal((struct profile *)(uintptr_t)p);
	json_add_text(a, m, "schema", PROFILE_SCHEMA);
	json_add_int(a, m, "rows", (int64_t)p->rows);
	list = json_add_list(a, m, "columns");
	for (size_t i = 0; i < p->cols; i++)
		put_column(a, list, p, i);
	put_sample(a, m, p);
	*out = m;
	return 0;
}

int
profile_write(struct buf *out, const struct profile *p, struct err *e)
{
	struct arena a = { 0 };
	struct json *j;
	int r = -1;

	if (profile_json(&j, &a, p, e) == 0 && json_canonical(out, j, e) == 0) {
		buf_addc(out, '\n');
		r = buf_check(out, e);
	}
	arena_free(&a);
	return r;
}

/* ---- reading ---- */

static int
bad_profile(const char *what, struct err *e)
{
	return err_set(e, ERR_FORMAT, "not a profile: %s", what);
}

static bool
get_count(uint64_t *out, const struct json *j)
{
	if (j == NULL || j->type != JSON_INT || j->i < 0)
		return false;
	*out = (uint64_t)j->i;
	return true;
}

static bool
is_number(const struct json *j)
{
	return j != NULL && (j->type == JSON_INT || j->type == JSON_REAL) &&
	    isfinite(j->d);
}

/* Two lists of the same length below `m`. */
static bool
get_lists(const struct json *m, const char *a, const char *b,
    const struct json **x, const struct json **y)
{
	const struct json *p = m ? json_get(m, a) : NULL;
	const struct json *q = m ? json_get(m, b) : NULL;

	if (p == NULL || q == NULL || p->type != JSON_LIST ||
	    q->type != JSON_LIST || p->n != q->n)
		return false;
	*x = p->child;
	*y = q->child;
	return true;
}

static int
get_histogram(struct summary *s, const struct json *j, struct err *e)
{
	const struct json *k, *n;
	uint64_t count, total = 0;

	if (!get_lists(json_get(j, "histogram"), "keys", "counts", &k, &n))
		return bad_profile("histogram", e);
	for (; k != NULL; k = k->next, n = n->next) {
		if (k->type != JSON_INT || k->i < -131072 || k->i > 131072 ||
		    !get_count(&count, n))
			return bad_profile("histogram", e);
		histogram_add(&s->histogram, (int32_t)k->i, count);
		total += count;
	}
	return total == s->finite ? 0 :
	    bad_profile("histogram does not add up", e);
}

/* Profiles of before have no exact ends beyond 2^53. */
static int
get_whole(struct summary *s, const struct json *j)
{
	const char *least = json_text(j, "min_exact", NULL);
	const char *most = json_text(j, "max_exact", NULL);

	if (s->type != COL_INT64)
		return 0;
	if (least == NULL && most == NULL) {
		s->whole = fabs(s->min) <= DOUBLE_EXACT &&
		    fabs(s->max) <= DOUBLE_EXACT;
		s->least = s->whole ? (int64_t)s->min : 0;
		s->most = s->whole ? (int64_t)s->max : 0;
		return 0;
	}
	s->whole = true;
	return least && most && num_parse_i64(least, strlen(least),
	    &s->least) && num_parse_i64(most, strlen(most), &s->most) &&
	    (double)s->least == s->min && (double)s->most == s->max ? 0 : -1;
}

static int
get_number(struct summary *s, const struct json *j, struct err *e)
{
	const char *sum = json_text(j, "sum", ""), *sq =
	    json_text(j, "squares", "");

	if (!get_count(&s->finite, json_get(j, "finite")) ||
	    !get_count(&s->infinite, json_get(j, "infinite")) ||
	    !get_count(&s->zeros, json_get(j, "zeros")) ||
	    !get_count(&s->negatives, json_get(j, "negatives")))
		return bad_profile("counts", e);
	if (s->finite > 0) {
		if (!is_number(json_get(j, "min")) ||
		    !is_number(json_get(j, "max")))
			return bad_profile("range", e);
		s->min = json_num(j, "min", 0);
		s->max = json_num(j, "max", 0);
		if (get_whole(s, j) < 0)
			return bad_profile("exact range", e);
	}
	if (!exact_parse(&s->sum, sum, strlen(sum), 1074) ||
	    !exact_parse(&s->squares, sq, strlen(sq), 2148) || *sq == '-')
		return bad_profile("sums", e);
	return get_histogram(s, j, e);
}

static int
get_word(struct summary *s, const struct json *v, uint64_t count,
    struct err *e)
{
	const struct json *hex = v->type == JSON_MAP ? json_get(v, "hex") :
	    NULL;
	struct bottomk_entry *f;
	const char *w = v->s;
	uint8_t *raw = NULL;
	size_t n = v->n;
	bool fresh;

	if (hex != NULL && hex->type == JSON_TEXT && hex->n % 2 == 0) {
		n = hex->n / 2;
		raw = xalloc(n + 1, 1);
		if (hex_decode(raw, n, hex->s, hex->n) != 0) {
			free(raw);
			return bad_profile("values", e);
		}
		w = (const char *)raw;
	} else if (v->type != JSON_TEXT) {
		return bad_profile("values", e);
	}
	f = bottomk_add(&s->values, hash64(w, n, TEXT_SEED), count, &fresh);
	if (f != NULL && fresh)
		bottomk_set_text(f, w, n);
	hll_add(s->hll, hash64(w, n, TEXT_SEED));
	free(raw);
	return fresh ? 0 : bad_profile("values", e);
}

static int
get_values(struct summary *s, const struct json *j, struct err *e)
{
	const struct json *m = json_get(j, "values"), *v, *n;
	uint64_t count, limit = 0;
	struct bottomk_entry *f;
	bool fresh;

	if (!get_lists(m, "values", "counts", &v, &n) ||
	    json_get(m, "values")->n > PROFILE_VALUES)
		return bad_profile("values", e);
	for (; v != NULL; v = v->next, n = n->next) {
		if (!get_count(&count, n) || count == 0)
			return bad_profile("values", e);
		if (!s->number) {
			if (get_word(s, v, count, e) != 0)
				return -1;
			continue;
		}
		if (!is_number(v))
			return bad_profile("values", e);
		f = bottomk_add(&s->values, number_hash(v->d + 0.0), count,
		    &fresh);
		if (f == NULL || !fresh)
			return bad_profile("values", e);
		f->v = v->d + 0.0;
		hll_add(s->hll, f->hash);
	}
	if (json_bool(m, "complete", false))
		return 0;
	for (size_t i = 0; i <= s->values.mask; i++)
		if (s->values.slot[i].used && s->values.slot[i].hash > limit)
			limit = s->values.slot[i].hash;
	s->values.complete = false;
	s->values.limit = limit;
	return 0;
}

static int
get_hll(struct summary *s, const struct json *j, struct err *e)
{
	const struct json *h = json_get(j, "hll");

	if (h == NULL)
		return (s->number || s->words) && s->values.complete ? 0 :
		    bad_profile("hll", e);
	if (h->type != JSON_TEXT || h->n != HLL_REGISTERS)
		return bad_profile("hll", e);
	for (size_t i = 0; i < HLL_REGISTERS; i++) {
		const char *at = h->s[i] ? strchr(digits64, h->s[i]) : NULL;

		if (at == NULL || at - digits64 > 53)
			return bad_profile("hll", e);
		s->hll[i] = (uint8_t)(at - digits64);
	}
	return 0;
}

static int
get_column(struct summary *s, const struct json *j, struct err *e)
{
	const char *name = json_text(j, "name", NULL);
	const char *word = json_text(j, "type", "");
	const struct json *l;
	enum col_type type;

	if (name == NULL || !col_type_parse(word, &type) || type >=
	    COL_FLOAT32 || strcmp(col_type_name(type), word) != 0)
		return bad_profile("a column without name or type", e);
	summary_init(s, name, type);
	if (!get_count(&s->missing, json_get(j, "missing")))
		return bad_profile("counts", e);
	if (s->number) {
		if (get_number(s, j, e) != 0)
			return -1;
	} else {
		l = json_get(j, "length");
		if (!get_count(&s->finite, json_get(j, "present")) ||
		    l == NULL || !get_count(&s->min_length, json_get(l,
		    "min")) || !get_count(&s->max_length, json_get(l,
		    "max")) || !get_count(&s->length, json_get(l, "total")))
			return bad_profile("lengths", e);
	}
	if ((s->number || s->words) && get_values(s, j, e) != 0)
		return -1;
	return get_hll(s, j, e);
}

/* The list of each number column's sampled values, `rows` of them. */
static bool
find_lists(const struct json **list, const struct profile *p,
    const struct json *cols, size_t rows)
{
	struct intern *names = intern_new();
	bool good = true;

	for (size_t k = 0; k < p->cols; k++)
		good = good && intern_add(names, p->col[k].name,
		    strlen(p->col[k].name)) == k;
	for (const struct json *c = cols->child; c != NULL && good;
	    c = c->next) {
		uint32_t k = intern_find(names, c->key, strlen(c->key));

		if (k == INTERN_NONE || !p->col[k].number)
			continue;
		good = c->type == JSON_LIST && c->n == rows;
		list[k] = c;
	}
	for (size_t k = 0; k < p->cols; k++)
		good = good && (list[k] != NULL || !p->col[k].number);
	intern_free(names);
	return good;
}

/* A row's values stand at the same place of every column's list. */
static int
get_sample(struct profile *p, const struct json *j, struct err *e)
{
	const struct json *s = json_get(j, "sample"), *r, *n, **at;
	const struct json *cols = s ? json_get(s, "columns") : NULL;
	uint64_t count, hash = 0;
	uint8_t raw[8];
	double *v;
	int rc = -1;

	if (!get_lists(s, "rows", "counts", &r, &n) || cols == NULL ||
	    cols->type != JSON_MAP ||
	    json_get(s, "rows")->n > PROFILE_SAMPLE)
		return bad_profile("sample", e);
	at = xalloc(p->cols + 1, sizeof(*at));
	if (!find_lists(at, p, cols, json_get(s, "rows")->n))
		goto bad;
	for (size_t k = 0; k < p->cols; k++)
		at[k] = at[k] ? at[k]->child : NULL;
	for (; r != NULL; r = r->next, n = n->next) {
		if (r->type != JSON_TEXT || hex_decode(raw, 8, r->s, r->n) ||
		    !get_count(&count, n) || count == 0)
			goto bad;
		hash = 0;
		for (int i = 0; i < 8; i++)
			hash = hash << 8 | raw[i];
		if ((v = sample_add(p, hash, count)) == NULL)
			goto bad;
		for (size_t k = 0; k < p->cols; k++) {
			v[k] = at[k] != NULL && is_number(at[k]) ? at[k]->d +
			    0.0 : NAN;
			if (at[k] != NULL)
				at[k] = at[k]->next;
		}
	}
	if (!json_bool(s, "complete", false)) {
		p->sample.complete = false;
		p->sample.limit = hash;		/* rows are sorted */
		for (size_t i = 0; i <= p->sample.mask; i++)
			if (p->sample.slot[i].used &&
			    p->sample.slot[i].hash > hash)
				goto bad;
	}
	rc = 0;
bad:
	free(at);
	return rc == 0 ? 0 : bad_profile("sample", e);
}

int
profile_from_json(struct profile **out, const struct json *j, struct err *e)
{
	const struct json *cols = json_get(j, "columns");
	struct profile *p;
	size_t i = 0;

	if (strcmp(json_text(j, "schema", ""), PROFILE_SCHEMA) != 0)
		return err_set(e, ERR_FORMAT, "not a profile (no \"schema\": "
		    "\"%s\")", PROFILE_SCHEMA);
	if (cols == NULL || cols->type != JSON_LIST || cols->n > 65536)
		return bad_profile("no columns", e);
	p = profile_empty(cols->n);
	if (!get_count(&p->rows, json_get(j, "rows"))) {
		profile_free(p);
		return bad_profile("no rows", e);
	}
	for (const struct json *c = cols->child; c != NULL; c = c->next)
		if (get_column(&p->col[i++], c, e) != 0)
			goto fail;
	if (get_sample(p, j, e) != 0)
		goto fail;
	*out = p;
	return 0;
fail:
	profile_free(p);
	return -1;
}

int
profile_parse(struct profile **out, const char *s, size_t n, struct err *e)
{
	struct arena a = { 0 };
	struct json *j;
	int r = -1;

	if (json_parse(&j, &a, s, n, 0, e) == 0)
		r = profile_from_json(out, j, e);
	arena_free(&a);
	return r;
}
