#include "quality/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/utf8.h"
#include "codec/regex.h"
#include "expr/expr.h"
#include "read/records.h"
#include "read/stream.h"
#include "table/cell.h"
#include "table/column_set.h"

#define EXAMPLE_BYTES 60

enum { SEEN = 1, BAD_TYPE = 2, BAD_RANGE = 4, BAD_VALUE = 8, BAD_LENGTH = 16,
    BAD_PATTERN = 32 };

struct set {			/* of keys seen, by 128 bits of hash */
	struct hash128 *slot;
	size_t n, mask;
};

struct watch {			/* a column */
	const struct schema_column *c;
	bool there;		/* in the input */
	struct column one;	/* a cell read as the type */
	struct intern *values;
	struct regex *regex;
	uint8_t *verdict;	/* by code of the block's dict */
	size_t verdicts;
	uint32_t generation;
	struct set seen;
	struct finding f[CHECK_EXPR + 1];	/* by rule */
};

struct rule {
	const struct schema_rule *r;
	struct expr *x;
	size_t *col;		/* by number of the name */
	struct finding f;
	struct checker *owner;
};

struct key {			/* columns that are unique together */
	size_t *col;
	struct set seen;
	struct finding f;
};

struct checker {
	const struct schema *s;
	struct arena arena;
	struct intern *names;	/* of the schema's columns, by number */
	struct watch *watch;
	struct rule *rule;
	struct key *key;
	struct finding whole[CHECK_MISSING];	/* of the table */
	struct check *out;
	const struct table *block;
	size_t row;		/* in the block */
	uint64_t at;		/* number of that row */
	bool row_bad;
	bool named;		/* the input says what columns it has */
	struct buf text;	/* of a row that broke a rule, of a key */
	struct pattern {	/* of conditions, compiled once */
		const char *text;
		struct regex *regex;
	} *pattern;
	size_t patterns;
	size_t bad_room;
};

const char *
check_rule_name(enum check_rule rule)
{
	static const char *const names[] = { "column_absent", "column_new",
	    "column_order", "rows", "missing", "type", "range", "values",
	    "length", "pattern", "unique", "expr" };

	return names[rule];
}

/* ---- sets ---- */

/* False when the key was there already. */
static bool
set_add(struct set *s, const void *p, size_t n)
{
	struct hash128 h = hash128(p, n), *old = s->slot;
	size_t room = s->slot ? s->mask + 1 : 0, i;

	h.lo |= 1;			/* never all zero: that is a free slot */
	if (2 * s->n >= room) {
		s->mask = room ? 2 * room - 1 : 1023;
		s->slot = xalloc(s->mask + 1, sizeof(*s->slot));
		for (size_t k = 0; k < room; k++) {
			if (old[k].lo == 0)
				continue;
			i = old[k].hi & s->mask;
			while (s->slot[i].lo != 0)
				i = (i + 1) & s->mask;
			s->slot[i] = old[k];
		}
		free(old);
	}
	for (i = h.hi & s->mask; s->slot[i].lo != 0; i = (i + 1) & s->mask)
		if (s->slot[i].lo == h.lo && s->slot[i].hi == h.hi)
			return false;
	s->slot[i] = h;
	s->n++;
	return true;
}

/* ---- findings ---- */

static void
add_example(struct finding *f, const char *s, size_t n)
{
	size_t cut = utf8_cut(s, n, EXAMPLE_BYTES);
	char *text;

	if (f->examples == CHECK_EXAMPLES)
		return;
	text = n > cut ? xprintf("%.*s...", (int)cut, s) : xstrndup(s, n);
	for (size_t i = 0; i < f->examples; i++) {
		if (strcmp(f->example[i], text) == 0) {
			free(text);
			return;
		}
	}
	f->example[f->examples++] = text;
}

static void
hit(struct checker *k, struct finding *f, const char *s, size_t n)
{
	f->hits++;
	if (f->rows < CHECK_ROWS)
		f->row[f->rows++] = k->at;
	if (s != NULL)
		add_example(f, s, n);
	if (f->severity == SEVERITY_ERROR)
		k->row_bad = true;
}

/* ---- cells ---- */

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

/* What is wrong with a value, by itself; it stands in row `at`. */
static int
judge(uint8_t *bits, struct watch *w, uint64_t at, const char *s, size_t n,
    struct err *e)
{
	const struct schema_column *c = w->c;
	struct err ignored = ERR_INIT;
	bool yes = true;

	*bits = SEEN;
	if (!col_type_is_text(c->type)) {
		double v;

		if (column_set_text(&w->one, 0, s, n, &ignored) != 0) {
			*bits |= BAD_TYPE;
			return 0;
		}
		v = column_number(&w->one, 0);
		if ((c->has_min && v < c->min) || (c->has_max && v > c->max))
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
verdict(uint8_t *bits, struct watch *w, uint64_t at, const struct column *c,
    uint32_t code, struct err *e)
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
		if (judge(&w->verdict[code], w, at, s, n, e) != 0)
			return -1;
	}
	*bits = w->verdict[code];
	return 0;
}

static void
miss(struct checker *k, struct watch *w)
{
	struct finding *f = &w->f[CHECK_MISSING];

	f->hits++;
	if (!w->there && k->named)
		return;			/* told as absent */
	if (f->rows < CHECK_ROWS)
		f->row[f->rows++] = k->at;
	if (w->c->min_fraction >= 1 && f->severity == SEVERITY_ERROR)
		k->row_bad = true;
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
	struct watch *w = &k->watch[col];
	size_t n;
	const char *s = cell_text(k, col, &n);
	uint8_t bits;
	int r;

	if (s == NULL) {
		miss(k, w);
		return 0;
	}
	r = c->type == COL_RAW ? judge(&bits, w, k->at, s, n, e) :
	    verdict(&bits, w, k->at, c, c->code[k->row], e);
	if (r != 0)
		return -1;
	w->f[CHECK_TYPE].looked++;
	for (size_t i = 0; bits != SEEN && i < 5; i++)
		if (bits & map[i].bit)
			hit(k, &w->f[map[i].rule], s, n);
	if (w->c->unique && !set_add(&w->seen, s, n))
		hit(k, &w->f[CHECK_UNIQUE], s, n);
	return 0;
}

/* ---- rows ---- */

static int
expr_value_of(void *ctx, size_t i, struct expr_value *v, struct err *e)
{
	struct rule *r = ctx;
	struct checker *k = r->owner;
	size_t col = r->col[i];
	struct column *one = &k->watch[col].one;
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
	v->type = one->type == COL_BOOL ? EXPR_BOOL : EXPR_NUM;
	v->d = column_number(one, 0);
	v->b = v->d == 1;
	return 0;
}

static int
expr_match(void *ctx, const char *pattern, const char *s, size_t n, bool *yes,
    struct err *e)
{
	struct checker *k = ((struct rule *)ctx)->owner;
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
hit_rule(struct checker *k, struct rule *r)
{
	size_t n;

	buf_clear(&k->text);
	for (size_t i = 0; i < expr_names(r->x); i++) {
		const char *s = cell_text(k, r->col[i], &n);

		buf_addf(&k->text, "%s%s=", i ? " " : "", expr_name(r->x, i));
		if (s != NULL)
			buf_add(&k->text, s, n);
	}
	hit(k, &r->f, k->text.data, k->text.len);
}

/* A rule is broken where it is false; missing breaks nothing. */
static int
check_rule(struct checker *k, struct rule *r, struct err *e)
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

static void
check_key(struct checker *k, size_t i)
{
	struct key *key = &k->key[i];
	struct buf *b = &k->text;
	size_t n;

	buf_clear(b);
	for (size_t j = 0; j < k->s->key[i].n; j++) {
		const char *s = cell_text(k, key->col[j], &n);

		if (s == NULL)		/* missing: not a key, as in SQL */
			return;
		if (j > 0)
			buf_addc(b, 0x1f);
		buf_add(b, s, n);
	}
	key->f.looked++;
	if (set_add(&key->seen, b->data, b->len))
		return;
	for (size_t j = 0; j < b->len; j++)
		if (b->data[j] == 0x1f)
			b->data[j] = ' ';
	hit(k, &key->f, b->data, b->len);
}

static int
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
	if (k->at / 8 >= k->bad_room) {
		size_t room = k->bad_room ? 2 * k->bad_room : 4096;

		k->out->bad = xresize(k->out->bad, room, 1);
		memset(k->out->bad + k->bad_room, 0, room - k->bad_room);
		k->bad_room = room;
	}
	if (k->row_bad)
		k->out->bad[k->at / 8] |= (uint8_t)(1 << (k->at % 8));
	return 0;
}

/* ---- columns ---- */

/* Columns that are too many or stand elsewhere. */
static void
check_columns(struct checker *k, const char *const *names, size_t n)
{
	struct finding *fresh = &k->whole[CHECK_NEW];
	struct finding *order = &k->whole[CHECK_ORDER];
	uint32_t last = 0;

	for (size_t j = 0; j < n; j++) {
		size_t len = strlen(names[j]);
		uint32_t c = intern_find(k->names, names[j], len);

		if (c == INTERN_NONE && !k->s->extra) {
			fresh->hits++;
			add_example(fresh, names[j], len);
		} else if (c != INTERN_NONE) {
			if (k->s->ordered && c < last) {
				order->hits++;
				add_example(order, names[j], len);
			}
			last = c;
		}
	}
}

static void
check_absent(struct checker *k)
{
	struct finding *absent = &k->whole[CHECK_ABSENT];

	for (size_t i = 0; i < k->s->cols; i++) {
		const struct schema_column *c = &k->s->col[i];

		if (k->watch[i].there || c->optional)
			continue;
		absent->hits++;
		add_example(absent, c->name, strlen(c->name));
	}
}

/* ---- the whole ---- */

static void
begin(struct finding *f, enum check_rule rule, const char *column,
    enum severity severity)
{
	memset(f, 0, sizeof(*f));
	f->rule = rule;
	f->column = column;
	f->severity = severity;
}

static int
prepare_column(struct watch *w, const struct schema_column *c, struct err *e)
{
	w->c = c;
	for (size_t i = 0; i <= CHECK_EXPR; i++)
		begin(&w->f[i], (enum check_rule)i, c->name, c->severity);
	if (column_init(&w->one, c->name, c->type, 1, e) != 0)
		return -1;
	if (c->values != NULL) {
		w->values = intern_new();
		for (size_t i = 0; i < c->n_values; i++)
			intern_add(w->values, c->values[i],
			    strlen(c->values[i]));
	}
	if (c->pattern != NULL &&
	    regex_new(&w->regex, c->pattern, true, e) != 0)
		return err_wrap(e, "column '%s': pattern", c->name);
	return 0;
}

static int
prepare_rule(struct rule *r, struct checker *k, const struct schema_rule *s,
    struct err *e)
{
	r->r = s;
	r->owner = k;
	begin(&r->f, CHECK_EXPR, s->name ? s->name : s->expr, s->severity);
	if (expr_parse(&r->x, &k->arena, s->expr, e) != 0)
		return err_wrap(e, "rule '%s'", r->f.column);
	r->col = arena_alloc(&k->arena, (expr_names(r->x) + 1) *
	    sizeof(*r->col));
	for (size_t i = 0; i < expr_names(r->x); i++) {
		const char *name = expr_name(r->x, i);

		r->col[i] = intern_find(k->names, name, strlen(name));
		if (r->col[i] == INTERN_NONE)
			return err_set(e, ERR_USAGE, "rule '%s': no column "
			    "'%s' in the schema", r->f.column, name);
	}
	return 0;
}

static int
prepare(struct checker *k, struct err *e)
{
	const struct schema *s = k->s;

	buf_init(&k->text, BUF_CAP_DOC);
	k->names = intern_new();
	for (size_t i = 0; i < s->cols; i++)
		intern_add(k->names, s->col[i].name, strlen(s->col[i].name));
	k->watch = xalloc(s->cols + 1, sizeof(*k->watch));
	k->rule = xalloc(s->rules + 1, sizeof(*k->rule));
	k->key = xalloc(s->keys + 1, sizeof(*k->key));
	for (size_t i = 0; i < CHECK_MISSING; i++)
		begin(&k->whole[i], (enum check_rule)i, NULL, SEVERITY_ERROR);
	for (size_t i = 0; i < s->cols; i++)
		if (prepare_column(&k->watch[i], &s->col[i], e) != 0)
			return -1;
	for (size_t i = 0; i < s->rules; i++)
		if (prepare_rule(&k->rule[i], k, &s->rule[i], e) != 0)
			return -1;
	for (size_t i = 0; i < s->keys; i++) {
		const struct schema_key *key = &s->key[i];

		k->key[i].col = arena_alloc(&k->arena, (key->n + 1) *
		    sizeof(*k->key[i].col));
		buf_clear(&k->text);
		for (size_t j = 0; j < key->n; j++) {
			k->key[i].col[j] = intern_find(k->names,
			    key->columns[j], strlen(key->columns[j]));
			buf_addf(&k->text, "%s%s", j ? "," : "",
			    key->columns[j]);
		}
		begin(&k->key[i].f, CHECK_UNIQUE, arena_strdup(&k->arena,
		    k->text.data), SEVERITY_ERROR);
	}
	return 0;
}

static int
read_rows(struct checker *k, const char *bytes, size_t n,
    const struct table_read_opts *read, struct err *e)
{
	struct table_want *want = xalloc(k->s->cols + 1, sizeof(*want));
	struct table_reader_opts o = { .read = *read, .want = want,
	    .n_want = k->s->cols, .lax = true };
	struct source src = source_memory(bytes, n, read->name);
	struct table_reader *rd = NULL;
	const char *const *names;
	struct table *t;
	size_t count;
	int r;

	for (size_t i = 0; i < k->s->cols; i++)
		want[i] = (struct table_want){ k->s->col[i].name,
		    col_type_is_text(k->s->col[i].type) ? COL_CATEGORY :
		    COL_RAW, true };
	if ((r = table_reader_open(&rd, &src, &o, e)) != 0)
		goto done;
	names = table_reader_names(rd, &count);
	k->named = table_reader_format(rd) == TABLE_CSV;
	for (size_t i = 0; k->named && i < k->s->cols; i++)
		k->watch[i].there = table_reader_has(rd, i);
	if (k->named)
		check_columns(k, names, count);
	while ((r = table_reader_next(&t, rd, e)) > 0) {
		k->block = t;
		for (k->row = 0; k->row < t->rows; k->row++) {
			k->at = table_reader_first_row(rd) + k->row;
			if (check_row(k, e) != 0) {
				r = -1;
				goto done;
			}
		}
		k->out->rows += t->rows;
	}
	for (size_t i = 0; r == 0 && i < k->s->cols; i++)
		k->watch[i].there = table_reader_has(rd, i);
	for (size_t i = 0; r == 0 && table_reader_other(rd, i) != NULL; i++) {
		const char *name = table_reader_other(rd, i);

		check_columns(k, &name, 1);
	}
	if (r < 0 && k->named)		/* which rows, if there are more */
		records_check(bytes, n, read, e);
done:
	table_reader_free(rd);
	source_close(&src);
	free(want);
	return r;
}

/* Into the answer; its examples go with it. */
static void
keep(struct check *out, struct finding *f)
{
	out->f = xresize(out->f, out->n + 1, sizeof(*out->f));
	out->f[out->n] = *f;
	out->f[out->n++].column = f->column ? xstrdup(f->column) : NULL;
	f->examples = 0;
}

static bool
broken(const struct finding *f, double mostly)
{
	return f->hits > 0 && (mostly >= 1 || (double)(f->looked - f->hits) <
	    mostly * (double)f->looked);
}

static void
print_bound(char text[CLOCK_TEXT_MAX], const struct schema_column *c, double v)
{
	if (c->type == COL_DATETIME)
		clock_print(text, (int64_t)v);
	else
		num_print_f64(text, v);
}

/* What a column's rule asks for. */
static void
say_rule(struct finding *f, const struct schema_column *c)
{
	char low[CLOCK_TEXT_MAX] = "", high[CLOCK_TEXT_MAX] = "";
	size_t room = sizeof(f->what);

	if (f->rule == CHECK_RANGE && c->has_min)
		print_bound(low, c, c->min);
	if (f->rule == CHECK_RANGE && c->has_max)
		print_bound(high, c, c->max);
	if (f->rule == CHECK_LENGTH) {
		num_print_i64(low, c->min_length);
		num_print_i64(high, c->max_length);
	}
	if (f->rule == CHECK_TYPE)
		snprintf(f->what, room, "cannot be read as %s",
		    col_type_name(c->type));
	else if (f->rule == CHECK_RANGE && !c->has_max)
		snprintf(f->what, room, "less than %s", low);
	else if (f->rule == CHECK_RANGE && !c->has_min)
		snprintf(f->what, room, "more than %s", high);
	else if (f->rule == CHECK_RANGE)
		snprintf(f->what, room, "not from %s to %s", low, high);
	else if (f->rule == CHECK_VALUES)
		snprintf(f->what, room, "not among the %zu values",
		    c->n_values);
	else if (f->rule == CHECK_LENGTH && !c->has_max_length)
		snprintf(f->what, room, "shorter than %s", low);
	else if (f->rule == CHECK_LENGTH && !c->has_min_length)
		snprintf(f->what, room, "longer than %s", high);
	else if (f->rule == CHECK_LENGTH)
		snprintf(f->what, room, "length not from %s to %s", low, high);
	else if (f->rule == CHECK_PATTERN)
		snprintf(f->what, room, "does not match '%.*s'", (int)
		    utf8_cut(c->pattern, strlen(c->pattern), 100), c->pattern);
	else
		snprintf(f->what, room, "seen before");
}

static void
conclude_column(struct checker *k, struct watch *w)
{
	const struct schema_column *c = w->c;
	uint64_t rows = k->out->rows;
	struct finding *f = &w->f[CHECK_MISSING];

	f->looked = rows;
	if (w->there && (double)(rows - f->hits) < c->min_fraction *
	    (double)rows) {
		snprintf(f->what, sizeof(f->what), "%.4g of the rows have a "
		    "value, less than %.4g", (double)(rows - f->hits) /
		    (double)rows, c->min_fraction);
		keep(k->out, f);
	}
	for (size_t i = CHECK_TYPE; i <= CHECK_UNIQUE; i++) {
		f = &w->f[i];
		f->looked = w->f[CHECK_TYPE].looked;
		if (!broken(f, i == CHECK_UNIQUE ? 1 : c->mostly))
			continue;
		say_rule(f, c);
		keep(k->out, f);
	}
}

static void
conclude(struct checker *k)
{
	static const char *const what[] = { "columns that are not there",
	    "columns the schema does not know", "columns in another order" };
	struct finding *f = &k->whole[CHECK_ROW_COUNT];
	const struct schema *s = k->s;
	int64_t rows = (int64_t)k->out->rows;

	/* JSON Lines name no columns: without a row nobody knows */
	if (k->named || rows > 0)
		check_absent(k);
	for (size_t i = 0; i < CHECK_ROW_COUNT; i++) {
		if (k->whole[i].hits == 0)
			continue;
		snprintf(k->whole[i].what, sizeof(k->whole[i].what), "%s",
		    what[i]);
		keep(k->out, &k->whole[i]);
	}
	if ((s->has_min_rows && rows < s->min_rows) ||
	    (s->has_max_rows && rows > s->max_rows)) {
		f->hits = f->looked = k->out->rows;
		snprintf(f->what, sizeof(f->what), "%lld rows, %s than %lld",
		    (long long)rows, s->has_min_rows && rows < s->min_rows ?
		    "fewer" : "more", (long long)(s->has_min_rows && rows <
		    s->min_rows ? s->min_rows : s->max_rows));
		keep(k->out, f);
	}
	for (size_t i = 0; i < s->cols; i++)
		conclude_column(k, &k->watch[i]);
	for (size_t i = 0; i < s->keys; i++) {
		if (k->key[i].f.hits == 0)
			continue;
		snprintf(k->key[i].f.what, sizeof(k->key[i].f.what),
		    "together seen before");
		keep(k->out, &k->key[i].f);
	}
	for (size_t i = 0; i < s->rules; i++) {
		if (!broken(&k->rule[i].f, k->rule[i].r->mostly))
			continue;
		snprintf(k->rule[i].f.what, sizeof(k->rule[i].f.what),
		    "does not hold");
		keep(k->out, &k->rule[i].f);
	}
}

static void
finding_clear(struct finding *f)
{
	for (size_t i = 0; i < f->examples; i++)
		free(f->example[i]);
}

static void
checker_free(struct checker *k)
{
	for (size_t i = 0; k->watch != NULL && i < k->s->cols; i++) {
		struct watch *w = &k->watch[i];

		for (size_t j = 0; j <= CHECK_EXPR; j++)
			finding_clear(&w->f[j]);
		column_release(&w->one);
		intern_free(w->values);
		regex_free(w->regex);
		free(w->verdict);
		free(w->seen.slot);
	}
	for (size_t i = 0; k->rule != NULL && i < k->s->rules; i++)
		finding_clear(&k->rule[i].f);
	for (size_t i = 0; k->key != NULL && i < k->s->keys; i++) {
		free(k->key[i].seen.slot);
		finding_clear(&k->key[i].f);
	}
	for (size_t i = 0; i < CHECK_MISSING; i++)
		finding_clear(&k->whole[i]);
	free(k->watch);
	free(k->rule);
	free(k->key);
	intern_free(k->names);
	buf_free(&k->text);
	for (size_t i = 0; i < k->patterns; i++)
		regex_free(k->pattern[i].regex);
	free(k->pattern);
	arena_free(&k->arena);
}

/* As the schema says, except where the user does. */
static void
reading(struct table_read_opts *o, struct arena *a, const struct schema *s,
    const struct table_read_opts *user)
{
	memset(o, 0, sizeof(*o));
	if (user != NULL)
		*o = *user;
	schema_read_opts(o, a, s);
	o->types = NULL;
	o->n_types = 0;
}

int
check_table(struct check *out, const char *bytes, size_t n,
    const struct schema *s, const struct table_read_opts *user,
    struct err *e)
{
	struct checker k = { .s = s, .out = out };
	struct table_read_opts o;
	int r = -1;

	memset(out, 0, sizeof(*out));
	reading(&o, &k.arena, s, user);
	if (prepare(&k, e) == 0 && read_rows(&k, bytes, n, &o, e) == 0) {
		conclude(&k);
		r = 0;
	}
	checker_free(&k);
	if (r != 0)
		check_free(out);
	return r;
}

void
check_free(struct check *c)
{
	for (size_t i = 0; i < c->n; i++) {
		finding_clear(&c->f[i]);
		free((char *)(uintptr_t)c->f[i].column);
	}
	free(c->f);
	free(c->bad);
	memset(c, 0, sizeof(*c));
}

bool
check_failed(const struct check *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->f[i].severity == SEVERITY_ERROR)
			return true;
	return false;
}

int
check_quarantine(struct buf *out, const struct check *c, const char *bytes,
    size_t n, const struct schema *s, const struct table_read_opts *user,
    struct err *e)
{
	struct records *l;
	struct arena a = { 0 };
	struct table_read_opts o;
	const char *line, *end;
	size_t len;
	int r = -1;

	reading(&o, &a, s, user);
	if (records_open(&l, bytes, n, &o, e) != 0)
		goto done;
	line = records_header(l, &len);
	end = records_line_end(l);
	buf_add(out, line, len);
	while ((r = records_next(l, &line, &len, e)) > 0) {
		uint64_t at = records_row(l);

		if (at > c->rows || !(c->bad[at / 8] >> (at % 8) & 1))
			continue;
		buf_add(out, line, len);
		if (line[len - 1] != end[strlen(end) - 1])
			buf_adds(out, end);
	}
	if (r == 0)
		r = buf_check(out, e);
	records_close(l);
done:
	arena_free(&a);
	return r;
}
