#include "train/query.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "catalog/journal.h"
#include "codec/regex.h"
#include "expr/expr.h"

struct search {
	struct query_rows *out;
	const struct query *q;
	struct expr *where;
	struct arena expr_arena;
	const struct json *row;		/* the one being looked at */
	size_t room;
};

static void
value_of(struct expr_value *v, const struct json *j)
{
	*v = (struct expr_value){ .type = EXPR_MISSING };
	if (j == NULL)
		return;
	if (j->type == JSON_INT || j->type == JSON_REAL) {
		v->type = EXPR_NUM;
		v->d = j->d;
	} else if (j->type == JSON_BOOL) {
		v->type = EXPR_BOOL;
		v->b = j->b;
	} else if (j->type == JSON_TEXT) {
		v->type = EXPR_TEXT;
		v->s = j->s;
		v->n = j->n;
	}
}

/* A field of the run itself, else one of its facts (git, usage, machine). */
const struct json *
query_field(const struct json *row, const char *name)
{
	const struct json *j = json_path(row, name);

	return j ? j : json_path(json_get(row, "facts"), name);
}

static int
name_in_run(void *ctx, size_t i, struct expr_value *v, struct err *e)
{
	struct search *s = ctx;

	(void)e;
	value_of(v, query_field(s->row, expr_name(s->where, i)));
	return 0;
}

static int
match_text(void *ctx, const char *pattern, const char *s, size_t n, bool *yes,
    struct err *e)
{
	struct regex *r;
	int got;

	(void)ctx;
	if (regex_new(&r, pattern, false, e) < 0)
		return -1;
	got = regex_find(yes, r, s, n, e);
	regex_free(r);
	return got;
}

static int
look_at(void *ctx, const struct run *r, struct err *e)
{
	struct search *s = ctx;
	struct expr_env env = { name_in_run, match_text, s };
	struct query_rows *out = s->out;
	bool yes = true;

	s->row = run_to_json(&out->arena, r);
	if (s->where && expr_holds(&yes, s->where, &env, e) < 0)
		return -1;
	if (!yes)
		return 0;
	if (out->n == s->room) {
		s->room = s->room ? s->room * 2 : 64;
		out->row = xresize(out->row, s->room, sizeof(*out->row));
	}
	out->row[out->n++] = (struct json *)(uintptr_t)s->row;
	/* without a sort the first ones found are the ones wanted */
	return s->q->sort == NULL && s->q->limit && out->n == s->q->limit;
}

struct sorted {
	struct json *row;
	struct expr_value key;
	size_t place;
};

static int
in_order(const struct sorted *a, const struct sorted *b, int sign)
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
ascending(const void *a, const void *b)
{
	return in_order(a, b, 1);
}

static int
descending(const void *a, const void *b)
{
	return in_order(a, b, -1);
}

static void
sort_rows(struct query_rows *out, const char *sort)
{
	bool down = sort[0] == '-';
	struct sorted *s = xalloc(out->n + 1, sizeof(*s));

	for (size_t i = 0; i < out->n; i++) {
		s[i].row = out->row[i];
		s[i].place = i;
		value_of(&s[i].key, query_field(out->row[i], sort + down));
	}
	qsort(s, out->n, sizeof(*s), down ? descending : ascending);
	for (size_t i = 0; i < out->n; i++)
		out->row[i] = s[i].row;
	free(s);
}

int
query_runs(struct query_rows *out, struct catalog *c, const struct query *q,
    struct err *e)
{
	struct search s = { .out = out, .q = q };
	int r = 0;

	memset(out, 0, sizeof(*out));
	if (q->where)
		r = expr_parse(&s.where, &s.expr_arena, q->where, e);
	if (r == 0 && journal_list(c, look_at, &s, e) < 0)
		r = -1;
	if (r == 0 && q->sort)
		sort_rows(out, q->sort);
	if (q->limit && out->n > q->limit)
		out->n = q->limit;
	arena_free(&s.expr_arena);
	return r;
}

void
query_free(struct query_rows *r)
{
	free(r->row);
	arena_free(&r->arena);
}
