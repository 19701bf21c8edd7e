/*
 * A table held against a schema: what is checked is prepared, the rows are
 * walked once, and what is found is concluded.
 */
#include "quality/check.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "quality/internal.h"
#include "read/scan.h"

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

/* ---- what is checked ---- */

static int
prepare_column(struct checked_column *w, const struct schema_column *c,
    struct err *e)
{
	w->c = c;
	if (column_init(&w->one, c->name, c->type, 1, e) != 0)
		return -1;
	w->one.form = c->form;
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
prepare_rule(struct checked_rule *r, struct checker *k,
    const struct schema_rule *s, struct err *e)
{
	r->r = s;
	r->owner = k;
	finding_init(&r->f, CHECK_EXPR, s->name ? s->name : s->expr,
	    s->severity);
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
prepare_checker(struct checker *k, struct err *e)
{
	const struct schema *s = k->s;

	buf_init(&k->text, BUF_CAP_DOC);
	buf_init(&k->passed, BUF_CAP_DATA);
	buf_init(&k->reason, BUF_CAP_DOC);
	k->names = intern_new();
	for (size_t i = 0; i < s->cols; i++)
		intern_add(k->names, s->col[i].name, strlen(s->col[i].name));
	k->col = xalloc(s->cols + 1, sizeof(*k->col));
	k->rule = xalloc(s->rules + 1, sizeof(*k->rule));
	k->key = xalloc(s->keys + 1, sizeof(*k->key));
	for (size_t i = 0; i < CHECK_MISSING; i++)
		finding_init(&k->whole[i], (enum check_rule)i, NULL,
		    SEVERITY_ERROR);
	for (size_t i = 0; i < s->cols; i++)
		if (prepare_column(&k->col[i], &s->col[i], e) != 0)
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
		finding_init(&k->key[i].f, CHECK_UNIQUE, arena_strdup(&k->arena,
		    k->text.data), SEVERITY_ERROR);
	}
	return 0;
}

/* ---- the walk over the rows ---- */

static int
begin_rows(void *ctx, const struct scan *scan, struct err *e)
{
	struct checker *k = ctx;
	const char *const *names;
	size_t n;

	if (pass_header(k, scan, e) != 0)
		return -1;
	k->named = scan_format(scan) == TABLE_CSV;
	if (!k->named)
		return 0;
	for (size_t i = 0; i < k->s->cols; i++)
		k->col[i].there = scan_has(scan, i);
	names = scan_names(scan, &n);
	check_columns(k, names, n);
	return 0;
}

static int
check_block(void *ctx, const struct scan *scan, const struct table *t,
    struct err *e)
{
	struct checker *k = ctx;

	k->block = t;
	for (k->row = 0; k->row < t->rows; k->row++) {
		const struct record *rec = scan_record(scan, k->row);

		k->at = rec->row;
		if (check_row(k, e) != 0)
			return -1;
		if (pass_row(k, scan, rec, e) != 0)
			return -1;
	}
	k->out->rows += t->rows;
	return 0;
}

/* It is passed on with the bad ones. */
static int
take_broken(void *ctx, const struct scan *scan, const struct record *rec,
    const char *why, struct err *e)
{
	struct checker *k = ctx;
	struct finding *f = &k->whole[CHECK_BROKEN];

	k->at = rec->row;
	k->out->rows++;
	k->out->broken++;
	finding_hit(k, f, rec->raw, record_text(rec));
	return pass_broken(k, scan, rec, why, e);
}

static int
end_rows(void *ctx, const struct scan *scan, struct err *e)
{
	struct checker *k = ctx;
	const char *name;

	(void)e;
	for (size_t i = 0; i < k->s->cols; i++)
		k->col[i].there = scan_has(scan, i);
	for (size_t i = 0; (name = scan_other(scan, i)) != NULL; i++)
		check_columns(k, &name, 1);
	return 0;
}

static int
read_rows(struct checker *k, const struct check_input *in,
    const struct table_read_opts *read, struct err *e)
{
	const struct scan_consumer consumer = { k, begin_rows, check_block,
	    k->to.bad != NULL ? take_broken : NULL, end_rows };
	struct table_want *want = xalloc(k->s->cols + 1, sizeof(*want));
	int r;

	for (size_t i = 0; i < k->s->cols; i++)
		want[i] = (struct table_want){ k->s->col[i].name,
		    col_type_is_text(k->s->col[i].type) ? COL_CATEGORY :
		    COL_RAW, true };
	r = scan_table(in->bytes, in->n, read, want, k->s->cols, &consumer, e);
	free(want);
	return r;
}

static void
checker_release(struct checker *k)
{
	for (size_t i = 0; k->col != NULL && i < k->s->cols; i++) {
		struct checked_column *w = &k->col[i];

		for (size_t j = 0; j <= CHECK_UNIQUE; j++) {
			if (w->f[j] != NULL)
				finding_release(w->f[j]);
			free(w->f[j]);
		}
		column_release(&w->one);
		intern_free(w->values);
		regex_free(w->regex);
		free(w->verdict);
		key_set_release(&w->seen);
	}
	for (size_t i = 0; k->rule != NULL && i < k->s->rules; i++)
		finding_release(&k->rule[i].f);
	for (size_t i = 0; k->key != NULL && i < k->s->keys; i++) {
		key_set_release(&k->key[i].seen);
		finding_release(&k->key[i].f);
	}
	for (size_t i = 0; i < CHECK_MISSING; i++)
		finding_release(&k->whole[i]);
	free(k->col);
	free(k->rule);
	free(k->key);
	intern_free(k->names);
	buf_free(&k->text);
	buf_free(&k->passed);
	buf_free(&k->reason);
	for (size_t i = 0; i < k->patterns; i++)
		regex_free(k->pattern[i].regex);
	free(k->pattern);
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
	struct checker k = { .s = s, .out = out };
	struct table_read_opts o;
	int r = -1;

	memset(out, 0, sizeof(*out));
	if (to != NULL)
		k.to = *to;
	read_opts(&o, &k.arena, s, in->read);
	if (prepare_checker(&k, e) == 0 && read_rows(&k, in, &o, e) == 0) {
		conclude_check(&k);
		r = 0;
	}
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
