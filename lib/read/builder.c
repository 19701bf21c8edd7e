#include "read/builder.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "table/cell.h"
#include "table/column_set.h"

static int
add_column(struct column *c, const char *name, enum col_type type,
    size_t room, struct err *e)
{
	if (column_init(c, name, type, room, e) != 0)
		return -1;
	return column_track_missing(c, e);
}

int
builder_init(struct builder *b, const struct table_want *want, size_t n_want,
    const char *const *keep, size_t n_keep, size_t room, struct err *e)
{
	memset(b, 0, sizeof(*b));
	b->t = table_new(n_want);
	b->want = xalloc(n_want + 1, sizeof(*b->want));
	b->n_want = n_want;
	b->room = room;
	for (size_t i = 0; i < n_want; i++) {
		b->want[i] = want[i];
		if (add_column(&b->t->col[i], want[i].name, want[i].type,
		    room, e) != 0)
			return -1;
		b->want[i].name = b->t->col[i].name;
	}
	for (size_t i = 0; i < n_keep; i++)
		if (builder_keep(b, keep[i], e) != 0)
			return -1;
	return 0;
}

int
builder_keep(struct builder *b, const char *name, struct err *e)
{
	struct table *t = b->t;

	t->col = xresize(t->col, t->cols + 1, sizeof(*t->col));
	memset(&t->col[t->cols], 0, sizeof(*t->col));
	if (add_column(&t->col[t->cols], name, COL_RAW, b->room, e) != 0)
		return -1;
	t->cols++;
	b->n_keep++;
	return 0;
}

int
builder_grow(struct builder *b, size_t room, struct err *e)
{
	for (size_t i = 0; i < b->t->cols; i++)
		if (column_grow(&b->t->col[i], room, e) != 0)
			return -1;
	b->room = room;
	return 0;
}

void
builder_clear(struct builder *b)
{
	for (size_t i = 0; i < b->t->cols; i++)
		column_clear(&b->t->col[i], COLUMN_DICT_MAX);
	b->t->rows = 0;
	if (b->text.block != NULL)
		arena_free(&b->text);
}

struct table *
builder_done(struct builder *b, size_t rows)
{
	b->t->rows = rows;
	for (size_t i = 0; i < b->t->cols; i++)
		b->t->col[i].rows = rows;
	return b->t;
}

void
builder_release(struct builder *b)
{
	table_free(b->t);
	free(b->want);
	arena_free(&b->text);
}

int
builder_set_cell(struct builder *b, size_t to, size_t row, const struct
    csv_cell *c, const struct na_words *na, struct buf *scratch, struct err *e)
{
	struct column *col = &b->t->col[to];
	const char *s = c->s;
	size_t n = c->n;

	if (col->type == COL_RAW) {
		struct raw_cell *raw = &col->raw[row];

		*raw = (struct raw_cell){ .s = n == 0 && !c->quoted ? NULL : s,
		    .n = (uint32_t)n, .quoted = c->quoted };
		if (to < b->n_want && cell_missing(na, c))
			raw->s = NULL;
		if (!c->escaped || raw->s == NULL)
			return 0;
		buf_clear(scratch);
		csv_unescape(scratch, c);
		raw->s = arena_strndup(&b->text, scratch->data, scratch->len);
		raw->n = (uint32_t)scratch->len;
		return 0;
	}
	if (cell_missing(na, c)) {
		column_set_missing(col, row);
		return 0;
	}
	if (col->type == COL_FLOAT64 && cell_quick_float(c, &col->f64[row]))
		return 0;
	if (c->escaped) {
		buf_clear(scratch);
		csv_unescape(scratch, c);
		s = scratch->data;
		n = scratch->len;
	}
	if (column_set_text(col, row, s, n, e) == 0)
		return 0;
	return err_wrap(e, "column '%s'", col->name);
}

/* ---- JSON ---- */

void
members_init(struct members *m, const struct builder *b)
{
	const struct table *t = b->t;

	m->names = intern_new();
	m->other = intern_new();
	m->slot = xalloc(t->cols + 1, sizeof(*m->slot));
	m->seen = xalloc(t->cols + 1, sizeof(*m->seen));
	m->ever = xalloc(t->cols + 1, sizeof(*m->ever));
	m->round = 0;
	for (size_t i = 0; i < t->cols; i++) {
		const char *s = t->col[i].name;
		struct slot *at = &m->slot[intern_add(m->names, s, strlen(s))];

		if (i < b->n_want)
			at->want = i + 1;
		else
			at->keep = i + 1;
	}
}

void
members_release(struct members *m)
{
	intern_free(m->names);
	intern_free(m->other);
	free(m->slot);
	free(m->seen);
	free(m->ever);
}

static void
set_raw(struct builder *b, size_t col, size_t row, const char *s, size_t n,
    bool quoted, bool tree)
{
	b->t->col[col].raw[row] = (struct raw_cell){
	    .s = arena_strndup(&b->text, s, n), .n = (uint32_t)n,
	    .quoted = quoted, .json = tree };
}

/* A list or object as its text. */
static int
set_tree(struct builder *b, size_t col, size_t row, const char *s, size_t n,
    struct err *e)
{
	struct column *c = &b->t->col[col];

	if (c->type == COL_RAW) {
		set_raw(b, col, row, s, n, false, true);
		return 0;
	}
	return column_set_text(c, row, s, n, e) == 0 ? 0 :
	    err_wrap(e, "column '%s'", c->name);
}

/* A scalar that goes through unread. */
static void
set_scalar(struct builder *b, size_t col, size_t row, enum json_token t,
    const struct json_pull *p)
{
	if (t == JSON_T_NULL)
		column_set_missing(&b->t->col[col], row);
	else if (t == JSON_T_BOOL)
		set_raw(b, col, row, p->b ? "true" : "false", p->b ? 4 : 5,
		    false, false);
	else
		set_raw(b, col, row, p->s, p->n, t == JSON_T_TEXT, false);
}

static int
set_value(struct builder *b, size_t col, size_t row, enum json_token t,
    const struct json_pull *p, const struct na_words *na, struct err *e)
{
	struct column *c = &b->t->col[col];

	if (c->type == COL_RAW) {
		set_scalar(b, col, row, t, p);
		if ((t == JSON_T_TEXT && (p->n == 0 ||
		    na_words_match(na, p->s, p->n, false))) ||
		    (t == JSON_T_NUM && isnan(p->d)))
			column_set_missing(c, row);
		return 0;
	}
	if (t == JSON_T_TEXT && na_words_match(na, p->s, p->n,
	    col_type_is_text(c->type))) {
		column_set_missing(c, row);
		return 0;
	}
	return column_set_token(c, row, t, p, e) == 0 ? 0 :
	    err_wrap(e, "column '%s'", c->name);
}

/* The value of a member that goes to one column or two. */
static int
read_member(struct builder *b, const struct slot *to, size_t row,
    struct json_pull *p, const struct na_words *na, struct err *e)
{
	const char *at;
	char first = json_peek(p, &at);
	enum json_token t;

	if (first == '{' || first == '[') {
		if (to->want != 0 && !b->lax)
			return err_set(e, ERR_FORMAT, "column '%s': a %s is "
			    "no cell", b->t->col[to->want - 1].name,
			    first == '{' ? "JSON object" : "JSON list");
		if (json_pull_skip(p, e) != 0)
			return -1;
		if (to->keep != 0)
			set_raw(b, to->keep - 1, row, at,
			    (size_t)(p->at - at), false, true);
		return to->want == 0 ? 0 : set_tree(b, to->want - 1, row, at,
		    (size_t)(p->at - at), e);
	}
	if ((t = json_pull(p, e)) == JSON_BAD)
		return -1;
	if (to->want != 0 && set_value(b, to->want - 1, row, t, p, na, e) != 0)
		return -1;
	if (to->keep != 0)
		set_scalar(b, to->keep - 1, row, t, p);
	return 0;
}

static int
check_absent(struct members *m, struct builder *b, size_t row, struct err *e)
{
	for (size_t i = 0; i < b->t->cols; i++) {
		struct column *c = &b->t->col[i];

		if (m->seen[i] == m->round)
			continue;
		if (i < b->n_want && !b->want[i].optional)
			return err_set(e, ERR_NOENT, "no column '%s'",
			    c->name);
		column_set_missing(c, row);
	}
	return 0;
}

int
members_read(struct members *m, struct builder *b, size_t row,
    struct json_pull *p, const struct na_words *na, struct err *e)
{
	enum json_token t;

	if (++m->round == 0) {
		memset(m->seen, 0, b->t->cols * sizeof(*m->seen));
		m->round = 1;
	}
	while ((t = json_pull(p, e)) == JSON_KEY) {
		uint32_t id = intern_find(m->names, p->s, p->n);
		const struct slot *to;

		if (id == INTERN_NONE) {
			if (b->lax && intern_count(m->other) < MEMBERS_OTHER)
				intern_add(m->other, p->s, p->n);
			if (json_pull_skip(p, e) != 0)
				return -1;
			continue;
		}
		to = &m->slot[id];
		if ((to->want && m->seen[to->want - 1] == m->round) ||
		    (to->keep && m->seen[to->keep - 1] == m->round))
			return err_set(e, ERR_FORMAT, "member '%.*s' is there "
			    "twice", (int)p->n, p->s);
		if (to->want) {
			m->seen[to->want - 1] = m->round;
			m->ever[to->want - 1] = true;
		}
		if (to->keep)
			m->seen[to->keep - 1] = m->round;
		if (read_member(b, to, row, p, na, e) != 0)
			return -1;
	}
	if (t == JSON_BAD)
		return -1;
	return check_absent(m, b, row, e);
}
