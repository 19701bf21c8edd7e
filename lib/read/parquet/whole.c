/* A whole table from Parquet, column by column. */
#include "read/parquet/whole.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "read/forms.h"
#include "read/parquet/columns.h"
#include "read/parquet/skip.h"
#include "read/parquet/values.h"
#include "table/cell.h"
#include "table/column_set.h"

struct parquet_reading {
	struct columns cols;
	struct table *t;
	const struct table_read_opts *o;
	struct na_words na;
	struct err *col_err;		/* (columns) */
	bool *skipped;			/* (row groups) */
	size_t skips;
	bool *dates;			/* (columns) texts that became dates */
};

/* Are all texts dates?  Then they are read as such, as JSON's are. */
static bool
all_dates(const struct column *c)
{
	size_t n = intern_count(c->dict);

	for (size_t i = 0; i < n; i++) {
		size_t len;
		const char *s = intern_text(c->dict, (uint32_t)i, &len);

		if (cell_kind_text(s, len) != VALUE_DATE)
			return false;
	}
	return n > 0;
}

/* The column's texts read as another type. */
static int
read_texts(struct column *c, enum col_type type, enum cell_form form,
    struct err *e)
{
	struct column to;
	size_t n;

	if (column_init(&to, c->name, type, c->rows, e) != 0)
		return -1;
	to.form = form;
	for (size_t i = 0; i < c->rows; i++) {
		const char *s = column_text(c, i, &n);

		if (s == NULL) {
			column_set_missing(&to, i);
		} else if (column_set_text(&to, i, s, n, e) != 0) {
			column_release(&to);
			return err_wrap(e, "row %zu: column '%s'", i + 1,
			    c->name);
		}
	}
	to.form = FORM_PLAIN;
	column_release(c);
	*c = to;
	return 0;
}

/* Cells that hold one of the user's words for missing. */
static void
mark_na_words(struct column *c, const struct na_words *na)
{
	char room[COLUMN_PRINT_MAX];
	size_t n;

	if (na->n_user == 0 || (c->dict == NULL && !na->numeric))
		return;
	for (size_t i = 0; i < c->rows; i++) {
		const char *s = column_print(c, i, room, &n);

		if (s != NULL && na_words_match(na, s, n, true))
			column_set_missing(c, i);
	}
}

static const struct table_type *
forced_type(const struct table_read_opts *o, const char *name)
{
	for (size_t i = 0; i < o->n_types; i++)
		if (strcmp(o->types[i].name, name) == 0)
			return &o->types[i];
	return NULL;
}

static int
finish_column(struct column *c, const struct parquet_reading *r,
    struct err *e)
{
	const struct table_type *forced = forced_type(r->o, c->name);
	enum col_type type;

	mark_na_words(c, &r->na);
	if (forced != NULL) {
		type = readable_type(forced->type);
		return c->dict != NULL && (!col_type_is_text(type) ||
		    forced->form != FORM_PLAIN) ?
		    read_texts(c, type, forced->form, e) :
		    column_convert(c, type, e);
	}
	if (c->dict == NULL)
		return 0;
	if (all_dates(c)) {
		r->dates[c - r->t->col] = true;
		return read_texts(c, COL_DATETIME, FORM_PLAIN, e);
	}
	c->type = strings_type(intern_count(c->dict), c->rows - c->missing);
	return 0;
}

/* Texts as dates while they come, which most columns that end as dates are:
 * none is remembered then.  False, with no column: they are to be read as
 * texts. */
static bool
read_dates(struct parquet_reading *r, size_t part)
{
	struct column *c = &r->t->col[part];
	struct err ignored = ERR_INIT;
	struct fill x;
	bool ok = true;

	if (r->na.n_user > 0 || !fill_may_date(r->cols.f, r->cols.at[part]) ||
	    forced_type(r->o, parquet_column(r->cols.f,
	    r->cols.at[part])->name) != NULL)
		return false;
	if (fill_init_dates(&x, c, r->cols.f, r->cols.at[part], r->cols.most,
	    &ignored) != 0)
		return false;
	for (size_t g = 0; ok && g < parquet_groups(r->cols.f); g++)
		ok = r->skipped[g] || fill_group(&x, g, &ignored) == 0;
	fill_release(&x);
	c->rows = x.at;
	r->dates[part] = ok && x.dated;
	if (!r->dates[part]) {
		column_release(c);
		memset(c, 0, sizeof(*c));
	}
	return r->dates[part];
}

static void
read_column(void *ctx, size_t part, int worker)
{
	struct parquet_reading *r = ctx;
	struct err *e = &r->col_err[part];
	struct column *c = &r->t->col[part];
	struct fill x;

	(void)worker;
	if (read_dates(r, part) || fill_init(&x, c, r->cols.f,
	    r->cols.at[part], r->cols.most, e) != 0)
		return;
	for (size_t g = 0; g < parquet_groups(r->cols.f); g++)
		if (!r->skipped[g] && fill_group(&x, g, e) != 0)
			break;
	fill_release(&x);
	c->rows = x.at;
	if (e->code == ERR_NONE)
		finish_column(c, r, e);
}

static int
check_types(const struct parquet_reading *r, struct err *e)
{
	size_t ignored;

	for (size_t i = 0; i < r->o->n_types; i++)
		if (table_index(&ignored, r->t, r->o->types[i].name, e) != 0)
			return -1;
	return 0;
}

/* Row groups in which no row is wanted; none, where they may decide what type a
 * column has: an unsigned value that does not fit. */
static void
skip_groups(struct parquet_reading *r)
{
	for (size_t i = 0; i < r->cols.n; i++) {
		if (parquet_may_widen(parquet_column(r->cols.f,
		    r->cols.at[i])))
			return;
	}
	for (size_t g = 0; g < parquet_groups(r->cols.f); g++) {
		r->skipped[g] = !group_matters(r->cols.f, g, r->o);
		r->skips += r->skipped[g];
	}
}

/* Rows of the groups that were read. */
static size_t
read_rows(const struct parquet_reading *r)
{
	int64_t rows = 0;

	for (size_t g = 0; g < parquet_groups(r->cols.f); g++)
		if (!r->skipped[g])
			rows += parquet_group_rows(r->cols.f, g);
	return (size_t)rows;
}

/* Texts are dates where all are: also those passed over. */
static bool
skipped_too_much(const struct parquet_reading *r)
{
	for (size_t i = 0; r->skips > 0 && i < r->cols.n; i++)
		if (r->dates[i])
			return true;
	return false;
}

static int
read_columns(struct parquet_reading *r, struct err *e)
{
	struct pool *pool = pool_new(r->cols.n > 1 ? r->o->threads : 1);
	struct odd_forms odd;
	int status = 0;

	table_free(r->t);
	r->t = table_new(r->cols.n);
	memset(r->dates, 0, r->cols.n);
	pool_run(pool, r->cols.n, read_column, r);
	pool_free(pool);
	for (size_t i = 0; i < r->cols.n && status == 0; i++)
		if (r->col_err[i].code != ERR_NONE) {
			*e = r->col_err[i];
			status = -1;
		}
	if (status != 0 || check_types(r, e) != 0)
		return -1;
	r->t->rows = read_rows(r);
	forms_init(&odd);
	for (size_t i = 0; i < r->t->cols; i++)
		if (r->t->col[i].dict != NULL &&
		    forced_type(r->o, r->t->col[i].name) == NULL)
			forms_note(&odd, &r->t->col[i]);
	forms_tell(&odd, r->cols.name, r->o->log);
	return 0;
}

int
table_read_parquet(struct table **out, const char *bytes, size_t n,
    const struct table_read_opts *o, struct err *e)
{
	struct parquet_reading r = { .o = o };
	int status = -1;

	na_words_init(&r.na, o->na, o->n_na);
	if (columns_open(&r.cols, bytes, n, o, e) != 0)
		return -1;
	r.col_err = xalloc(r.cols.n + 1, sizeof(*r.col_err));
	r.dates = xalloc(r.cols.n + 1, sizeof(*r.dates));
	r.skipped = xalloc(parquet_groups(r.cols.f) + 1, sizeof(*r.skipped));
	skip_groups(&r);
	status = read_columns(&r, e);
	if (status == 0 && skipped_too_much(&r)) {
		memset(r.skipped, 0, parquet_groups(r.cols.f));
		r.skips = 0;
		status = read_columns(&r, e);
	}
	if (status == 0) {
		*out = r.t;
		r.t = NULL;
	} else {
		err_wrap(e, "%s", r.cols.name);
	}
	table_free(r.t);
	free(r.col_err);
	free(r.dates);
	free(r.skipped);
	columns_close(&r.cols);
	return status;
}
