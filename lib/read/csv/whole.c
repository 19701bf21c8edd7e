/*
 * A CSV file read whole: cut into pieces at record ends, rows counted, types
 * guessed from a sample, cells parsed straight into their columns, pieces in
 * parallel.  Where a value contradicts the guess its column is read again
 * once every piece has said what it saw.  What comes out depends on the
 * bytes alone.
 */
#include "read/csv/whole.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/num.h"
#include "read/csv/internal.h"
#include "read/forms.h"
#include "read/ragged.h"
#include "table/column_set.h"

#define PIECE_BYTES ((size_t)1 << 20)
#define SAMPLE_ROWS 100			/* of the first piece */
#define SAMPLE_MORE 10			/* of each other one */
#define SHAPE_ROWS 64			/* of a piece, used over and over */

/* ---- pieces ---- */

static void
add_piece(struct csv_reading *j, const char *start, const char *end)
{
	struct csv_piece *p;

	j->piece = xresize(j->piece, j->pieces + 1, sizeof(*j->piece));
	p = &j->piece[j->pieces++];
	*p = (struct csv_piece){ .start = start, .end = end,
	    .kinds = xalloc(j->in.cols, sizeof(*p->kinds)),
	    .missing = xalloc(j->in.cols, sizeof(*p->missing)),
	    .dict = xalloc(j->in.cols, sizeof(*p->dict)) };
	buf_init(&p->scratch, BUF_CAP_DATA);
}

/* Without a quote in the file every line end is a record's end. */
static void
cut_plain(struct csv_reading *j, const char *s, const char *end)
{
	while (s < end) {
		const char *cut = end;

		if ((size_t)(end - s) > PIECE_BYTES) {
			cut = memchr(s + PIECE_BYTES, j->in.form.eol,
			    (size_t)(end - s) - PIECE_BYTES);
			cut = cut == NULL ? end : cut + 1;
		}
		add_piece(j, s, cut);
		s = cut;
	}
}

/* With quotes records are followed one by one; the first byte that is in no
 * whole record is returned. */
static const char *
cut_quoted(struct csv_reading *j, const char *s, const char *end)
{
	const char *start = s, *next;

	while (s < end && (next = csv_record(&j->in.form, s, end)) != NULL) {
		s = next;
		if ((size_t)(s - start) >= PIECE_BYTES) {
			add_piece(j, start, s);
			start = s;
		}
	}
	if (s > start)
		add_piece(j, start, s);
	return s;
}

static void
count_piece(void *ctx, size_t part, int worker)
{
	struct csv_reading *j = ctx;
	struct csv_piece *pc = &j->piece[part];

	(void)worker;
	for (const char *s = pc->start; s < pc->end;) {
		const char *next = csv_record(&j->in.form, s, pc->end);

		if (next == NULL)
			next = pc->end;		/* read_row refuses it */
		if (!line_blank(&j->in.form, s))
			pc->rows++;
		s = next;
	}
}

/* The rows of all pieces, and the places of each. */
static int
add_rows(struct csv_reading *j, struct err *e)
{
	uint64_t rows = 0;

	for (size_t i = 0; i < j->pieces; i++) {
		j->piece[i].row0 = j->o->shape ? i * SHAPE_ROWS : rows;
		rows += j->piece[i].rows;
	}
	if (rows >= UINT32_MAX)
		return err_set(e, ERR_TOOBIG, "%s: more than 2^32 rows",
		    j->in.name);
	j->t->rows = rows;
	j->room = j->o->shape ? j->pieces * SHAPE_ROWS : rows;
	return 0;
}

static int
cut_body(struct csv_reading *j, const char *s, const char *end, struct err *e)
{
	const char *last = end;
	size_t n;

	while (last > s && last[-1] != j->in.form.eol)
		last--;
	if (j->in.form.escape == '\0' && (j->in.form.quote == '\0' ||
	    memchr(s, j->in.form.quote, (size_t)(end - s)) == NULL))
		cut_plain(j, s, last);
	else
		last = cut_quoted(j, s, last);
	if (last < end) {
		n = (size_t)(end - last);
		if ((j->tail = mem_array(n + 1, 1)) == NULL)
			return err_set(e, ERR_NOMEM, "no memory");
		memcpy(j->tail, last, n);
		j->tail[n] = j->in.form.eol;
		add_piece(j, j->tail, j->tail + n + 1);
	}
	j->pool = pool_new(j->pieces > 1 ? j->o->threads : 1);
	if (!j->o->shape)	/* else they need no places */
		pool_run(j->pool, j->pieces, count_piece, j);
	return add_rows(j, e);
}

/* ---- one cell ---- */

static void
set_missing(struct csv_reading *j, struct csv_piece *pc, size_t col, size_t row)
{
	struct column *c = &j->t->col[col];

	__atomic_fetch_and(&c->valid[row >> 6],
	    ~((uint64_t)1 << (row & 63)), __ATOMIC_RELAXED);
	pc->missing[col]++;
	if (c->type == COL_FLOAT64)
		c->f64[row] = NAN;
	else if (col_type_is_text(c->type))
		c->code[row] = INTERN_NONE;
}

/* A column is told once, with its first bad cell. */
static bool
noted_column(const struct csv_piece *pc, size_t col)
{
	for (size_t i = 0; i < pc->n_bad; i++)
		if (pc->bad[i].what == BAD_TYPE && pc->bad[i].col == col)
			return true;
	return false;
}

static void
note_bad_row(struct csv_piece *pc, enum trouble what, const char *at,
    size_t cells, size_t col, const struct csv_cell *c)
{
	if (pc->n_bad == BAD_LISTED || (what == BAD_TYPE &&
	    noted_column(pc, col)))
		return;
	pc->bad[pc->n_bad++] = (struct bad_row){ what, at, cells, col,
	    c != NULL ? c->s : NULL, c != NULL ? c->n : 0 };
}

/* As a forced type: laxer than inference, as for single rows. */
static bool
set_forced(struct csv_reading *j, size_t col, size_t row,
    const struct csv_cell *c)
{
	struct column *to = &j->t->col[col];
	struct err ignored = ERR_INIT;

	if (to->form == FORM_PLAIN && to->type == COL_FLOAT64)
		return cell_quick_float(c, &to->f64[row]) ||
		    num_parse_f64(c->s, c->n, &to->f64[row]);
	return column_set_text(to, row, c->s, c->n, &ignored) == 0;
}

static bool
set_inferred(struct csv_reading *j, struct csv_piece *pc, size_t col,
    size_t row, const struct csv_cell *c)
{
	struct column *to = &j->t->col[col];

	switch (j->plan[col].action) {
	case READ_INT:
		pc->kinds[col] |= VALUE_INT;
		return cell_int(c->s, c->n, &to->i64[row]);
	case READ_FLOAT:
		pc->kinds[col] |= VALUE_FLOAT;
		return cell_quick_float(c, &to->f64[row]) ||
		    cell_float(c->s, c->n, &to->f64[row]);
	case READ_BOOL:
		pc->kinds[col] |= VALUE_BOOL;
		return cell_bool(c->s, c->n, &to->b[row]);
	case READ_DATE:
		pc->kinds[col] |= VALUE_DATE;
		return clock_parse(c->s, c->n, &to->i64[row]);
	default:
		return false;
	}
}

static void
set_text(struct csv_reading *j, struct csv_piece *pc, size_t col, size_t row,
    const struct csv_cell *c)
{
	const char *s = c->s;
	size_t n = c->n;

	if (c->escaped) {
		buf_clear(&pc->scratch);
		csv_unescape(&pc->scratch, c);
		s = pc->scratch.data;
		n = pc->scratch.len;
	}
	j->t->col[col].code[row] = intern_add(pc->dict[col], s, n);
}

static void
set_cell(struct csv_reading *j, struct csv_piece *pc, size_t col, size_t row,
    const char *record, const struct csv_cell *c)
{
	const struct column_plan *p = &j->plan[col];

	if (p->action == SKIP)
		return;
	if (cell_missing(&j->na, c)) {
		set_missing(j, pc, col, row);
		return;
	}
	if (p->action == READ_TEXT) {
		set_text(j, pc, col, row, c);
	} else if (p->forced) {
		if (!set_forced(j, col, row, c))
			note_bad_row(pc, BAD_TYPE, record, 0, col, c);
	} else if (!set_inferred(j, pc, col, row, c)) {
		pc->kinds[col] |= cell_kind(c->s, c->n);
	}
	if (j->t->col[col].type == COL_FLOAT64 &&
	    isnan(j->t->col[col].f64[row]))
		set_missing(j, pc, col, row);
}

/* A plain number, without cutting out the cell first; NULL: the slow way. */
static const char *
quick_float(const struct csv_reading *j, const char *p, const char *end,
    double *v)
{
	char d = j->in.form.delimiter, l = j->in.form.eol;

	while (*p == ' ' && d != ' ')
		p++;
	if ((p = cell_scan_float(p, end, v)) == NULL)
		return NULL;
	if (l == '\n' && *p == '\r' && p[1] == l)
		p++;
	return *p == d || *p == l ? p : NULL;
}

/* Of a shape, where the number need not be known: past a plain one of the
 * column's kind; NULL: the slow way. */
static const char *
skip_number(const struct csv_reading *j, struct csv_piece *pc, size_t col,
    const char *p)
{
	bool whole = j->plan[col].action == READ_INT;

	if ((!whole && j->plan[col].action != READ_FLOAT) ||
	    j->plan[col].forced || j->na.numeric ||
	    (p = cell_skip_number(p, whole)) == NULL ||
	    (*p != j->in.form.delimiter && *p != j->in.form.eol))
		return NULL;
	pc->kinds[col] |= whole ? VALUE_INT : VALUE_FLOAT;
	usual_is(pc->usual, col, whole ? USUAL_INT : USUAL_FLOAT);
	return p;
}

/* Of a shape: may cells like this one, from p to `end`, be passed over? */
static void
note_usual(const struct csv_reading *j, struct csv_piece *pc, size_t col,
    const char *p, const char *end, const struct csv_cell *c)
{
	enum action action = j->plan[col].action;

	if (pc->usual == NULL || cell_missing(&j->na, c))
		return;
	if (action == READ_TEXT)
		usual_text(pc->usual, col, p, end);
	else if (action == READ_DATE && !j->plan[col].forced &&
	    (pc->kinds[col] & VALUE_DATE))
		usual_is(pc->usual, col, USUAL_TIME);
}

/* Of values: may cells like this one be read many at a time? */
static void
note_plain(struct csv_reading *j, struct csv_piece *pc, size_t col,
    size_t row, const char *p, const char *end)
{
	const struct column_plan *plan = &j->plan[col];
	struct column *c = &j->t->col[col];

	if (pc->plain == NULL)
		return;
	if (plan->action == READ_INT && !plan->forced &&
	    (pc->kinds[col] & VALUE_INT))
		plain_ints(pc->plain, col, c->i64);
	else if (plan->action == READ_TEXT && c->code[row] != INTERN_NONE)
		plain_text(pc->plain, col, c->code, p, end, c->code[row]);
}

/* ---- one piece ---- */

/* The row at `record`; the end of its line, or NULL when it is bad. */
static const char *
read_row(struct csv_reading *j, struct csv_piece *pc, const char *record,
    size_t row)
{
	const struct csv_form *f = &j->in.form;
	const char *p = record, *q;
	size_t cols = j->in.cols;
	struct csv_cell c;
	double v;

	for (size_t i = 0;; p++) {
		p = j->o->shape ? usual_pass(pc->usual, &i, p, pc->end) :
		    plain_read(pc->plain, &i, p, pc->end, row);
		if (i == cols)
			return p;
		if (j->o->shape && (q = skip_number(j, pc, i, p)) != NULL) {
			p = q;
		} else if (j->plan[i].action == READ_FLOAT && !j->na.numeric &&
		    j->plan[i].form == FORM_PLAIN &&
		    (q = quick_float(j, p, pc->end, &v)) != NULL) {
			j->t->col[i].f64[row] = v;
			pc->kinds[i] |= VALUE_FLOAT;
			plain_floats(pc->plain, i, j->t->col[i].f64);
			p = q;
		} else {
			q = p;
			if ((p = csv_cell(f, p, pc->end, &c)) == NULL) {
				note_bad_row(pc, BAD_QUOTE, record, 0, i, NULL);
				return NULL;
			}
			set_cell(j, pc, i, row, record, &c);
			note_usual(j, pc, i, q, p, &c);
			note_plain(j, pc, i, row, q, p);
		}
		i++;
		if (*p == f->eol) {
			if (i == cols)
				return p;
			note_bad_row(pc, BAD_CELLS, record, i, 0, NULL);
			return NULL;
		}
		if (i == cols) {
			note_bad_row(pc, BAD_CELLS, record,
			    ragged_count(f, p, pc->end, i), 0, NULL);
			return NULL;
		}
	}
}

static size_t
next_row(const struct csv_reading *j, const struct csv_piece *pc, size_t row)
{
	return j->o->shape && row + 1 == pc->row0 + SHAPE_ROWS ? pc->row0 :
	    row + 1;
}

static void
read_piece(void *ctx, size_t part, int worker)
{
	struct csv_reading *j = ctx;
	struct csv_piece *pc = &j->piece[part];
	size_t row = pc->row0;
	const char *p = pc->start, *end;
	uint64_t rows = 0;

	if (j->o->shape && !j->na.numeric)
		pc->usual = usual_new(&j->in.form, j->in.cols);
	else if (!j->na.numeric)
		pc->plain = plain_new(&j->in.form, j->in.cols);
	while (p < pc->end && pc->n_bad < BAD_LISTED) {
		if (line_blank(&j->in.form, p)) {
			p = (const char *)memchr(p, j->in.form.eol,
			    (size_t)(pc->end - p)) + 1;
			continue;
		}
		end = read_row(j, pc, p, row);
		row = next_row(j, pc, row);
		rows++;
		if (end != NULL) {
			p = end + 1;
		} else if ((p = csv_record(&j->in.form, p, pc->end)) == NULL) {
			break;
		}
	}
	usual_free(pc->usual);
	plain_free(pc->plain);
	pc->usual = NULL;
	pc->plain = NULL;
	if (j->o->shape)
		pc->rows = rows;
	j->done++;
	if (worker == 0)
		progress_tick(j->o->progress, j->in.name, j->done, j->pieces);
}

/* ---- types ---- */

static void
sample_row(struct csv_reading *j, const char *p, const char *end)
{
	struct csv_cell c;

	for (size_t i = 0; i < j->in.cols; i++) {
		if ((p = csv_cell(&j->in.form, p, end, &c)) == NULL)
			return;
		if (j->plan[i].wanted && !j->plan[i].forced &&
		    !cell_missing(&j->na, &c))
			j->plan[i].kinds |= cell_kind(c.s, c.n);
		if (*p++ == j->in.form.eol)
			return;
	}
}

static void
sample_pieces(struct csv_reading *j)
{
	for (size_t i = 0; i < j->pieces; i++) {
		const struct csv_piece *pc = &j->piece[i];
		const char *p = pc->start, *next;
		int left = i == 0 ? SAMPLE_ROWS : SAMPLE_MORE;

		for (; p < pc->end && left > 0; p = next, left--) {
			next = csv_record(&j->in.form, p, pc->end);
			if (next == NULL)
				break;
			if (!line_blank(&j->in.form, p))
				sample_row(j, p, next);
		}
	}
}

static enum action
action_of(enum col_type type)
{
	switch (type) {
	case COL_INT64:
		return READ_INT;
	case COL_BOOL:
		return READ_BOOL;
	case COL_DATETIME:
		return READ_DATE;
	case COL_CATEGORY:
	case COL_TEXT:
		return READ_TEXT;
	default:
		return READ_FLOAT;
	}
}

/* Room for a column as its plan says. */
static int
prepare_column(struct csv_reading *j, size_t col, struct err *e)
{
	struct column_plan *p = &j->plan[col];
	struct column *c = &j->t->col[col];

	column_release(c);
	if (!p->forced)
		p->type = kinds_type(p->kinds);
	p->action = p->forced || p->kinds != 0 ? action_of(p->type) :
	    GUESS_NONE;
	if (column_init(c, j->in.names[col], p->type, j->room, e) != 0)
		return -1;
	c->form = p->form;
	if (column_track_missing(c, e) != 0)
		return -1;
	for (size_t i = 0; i < j->pieces; i++) {
		struct csv_piece *pc = &j->piece[i];

		pc->missing[col] = 0;
		if (col_type_is_text(p->type))
			pc->dict[col] = intern_new();
	}
	return 0;
}

static int
plan_columns(struct csv_reading *j, struct err *e)
{
	const struct table_read_opts *o = j->o;
	struct intern *names = intern_new();
	int r = -1;

	j->plan = xalloc(j->in.cols, sizeof(*j->plan));
	for (size_t i = 0; i < j->in.cols; i++) {
		j->plan[i].wanted = o->n_only == 0;
		if (o->fractions != NULL && o->fractions[i])
			j->plan[i].kinds = VALUE_FLOAT;
		j->t->col[i].name = xstrdup(j->in.names[i]);
		intern_add(names, j->in.names[i], strlen(j->in.names[i]));
	}
	for (size_t i = 0; i < o->n_only; i++) {
		uint32_t at = intern_find(names, o->only[i],
		    strlen(o->only[i]));

		if (at == INTERN_NONE) {
			sniffed_no_column(&j->in, o->only[i], e);
			goto done;
		}
		j->plan[at].wanted = true;
	}
	for (size_t i = 0; i < o->n_types; i++) {
		uint32_t at = intern_find(names, o->types[i].name,
		    strlen(o->types[i].name));

		if (at == INTERN_NONE) {
			sniffed_no_column(&j->in, o->types[i].name, e);
			goto done;
		}
		j->plan[at].forced = true;
		j->plan[at].form = o->types[i].form;
		j->plan[at].type = readable_type(o->types[i].type);
	}
	r = 0;
done:
	intern_free(names);
	return r;
}

/* Read with the types guessed, then again the columns that were not so. */
static int
read_all(struct csv_reading *j, struct err *e)
{
	bool again = false;

	for (size_t i = 0; i < j->in.cols; i++)
		if (j->plan[i].wanted && prepare_column(j, i, e) != 0)
			return -1;
	pool_run(j->pool, j->pieces, read_piece, j);
	if (csv_tell_bad_rows(j, e) != 0 || (j->o->shape && add_rows(j, e) != 0))
		return -1;
	for (size_t i = 0; i < j->in.cols; i++) {
		struct column_plan *p = &j->plan[i];
		unsigned kinds = p->kinds;

		for (size_t k = 0; k < j->pieces; k++)
			kinds |= j->piece[k].kinds[i];
		if (!p->wanted || p->forced || kinds_type(kinds) ==
		    kinds_type(p->kinds)) {
			/* the guess was right, unless there was none */
			if (p->action != GUESS_NONE || kinds == p->kinds) {
				p->action = SKIP;
				continue;
			}
		}
		p->kinds = kinds;
		if (prepare_column(j, i, e) != 0)
			return -1;
		again = true;
	}
	if (!again)
		return 0;
	j->done = 0;
	pool_run(j->pool, j->pieces, read_piece, j);
	return csv_tell_bad_rows(j, e);
}

/* ---- the end ---- */

static bool
has_dict(const struct csv_reading *j, size_t col)
{
	return j->plan[col].wanted && col_type_is_text(j->plan[col].type);
}

/* The pieces' dictionaries as one, in order of the rows. */
static void
join_dicts(void *ctx, size_t col, int worker)
{
	struct csv_reading *j = ctx;
	struct column *c = &j->t->col[col];

	(void)worker;
	if (!has_dict(j, col))
		return;
	for (size_t i = 0; i < j->pieces; i++) {
		struct csv_piece *pc = &j->piece[i];
		size_t n = intern_count(pc->dict[col]), len;
		uint32_t *map;

		if (i == 0) {
			intern_free(c->dict);
			c->dict = pc->dict[col];
			pc->dict[col] = NULL;
			continue;
		}
		map = xalloc(n ? n : 1, sizeof(*map));
		for (size_t k = 0; k < n; k++) {
			const char *s = intern_text(pc->dict[col],
			    (uint32_t)k, &len);

			map[k] = intern_add(c->dict, s, len);
		}
		for (size_t r = pc->row0; !j->o->shape &&
		    r < pc->row0 + pc->rows; r++)
			if (c->code[r] != INTERN_NONE)
				c->code[r] = map[c->code[r]];
		free(map);
	}
}

static void
finish_columns(struct csv_reading *j)
{
	struct odd_forms odd;
	size_t kept = 0;

	forms_init(&odd);
	pool_run(j->pool, j->in.cols, join_dicts, j);
	for (size_t i = 0; i < j->in.cols; i++) {
		struct column *c = &j->t->col[i];

		if (!j->plan[i].wanted) {
			column_release(c);
			continue;
		}
		for (size_t k = 0; k < j->pieces; k++)
			c->missing += j->piece[k].missing[i];
		c->form = FORM_PLAIN;
		if (c->missing == 0) {
			free(c->valid);
			c->valid = NULL;
		}
		if (c->dict != NULL && !j->plan[i].forced) {
			forms_note(&odd, c);
			c->type = strings_type(intern_count(c->dict),
			    j->t->rows - c->missing);
		}
		if (kept != i) {
			j->t->col[kept] = *c;
			memset(c, 0, sizeof(*c));
		}
		kept++;
	}
	j->t->cols = kept;
	forms_tell(&odd, j->in.name, j->o->log);
}

static void
csv_reading_release(struct csv_reading *j)
{
	for (size_t i = 0; i < j->pieces; i++) {
		struct csv_piece *pc = &j->piece[i];

		for (size_t k = 0; k < j->in.cols; k++)
			intern_free(pc->dict[k]);
		free(pc->dict);
		free(pc->kinds);
		free(pc->missing);
		buf_free(&pc->scratch);
	}
	free(j->piece);
	free(j->plan);
	free(j->tail);
	pool_free(j->pool);
	table_free(j->t);
	sniffed_release(&j->in);
}

int
table_read_csv(struct table **out, const char *s, size_t n,
    const struct table_read_opts *o, struct err *e)
{
	struct csv_reading j = { .o = o };
	const char *end = s + n, *body = end;
	int r = -1;

	na_words_init(&j.na, o->na, o->n_na);
	if (sniff_input(&j.in, s, n, o, e) != 0 ||
	    sniff_whole_header(&j.in, &body, end, o, e) != 0)
		goto done;
	j.t = table_new(j.in.cols);
	if (plan_columns(&j, e) != 0 || cut_body(&j, body, end, e) != 0)
		goto done;
	sample_pieces(&j);
	if (read_all(&j, e) != 0)
		goto done;
	finish_columns(&j);
	*out = j.t;
	j.t = NULL;
	r = 0;
done:
	csv_reading_release(&j);
	return r;
}
