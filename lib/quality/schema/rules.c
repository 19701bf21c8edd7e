/*
 * What a schema's tree says of several columns: keys, conditions, references
 * into other tables, freshness, trends; and rules about a single one.
 */
#include <math.h>
#include <string.h>

#include "quality/schema/internal.h"

/* What says which rows count and how much it weighs; 1: another member. */
static int
get_hold(const char **when, double *mostly, enum severity *severity,
    struct arena *a, const struct json *m, struct err *e)
{
	if (strcmp(m->key, "when") == 0 && when != NULL)
		return get_text(when, a, m, e);
	if (strcmp(m->key, "mostly") == 0 && mostly != NULL)
		return get_share(mostly, m, e);
	return strcmp(m->key, "severity") == 0 ? get_severity(severity, m, e) :
	    1;
}

static int
need_columns(const struct schema *s, const char *const *v, size_t n,
    const struct json *j, struct err *e)
{
	if (n == 0)
		return bad_member(j, "names no column", e);
	for (size_t i = 0; i < n; i++)
		if (schema_find(s, v[i]) == NULL)
			return bad_member(j, "names a column that is not "
			    "there", e);
	return 0;
}

static int
get_skip(enum key_skip *skip, const struct json *j, struct err *e)
{
	static const char *const words[] = { "any", "all", "none" };

	for (int i = 0; i < 3 && j->type == JSON_TEXT; i++)
		if (strcmp(j->s, words[i]) == 0) {
			*skip = (enum key_skip)i;
			return 0;
		}
	return bad_member(j, "must be any, all or none", e);
}

static int
get_key(struct schema_key *k, struct arena *a, const struct json *c,
    struct err *e)
{
	static const char *const known[] = { "columns", "skip", "when",
	    "mostly", "severity" };
	int r;

	k->mostly = 1;
	if (c->type != JSON_MAP)
		return get_words(&k->columns, &k->n, a, c, false, e);
	for (const struct json *m = c->child; m != NULL; m = m->next) {
		r = get_hold(&k->when, &k->mostly, &k->severity, a, m, e);
		if (r > 0)
			r = strcmp(m->key, "columns") == 0 ?
			    get_words(&k->columns, &k->n, a, m, false, e) :
			    strcmp(m->key, "skip") == 0 ?
			    get_skip(&k->skip, m, e) :
			    unknown_member(m, known, 5, e);
		if (r != 0)
			return -1;
	}
	return 0;
}

int
get_keys(struct schema *s, struct arena *a, const struct json *j,
    struct err *e)
{
	if (j->type != JSON_LIST)
		return bad_member(j, "must be a list of lists of columns", e);
	s->key = arena_alloc(a, (j->n + 1) * sizeof(*s->key));
	for (const struct json *c = j->child; c != NULL; c = c->next) {
		struct schema_key *k = &s->key[s->keys++];

		if (get_key(k, a, c, e) != 0 ||
		    need_columns(s, k->columns, k->n, j, e) != 0)
			return -1;
	}
	return 0;
}

static int
get_condition(struct schema_rule *r, struct arena *a, const struct json *c,
    struct err *e)
{
	static const char *const known[] = { "name", "expr", "when", "mostly",
	    "severity", "column" };
	int rc;

	r->mostly = 1;
	for (const struct json *m = c->child; m != NULL; m = m->next) {
		rc = get_hold(&r->when, &r->mostly, &r->severity, a, m, e);
		if (rc > 0)
			rc = strcmp(m->key, "name") == 0 ?
			    get_text(&r->name, a, m, e) :
			    strcmp(m->key, "expr") == 0 ?
			    get_text(&r->expr, a, m, e) :
			    unknown_member(m, known, 6, e);
		if (rc != 0)
			return -1;
	}
	return 0;
}

static int
get_on(struct schema_column *c, const struct schema *s, struct arena *a,
    const struct json *j, struct err *e)
{
	const struct schema_column *of = schema_find(s, json_text(j, "column",
	    ""));

	if (of == NULL)
		return bad_member(json_get(j, "column"), "names a column that "
		    "is not there", e);
	schema_column_init(c, of->name);
	c->type = of->type;
	c->form = of->form;
	return get_column(c, a, j, true, e);
}

int
get_rules(struct schema *s, struct arena *a, const struct json *j,
    struct err *e)
{
	if (j->type != JSON_LIST)
		return bad_member(j, "must be a list of rules", e);
	s->rule = arena_alloc(a, (j->n + 1) * sizeof(*s->rule));
	s->on = arena_alloc(a, (j->n + 1) * sizeof(*s->on));
	for (const struct json *c = j->child; c != NULL; c = c->next) {
		bool on = c->type == JSON_MAP && json_get(c, "column") != NULL;

		if (!on && (c->type != JSON_MAP ||
		    json_text(c, "expr", NULL) == NULL))
			return bad_member(j, "must hold maps with an expr or a "
			    "column", e);
		if ((on ? get_on(&s->on[s->ons++], s, a, c, e) :
		    get_condition(&s->rule[s->rules++], a, c, e)) != 0)
			return -1;
	}
	return 0;
}

static int
get_reference(struct schema_reference *r, struct arena *a,
    const struct json *c, struct err *e)
{
	static const char *const known[] = { "columns", "data", "to", "when",
	    "mostly", "severity" };
	size_t to = 0;
	int rc;

	r->mostly = 1;
	for (const struct json *m = c->child; m != NULL; m = m->next) {
		rc = get_hold(&r->when, &r->mostly, &r->severity, a, m, e);
		if (rc > 0)
			rc = strcmp(m->key, "columns") == 0 ||
			    strcmp(m->key, "column") == 0 ?
			    get_words(&r->columns, &r->n, a, m, true, e) :
			    strcmp(m->key, "to") == 0 ?
			    get_words(&r->to, &to, a, m, true, e) :
			    strcmp(m->key, "data") == 0 ?
			    get_text(&r->data, a, m, e) :
			    unknown_member(m, known, 6, e);
		if (rc != 0)
			return -1;
	}
	if (r->data == NULL)
		return bad_member(c, "needs 'data': where the values are", e);
	if (r->to == NULL) {
		r->to = r->columns;
		to = r->n;
	}
	return to == r->n ? 0 : bad_member(c, "needs as many in 'to' as in "
	    "'columns'", e);
}

int
get_references(struct schema *s, struct arena *a, const struct json *j,
    struct err *e)
{
	if (j->type != JSON_LIST)
		return bad_member(j, "must be a list of maps", e);
	s->reference = arena_alloc(a, (j->n + 1) * sizeof(*s->reference));
	for (const struct json *c = j->child; c != NULL; c = c->next) {
		struct schema_reference *r = &s->reference[s->references++];

		if (c->type != JSON_MAP)
			return bad_member(j, "must be a list of maps", e);
		if (get_reference(r, a, c, e) != 0 ||
		    need_columns(s, r->columns, r->n, j, e) != 0)
			return -1;
	}
	return 0;
}

int
get_freshness(struct schema *s, struct arena *a, const struct json *j,
    struct err *e)
{
	static const char *const known[] = { "column", "max_age", "severity" };

	if (j->type != JSON_LIST)
		return bad_member(j, "must be a list of maps", e);
	s->fresh = arena_alloc(a, (j->n + 1) * sizeof(*s->fresh));
	for (const struct json *c = j->child; c != NULL; c = c->next) {
		struct schema_freshness *f = &s->fresh[s->freshs++];
		const struct schema_column *of;

		if (c->type != JSON_MAP)
			return bad_member(j, "must be a list of maps", e);
		for (const struct json *m = c->child; m != NULL; m = m->next) {
			size_t i = member_place(m, known, 3);

			if ((i == 0 ? get_text(&f->column, a, m, e) :
			    i == 1 ? get_text(&f->age, a, m, e) ||
			    get_duration(&f->most, m, e) :
			    i == 2 ? get_severity(&f->severity, m, e) :
			    unknown_member(m, known, 3, e)) != 0)
				return -1;
		}
		if (f->column == NULL || f->age == NULL)
			return bad_member(j, "needs a column and max_age", e);
		of = schema_find(s, f->column);
		if (of == NULL || of->type != COL_DATETIME)
			return bad_member(j, "names a column that is no "
			    "datetime", e);
	}
	return 0;
}

int
get_trend(struct schema *s, struct arena *a, const struct json *j,
    struct err *e)
{
	static const char *const known[] = { "profile", "last", "rows", "mean",
	    "missing", "severity" };
	struct schema_trend *t = &s->trend;
	bool has;

	if (j->type != JSON_MAP)
		return bad_member(j, "must be a map with a profile", e);
	for (const struct json *m = j->child; m != NULL; m = m->next) {
		double *to[] = { &t->rows, &t->mean, &t->missing };
		size_t i = member_place(m, known, 6);
		int r;

		if (i >= 2 && i < 5) {
			if ((m->type != JSON_INT && m->type != JSON_REAL) ||
			    !(m->d >= 0))
				return bad_member(m, "must be a share", e);
			*to[i - 2] = m->d;
			continue;
		}
		r = i == 0 ? get_text(&t->profile, a, m, e) :
		    i == 1 ? get_count(&has, &t->last, m, e) :
		    i == 5 ? get_severity(&t->severity, m, e) :
		    unknown_member(m, known, 6, e);
		if (r != 0)
			return -1;
	}
	if (t->profile == NULL)
		return bad_member(j, "needs a profile", e);
	return t->last >= 1 && t->last <= 1000 ? 0 : bad_member(j, "looks at "
	    "1 to 1000 versions: 'last'", e);
}
