/* YAML read into a JSON tree, through libyaml. */
#include "codec/yaml.h"

#include <string.h>
#include <yaml.h>

#include "base/intern.h"
#include "base/names.h"
#include "base/num.h"
#include "base/utf8.h"

#define EVENTS_MAX 2000000
#define SIMPLE_KEY_MAX 500	/* bytes; libyaml: 1024 characters */

struct reader {
	struct arena *a;
	struct json *root;
	struct level {
		struct json *at;	/* the list or map */
		struct intern *seen;	/* a map's keys */
	} level[JSON_DEPTH_MAX + 1];
	int depth;
	const char *key;	/* in a map: its value comes next */
	size_t events;
};

static int
refuse_yaml(const yaml_event_t *ev, const char *what, struct err *e)
{
	return err_set(e, ERR_FORMAT, "YAML line %zu: %s",
	    ev->start_mark.line + 1, what);
}

/* YAML 1.2's core schema for plain scalars, plus the spellings of true and
 * false that have capitals. */
static struct json *
plain_value(struct arena *a, const char *s, size_t n)
{
	static const char *const nulls[] = { "", "~", "null", "Null", "NULL" };
	static const char *const bools[] = { "true", "True", "TRUE", "false",
	    "False", "FALSE" };
	static const char *const infinite[] = { ".inf", ".Inf", ".INF", "+.inf" };
	struct json *j = json_new(a, JSON_TEXT);

	j->s = arena_strndup(a, s, n);
	j->n = n;
	if (name_is_listed(j->s, nulls, 5)) {
		j->type = JSON_NULL;
	} else if (name_is_listed(j->s, bools, 6)) {
		j->type = JSON_BOOL;
		j->b = (s[0] | 32) == 't';
	} else if (num_parse_i64(s, n, &j->i)) {
		j->type = JSON_INT;
		j->d = (double)j->i;
	} else if (s[0] != 'n' && s[0] != 'N' && (s[n - 1] | 32) != 'y' &&
	    (s[n - 1] | 32) != 'f' && num_parse_f64(s, n, &j->d)) {
		j->type = JSON_REAL;
	} else if (name_is_listed(j->s, infinite, 4) || strcmp(j->s, "-.inf") == 0) {
		j->type = JSON_REAL;
		j->d = s[0] == '-' ? -1e308 * 10 : 1e308 * 10;
	}
	return j;
}

static int
place_value(struct reader *r, struct json *j, const yaml_event_t *ev, struct err *e)
{
	struct json *to = r->depth ? r->level[r->depth].at : NULL;

	j->line = (uint32_t)ev->start_mark.line + 1;
	if (to == NULL) {
		if (r->root)
			return refuse_yaml(ev, "a second document", e);
		r->root = j;
		return 0;
	}
	json_add(r->a, to, to->type == JSON_MAP ? r->key : NULL, j);
	r->key = NULL;
	return 0;
}

static int
take_scalar(struct reader *r, const yaml_event_t *ev, struct err *e)
{
	const char *s = (const char *)ev->data.scalar.value;
	size_t n = ev->data.scalar.length;
	struct json *to = r->depth ? r->level[r->depth].at : NULL, *j;

	if (ev->data.scalar.anchor || ev->data.scalar.tag)
		return refuse_yaml(ev, "anchors and tags are not used here", e);
	if (memchr(s, '\0', n))
		return refuse_yaml(ev, "a NUL in text", e);
	if (to && to->type == JSON_MAP && r->key == NULL) {
		r->key = arena_strndup(r->a, s, n);
		if (intern_add(r->level[r->depth].seen, s, n) < to->n)
			return err_set(e, ERR_FORMAT, "YAML line %zu: key '%s' "
			    "stands twice", ev->start_mark.line + 1, r->key);
		return 0;
	}
	if (ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE) {
		j = plain_value(r->a, s, n);
	} else {
		j = json_new(r->a, JSON_TEXT);
		j->s = arena_strndup(r->a, s, n);
		j->n = n;
	}
	return place_value(r, j, ev, e);
}

static int
take_open(struct reader *r, const yaml_event_t *ev, struct err *e)
{
	bool map = ev->type == YAML_MAPPING_START_EVENT;
	struct json *to = r->depth ? r->level[r->depth].at : NULL, *j;

	if (map ? ev->data.mapping_start.anchor || ev->data.mapping_start.tag :
	    ev->data.sequence_start.anchor || ev->data.sequence_start.tag)
		return refuse_yaml(ev, "anchors and tags are not used here", e);
	if (to && to->type == JSON_MAP && r->key == NULL)
		return refuse_yaml(ev, "a key must be text", e);
	if (r->depth == JSON_DEPTH_MAX)
		return refuse_yaml(ev, "nested too deeply", e);
	j = json_new(r->a, map ? JSON_MAP : JSON_LIST);
	if (place_value(r, j, ev, e) < 0)
		return -1;
	r->level[++r->depth] = (struct level){ j, map ? intern_new() : NULL };
	return 0;
}

static int
take_event(struct reader *r, const yaml_event_t *ev, struct err *e)
{
	if (++r->events > EVENTS_MAX)
		return refuse_yaml(ev, "too many values", e);
	switch (ev->type) {
	case YAML_ALIAS_EVENT:
		return refuse_yaml(ev, "aliases are not used here", e);
	case YAML_SCALAR_EVENT:
		return take_scalar(r, ev, e);
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		return take_open(r, ev, e);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		intern_free(r->level[r->depth--].seen);
		return 0;
	case YAML_DOCUMENT_START_EVENT:
		return r->root ? refuse_yaml(ev, "a second document", e) : 0;
	default:
		return 0;
	}
}

/* From 1; the end of the text is on its last line. */
static size_t
line_of(const yaml_mark_t *mark, const char *s, size_t n)
{
	size_t lines = n > 0 && s[n - 1] != '\n';

	for (size_t i = 0; i < n; i++)
		lines += s[i] == '\n';
	return mark->line < lines ? mark->line + 1 : lines > 0 ? lines : 1;
}

/* The line of "<<<<<<< ", which git leaves where two sides differ, when a
 * line of ">>>>>>> " follows; 0: none. */
static size_t
conflict_line(const char *s, size_t n)
{
	const char *end = s + n, *next;
	size_t line = 1, from = 0;

	for (; s < end; s = next + 1, line++) {
		next = memchr(s, '\n', (size_t)(end - s));
		if (next == NULL)
			next = end;
		if (from == 0 && next - s > 7 && memcmp(s, "<<<<<<< ", 8) == 0)
			from = line;
		if (from != 0 && next - s > 7 && memcmp(s, ">>>>>>> ", 8) == 0)
			return from;
	}
	return 0;
}

int
yaml_parse(struct json **out, struct arena *a, const char *s, size_t n,
    struct err *e)
{
	struct reader r = { .a = a };
	yaml_parser_t parser;
	yaml_event_t ev;
	bool more = true;
	size_t conflict = conflict_line(s, n);
	int result = 0;

	if (n > YAML_BYTES_MAX)
		return err_set(e, ERR_TOOBIG, "YAML of more than %zu MiB",
		    YAML_BYTES_MAX >> 20);
	if (conflict != 0)
		return err_set(e, ERR_FORMAT, "line %zu: a merge conflict of "
		    "git: keep the lines of one side (git checkout --ours or "
		    "--theirs does that)", conflict);
	if (!yaml_parser_initialize(&parser))
		return err_set(e, ERR_NOMEM, "out of memory");
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)s, n);
	while (more && result == 0) {
		if (!yaml_parser_parse(&parser, &ev)) {
			result = err_set(e, ERR_FORMAT, "YAML line %zu: %s",
			    line_of(&parser.problem_mark, s, n),
			    parser.problem ? parser.problem : "cannot be read");
			break;
		}
		more = ev.type != YAML_STREAM_END_EVENT;
		result = take_event(&r, &ev, e);
		yaml_event_delete(&ev);
	}
	yaml_parser_delete(&parser);
	for (; r.depth > 0; r.depth--)
		intern_free(r.level[r.depth].seen);
	*out = r.root ? r.root : json_new(a, JSON_NULL);
	return result;
}

/* What YAML 1.1, which most other readers speak, takes for true or false. */
static bool
is_old_bool(const char *s, size_t n)
{
	static const char *const words[] = { "yes", "no", "on", "off" };
	char low[4];

	if (n >= sizeof(low))
		return false;
	for (size_t i = 0; i <= n; i++)
		low[i] = (char)(i < n ? s[i] | 32 : '\0');
	return name_is_listed(low, words, 4);
}

/* Text that would not be read as the same text without quotes. */
static bool
needs_quotes(struct arena *a, const char *s, size_t n)
{
	if (n == 0 || is_old_bool(s, n) || plain_value(a, s, n)->type != JSON_TEXT || s[0] == ' ' ||
	    s[n - 1] == ' ' || s[n - 1] == ':' ||
	    strchr("-?:,[]{}#&*!|>'\"%@`~.", s[0]))
		return true;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] < 32 || (unsigned char)s[i] >= 127 ||
		    s[i] == '#' || s[i] == ':' || s[i] == '"' || s[i] == '\\')
			return true;
	return false;
}

/* Must YAML see this code point as an escape?  It takes some for line ends
 * and drops or refuses others, which JSON writes as they are. */
static bool
needs_escape(uint32_t c)
{
	return (c >= 0x7f && c <= 0x9f) || c == 0x2028 || c == 0x2029 ||
	    c == 0xfeff || (c & 0xfffe) == 0xfffe;
}

static uint32_t
code_point(const char *s, size_t n)
{
	static const uint8_t mask[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t c = (uint8_t)s[0] & mask[n];

	for (size_t i = 1; i < n; i++)
		c = c << 6 | ((uint8_t)s[i] & 0x3f);
	return c;
}

/* In double quotes, as JSON, and as YAML reads it. */
static void
write_quoted(struct buf *out, const char *s, size_t n)
{
	struct buf b;
	const char *p, *end;

	buf_init(&b, BUF_CAP_DOC);
	json_quote(&b, s, n);
	for (p = b.data, end = p + b.len; p < end;) {
		size_t len = utf8_at(p, (size_t)(end - p));
		uint32_t c = code_point(p, len);

		if (!needs_escape(c))
			buf_add(out, p, len);
		else if (c < 0x10000)
			buf_addf(out, "\\u%04x", (unsigned)c);
		else
			buf_addf(out, "\\U%08x", (unsigned)c);
		p += len;
	}
	buf_free(&b);
}

static void
write_text(struct buf *out, struct arena *a, const char *s, size_t n)
{
	if (needs_quotes(a, s, n))
		write_quoted(out, s, n);
	else
		buf_add(out, s, n);
}

static void
put_indent(struct buf *out, int by)
{
	for (int i = 0; i < by; i++)
		buf_adds(out, "  ");
}

/* A map's key; one that is too long for YAML's simple keys is marked. */
static void
write_key(struct buf *out, struct arena *a, const char *s, int level)
{
	struct buf b;

	buf_init(&b, BUF_CAP_DOC);
	write_text(&b, a, s, strlen(s));
	if (b.len > SIMPLE_KEY_MAX)
		buf_adds(out, "? ");
	buf_add(out, b.data, b.len);
	if (b.len > SIMPLE_KEY_MAX) {
		buf_addc(out, '\n');
		put_indent(out, level);
	}
	buf_addc(out, ':');
	buf_free(&b);
}

static bool
is_small(const struct json *j)
{
	const struct json *m;

	if (j->type != JSON_LIST || j->n > 12)
		return false;
	for (m = j->child; m; m = m->next)
		if (m->type >= JSON_LIST || (m->type == JSON_TEXT && m->n > 32))
			return false;
	return true;
}

static void write_node(struct buf *out, struct arena *a, const struct json *j,
    int level);

/* A list of a few short values: on one line. */
static void
write_flow(struct buf *out, struct arena *a, const struct json *j)
{
	buf_addc(out, '[');
	for (const struct json *m = j->child; m; m = m->next) {
		if (m->type == JSON_TEXT && strpbrk(m->s, ",[]{}") != NULL)
			write_quoted(out, m->s, m->n);
		else
			write_node(out, a, m, 0);
		if (m->next)
			buf_adds(out, ", ");
	}
	buf_addc(out, ']');
}

/* What follows "key:" or "-", with its leading space or line end. */
static void
write_child(struct buf *out, struct arena *a, const struct json *m, int level)
{
	if ((m->type == JSON_MAP || m->type == JSON_LIST) && m->n &&
	    !is_small(m)) {
		buf_addc(out, '\n');
		write_node(out, a, m, level);
		return;
	}
	buf_addc(out, ' ');
	write_node(out, a, m, level);
	buf_addc(out, '\n');
}

static void
write_node(struct buf *out, struct arena *a, const struct json *j, int level)
{
	if (j->type == JSON_TEXT) {
		write_text(out, a, j->s, j->n);
	} else if (j->type == JSON_REAL && j->d - j->d != 0) {
		buf_adds(out, j->d != j->d ? "null" : j->d > 0 ? ".inf" : "-.inf");
	} else if (j->type < JSON_LIST || j->n == 0) {
		json_write(out, j);
	} else if (is_small(j)) {
		write_flow(out, a, j);
	} else {
		for (const struct json *m = j->child; m; m = m->next) {
			put_indent(out, level);
			if (j->type == JSON_MAP) {
				write_key(out, a, m->key, level);
			} else {
				buf_addc(out, '-');
			}
			write_child(out, a, m, level + 1);
		}
	}
}

int
yaml_write(struct buf *out, const struct json *j, struct err *e)
{
	struct arena a = { 0 };

	write_node(out, &a, j, 0);
	if (out->len && out->data[out->len - 1] != '\n')
		buf_addc(out, '\n');
	arena_free(&a);
	if (out->len > YAML_BYTES_MAX)
		return err_set(e, ERR_TOOBIG, "more than %zu MiB of YAML",
		    YAML_BYTES_MAX >> 20);
	return buf_check(out, e);
}
