/*
 * Cells of a record to the columns that want them: CSV by place, JSON Lines
 * by the members' names.
 */
#include "read/row_reader.h"

#include <stdlib.h>
#include <string.h>

#include "base/intern.h"
#include "base/mem.h"
#include "read/ragged.h"
#include "read/raw_row.h"
#include "table/column_set.h"

/* Columns that the user says are written in another form. */
static void
set_forms(struct row_reader *r, const struct table_read_opts *o)
{
	struct column *c;

	for (size_t i = 0; i < o->n_types; i++)
		for (size_t k = 0; k < r->builder.n_want; k++) {
			c = &r->builder.t->col[k];
			if (c->type != COL_RAW && !col_type_is_text(c->type) &&
			    strcmp(c->name, o->types[i].name) == 0)
				c->form = o->types[i].form;
		}
}

size_t
block_room(size_t most, size_t cols)
{
	size_t fit = TABLE_BLOCK_CELLS / (cols ? cols : 1);

	fit = fit < 16 ? 16 : fit;
	return most < fit ? most : fit;
}

int
row_reader_init(struct row_reader *r, struct sniffed *in,
    const struct table_reader_opts *o, size_t room, struct err *e)
{
	memset(r, 0, sizeof(*r));
	r->in = in;
	r->keep_all = o->keep_all;
	r->by_place = o->by_place;
	na_words_init(&r->na, o->read.na, o->read.n_na);
	buf_init(&r->scratch, BUF_CAP_DATA);
	if (builder_init(&r->builder, o->want, o->n_want, o->keep,
	    o->keep_all ? 0 : o->n_keep, block_room(room, o->n_want +
	    (o->keep_all ? 0 : o->n_keep)), e) != 0)
		return -1;
	r->builder.lax = o->lax;
	r->builder.forgive = o->forgive;
	set_forms(r, &o->read);
	return 0;
}

void
row_reader_release(struct row_reader *r)
{
	builder_release(&r->builder);
	if (r->members.names != NULL)
		members_release(&r->members);
	free(r->target);
	free(r->there);
	free(r->cell_end);
	buf_free(&r->scratch);
}

/* ---- which columns go where ---- */

static int
add_target(struct row_reader *r, size_t to, const char *name, bool optional,
    struct intern *names, struct err *e)
{
	uint32_t from = intern_find(names, name, strlen(name));

	if (from == INTERN_NONE) {
		if (optional)
			return 0;
		return sniffed_no_column(r->in, name, e);
	}
	r->target[r->targets++] = (struct column_target){ from, to };
	return 0;
}

static int
by_from(const void *a, const void *b)
{
	const struct column_target *x = a, *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return (x->to > y->to) - (x->to < y->to);
}

/* Is it carried through by its name, and so no value to be taken? */
static bool
is_carried(const struct row_reader *r, const char *name)
{
	const struct builder *b = &r->builder;

	for (size_t i = b->n_want; !r->keep_all && i < b->t->cols; i++)
		if (strcmp(b->t->col[i].name, name) == 0)
			return true;
	return false;
}

/* Column after column, those carried through passed over: exactly as many as
 * are wanted, for one too many would move all that follow. */
static int
target_by_place(struct row_reader *r, struct err *e)
{
	size_t n = 0, want = r->builder.n_want;

	for (size_t i = 0; i < r->in->cols; i++) {
		if (is_carried(r, r->in->names[i]))
			continue;
		if (n < want)
			r->target[r->targets++] =
			    (struct column_target){ i, n };
		n++;
	}
	return n == want ? 0 : err_set(e, ERR_NOENT, "%s: %zu columns, but "
	    "%zu are needed%s", r->in->name, n, want, n > want ? ": name "
	    "those to take with --columns" : "");
}

static bool
all_raw(const struct table *t)
{
	for (size_t i = 0; i < t->cols; i++)
		if (t->col[i].type != COL_RAW)
			return false;
	return true;
}

int
row_reader_bind_csv(struct row_reader *r, struct err *e)
{
	struct intern *names = intern_new();
	struct builder *b = &r->builder;
	int rc = -1;

	if (r->keep_all)
		b->room = block_room(b->room, b->n_want + r->in->cols);
	for (size_t i = 0; i < r->in->cols; i++)
		intern_add(names, r->in->names[i], strlen(r->in->names[i]));
	for (size_t i = 0; r->keep_all && i < r->in->cols; i++)
		if (builder_keep(b, r->in->names[i], e) != 0)
			goto done;
	r->target = xalloc(b->t->cols + 1, sizeof(*r->target));
	if (r->by_place && target_by_place(r, e) != 0)
		goto done;
	for (size_t i = r->by_place ? b->n_want : 0; i < b->t->cols; i++)
		if (add_target(r, i, b->t->col[i].name, i < b->n_want &&
		    b->want[i].optional, names, e) != 0)
			goto done;
	qsort(r->target, r->targets, sizeof(*r->target), by_from);
	if (all_raw(b->t) && r->in->cols <= RAW_ROW_CELLS &&
	    raw_row_can(&r->in->form))
		r->cell_end = xalloc(r->in->cols + 1, sizeof(*r->cell_end));
	r->there = xalloc(b->n_want + 1, sizeof(*r->there));
	for (size_t i = 0; i < r->targets; i++)
		if (r->target[i].to < b->n_want)
			r->there[r->target[i].to] = true;
	rc = 0;
done:
	intern_free(names);
	return rc;
}

/* JSON Lines, everything kept: the first row's members say what there is. */
static int
keep_members(struct row_reader *r, const struct record *rec, struct err *e)
{
	struct json_pull p;
	enum json_token t;
	int rc = -1;

	json_pull_init(&p, rec->s, (size_t)(rec->end - rec->s), JSON_NAN);
	if (json_pull(&p, e) != JSON_T_MAP) {
		err_set(e, ERR_FORMAT, "not a JSON object");
		goto done;
	}
	while ((t = json_pull(&p, e)) == JSON_KEY) {
		char *name = xstrndup(p.s, p.n);

		rc = builder_keep(&r->builder, name, e);
		r->in->names = xresize(r->in->names, r->in->cols + 1,
		    sizeof(*r->in->names));
		r->in->names[r->in->cols++] = name;
		if (rc != 0 || (rc = json_pull_skip(&p, e)) != 0)
			goto done;
	}
	rc = t == JSON_BAD ? -1 : 0;
done:
	json_pull_free(&p);
	return rc;
}

int
row_reader_bind_jsonl(struct row_reader *r, const struct record *first,
    struct err *e)
{
	if (first != NULL && keep_members(r, first, e) != 0)
		return err_wrap(e, "%s: line %llu", r->in->name,
		    (unsigned long long)first->line);
	members_init(&r->members, &r->builder);
	return 0;
}

/* ---- rows ---- */

/* A plain number, without cutting out the cell first; NULL: the slow way. */
static const char *
scan_number(const struct row_reader *r, struct column *c, size_t row,
    const char *p, const char *end)
{
	char d = r->in->form.delimiter, l = r->in->form.eol;
	double v;

	while (*p == ' ' && d != ' ')
		p++;
	if ((p = cell_scan_float(p, end, &v)) == NULL)
		return NULL;
	if (l == '\n' && *p == '\r' && p[1] == l)
		p++;
	if (*p != d && *p != l)
		return NULL;
	if (c->type == COL_FLOAT64)
		c->f64[row] = v;
	else
		c->f32[row] = (float)v;
	return p;
}

/* Cells without quotes, all as text: as csv_cell and builder_set_cell have
 * them. */
static bool
read_raw_row(struct row_reader *r, size_t row, const struct record *rec)
{
	const struct csv_form *f = &r->in->form;
	const struct builder *b = &r->builder;
	const uint32_t *end = r->cell_end;

	if (end == NULL || !raw_row_cut(r->cell_end, r->in->cols, f, rec->s,
	    rec->end, rec->limit))
		return false;
	for (size_t i = 0; i < r->targets; i++) {
		const struct column_target *a = &r->target[i];
		const char *s = rec->s + (a->from ? end[a->from - 1] + 1 : 0);
		const char *stop = rec->s + end[a->from];
		size_t n;

		while (s < stop && csv_is_space(f, *s))
			s++;
		while (stop > s && csv_is_space(f, stop[-1]))
			stop--;
		n = (size_t)(stop - s);
		if (n == 0 || (a->to < b->n_want &&
		    r->na.first[(unsigned char)*s] &&
		    na_words_match(&r->na, s, n, false)))
			s = NULL;
		b->t->col[a->to].raw[row] = (struct raw_cell){ .s = s,
		    .n = (uint32_t)n };
	}
	return true;
}

static int
read_csv_row(struct row_reader *r, size_t row, const struct record *rec,
    struct err *e)
{
	const struct csv_form *f = &r->in->form;
	struct table *t = r->builder.t;
	const struct column_target *a = r->target, *last = a + r->targets;
	struct csv_cell c;
	const char *p = rec->s, *q;
	size_t cols = r->in->cols;

	if (read_raw_row(r, row, rec))
		return 0;
	for (size_t i = 0;; p++) {
		bool here = a < last && a->from == i;

		if (here && (a + 1 == last || a[1].from != i) &&
		    (t->col[a->to].type == COL_FLOAT64 ||
		    t->col[a->to].type == COL_FLOAT32) && !r->na.numeric &&
		    t->col[a->to].form == FORM_PLAIN &&
		    (q = scan_number(r, &t->col[a->to], row, p,
		    rec->limit)) != NULL) {
			p = q;
			a++;
		} else {
			if ((p = csv_cell(f, p, rec->end, &c)) == NULL)
				return err_set(e, ERR_FORMAT, "broken quotes "
				    "in column '%s'", r->in->names[i]);
			for (; a < last && a->from == i; a++)
				if (builder_set_cell(&r->builder, a->to, row,
				    &c, &r->na, &r->scratch, e) != 0)
					return -1;
		}
		i++;
		if (*p == f->eol || i == cols)
			return *p == f->eol && i == cols ? 0 :
			    err_set(e, ERR_FORMAT, "%zu cells, but there are "
			    "%zu columns", ragged_count(f, p, rec->end, i),
			    cols);
	}
}

static int
read_json_row(struct row_reader *r, size_t row, const struct record *rec,
    struct err *e)
{
	struct json_pull p;
	enum json_token t;
	int rc = -1;

	json_pull_init(&p, rec->s, (size_t)(rec->end - rec->s), JSON_NAN);
	t = json_pull(&p, e);
	if (t == JSON_BAD)
		goto done;
	if (t != JSON_T_MAP)
		err_set(e, ERR_FORMAT, "not a JSON object");
	else if (members_read_row(&r->members, &r->builder, row, &p, &r->na,
	    e) == 0)
		rc = json_pull(&p, e) == JSON_BAD ? -1 : 0;
done:
	json_pull_free(&p);
	return rc;
}

int
row_reader_fill(struct row_reader *r, size_t row, const struct record *rec,
    struct err *e)
{
	return r->in->format == TABLE_CSV ? read_csv_row(r, row, rec, e) :
	    read_json_row(r, row, rec, e);
}

int
row_reader_read(struct row_reader *r, size_t row, const struct record *rec,
    struct err *e)
{
	return row_reader_fill(r, row, rec, e) == 0 ? 0 : err_wrap(e, "%s: line %llu", r->in->name,
	    (unsigned long long)rec->line);
}

struct table *
row_reader_done(struct row_reader *r, size_t rows)
{
	/* optional columns that the CSV does not have */
	for (size_t i = 0; i < r->builder.n_want; i++) {
		if (r->in->format != TABLE_CSV || r->there[i])
			continue;
		for (size_t row = 0; row < rows; row++)
			column_set_missing(&r->builder.t->col[i], row);
	}
	return builder_done(&r->builder, rows);
}

bool
row_reader_has(const struct row_reader *r, size_t i)
{
	return r->in->format == TABLE_JSONL ? r->members.ever[i] : r->there[i];
}

const char *
row_reader_other(const struct row_reader *r, size_t i)
{
	return r->in->format == TABLE_JSONL && i <
	    intern_count(r->members.other) ? intern_text(r->members.other,
	    (uint32_t)i, NULL) : NULL;
}
