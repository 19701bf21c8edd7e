#include "quality/schema.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "base/utf8.h"
#include "codec/yaml.h"

#define UNIQUE_ROWS 20		/* fewer rows prove no key */

/* ---- from data ---- */

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
infer_values(struct schema_column *s, struct arena *a, const struct column *c)
{
	size_t n = intern_count(c->dict), len;
	const char **v;

	if (c->type != COL_CATEGORY || n == 0 || n > SCHEMA_VALUES_MAX)
		return;
	v = arena_alloc(a, n * sizeof(*v));
	for (size_t i = 0; i < n; i++) {
		const char *text = intern_text(c->dict, (uint32_t)i, &len);

		if (!utf8_ok(text, len) || memchr(text, '\0', len) != NULL)
			return;		/* YAML could not say them */
		v[i] = arena_strndup(a, text, len);
	}
	qsort(v, n, sizeof(*v), by_text);
	s->values = v;
	s->n_values = n;
}

static void
infer_range(struct schema_column *s, const struct column *c)
{
	bool low = false, high = false;		/* an infinity was seen */

	for (size_t i = 0; i < c->rows; i++) {
		double v = column_number(c, i);

		low = low || v == -INFINITY;
		high = high || v == INFINITY;
		if (!isfinite(v))
			continue;
		if (!s->has_min || v < s->min)
			s->min = v;
		if (!s->has_max || v > s->max)
			s->max = v;
		s->has_min = s->has_max = true;
	}
	s->has_min = s->has_min && !low;
	s->has_max = s->has_max && !high;
}

static int
by_i64(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Distinct values of strings and integers; floats are not keys. */
static int
infer_distinct(struct schema_column *s, const struct column *c, struct err *e)
{
	int64_t *v;
	size_t n = 0, distinct = 0;

	s->distinct = NAN;
	if (col_type_is_text(c->type)) {
		s->distinct = (double)intern_count(c->dict);
		return 0;
	}
	if (c->type != COL_INT64)
		return 0;
	if ((v = mem_array(c->rows + 1, sizeof(*v))) == NULL)
		return err_set(e, ERR_NOMEM, "no memory");
	for (size_t i = 0; i < c->rows; i++)
		if (!column_missing(c, i))
			v[n++] = c->i64[i];
	qsort(v, n, sizeof(*v), by_i64);
	for (size_t i = 0; i < n; i++)
		distinct += i == 0 || v[i] != v[i - 1];
	free(v);
	s->distinct = (double)distinct;
	return 0;
}

static int
infer_column(struct schema_column *s, struct arena *a, const struct column *c,
    struct err *e)
{
	memset(s, 0, sizeof(*s));
	if (!utf8_ok(c->name, strlen(c->name)))
		return err_set(e, ERR_FORMAT, "the name of column '%s' is not "
		    "UTF-8: convert the file first (iconv -f LATIN1 -t "
		    "UTF-8)", c->name);
	s->name = arena_strdup(a, c->name);
	s->type = c->type;
	s->mostly = 1;
	s->missing = c->rows ? (double)c->missing / (double)c->rows : NAN;
	s->min_fraction = c->rows == 0 ? 0 : c->missing == 0 ? 1 :
	    fmax(0, floor((1 - s->missing) * 100 - 5) / 100);
	if (infer_distinct(s, c, e) != 0)
		return -1;
	s->unique = c->missing == 0 && c->rows >= UNIQUE_ROWS &&
	    s->distinct == (double)c->rows;
	if (col_type_is_text(c->type))
		infer_values(s, a, c);
	else if (c->type != COL_BOOL && !s->unique)
		infer_range(s, c);
	return 0;
}

int
schema_infer(struct schema **out, struct arena *a, const struct table *t,
    const struct table_read_opts *read, struct err *e)
{
	struct schema *s = arena_alloc(a, sizeof(*s));

	s->col = arena_alloc(a, (t->cols + 1) * sizeof(*s->col));
	s->cols = t->cols;
	if (read != NULL)
		s->read = *read;
	s->read.name = NULL;
	s->read.progress = NULL;
	s->read.skip = 0;	/* of this file, not of what it looks like */
	s->read.types = NULL;
	s->read.n_types = 0;
	s->has_min_rows = t->rows > 0;
	s->min_rows = 1;
	for (size_t i = 0; i < t->cols; i++)
		if (infer_column(&s->col[i], a, &t->col[i], e) != 0)
			return -1;
	*out = s;
	return 0;
}

/* ---- as a tree ---- */

static void
put_bound(struct arena *a, struct json *m, const char *key,
    const struct schema_column *c, double v)
{
	char text[CLOCK_TEXT_MAX];

	if (c->type == COL_DATETIME) {
		clock_print(text, (int64_t)v);
		json_add_text(a, m, key, text);
	} else if (v == floor(v) && fabs(v) < 0x1p53) {
		json_add_int(a, m, key, (int64_t)v);
	} else {
		json_add_num(a, m, key, v);
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

	json_add_text(a, m, "type", col_type_name(c->type));
	if (c->optional)
		json_add_bool(a, m, "optional", true);
	json_add_num(a, m, "min_fraction", c->min_fraction);
	if (c->unique)
		json_add_bool(a, m, "unique", true);
	if (c->has_min)
		put_bound(a, m, "min", c, c->min);
	if (c->has_max)
		put_bound(a, m, "max", c, c->max);
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

static int
off(const struct json *j, const char *what, struct err *e)
{
	if (j->line > 0)
		return err_set(e, ERR_FORMAT, "line %u: '%s' %s", j->line,
		    j->key ? j->key : "item", what);
	return err_set(e, ERR_FORMAT, "'%s' %s", j->key ? j->key : "item",
	    what);
}

static int
unknown(const struct json *j, const char *const *known, size_t n,
    struct err *e)
{
	const char *near = nearest_word(j->key, known, n);
	char what[128];

	if (near == NULL)
		return off(j, "is not a member of a schema", e);
	snprintf(what, sizeof(what), "is not known; is it '%.60s'?", near);
	return off(j, what, e);
}

static int
get_flag(bool *out, const struct json *j, struct err *e)
{
	if (j->type != JSON_BOOL)
		return off(j, "must be true or false", e);
	*out = j->b;
	return 0;
}

static int
get_share(double *out, const struct json *j, struct err *e)
{
	if ((j->type != JSON_INT && j->type != JSON_REAL) || !(j->d >= 0 &&
	    j->d <= 1))
		return off(j, "must be a number from 0 to 1", e);
	*out = j->d;
	return 0;
}

static int
get_count(bool *has, int64_t *out, const struct json *j, struct err *e)
{
	if (j->type != JSON_INT || j->i < 0)
		return off(j, "must be a whole number", e);
	*has = true;
	*out = j->i;
	return 0;
}

static int
get_bound(bool *has, double *out, const struct json *j, struct err *e)
{
	int64_t us;

	if (j->type == JSON_INT || j->type == JSON_REAL)
		*out = j->d;
	else if (j->type == JSON_TEXT && clock_parse(j->s, j->n, &us))
		*out = (double)us;
	else
		return off(j, "must be a number or a date", e);
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
		return off(j, "must be error or warn", e);
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
		return off(j, "must be a list", e);
	v = arena_alloc(a, (j->n + 1) * sizeof(*v));
	for (const struct json *c = j->child; c != NULL; c = c->next) {
		if (c->type == JSON_LIST || c->type == JSON_MAP)
			return off(j, "must be a list of words", e);
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
get_seen(struct schema_column *c, const struct json *j, struct err *e)
{
	if (j->type != JSON_MAP)
		return off(j, "must be a map", e);
	c->missing = json_num(j, "missing", NAN);
	c->distinct = json_num(j, "distinct", NAN);
	return 0;
}

static int
column_member(struct schema_column *c, struct arena *a, const struct json *j,
    struct err *e)
{
	static const char *const known[] = { "type", "optional",
	    "min_fraction", "unique", "min", "max", "values", "min_length",
	    "max_length", "pattern", "mostly", "severity", "seen" };
	size_t n = sizeof(known) / sizeof(known[0]), i = 0;

	while (i < n && strcmp(known[i], j->key) != 0)
		i++;
	switch (i) {
	case 0:
		if (j->type != JSON_TEXT || !col_type_parse(j->s, &c->type))
			return off(j, "must be int64, float64, boolean, "
			    "datetime, category or text", e);
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
		if (get_words(&c->values, &c->n_values, a, j, e) != 0)
			return -1;
		qsort((void *)(uintptr_t)c->values, c->n_values,
		    sizeof(*c->values), by_text);
		return 0;
	case 7:
		return get_count(&c->has_min_length, &c->min_length, j, e);
	case 8:
		return get_count(&c->has_max_length, &c->max_length, j, e);
	case 9:
		if (j->type != JSON_TEXT)
			return off(j, "must be a regular expression", e);
		c->pattern = arena_strdup(a, j->s);
		return 0;
	case 10:
		return get_share(&c->mostly, j, e);
	case 11:
		return get_severity(&c->severity, j, e);
	case 12:
		return get_seen(c, j, e);
	default:
		return unknown(j, known, n, e);
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
		return off(j, "is for numbers and dates", e);
	if (date != (j->type == JSON_TEXT))
		return off(j, date ? "must be a date" : "must be a number", e);
	return isnan(j->d) ? off(j, "must be a number", e) : 0;
}

/* What only the whole column shows. */
static int
check_column(const struct schema_column *c, const struct json *j,
    struct err *e)
{
	if (bound_fits(c, json_get(j, "min"), e) != 0 ||
	    bound_fits(c, json_get(j, "max"), e) != 0)
		return -1;
	if (c->has_min && c->has_max && c->min > c->max)
		return off(json_get(j, "min"), "is more than 'max'", e);
	if (c->has_min_length && c->has_max_length &&
	    c->min_length > c->max_length)
		return off(json_get(j, "min_length"), "is more than "
		    "'max_length'", e);
	return 0;
}

static int
get_columns(struct schema *s, struct arena *a, const struct json *j,
    struct err *e)
{
	if (j->type != JSON_MAP)
		return off(j, "must be a map of columns", e);
	s->col = arena_alloc(a, (j->n + 1) * sizeof(*s->col));
	for (const struct json *c = j->child; c != NULL; c = c->next) {
		struct schema_column *col = &s->col[s->cols++];

		col->name = arena_strdup(a, c->key);
		col->type = COL_TEXT;
		col->mostly = 1;
		col->missing = col->distinct = NAN;
		if (c->type != JSON_MAP || json_get(c, "type") == NULL)
			return off(c, "must be a map with a type", e);
		for (const struct json *m = c->child; m != NULL; m = m->next)
			if (column_member(col, a, m, e) != 0)
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
		return off(j, "must be a list of lists of columns", e);
	s->key = arena_alloc(a, (j->n + 1) * sizeof(*s->key));
	for (const struct json *c = j->child; c != NULL; c = c->next) {
		struct schema_key *k = &s->key[s->keys++];

		if (get_words(&k->columns, &k->n, a, c, e) != 0)
			return -1;
		for (size_t i = 0; i < k->n; i++)
			if (schema_find(s, k->columns[i]) == NULL)
				return off(j, "names a column that is not "
				    "there", e);
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
		return off(j, "must be a list of rules", e);
	s->rule = arena_alloc(a, (j->n + 1) * sizeof(*s->rule));
	for (const struct json *c = j->child; c != NULL; c = c->next) {
		struct schema_rule *r = &s->rule[s->rules++];

		if (c->type != JSON_MAP || json_text(c, "expr", NULL) == NULL)
			return off(j, "must hold maps with an expr", e);
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
				return unknown(m, known, 4, e);
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
		return off(j, "must be a map with min or max", e);
	for (const struct json *c = j->child; c != NULL; c = c->next) {
		int r = strcmp(c->key, "min") == 0 ?
		    get_count(&s->has_min_rows, &s->min_rows, c, e) :
		    strcmp(c->key, "max") == 0 ?
		    get_count(&s->has_max_rows, &s->max_rows, c, e) :
		    unknown(c, known, 2, e);

		if (r != 0)
			return -1;
	}
	if (s->has_min_rows && s->has_max_rows && s->min_rows > s->max_rows)
		return off(j, "has a 'min' that is more than 'max'", e);
	return 0;
}

static int
schema_member(struct schema *s, struct arena *a, const struct json *j,
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
			return off(j, "must be mlv.schema/1", e);
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
		return unknown(j, known, n, e);
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
		if (schema_member(s, a, m, e) != 0)
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

const struct schema_column *
schema_find(const struct schema *s, const char *name)
{
	for (size_t i = 0; i < s->cols; i++)
		if (strcmp(s->col[i].name, name) == 0)
			return &s->col[i];
	return NULL;
}

void
schema_read_opts(struct table_read_opts *o, struct arena *a,
    const struct schema *s)
{
	struct table_type *t = arena_alloc(a, (s->cols + 1) * sizeof(*t));

	for (size_t i = 0; i < s->cols; i++)
		t[i] = (struct table_type){ s->col[i].name, s->col[i].type };
	o->likely = s->read.format;
	if (o->skip == 0)
		o->skip = s->read.skip;
	if (o->delimiter == '\0')
		o->delimiter = s->read.delimiter;
	if (o->header == TABLE_HEADER_AUTO)
		o->header = s->read.header;
	if (o->n_columns == 0) {
		o->columns = s->read.columns;
		o->n_columns = s->read.n_columns;
	}
	if (o->n_na == 0) {
		o->na = s->read.na;
		o->n_na = s->read.n_na;
	}
	if (o->n_types == 0) {
		o->types = t;
		o->n_types = s->cols;
	}
}
