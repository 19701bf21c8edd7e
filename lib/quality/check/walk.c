/*
 * A table held against a schema: what is checked is prepared, the rows are
 * walked once, and what is found is concluded.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/sorter.h"
#include "quality/check/block.h"
#include "quality/check/pass.h"
#include "read/typed.h"


/* ---- what is checked ---- */

static struct intern *
intern_words(const char *const *v, size_t n)
{
	struct intern *t;

	if (v == NULL)
		return NULL;
	t = intern_new();
	for (size_t i = 0; i < n; i++)
		intern_add(t, v[i], strlen(v[i]));
	return t;
}

/* Of a column of floats, doubles: where that is exact it is quicker. */
static void
ready_bound(struct num *v, enum col_type type)
{
	if (v->whole && type != COL_INT64 && type != COL_DATETIME &&
	    v->i >= -(INT64_C(1) << 53) && v->i <= INT64_C(1) << 53)
		*v = num_of_f64((double)v->i);
}

/* A range with both ends in it, of the column's own kind of number. */
static void
ready_range(struct checked_column *w, enum col_type type)
{
	const struct schema_bounds *b = &w->range;
	bool whole = type == COL_INT64 || type == COL_DATETIME;

	if (col_type_is_text(type) || (b->has_min && (b->above ||
	    b->min.whole != whole)) || (b->has_max && (b->below ||
	    b->max.whole != whole)))
		return;
	w->quick = whole ? QUICK_INTS : QUICK_FLOATS;
	if (whole) {
		w->least.i = b->has_min ? b->min.i : INT64_MIN;
		w->most.i = b->has_max ? b->max.i : INT64_MAX;
	} else {
		w->least.d = b->has_min ? b->min.d : -INFINITY;
		w->most.d = b->has_max ? b->max.d : INFINITY;
	}
}

/* The condition's number; the same text is evaluated once. */
static int
add_condition(size_t *out, struct checker *k, const char *name,
    const char *text, struct err *e)
{
	struct condition *x;

	*out = NO_CONDITION;
	if (text == NULL)
		return 0;
	for (*out = 0; *out < k->conditions; ++*out)
		if (strcmp(k->condition[*out].text, text) == 0)
			return 0;
	x = &k->condition[k->conditions++];
	x->text = text;
	if (expr_parse(&x->x, &k->arena, text, e) != 0)
		return err_wrap(e, "rule '%s'", name);
	x->col = arena_alloc(&k->arena, (expr_names(x->x) + 1) *
	    sizeof(*x->col));
	for (size_t i = 0; i < expr_names(x->x); i++) {
		const char *column = expr_name(x->x, i);

		x->col[i] = intern_find(k->names, column, strlen(column));
		if (x->col[i] == INTERN_NONE)
			return err_set(e, ERR_USAGE, "rule '%s': no column "
			    "'%s' in the schema", name, column);
	}
	return 0;
}

/* Is the mean to be beside that of earlier versions? */
static bool
needs_mean(const struct checker *k, size_t i)
{
	return i < k->s->cols && k->s->trend.profile != NULL &&
	    !isnan(k->s->trend.mean) && col_type_is_number(k->s->col[i].type);
}

static int
prepare_column(struct checker *k, size_t i, const struct schema_column *c,
    struct err *e)
{
	struct checked_column *w = &k->col[i];

	w->c = c;
	w->at = i < k->s->cols ? i : intern_find(k->names, c->name,
	    strlen(c->name));
	w->range = c->range;
	ready_bound(&w->range.min, c->type);
	ready_bound(&w->range.max, c->type);
	ready_range(w, c->type);
	w->values = intern_words(c->values, c->n_values);
	w->not_values = intern_words(c->not_values, c->n_not_values);
	w->plain = c->values == NULL && c->not_values == NULL &&
	    !c->has_min_length && !c->has_max_length && c->pattern == NULL &&
	    c->not_pattern == NULL;
	w->tally = tally_new(c, k->folder, needs_mean(k, i));
	return add_condition(&w->when, k, c->name, c->when, e);
}

static int
prepare_rule(struct checked_rule *r, struct checker *k,
    const struct schema_rule *s, struct err *e)
{
	r->r = s;
	finding_init(&r->f, CHECK_EXPR, s->name ? s->name : s->expr,
	    s->severity);
	return add_condition(&r->condition, k, r->f.column, s->expr, e) != 0 ||
	    add_condition(&r->when, k, r->f.column, s->when, e) != 0 ? -1 : 0;
}

static int
prepare_key(struct checked_key *key, struct checker *k, const char *when,
    enum check_rule rule, enum severity severity, struct err *e)
{
	key->col = arena_alloc(&k->arena, (key->n + 1) * sizeof(*key->col));
	buf_clear(&k->text);
	for (size_t j = 0; j < key->n; j++) {
		key->col[j] = intern_find(k->names, key->columns[j],
		    strlen(key->columns[j]));
		buf_addf(&k->text, "%s%s", j ? "," : "", key->columns[j]);
	}
	finding_init(&key->f, rule, arena_strdup(&k->arena, k->text.data),
	    severity);
	return add_condition(&key->when, k, key->f.column, when, e);
}

static int
prepare_keys(struct checker *k, struct err *e)
{
	const struct schema *s = k->s;

	k->keys = s->keys;
	k->n_key = s->keys + s->references;
	k->key = xalloc(k->n_key + 1, sizeof(*k->key));
	for (size_t i = 0; i < s->keys; i++) {
		const struct schema_key *from = &s->key[i];

		k->key[i].columns = from->columns;
		k->key[i].n = from->n;
		k->key[i].skip = from->skip;
		k->key[i].mostly = from->mostly;
		if (prepare_key(&k->key[i], k, from->when, CHECK_UNIQUE,
		    from->severity, e) != 0)
			return -1;
	}
	for (size_t i = 0; i < s->references; i++) {
		const struct schema_reference *from = &s->reference[i];
		struct checked_key *key = &k->key[s->keys + i];

		key->columns = from->columns;
		key->n = from->n;
		key->mostly = from->mostly;
		if (prepare_key(key, k, from->when, CHECK_REFERENCE,
		    from->severity, e) != 0 || read_reference(k, i, e) != 0)
			return -1;
	}
	return 0;
}

static int
prepare_checker(struct checker *k, struct err *e)
{
	const struct schema *s = k->s;

	k->folder = k->in->folder ? k->in->folder : FILE_SCRATCH_FOLDER;
	k->memory = k->in->memory ? k->in->memory : CHECK_MEMORY;
	buf_init(&k->text, BUF_CAP_DOC);
	buf_init(&k->passed, BUF_CAP_DATA);
	buf_init(&k->row_text, BUF_CAP_DATA);
	buf_init(&k->reason, BUF_CAP_DOC);
	k->names = intern_new();
	for (size_t i = 0; i < s->cols; i++)
		intern_add(k->names, s->col[i].name, strlen(s->col[i].name));
	k->n_col = s->cols + s->ons;
	k->col = xalloc(k->n_col + 1, sizeof(*k->col));
	k->there = xalloc(s->cols + 1, sizeof(*k->there));
	k->valued = xalloc(s->cols + 1, sizeof(*k->valued));
	k->rule = xalloc(s->rules + 1, sizeof(*k->rule));
	k->condition = xalloc(k->n_col + 2 * s->rules + s->keys +
	    s->references + 1, sizeof(*k->condition));
	k->newest = xalloc(s->freshs + 1, sizeof(*k->newest));
	for (size_t i = 0; i < s->freshs; i++)
		k->newest[i] = INT64_MIN;
	for (size_t i = 0; i < CHECK_MISSING; i++)
		finding_init(&k->whole[i], (enum check_rule)i, NULL,
		    i == CHECK_ROW_COUNT ? s->rows_severity : SEVERITY_ERROR);
	for (size_t i = 0; i < s->cols; i++)
		k->valued[i] = !col_type_is_text(s->col[i].type);
	for (size_t i = 0; i < k->n_col; i++)
		if (prepare_column(k, i, i < s->cols ? &s->col[i] :
		    &s->on[i - s->cols], e) != 0)
			return -1;
	for (size_t i = 0; i < s->rules; i++)
		if (prepare_rule(&k->rule[i], k, &s->rule[i], e) != 0)
			return -1;
	return prepare_keys(k, e);
}

/* ---- what works on blocks ---- */

static void
make_judged(struct checker *k, struct judged *j)
{
	j->col = xalloc(k->n_col + 1, sizeof(*j->col));
	for (size_t i = 0; i < k->n_col; i++) {
		struct block_column *bc = &j->col[i];

		if (i < k->s->cols && k->valued[i]) {
			bc->v = xalloc(k->rows, sizeof(*bc->v));
			bc->state = xalloc(k->rows, 1);
		}
		if (!k->col[i].plain && !k->valued[k->col[i].at])
			bc->verdict = xalloc(VERDICTS, sizeof(*bc->verdict));
		if (k->col[i].c->unique)
			bc->hash = xalloc(k->rows, sizeof(*bc->hash));
		bc->tally = tally_new(k->col[i].c, NULL, needs_mean(k, i));
	}
	j->holds = xalloc(k->conditions + 1, sizeof(*j->holds));
	for (size_t i = 0; i < k->conditions; i++)
		j->holds[i] = xalloc(k->rows, 1);
	j->hash = xalloc(k->n_key + 1, sizeof(*j->hash));
	j->keyed = xalloc(k->n_key + 1, sizeof(*j->keyed));
	for (size_t i = 0; i < k->n_key; i++) {
		j->hash[i] = xalloc(k->rows, sizeof(**j->hash));
		j->keyed[i] = xalloc(k->rows, 1);
	}
	j->looked = xalloc(k->s->rules + 1, sizeof(*j->looked));
}

static void
free_judged(const struct checker *k, struct judged *j)
{
	for (size_t i = 0; j->col != NULL && i < k->n_col; i++) {
		free(j->col[i].v);
		free(j->col[i].state);
		free(j->col[i].verdict);
		free(j->col[i].entry.bits);
		free(j->col[i].hash);
		tally_free(j->col[i].tally);
	}
	for (size_t i = 0; j->holds != NULL && i < k->conditions; i++)
		free(j->holds[i]);
	for (size_t i = 0; j->hash != NULL && i < k->n_key; i++) {
		free(j->hash[i]);
		free(j->keyed[i]);
	}
	free(j->col);
	free(j->holds);
	free(j->hash);
	free(j->keyed);
	free(j->looked);
	free(j->hit);
}

static int
make_tools(struct checker *k, struct tools *t, struct err *e)
{
	const struct schema_column *c;
	size_t names = 0;

	buf_init(&t->text, BUF_CAP_DOC);
	for (size_t i = 0; i < k->conditions; i++)
		if (expr_names(k->condition[i].x) > names)
			names = expr_names(k->condition[i].x);
	t->room = xalloc(names + 1, COLUMN_PRINT_MAX);
	t->k = k;
	t->one = xalloc(k->s->cols + 1, sizeof(*t->one));
	t->pattern = xalloc(k->n_col + 1, sizeof(struct regex *));
	t->not_pattern = xalloc(k->n_col + 1, sizeof(struct regex *));
	for (size_t i = 0; i < k->s->cols; i++) {
		c = &k->s->col[i];
		if (column_init(&t->one[i], c->name, c->type, 1, e) != 0)
			return -1;
		t->one[i].form = c->form;
	}
	for (size_t i = 0; i < k->n_col; i++) {
		c = k->col[i].c;
		if ((c->pattern != NULL && regex_new(&t->pattern[i],
		    c->pattern, true, e) != 0) || (c->not_pattern != NULL &&
		    regex_new(&t->not_pattern[i], c->not_pattern, true,
		    e) != 0))
			return err_wrap(e, "column '%s': pattern", c->name);
	}
	return 0;
}

static void
free_tools(const struct checker *k, struct tools *t)
{
	for (size_t i = 0; t->one != NULL && i < k->s->cols; i++)
		column_release(&t->one[i]);
	for (size_t i = 0; t->pattern != NULL && i < k->n_col; i++) {
		regex_free(t->pattern[i]);
		regex_free(t->not_pattern[i]);
	}
	for (size_t i = 0; i < t->matches; i++)
		regex_free(t->match[i].regex);
	free(t->one);
	free(t->pattern);
	free(t->not_pattern);
	free(t->match);
	free(t->room);
	buf_free(&t->text);
}

static int
scan_input(struct checker *k, const struct scan_consumer *c, struct err *e)
{
	struct table_want *want = xalloc(k->s->cols + 1, sizeof(*want));
	struct typed_rows typed = { 0 };
	int r;

	for (size_t i = 0; i < k->s->cols; i++)
		want[i] = (struct table_want){ k->s->col[i].name,
		    COL_RAW, true };
	if (k->in->open_rows == NULL)
		r = scan_table(k->in->bytes, k->in->n, &k->read, want,
		    k->s->cols, c, e);
	else if ((r = k->in->open_rows(k->in->rows_ctx, &typed, e)) == 0)
		r = scan_typed(&typed, &k->read, want, k->s->cols, c, e);
	typed_rows_close(&typed);
	free(want);
	return r;
}

static int
look_at_block(void *ctx, const struct scan *scan, const struct scan_block *b,
    int worker, struct err *e)
{
	struct checker *k = ctx;
	struct judged *j = &k->judged[b->slot];

	(void)scan;
	if (j->col == NULL)
		make_judged(k, j);
	j->b = b;
	return judge_block(k, j, &k->tools[worker], e);
}

/* ---- a walk ahead, for keys alone ---- */

static int
begin_nothing(void *ctx, const struct scan *scan, struct err *e)
{
	(void)ctx;
	(void)scan;
	(void)e;
	return 0;
}

static int
take_keys(void *ctx, const struct scan *scan, const struct scan_block *b,
    struct err *e)
{
	struct checker *k = ctx;

	(void)scan;
	return spill_keys(k, &k->judged[b->slot], e);
}

/* Rows that nobody has counted, without their cells. */
static int
count_rows(uint64_t *rows, const struct checker *k, struct err *e)
{
	struct typed_rows typed;
	struct table *t;
	bool *wanted;
	int r;

	*rows = 0;
	if (k->in->open_rows(k->in->rows_ctx, &typed, e) != 0)
		return -1;
	wanted = xalloc(typed.cols + 1, sizeof(*wanted));
	typed_rows_want(&typed, wanted);
	while ((r = typed_rows_next(&t, &typed, e)) > 0)
		*rows += t->rows;
	typed_rows_close(&typed);
	free(wanted);
	return r;
}

static int
look_ahead(struct checker *k, const struct scan *scan, struct err *e)
{
	const struct scan_consumer consumer = { k, k->to.bad != NULL, false,
	    begin_nothing, look_at_block, take_keys, begin_nothing };
	uint64_t rows = scan_most_rows(scan);
	int r;

	if (has_keys(k) && rows == UINT64_MAX && count_rows(&rows, k, e) != 0)
		return -1;
	if (!choose_spilled(k, rows))
		return 0;
	k->ahead = true;
	r = scan_input(k, &consumer, e);
	k->ahead = false;
	return r == 0 ? mark_rows(k, e) : -1;
}

/* ---- the walk over the rows ---- */

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
			finding_example(fresh, names[j], len);
		} else if (c != INTERN_NONE) {
			if (k->s->ordered && c < last) {
				order->hits++;
				finding_example(order, names[j], len);
			}
			last = c;
		}
	}
}

static int
begin_rows(void *ctx, const struct scan *scan, struct err *e)
{
	struct checker *k = ctx;
	const char *const *names;
	size_t n;

	k->rows = scan_block_rows(scan);
	k->slots = scan_slots(scan);
	k->workers = scan_workers(scan);
	k->judged = xalloc(k->slots, sizeof(*k->judged));
	k->tools = xalloc(k->workers, sizeof(*k->tools));
	for (size_t i = 0; i < k->workers; i++)
		if (make_tools(k, &k->tools[i], e) != 0)
			return -1;
	k->named = scan_format(scan) != TABLE_JSONL;
	k->fast = scan_format(scan) == TABLE_CSV;
	for (size_t i = 0; k->named && i < k->s->cols; i++)
		k->there[i] = scan_has(scan, i);
	if (look_ahead(k, scan, e) != 0 || pass_header(k, scan, e) != 0)
		return -1;
	if (!k->named)
		return 0;
	names = scan_names(scan, &n);
	check_columns(k, names, n);
	return 0;
}

static int
take_block(void *ctx, const struct scan *scan, const struct scan_block *b,
    struct err *e)
{
	struct checker *k = ctx;

	return merge_block(k, &k->judged[b->slot], scan, e);
}

static int
end_rows(void *ctx, const struct scan *scan, struct err *e)
{
	struct checker *k = ctx;
	const char *name;

	(void)e;
	for (size_t i = 0; i < k->s->cols; i++)
		k->there[i] = scan_has(scan, i);
	for (size_t i = 0; (name = scan_other(scan, i)) != NULL; i++)
		check_columns(k, &name, 1);
	return 0;
}

static int
read_rows(struct checker *k, struct err *e)
{
	const struct scan_consumer consumer = { k, k->to.bad != NULL,
	    k->to.bad != NULL || k->to.good != NULL, begin_rows,
	    look_at_block, take_block, end_rows };

	return scan_input(k, &consumer, e);
}

static void
release_column(struct checked_column *w)
{
	for (size_t i = 0; i < CELL_RULES; i++) {
		if (w->f[i] != NULL)
			finding_release(w->f[i]);
		free(w->f[i]);
	}
	intern_free(w->values);
	intern_free(w->not_values);
	key_set_release(&w->seen);
	free(w->marked.bit);
	tally_free(w->tally);
}

static void
checker_release(struct checker *k)
{
	for (size_t i = 0; i < k->slots && k->judged != NULL; i++)
		free_judged(k, &k->judged[i]);
	for (size_t i = 0; i < k->workers && k->tools != NULL; i++)
		free_tools(k, &k->tools[i]);
	for (size_t i = 0; k->col != NULL && i < k->n_col; i++)
		release_column(&k->col[i]);
	for (size_t i = 0; k->rule != NULL && i < k->s->rules; i++)
		finding_release(&k->rule[i].f);
	for (size_t i = 0; k->key != NULL && i < k->n_key; i++) {
		key_set_release(&k->key[i].seen);
		free(k->key[i].marked.bit);
		finding_release(&k->key[i].f);
	}
	for (size_t i = 0; i < CHECK_MISSING; i++)
		finding_release(&k->whole[i]);
	sorter_free(k->spill);
	free(k->judged);
	free(k->tools);
	free(k->col);
	free(k->there);
	free(k->valued);
	free(k->rule);
	free(k->key);
	free(k->condition);
	free(k->newest);
	intern_free(k->names);
	buf_free(&k->text);
	buf_free(&k->passed);
	buf_free(&k->row_text);
	buf_free(&k->reason);
	arena_free(&k->arena);
}

/* As the schema says, except where the user does. */
static void
read_opts(struct table_read_opts *o, struct arena *a, const struct schema *s,
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
check_table(struct check *out, const struct check_rows *to,
    const struct check_input *in, const struct schema *s, struct err *e)
{
	struct checker k = { .s = s, .in = in, .out = out };
	int r = -1;

	memset(out, 0, sizeof(*out));
	if (to != NULL)
		k.to = *to;
	read_opts(&k.read, &k.arena, s, in->read);
	if (prepare_checker(&k, e) == 0 && read_rows(&k, e) == 0)
		r = conclude_check(&k, e);
	checker_release(&k);
	if (r != 0)
		check_release(out);
	return r;
}

void
check_release(struct check *c)
{
	for (size_t i = 0; i < c->n; i++) {
		finding_release(&c->f[i]);
		free((char *)(uintptr_t)c->f[i].column);
	}
	free(c->f);
	free(c->seen);
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
