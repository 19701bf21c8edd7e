/* Strings of TOML: basic and literal, of one line and of several. */
#include <string.h>

#include "codec/toml/internal.h"

static void
add_character(struct buf *b, uint32_t c)
{
	if (c < 0x80) {
		buf_addc(b, (char)c);
	} else if (c < 0x800) {
		buf_addc(b, (char)(0xc0 | c >> 6));
		buf_addc(b, (char)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		buf_addc(b, (char)(0xe0 | c >> 12));
		buf_addc(b, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_addc(b, (char)(0x80 | (c & 0x3f)));
	} else {
		buf_addc(b, (char)(0xf0 | c >> 18));
		buf_addc(b, (char)(0x80 | (c >> 12 & 0x3f)));
		buf_addc(b, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_addc(b, (char)(0x80 | (c & 0x3f)));
	}
}

static int
read_code(struct toml_reader *r, size_t digits, struct err *e)
{
	uint32_t c = 0;

	if ((size_t)(r->end - r->at) < digits)
		return toml_fail(r, e, "an escape is cut off");
	for (size_t i = 0; i < digits; i++) {
		char h = *r->at++;

		c = c << 4;
		if (h >= '0' && h <= '9')
			c |= (uint32_t)(h - '0');
		else if ((h | 32) >= 'a' && (h | 32) <= 'f')
			c |= (uint32_t)((h | 32) - 'a' + 10);
		else
			return toml_fail(r, e, "an escape has other than "
			    "hexadecimal digits");
	}
	if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return toml_fail(r, e, "an escape is no character");
	add_character(&r->text, c);
	return 0;
}

/* Behind a backslash. */
static int
read_escape(struct toml_reader *r, struct err *e)
{
	static const char letters[] = "btnfr\"\\", bytes[] = "\b\t\n\f\r\"\\";
	char c = r->at < r->end ? *r->at++ : '\0';
	const char *found = c ? strchr(letters, c) : NULL;

	if (c == 'u' || c == 'U')
		return read_code(r, c == 'u' ? 4 : 8, e);
	if (found == NULL)
		return toml_fail(r, e, "there is no such escape");
	buf_addc(&r->text, bytes[found - letters]);
	return 0;
}

/* A backslash at the end of a line: what follows up to the next word is not
 * there.  False when it is none. */
static bool
skip_folded(struct toml_reader *r)
{
	const char *at = r->at + 1;

	while (at < r->end && (*at == ' ' || *at == '\t'))
		at++;
	if (at < r->end && *at == '\r' && at + 1 < r->end)
		at++;
	if (at == r->end || *at != '\n')
		return false;
	for (; at < r->end && (*at == ' ' || *at == '\t' || *at == '\n' ||
	    (*at == '\r' && at + 1 < r->end && at[1] == '\n')); at++)
		r->line += *at == '\n';
	r->at = at;
	return true;
}

/* How many quotes stand there. */
static size_t
count_quotes(const struct toml_reader *r, char quote)
{
	size_t n = 0;

	while (r->at + n < r->end && r->at[n] == quote)
		n++;
	return n;
}

/* A line's end, or a byte that is no control character. */
static int
read_byte(struct toml_reader *r, bool lines, struct err *e)
{
	unsigned char c = (unsigned char)*r->at;
	bool crlf = c == '\r' && r->at + 1 < r->end && r->at[1] == '\n';

	if (lines && (c == '\n' || crlf)) {
		r->line++;
		buf_add(&r->text, r->at, crlf ? 2 : 1);
		r->at += crlf ? 2 : 1;
		return 0;
	}
	if (c == '\n')
		return toml_fail(r, e, "a string does not end on its line");
	if ((c < 0x20 && c != '\t') || c == 0x7f)
		return toml_fail(r, e, "a string holds a control character");
	buf_addc(&r->text, *r->at++);
	return 0;
}

int
toml_text(struct toml_reader *r, bool lines, struct err *e)
{
	char quote = *r->at;
	size_t n = count_quotes(r, quote), open = lines && n >= 3 ? 3 : 1;
	bool many = open == 3;

	buf_clear(&r->text);
	r->at += open;
	if (many && toml_is_next(r, "\r\n"))
		r->at++;
	if (many && toml_is_next(r, "\n")) {
		r->at++;
		r->line++;
	}
	while (r->at < r->end) {
		n = *r->at == quote ? count_quotes(r, quote) : 0;
		if (n >= open) {
			/* up to two more belong to the text */
			n = many ? n - 3 : 0;
			if (n > 2)
				return toml_fail(r, e, "too many quotes");
			buf_add(&r->text, r->at, n);
			r->at += n + open;
			return buf_check(&r->text, e);
		}
		if (n) {
			buf_add(&r->text, r->at, n);
			r->at += n;
		} else if (*r->at == '\\' && quote == '"') {
			if (many && skip_folded(r))
				continue;
			r->at++;
			if (read_escape(r, e) < 0)
				return -1;
		} else if (read_byte(r, many, e) < 0) {
			return -1;
		}
	}
	return toml_fail(r, e, "a string does not end");
}
