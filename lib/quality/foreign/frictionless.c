/* Table schemas of Frictionless Data: fields, constraints, keys. */
#include <string.h>

#include "base/clock.h"
#include "quality/foreign/internal.h"

static void
leave_field(struct foreign *f, const char *field, const char *what,
    const char *value)
{
	leave_out(f, "field '%s': %s%s%s", field, what, *value ? " " : "",
	    value);
}

/* The type, or text where it is none of ours. */
static const char *
field_type(struct foreign *f, const char *name, const struct json *j)
{
	const char *type = json_text(j, "type", "string");
	const char *format = json_text(j, "format", "default");
	const char *comma = json_text(j, "decimalChar", ".");
	bool plain = strcmp(format, "default") == 0 ||
	    strcmp(format, "any") == 0;

	if (strcmp(type, "integer") == 0 || strcmp(type, "year") == 0)
		return "int64";
	if (strcmp(type, "number") == 0)
		return strcmp(comma, ",") == 0 ? "comma" : "float64";
	if (strcmp(type, "boolean") == 0) {
		if (json_get(j, "trueValues") || json_get(j, "falseValues"))
			leave_field(f, name, "its own words for true and "
			    "false", "");
		else
			return "boolean";
		return "category";
	}
	if ((strcmp(type, "date") == 0 || strcmp(type, "datetime") == 0) &&
	    (plain || strcmp(format, "%Y-%m-%d") == 0))
		return "datetime";
	if (strcmp(type, "string") != 0 && strcmp(type, "any") != 0)
		leave_field(f, name, plain ? "type" : "type and format of",
		    type);
	return "text";
}

static const char *
format_pattern(const char *format)
{
	static const struct {
		const char *format, *pattern;
	} known[] = {
		{ "email", "[^@\\s]+@[^@\\s]+" },
		{ "uri", "[A-Za-z][A-Za-z0-9+.-]*:\\S+" },
		{ "uuid", "[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-"
		    "[0-9A-Fa-f]{12}" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i].format, format) == 0)
			return known[i].pattern;
	return NULL;
}

/* A bound, as text or number, of the column's kind. */
static void
put_bound(struct foreign *f, struct json *m, const char *key,
    const struct json *v, const char *field, const char *type)
{
	bool date = strcmp(type, "datetime") == 0;
	struct num n;
	int64_t us;

	if (date && v->type == JSON_TEXT && clock_parse(v->s, v->n, &us))
		copy_value(f, m, key, v);
	else if (!date && strcmp(type, "text") != 0 && (v->type == JSON_INT ||
	    v->type == JSON_REAL))
		copy_value(f, m, key, v);
	else if (!date && strcmp(type, "text") != 0 && v->type == JSON_TEXT &&
	    num_parse(v->s, v->n, &n))
		json_add_num(f->a, m, key, n.d);
	else
		leave_field(f, field, "a bound of another type:", key);
}

static void
put_enum(struct foreign *f, struct json *m, const struct json *v)
{
	struct json *list = json_add_list(f->a, m, "values");

	for (const struct json *c = v->child; c != NULL; c = c->next)
		copy_value(f, list, NULL, c);
}

static void
put_constraint(struct foreign *f, struct json *m, const struct json *c,
    const char *field, const char *type)
{
	static const struct {
		const char *theirs, *ours;
	} same[] = { { "minLength", "min_length" },
	    { "maxLength", "max_length" }, { "pattern", "pattern" },
	    { "unique", "unique" } };
	static const struct {
		const char *theirs, *ours;
	} bounds[] = { { "minimum", "min" }, { "maximum", "max" },
	    { "exclusiveMinimum", "above" }, { "exclusiveMaximum", "below" } };

	for (size_t i = 0; i < 4; i++) {
		if (strcmp(c->key, same[i].theirs) == 0) {
			copy_value(f, m, same[i].ours, c);
			return;
		}
		if (strcmp(c->key, bounds[i].theirs) == 0) {
			put_bound(f, m, bounds[i].ours, c, field, type);
			return;
		}
	}
	if (strcmp(c->key, "required") == 0) {
		if (c->type == JSON_BOOL && c->b)
			json_add_int(f->a, m, "min_fraction", 1);
	} else if (strcmp(c->key, "enum") == 0 && c->type == JSON_LIST) {
		put_enum(f, m, c);
	} else {
		leave_field(f, field, "constraint", c->key);
	}
}

static int
read_field(struct foreign *f, const struct json *j, struct err *e)
{
	const char *name = j->type == JSON_MAP ? json_text(j, "name", NULL) :
	    NULL;
	const char *format, *pattern, *type;
	const struct json *constraints;
	struct json *m;

	if (name == NULL || json_get(f->columns, name) != NULL)
		return err_set(e, ERR_FORMAT, "a field has no name, or that "
		    "of another");
	type = field_type(f, name, j);
	m = need_column(f, name, type);
	constraints = json_get(j, "constraints");
	for (const struct json *c = constraints != NULL &&
	    constraints->type == JSON_MAP ? constraints->child : NULL;
	    c != NULL; c = c->next)
		put_constraint(f, m, c, name, type);
	format = json_text(j, "format", "default");
	pattern = format_pattern(format);
	if (strcmp(json_text(j, "type", "string"), "string") != 0 ||
	    strcmp(format, "default") == 0)
		return 0;
	if (pattern != NULL && json_get(m, "pattern") == NULL)
		json_add_text(f->a, m, "pattern", pattern);
	else
		leave_field(f, name, "format", format);
	return 0;
}

/* A name, or a list of them, as a list. */
static struct json *
add_names(struct foreign *f, struct json *to, const char *key,
    const struct json *v)
{
	struct json *list = json_add_list(f->a, to, key);

	if (v->type == JSON_TEXT)
		json_add_text(f->a, list, NULL, v->s);
	for (const struct json *c = v->type == JSON_LIST ? v->child : NULL;
	    c != NULL; c = c->next)
		copy_value(f, list, NULL, c);
	return list;
}

static int
read_primary_key(struct foreign *f, const struct json *key, struct err *e)
{
	struct json *list = add_names(f, need_list(f, "unique"), NULL, key);

	for (const struct json *c = list->child; c != NULL; c = c->next) {
		struct json *m = (struct json *)(uintptr_t)(c->type ==
		    JSON_TEXT ? json_get(f->columns, c->s) : NULL);

		if (m == NULL)
			return err_set(e, ERR_FORMAT, "the primary key names "
			    "no field");
		if (json_get(m, "min_fraction") == NULL)
			json_add_int(f->a, m, "min_fraction", 1);
	}
	return 0;
}

static void
read_foreign_keys(struct foreign *f, const struct json *keys)
{
	for (const struct json *k = keys->child; k != NULL; k = k->next) {
		const struct json *fields = json_get(k, "fields");
		const struct json *to = json_get(k, "reference");
		const char *resource = to != NULL ? json_text(to, "resource",
		    "") : "";
		struct json *m;

		if (fields == NULL || to == NULL || *resource == '\0' ||
		    json_get(to, "fields") == NULL) {
			leave_out(f, "a foreign key into the table itself");
			continue;
		}
		m = json_add_map(f->a, need_list(f, "references"), NULL);
		add_names(f, m, "columns", fields);
		json_add_text(f->a, m, "data", resource);
		add_names(f, m, "to", json_get(to, "fields"));
	}
}

/* Words for missing; the empty one is ours, too. */
static void
read_missing(struct foreign *f, const struct json *words)
{
	struct json *list = NULL;

	for (const struct json *w = words->child; w != NULL; w = w->next) {
		if (w->type != JSON_TEXT || w->n == 0)
			continue;
		if (list == NULL)
			list = json_add_list(f->a, json_add_map(f->a, f->top,
			    "read"), "na");
		json_add_text(f->a, list, NULL, w->s);
	}
}

int
read_table_schema(struct foreign *f, const struct json *schema,
    struct err *e)
{
	const struct json *fields = json_get(schema, "fields"), *j;

	if (fields->type != JSON_LIST)
		return err_set(e, ERR_FORMAT, "'fields' is no list");
	for (j = fields->child; j != NULL; j = j->next)
		if (read_field(f, j, e) != 0)
			return -1;
	if ((j = json_get(schema, "missingValues")) != NULL)
		read_missing(f, j);
	if ((j = json_get(schema, "primaryKey")) != NULL &&
	    read_primary_key(f, j, e) != 0)
		return -1;
	if ((j = json_get(schema, "uniqueKeys")) != NULL)
		for (j = j->child; j != NULL; j = j->next)
			add_names(f, need_list(f, "unique"), NULL, j);
	if ((j = json_get(schema, "foreignKeys")) != NULL)
		read_foreign_keys(f, j);
	/* fieldsMatch: exact where nothing is said */
	if (strcmp(json_text(schema, "fieldsMatch", "exact"), "exact") == 0) {
		j = json_get(f->top, "extra");
		((struct json *)(uintptr_t)j)->b = false;
		json_add_bool(f->a, f->top, "ordered", true);
	}
	return 0;
}
