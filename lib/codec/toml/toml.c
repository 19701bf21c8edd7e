/* A document of TOML: tables, keys, arrays. */
#include "codec/toml/toml.h"

#include <string.h>

#include "base/utf8.h"
#include "codec/toml/internal.h"

#define KEY_PARTS_MAX JSON_DEPTH_MAX

/* How a table or list came to be decides what may be added to it.  It stands
 * in the number of its node, which is no value of a map or list. */
enum table_state {
	TABLE_IMPLIED,		/* a table below it has a header */
	TABLE_HEADED,		/* has a header itself */
	TABLE_DOTTED,		/* made by a key with dots */
	TABLE_CLOSED,		/* written in line: nothing is added */
	LIST_OF_TABLES		/* [[...]] */
};

struct toml_key {
	const char *part[KEY_PARTS_MAX];
	size_t n;
};

/* ---- members, found by map and name ---- */

static void
write_name(struct buf *b, const struct json *map, const char *key)
{
	buf_clear(b);
	buf_add(b, &map, sizeof(map));
	buf_adds(b, key);
}

static struct json *
find_member(struct toml_reader *r, const struct json *map, const char *key)
{
	uint32_t i;

	write_name(&r->text, map, key);
	i = intern_find(r->seen, r->text.data, r->text.len);
	return i == INTERN_NONE ? NULL : r->member[i];
}

static int
add_member(struct toml_reader *r, struct json *map, const char *key,
    struct json *value, struct err *e)
{
	uint32_t i;

	write_name(&r->text, map, key);
	i = intern_try(r->seen, r->text.data, r->text.len);
	if (i == INTERN_NONE)
		return err_set(e, ERR_NOMEM, "no memory");
	r->member = arena_grow(r->a, r->member, i, &r->room,
	    sizeof(*r->member));
	r->member[i] = value;
	value->line = r->line;
	json_add(r->a, map, key, value);
	return 0;
}

static int
add_table(struct json **out, struct toml_reader *r, struct json *map,
    const char *key, enum table_state state, struct err *e)
{
	*out = json_new(r->a, JSON_MAP);
	(*out)->i = state;
	return add_member(r, map, key, *out, e);
}

/* ---- white space ---- */

static void
skip_blanks(struct toml_reader *r)
{
	while (r->at < r->end && (*r->at == ' ' || *r->at == '\t'))
		r->at++;
}

/* A comment, if one is next, and the end of the line. */
static int
end_line(struct toml_reader *r, struct err *e)
{
	skip_blanks(r);
	if (toml_is_next(r, "#"))
		for (; r->at < r->end && *r->at != '\n' &&
		    !toml_is_next(r, "\r\n"); r->at++)
			if (((unsigned char)*r->at < 0x20 && *r->at != '\t') ||
			    *r->at == 0x7f)
				return toml_fail(r, e, "a comment holds a control "
				    "character");
	if (r->at == r->end)
		return 0;
	if (toml_is_next(r, "\r\n"))
		r->at++;
	if (*r->at != '\n')
		return toml_fail(r, e, "there is more on the line than one "
		    "thing");
	r->at++;
	r->line++;
	return 0;
}

/* Blanks, comments and ends of lines. */
static int
skip_lines(struct toml_reader *r, struct err *e)
{
	for (;;) {
		skip_blanks(r);
		if (r->at == r->end || !(*r->at == '#' || *r->at == '\n' ||
		    toml_is_next(r, "\r\n")))
			return 0;
		if (end_line(r, e) < 0)
			return -1;
	}
}

/* ---- keys and values ---- */

static int
read_part(struct toml_key *k, struct toml_reader *r, struct err *e)
{
	static const char bare[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
	const char *from = r->at;

	if (k->n == KEY_PARTS_MAX)
		return toml_fail(r, e, "a key has too many parts");
	if (r->at < r->end && (*r->at == '"' || *r->at == '\'')) {
		if (toml_text(r, false, e) < 0)
			return -1;
		if (memchr(r->text.data, '\0', r->text.len))
			return toml_fail(r, e, "a key holds a NUL");
		k->part[k->n++] = arena_strndup(r->a, r->text.data,
		    r->text.len);
		return 0;
	}
	while (r->at < r->end && memchr(bare, *r->at, sizeof(bare) - 1))
		r->at++;
	if (r->at == from)
		return toml_fail(r, e, "a key is expected");
	k->part[k->n++] = arena_strndup(r->a, from, (size_t)(r->at - from));
	return 0;
}

static int
read_key(struct toml_key *k, struct toml_reader *r, struct err *e)
{
	k->n = 0;
	for (;;) {
		skip_blanks(r);
		if (read_part(k, r, e) < 0)
			return -1;
		skip_blanks(r);
		if (!toml_is_next(r, "."))
			return 0;
		r->at++;
	}
}

static int read_value(struct json **out, struct toml_reader *r, struct err *e);

/* key = value, into a table. */
static int
read_pair(struct json *map, struct toml_reader *r, struct err *e)
{
	struct toml_key k;
	struct json *value, *below;

	if (read_key(&k, r, e) < 0)
		return -1;
	if (!toml_is_next(r, "="))
		return toml_fail(r, e, "a key wants '=' and a value");
	r->at++;
	for (size_t i = 0; i + 1 < k.n; i++) {
		below = find_member(r, map, k.part[i]);
		if (below == NULL) {
			if (add_table(&below, r, map, k.part[i], TABLE_DOTTED,
			    e) < 0)
				return -1;
		} else if (below->type != JSON_MAP ||
		    (below->i != TABLE_DOTTED && below->i != TABLE_IMPLIED)) {
			return err_set(e, ERR_FORMAT, "TOML line %u: '%s' is "
			    "there already, on line %u", r->line, k.part[i],
			    below->line);
		}
		below->i = TABLE_DOTTED;
		map = below;
	}
	below = find_member(r, map, k.part[k.n - 1]);
	if (below)
		return err_set(e, ERR_FORMAT, "TOML line %u: '%s' is there "
		    "already, on line %u", r->line, k.part[k.n - 1],
		    below->line);
	skip_blanks(r);
	if ((r->depth += (int)k.n - 1) >= JSON_DEPTH_MAX)
		return toml_fail(r, e, "too many levels");
	if (read_value(&value, r, e) < 0)
		return -1;
	r->depth -= (int)k.n - 1;
	return add_member(r, map, k.part[k.n - 1], value, e);
}

static int
read_list(struct json **out, struct toml_reader *r, struct err *e)
{
	struct json *list = json_new(r->a, JSON_LIST), *value;

	list->i = TABLE_CLOSED;
	*out = list;
	r->at++;
	for (;;) {
		if (skip_lines(r, e) < 0)
			return -1;
		if (toml_is_next(r, "]"))
			break;
		if (read_value(&value, r, e) < 0 || skip_lines(r, e) < 0)
			return -1;
		json_add(r->a, list, NULL, value);
		if (toml_is_next(r, "]"))
			break;
		if (!toml_is_next(r, ","))
			return toml_fail(r, e, "an array wants ',' or ']'");
		r->at++;
	}
	r->at++;
	return 0;
}

static int
read_inline(struct json **out, struct toml_reader *r, struct err *e)
{
	struct json *map = json_new(r->a, JSON_MAP);

	map->i = TABLE_CLOSED;
	*out = map;
	r->at++;
	skip_blanks(r);
	while (!toml_is_next(r, "}")) {
		if (read_pair(map, r, e) < 0)
			return -1;
		skip_blanks(r);
		if (toml_is_next(r, "}"))
			break;
		if (!toml_is_next(r, ","))
			return toml_fail(r, e, "a table in a line wants ',' or "
			    "'}'");
		r->at++;
		skip_blanks(r);
		if (toml_is_next(r, "}"))
			return toml_fail(r, e, "a table in a line ends with "
			    "','");
	}
	r->at++;
	return 0;
}

static int
read_value(struct json **out, struct toml_reader *r, struct err *e)
{
	uint32_t line = r->line;
	int got;

	if (r->at == r->end)
		return toml_fail(r, e, "a value is expected");
	if (*r->at == '"' || *r->at == '\'') {
		if (toml_text(r, true, e) < 0)
			return -1;
		*out = json_new(r->a, JSON_TEXT);
		(*out)->s = arena_strndup(r->a, r->text.data, r->text.len);
		(*out)->n = r->text.len;
		(*out)->line = line;
		return 0;
	}
	if (*r->at != '[' && *r->at != '{')
		return toml_scalar(out, r, e);
	if (++r->depth >= JSON_DEPTH_MAX)
		return toml_fail(r, e, "too many levels");
	got = *r->at == '[' ? read_list(out, r, e) : read_inline(out, r, e);
	r->depth--;
	if (got == 0)
		(*out)->line = line;
	return got;
}

/* ---- headers ---- */

static int
refuse_header(const struct toml_reader *r, const char *name,
    const struct json *have, struct err *e)
{
	return err_set(e, ERR_FORMAT, "TOML line %u: '%s' is there already, on "
	    "line %u", r->line, name, have->line);
}

/* The table that a part of a header before its last leads to. */
static int
enter_table(struct json **map, struct toml_reader *r, const char *name,
    struct err *e)
{
	struct json *below = find_member(r, *map, name);

	r->depth++;
	if (below == NULL)
		return add_table(map, r, *map, name, TABLE_IMPLIED, e);
	if (below->type == JSON_LIST && below->i == LIST_OF_TABLES) {
		r->depth++;
		below = below->last;
	} else if (below->type != JSON_MAP || below->i == TABLE_CLOSED) {
		return refuse_header(r, name, below, e);
	}
	*map = below;
	return 0;
}

/* [a.b], or [[a.b]]: the table that follows is *out. */
static int
read_header(struct json **out, struct json *root, struct toml_reader *r,
    struct err *e)
{
	bool list = toml_is_next(r, "[[");
	struct json *map = root, *have;
	struct toml_key k;
	const char *name;

	r->at += list ? 2 : 1;
	if (read_key(&k, r, e) < 0)
		return -1;
	if (!toml_is_next(r, list ? "]]" : "]"))
		return toml_fail(r, e, "a header wants ']'");
	r->at += list ? 2 : 1;
	r->depth = list ? 2 : 1;
	for (size_t i = 0; i + 1 < k.n; i++)
		if (enter_table(&map, r, k.part[i], e) < 0)
			return -1;
	if (r->depth >= JSON_DEPTH_MAX)
		return toml_fail(r, e, "too many levels");
	name = k.part[k.n - 1];
	have = find_member(r, map, name);
	if (!list && have == NULL)
		return add_table(out, r, map, name, TABLE_HEADED, e);
	if (!list) {
		if (have->type != JSON_MAP || have->i != TABLE_IMPLIED)
			return refuse_header(r, name, have, e);
		have->i = TABLE_HEADED;
		*out = have;
		return 0;
	}
	if (have == NULL) {
		have = json_new(r->a, JSON_LIST);
		have->i = LIST_OF_TABLES;
		if (add_member(r, map, name, have, e) < 0)
			return -1;
	} else if (have->type != JSON_LIST || have->i != LIST_OF_TABLES) {
		return refuse_header(r, name, have, e);
	}
	*out = json_add_map(r->a, have, NULL);
	(*out)->i = TABLE_HEADED;
	(*out)->line = r->line;
	return 0;
}

static int
read_document(struct json *root, struct toml_reader *r, struct err *e)
{
	struct json *table = root;

	for (;;) {
		if (skip_lines(r, e) < 0)
			return -1;
		if (r->at == r->end)
			return 0;
		if ((*r->at == '[' ? read_header(&table, root, r, e) :
		    read_pair(table, r, e)) < 0 || end_line(r, e) < 0)
			return -1;
	}
}

int
toml_parse(struct json **out, struct arena *a, const char *s, size_t n,
    struct err *e)
{
	struct toml_reader r = { .a = a, .line = 1 };
	int got;

	r.at = n ? s : "";	/* an empty buffer has no bytes to point at */
	r.end = r.at + n;
	*out = json_new(a, JSON_MAP);
	(*out)->i = TABLE_HEADED;
	if (n > TOML_BYTES_MAX)
		return err_set(e, ERR_TOOBIG, "more than %zu MB of TOML",
		    TOML_BYTES_MAX >> 20);
	if (n && !utf8_ok(s, n))
		return err_set(e, ERR_FORMAT, "TOML is UTF-8, and this is not");
	if (toml_is_next(&r, "\xef\xbb\xbf"))
		r.at += 3;
	r.seen = intern_new();
	buf_init(&r.text, TOML_BYTES_MAX + 64);
	got = read_document(*out, &r, e);
	intern_free(r.seen);
	buf_free(&r.text);
	return got;
}
