/* Runs that hold a condition, sorted. */
#include "track/query.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "catalog/name.h"
#include "catalog/resolve.h"
#include "store/worktree.h"
#include "track/filter.h"
#include "track/find.h"
#include "track/journal.h"
#include "codec/regex.h"
#include "expr/expr.h"

/* What is asked for with query.input. */
struct input_search {
	struct catalog *c;
	const char *name;		/* as it was given */
	char *digits;			/* of an id, or a part of them; NULL */
};

struct query_search {
	struct query_rows *out;
	const struct query *q;
	struct expr *where;
	struct filter filter;		/* where it is MLflow's; else empty */
	struct arena expr_arena;
	const struct json *row;		/* the one being looked at */
	size_t room;
	bool seen;			/* there is a run */
	struct input_search input;
};

/* --- which names there are ------------------------------------------------ */

static const char *const fields[] = {
	"id", "name", "verb", "status", "learner", "target", "data", "exit", "begin", "end", "seconds",
	"command", "host", "user", "git.commit", "git.dirty", "usage.wall_s",
	"usage.cpu_s", "usage.max_rss_bytes", "usage.energy_j",
	"usage.energy_from", "usage.blas_kernel", "machine.system",
	"machine.cpu", "machine.cpus", "machine.memory_bytes", "error", "memo",
	"programs", "params", "metrics", "metrics_flag", "git", "usage",
	"machine", "facts"
};

/* Below these any name may stand. */
static const char *const open_spaces[] = { "params", "metrics",
	"metrics_flag", "facts", "tags" };

#define N_FIELDS (sizeof(fields) / sizeof(*fields))
#define N_SPACES (sizeof(open_spaces) / sizeof(*open_spaces))

static bool
is_below(const char *name, const char *space)
{
	size_t n = strlen(space);

	return strncmp(name, space, n) == 0 && name[n] == '.' && name[n + 1];
}

static bool
is_field(const char *name)
{
	for (size_t i = 0; i < N_FIELDS; i++)
		if (strcmp(name, fields[i]) == 0)
			return true;
	for (size_t i = 0; i < N_SPACES; i++)
		if (is_below(name, open_spaces[i]))
			return true;
	return false;
}

static int
check_field(const char *name, struct err *e)
{
	const char *dot = strchr(name, '.'), *near = NULL;
	char *head;

	if (is_field(name))
		return 0;
	if (dot) {
		head = xstrndup(name, (size_t)(dot - name));
		near = nearest_word(head, open_spaces, 2);
		free(head);
	}
	if (near)
		return err_set(e, ERR_USAGE, "there is no field '%.200s'; did "
		    "you mean '%s%.200s'?", name, near, dot);
	near = nearest_word(name, fields, N_FIELDS);
	if (near)
		return err_set(e, ERR_USAGE, "there is no field '%.200s'; did "
		    "you mean '%s'?", name, near);
	return err_set(e, ERR_USAGE, "there is no field '%.200s': metrics are "
	    "metrics.NAME, parameters params.KEY, and a text stands between "
	    "quotes", name);
}

/* A name asked for: it must be a field, and of a metric or a parameter we
 * want to know whether anybody has it. */
static int
check_asked(struct query_search *s, const char *name, struct err *e)
{
	struct query_rows *out = s->out;

	if (check_field(name, e) < 0)
		return -1;
	if (is_below(name, "params") || is_below(name, "metrics"))
		out->absent[out->n_absent++] = arena_strdup(&out->arena, name);
	return 0;
}

static int
check_all_asked(struct query_search *s, struct err *e)
{
	size_t n = s->where ? expr_names(s->where) : 0;
	const struct query *q = s->q;

	s->out->absent = arena_alloc(&s->out->arena, (n + q->n_columns + 1) *
	    sizeof(*s->out->absent));
	for (size_t i = 0; i < n; i++)
		if (check_asked(s, expr_name(s->where, i), e) < 0)
			return -1;
	for (size_t i = 0; i < q->n_columns; i++)
		if (check_asked(s, q->columns[i], e) < 0)
			return -1;
	return q->sort ? check_asked(s, q->sort + (q->sort[0] == '-'), e) : 0;
}

static void
note_present(struct query_rows *out, const struct json *row)
{
	size_t kept = 0;

	for (size_t i = 0; i < out->n_absent; i++)
		if (query_field(row, out->absent[i]) == NULL)
			out->absent[kept++] = out->absent[i];
	out->n_absent = kept;
}

/* --- looking -------------------------------------------------------------- */

static void
value_of(struct expr_value *v, const struct json *j)
{
	*v = (struct expr_value){ .type = EXPR_MISSING };
	if (j == NULL)
		return;
	if (j->type == JSON_INT || j->type == JSON_REAL) {
		v->type = EXPR_NUM;
		v->num = j->type == JSON_INT ? num_of_i64(j->i) :
		    num_of_f64(j->d);
	} else if (j->type == JSON_BOOL) {
		v->type = EXPR_BOOL;
		v->b = j->b;
	} else if (j->type == JSON_TEXT) {
		v->type = EXPR_TEXT;
		v->s = j->s;
		v->n = j->n;
	}
}

/* A field of the run itself, else one of its facts (git, usage, machine).
 * What a fit goes by is asked for by its own name. */
const struct json *
query_field(const struct json *row, const char *name)
{
	const struct json *j;

	if (is_below(name, "tags"))
		return json_get(json_path(row, "facts.tags"), name + 5);
	j = strcmp(name, "learner") == 0 ||
	    strcmp(name, "target") == 0 ? json_get(json_get(row, "params"),
	    name) : json_path(row, name);

	return j ? j : json_path(json_get(row, "facts"), name);
}

static int
name_in_run(void *ctx, size_t i, struct expr_value *v, struct err *e)
{
	struct query_search *s = ctx;

	(void)e;
	value_of(v, query_field(s->row, expr_name(s->where, i)));
	return 0;
}

/* ---- filter strings of MLflow: see track/filter.h ---- */

/* What MLflow calls so by its own name. */
static const char *
name_of_clause(struct arena *a, const struct filter_clause *c)
{
	static const char *const spaces[] = { [FILTER_ATTRIBUTE] = "",
	    [FILTER_METRIC] = "metrics.", [FILTER_PARAM] = "params.",
	    [FILTER_TAG] = "facts.tags.", [FILTER_DATASET] = "dataset." };
	const char *key = c->key;

	if (c->entity == FILTER_ATTRIBUTE)
		key = strcmp(key, "run_id") == 0 ? "id" :
		    strcmp(key, "run_name") == 0 ? "name" :
		    strcmp(key, "user_id") == 0 ? "user" :
		    strcmp(key, "start_time") == 0 ? "begin" :
		    strcmp(key, "end_time") == 0 ? "end" : key;
	return arena_printf(a, "%s%s", spaces[c->entity], key);
}

/* Is it one, of names that runs have? */
static bool
is_filter(struct query_search *s, const char *where)
{
	struct err ignored = ERR_INIT;
	struct filter f;

	if (filter_parse(&f, &s->expr_arena, where, &ignored) < 0)
		return false;
	for (size_t i = 0; i < f.n; i++)
		if (f.clause[i].entity == FILTER_DATASET ||
		    (f.clause[i].entity == FILTER_ATTRIBUTE &&
		    !is_field(name_of_clause(&s->expr_arena, &f.clause[i]))))
			return false;
	s->filter = f;
	return true;
}

static const struct json *
clause_field(const struct json *row, const struct filter_clause *c,
    struct arena *a)
{
	const struct json *space = c->entity == FILTER_METRIC ?
	    json_get(row, "metrics") : c->entity == FILTER_PARAM ?
	    json_get(row, "params") : c->entity == FILTER_TAG ?
	    json_path(row, "facts.tags") : NULL;

	return space ? json_get(space, c->key) : query_field(row,
	    name_of_clause(a, c));
}

/* MLflow's times are milliseconds, its states are written large, and its
 * parameters are texts. */
static bool
clause_holds(const struct filter_clause *c, const struct json *v)
{
	struct buf text;
	int64_t us;
	bool yes;

	if (v->type == JSON_TEXT && c->number)
		return clock_parse(v->s, v->n, &us) &&
		    filter_holds_num(c, (double)(us / 1000));
	if (v->type != JSON_TEXT && c->number)
		return filter_holds_num(c, v->d);
	buf_init(&text, BUF_CAP_DOC);
	if (v->type == JSON_TEXT)
		buf_add(&text, v->s, v->n);
	else
		json_write(&text, v);
	if (c->entity == FILTER_ATTRIBUTE && strcmp(c->key, "status") == 0)
		for (size_t i = 0; i < text.len; i++)
			if (text.data[i] >= 'a' && text.data[i] <= 'z')
				text.data[i] -= 32;
	yes = filter_holds_text(c, text.data);
	buf_free(&text);
	return yes;
}

static bool
filter_holds(const struct query_search *s)
{
	struct arena a = { NULL, 0 };
	bool yes = true;

	for (size_t i = 0; i < s->filter.n && yes; i++) {
		const struct filter_clause *c = &s->filter.clause[i];
		const struct json *v = clause_field(s->row, c, &a);

		yes = v && clause_holds(c, v);
	}
	arena_free(&a);
	return yes;
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

/* --- by what was read ------------------------------------------------------ */

static int
open_input(struct input_search *in, struct catalog *c, const char *text,
    struct err *e)
{
	char hex[OID_HEX + 1];
	struct catalog_item item;
	struct name n;
	struct oid id;
	uint64_t size;

	in->c = c;
	in->name = text;
	if (name_parse(&n, text, e) < 0)
		return -1;
	if (n.kind == NAME_OBJECT)
		in->digits = xstrdup(n.base);
	else if (n.kind == NAME_PATH && access(text, F_OK) == 0 &&
	    worktree_hash_file(&id, &size, catalog_repo(c), text, e) == 0)
		in->digits = xstrdup(oid_hex(hex, &id));
	else if (name_is_ref(&n) && (n.version || n.alias) &&
	    catalog_resolve(&item, c, text, e) == 0) {
		in->digits = xstrdup(oid_hex(hex, &item.id));
		catalog_item_free(&item);
	} else if (n.kind == NAME_PATH ? access(text, F_OK) == 0 :
	    n.version || n.alias) {
		name_free(&n);
		return -1;
	}
	name_free(&n);
	return 0;
}

/* "data:churn" is every version of it, a path that path. */
static bool
has_name(const struct link *l, const char *name)
{
	size_t n = strlen(name);

	return strncmp(l->name, name, n) == 0 && (l->name[n] == '\0' ||
	    (strncmp(name, "data:", 5) == 0 && l->name[n] == '@'));
}

static bool
has_digits(const struct oid *id, const char *digits)
{
	char hex[OID_HEX + 1];

	return strncmp(oid_hex(hex, id), digits, strlen(digits)) == 0;
}

/* By its own id or, of a dataset, by that of its bytes. */
static int
is_input(bool *yes, const struct input_search *in, const struct link *l,
    struct err *e)
{
	struct arena a = { NULL, 0 };
	struct err mine = ERR_INIT;
	const struct json *m;
	struct link content;
	int r = 0;

	*yes = has_name(l, in->name) || (in->digits && has_digits(&l->id,
	    in->digits));
	if (*yes || in->digits == NULL || strcmp(l->type, TYPE_DATASET) != 0)
		return 0;
	if (catalog_manifest(&m, &a, in->c, &l->id, &mine) == 0) {
		*yes = manifest_find(&content, m, "content", NULL) &&
		    has_digits(&content.id, in->digits);
	} else if (mine.code != ERR_NOENT) {
		*e = mine;
		r = -1;
	}
	arena_free(&a);
	return r;
}

static int
read_input(bool *yes, const struct input_search *in, const struct run *r,
    struct err *e)
{
	*yes = false;
	for (size_t i = 0; i < r->n_links && !*yes; i++)
		if (run_reads(&r->link[i]) && is_input(yes, in, &r->link[i],
		    e) < 0)
			return -1;
	return 0;
}

static int
keep_matching(void *ctx, const struct run *r, struct err *e)
{
	struct query_search *s = ctx;
	struct expr_env env = { name_in_run, match_text, s };
	struct query_rows *out = s->out;
	bool yes = true;

	s->seen = true;
	s->row = run_to_json(&out->arena, r);
	note_present(out, s->row);
	/* without a sort the first ones found are the ones wanted */
	if (s->q->sort == NULL && s->q->limit && out->n == s->q->limit)
		return out->n_absent == 0;
	if (s->q->input && read_input(&yes, &s->input, r, e) < 0)
		return -1;
	if (!yes)
		return 0;
	if (s->filter.n && !filter_holds(s))
		return 0;
	if (s->where && expr_holds(&yes, s->where, &env, e) < 0)
		return -1;
	if (!yes)
		return 0;
	if (out->n == s->room) {
		s->room = s->room ? s->room * 2 : 64;
		out->row = xresize(out->row, s->room, sizeof(*out->row));
	}
	out->row[out->n++] = (struct json *)(uintptr_t)s->row;
	return s->q->sort == NULL && s->q->limit && out->n == s->q->limit &&
	    out->n_absent == 0;
}

struct sorted_row {
	struct json *row;
	struct expr_value key;
	size_t place;
};

static int
in_order(const struct sorted_row *a, const struct sorted_row *b, int sign)
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

static void
sort_rows(struct query_rows *out, const char *sort)
{
	bool down = sort[0] == '-';
	struct sorted_row *s = xalloc(out->n + 1, sizeof(*s));

	for (size_t i = 0; i < out->n; i++) {
		s[i].row = out->row[i];
		s[i].place = i;
		value_of(&s[i].key, query_field(out->row[i], sort + down));
	}
	qsort(s, out->n, sizeof(*s), down ? by_value_descending : by_value_ascending);
	for (size_t i = 0; i < out->n; i++)
		out->row[i] = s[i].row;
	free(s);
}

/* Our own expression, or a filter string where that it is not. */
static int
parse_where(struct query_search *s, struct err *e)
{
	const char *where = s->q->where;
	struct err mine = ERR_INIT;
	bool foreign = false;

	if (where && expr_parse(&s->where, &s->expr_arena, where, &mine) < 0)
		foreign = true;
	else if (check_all_asked(s, &mine) == 0)
		return 0;
	else	/* MLflow's own word for a run's fields */
		foreign = where && strstr(where, "attribute");
	s->where = NULL;
	s->out->n_absent = 0;
	if (foreign && is_filter(s, where))
		return check_all_asked(s, e);
	*e = mine;
	return -1;
}

int
query_runs(struct query_rows *out, struct catalog *c, const struct query *q,
    struct err *e)
{
	struct query_search s = { .out = out, .q = q };
	int r = 0;

	memset(out, 0, sizeof(*out));
	r = parse_where(&s, e);
	if (r == 0 && q->input)
		r = open_input(&s.input, c, q->input, e);
	if (r == 0 && run_each(c, keep_matching, &s, e) < 0)
		r = -1;
	if (!s.seen)
		out->n_absent = 0;
	if (r == 0 && q->sort)
		sort_rows(out, q->sort);
	if (q->limit && out->n > q->limit)
		out->n = q->limit;
	arena_free(&s.expr_arena);
	free(s.input.digits);
	return r;
}

void
query_free(struct query_rows *r)
{
	free(r->row);
	arena_free(&r->arena);
}
