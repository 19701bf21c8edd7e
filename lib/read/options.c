/* How to read a table, as JSON and back. */
#include "read/options.h"

#include <string.h>

#include "base/nearest.h"
#include "table/form.h"

static void
add_words(struct arena *a, struct json *to, const char *key,
    const char *const *v, size_t n)
{
	struct json *list;

	if (n == 0)
		return;
	list = json_add_list(a, to, key);
	for (size_t i = 0; i < n; i++)
		json_add_text(a, list, NULL, v[i]);
}

static void
add_byte(struct arena *a, struct json *to, const char *key, char c)
{
	if (c != '\0')
		json_add_textn(a, to, key, &c, 1);
}

static const char *const format_words[] = { "", "csv", "jsonl", "parquet" };

static bool
format_from(enum table_format *to, const char *word)
{
	for (int i = TABLE_CSV; i <= TABLE_PARQUET; i++)
		if (strcmp(word, format_words[i]) == 0) {
			*to = (enum table_format)i;
			return true;
		}
	return false;
}

struct json *
table_opts_json(struct arena *a, const struct table_read_opts *o)
{
	struct json *j = json_new(a, JSON_MAP), *types;

	if (o->format != TABLE_AUTO)
		json_add_text(a, j, "format", format_words[o->format]);
	if (o->encoding != NULL)
		json_add_text(a, j, "encoding", o->encoding);
	if (o->member != NULL)
		json_add_text(a, j, "member", o->member);
	if (o->skip > 0)
		json_add_int(a, j, "skip_lines", (int64_t)o->skip);
	add_byte(a, j, "delimiter", o->delimiter);
	add_byte(a, j, "quote", o->quote);
	if (o->no_quote)
		json_add_text(a, j, "quote", "");
	add_byte(a, j, "escape", o->escape);
	add_byte(a, j, "comment", o->comment);
	if (o->header != TABLE_HEADER_AUTO)
		json_add_bool(a, j, "header", o->header == TABLE_HEADER_YES);
	add_words(a, j, "columns", o->columns, o->n_columns);
	add_words(a, j, "na", o->na, o->n_na);
	if (o->n_types > 0) {
		types = json_add_map(a, j, "types");
		for (size_t i = 0; i < o->n_types; i++)
			json_add_text(a, types, o->types[i].name,
			    type_word(o->types[i].type,
			    o->types[i].form));
	}
	return j;
}

static int
words_from(const char *const **v, size_t *n, struct arena *a,
    const struct json *j, struct err *e)
{
	const char **w;
	size_t i = 0;

	if (j->type != JSON_LIST)
		return err_set(e, ERR_FORMAT, "'%s' must be a list", j->key);
	w = arena_alloc(a, (j->n + 1) * sizeof(*w));
	for (const struct json *c = j->child; c != NULL; c = c->next) {
		if (c->type != JSON_TEXT)
			return err_set(e, ERR_FORMAT, "'%s' must be a list of "
			    "strings", j->key);
		w[i++] = arena_strdup(a, c->s);
	}
	*v = w;
	*n = i;
	return 0;
}

static int
types_from(struct table_read_opts *o, struct arena *a, const struct json *j,
    struct err *e)
{
	struct table_type *t;
	size_t n = 0;

	if (j->type != JSON_MAP)
		return err_set(e, ERR_FORMAT, "'types' must be a map");
	t = arena_alloc(a, (j->n + 1) * sizeof(*t));
	for (const struct json *c = j->child; c != NULL; c = c->next) {
		if (c->type != JSON_TEXT || (!col_type_parse(c->s,
		    &t[n].type) && !form_parse(c->s, &t[n].form, &t[n].type)))
			return err_set(e, ERR_FORMAT, "unknown type of column "
			    "'%s'", c->key);
		t[n++].name = arena_strdup(a, c->key);
	}
	o->types = t;
	o->n_types = n;
	return 0;
}

/* A member that is one byte of text. */
static bool
byte_from(char *to, const struct json *j, const char *key)
{
	if (strcmp(j->key, key) != 0 || j->type != JSON_TEXT || j->n != 1)
		return false;
	*to = j->s[0];
	return true;
}

static int
member_from(struct table_read_opts *o, struct arena *a, const struct json *j,
    struct err *e)
{
	static const char *const known[] = {
		"format", "encoding", "member", "skip_lines", "delimiter", "quote", "escape",
		"comment", "header", "columns", "na", "types"
	};
	const char *near;

	if (strcmp(j->key, "format") == 0 && j->type == JSON_TEXT &&
	    format_from(&o->format, j->s)) {
		return 0;
	} else if (strcmp(j->key, "encoding") == 0 && j->type == JSON_TEXT) {
		o->encoding = arena_strdup(a, j->s);
	} else if (strcmp(j->key, "member") == 0 && j->type == JSON_TEXT) {
		o->member = arena_strdup(a, j->s);
	} else if (strcmp(j->key, "skip_lines") == 0 &&
	    j->type == JSON_INT && j->i >= 0) {
		o->skip = (uint64_t)j->i;
	} else if (byte_from(&o->delimiter, j, "delimiter") ||
	    byte_from(&o->quote, j, "quote") ||
	    byte_from(&o->escape, j, "escape") ||
	    byte_from(&o->comment, j, "comment")) {
		return 0;
	} else if (strcmp(j->key, "quote") == 0 && j->type == JSON_TEXT &&
	    j->n == 0) {
		o->no_quote = true;
	} else if (strcmp(j->key, "header") == 0 && j->type == JSON_BOOL) {
		o->header = j->b ? TABLE_HEADER_YES : TABLE_HEADER_NO;
	} else if (strcmp(j->key, "columns") == 0) {
		return words_from(&o->columns, &o->n_columns, a, j, e);
	} else if (strcmp(j->key, "na") == 0) {
		return words_from(&o->na, &o->n_na, a, j, e);
	} else if (strcmp(j->key, "types") == 0) {
		return types_from(o, a, j, e);
	} else {
		near = nearest_word(j->key, known,
		    sizeof(known) / sizeof(known[0]));
		if (near != NULL && strcmp(near, j->key) == 0)
			return err_set(e, ERR_FORMAT, "'%s' in 'read' has a "
			    "value of the wrong kind", j->key);
		return err_set(e, ERR_FORMAT, "unknown member '%s' in "
		    "'read'%s%s%s", j->key, near ? "; is it '" : "",
		    near ? near : "", near ? "'?" : "");
	}
	return 0;
}

int
table_opts_from_json(struct table_read_opts *o, struct arena *a,
    const struct json *j, struct err *e)
{
	memset(o, 0, sizeof(*o));
	if (j == NULL || j->type == JSON_NULL)
		return 0;
	if (j->type != JSON_MAP)
		return err_set(e, ERR_FORMAT, "'read' must be a map");
	for (const struct json *c = j->child; c != NULL; c = c->next)
		if (member_from(o, a, c, e) != 0)
			return -1;
	return 0;
}
