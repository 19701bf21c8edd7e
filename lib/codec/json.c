/* The pull reader, and the tree on top of it. */
#include "codec/json.h"

#include <math.h>
#include <string.h>

#include "base/intern.h"
#include "base/num.h"
#include "base/utf8.h"

/* What may come next; kept in json_pull.state. */
enum {
	S_VALUE,		/* a value */
	S_FIRST_VALUE,		/* a value or ']' */
	S_FIRST_KEY,		/* a key or '}' */
	S_KEY,			/* a key */
	S_AFTER			/* ',' or a closing bracket, or the end */
};

void
json_pull_init(struct json_pull *p, const char *s, size_t n, int flags)
{
	memset(p, 0, sizeof(*p));
	p->start = p->at = s;
	p->end = s + n;
	p->flags = flags;
	p->state = S_VALUE;
	buf_init(&p->scratch, BUF_CAP_DOC);
}

void
json_pull_free(struct json_pull *p)
{
	buf_free(&p->scratch);
}

static enum json_token
bad_token(struct json_pull *p, const char *what, struct err *e)
{
	size_t line = 1, column = 1;

	for (const char *s = p->start; s < p->at; s++) {
		column++;
		if (*s == '\n') {
			line++;
			column = 1;
		}
	}
	err_set(e, ERR_FORMAT, "JSON line %zu column %zu: %s", line, column,
	    what);
	return JSON_BAD;
}

static void
skip_space(struct json_pull *p)
{
	while (p->at < p->end && (*p->at == ' ' || *p->at == '\n' ||
	    *p->at == '\t' || *p->at == '\r'))
		p->at++;
}

static int
read_hex4(const char *s, const char *end)
{
	int v = 0;

	if (end - s < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int c = s[i], d = c >= '0' && c <= '9' ? c - '0' :
		    (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;

		if (d < 0)
			return -1;
		v = v << 4 | d;
	}
	return v;
}

static void
add_utf8(struct buf *b, unsigned c)
{
	char s[4];
	size_t n;

	if (c < 0x80) {
		s[0] = (char)c;
		n = 1;
	} else if (c < 0x800) {
		s[0] = (char)(0xc0 | c >> 6);
		s[1] = (char)(0x80 | (c & 63));
		n = 2;
	} else if (c < 0x10000) {
		s[0] = (char)(0xe0 | c >> 12);
		s[1] = (char)(0x80 | (c >> 6 & 63));
		s[2] = (char)(0x80 | (c & 63));
		n = 3;
	} else {
		s[0] = (char)(0xf0 | c >> 18);
		s[1] = (char)(0x80 | (c >> 12 & 63));
		s[2] = (char)(0x80 | (c >> 6 & 63));
		s[3] = (char)(0x80 | (c & 63));
		n = 4;
	}
	buf_add(b, s, n);
}

/* The escape at p->at (behind the backslash) into scratch. */
static bool
read_escape(struct json_pull *p)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *k;
	int c, low;

	if (p->at == p->end)
		return false;
	if (*p->at != 'u') {
		k = memchr(from, *p->at, sizeof(from) - 1);
		if (k == NULL)
			return false;
		buf_addc(&p->scratch, to[k - from]);
		p->at++;
		return true;
	}
	c = read_hex4(p->at + 1, p->end);
	if (c < 0)
		return false;
	p->at += 5;
	if (c >= 0xdc00 && c < 0xe000)
		return false;
	if (c >= 0xd800 && c < 0xdc00) {
		if (p->end - p->at < 6 || p->at[0] != '\\' || p->at[1] != 'u')
			return false;
		low = read_hex4(p->at + 2, p->end);
		if (low < 0xdc00 || low >= 0xe000)
			return false;
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
		p->at += 6;
	}
	add_utf8(&p->scratch, (unsigned)c);
	return true;
}

/* Plain bytes up to a quote, a backslash or something wrong. */
static bool
read_plain(struct json_pull *p)
{
	while (p->at < p->end && *p->at != '"' && *p->at != '\\') {
		unsigned char c = (unsigned char)*p->at;
		size_t n;

		if (c < 0x20)
			return false;
		if (c < 0x80) {
			p->at++;
			continue;
		}
		n = utf8_at(p->at, (size_t)(p->end - p->at));
		if (n == 0)
			return false;
		p->at += n;
	}
	return true;
}

/* The string whose opening quote is at p->at, into p->s and p->n. */
static bool
read_string(struct json_pull *p)
{
	const char *from = ++p->at;

	if (!read_plain(p) || p->at == p->end)
		return false;
	if (*p->at == '"') {
		p->s = from;
		p->n = (size_t)(p->at++ - from);
		return true;
	}
	buf_clear(&p->scratch);
	for (;;) {
		buf_add(&p->scratch, from, (size_t)(p->at - from));
		if (p->at == p->end)
			return false;
		if (*p->at++ == '"')
			break;
		if (!read_escape(p))
			return false;
		from = p->at;
		if (!read_plain(p))
			return false;
	}
	p->s = p->scratch.data;
	p->n = p->scratch.len;
	return !p->scratch.failed;
}

static bool
skip_word(struct json_pull *p, const char *w)
{
	size_t n = strlen(w);

	if ((size_t)(p->end - p->at) < n || memcmp(p->at, w, n) != 0)
		return false;
	p->at += n;
	return true;
}

static bool
read_special(struct json_pull *p)
{
	if (!(p->flags & JSON_NAN))
		return false;
	p->s = p->at;
	p->is_int = false;
	if (skip_word(p, "NaN"))
		p->d = NAN;
	else if (skip_word(p, "Infinity"))
		p->d = INFINITY;
	else if (skip_word(p, "-Infinity"))
		p->d = -INFINITY;
	else
		return false;
	p->n = (size_t)(p->at - p->s);
	return true;
}

static const double powers[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8,
	1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
	1e21, 1e22 };

static const char *
read_digits(const char *s, const char *end, uint64_t *m, int *count)
{
	for (; s < end && *s >= '0' && *s <= '9'; s++) {
		/* beyond 19 digits the slow path decides */
		if (*count < 19)
			*m = *m * 10 + (uint64_t)(*s - '0');
		*count += *count || *s != '0';
	}
	return s;
}

/* A number by the grammar; the usual short ones without leaving here
 * (Clinger: up to 2^53 times or over a power of ten up to 22 is exact). */
static bool
read_number(struct json_pull *p)
{
	const char *s = p->at, *from = s, *first;
	bool neg = s < p->end && *s == '-';
	uint64_t m = 0;
	int count = 0, exponent = 0, frac = 0;

	s += neg;
	first = s;
	s = read_digits(s, p->end, &m, &count);
	if (s == first || (*first == '0' && s - first > 1))
		return false;
	p->is_int = true;
	if (s < p->end && *s == '.') {
		first = ++s;
		s = read_digits(s, p->end, &m, &count);
		if (s == first)
			return false;
		/* what is longer than an int is not short: the slow path */
		frac = s - first > 100000 ? 100000 : (int)(s - first);
		p->is_int = false;
	}
	if (s < p->end && (*s | 32) == 'e') {
		bool minus;

		s++;
		minus = s < p->end && *s == '-';
		s += s < p->end && (*s == '-' || *s == '+');
		for (first = s; s < p->end && *s >= '0' && *s <= '9'; s++)
			exponent = exponent < 10000 ?
			    exponent * 10 + (*s - '0') : exponent;
		if (s == first)
			return false;
		exponent = minus ? -exponent : exponent;
		p->is_int = false;
	}
	p->at = s;
	p->s = from;
	p->n = (size_t)(s - from);
	exponent -= frac;
	if (count <= 19 && frac < 100000 && m <= (1ull << 53) && exponent >= -22 &&
	    exponent <= 22) {
		p->d = exponent < 0 ? (double)m / powers[-exponent] :
		    (double)m * powers[exponent];
		if (neg)
			p->d = -p->d;
	} else if (!num_parse_f64(from, p->n, &p->d)) {
		return false;
	}
	if (p->is_int)
		p->is_int = num_parse_i64(from, p->n, &p->i);
	return true;
}

static enum json_token
read_value(struct json_pull *p, struct err *e)
{
	p->state = S_AFTER;
	switch (*p->at) {
	case '{':
	case '[':
		if (p->depth == JSON_DEPTH_MAX)
			return bad_token(p, "nested too deeply", e);
		p->in_map = p->in_map << 1 | (*p->at == '{');
		p->depth++;
		p->state = *p->at == '{' ? S_FIRST_KEY : S_FIRST_VALUE;
		return *p->at++ == '{' ? JSON_T_MAP : JSON_T_LIST;
	case '"':
		return read_string(p) ? JSON_T_TEXT :
		    bad_token(p, "bad text", e);
	case 't':
	case 'f':
		p->b = *p->at == 't';
		if (skip_word(p, p->b ? "true" : "false"))
			return JSON_T_BOOL;
		break;
	case 'n':
		if (skip_word(p, "null"))
			return JSON_T_NULL;
		break;
	default:
		if (read_special(p) || read_number(p))
			return JSON_T_NUM;
	}
	return bad_token(p, "not a value", e);
}

static enum json_token
read_key(struct json_pull *p, struct err *e)
{
	if (*p->at != '"' || !read_string(p))
		return bad_token(p, "a key in quotes must stand here", e);
	skip_space(p);
	if (p->at == p->end || *p->at != ':')
		return bad_token(p, "a ':' must stand here", e);
	p->at++;
	p->state = S_VALUE;
	return JSON_KEY;
}

static enum json_token
close_level(struct json_pull *p)
{
	bool map = p->in_map & 1;

	p->at++;
	p->in_map >>= 1;
	p->depth--;
	p->state = S_AFTER;
	return map ? JSON_T_MAP_END : JSON_T_LIST_END;
}

enum json_token
json_pull(struct json_pull *p, struct err *e)
{
	skip_space(p);
	if (p->state == S_AFTER && p->depth == 0)
		return p->at == p->end ? JSON_END_ALL :
		    bad_token(p, "something follows the value", e);
	if (p->at == p->end)
		return bad_token(p, "ends too soon", e);
	if (p->state == S_AFTER) {
		bool map = p->in_map & 1;

		if (*p->at == (map ? '}' : ']'))
			return close_level(p);
		if (*p->at != ',')
			return bad_token(p, map ? "',' or '}' must stand here" :
			    "',' or ']' must stand here", e);
		p->at++;
		p->state = map ? S_KEY : S_VALUE;
		skip_space(p);
		if (p->at == p->end)
			return bad_token(p, "ends too soon", e);
	}
	if ((p->state == S_FIRST_KEY && *p->at == '}') ||
	    (p->state == S_FIRST_VALUE && *p->at == ']'))
		return close_level(p);
	if (p->state == S_KEY || p->state == S_FIRST_KEY)
		return read_key(p, e);
	return read_value(p, e);
}

int
json_pull_skip(struct json_pull *p, struct err *e)
{
	int depth = p->depth;
	enum json_token t;

	do {
		t = json_pull(p, e);
		if (t == JSON_BAD)
			return -1;
	} while (t == JSON_KEY || p->depth > depth);
	return 0;
}

/* Members of one map seen so far: few are compared one by one, many by a
 * dictionary. */
#define FEW_KEYS 16

static bool
is_repeated(struct intern **seen, const struct json *map, const char *s,
    size_t n)
{
	size_t before;

	if (map->n < FEW_KEYS) {
		for (const struct json *j = map->child; j; j = j->next)
			if (strlen(j->key) == n && memcmp(j->key, s, n) == 0)
				return true;
		return false;
	}
	if (*seen == NULL) {
		*seen = intern_new();
		for (const struct json *j = map->child; j; j = j->next)
			intern_add(*seen, j->key, strlen(j->key));
	}
	before = intern_count(*seen);
	return intern_add(*seen, s, n) < before;
}

struct tree_level {
	struct json *at;		/* the list or map */
	struct intern *seen;
};

struct tree_builder {
	struct json_pull pull;
	struct arena *a;
	struct tree_level level[JSON_DEPTH_MAX + 1];
	int depth;
	uint32_t line;
	const char *counted;		/* lines are counted up to here */
	const char *key;
	struct json *root;
};

static struct json *
place_node(struct tree_builder *t, enum json_type type)
{
	struct json *j = json_new(t->a, type);
	struct tree_level *l = &t->level[t->depth];

	for (; t->counted < t->pull.at; t->counted++)
		t->line += *t->counted == '\n';
	j->line = t->line;
	j->key = t->key;
	t->key = NULL;
	if (t->depth == 0) {
		t->root = j;
	} else {
		if (l->at->last)
			l->at->last->next = j;
		else
			l->at->child = j;
		l->at->last = j;
		l->at->n++;
	}
	if (type == JSON_LIST || type == JSON_MAP) {
		l = &t->level[++t->depth];
		l->at = j;
		l->seen = NULL;
	}
	return j;
}

static int
take_key(struct tree_builder *t, struct err *e)
{
	struct json_pull *p = &t->pull;
	struct tree_level *l = &t->level[t->depth];

	if (memchr(p->s, '\0', p->n))
		return bad_token(p, "a key holds a NUL", e);
	if (is_repeated(&l->seen, l->at, p->s, p->n))
		return bad_token(p, "a key stands twice", e);
	t->key = arena_strndup(t->a, p->s, p->n);
	return 0;
}

static int
take_token(struct tree_builder *t, enum json_token token, struct err *e)
{
	struct json_pull *p = &t->pull;
	struct json *j;

	switch (token) {
	case JSON_KEY:
		return take_key(t, e);
	case JSON_T_NULL:
		place_node(t, JSON_NULL);
		break;
	case JSON_T_BOOL:
		place_node(t, JSON_BOOL)->b = p->b;
		break;
	case JSON_T_NUM:
		j = place_node(t, p->is_int ? JSON_INT : JSON_REAL);
		j->d = p->d;
		j->i = p->is_int ? p->i : 0;
		break;
	case JSON_T_TEXT:
		j = place_node(t, JSON_TEXT);
		j->s = arena_strndup(t->a, p->s, p->n);
		j->n = p->n;
		break;
	case JSON_T_LIST:
		place_node(t, JSON_LIST);
		break;
	case JSON_T_MAP:
		place_node(t, JSON_MAP);
		break;
	default:
		intern_free(t->level[t->depth].seen);
		t->level[t->depth--].seen = NULL;
	}
	return 0;
}

int
json_parse(struct json **out, struct arena *a, const char *s, size_t n,
    int flags, struct err *e)
{
	struct tree_builder t = { .a = a, .line = 1, .counted = s };
	enum json_token token;
	int r = 0;

	json_pull_init(&t.pull, s, n, flags);
	while (r == 0 && (token = json_pull(&t.pull, e)) != JSON_END_ALL)
		r = token == JSON_BAD ? -1 : take_token(&t, token, e);
	for (; t.depth > 0; t.depth--)
		intern_free(t.level[t.depth].seen);
	json_pull_free(&t.pull);
	*out = t.root;
	return r < 0 ? -1 : 0;
}

const struct json *
json_get(const struct json *j, const char *name)
{
	if (j == NULL || j->type != JSON_MAP)
		return NULL;
	for (j = j->child; j; j = j->next)
		if (strcmp(j->key, name) == 0)
			return j;
	return NULL;
}

const struct json *
json_path(const struct json *j, const char *dotted)
{
	const struct json *m = json_get(j, dotted), *rest;
	size_t n;

	if (m || j == NULL || j->type != JSON_MAP)
		return m;
	for (m = j->child; m; m = m->next) {
		n = strlen(m->key);
		if (strncmp(m->key, dotted, n) == 0 && dotted[n] == '.' &&
		    (rest = json_path(m, dotted + n + 1)) != NULL)
			return rest;
	}
	return NULL;
}

const char *
json_text(const struct json *j, const char *name, const char *fallback)
{
	const struct json *m = json_get(j, name);

	return m && m->type == JSON_TEXT ? m->s : fallback;
}

double
json_num(const struct json *j, const char *name, double fallback)
{
	const struct json *m = json_get(j, name);

	return m && (m->type == JSON_INT || m->type == JSON_REAL) ? m->d :
	    fallback;
}

int64_t
json_int(const struct json *j, const char *name, int64_t fallback)
{
	const struct json *m = json_get(j, name);

	return m && m->type == JSON_INT ? m->i : fallback;
}

bool
json_bool(const struct json *j, const char *name, bool fallback)
{
	const struct json *m = json_get(j, name);

	return m && m->type == JSON_BOOL ? m->b : fallback;
}

struct json *
json_new(struct arena *a, enum json_type type)
{
	struct json *j = arena_alloc(a, sizeof(*j));

	j->type = type;
	return j;
}

struct json *
json_add(struct arena *a, struct json *to, const char *name,
    struct json *child)
{
	if (to->last)
		to->last->next = child;
	else
		to->child = child;
	to->last = child;
	child->next = NULL;
	child->key = name ? arena_strdup(a, name) : NULL;
	to->n++;
	return child;
}

struct json *
json_add_textn(struct arena *a, struct json *to, const char *name,
    const char *s, size_t n)
{
	struct json *j = json_new(a, JSON_TEXT);

	j->s = arena_strndup(a, s, n);
	j->n = n;
	return json_add(a, to, name, j);
}

struct json *
json_add_text(struct arena *a, struct json *to, const char *name,
    const char *s)
{
	return json_add_textn(a, to, name, s, strlen(s));
}

struct json *
json_add_int(struct arena *a, struct json *to, const char *name, int64_t v)
{
	struct json *j = json_new(a, JSON_INT);

	j->i = v;
	j->d = (double)v;
	return json_add(a, to, name, j);
}

struct json *
json_add_num(struct arena *a, struct json *to, const char *name, double v)
{
	struct json *j = json_new(a, JSON_REAL);

	j->d = v;
	return json_add(a, to, name, j);
}

struct json *
json_add_bool(struct arena *a, struct json *to, const char *name, bool v)
{
	struct json *j = json_new(a, JSON_BOOL);

	j->b = v;
	return json_add(a, to, name, j);
}

struct json *
json_add_null(struct arena *a, struct json *to, const char *name)
{
	return json_add(a, to, name, json_new(a, JSON_NULL));
}

struct json *
json_add_map(struct arena *a, struct json *to, const char *name)
{
	return json_add(a, to, name, json_new(a, JSON_MAP));
}

struct json *
json_add_list(struct arena *a, struct json *to, const char *name)
{
	return json_add(a, to, name, json_new(a, JSON_LIST));
}
