/*
 * Schemas of TensorFlow Data Validation: the text form of its protocol buffer,
 * read as a tree, and the features in it.
 */
#include <string.h>

#include "base/num.h"
#include "quality/foreign/internal.h"

#define DEPTH_MAX 32

/* ---- the text ---- */

struct text_reader {
	const char *at, *end;
	uint32_t line;
	struct arena *a;
};

static void
skip_blanks(struct text_reader *r)
{
	while (r->at < r->end) {
		if (*r->at == '#') {
			while (r->at < r->end && *r->at != '\n')
				r->at++;
		} else if (strchr(" \t\r\n,;", *r->at) != NULL) {
			r->line += *r->at == '\n';
			r->at++;
		} else {
			return;
		}
	}
}

static int
bad_text(const struct text_reader *r, const char *what, struct err *e)
{
	return err_set(e, ERR_FORMAT, "line %u: %s", r->line, what);
}

static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-' ||
	    c == '+';
}

static void
add_escaped(struct text_reader *r, struct buf *b)
{
	static const char from[] = "nrt\\'\"?", to[] = "\n\r\t\\'\"?";
	const char *p;
	unsigned v = 0, n = 0;

	if (++r->at == r->end)
		return;
	if ((p = strchr(from, *r->at)) != NULL && *p != '\0') {
		buf_addc(b, to[p - from]);
		r->at++;
		return;
	}
	for (; n < 3 && r->at < r->end && *r->at >= '0' && *r->at < '8'; n++)
		v = 8 * v + (unsigned)(*r->at++ - '0');
	if (n > 0)
		buf_addc(b, (char)v);
}

static int
read_quoted(struct text_reader *r, struct buf *b, struct err *e)
{
	char quote = *r->at++;

	while (r->at < r->end && *r->at != quote && *r->at != '\n') {
		if (*r->at == '\\')
			add_escaped(r, b);
		else
			buf_addc(b, *r->at++);
	}
	if (r->at == r->end || *r->at != quote)
		return bad_text(r, "a text is not closed", e);
	r->at++;
	return 0;
}

/* A text, a number or a word. */
static int
read_scalar(struct json **out, struct text_reader *r, struct err *e)
{
	struct json *j = json_new(r->a, JSON_TEXT);
	const char *start = r->at;
	struct buf b;
	int rc = 0;

	buf_init(&b, BUF_CAP_DOC);
	if (r->at < r->end && (*r->at == '"' || *r->at == '\'')) {
		while (rc == 0 && r->at < r->end && (*r->at == '"' ||
		    *r->at == '\'')) {
			rc = read_quoted(r, &b, e);
			skip_blanks(r);
		}
	} else {
		while (r->at < r->end && is_word(*r->at))
			r->at++;
		buf_add(&b, start, (size_t)(r->at - start));
		if (r->at == start)
			rc = bad_text(r, "a value is missing", e);
		else if (num_parse_i64(b.data, b.len, &j->i))
			j->type = JSON_INT;
		else if (num_parse_f64(b.data, b.len, &j->d))
			j->type = JSON_REAL;
		if (j->type == JSON_INT)
			j->d = (double)j->i;
	}
	j->s = j->type == JSON_TEXT ? arena_strndup(r->a, b.data ? b.data : "",
	    b.len) : NULL;
	j->n = j->type == JSON_TEXT ? b.len : 0;
	j->line = r->line;
	buf_free(&b);
	*out = j;
	return rc;
}

/* Members up to the closing brace, or the end; names may come again. */
static int
read_message(struct json **out, struct text_reader *r, int depth,
    struct err *e)
{
	struct json *m = json_new(r->a, JSON_MAP), *v;

	if (depth > DEPTH_MAX)
		return bad_text(r, "too deep", e);
	for (;;) {
		const char *start;
		char *name;
		bool colon;

		skip_blanks(r);
		if (r->at == r->end || *r->at == '}' || *r->at == '>')
			break;
		for (start = r->at; r->at < r->end && is_word(*r->at); r->at++)
			;
		if (r->at == start)
			return bad_text(r, "not a name", e);
		name = arena_strndup(r->a, start, (size_t)(r->at - start));
		skip_blanks(r);
		colon = r->at < r->end && *r->at == ':';
		r->at += colon;
		skip_blanks(r);
		if (r->at < r->end && (*r->at == '{' || *r->at == '<')) {
			r->at++;
			if (read_message(&v, r, depth + 1, e) != 0)
				return -1;
			if (r->at == r->end)
				return bad_text(r, "a brace is not closed", e);
			r->at++;
		} else if (!colon) {
			return bad_text(r, "':' or '{' is missing", e);
		} else if (read_scalar(&v, r, e) != 0) {
			return -1;
		}
		json_add(r->a, m, name, v);
	}
	*out = m;
	return 0;
}

/* ---- features ---- */

static void
leave(struct foreign *f, const char *feature, const char *what)
{
	leave_out(f, "feature '%s': %s", feature, what);
}

static void
put_bounds(struct foreign *f, struct json *m, const struct json *domain)
{
	const struct json *min = json_get(domain, "min");
	const struct json *max = json_get(domain, "max");

	if (min != NULL)
		copy_value(f, m, "min", min);
	if (max != NULL)
		copy_value(f, m, "max", max);
}

static void
put_values(struct foreign *f, struct json *m, const struct json *domain)
{
	struct json *list = json_add_list(f->a, m, "values");

	for (const struct json *v = domain->child; v != NULL; v = v->next)
		if (strcmp(v->key, "value") == 0)
			copy_value(f, list, NULL, v);
}

/* The domain of that name at the top. */
static const struct json *
find_domain(const struct json *top, const char *kind, const char *name)
{
	for (const struct json *d = top->child; d != NULL; d = d->next)
		if (strcmp(d->key, kind) == 0 && d->type == JSON_MAP &&
		    strcmp(json_text(d, "name", ""), name) == 0)
			return d;
	return NULL;
}

static void
put_bool_domain(struct foreign *f, struct json *m, const struct json *d,
    bool bytes)
{
	struct json *list;

	if (!bytes) {
		json_add_int(f->a, m, "min", 0);
		json_add_int(f->a, m, "max", 1);
		return;
	}
	list = json_add_list(f->a, m, "values");
	json_add_text(f->a, list, NULL, json_text(d, "true_value", "true"));
	json_add_text(f->a, list, NULL, json_text(d, "false_value", "false"));
}

static void
put_domain(struct foreign *f, struct json *m, const struct json *feature,
    const struct json *top, const char *name, bool bytes)
{
	const char *named = json_text(feature, "domain", NULL);
	const struct json *d;

	if (named != NULL) {
		d = find_domain(top, "string_domain", named);
		if (d != NULL)
			put_values(f, m, d);
		else
			leave(f, name, "its domain is not a string_domain of "
			    "the schema");
	}
	if ((d = json_get(feature, "string_domain")) != NULL)
		put_values(f, m, d);
	if ((d = json_get(feature, "int_domain")) != NULL ||
	    (d = json_get(feature, "float_domain")) != NULL)
		put_bounds(f, m, d);
	if ((d = json_get(feature, "bool_domain")) != NULL)
		put_bool_domain(f, m, d, bytes);
}

static void
put_presence(struct foreign *f, struct json *m, const struct json *feature,
    const char *name)
{
	const struct json *p = json_get(feature, "presence");
	const struct json *unique = json_get(feature, "unique_constraints");
	int64_t count = p != NULL ? json_int(p, "min_count", 0) : 0;
	struct json *d = NULL;

	if (p == NULL || (json_num(p, "min_fraction", 0) == 0 && count == 0))
		json_add_bool(f->a, m, "optional", true);
	if (p != NULL && json_get(p, "min_fraction") != NULL)
		copy_value(f, m, "min_fraction", json_get(p, "min_fraction"));
	if (count > 1)
		leave(f, name, "presence min_count of more than 1");
	if (count == 1 || unique != NULL)
		d = json_add_map(f->a, m, "distinct");
	if (unique != NULL)
		put_bounds(f, d, unique);
	if (d != NULL && json_get(d, "min") == NULL)
		json_add_int(f->a, d, "min", count > 0);
}

/* What a column's value is: BYTES that hold numbers are numbers. */
static const char *
feature_type(struct foreign *f, const struct json *j, const char *name)
{
	const char *type = json_text(j, "type", "");

	if (strcmp(type, "INT") == 0 || json_get(j, "int_domain") != NULL)
		return "int64";
	if (strcmp(type, "FLOAT") == 0 || json_get(j, "float_domain") != NULL)
		return "float64";
	if (strcmp(type, "BYTES") != 0)
		leave(f, name, "no type that a column has");
	return json_get(j, "domain") || json_get(j, "string_domain") ||
	    json_get(j, "bool_domain") ? "category" : "text";
}

static void
list_unknown(struct foreign *f, const struct json *j, const char *name)
{
	static const char *const known[] = { "name", "type", "presence",
	    "value_count", "shape", "domain", "string_domain", "int_domain",
	    "float_domain", "bool_domain", "unique_constraints",
	    "annotation", "lifecycle_stage", "deprecated" };
	size_t n = sizeof(known) / sizeof(known[0]), i;

	for (const struct json *m = j->child; m != NULL; m = m->next) {
		for (i = 0; i < n && strcmp(known[i], m->key) != 0; i++)
			;
		if (i == n)
			leave(f, name, m->key);
		if (strcmp(m->key, "value_count") == 0 &&
		    m->type == JSON_MAP && json_int(m, "max", 1) > 1)
			leave(f, name, "several values in a cell");
	}
}

static int
read_feature(struct foreign *f, const struct json *j, const struct json *top,
    struct err *e)
{
	const char *name = json_text(j, "name", NULL);
	const char *stage = json_text(j, "lifecycle_stage", "");
	const char *type;
	struct json *m;

	if (name == NULL || json_get(f->columns, name) != NULL)
		return err_set(e, ERR_FORMAT, "a feature has no name, or that "
		    "of another");
	type = feature_type(f, j, name);
	m = need_column(f, name, type);
	if (strcmp(stage, "DEPRECATED") == 0 || strcmp(stage, "DISABLED") == 0 ||
	    strcmp(stage, "ALPHA") == 0 || strcmp(stage, "PLANNED") == 0) {
		json_add_bool(f->a, m, "optional", true);
		return 0;
	}
	put_domain(f, m, j, top, name, strcmp(json_text(j, "type", ""),
	    "BYTES") == 0);
	put_presence(f, m, j, name);
	list_unknown(f, j, name);
	return 0;
}

static void
read_dataset(struct foreign *f, const struct json *j)
{
	const struct json *min = json_get(j, "min_examples_count");
	const struct json *max = json_get(j, "max_examples_count");
	struct json *m;

	for (const struct json *c = j->child; c != NULL; c = c->next)
		if (c != min && c != max)
			leave_out(f, "dataset_constraints: %s", c->key);
	if (min == NULL && max == NULL)
		return;
	m = json_add_map(f->a, f->top, "rows");
	if (min != NULL)
		copy_value(f, m, "min", min);
	if (max != NULL)
		copy_value(f, m, "max", max);
}

int
read_tfdv(struct foreign *f, const char *s, size_t n, struct err *e)
{
	struct text_reader r = { s, s + n, 1, f->a };
	struct json *top;

	if (read_message(&top, &r, 0, e) != 0)
		return -1;
	if (r.at < r.end)
		return bad_text(&r, "a brace too many", e);
	((struct json *)(uintptr_t)json_get(f->top, "extra"))->b = false;
	for (const struct json *j = top->child; j != NULL; j = j->next) {
		if (strcmp(j->key, "feature") == 0 && j->type == JSON_MAP) {
			if (read_feature(f, j, top, e) != 0)
				return -1;
		} else if (strcmp(j->key, "dataset_constraints") == 0 &&
		    j->type == JSON_MAP) {
			read_dataset(f, j);
		} else if (strcmp(j->key, "string_domain") != 0 &&
		    strcmp(j->key, "default_environment") != 0 &&
		    strcmp(j->key, "annotation") != 0 &&
		    strcmp(j->key, "generate_legacy_feature_spec") != 0) {
			leave_out(f, "%s", j->key);
		}
	}
	return 0;
}
