/* Conditions parsed, and whether they hold. */
#include "track/condition.h"

#include <string.h>

#include "base/clock.h"
#include "codec/regex.h"
#include "track/field.h"

void
field_value(struct expr_value *v, const struct json *j)
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

/* ---- parsed ---- */

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

static int
take_expr(struct condition *c, struct arena *a, const char *text,
    struct err *e)
{
	if (expr_parse(&c->where, a, text, e) < 0)
		return -1;
	c->n = expr_names(c->where);
	c->name = arena_alloc(a, (c->n + 1) * sizeof(*c->name));
	for (size_t i = 0; i < c->n; i++) {
		c->name[i] = expr_name(c->where, i);
		if (field_check(c->name[i], e) < 0)
			return -1;
	}
	return 0;
}

/* Is it one, of names that runs have? */
static bool
take_filter(struct condition *c, struct arena *a, const char *text)
{
	struct err ignored = ERR_INIT;

	memset(c, 0, sizeof(*c));
	if (filter_parse(&c->filter, a, text, &ignored) < 0)
		return false;
	c->n = c->filter.n;
	c->name = arena_alloc(a, (c->n + 1) * sizeof(*c->name));
	for (size_t i = 0; i < c->n; i++) {
		const struct filter_clause *clause = &c->filter.clause[i];

		c->name[i] = name_of_clause(a, clause);
		if (clause->entity == FILTER_DATASET ||
		    (clause->entity == FILTER_ATTRIBUTE &&
		    !field_is_known(c->name[i])))
			return false;
	}
	return true;
}

int
condition_parse(struct condition *c, struct arena *a, const char *text,
    struct err *e)
{
	struct err mine = ERR_INIT;
	bool parsed;

	memset(c, 0, sizeof(*c));
	if (take_expr(c, a, text, &mine) == 0)
		return 0;
	parsed = c->where != NULL;
	/* MLflow's own word for a run's fields */
	if ((!parsed || strstr(text, "attribute")) && take_filter(c, a, text))
		return 0;
	*e = mine;
	return -1;
}

/* ---- what holds ---- */

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

/* MLflow's times are milliseconds, its states are written large, and its
 * parameters are texts. */
static bool
clause_holds(const struct filter_clause *c, const struct json *v)
{
	struct buf text;
	int64_t us;
	bool yes;

	/* a metric that is not finite */
	if (v->type == JSON_NULL)
		return false;
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

struct asking {
	const struct json *(*value)(void *ctx, size_t i);
	void *ctx;
};

static int
name_in_run(void *ctx, size_t i, struct expr_value *v, struct err *e)
{
	const struct asking *ask = ctx;

	(void)e;
	field_value(v, ask->value(ask->ctx, i));
	return 0;
}

int
condition_holds(bool *yes, const struct condition *c,
    const struct json *(*value)(void *ctx, size_t i), void *ctx,
    struct err *e)
{
	struct asking ask = { value, ctx };
	struct expr_env env = { name_in_run, match_text, &ask };

	if (c->where)
		return expr_holds(yes, c->where, &env, e);
	*yes = true;
	for (size_t i = 0; i < c->n && *yes; i++) {
		const struct json *v = value(ctx, i);

		*yes = v && clause_holds(&c->filter.clause[i], v);
	}
	return 0;
}
