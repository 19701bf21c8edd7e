/*
 * Members of JSON objects to cells: a name goes to a wanted column, a kept
 * one, or both; lists and objects are text where the builder is lax.
 */
#include "read/members.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "table/cell.h"
#include "table/column_set.h"

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
		struct member_target *at = &m->slot[intern_add(m->names, s,
		    strlen(s))];

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
	    builder_refuse(b, col, row, e);
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
	    builder_refuse(b, col, row, e);
}

/* The value of a member that goes to one column or two. */
static int
read_member(struct builder *b, const struct member_target *to, size_t row,
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
members_read_row(struct members *m, struct builder *b, size_t row,
    struct json_pull *p, const struct na_words *na, struct err *e)
{
	enum json_token t;

	if (++m->round == 0) {
		memset(m->seen, 0, b->t->cols * sizeof(*m->seen));
		m->round = 1;
	}
	while ((t = json_pull(p, e)) == JSON_KEY) {
		uint32_t id = intern_find(m->names, p->s, p->n);
		const struct member_target *to;

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
