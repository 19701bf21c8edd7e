/*
 * A schema read from a JSON or YAML tree, or a text.
 */
#include <string.h>

#include "codec/yaml.h"
#include "expr/expr.h"
#include "quality/schema/internal.h"

static int
get_columns(struct schema *s, struct arena *a, const struct json *j,
    struct err *e)
{
	if (j->type != JSON_MAP)
		return bad_member(j, "must be a map of columns", e);
	s->col = arena_alloc(a, (j->n + 1) * sizeof(*s->col));
	for (const struct json *c = j->child; c != NULL; c = c->next) {
		struct schema_column *col = &s->col[s->cols++];

		schema_column_init(col, arena_strdup(a, c->key));
		if (c->type != JSON_MAP || json_get(c, "type") == NULL)
			return bad_member(c, "must be a map with a type", e);
		if (get_column(col, a, c, false, e) != 0)
			return err_wrap(e, "column '%s'", col->name);
	}
	return 0;
}

static int
get_rows(struct schema *s, const struct json *j, struct err *e)
{
	static const char *const known[] = { "min", "max", "severity" };

	if (j->type != JSON_MAP)
		return bad_member(j, "must be a map with min or max", e);
	for (const struct json *c = j->child; c != NULL; c = c->next) {
		int r = strcmp(c->key, "min") == 0 ?
		    get_count(&s->has_min_rows, &s->min_rows, c, e) :
		    strcmp(c->key, "max") == 0 ?
		    get_count(&s->has_max_rows, &s->max_rows, c, e) :
		    strcmp(c->key, "severity") == 0 ?
		    get_severity(&s->rows_severity, c, e) :
		    unknown_member(c, known, 3, e);

		if (r != 0)
			return -1;
	}
	if (s->has_min_rows && s->has_max_rows && s->min_rows > s->max_rows)
		return bad_member(j, "has a 'min' that is more than 'max'", e);
	return 0;
}

static int
get_member(struct schema *s, struct arena *a, const struct json *j,
    struct err *e)
{
	static const char *const known[] = { "schema", "read", "rows",
	    "ordered", "extra", "columns", "unique", "rules", "references",
	    "freshness", "trend" };
	size_t n = sizeof(known) / sizeof(known[0]);

	switch (member_place(j, known, n)) {
	case 0:
		if (j->type != JSON_TEXT || strcmp(j->s, "mlv.schema/1") != 0)
			return bad_member(j, "must be mlv.schema/1", e);
		return 0;
	case 1:
		return table_opts_from_json(&s->read, a, j, e);
	case 2:
		return get_rows(s, j, e);
	case 3:
		return get_flag(&s->ordered, j, e);
	case 4:
		return get_flag(&s->extra, j, e);
	case 5:
		return 0;		/* came first, wherever it stands */
	case 6:
		return get_keys(s, a, j, e);
	case 7:
		return get_rules(s, a, j, e);
	case 8:
		return get_references(s, a, j, e);
	case 9:
		return get_freshness(s, a, j, e);
	case 10:
		return get_trend(s, a, j, e);
	default:
		return unknown_member(j, known, n, e);
	}
}

/* A condition that can be read, about columns that there are. */
static int
check_condition(const struct json *m, const struct json *cols,
    struct arena *a, struct err *e)
{
	struct expr *x;
	const char *name;

	if (m == NULL || m->type != JSON_TEXT)
		return 0;
	if (expr_parse(&x, a, m->s, e) != 0)
		return m->line > 0 ? err_wrap(e, "line %u: '%s'", m->line,
		    m->key) : err_wrap(e, "'%s'", m->key);
	for (size_t i = 0; i < expr_names(x); i++) {
		name = expr_name(x, i);
		if (json_get(cols, name) != NULL)
			continue;
		err_set(e, ERR_USAGE, "no column '%.100s' in the schema",
		    name);
		return m->line > 0 ? err_wrap(e, "line %u: '%s'", m->line,
		    m->key) : err_wrap(e, "'%s'", m->key);
	}
	return 0;
}

/* Of columns, of rules, of keys: wherever they stand. */
static int
check_conditions(const struct json *j, const struct json *cols,
    struct arena *a, struct err *e)
{
	for (const struct json *m = j->child; m != NULL; m = m->next)
		for (const struct json *c = m->child; c != NULL; c = c->next)
			if (c->type == JSON_MAP && (check_condition(json_get(c,
			    "when"), cols, a, e) != 0 ||
			    check_condition(json_get(c, "expr"), cols, a,
			    e) != 0))
				return -1;
	return 0;
}

int
schema_from_json(struct schema **out, struct arena *a, const struct json *j,
    struct err *e)
{
	struct schema *s = schema_new(a);
	const struct json *cols = json_get(j, "columns");

	if (j->type != JSON_MAP || cols == NULL)
		return err_set(e, ERR_FORMAT, "not a schema: no 'columns'");
	if (get_columns(s, a, cols, e) != 0)
		return -1;
	for (const struct json *m = j->child; m != NULL; m = m->next)
		if (get_member(s, a, m, e) != 0)
			return -1;
	if (check_conditions(j, cols, a, e) != 0)
		return -1;
	*out = s;
	return 0;
}

int
schema_parse(struct schema **out, struct arena *a, const char *s, size_t n,
    struct err *e)
{
	struct json *j;

	if (yaml_parse(&j, a, s, n, e) != 0)
		return -1;
	if (j == NULL || j->type != JSON_MAP)
		return err_set(e, ERR_FORMAT, "not a schema: no map");
	return schema_from_json(out, a, j, e);
}
