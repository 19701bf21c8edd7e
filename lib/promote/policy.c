/* A policy file as rules: parsed here, judged in gate.c. */
#include "promote/policy.h"

#include <string.h>

#include "base/file.h"
#include "base/nearest.h"
#include "catalog/name.h"
#include "codec/yaml.h"

static int
refuse_member(const struct json *j, const char *const *known, size_t n,
    struct err *e)
{
	const char *near = nearest_word(j->key, known, n);

	if (near)
		return err_set(e, ERR_FORMAT, "line %u: unknown member '%s'; "
		    "did you mean '%s'?", j->line, j->key, near);
	return err_set(e, ERR_FORMAT, "line %u: unknown member '%s'", j->line,
	    j->key);
}

static int
read_rule(struct policy_rule *r, struct policy *p, const struct json *j,
    struct err *e)
{
	static const char *const known[] = { "name", "expr" };
	struct expr *x;

	if (j->type == JSON_TEXT) {
		r->text = j->s;
	} else if (j->type == JSON_MAP) {
		for (const struct json *m = j->child; m; m = m->next)
			if (strcmp(m->key, "name") && strcmp(m->key, "expr"))
				return refuse_member(m, known, 2, e);
		r->text = json_text(j, "expr", NULL);
		r->name = json_text(j, "name", NULL);
	}
	if (r->text == NULL)
		return err_set(e, ERR_FORMAT, "line %u: a rule is an "
		    "expression, or a map with name and expr", j->line);
	if (r->name == NULL)
		r->name = r->text;
	if (expr_parse(&x, &p->arena, r->text, e) < 0)
		return err_wrap(e, "line %u", j->line);
	r->expr = x;
	return 0;
}

/* A word as it stands in the file: a class may be called 1, or true. */
static int
read_word(const char **out, const struct json *j, struct err *e)
{
	if (j->type == JSON_LIST || j->type == JSON_MAP || j->s == NULL ||
	    *j->s == '\0')
		return err_set(e, ERR_FORMAT, "line %u: '%s' is a word",
		    j->line, j->key);
	*out = j->s;
	return 0;
}

/* All members but the rules. */
static int
read_members(struct policy *p, const struct json *j, struct err *e)
{
	static const char *const known[] = { "rules", "champion", "positive",
	    "threshold", "weight", "target", "score" };
	const size_t n = sizeof(known) / sizeof(*known);
	int r = 0;

	p->wanted = (struct evaluation_wanted){ .threshold =
	    EVALUATION_THRESHOLD };
	for (const struct json *m = j->child; r == 0 && m; m = m->next) {
		size_t i = 0;

		while (i < n && strcmp(m->key, known[i]) != 0)
			i++;
		if (i == n)
			r = refuse_member(m, known, n, e);
		else if (i == 2)
			r = read_word(&p->wanted.positive, m, e);
		else if (i == 4)
			r = read_word(&p->wanted.weight, m, e);
		else if (i == 5)
			r = read_word(&p->wanted.target, m, e);
		else if (i == 6)
			r = read_word(&p->wanted.score, m, e);
		else if (i == 3 && m->type != JSON_INT && m->type != JSON_REAL)
			r = err_set(e, ERR_FORMAT, "line %u: 'threshold' is a "
			    "number", m->line);
		else if (i == 3)
			p->wanted.threshold = m->d;
	}
	return r;
}

int
policy_parse(struct policy *p, const char *s, size_t n, struct err *e)
{
	const struct json *rules;
	struct json *j;
	size_t i = 0;

	memset(p, 0, sizeof(*p));
	oid_of(&p->id, s, n);
	p->source = arena_strndup(&p->arena, s, n);
	p->n_source = n;
	if (yaml_parse(&j, &p->arena, s, n, e) < 0)
		goto fail;
	if (j->type != JSON_MAP) {
		err_set(e, ERR_FORMAT, "a policy is a map with a list 'rules'");
		goto fail;
	}
	if (read_members(p, j, e) < 0)
		goto fail;
	p->champion = json_text(j, "champion", "champion");
	rules = json_get(j, "rules");
	if (rules == NULL || rules->type != JSON_LIST || rules->n == 0 ||
	    !name_alias_ok(p->champion)) {
		err_set(e, ERR_FORMAT, rules && rules->n ?
		    "'champion' is no alias" :
		    "a policy has a list 'rules' with a rule or more");
		goto fail;
	}
	p->rule = arena_alloc(&p->arena, rules->n * sizeof(*p->rule));
	p->n = rules->n;
	for (const struct json *m = rules->child; m; m = m->next)
		if (read_rule(&p->rule[i++], p, m, e) < 0)
			goto fail;
	return 0;
fail:
	policy_release(p);
	return -1;
}

void
policy_release(struct policy *p)
{
	arena_free(&p->arena);
	memset(p, 0, sizeof(*p));
}

int
policy_load(struct policy *p, const char *path, struct err *e)
{
	struct buf b;
	int r;

	buf_init(&b, BUF_CAP_SMALL);
	r = file_read(&b, path, e);
	if (r == 0 && (r = policy_parse(p, b.data, b.len, e)) < 0)
		err_wrap(e, "'%s'", path);
	buf_free(&b);
	return r;
}
