/*
 * One row held against the schema: its cells, its conditions, its keys.
 */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/utf8.h"
#include "quality/internal.h"
#include "table/column_set.h"

enum { NOTHING = 64, SEEN = 1, BAD_TYPE = 2, BAD_RANGE = 4, BAD_VALUE = 8, BAD_LENGTH = 16,
    BAD_PATTERN = 32 };

/* The cell's text, NULL when it is missing: columns of strings come with a
 * dict, all others as they stand. */
static const char *
cell_text(const struct checker *k, size_t col, size_t *n)
{
	const struct column *c = &k->block->col[col];

	if (c->type != COL_RAW)
		return column_text(c, k->row, n);
	*n = c->raw[k->row].n;
	return c->raw[k->row].s;
}

/* The number in a scratch cell that is not missing. */
static struct num
value_of_one(const struct column *one)
{
	return one->type == COL_INT64 || one->type == COL_DATETIME ?
	    num_of_i64(one->i64[0]) : num_of_f64(column_number(one, 0));
}

/* What is wrong with a value, by itself; it stands in row `at`. */
static int
judge_value(uint8_t *bits, struct checked_column *w, uint64_t at,
    const char *s, size_t n, struct err *e)
{
	const struct schema_column *c = w->c;
	struct err ignored = ERR_INIT;
	bool yes = true;

	*bits = SEEN;
	if (!col_type_is_text(c->type)) {
		struct num v;

		if (column_set_text(&w->one, 0, s, n, &ignored) != 0) {
			*bits |= BAD_TYPE;
			return 0;
		}
		if (column_missing(&w->one, 0)) {	/* NaN */
			*bits |= NOTHING;
			return 0;
		}
		v = value_of_one(&w->one);
		if ((c->has_min && num_order(&v, &c->min) < 0) ||
		    (c->has_max && num_order(&v, &c->max) > 0))
			*bits |= BAD_RANGE;
	}
	if (w->values != NULL && intern_find(w->values, s, n) == INTERN_NONE)
		*bits |= BAD_VALUE;
	if (c->has_min_length || c->has_max_length) {
		int64_t len = (int64_t)utf8_count(s, n);

		if ((c->has_min_length && len < c->min_length) ||
		    (c->has_max_length && len > c->max_length))
			*bits |= BAD_LENGTH;
	}
	if (w->regex != NULL) {
		if (regex_find(&yes, w->regex, s, n, e) != 0)
			return err_wrap(e, "row %llu: column '%s'",
			    (unsigned long long)at, c->name);
		if (!yes)
			*bits |= BAD_PATTERN;
	}
	return 0;
}

/* The verdict on a code, formed once. */
static int
judge_code(uint8_t *bits, struct checked_column *w, uint64_t at,
    const struct column *c, uint32_t code, struct err *e)
{
	size_t n, count = intern_count(c->dict);
	const char *s;

	if (w->generation != c->dict_generation) {
		memset(w->verdict, 0, w->verdicts);
		w->generation = c->dict_generation;
	}
	if (count > w->verdicts) {
		w->verdict = xresize(w->verdict, 2 * count, 1);
		memset(w->verdict + w->verdicts, 0, 2 * count - w->verdicts);
		w->verdicts = 2 * count;
	}
	if (w->verdict[code] == 0) {
		s = intern_text(c->dict, code, &n);
		if (judge_value(&w->verdict[code], w, at, s, n, e) != 0)
			return -1;
	}
	*bits = w->verdict[code];
	return 0;
}

static void
count_missing(struct checker *k, struct checked_column *w)
{
	struct finding *f;

	w->missing++;
	if (!w->there && k->named)
		return;			/* told as absent */
	f = column_finding(w, CHECK_MISSING);
	if (f->rows < CHECK_ROWS)
		f->row[f->rows++] = k->at;
	if (w->c->min_fraction >= 1 && f->severity == SEVERITY_ERROR)
		mark_row_bad(k, CHECK_MISSING, w->c->name);
}

/* What a cell is the same by: numbers, dates and booleans by their value, so
 * that 1.0 and 1e0 are one; text, and what is of the wrong type, by its bytes.
 * False for NaN, which is no value. */
static bool
put_value(struct buf *b, struct column *one, const char *s, size_t n)
{
	struct err ignored = ERR_INIT;
	struct num v;

	if (col_type_is_text(one->type) ||
	    column_set_text(one, 0, s, n, &ignored) != 0) {
		buf_addc(b, 't');
		buf_add(b, &n, sizeof(n));	/* no two run together */
		buf_add(b, s, n);
		return true;
	}
	if (column_missing(one, 0))
		return false;
	v = value_of_one(one);
	v.d += 0.0;			/* -0 is 0 */
	buf_addc(b, v.whole ? 'i' : 'd');
	buf_add(b, v.whole ? (const void *)&v.i : &v.d, sizeof(v.i));
	return true;
}

/* False when the column had this value before. */
static bool
add_value(struct checker *k, struct checked_column *w, const char *s, size_t n)
{
	if (col_type_is_text(w->one.type))
		return key_set_add(&w->seen, s, n);
	buf_clear(&k->text);
	(void)put_value(&k->text, &w->one, s, n);
	return key_set_add(&w->seen, k->text.data, k->text.len);
}

static int
check_cell(struct checker *k, size_t col, struct err *e)
{
	static const struct {
		uint8_t bit;
		enum check_rule rule;
	} map[] = { { BAD_TYPE, CHECK_TYPE }, { BAD_RANGE, CHECK_RANGE },
	    { BAD_VALUE, CHECK_VALUES }, { BAD_LENGTH, CHECK_LENGTH },
	    { BAD_PATTERN, CHECK_PATTERN } };
	const struct column *c = &k->block->col[col];
	struct checked_column *w = &k->col[col];
	size_t n;
	const char *s = cell_text(k, col, &n);
	uint8_t bits;
	int r;

	if (s == NULL) {
		count_missing(k, w);
		return 0;
	}
	r = c->type == COL_RAW ? judge_value(&bits, w, k->at, s, n, e) :
	    judge_code(&bits, w, k->at, c, c->code[k->row], e);
	if (r != 0)
		return -1;
	if (bits & NOTHING) {
		count_missing(k, w);
		return 0;
	}
	w->looked++;
	for (size_t i = 0; bits != SEEN && i < 5; i++)
		if (bits & map[i].bit)
			finding_hit(k, column_finding(w, map[i].rule),
			    s, n);
	if (w->c->unique && !add_value(k, w, s, n))
		finding_hit(k, column_finding(w, CHECK_UNIQUE), s, n);
	return 0;
}

/* ---- rows ---- */

static int
expr_value_of(void *ctx, size_t i, struct expr_value *v, struct err *e)
{
	struct checked_rule *r = ctx;
	struct checker *k = r->owner;
	size_t col = r->col[i];
	struct column *one = &k->col[col].one;
	struct err ignored = ERR_INIT;

	(void)e;
	memset(v, 0, sizeof(*v));
	v->type = EXPR_MISSING;
	v->s = cell_text(k, col, &v->n);
	if (v->s == NULL)
		return 0;
	if (!col_type_is_number(one->type)) {
		v->type = EXPR_TEXT;
		return 0;
	}
	if (column_set_text(one, 0, v->s, v->n, &ignored) != 0)
		return 0;		/* told as of the wrong type */
	if (column_missing(one, 0))
		return 0;		/* NaN */
	v->type = one->type == COL_BOOL ? EXPR_BOOL : EXPR_NUM;
	v->num = value_of_one(one);
	v->b = v->num.d == 1;
	return 0;
}

static int
expr_match(void *ctx, const char *pattern, const char *s, size_t n, bool *yes,
    struct err *e)
{
	struct checker *k = ((struct checked_rule *)ctx)->owner;
	size_t i = 0;

	while (i < k->patterns && k->pattern[i].text != pattern)
		i++;
	if (i == k->patterns) {
		k->pattern = xresize(k->pattern, i + 1, sizeof(*k->pattern));
		k->pattern[i].text = pattern;
		if (regex_new(&k->pattern[i].regex, pattern, false, e) != 0)
			return -1;
		k->patterns++;
	}
	return regex_find(yes, k->pattern[i].regex, s, n, e);
}

/* The values a rule looked at: "tenure=3 TotalCharges=". */
static void
hit_rule(struct checker *k, struct checked_rule *r)
{
	size_t n;

	buf_clear(&k->text);
	for (size_t i = 0; i < expr_names(r->x); i++) {
		const char *s = cell_text(k, r->col[i], &n);

		buf_addf(&k->text, "%s%s=", i ? " " : "", expr_name(r->x, i));
		if (s != NULL)
			buf_add(&k->text, s, n);
	}
	finding_hit(k, &r->f, k->text.data, k->text.len);
}

/* A rule is broken where it is false; missing breaks nothing. */
static int
check_rule(struct checker *k, struct checked_rule *r, struct err *e)
{
	const struct expr_env env = { expr_value_of, expr_match, r };
	struct expr_value v;

	if (expr_eval(&v, r->x, &env, e) != 0)
		return err_wrap(e, "rule '%s', row %llu", r->f.column,
		    (unsigned long long)k->at);
	if (v.type == EXPR_MISSING)
		return 0;
	if (v.type != EXPR_BOOL)
		return err_set(e, ERR_USAGE, "rule '%s' is not a condition",
		    r->f.column);
	r->f.looked++;
	if (!v.b)
		hit_rule(k, r);
	return 0;
}

/* Columns that are unique together.  Where one is missing there is no key, as
 * in SQL. */
static void
check_key(struct checker *k, size_t i)
{
	struct checked_key *key = &k->key[i];
	struct buf *b = &k->text;
	const char *s;
	size_t n;

	buf_clear(b);
	for (size_t j = 0; j < k->s->key[i].n; j++) {
		s = cell_text(k, key->col[j], &n);
		if (s == NULL || !put_value(b, &k->col[key->col[j]].one, s, n))
			return;
	}
	key->f.looked++;
	if (key_set_add(&key->seen, b->data, b->len))
		return;
	buf_clear(b);			/* told as it is written */
	for (size_t j = 0; j < k->s->key[i].n; j++) {
		s = cell_text(k, key->col[j], &n);
		if (j > 0)
			buf_addc(b, ' ');
		buf_add(b, s, n);
	}
	finding_hit(k, &key->f, b->data, b->len);
}

int
check_row(struct checker *k, struct err *e)
{
	k->row_bad = false;
	for (size_t i = 0; i < k->s->cols; i++)
		if (check_cell(k, i, e) != 0)
			return -1;
	for (size_t i = 0; i < k->s->rules; i++)
		if (check_rule(k, &k->rule[i], e) != 0)
			return -1;
	for (size_t i = 0; i < k->s->keys; i++)
		check_key(k, i);
	return 0;
}
