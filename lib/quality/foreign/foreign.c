/* Whose schema a text is, and the tree of ours that it becomes. */
#include <string.h>

#include "codec/yaml.h"
#include "quality/foreign/internal.h"

/* A line that begins so, blanks aside, with '{' or ':' behind it. */
static bool
has_message(const char *s, size_t n, const char *word)
{
	size_t len = strlen(word);
	const char *end = s + n;

	while (s < end) {
		const char *q = memchr(s, '\n', (size_t)(end - s));
		const char *p = s;

		q = q == NULL ? end : q;
		while (p < q && (*p == ' ' || *p == '\t'))
			p++;
		if ((size_t)(q - p) > len && memcmp(p, word, len) == 0) {
			for (p += len; p < q && *p == ' '; p++)
				;
			if (p < q && *p == '{')
				return true;
		}
		s = q + 1;
	}
	return false;
}

static const struct json *
table_schema_of(const struct json *j)
{
	const struct json *r = json_get(j, "resources");

	if (r != NULL && r->type == JSON_LIST && r->n == 1)
		j = r->child;
	if (json_get(j, "fields") == NULL && json_get(j, "schema") != NULL)
		j = json_get(j, "schema");
	return j->type == JSON_MAP && json_get(j, "fields") != NULL ? j : NULL;
}

static enum schema_kind
kind_of_tree(const struct json *j)
{
	const struct json *list;

	if (j == NULL || j->type != JSON_MAP || json_get(j, "columns") != NULL)
		return SCHEMA_OURS;
	list = json_get(j, "expectations");
	if (list != NULL && list->type == JSON_LIST)
		return SCHEMA_EXPECTATIONS;
	return table_schema_of(j) != NULL ? SCHEMA_FRICTIONLESS : SCHEMA_OURS;
}

enum schema_kind
schema_kind_of(const char *s, size_t n)
{
	struct err ignored = ERR_INIT;
	enum schema_kind kind = SCHEMA_OURS;
	struct arena a = { 0 };
	struct json *j;

	if (has_message(s, n, "feature") || has_message(s, n, "string_domain"))
		return SCHEMA_TFDV;
	if (yaml_parse(&j, &a, s, n, &ignored) == 0)
		kind = kind_of_tree(j);
	arena_free(&a);
	return kind;
}

const char *
schema_kind_name(enum schema_kind kind)
{
	static const char *const names[] = { "mlv", "Great Expectations",
	    "Frictionless Data", "TensorFlow Data Validation" };

	return names[kind];
}

int
schema_import(struct schema **out, struct schema_left *left,
    struct arena *a, const char *s, size_t n, struct err *e)
{
	enum schema_kind kind = schema_kind_of(s, n);
	struct foreign f = { .a = a, .left = left };
	struct json *j = NULL;
	int r;

	memset(left, 0, sizeof(*left));
	if (kind == SCHEMA_OURS)
		return schema_parse(out, a, s, n, e);
	f.top = json_new(a, JSON_MAP);
	json_add_text(a, f.top, "schema", "mlv.schema/1");
	json_add_bool(a, f.top, "extra", true);
	f.columns = json_add_map(a, f.top, "columns");
	if (kind != SCHEMA_TFDV && yaml_parse(&j, a, s, n, e) != 0)
		return -1;
	r = kind == SCHEMA_TFDV ? read_tfdv(&f, s, n, e) :
	    kind == SCHEMA_EXPECTATIONS ? read_expectations(&f, j, e) :
	    read_table_schema(&f, table_schema_of(j), e);
	if (r == 0 && f.too_long)
		r = err_set(e, ERR_TOOBIG, "a condition or pattern of more "
		    "than %zu MiB", BUF_CAP_SMALL >> 20);
	if (r == 0)
		r = schema_from_json(out, a, f.top, e);
	return r == 0 ? 0 : err_wrap(e, "read as a schema of %s",
	    schema_kind_name(kind));
}
