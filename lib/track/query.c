/* Runs that hold a condition, sorted: those that are sealed out of the index,
 * the others from their journals. */
#include "track/query.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "codec/json_edit.h"
#include "track/condition.h"
#include "track/field.h"
#include "track/index/index.h"
#include "track/internal.h"
#include "track/journal.h"
#include "track/reads.h"

/* A field that is looked at, in the index and in a tree. */
struct asked {
	const char *name;
	struct run_field *field;
	bool own;		/* whether any run has it is to be said */
	bool seen;
};

struct match {
	struct json *tree;	/* of an unsealed run; NULL: in the index at */
	size_t at;
	struct expr_value key;	/* what it is sorted by */
	size_t place;
};

struct search {
	struct query_rows *out;
	struct catalog *c;
	const struct query *q;
	struct arena arena;
	struct condition where;
	struct asked *asked;	/* of where, then columns, then sort */
	struct asked archived;
	size_t n_asked;
	struct run_index *index;
	struct run_list journals;
	struct input_search input;
	struct match *match;
	size_t n, room;
	/* the one being looked at */
	const struct json *tree;
	struct json *whole;	/* the index's row as a tree, where needed */
	size_t at;
};

/* ---- what is asked ---- */

static int
ask(struct search *s, const char *name, struct err *e)
{
	if (field_check(name, e) < 0)
		return -1;
	s->asked[s->n_asked++] = (struct asked){ .name = name,
	    .own = field_is_own(name) };
	return 0;
}

static int
ask_all(struct search *s, struct err *e)
{
	const struct query *q = s->q;

	if (q->where && condition_parse(&s->where, &s->arena, q->where, e) < 0)
		return -1;
	s->asked = arena_alloc(&s->arena, (s->where.n + q->n_columns + 1) *
	    sizeof(*s->asked));
	for (size_t i = 0; i < s->where.n; i++)
		if (ask(s, s->where.name[i], e) < 0)
			return -1;
	for (size_t i = 0; i < q->n_columns; i++)
		if (ask(s, q->columns[i], e) < 0)
			return -1;
	return q->sort ? ask(s, q->sort + (q->sort[0] == '-'), e) : 0;
}

/* ---- the run at hand ---- */

/* A list or a map comes out of the index without what is in it. */
static const struct json *
whole_field(struct search *s, const char *name)
{
	if (s->whole == NULL)
		s->whole = run_index_row(s->index, &s->arena, s->at);
	return s->whole ? query_field(s->whole, name) : NULL;
}

static const struct json *
value_of(void *ctx, size_t i)
{
	struct search *s = ctx;
	struct asked *a = &s->asked[i];
	const struct json *j;

	if (s->tree)
		return query_field(s->tree, a->name);
	j = run_field_at(s->index, a->field, s->at);
	return j && (j->type == JSON_LIST || j->type == JSON_MAP) ?
	    whole_field(s, a->name) : j;
}

static int
reads_input(bool *yes, struct search *s, const struct run *r, struct err *e)
{
	struct oid manifest;
	struct run sealed;
	int result;

	if (r)
		return run_reads_input(yes, &s->input, r, e);
	*yes = false;
	if (!run_index_manifest(&manifest, s->index, s->at))
		return 0;
	if (run_from_manifest(&sealed, s->c, &manifest, e) < 0)
		return -1;
	result = run_reads_input(yes, &s->input, &sealed, e);
	run_free(&sealed);
	return result;
}

static bool
is_archived(struct search *s)
{
	const struct json *j = s->tree ? query_field(s->tree,
	    s->archived.name) : run_field_at(s->index, s->archived.field,
	    s->at);

	return j && j->type != JSON_NULL;
}

/* r NULL: the one at s->at of the index.  1: no more are wanted. */
static int
look_at(struct search *s, const struct run *r, struct err *e)
{
	struct match *m;
	bool yes = true;

	s->whole = NULL;
	if (s->tree)
		for (size_t i = 0; i < s->n_asked; i++)
			s->asked[i].seen |= query_field(s->tree,
			    s->asked[i].name) != NULL;
	/* without a sort the first ones found are the ones wanted */
	if (s->q->sort == NULL && s->q->limit && s->n == s->q->limit)
		return 0;
	if (!s->q->archived && is_archived(s))
		return 0;
	if (s->q->where && condition_holds(&yes, &s->where, value_of, s, e) < 0)
		return -1;
	if (yes && s->q->input && reads_input(&yes, s, r, e) < 0)
		return -1;
	if (!yes)
		return 0;
	if (s->n == s->room) {
		s->room = s->room ? s->room * 2 : 64;
		s->match = xresize(s->match, s->room, sizeof(*s->match));
	}
	m = &s->match[s->n];
	*m = (struct match){ .tree = (struct json *)(uintptr_t)s->tree,
	    .at = s->at, .place = s->n++ };
	if (s->q->sort)
		field_value(&m->key, value_of(s, s->n_asked - 1));
	return 0;
}

/* ---- all of them ---- */

/* One that has a journal which is a file; beside a sealed run it counts where
 * the run goes on.  *counts: it did. */
static int
look_at_journal(bool *counts, struct search *s, const char *id, bool sealed,
    struct err *e)
{
	struct err mine = ERR_INIT;
	struct run r;
	int result;

	*counts = false;
	if (run_from_journal(&r, s->c, id, &mine) < 0) {
		/* sealed since the folder was listed: the index has it */
		if (sealed || mine.code == ERR_NOENT)
			return 0;
		*e = mine;
		return err_wrap(e, "run:%s", id);
	}
	*counts = !sealed || r.end_us == 0;
	if (!*counts) {
		run_free(&r);
		return 0;
	}
	s->tree = run_to_json(&s->out->arena, &r);
	result = look_at(s, &r, e);
	s->tree = NULL;
	run_free(&r);
	return result;
}

/* Both lists are newest first. */
static int
look_at_all(struct search *s, struct err *e)
{
	size_t n = run_index_count(s->index), j = 0;
	struct asked id = { .field = NULL };
	const struct json *cell;
	bool counts;
	int d, r = 0;

	if (s->journals.n)
		id.field = run_index_field(s->index, "id");
	for (s->at = 0; r == 0 && (s->at < n || j < s->journals.n);) {
		cell = s->at < n && j < s->journals.n ? run_field_at(s->index,
		    id.field, s->at) : NULL;
		d = j == s->journals.n ? -1 : s->at == n ? 1 : cell == NULL ?
		    -1 : strcmp(s->journals.v[j].id, cell->s);
		counts = false;
		if (d >= 0)
			r = look_at_journal(&counts, s, s->journals.v[j++].id,
			    d == 0, e);
		if (r == 0 && d <= 0 && !counts)
			r = look_at(s, NULL, e);
		s->at += d <= 0;
	}
	return r;
}

/* ---- in order ---- */

static int
in_order(const struct match *a, const struct match *b, int sign)
{
	bool no_a = a->key.type == EXPR_MISSING;
	bool no_b = b->key.type == EXPR_MISSING;
	int c;

	if (no_a || no_b)
		c = (int)no_a - (int)no_b;
	else
		c = expr_order(&a->key, &b->key) * sign;
	/* 2: no order between a number and a word; numbers come first */
	if (c == 2 || c == -2)
		c = (int)(a->key.type == EXPR_TEXT) - (int)(b->key.type ==
		    EXPR_TEXT);
	return c ? c : a->place < b->place ? -1 : 1;
}

static int
by_value_ascending(const void *a, const void *b)
{
	return in_order(a, b, 1);
}

static int
by_value_descending(const void *a, const void *b)
{
	return in_order(a, b, -1);
}

/* The columns of a match; what is in a list or a map, too. */
static void
put_cells(struct search *s, const struct match *m, const struct json **to)
{
	struct arena *a = &s->out->arena;

	s->tree = m->tree;
	s->at = m->at;
	s->whole = NULL;
	for (size_t i = 0; i < s->q->n_columns; i++) {
		const struct json *j = value_of(s, s->where.n + i);

		to[i] = j ? json_copy(a, j) : NULL;
	}
	s->tree = NULL;
}

static void
put_rows(struct search *s)
{
	struct query_rows *out = s->out;
	size_t n = s->q->limit && s->q->limit < s->n ? s->q->limit : s->n;

	if (s->q->sort && s->n)
		qsort(s->match, s->n, sizeof(*s->match), s->q->sort[0] == '-' ?
		    by_value_descending : by_value_ascending);
	if (s->q->cells) {
		out->cell = xalloc(n * s->q->n_columns + 1,
		    sizeof(*out->cell));
		for (out->n = 0; out->n < n; out->n++)
			put_cells(s, &s->match[out->n], out->cell + out->n *
			    s->q->n_columns);
		return;
	}
	out->row = xalloc(n + 1, sizeof(*out->row));
	for (size_t i = 0; i < n; i++) {
		const struct match *m = &s->match[i];

		out->row[i] = m->tree ? m->tree : run_index_row(s->index,
		    &out->arena, m->at);
		if (out->row[i] == NULL)
			return;		/* damaged */
	}
	out->n = n;
}

static void
put_absent(struct search *s)
{
	struct query_rows *out = s->out;

	out->absent = arena_alloc(&out->arena, (s->n_asked + 1) *
	    sizeof(*out->absent));
	if (run_index_count(s->index) + s->journals.n == 0)
		return;
	for (size_t i = 0; i < s->n_asked; i++) {
		struct asked *a = &s->asked[i];

		if (a->own && !a->seen && !run_field_any(s->index, a->field))
			out->absent[out->n_absent++] = arena_strdup(
			    &out->arena, a->name);
	}
}

static int
search(struct search *s, struct err *e)
{
	int r;

	/* unsealed ones are listed first: one that is sealed meanwhile is
	 * then found in the index */
	if (run_list_journals(&s->journals, s->c, e) < 0 ||
	    run_index_open(&s->index, s->c, e) < 0)
		return -1;
	s->archived.name = "archived";
	s->archived.field = run_index_field(s->index, "archived");
	for (size_t i = 0; i < s->n_asked; i++)
		s->asked[i].field = run_index_field(s->index,
		    s->asked[i].name);
	r = look_at_all(s, e);
	if (r == 0) {
		put_absent(s);
		put_rows(s);
	}
	return r;
}

static void
search_release(struct search *s)
{
	run_index_close(s->index);
	run_list_release(&s->journals);
	free(s->match);
	input_search_release(&s->input);
	arena_free(&s->arena);
}

static int
search_once(bool *damaged, struct query_rows *out, struct catalog *c,
    const struct query *q, struct err *e)
{
	struct search s = { .out = out, .c = c, .q = q };
	int r = 0;

	memset(out, 0, sizeof(*out));
	r = ask_all(&s, e);
	if (r == 0 && q->input)
		r = input_search_open(&s.input, c, q->input, e);
	if (r == 0)
		r = search(&s, e);
	*damaged = s.index && run_index_damaged(s.index);
	search_release(&s);
	return r;
}

int
query_runs(struct query_rows *out, struct catalog *c, const struct query *q,
    struct err *e)
{
	bool damaged;
	int r;

	memset(out, 0, sizeof(*out));
	if (catalog_need_repo(c, "listing runs", e) < 0)
		return -1;
	r = search_once(&damaged, out, c, q, e);
	if (damaged) {
		query_free(out);
		run_index_forget(c);
		*e = (struct err)ERR_INIT;
		r = search_once(&damaged, out, c, q, e);
	}
	return r;
}

void
query_free(struct query_rows *r)
{
	free(r->row);
	free(r->cell);
	arena_free(&r->arena);
}
