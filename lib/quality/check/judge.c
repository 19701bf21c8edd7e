/*
 * A block looked at by itself: its cells, its conditions, the hashes of its
 * keys.  What needs other blocks is left to merge.c.
 */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "quality/check/block.h"

enum { NOTHING = 64, SEEN = 1, BAD_TYPE = 2, BAD_RANGE = 4, BAD_VALUE = 8,
    BAD_LENGTH = 16, BAD_PATTERN = 32 };

void
add_hit(struct judged *j, size_t row, uint32_t rule)
{
	if (j->hits == j->room) {
		j->room = 2 * j->room + 256;
		j->hit = xresize(j->hit, j->room, sizeof(*j->hit));
	}
	j->hit[j->hits++] = (struct hit){ (uint32_t)row, rule };
}

/* ---- cells ---- */

static bool
in_range(const struct schema_bounds *b, const struct num *v)
{
	int low = b->has_min ? num_order(v, &b->min) : 1;
	int high = b->has_max ? num_order(v, &b->max) : -1;

	return low >= (b->above ? 1 : 0) && high <= (b->below ? -1 : 0);
}

static int
judge_pattern(uint8_t *bits, struct regex *x, bool wanted, const char *s,
    size_t n, const struct schema_column *c, struct err *e)
{
	bool yes = wanted;

	if (x != NULL && regex_find(&yes, x, s, n, e) != 0)
		return err_wrap(e, "column '%s'", c->name);
	if (x != NULL && yes != wanted)
		*bits |= BAD_PATTERN;
	return 0;
}

/* What is wrong with a text, whatever its type. */
static int
judge_text(uint8_t *bits, const struct checker *k, size_t i,
    struct tools *t, const char *s, size_t n, struct err *e)
{
	const struct checked_column *w = &k->col[i];
	const struct schema_column *c = w->c;

	if ((w->values != NULL && intern_find(w->values, s, n) ==
	    INTERN_NONE) || (w->not_values != NULL &&
	    intern_find(w->not_values, s, n) != INTERN_NONE))
		*bits |= BAD_VALUE;
	if (c->has_min_length || c->has_max_length) {
		int64_t len = (int64_t)utf8_count(s, n);

		if ((c->has_min_length && len < c->min_length) ||
		    (c->has_max_length && len > c->max_length))
			*bits |= BAD_LENGTH;
	}
	if (judge_pattern(bits, t->pattern[i], true, s, n, c, e) != 0)
		return -1;
	return judge_pattern(bits, t->not_pattern[i], false, s, n, c, e);
}

/* The bytes of a text of 1 to 16, as two numbers that overlap. */
static void
short_text(uint64_t *first, uint64_t *last, const char *s, size_t n)
{
	uint32_t a, b;

	if (n >= sizeof(*first)) {
		memcpy(first, s, sizeof(*first));
		memcpy(last, s + n - sizeof(*last), sizeof(*last));
	} else if (n >= sizeof(a)) {
		memcpy(&a, s, sizeof(a));
		memcpy(&b, s + n - sizeof(b), sizeof(b));
		*first = a;
		*last = b;
	} else {
		*first = (uint64_t)(unsigned char)s[0] << 16 |
		    (uint64_t)(unsigned char)s[n / 2] << 8 |
		    (unsigned char)s[n - 1];
		*last = 0;
	}
}

/* The verdict on a text; on a short one it is formed once, for most values
 * come again. */
static int
judge_again(uint8_t *bits, const struct checker *k, size_t i,
    struct judged *j, struct tools *t, const char *s, size_t n,
    struct err *e)
{
	uint64_t first, last;
	struct verdict *v;

	*bits = SEEN;
	if (n == 0 || n > 2 * sizeof(first))
		return judge_text(bits, k, i, t, s, n, e);
	short_text(&first, &last, s, n);
	v = &j->col[i].verdict[((first ^ (last << 1)) *
	    UINT64_C(0x9e3779b97f4a7c15) >> 40) % VERDICTS];
	if (v->n == n && v->first == first && v->last == last) {
		*bits = v->bits;
		return 0;
	}
	if (judge_text(bits, k, i, t, s, n, e) != 0)
		return -1;
	*v = (struct verdict){ first, last, (uint32_t)n, *bits };
	return 0;
}

static int
judge_value(uint8_t *bits, const struct checker *k, size_t i,
    const struct judged *j, struct tools *t, size_t row, struct err *e)
{
	const struct checked_column *w = &k->col[i];
	const struct block_column *bc = &j->col[w->at];
	char room[COLUMN_PRINT_MAX];
	const char *s;
	struct num v;
	size_t n;

	*bits = SEEN;
	if (bc->state[row] == VALUE_NONE) {
		*bits = NOTHING;
		return 0;
	}
	if (bc->state[row] == VALUE_WRONG) {
		*bits |= BAD_TYPE;
		return 0;
	}
	if (w->range.has_min || w->range.has_max) {
		v = value_num(&t->one[w->at], bc->v[row]);
		if (!in_range(&w->range, &v))
			*bits |= BAD_RANGE;
	}
	if (w->plain)
		return 0;
	s = cell_text(j->b, w->at, row, room, &n);
	return judge_text(bits, k, i, t, s, n, e);
}

/* Counted; of those whose rows matter only the first are told. */
static void
miss_cell(const struct checker *k, size_t i, struct judged *j, size_t row)
{
	const struct checked_column *w = &k->col[i];
	struct block_column *bc = &j->col[i];

	bc->missing++;
	if (bc->tally != NULL)
		tally_missing(bc->tally);
	if (w->c->min_fraction <= 0 || (!k->there[w->at] && k->named))
		return;			/* told as absent */
	if (bc->told < CHECK_ROWS || (w->c->min_fraction >= 1 &&
	    w->c->severity == SEVERITY_ERROR))
		add_hit(j, row, number_of_cell_rule(i, CHECK_MISSING));
	bc->told++;
}

/* What a present cell counts for. */
static void
count_cell(const struct checker *k, size_t i, struct judged *j,
    struct tools *t, size_t row)
{
	const struct checked_column *w = &k->col[i];
	const struct block_column *bc = &j->col[w->at];
	struct tally *tally = j->col[i].tally;
	struct hash128 h = { 0, 0 };

	if (w->c->unique || (tally != NULL && tally_hashes(tally))) {
		buf_clear(&t->text);
		(void)put_value(&t->text, k, j, t, w->at, row);
		h = hash128(t->text.data, t->text.len);
	}
	if (w->c->unique)
		j->col[i].hash[row] = (struct hash128){ h.lo | 1, h.hi };
	if (tally == NULL)
		return;
	if (k->valued[w->at] && bc->state[row] == VALUE_THERE) {
		struct num v = value_num(&t->one[w->at], bc->v[row]);

		tally_number(tally, &v, &h);
	} else {
		tally_text(tally, &h);
	}
}

static void
hit_cell(const struct checker *k, size_t i, struct judged *j, size_t row,
    uint8_t bits)
{
	static const struct {
		uint8_t bit;
		enum check_rule rule;
	} map[] = { { BAD_TYPE, CHECK_TYPE }, { BAD_RANGE, CHECK_RANGE },
	    { BAD_VALUE, CHECK_VALUES }, { BAD_LENGTH, CHECK_LENGTH },
	    { BAD_PATTERN, CHECK_PATTERN } };

	(void)k;
	for (size_t m = 0; m < 5; m++)
		if (bits & map[m].bit)
			add_hit(j, row, number_of_cell_rule(i, map[m].rule));
}

/* The verdict on an entry of the column's dictionary, formed once for as long
 * as that lives. */
static int
judge_entry(uint8_t *bits, const struct checker *k, size_t i,
    struct judged *j, struct tools *t, size_t row, struct err *e)
{
	const struct column *c = &j->b->t->col[k->col[i].at];
	struct entry_verdicts *v = &j->col[i].entry;
	uint32_t code = c->code[row];
	const char *s;
	size_t n;

	if (v->dict != c->dict || v->generation != c->dict_generation)
		v->n = 0;
	v->dict = c->dict;
	v->generation = c->dict_generation;
	if (code >= v->n) {
		size_t need = intern_count(c->dict);

		if (need > v->room) {
			v->room = 2 * need;
			v->bits = xresize(v->bits, v->room, 1);
		}
		memset(v->bits + v->n, 0, need - v->n);
		v->n = need;
	}
	if ((*bits = v->bits[code]) != 0)
		return 0;
	*bits = SEEN;
	s = intern_text(c->dict, code, &n);
	if (judge_text(bits, k, i, t, s, n, e) != 0)
		return -1;
	v->bits[code] = *bits;
	return 0;
}

static int
judge_cell(uint8_t *bits, const struct checker *k, size_t i, struct judged *j,
    struct tools *t, size_t row, struct err *e)
{
	const struct checked_column *w = &k->col[i];
	const struct column *c = &j->b->t->col[w->at];
	char room[COLUMN_PRINT_MAX];
	const char *s;
	size_t n;

	if (k->valued[w->at])
		return judge_value(bits, k, i, j, t, row, e);
	if (column_missing(c, row)) {
		*bits = NOTHING;
		return 0;
	}
	*bits = SEEN;
	if (w->plain)
		return 0;
	if (c->dict != NULL)
		return judge_entry(bits, k, i, j, t, row, e);
	s = cell_text(j->b, w->at, row, room, &n);
	return judge_again(bits, k, i, j, t, s, n, e);
}

/* ---- rows that break nothing ---- */

/* Is there nothing to do about a row but to count it, unless it breaks a rule?
 * Not where values are remembered, or only some rows matter. */
static bool
only_counts(const struct checker *k, size_t i, const struct judged *j)
{
	const struct checked_column *w = &k->col[i];

	return w->when == NO_CONDITION && !w->c->unique &&
	    j->col[i].tally == NULL && (w->plain || !k->valued[w->at]);
}

/* Behind the rows from `row` on whose values are there and in range. */
static size_t
skip_values(const struct checked_column *w, const struct block_column *bc,
    size_t row, size_t rows)
{
	const union value *v = bc->v;
	const uint8_t *state = bc->state;

	if (w->quick == QUICK_INTS)
		while (row < rows && state[row] == VALUE_THERE &&
		    v[row].i >= w->least.i && v[row].i <= w->most.i)
			row++;
	else if (w->quick == QUICK_FLOATS)
		while (row < rows && state[row] == VALUE_THERE &&
		    v[row].d >= w->least.d && v[row].d <= w->most.d)
			row++;
	return row;
}

/* Behind the rows from `row` on whose texts are there and known to be good. */
static size_t
skip_texts(const struct checked_column *w, const struct block_column *bc,
    const struct column *c, size_t row, size_t rows)
{
	const struct entry_verdicts *v = &bc->entry;

	if (w->plain)
		while (row < rows && !column_missing(c, row))
			row++;
	else if (c->dict != NULL && v->dict == c->dict &&
	    v->generation == c->dict_generation)
		while (row < rows && c->code[row] < v->n &&
		    v->bits[c->code[row]] == SEEN)
			row++;
	return row;
}

static size_t
skip_good(const struct checker *k, size_t i, const struct judged *j,
    size_t row)
{
	const struct checked_column *w = &k->col[i];
	size_t rows = j->b->t->rows;

	return k->valued[w->at] ? skip_values(w, &j->col[w->at], row, rows) :
	    skip_texts(w, &j->col[i], &j->b->t->col[w->at], row, rows);
}

static int
judge_column(const struct checker *k, size_t i, struct judged *j,
    struct tools *t, struct err *e)
{
	const struct checked_column *w = &k->col[i];
	struct block_column *bc = &j->col[i];
	bool counts = w->c->unique || bc->tally != NULL;
	bool only = only_counts(k, i, j);
	uint8_t bits;

	for (size_t row = 0; row < j->b->t->rows; row++) {
		if (only) {
			size_t next = skip_good(k, i, j, row);

			bc->rows += next - row;
			bc->looked += next - row;
			if ((row = next) == j->b->t->rows)
				break;
		}
		if (w->c->unique)
			bc->hash[row].lo = 0;
		if (w->when != NO_CONDITION && j->holds[w->when][row] !=
		    HOLDS_YES)
			continue;
		bc->rows++;
		if (judge_cell(&bits, k, i, j, t, row, e) != 0)
			return err_wrap(e, "row %llu", (unsigned long long)
			    scan_row_number(j->b, row));
		if (bits & NOTHING) {
			miss_cell(k, i, j, row);
			continue;
		}
		bc->looked++;
		if (bits != SEEN)
			hit_cell(k, i, j, row, bits);
		if (counts)
			count_cell(k, i, j, t, row);
	}
	return 0;
}

/* ---- conditions ---- */

static int
expr_value_of(void *ctx, size_t i, struct expr_value *v, struct err *e)
{
	struct tools *t = ctx;
	size_t col = t->x->col[i];
	const struct column *one = &t->one[col];

	(void)e;
	memset(v, 0, sizeof(*v));
	v->type = EXPR_MISSING;
	if (!col_type_is_number(one->type)) {
		v->s = cell_text(t->j->b, col, t->row, t->room +
		    i * COLUMN_PRINT_MAX, &v->n);
		v->type = v->s != NULL ? EXPR_TEXT : EXPR_MISSING;
		return 0;
	}
	if (t->j->col[col].state[t->row] != VALUE_THERE)
		return 0;		/* or told as of the wrong type */
	v->type = one->type == COL_BOOL ? EXPR_BOOL : EXPR_NUM;
	v->num = value_num(one, t->j->col[col].v[t->row]);
	v->b = v->num.d == 1;
	return 0;
}

static int
expr_match(void *ctx, const char *pattern, const char *s, size_t n, bool *yes,
    struct err *e)
{
	struct tools *t = ctx;
	size_t i = 0;

	while (i < t->matches && t->match[i].text != pattern)
		i++;
	if (i == t->matches) {
		t->match = xresize(t->match, i + 1, sizeof(*t->match));
		t->match[i].text = pattern;
		if (regex_new(&t->match[i].regex, pattern, false, e) != 0)
			return -1;
		t->matches++;
	}
	return regex_find(yes, t->match[i].regex, s, n, e);
}

/* What a condition says of each row. */
static int
judge_condition(const struct checker *k, size_t i, struct judged *j,
    struct tools *t, struct err *e)
{
	const struct condition *x = &k->condition[i];
	const struct expr_env env = { expr_value_of, expr_match, t };
	struct expr_value v;

	t->x = x;
	t->j = j;
	for (t->row = 0; t->row < j->b->t->rows; t->row++) {
		if (expr_eval(&v, x->x, &env, e) != 0)
			return err_wrap(e, "rule '%s', row %llu", x->text,
			    (unsigned long long)scan_row_number(j->b,
			    t->row));
		if (v.type != EXPR_MISSING && v.type != EXPR_BOOL)
			return err_set(e, ERR_USAGE, "rule '%s' is not a "
			    "condition", x->text);
		j->holds[i][t->row] = v.type == EXPR_MISSING ? HOLDS_MISSING :
		    v.b ? HOLDS_YES : HOLDS_NO;
	}
	return 0;
}

/* A rule is broken where it is false; missing breaks nothing. */
static void
judge_rule(const struct checker *k, size_t i, struct judged *j)
{
	const struct checked_rule *r = &k->rule[i];
	const uint8_t *holds = j->holds[r->condition];
	const uint8_t *when = r->when != NO_CONDITION ? j->holds[r->when] :
	    NULL;

	for (size_t row = 0; row < j->b->t->rows; row++) {
		if (holds[row] == HOLDS_MISSING || (when != NULL &&
		    when[row] != HOLDS_YES))
			continue;
		j->looked[i]++;
		if (holds[row] == HOLDS_NO)
			add_hit(j, row, number_of_condition(k, i));
	}
}

/* ---- keys ---- */

/* The row's key into t->text: false where it has none. */
static bool
put_key(const struct checked_key *key, const struct checker *k,
    const struct judged *j, struct tools *t, size_t row)
{
	size_t missing = 0;

	buf_clear(&t->text);
	for (size_t c = 0; c < key->n; c++) {
		if (put_value(&t->text, k, j, t, key->col[c], row))
			continue;
		if (key->skip == KEY_SKIP_ANY)
			return false;
		missing++;
		buf_addc(&t->text, 'm');
	}
	return key->skip == KEY_SKIP_NONE || missing < key->n;
}

static void
hash_key(const struct checker *k, size_t i, struct judged *j,
    struct tools *t)
{
	const struct checked_key *key = &k->key[i];
	bool there;

	for (size_t row = 0; row < j->b->t->rows; row++) {
		there = (key->when == NO_CONDITION ||
		    j->holds[key->when][row] == HOLDS_YES) &&
		    put_key(key, k, j, t, row);
		j->keyed[i][row] = there;
		if (there)
			j->hash[i][row] = hash128(t->text.data, t->text.len);
	}
}

int
judge_block(struct checker *k, struct judged *j, struct tools *t,
    struct err *e)
{
	j->hits = 0;
	for (size_t i = 0; i < k->n_col; i++) {
		struct block_column *bc = &j->col[i];

		bc->looked = bc->missing = bc->rows = 0;
		bc->told = 0;
		if (bc->tally != NULL)
			tally_clear(bc->tally);
	}
	for (size_t i = 0; i < k->s->cols; i++)
		if (k->valued[i])
			read_values(k, j, t, i);
	for (size_t i = 0; i < k->conditions; i++)
		if (judge_condition(k, i, j, t, e) != 0)
			return -1;
	for (size_t i = 0; i < k->n_col; i++)
		if ((!k->ahead || k->col[i].spilled) &&
		    judge_column(k, i, j, t, e) != 0)
			return -1;
	for (size_t i = 0; i < k->s->rules; i++) {
		j->looked[i] = 0;
		judge_rule(k, i, j);
	}
	for (size_t i = 0; i < k->n_key; i++)
		hash_key(k, i, j, t);
	return 0;
}
