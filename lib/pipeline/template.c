/* Filling ${...} from the values in scope. */
#include "pipeline/template.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/shellword.h"

#define FILLED_CAP ((size_t)1 << 20)

/* The member `key` of a map, or the element of that number. */
static const struct json *
find_member(const struct json *j, const char *key, size_t n)
{
	uint64_t at = 0;

	if (j->type == JSON_MAP) {
		for (const struct json *m = j->child; m; m = m->next)
			if (strlen(m->key) == n && memcmp(m->key, key, n) == 0)
				return m;
		return NULL;
	}
	if (j->type != JSON_LIST || n == 0 || n > 9)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		if (key[i] < '0' || key[i] > '9')
			return NULL;
		at = at * 10 + (uint64_t)(key[i] - '0');
	}
	for (const struct json *m = j->child; m; m = m->next, at--)
		if (at == 0)
			return m;
	return NULL;
}

/* The end of the first part of a path: "a" of "a.b", "a[0]" and "0]". */
static size_t
part_length(const char *path, size_t n)
{
	size_t i = 0;

	while (i < n && path[i] != '.' && path[i] != '[' && path[i] != ']')
		i++;
	return i;
}

static const struct json *
walk_path(const struct json *j, const char *path, size_t n)
{
	while (j && n) {
		size_t len = part_length(path, n);

		j = find_member(j, path, len);
		path += len;
		n -= len;
		while (n && (*path == '.' || *path == '[' || *path == ']')) {
			path++;
			n--;
		}
	}
	return j;
}

const struct json *
scope_find(const struct scope *s, const char *path, size_t n)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct json *j = s->map[i] ?
		    walk_path(s->map[i], path, n) : NULL;

		if (j && n)
			return j;
	}
	return NULL;
}

struct json *
template_copy(struct arena *a, struct json *to, const char *key,
    const struct json *from)
{
	struct json *copy = json_new(a, from->type);

	copy->b = from->b;
	copy->i = from->i;
	copy->d = from->d;
	copy->line = from->line;
	if (from->type == JSON_TEXT) {
		copy->s = arena_strndup(a, from->s, from->n);
		copy->n = from->n;
	}
	for (const struct json *m = from->child; m; m = m->next)
		template_copy(a, copy, m->key, m);
	return to ? json_add(a, to, key, copy) : copy;
}

const char *
template_text(struct arena *a, const struct json *v)
{
	char num[NUM_TEXT_MAX];

	switch (v->type) {
	case JSON_BOOL:
		return v->b ? "true" : "false";
	case JSON_INT:
		return arena_printf(a, "%lld", (long long)v->i);
	case JSON_REAL:
		num_print_f64(num, v->d);
		/* written with a point it stays a number with one */
		return arena_printf(a, "%s%s", num,
		    strpbrk(num, ".eNI") ? "" : ".0");
	case JSON_TEXT:
		return v->s;
	default:
		return NULL;
	}
}

/* The next ${...} at or after `at`: its inside in *inner, *n; the position of
 * its '$', or NULL when there is no more. */
static const char *
find_braces(const char *at, const char **inner, size_t *n)
{
	while ((at = strstr(at, "${"))) {
		const char *end = strchr(at, '}');

		if (end == NULL)
			return NULL;
		*inner = at + 2;
		*n = (size_t)(end - *inner);
		while (*n && **inner == ' ') {
			(*inner)++;
			(*n)--;
		}
		while (*n && (*inner)[*n - 1] == ' ')
			(*n)--;
		return at;
	}
	return NULL;
}

static int
look_up(const struct json **value, const struct scope *s, const char *inner,
    size_t n, uint32_t line, struct err *e)
{
	*value = scope_find(s, inner, n);
	if (*value)
		return 0;
	return err_set(e, ERR_FORMAT, "line %u: nothing is called '${%.*s}': it "
	    "is in no vars and no parameter file", line, (int)n, inner);
}

static void
add_option_value(struct buf *b, struct arena *a, const struct json *v)
{
	const char *text = template_text(a, v);

	buf_addc(b, ' ');
	shellword_add(b, text ? text : "");
}

/* A map as options of a command. */
static void
add_options(struct buf *b, struct arena *a, const struct json *map,
    const char *prefix)
{
	for (const struct json *m = map->child; m; m = m->next) {
		const char *name = arena_printf(a, "%s%s", prefix, m->key);

		if (m->type == JSON_MAP) {
			add_options(b, a, m, arena_printf(a, "%s.", name));
			continue;
		}
		if (m->type == JSON_NULL || (m->type == JSON_BOOL && !m->b))
			continue;
		if (b->len && b->data[b->len - 1] != ' ')
			buf_addc(b, ' ');
		buf_addf(b, "--%s", name);
		if (m->type == JSON_LIST)
			for (const struct json *v = m->child; v; v = v->next)
				add_option_value(b, a, v);
		else if (m->type != JSON_BOOL)
			add_option_value(b, a, m);
	}
}

/* Append a text with all its ${...} filled. */
static int
fill_text(struct buf *b, struct arena *a, const struct scope *s,
    const struct json *from, bool command, struct err *e)
{
	const char *at = from->s, *found, *inner, *text;
	const struct json *value;
	size_t n;

	while ((found = find_braces(at, &inner, &n))) {
		if (found > from->s && found[-1] == '\\') {
			buf_add(b, at, (size_t)(found - 1 - at));
			buf_adds(b, "${");
			at = found + 2;
			continue;
		}
		buf_add(b, at, (size_t)(found - at));
		at = strchr(found, '}') + 1;
		if (look_up(&value, s, inner, n, from->line, e) < 0)
			return -1;
		text = template_text(a, value);
		if (text)
			buf_adds(b, text);
		else if (command && value->type == JSON_MAP)
			add_options(b, a, value, "");
		else
			return err_set(e, ERR_FORMAT, "line %u: '${%.*s}' is %s "
			    "and cannot stand inside a text", from->line, (int)n,
			    inner, value->type == JSON_NULL ? "null" :
			    value->type == JSON_LIST ? "a list" : "a map");
	}
	buf_adds(b, at);
	return buf_check(b, e);
}

/* Is the whole text one ${...}? */
static bool
is_one_value(const struct json *from, const char **inner, size_t *n)
{
	return find_braces(from->s, inner, n) == from->s &&
	    strchr(from->s, '}')[1] == '\0';
}

int
template_fill(struct json **out, struct arena *a, const struct scope *s,
    const struct json *from, struct err *e)
{
	const struct json *value;
	const char *inner;
	struct json *child;
	struct buf b;
	size_t n;
	int r;

	if (from->type == JSON_TEXT && is_one_value(from, &inner, &n)) {
		if (look_up(&value, s, inner, n, from->line, e) < 0)
			return -1;
		*out = template_copy(a, NULL, NULL, value);
		(*out)->line = from->line;
		return 0;
	}
	if (from->type == JSON_TEXT) {
		buf_init(&b, FILLED_CAP);
		r = fill_text(&b, a, s, from, false, e);
		*out = json_new(a, JSON_TEXT);
		(*out)->s = arena_strndup(a, b.data, b.len);
		(*out)->n = b.len;
		(*out)->line = from->line;
		buf_free(&b);
		return r;
	}
	if (from->type != JSON_LIST && from->type != JSON_MAP) {
		*out = template_copy(a, NULL, NULL, from);
		return 0;
	}
	*out = json_new(a, from->type);
	(*out)->line = from->line;
	for (const struct json *m = from->child; m; m = m->next) {
		const char *key = m->key;
		struct json as_text = { .type = JSON_TEXT, .s = key,
		    .line = m->line };

		if (template_fill(&child, a, s, m, e) < 0)
			return -1;
		if (key && strstr(key, "${")) {
			as_text.n = strlen(key);
			buf_init(&b, FILLED_CAP);
			r = fill_text(&b, a, s, &as_text, false, e);
			key = arena_strndup(a, b.data, b.len);
			buf_free(&b);
			if (r < 0)
				return -1;
		}
		json_add(a, *out, key, child);
	}
	return 0;
}

int
template_fill_command(char **out, struct arena *a, const struct scope *s,
    const struct json *from, struct err *e)
{
	struct buf b;
	int r;

	buf_init(&b, FILLED_CAP);
	r = fill_text(&b, a, s, from, true, e);
	*out = arena_strndup(a, b.data, b.len);
	buf_free(&b);
	return r;
}
