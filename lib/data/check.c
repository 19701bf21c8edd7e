#include "data/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/utf8.h"
#include "codec/regex.h"
#include "expr/expr.h"
#include "table/lines.h"
#include "table/reader.h"

#define EXAMPLE_BYTES 60

enum { SEEN = 1, BAD_TYPE = 2, BAD_RANGE = 4, BAD_VALUE = 8, BAD_LENGTH = 16,
    BAD_PATTERN = 32 };

struct set {			/* of keys seen, by 128 bits of hash */
	struct hash128 *slot;
	size_t n, mask;
};

struct watch {			/* a column */
	const struct schema_column *c;
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

struct checker {
	const struct schema *s;
	struct arena arena;
	struct watch *watch;
	struct rule *rule;
	struct set *key;
	struct finding *key_f;
	struct finding whole[CHECK_MISSING];	/* of the table */
	struct check *out;
	const struct table *block;
	size_t row;		/* in the block */
	uint64_t at;		/* number of that row */
	bool row_bad;
	bool named;		/* the input says what columns it has */
	const char *pattern;	/* of an expression, compiled last */
	struct regex *regex;
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
	size_t cut = n > EXAMPLE_BYTES ? EXAMPLE_BYTES : n;
	char *text;

	if (f->examples == CHECK_EXAMPLES)
		return;
	while (cut < n && cut > 0 && ((unsigned char)s[cut] & 0xc0) == 0x80)
		cut--;
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

/* What is wrong with a value, by itself. */
static int
judge(uint8_t *bits, struct watch *w, const char *s, size_t n, struct err *e)
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
			return err_wrap(e, "column '%s'", c->name);
		if (!yes)
			*bits |= BAD_PATTERN;
	}
	return 0;
}

/* The verdict on a code, formed once. */
static int
verdict(uint8_t *bits, struct watch *w, const struct column *c, uint32_t code,
    struct err *e)
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
		if (judge(&w->verdict[code], w, s, n, e) != 0)
			return -1;
	}
	*bits = w->verdict[code];
	return 0;
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
	const char *s;
	uint8_t bits;
	size_t n;

	if (column_missing(c, k->row)) {
		struct finding *f = &w->f[CHECK_MISSING];

		f->hits++;
		if (f->rows < CHECK_ROWS)
			f->row[f->rows++] = k->at;
		if (w->c->min_fraction >= 1 && f->severity == SEVERITY_ERROR)
			k->row_bad = true;
		return 0;
	}
	if (verdict(&bits, w, c, c->code[k->row], e) != 0)
		return -1;
	w->f[CHECK_TYPE].looked++;
	s = column_text(c, k->row, &n);
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
	const struct column *c = &k->block->col[col];
	enum col_type type = k->s->col[col].type;

	(void)e;
	memset(v, 0, sizeof(*v));
	v->type = EXPR_MISSING;
	if (column_missing(c, k->row))
		return 0;
	v->s = column_text(c, k->row, &v->n);
	v->type = EXPR_TEXT;
	if (type == COL_BOOL) {
		v->type = EXPR_BOOL;
		v->b = v->n == 4 || (v->n == 1 && *v->s == '1');
	} else if (col_type_is_number(type) &&
	    num_parse_f64(v->s, v->n, &v->d)) {
		v->type = isnan(v->d) ? EXPR_MISSING : EXPR_NUM;
	}
	return 0;
}

static int
expr_match(void *ctx, const char *pattern, const char *s, size_t n, bool *yes,
    struct err *e)
{
	struct checker *k = ((struct rule *)ctx)->owner;

	if (k->pattern != pattern) {
		regex_free(k->regex);
		k->regex = NULL;
		k->pattern = NULL;
		if (regex_new(&k->regex, pattern, e) != 0)
			return -1;
		k->pattern = pattern;
	}
	return regex_find(yes, k->regex, s, n, e);
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
		hit(k, &r->f, NULL, 0);
	return 0;
}

static void
check_key(struct checker *k, size_t i)
{
	const struct schema_key *key = &k->s->key[i];
	struct buf b;

	buf_init(&b, BUF_CAP_DOC);
	for (size_t j = 0; j < key->n; j++) {
		size_t col = (size_t)(schema_find(k->s, key->columns[j]) -
		    k->s->col), n;
		const char *s = column_text(&k->block->col[col], k->row, &n);

		if (j > 0)
			buf_addc(&b, 0x1f);
		if (s == NULL) {	/* missing: not a key, as in SQL */
			buf_free(&b);
			return;
		}
		buf_add(&b, s, n);
	}
	k->key_f[i].looked++;
	if (!set_add(&k->key[i], b.data, b.len)) {
		for (size_t j = 0; j < b.len; j++)
			if (b.data[j] == 0x1f)
				b.data[j] = ' ';
		hit(k, &k->key_f[i], b.data, b.len);
	}
	buf_free(&b);
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

static void
check_columns(struct checker *k, const char *const *names, size_t n)
{
	const struct schema *s = k->s;
	struct finding *absent = &k->whole[CHECK_ABSENT];
	struct finding *fresh = &k->whole[CHECK_NEW];
	struct finding *order = &k->whole[CHECK_ORDER];
	const struct schema_column *last = NULL;

	for (size_t i = 0; i < s->cols; i++) {
		bool there = false;

		for (size_t j = 0; j < n; j++)
			there = there || strcmp(names[j], s->col[i].name) == 0;
		if (there || s->col[i].optional)
			continue;
		absent->hits++;
		add_example(absent, s->col[i].name, strlen(s->col[i].name));
	}
	for (size_t j = 0; j < n; j++) {
		const struct schema_column *c = schema_find(s, names[j]);

		if (c == NULL && !s->extra) {
			fresh->hits++;
			add_example(fresh, names[j], strlen(names[j]));
		} else if (c != NULL) {
			if (s->ordered && last != NULL && c < last) {
				order->hits++;
				add_example(order, names[j], strlen(names[j]));
			}
			last = c;
		}
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
prepare_column(struct watch *w, struct arena *a,
    const struct schema_column *c, struct err *e)
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
	if (c->pattern != NULL && regex_new(&w->regex, arena_printf(a,
	    "\\A(?:%s)\\z", c->pattern), e) != 0)
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
		const struct schema_column *c = schema_find(k->s,
		    expr_name(r->x, i));

		if (c == NULL)
			return err_set(e, ERR_USAGE, "rule '%s': no column "
			    "'%s' in the schema", r->f.column,
			    expr_name(r->x, i));
		r->col[i] = (size_t)(c - k->s->col);
	}
	return 0;
}

static int
prepare(struct checker *k, struct err *e)
{
	const struct schema *s = k->s;

	k->watch = xalloc(s->cols + 1, sizeof(*k->watch));
	k->rule = xalloc(s->rules + 1, sizeof(*k->rule));
	k->key = xalloc(s->keys + 1, sizeof(*k->key));
	k->key_f = xalloc(s->keys + 1, sizeof(*k->key_f));
	for (size_t i = 0; i < CHECK_MISSING; i++)
		begin(&k->whole[i], (enum check_rule)i, NULL, SEVERITY_ERROR);
	for (size_t i = 0; i < s->cols; i++)
		if (prepare_column(&k->watch[i], &k->arena, &s->col[i], e) != 0)
			return -1;
	for (size_t i = 0; i < s->rules; i++)
		if (prepare_rule(&k->rule[i], k, &s->rule[i], e) != 0)
			return -1;
	for (size_t i = 0; i < s->keys; i++) {
		struct buf b;

		buf_init(&b, BUF_CAP_SMALL);
		for (size_t j = 0; j < s->key[i].n; j++)
			buf_addf(&b, "%s%s", j ? "," : "",
			    s->key[i].columns[j]);
		begin(&k->key_f[i], CHECK_UNIQUE, arena_strdup(&k->arena,
		    b.data), SEVERITY_ERROR);
		buf_free(&b);
	}
	return 0;
}

static int
read_rows(struct checker *k, const char *bytes, size_t n,
    const struct table_read_opts *read, struct err *e)
{
	struct table_want *want = xalloc(k->s->cols + 1, sizeof(*want));
	struct table_reader_opts o = { .read = *read, .want = want,
	    .n_want = k->s->cols };
	struct source src = source_memory(bytes, n, read->name);
	struct table_reader *rd = NULL;
	const char *const *names;
	struct table *t;
	size_t count;
	int r;

	for (size_t i = 0; i < k->s->cols; i++)
		want[i] = (struct table_want){ k->s->col[i].name,
		    COL_CATEGORY, true };
	if ((r = table_reader_open(&rd, &src, &o, e)) != 0)
		goto done;
	names = table_reader_names(rd, &count);
	k->named = table_reader_format(rd) == TABLE_CSV;
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
conclude_column(struct checker *k, struct watch *w)
{
	const struct schema_column *c = w->c;
	uint64_t rows = k->out->rows;
	struct finding *f = &w->f[CHECK_MISSING];

	f->looked = rows;
	if ((double)(rows - f->hits) < c->min_fraction * (double)rows) {
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
		snprintf(f->what, sizeof(f->what), "%s",
		    i == CHECK_TYPE ? col_type_name(c->type) :
		    i == CHECK_RANGE ? "outside min and max" :
		    i == CHECK_VALUES ? "not among the values" :
		    i == CHECK_LENGTH ? "too short or too long" :
		    i == CHECK_PATTERN ? "does not match the pattern" :
		    "seen before");
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

	/* JSON Lines name no columns: one that no row has is not there */
	for (size_t i = 0; !k->named && rows > 0 && i < s->cols; i++)
		if (!s->col[i].optional &&
		    k->watch[i].f[CHECK_MISSING].hits == (uint64_t)rows) {
			k->whole[CHECK_ABSENT].hits++;
			add_example(&k->whole[CHECK_ABSENT], s->col[i].name,
			    strlen(s->col[i].name));
		}
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
		if (k->key_f[i].hits == 0)
			continue;
		snprintf(k->key_f[i].what, sizeof(k->key_f[i].what),
		    "together seen before");
		keep(k->out, &k->key_f[i]);
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
		column_clear(&w->one);
		intern_free(w->values);
		regex_free(w->regex);
		free(w->verdict);
		free(w->seen.slot);
	}
	for (size_t i = 0; k->rule != NULL && i < k->s->rules; i++)
		finding_clear(&k->rule[i].f);
	for (size_t i = 0; k->key != NULL && i < k->s->keys; i++) {
		free(k->key[i].slot);
		finding_clear(&k->key_f[i]);
	}
	for (size_t i = 0; i < CHECK_MISSING; i++)
		finding_clear(&k->whole[i]);
	free(k->watch);
	free(k->rule);
	free(k->key);
	free(k->key_f);
	regex_free(k->regex);
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
	struct table_lines *l;
	struct arena a = { 0 };
	struct table_read_opts o;
	const char *line, *end;
	size_t len;
	int r = -1;

	reading(&o, &a, s, user);
	if (table_lines_open(&l, bytes, n, &o, e) != 0)
		goto done;
	line = table_lines_header(l, &len);
	end = table_lines_end(l);
	buf_add(out, line, len);
	while ((r = table_lines_next(l, &line, &len, e)) > 0) {
		uint64_t at = table_lines_row(l);

		if (at > c->rows || !(c->bad[at / 8] >> (at % 8) & 1))
			continue;
		buf_add(out, line, len);
		if (line[len - 1] != end[strlen(end) - 1])
			buf_adds(out, end);
	}
	if (r == 0)
		r = buf_check(out, e);
	table_lines_close(l);
done:
	arena_free(&a);
	return r;
}
