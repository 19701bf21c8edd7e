/* Heads and chunks of HTTP/1.1: pure functions of their bytes. */
#include "codec/http/head.h"

#include <string.h>

#include "base/hash.h"
#include "base/num.h"
#include "base/percent.h"
#include "codec/http.h"

/* --- characters ----------------------------------------------------------- */

static bool
is_token(const char *s, size_t n)
{
	/* RFC 9110: no controls, spaces or separators */
	static const uint32_t good[8] = { 0, 0x03ff6cfau, 0xc7fffffeu,
	    0x57ffffffu };

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (!(good[c >> 5] >> (c & 31) & 1))
			return false;
	}
	return n > 0;
}

static char
lower_ascii(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool
is_word(const char *a, size_t n, const char *b)
{
	if (strlen(b) != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (lower_ascii(a[i]) != lower_ascii(b[i]))
			return false;
	return true;
}

bool
http_is_word(const char *s, const char *word)
{
	return is_word(s, strlen(s), word);
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t';
}

bool
http_list_has(const char *value, const char *word)
{
	for (;;) {
		size_t n;

		value += strspn(value, " \t,");
		if (*value == '\0')
			return false;
		n = strcspn(value, " \t,");
		if (is_word(value, n, word))
			return true;
		value += n;
	}
}

/* --- lines ---------------------------------------------------------------- */

size_t
http_head_end(const char *s, size_t n)
{
	const char *at = s, *end = s + n, *lf;

	while ((lf = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		if (lf == at || (lf == at + 1 && *at == '\r'))
			return (size_t)(lf + 1 - s);
		at = lf + 1;
	}
	return 0;
}

/* The line at *at, ended by a NUL in place of its CRLF; *n its bytes.  NULL
 * when its LF stands alone, or there is a CR or a NUL within. */
static char *
next_line(char **at, const char *end, size_t *n)
{
	char *s = *at, *lf = memchr(s, '\n', (size_t)(end - s));

	*at = lf + 1;
	*n = (size_t)(lf - s);
	if (*n == 0 || s[*n - 1] != '\r')
		return NULL;
	--*n;
	s[*n] = '\0';
	return memchr(s, '\r', *n) || memchr(s, '\0', *n) ? NULL : s;
}

/* %2F and %00 stay as they are: a proxy that checks paths in front of us does
 * not take them for a slash or an end either. */
static void
unescape_path(char *s)
{
	char *to = s, byte;
	const char *at = s, *end = s + strlen(s);

	while (at < end) {
		size_t n = percent_byte(&byte, at, (size_t)(end - at));

		if (n > 1 && (byte == '\0' || byte == '/')) {
			byte = '%';
			n = 1;
		}
		*to++ = byte;
		at += n;
	}
	*to = '\0';
}

/* The path of a target, which may be that of a proxy, "http://host/path";
 * false when it is none. */
static bool
parse_target(struct http_head *h, char *s, size_t n)
{
	char *slash, *query;

	for (size_t i = 0; i < n; i++)
		if (s[i] <= ' ' || s[i] >= 127 || s[i] == '#')
			return false;
	if (n == 1 && *s == '*') {
		h->query = s + 1;
		h->path = s;
		return strcmp(h->method, "OPTIONS") == 0;
	}
	query = s + strcspn(s, "?");
	if (*query)
		*query++ = '\0';
	h->query = query;
	if (n > 7 && is_word(s, 7, "http://")) {
		s += 7;
		slash = strchr(s, '/');
		if (*s == '\0' || slash == s)
			return false;
		if (slash == NULL) {
			/* room: what stood in front is not needed */
			slash = s - 2;
			memcpy(slash, "/", 2);
		}
		s = slash;
	}
	if (*s != '/')
		return false;
	unescape_path(s);
	h->path = s;
	return true;
}

static int
parse_request_line(struct http_head *h, char *s, size_t n)
{
	char *target = memchr(s, ' ', n), *version;

	if (target == NULL || !is_token(s, (size_t)(target - s)))
		return 400;
	*target++ = '\0';
	version = strchr(target, ' ');
	if (version == NULL)
		return 400;
	*version++ = '\0';
	h->method = s;
	if (strcmp(version, "HTTP/1.0") == 0)
		h->old = true;
	else if (strcmp(version, "HTTP/1.1") != 0)
		return strlen(version) == 8 &&
		    strncmp(version, "HTTP/", 5) == 0 && version[6] == '.' &&
		    version[5] >= '0' && version[5] <= '9' &&
		    version[7] >= '0' && version[7] <= '9' ? 505 : 400;
	return parse_target(h, target, strlen(target)) ? 0 : 400;
}

static int
parse_line(struct http_head *h, char *s, size_t n)
{
	char *colon = memchr(s, ':', n), *value;

	if (colon == NULL || !is_token(s, (size_t)(colon - s)))
		return 400;
	if (h->lines == HTTP_LINES_MAX)
		return 431;
	value = colon + 1;
	while (is_space(*value))
		value++;
	while (s + n > value && is_space(s[n - 1]))
		n--;
	s[n] = '\0';
	*colon = '\0';
	for (const char *c = value; *c; c++)
		if (((unsigned char)*c < ' ' && *c != '\t') || *c == 127)
			return 400;
	h->line[h->lines++] = (struct http_line){ s, value };
	return 0;
}

/* --- what the lines say --------------------------------------------------- */

static bool
parse_length(uint64_t *out, const char *s)
{
	*out = 0;
	if (*s == '\0' || strlen(s) > 18)
		return false;
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return false;
		*out = *out * 10 + (uint64_t)(*s - '0');
	}
	return true;
}

static bool
is_host(const char *s)
{
	for (; *s; s++)
		if (!is_token(s, 1) && strchr(":[](),;=", *s) == NULL)
			return false;
	return true;
}

static int
read_lines(struct http_head *h)
{
	int hosts = 0, lengths = 0, codings = 0;
	bool keep = false;

	for (int i = 0; i < h->lines; i++) {
		const char *name = h->line[i].name, *value = h->line[i].value;
		size_t n = strlen(name);

		if (is_word(name, n, "Host")) {
			if (hosts++ || !is_host(value))
				return 400;
		} else if (is_word(name, n, "Content-Length")) {
			if (lengths++ || !parse_length(&h->length, value))
				return 400;
		} else if (is_word(name, n, "Transfer-Encoding")) {
			if (codings++ || !is_word(value, strlen(value),
			    "chunked"))
				return 400;
			h->chunked = true;
		} else if (is_word(name, n, "Connection")) {
			h->close |= http_list_has(value, "close");
			keep |= http_list_has(value, "keep-alive");
		} else if (is_word(name, n, "Expect")) {
			h->expects = is_word(value, strlen(value),
			    "100-continue");
			if (!h->expects)
				return 417;
		}
	}
	if (lengths + codings > 1 || (h->old && codings) ||
	    (hosts == 0 && !h->old))
		return 400;
	h->close |= (h->old && !keep) || h->chunked;
	h->expects &= !h->old;
	return 0;
}

static void
clear_head(struct http_head *h)
{
	memset(h, 0, offsetof(struct http_head, line));
	h->lines = 0;
	h->length = 0;
	h->chunked = h->close = h->expects = false;
}

int
http_head_parse(struct http_head *h, char *s, size_t n)
{
	char *at = s, *end = s + n, *line;
	size_t k;
	int status;

	clear_head(h);
	line = next_line(&at, end, &k);
	if (line == NULL || (status = parse_request_line(h, line, k)) == 400)
		return 400;
	if (status)
		return status;
	for (;;) {
		line = next_line(&at, end, &k);
		if (line == NULL)
			return 400;
		if (k == 0)
			return read_lines(h);
		status = parse_line(h, line, k);
		if (status)
			return status;
	}
}

static int
parse_status_line(struct http_head *h, const char *s)
{
	uint64_t status;

	h->old = strncmp(s, "HTTP/1.0 ", 9) == 0;
	if (!h->old && strncmp(s, "HTTP/1.1 ", 9) != 0)
		return -1;
	return strcspn(s + 9, " ") == 3 && num_parse_u64(s + 9, 3, &status) &&
	    status >= 100 && status <= 599 ? (int)status : -1;
}

static int
read_answer_lines(struct http_head *h)
{
	const char *length = http_head_line(h, "Content-Length");
	const char *coding = http_head_line(h, "Transfer-Encoding");
	const char *connection = http_head_line(h, "Connection");

	h->close = connection ? http_list_has(connection, "close") : h->old;
	h->chunked = coding && http_is_word(coding, "chunked");
	if (coding)
		return h->chunked && length == NULL ? 0 : -1;
	return length && parse_length(&h->length, length) ? 0 : -1;
}

int
http_head_parse_answer(struct http_head *h, char *s, size_t n)
{
	char *at = s, *end = s + n, *line;
	size_t k;
	int status;

	clear_head(h);
	line = next_line(&at, end, &k);
	if (line == NULL || (status = parse_status_line(h, line)) < 0)
		return -1;
	for (;;) {
		line = next_line(&at, end, &k);
		if (line == NULL)
			return -1;
		if (k == 0)
			return read_answer_lines(h) < 0 ? -1 : status;
		if (parse_line(h, line, k))
			return -1;
	}
}

const char *
http_head_line(const struct http_head *h, const char *name)
{
	for (int i = 0; i < h->lines; i++)
		if (is_word(h->line[i].name, strlen(h->line[i].name), name))
			return h->line[i].value;
	return NULL;
}

static size_t
past_space(const char *s, size_t i)
{
	while (s[i] == ' ' || s[i] == '\t')
		i++;
	return i;
}

bool
http_media_is(const char *value, const char *type)
{
	size_t i, n;

	if (value == NULL)
		return false;
	i = past_space(value, 0);
	n = strcspn(value + i, "; \t");
	if (!is_word(value + i, n, type))
		return false;
	i = past_space(value, i + n);
	while (value[i] == ';') {
		i = past_space(value, i + 1);
		n = strcspn(value + i, ";");
		if (n >= 8 && is_word(value + i, 8, "charset=")) {
			const char *set = value + i + 8;
			size_t k = strcspn(set, "; \t");

			if (!is_word(set, k, "utf-8") &&
			    !is_word(set, k, "\"utf-8\""))
				return false;
		}
		i += n;
	}
	return value[i] == '\0';
}

/* --- chunks --------------------------------------------------------------- */

enum { CHUNK_SIZE, CHUNK_EXTENSION, CHUNK_SIZE_LF, CHUNK_DATA, CHUNK_CR,
    CHUNK_LF, TRAILER, TRAILER_LF, CHUNKS_END };

#define CHUNK_LINE_MAX 4096	/* of extensions, and of trailers together */

/* One byte of a chunk's size, its extension, or the line's end. */
static int
read_size_byte(struct http_chunks *c, char b)
{
	int digit = hex_digit(b);

	if (c->state == CHUNK_SIZE_LF) {
		if (b != '\n')
			return -1;
		c->state = c->left ? CHUNK_DATA : TRAILER;
		c->digits = c->line = 0;
	} else if (b == '\r' && c->digits) {
		c->state = CHUNK_SIZE_LF;
	} else if (c->state == CHUNK_EXTENSION) {
		return ((unsigned char)b < ' ' && b != '\t') || b == 127 ? -1 :
		    ++c->line > CHUNK_LINE_MAX ? -1 : 0;
	} else if (b == ';' && c->digits) {
		c->state = CHUNK_EXTENSION;
	} else {
		if (digit < 0 || ++c->digits > 8)
			return -1;
		c->left = c->left * 16 + (uint64_t)digit;
	}
	return 0;
}

/* Trailers are of no use here; an empty line ends them. */
static int
read_trailer_byte(struct http_chunks *c, char b)
{
	if (c->state == TRAILER_LF) {
		if (b != '\n')
			return -1;
		c->state = c->line ? TRAILER : CHUNKS_END;
		c->line = 0;
		return 0;
	}
	if (b == '\n' || b == '\0' || c->digits++ > CHUNK_LINE_MAX)
		return -1;
	if (b == '\r') {
		c->state = TRAILER_LF;
		return 0;
	}
	if (c->line++ == 0 && !is_token(&b, 1))
		return -1;
	return 0;
}

int
http_chunks_add(struct http_chunks *c, struct buf *body, const char *s,
    size_t n)
{
	size_t i = 0;

	while (i < n && c->state != CHUNKS_END) {
		size_t k;
		int r = 0;

		switch (c->state) {
		case CHUNK_DATA:
			k = n - i < c->left ? n - i : (size_t)c->left;
			buf_add(body, s + i, k);
			c->left -= k;
			i += k;
			if (c->left == 0)
				c->state = CHUNK_CR;
			continue;
		case CHUNK_CR:
			c->state = CHUNK_LF;
			r = s[i] == '\r' ? 0 : -1;
			break;
		case CHUNK_LF:
			c->state = CHUNK_SIZE;
			r = s[i] == '\n' ? 0 : -1;
			break;
		case TRAILER:
		case TRAILER_LF:
			r = read_trailer_byte(c, s[i]);
			break;
		default:
			r = read_size_byte(c, s[i]);
		}
		if (r < 0)
			return -1;
		i++;
	}
	return c->state == CHUNKS_END;
}
