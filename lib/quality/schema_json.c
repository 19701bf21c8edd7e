/*
 * A schema as a JSON or YAML tree, and back.
 */
#include "quality/schema.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/nearest.h"
#include "codec/yaml.h"
#include "table/form.h"

/* ---- as a tree ---- */

static void
put_bound(struct arena *a, struct json *m, const char *key,
    const struct schema_column *c, const struct num *v)
{
	char text[CLOCK_TEXT_MAX];

	if (c->type == COL_DATETIME) {
		clock_print(text, v->i);
		json_add_text(a, m, key, text);
	} else if (v->whole) {
		json_add_int(a, m, key, v->i);
	} else if (v->d == floor(v->d) && fabs(v->d) < 0x1p53) {
		json_add_int(a, m, key, (int64_t)v->d);
	} else {
		json_add_num(a, m, key, v->d);
	}
}

static void
put_words(struct arena *a, struct json *to, const char *key,
    const char *const *v, size_t n)
{
	struct json *list = json_add_list(a, to, key);

	for (size_t i = 0; i < n; i++)
		json_add_text(a, list, NULL, v[i]);
}

static void
put_column(struct arena *a, struct json *cols, const struct schema_column *c)
{
	struct json *m = json_add_map(a, cols, c->name), *seen;

	json_add_text(a, m, "type", type_word(c->type, c->form));
	if (c->optional)
		json_add_bool(a, m, "optional", true);
	json_add_num(a, m, "min_fraction", c->min_fraction);
	if (c->unique)
		json_add_bool(a, m, "unique", true);
	if (c->has_min)
		put_bound(a, m, "min", c, &c->min);
	if (c->has_max)
		put_bound(a, m, "max", c, &c->max);
	if (c->values != NULL)
		put_words(a, m, "values", c->values, c->n_values);
	if (c->has_min_length)
		json_add_int(a, m, "min_length", c->min_length);
	if (c->has_max_length)
		json_add_int(a, m, "max_length", c->max_length);
	if (c->pattern != NULL)
		json_add_text(a, m, "pattern", c->pattern);
	if (c->mostly != 1)
		json_add_num(a, m, "mostly", c->mostly);
	if (c->severity == SEVERITY_WARN)
		json_add_text(a, m, "severity", "warn");
	if (isnan(c->missing) && isnan(c->distinct))
		return;
	seen = json_add_map(a, m, "seen");
	if (!isnan(c->missing))
		json_add_num(a, seen, "missing", c->missing);
	if (!isnan(c->distinct))
		json_add_int(a, seen, "distinct", (int64_t)c->distinct);
}

static void
put_rules(struct arena *a, struct json *m, const struct schema *s)
{
	struct json *list;

	if (s->keys > 0) {
		list = json_add_list(a, m, "unique");
		for (size_t i = 0; i < s->keys; i++)
			put_words(a, list, NULL, s->key[i].columns,
			    s->key[i].n);
	}
	if (s->rules == 0)
		return;
	list = json_add_list(a, m, "rules");
	for (size_t i = 0; i < s->rules; i++) {
		const struct schema_rule *r = &s->rule[i];
		struct json *j = json_add_map(a, list, NULL);

		if (r->name != NULL)
			json_add_text(a, j, "name", r->name);
		json_add_text(a, j, "expr", r->expr);
		if (r->mostly != 1)
			json_add_num(a, j, "mostly", r->mostly);
		if (r->severity == SEVERITY_WARN)
			json_add_text(a, j, "severity", "warn");
	}
}

struct json *
schema_json(struct arena *a, const struct schema *s)
{
	struct json *m = json_new(a, JSON_MAP), *j;

	json_add_text(a, m, "schema", "mlv.schema/1");
	j = table_opts_json(a, &s->read);
	if (j->n > 0)
		json_add(a, m, "read", j);
	if (s->has_min_rows || s->has_max_rows) {
		j = json_add_map(a, m, "rows");
		if (s->has_min_rows)
			json_add_int(a, j, "min", s->min_rows);
		if (s->has_max_rows)
			json_add_int(a, j, "max", s->max_rows);
	}
	json_add_bool(a, m, "ordered", s->ordered);
	json_add_bool(a, m, "extra", s->extra);
	j = json_add_map(a, m, "columns");
	for (size_t i = 0; i < s->cols; i++)
		put_column(a, j, &s->col[i]);
	put_rules(a, m, s);
	return m;
}

/* ---- from a tree ---- */

/* ERR_FORMAT about the member, with its line where it has one. */
static int
bad_member(const struct json *j, const char *what, struct err *e)
{
	if (j->line > 0)
		return err_set(e, ERR_FORMAT, "line %u: '%s' %s", j->line,
		    j->key ? j->key : "item", what);
	return err_set(e, ERR_FORMAT, "'%s' %s", j->key ? j->key : "item",
	    what);
}

static int
unknown_member(const struct json *j, const char *const *known, size_t n,
    struct err *e)
{
	const char *near = nearest_word(j->key, known, n);
	char what[128];

	if (near == NULL)
		return bad_member(j, "is not a member of a schema", e);
	snprintf(what, sizeof(what), "is not known; is it '%.60s'?", near);
	return bad_member(j, what, e);
}

static int
get_flag(bool *out, const struct json *j, struct err *e)
{
	if (j->type != JSON_BOOL)
		return bad_member(j, "must be true or false", e);
	*out = j->b;
	return 0;
}

static int
get_share(double *out, const struct json *j, struct err *e)
{
	if ((j->type != JSON_INT && j->type != JSON_REAL) || !(j->d >= 0 &&
	    j->d <= 1))
		return bad_member(j, "must be a number from 0 to 1", e);
	*out = j->d;
	return 0;
}

static int
get_count(bool *has, int64_t *out, const struct json *j, struct err *e)
{
	if (j->type != JSON_INT || j->i < 0)
		return bad_member(j, "must be a whole number", e);
	*has = true;
	*out = j->i;
	return 0;
}

static int
get_bound(bool *has, struct num *out, const struct json *j, struct err *e)
{
	int64_t us;

	if (j->type == JSON_INT)
		*out = num_of_i64(j->i);
	else if (j->type == JSON_REAL)
		*out = num_of_f64(j->d);
	else if (j->type == JSON_TEXT && clock_parse(j->s, j->n, &us))
		*out = num_of_i64(us);
	else
		return bad_member(j, "must be a number or a date", e);
	*has = true;
	return 0;
}

static int
get_severity(enum severity *out, const struct json *j, struct err *e)
{
	if (j->type == JSON_TEXT && strcmp(j->s, "error") == 0)
		*out = SEVERITY_ERROR;
	else if (j->type == JSON_TEXT && strcmp(j->s, "warn") == 0)
		*out = SEVERITY_WARN;
	else
		return bad_member(j, "must be error or warn", e);
	return 0;
}

/* Words; numbers and booleans are taken as they print. */
static int
get_words(const char *const **out, size_t *n, struct arena *a,
    const struct json *j, struct err *e)
{
	const char **v;
	struct buf b;
	size_t i = 0;

	if (j->type != JSON_LIST)
		return bad_member(j, "must be a list", e);
	v = arena_alloc(a, (j->n + 1) * sizeof(*v));
	for (const struct json *c = j->child; c != NULL; c = c->next) {
		if (c->type == JSON_LIST || c->type == JSON_MAP)
			return bad_member(j, "must be a list of words", e);
		if (c->type == JSON_TEXT) {
			v[i++] = arena_strdup(a, c->s);
			continue;
		}
		buf_init(&b, BUF_CAP_SMALL);
		json_write(&b, c);
		v[i++] = arena_strdup(a, b.data);
		buf_free(&b);
	}
	*out = v;
	*n = i;
	return 0;
}

static int
get_values(struct schema_column *c, struct arena *a, const struct json *j,
    struct err *e)
{
	const char *const *v;
	size_t n;

	if (get_words(&v, &n, a, j, e) != 0)
		return -1;
	schema_set_values(c, (const char **)(uintptr_t)v, n);
	return 0;
}

static int
get_seen(struct schema_column *c, const struct json *j, struct err *e)
{
	if (j->type != JSON_MAP)
		return bad_member(j, "must be a map", e);
	c->missing = json_num(j, "missing", NAN);
	c->distinct = json_num(j, "distinct", NAN);
	return 0;
}

static int
get_column_member(struct schema_column *c, struct arena *a,
    const struct json *j, struct err *e)
{
	static const char *const known[] = { "type", "optional",
	    "min_fraction", "unique", "min", "max", "values", "min_length",
	    "max_length", "pattern", "mostly", "severity", "seen" };
	size_t n = sizeof(known) / sizeof(known[0]), i = 0;

	while (i < n && strcmp(known[i], j->key) != 0)
		i++;
	switch (i) {
	case 0:
		if (j->type != JSON_TEXT || (!col_type_parse(j->s, &c->type) &&
		    !form_parse(j->s, &c->form, &c->type)))
			return bad_member(j, "must be int64, float64, boolean, "
			    "datetime, category, text, money, comma, percent, "
			    "percent-comma, date-ymd, date-dmy or date-mdy",
			    e);
		return 0;
	case 1:
		return get_flag(&c->optional, j, e);
	case 2:
		return get_share(&c->min_fraction, j, e);
	case 3:
		return get_flag(&c->unique, j, e);
	case 4:
		return get_bound(&c->has_min, &c->min, j, e);
	case 5:
		return get_bound(&c->has_max, &c->max, j, e);
	case 6:
		return get_values(c, a, j, e);
	case 7:
		return get_count(&c->has_min_length, &c->min_length, j, e);
	case 8:
		return get_count(&c->has_max_length, &c->max_length, j, e);
	case 9:
		if (j->type != JSON_TEXT)
			return bad_member(j, "must be a regular expression", e);
		c->pattern = arena_strdup(a, j->s);
		return 0;
	case 10:
		return get_share(&c->mostly, j, e);
	case 11:
		return get_severity(&c->severity, j, e);
	case 12:
		return get_seen(c, j, e);
	default:
		return unknown_member(j, known, n, e);
	}
}

/* A bound of the column's kind? */
static int
bound_fits(const struct schema_column *c, const struct json *j, struct err *e)
{
	bool date = c->type == COL_DATETIME;

	if (j == NULL)
		return 0;
	if (col_type_is_text(c->type))
		return bad_member(j, "is for numbers and dates", e);
	if (date != (j->type == JSON_TEXT))
		return bad_member(j, date ? "must be a date" :
		    "must be a number", e);
	return isnan(j->d) ? bad_member(j, "must be a number", e) : 0;
}

/* What only the whole column shows. */
static int
check_column(const struct schema_column *c, const struct json *j,
    struct err *e)
{
	if (bound_fits(c, json_get(j, "min"), e) != 0 ||
	    bound_fits(c, json_get(j, "max"), e) != 0)
		return -1;
	if (c->has_min && c->has_max && num_order(&c->min,
	    &c->max) > 0)
		return bad_member(json_get(j, "min"), "is more than 'max'", e);
	if (c->has_min_length && c->has_max_length &&
	    c->min_length > c->max_length)
		return bad_member(json_get(j, "min_length"), "is more than "
		    "'max_length'", e);
	return 0;
}

static int
get_columns(struct schema *s, struct arena *a, const struct json *j,
    struct err *e)
{
	if (j->type != JSON_MAP)
		return bad_member(j, "must be a map of columns", e);
	s->col = arena_alloc(a, (j->n + 1) * sizeof(*s->col));
	for (const struct json *c = j->child; c != NULL; c = c->next) {
		struct schema_column *col = &s->col[s->cols++];

		col->name = arena_strdup(a, c->key);
		col->type = COL_TEXT;
		col->mostly = 1;
		col->missing = col->distinct = NAN;
		if (c->type != JSON_MAP || json_get(c, "type") == NULL)
			return bad_member(c, "must be a map with a type", e);
		for (const struct json *m = c->child; m != NULL; m = m->next)
			if (get_column_member(col, a, m, e) != 0)
				return err_wrap(e, "column '%s'", col->name);
		if (check_column(col, c, e) != 0)
			return err_wrap(e, "column '%s'", col->name);
	}
	return 0;
}

static int
get_keys(struct schema *s, struct arena *a, const struct json *j,
    struct err *e)
{
	if (j->type != JSON_LIST)
		return bad_member(j, "must be a list of lists of columns", e);
	s->key = arena_alloc(a, (j->n + 1) * sizeof(*s->key));
	for (const struct json *c = j->child; c != NULL; c = c->next) {
		struct schema_key *k = &s->key[s->keys++];

		if (get_words(&k->columns, &k->n, a, c, e) != 0)
			return -1;
		for (size_t i = 0; i < k->n; i++)
			if (schema_find(s, k->columns[i]) == NULL)
				return bad_member(j, "names a column that is "
				    "not there", e);
	}
	return 0;
}

static int
get_rules(struct schema *s, struct arena *a, const struct json *j,
    struct err *e)
{
	static const char *const known[] = { "name", "expr", "mostly",
	    "severity" };

	if (j->type != JSON_LIST)
		return bad_member(j, "must be a list of rules", e);
	s->rule = arena_alloc(a, (j->n + 1) * sizeof(*s->rule));
	for (const struct json *c = j->child; c != NULL; c = c->next) {
		struct schema_rule *r = &s->rule[s->rules++];

		if (c->type != JSON_MAP || json_text(c, "expr", NULL) == NULL)
			return bad_member(j, "must hold maps with an expr", e);
		r->mostly = 1;
		r->expr = arena_strdup(a, json_text(c, "expr", ""));
		for (const struct json *m = c->child; m != NULL; m = m->next) {
			if (strcmp(m->key, "name") == 0 &&
			    m->type == JSON_TEXT)
				r->name = arena_strdup(a, m->s);
			else if (strcmp(m->key, "mostly") == 0) {
				if (get_share(&r->mostly, m, e) != 0)
					return -1;
			} else if (strcmp(m->key, "severity") == 0) {
				if (get_severity(&r->severity, m, e) != 0)
					return -1;
			} else if (strcmp(m->key, "expr") != 0) {
				return unknown_member(m, known, 4, e);
			}
		}
	}
	return 0;
}

static int
get_rows(struct schema *s, const struct json *j, struct err *e)
{
	static const char *const known[] = { "min", "max" };

	if (j->type != JSON_MAP)
		return bad_member(j, "must be a map with min or max", e);
	for (const struct json *c = j->child; c != NULL; c = c->next) {
		int r = strcmp(c->key, "min") == 0 ?
		    get_count(&s->has_min_rows, &s->min_rows, c, e) :
		    strcmp(c->key, "max") == 0 ?
		    get_count(&s->has_max_rows, &s->max_rows, c, e) :
		    unknown_member(c, known, 2, e);

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
	    "ordered", "extra", "columns", "unique", "rules" };
	size_t n = sizeof(known) / sizeof(known[0]), i = 0;

	while (i < n && strcmp(known[i], j->key) != 0)
		i++;
	switch (i) {
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
	case 6:
		return 0;		/* columns first, whatever the order */
	case 7:
		return get_rules(s, a, j, e);
	default:
		return unknown_member(j, known, n, e);
	}
}

int
schema_from_json(struct schema **out, struct arena *a, const struct json *j,
    struct err *e)
{
	struct schema *s = arena_alloc(a, sizeof(*s));
	const struct json *cols = json_get(j, "columns");

	if (j->type != JSON_MAP || cols == NULL)
		return err_set(e, ERR_FORMAT, "not a schema: no 'columns'");
	if (get_columns(s, a, cols, e) != 0)
		return -1;
	for (const struct json *m = j->child; m != NULL; m = m->next)
		if (get_member(s, a, m, e) != 0)
			return -1;
	if (json_get(j, "unique") != NULL &&
	    get_keys(s, a, json_get(j, "unique"), e) != 0)
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

int
schema_load(struct schema **out, struct arena *a, const char *path,
    struct err *e)
{
	struct buf b;
	int r;

	buf_init(&b, YAML_BYTES_MAX);
	r = file_read(&b, path, e);
	if (r == 0 && (r = schema_parse(out, a, b.data, b.len, e)) != 0)
		err_wrap(e, "%s", path);
	buf_free(&b);
	return r;
}
