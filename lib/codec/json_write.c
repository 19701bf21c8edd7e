/* JSON as text: compact, indented, canonical. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/utf8.h"
#include "codec/json.h"

/* Bytes that stand for themselves inside quotes. */
static bool
is_plain(unsigned char c)
{
	return c >= 0x20 && c != '"' && c != '\\' && c < 0x80;
}

static void
add_escape(struct buf *out, unsigned char c)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *k = memchr(from, c, sizeof(from) - 1);

	if (k)
		buf_addf(out, "\\%c", to[k - from]);
	else
		buf_addf(out, "\\u%04x", c);
}

void
json_quote(struct buf *out, const char *text, size_t n)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t i = 0, k;

	buf_addc(out, '"');
	while (i < n) {
		for (k = i; k < n && is_plain(s[k]); k++)
			;
		buf_add(out, s + i, k - i);
		i = k;
		if (i == n)
			break;
		if (s[i] < 0x80) {
			add_escape(out, s[i++]);
			continue;
		}
		k = utf8_at(text + i, n - i);
		if (k)
			buf_add(out, s + i, k);
		else
			buf_adds(out, "\357\277\275");	/* U+FFFD */
		i += k ? k : 1;
	}
	buf_addc(out, '"');
}

static void
write_number(struct buf *out, const struct json *j)
{
	char text[NUM_TEXT_MAX];

	if (j->type == JSON_INT)
		buf_add(out, text, num_print_i64(text, j->i));
	else if (isfinite(j->d))
		buf_add(out, text, num_print_f64(text, j->d));
	else
		buf_adds(out, "null");
}

static void
new_line(struct buf *out, int indent)
{
	buf_addc(out, '\n');
	for (int i = 0; i < indent; i++)
		buf_adds(out, "  ");
}

/* indent < 0: on one line. */
static void
write_tree(struct buf *out, const struct json *j, int indent)
{
	bool map = j->type == JSON_MAP;
	int inner = indent < 0 ? indent : indent + 1;

	switch (j->type) {
	case JSON_NULL:
		buf_adds(out, "null");
		return;
	case JSON_BOOL:
		buf_adds(out, j->b ? "true" : "false");
		return;
	case JSON_INT:
	case JSON_REAL:
		write_number(out, j);
		return;
	case JSON_TEXT:
		json_quote(out, j->s, j->n);
		return;
	default:
		break;
	}
	buf_addc(out, map ? '{' : '[');
	for (const struct json *m = j->child; m; m = m->next) {
		if (indent >= 0)
			new_line(out, inner);
		if (map) {
			json_quote(out, m->key, strlen(m->key));
			buf_adds(out, indent >= 0 ? ": " : ":");
		}
		write_tree(out, m, inner);
		if (m->next)
			buf_addc(out, ',');
	}
	if (indent >= 0 && j->child)
		new_line(out, indent);
	buf_addc(out, map ? '}' : ']');
}

void
json_write(struct buf *out, const struct json *j)
{
	write_tree(out, j, -1);
}

void
json_write_pretty(struct buf *out, const struct json *j)
{
	write_tree(out, j, 0);
	buf_addc(out, '\n');
}

/* UTF-16 code units of one UTF-8 character, as a number that sorts as they
 * do: characters beyond U+FFFF begin with a surrogate, below U+E000. */
static uint64_t
next_unit(const unsigned char **s)
{
	const unsigned char *p = *s;
	uint32_t c;

	if (p[0] < 0x80) {
		c = p[0];
		*s += 1;
	} else if (p[0] < 0xe0) {
		c = (uint32_t)(p[0] & 31) << 6 | (p[1] & 63);
		*s += 2;
	} else if (p[0] < 0xf0) {
		c = (uint32_t)(p[0] & 15) << 12 | (uint32_t)(p[1] & 63) << 6 |
		    (p[2] & 63);
		*s += 3;
	} else {
		c = (uint32_t)(p[0] & 7) << 18 | (uint32_t)(p[1] & 63) << 12 |
		    (uint32_t)(p[2] & 63) << 6 | (p[3] & 63);
		*s += 4;
		c -= 0x10000;
		return (uint64_t)(0xd800 + (c >> 10)) << 16 |
		    (0xdc00 + (c & 0x3ff));
	}
	return (uint64_t)c << 16;
}

static int
by_utf16(const void *a, const void *b)
{
	const unsigned char *x, *y;

	x = (const unsigned char *)(*(const struct json *const *)a)->key;
	y = (const unsigned char *)(*(const struct json *const *)b)->key;
	while (*x && *y) {
		uint64_t u = next_unit(&x), v = next_unit(&y);

		if (u != v)
			return u < v ? -1 : 1;
	}
	return *x ? 1 : *y ? -1 : 0;
}

static int write_canonical(struct buf *out, const struct json *j, int depth,
    struct err *e);

/* Most keys that are not are names of columns. */
static int
refuse_key(const char *key, struct err *e)
{
	struct buf b;

	buf_init(&b, BUF_CAP_SMALL);
	json_quote(&b, key, strlen(key));
	err_set(e, ERR_FORMAT, "the name %s is not UTF-8: convert the file "
	    "first (iconv -f CP1252 -t UTF-8)", b.data);
	buf_free(&b);
	return -1;
}

static int
canonical_map(struct buf *out, const struct json *j, int depth,
    struct err *e)
{
	const struct json **sorted = xalloc(j->n + 1, sizeof(*sorted)), *m;
	size_t n = 0;
	int r = 0;

	for (m = j->child; m && r == 0; m = m->next) {
		sorted[n++] = m;
		if (!utf8_ok(m->key, strlen(m->key)))
			r = refuse_key(m->key, e);
	}
	if (r == 0)
		qsort(sorted, n, sizeof(*sorted), by_utf16);
	buf_addc(out, '{');
	for (size_t i = 0; i < n && r == 0; i++) {
		if (i)
			buf_addc(out, ',');
		if (i && strcmp(sorted[i]->key, sorted[i - 1]->key) == 0)
			r = err_set(e, ERR_FORMAT, "key '%s' stands twice",
			    sorted[i]->key);
		json_quote(out, sorted[i]->key, strlen(sorted[i]->key));
		buf_addc(out, ':');
		if (r == 0)
			r = write_canonical(out, sorted[i], depth + 1, e);
	}
	buf_addc(out, '}');
	free(sorted);
	return r;
}

static int
canonical_number(struct buf *out, const struct json *j, struct err *e)
{
	char text[NUM_TEXT_MAX], *at;

	if (j->type == JSON_INT) {
		bool large = j->i > (1ll << 53) || j->i < -(1ll << 53);

		num_print_i64(text, j->i);
		buf_addf(out, large ? "\"%s\"" : "%s", text);
		return 0;
	}
	if (!isfinite(j->d))
		return err_set(e, ERR_FORMAT,
		    "a number that is not finite has no canonical form");
	/* minus zero is zero here, and ECMAScript writes 1e+21 for our 1e21 */
	num_print_f64(text, j->d == 0 ? 0 : j->d);
	at = strchr(text, 'e');
	if (at && at[1] != '-')
		buf_addf(out, "%.*se+%s", (int)(at - text), text, at + 1);
	else
		buf_adds(out, text);
	return 0;
}

static int
write_canonical(struct buf *out, const struct json *j, int depth, struct err *e)
{
	if (depth > JSON_DEPTH_MAX)
		return err_set(e, ERR_TOOBIG, "nested too deeply");
	switch (j->type) {
	case JSON_MAP:
		return canonical_map(out, j, depth, e);
	case JSON_LIST:
		buf_addc(out, '[');
		for (const struct json *m = j->child; m; m = m->next) {
			if (write_canonical(out, m, depth + 1, e) < 0)
				return -1;
			if (m->next)
				buf_addc(out, ',');
		}
		buf_addc(out, ']');
		return 0;
	case JSON_INT:
	case JSON_REAL:
		return canonical_number(out, j, e);
	default:
		write_tree(out, j, -1);
		return 0;
	}
}

int
json_canonical(struct buf *out, const struct json *j, struct err *e)
{
	if (write_canonical(out, j, 0, e) < 0)
		return -1;
	return buf_check(out, e);
}
