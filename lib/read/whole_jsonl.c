/*
 * JSON Lines read whole.  A line end is never inside a value (JSON escapes
 * it), so pieces are cut at line ends; each keeps its cells as they are
 * until all pieces have said which columns there are and of what type.
 */
#include "read/whole_jsonl.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/pool.h"
#include "read/forms.h"
#include "read/sniff.h"
#include "table/column_set.h"

#define PIECE_BYTES ((size_t)1 << 20)
#define COLUMNS_TOLD 5

enum { CELL_NONE, CELL_INT, CELL_FLOAT, CELL_BOOL, CELL_TEXT, CELL_TREE };

struct jsonl_cell {
	union {
		int64_t i;
		double d;
		const char *s;		/* in the input or the piece's arena */
	};
	uint32_t n;			/* bytes of text; of a number too */
	uint8_t what;
	const char *text;		/* a number's own text */
};

struct cell_list {				/* a column in a piece */
	struct jsonl_cell *cell;
	size_t n, room;
	unsigned kinds;
};

struct jsonl_piece {
	const char *start, *end;
	struct intern *names;
	struct cell_list *col;		/* by number of the name */
	size_t cols, rows, row0;
	size_t *seen, seen_room;	/* a name: row + 1 it was last in */
	struct arena arena;
	struct err err;
	uint64_t bad_line;		/* in this piece, from 1 */
	uint64_t lines;
};

struct jsonl_reading {
	const struct table_read_opts *o;
	const char *name;
	struct na_words na;
	struct jsonl_piece *piece;
	size_t pieces;
	struct pool *pool;
	struct intern *names;		/* all columns */
	struct table *t;
	struct err *col_err;		/* a column */
	bool *unwanted;
};

static int
list_put(struct cell_list *l, size_t row, const struct jsonl_cell *c)
{
	if (row >= l->room) {
		size_t room = row < 64 ? 64 : row * 2;
		struct jsonl_cell *to = mem_resize(l->cell, room, sizeof(*to));

		if (to == NULL)
			return -1;
		l->cell = to;
		l->room = room;
	}
	if (row > l->n)
		memset(&l->cell[l->n], 0, (row - l->n) * sizeof(*c));
	l->cell[row] = *c;
	l->n = row + 1;
	return 0;
}

static const char *
kept_text(struct jsonl_piece *pc, const struct json_pull *p)
{
	if (p->s >= p->start && p->s < p->end)
		return p->s;
	return arena_strndup(&pc->arena, p->s, p->n);
}

static unsigned
token_kind(struct jsonl_cell *c, enum json_token t, struct jsonl_piece *pc,
    const struct json_pull *p)
{
	switch (t) {
	case JSON_T_NUM:
		c->what = p->is_int ? CELL_INT : CELL_FLOAT;
		c->text = p->s;
		c->n = (uint32_t)p->n;
		if (p->is_int)
			c->i = p->i;
		else
			c->d = p->d;
		return p->is_int ? VALUE_INT : VALUE_FLOAT;
	case JSON_T_BOOL:
		c->what = CELL_BOOL;
		c->i = p->b;
		return VALUE_BOOL;
	default:
		c->what = CELL_TEXT;
		c->s = kept_text(pc, p);
		c->n = (uint32_t)p->n;
		return cell_kind_text(p->s, p->n);
	}
}

/* The value of a member into the column `at`. */
static int
read_value(struct jsonl_reading *j, struct jsonl_piece *pc,
    struct json_pull *p, uint32_t at, struct err *e)
{
	const char *before;
	enum json_token t;
	struct jsonl_cell c;
	unsigned kind;
	char first = json_peek(p, &before);

	memset(&c, 0, sizeof(c));
	if (first == '{' || first == '[') {
		if (json_pull_skip(p, e) != 0)
			return -1;
		c.what = CELL_TREE;
		c.s = before;
		c.n = (uint32_t)(p->at - before);
		kind = VALUE_STRING;
	} else {
		if ((t = json_pull(p, e)) == JSON_BAD)
			return -1;
		if (t == JSON_T_NULL)
			return 0;
		if (t == JSON_T_TEXT && (p->n == 0 ||
		    na_words_match(&j->na, p->s, p->n, true)))
			return 0;
		kind = token_kind(&c, t, pc, p);
	}
	if (at >= pc->cols) {
		pc->col = xresize(pc->col, at + 1, sizeof(*pc->col));
		memset(&pc->col[pc->cols], 0,
		    (at + 1 - pc->cols) * sizeof(*pc->col));
		pc->cols = at + 1;
	}
	pc->col[at].kinds |= kind;
	return list_put(&pc->col[at], pc->rows, &c) == 0 ? 0 :
	    err_set(e, ERR_NOMEM, "no memory");
}

static int
read_object(struct jsonl_reading *j, struct jsonl_piece *pc,
    struct json_pull *p, struct err *e)
{
	enum json_token t = json_pull(p, e);

	if (t == JSON_BAD)
		return -1;
	if (t != JSON_T_MAP)
		return err_set(e, ERR_FORMAT, "not a JSON object");
	while ((t = json_pull(p, e)) == JSON_KEY) {
		uint32_t at = intern_add(pc->names, p->s, p->n);

		if (at >= TABLE_COLS_MAX)
			return err_set(e, ERR_TOOBIG, "more than %d columns",
			    TABLE_COLS_MAX);
		if (at >= pc->seen_room) {
			pc->seen = xresize(pc->seen, 2 * at + 16,
			    sizeof(*pc->seen));
			memset(pc->seen + pc->seen_room, 0, (2 * at + 16 -
			    pc->seen_room) * sizeof(*pc->seen));
			pc->seen_room = 2 * at + 16;
		}
		if (pc->seen[at] == pc->rows + 1)
			return err_set(e, ERR_FORMAT, "member '%.*s' is there "
			    "twice", p->n > 60 ? 60 : (int)p->n, p->s);
		pc->seen[at] = pc->rows + 1;
		if (read_value(j, pc, p, at, e) != 0)
			return -1;
	}
	if (t == JSON_BAD || json_pull(p, e) == JSON_BAD)
		return -1;
	pc->rows++;
	return 0;
}

static bool
is_blank(const char *s, const char *end)
{
	while (s < end && (*s == ' ' || *s == '\t' || *s == '\r'))
		s++;
	return s == end;
}

static void
read_piece(void *ctx, size_t part, int worker)
{
	struct jsonl_reading *j = ctx;
	struct jsonl_piece *pc = &j->piece[part];
	struct json_pull p;

	(void)worker;
	pc->names = intern_new();
	for (const char *s = pc->start; s < pc->end;) {
		const char *q = memchr(s, '\n', (size_t)(pc->end - s));
		const char *stop = q == NULL ? pc->end : q;

		pc->lines++;
		if (!is_blank(s, stop)) {
			int r;

			json_pull_init(&p, s, (size_t)(stop - s), JSON_NAN);
			r = read_object(j, pc, &p, &pc->err);
			json_pull_free(&p);
			if (r != 0) {
				pc->bad_line = pc->lines;
				return;
			}
		}
		s = q == NULL ? stop : q + 1;
	}
}

static void
cut_pieces(struct jsonl_reading *j, const char *s, const char *end)
{
	while (s < end) {
		const char *stop = end;
		struct jsonl_piece *pc;

		if ((size_t)(end - s) > PIECE_BYTES) {
			stop = memchr(s + PIECE_BYTES, '\n',
			    (size_t)(end - s) - PIECE_BYTES);
			stop = stop == NULL ? end : stop + 1;
		}
		j->piece = xresize(j->piece, j->pieces + 1,
		    sizeof(*j->piece));
		pc = &j->piece[j->pieces++];
		memset(pc, 0, sizeof(*pc));
		pc->start = s;
		pc->end = stop;
		s = stop;
	}
}

/* Columns in order of first appearance, rows counted, errors told. */
static int
join_pieces(struct jsonl_reading *j, struct err *e)
{
	uint64_t lines = j->o->skip;
	size_t rows = 0;

	j->names = intern_new();
	for (size_t i = 0; i < j->pieces; i++) {
		struct jsonl_piece *pc = &j->piece[i];

		if (pc->bad_line != 0) {
			*e = pc->err;
			return err_wrap(e, "%s: line %llu", j->name,
			    (unsigned long long)(lines + pc->bad_line));
		}
		lines += pc->lines;
		pc->row0 = rows;
		rows += pc->rows;
		for (size_t k = 0; k < intern_count(pc->names); k++) {
			size_t n;
			const char *s = intern_text(pc->names, (uint32_t)k, &n);

			if (n == 0 || strlen(s) != n)
				return err_set(e, ERR_FORMAT, "%s: a member "
				    "without a usable name", j->name);
			intern_add(j->names, s, n);
		}
	}
	if (intern_count(j->names) > TABLE_COLS_MAX || rows >= UINT32_MAX)
		return err_set(e, ERR_TOOBIG, "%s: more than %d columns or "
		    "2^32 rows", j->name, TABLE_COLS_MAX);
	j->t = table_new(intern_count(j->names));
	j->t->rows = rows;
	return 0;
}

/* One cell into its final column. */
static int
put_cell(struct column *to, size_t row, const struct jsonl_cell *c,
    struct err *e)
{
	switch (c->what) {
	case CELL_INT:
		if (to->type == COL_INT64)
			to->i64[row] = c->i;
		else if (to->type == COL_FLOAT64)
			to->f64[row] = (double)c->i;
		else
			return column_set_text(to, row, c->text, c->n, e);
		return 0;
	case CELL_FLOAT:
		/* as it is written: exact, where no double is */
		if ((col_type_is_text(to->type) || to->type == COL_INT64) &&
		    !isnan(c->d))
			return column_set_text(to, row, c->text, c->n, e);
		return column_set_number(to, row, c->d, e);
	case CELL_BOOL:
		return column_set_text(to, row, c->i ? "true" : "false",
		    c->i ? 4 : 5, e);
	case CELL_TEXT:
	case CELL_TREE:
		return column_set_text(to, row, c->s, c->n, e);
	default:
		column_set_missing(to, row);
		return 0;
	}
}

/* Columns are settled side by side; each by one thread, in row order. */
static void
fill_column(void *ctx, size_t col, int worker)
{
	struct jsonl_reading *j = ctx;
	struct column *to = &j->t->col[col];
	size_t len;
	const char *name = intern_text(j->names, (uint32_t)col, &len);

	(void)worker;
	if (j->unwanted[col])
		return;
	for (size_t i = 0; i < j->pieces; i++) {
		struct jsonl_piece *pc = &j->piece[i];
		uint32_t at = intern_find(pc->names, name, len);
		const struct cell_list *l = at < pc->cols ? &pc->col[at] : NULL;

		for (size_t r = 0; r < pc->rows; r++) {
			if (l == NULL || r >= l->n || l->cell[r].what == 0) {
				column_set_missing(to, pc->row0 + r);
				continue;
			}
			if (put_cell(to, pc->row0 + r, &l->cell[r],
			    &j->col_err[col]) != 0) {
				err_wrap(&j->col_err[col], "%s: row %zu: "
				    "column '%s'", j->name, pc->row0 + r + 1,
				    name);
				return;
			}
		}
	}
}

static int
no_column(const struct jsonl_reading *j, const char *name, struct err *e)
{
	size_t ignored;

	return table_index(&ignored, j->t, name, e) == 0 ? 0 :
	    err_wrap(e, "%s", j->name);
}

static int
plan_columns(struct jsonl_reading *j, bool *forced, struct err *e)
{
	const struct table_read_opts *o = j->o;
	struct table *t = j->t;
	const char *name;
	enum col_type type;
	uint32_t at;
	size_t len;

	for (size_t i = 0; i < t->cols; i++) {
		unsigned kinds = 0;

		name = intern_text(j->names, (uint32_t)i, &len);

		for (size_t k = 0; k < j->pieces; k++) {
			uint32_t c = intern_find(j->piece[k].names, name, len);

			if (c < j->piece[k].cols)
				kinds |= j->piece[k].col[c].kinds;
		}
		if (column_init(&t->col[i], name, kinds_type(kinds), t->rows,
		    e) != 0)
			return -1;
		j->unwanted[i] = o->n_only > 0;
	}
	for (size_t i = 0; i < o->n_types; i++) {
		name = o->types[i].name;
		type = readable_type(o->types[i].type);
		if ((at = intern_find(j->names, name, strlen(name))) ==
		    INTERN_NONE)
			return no_column(j, name, e);
		forced[at] = true;
		if (t->col[at].type != type) {
			column_release(&t->col[at]);
			if (column_init(&t->col[at], name, type, t->rows,
			    e) != 0)
				return -1;
		}
		t->col[at].form = o->types[i].form;
	}
	for (size_t i = 0; i < o->n_only; i++) {
		name = o->only[i];
		if ((at = intern_find(j->names, name, strlen(name))) ==
		    INTERN_NONE)
			return no_column(j, name, e);
		j->unwanted[at] = false;
	}
	return 0;
}

/* The first bad cell of each column, all at once. */
static int
tell_bad_columns(const struct jsonl_reading *j, struct err *e)
{
	size_t n = 0;
	struct buf told;

	buf_init(&told, BUF_CAP_SMALL);
	for (size_t i = 0; i < j->t->cols && n < COLUMNS_TOLD; i++) {
		const struct err *one = &j->col_err[i];

		if (one->code == ERR_NONE)
			continue;
		if (n++ == 0)
			*e = *one;
		buf_adds(&told, n > 1 ? "; " : "");
		buf_adds(&told, n > 1 ? behind_name(j->name, one->msg) :
		    one->msg);
	}
	if (n > 1)
		err_set(e, e->code, "%s", told.data);
	buf_free(&told);
	return n > 0 ? -1 : 0;
}

static int
finish_columns(struct jsonl_reading *j, const bool *forced, struct err *e)
{
	struct table *t = j->t;
	struct odd_forms odd;
	size_t kept = 0;

	pool_run(j->pool, t->cols, fill_column, j);
	if (tell_bad_columns(j, e) != 0)
		return -1;
	forms_init(&odd);
	for (size_t i = 0; i < t->cols; i++) {
		struct column *c = &t->col[i];

		if (j->unwanted[i]) {
			column_release(c);
			continue;
		}
		c->form = FORM_PLAIN;
		if (c->dict != NULL && !forced[i])
			forms_note(&odd, c);
		if (c->dict != NULL && !forced[i])
			c->type = strings_type(intern_count(c->dict),
			    c->rows - c->missing);
		if (kept != i) {
			t->col[kept] = *c;
			memset(c, 0, sizeof(*c));
		}
		kept++;
	}
	t->cols = kept;
	forms_tell(&odd, j->name, j->o->log);
	return 0;
}

static void
jsonl_reading_release(struct jsonl_reading *j)
{
	for (size_t i = 0; i < j->pieces; i++) {
		struct jsonl_piece *pc = &j->piece[i];

		for (size_t k = 0; k < pc->cols; k++)
			free(pc->col[k].cell);
		free(pc->col);
		free(pc->seen);
		intern_free(pc->names);
		arena_free(&pc->arena);
	}
	free(j->piece);
	free(j->col_err);
	free(j->unwanted);
	intern_free(j->names);
	pool_free(j->pool);
	table_free(j->t);
}

int
table_read_jsonl(struct table **out, const char *s, size_t n,
    const struct table_read_opts *o, struct err *e)
{
	struct jsonl_reading j = { .o = o };
	bool *forced = NULL;
	int r = -1;

	j.name = o->name != NULL ? o->name : "input";
	na_words_init(&j.na, o->na, o->n_na);
	cut_pieces(&j, s + csv_bom(s, n), s + n);
	j.pool = pool_new(j.pieces > 1 ? o->threads : 1);
	pool_run(j.pool, j.pieces, read_piece, &j);
	if (join_pieces(&j, e) != 0)
		goto done;
	forced = xalloc(j.t->cols + 1, sizeof(*forced));
	j.unwanted = xalloc(j.t->cols + 1, sizeof(*j.unwanted));
	j.col_err = xalloc(j.t->cols + 1, sizeof(*j.col_err));
	if (plan_columns(&j, forced, e) != 0 ||
	    finish_columns(&j, forced, e) != 0)
		goto done;
	*out = j.t;
	j.t = NULL;
	r = 0;
done:
	free(forced);
	jsonl_reading_release(&j);
	return r;
}
