/* The only place that escapes text for HTML and for Markdown. */
#include "doc/escape.h"

#include <string.h>

void
escape_html(struct buf *out, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		switch (s[i]) {
		case '&':
			buf_adds(out, "&amp;");
			break;
		case '<':
			buf_adds(out, "&lt;");
			break;
		case '>':
			buf_adds(out, "&gt;");
			break;
		case '"':
			buf_adds(out, "&quot;");
			break;
		case '\'':
			buf_adds(out, "&#39;");
			break;
		default:
			/* control bytes have no place in a page */
			buf_addc(out, (unsigned char)s[i] < 32 && s[i] != '\n' &&
			    s[i] != '\t' ? ' ' : s[i]);
		}
	}
}

void
escape_markdown(struct buf *out, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '\n' || s[i] == '\r' || (unsigned char)s[i] < 32) {
			buf_addc(out, ' ');
			continue;
		}
		if (s[i] == '<' || s[i] == '&' || s[i] == '>') {
			escape_html(out, s + i, 1);
			continue;
		}
		/* '_' inside a word is harmless and common in names */
		if (strchr("\\`*[]|", s[i]) || (s[i] == '#' && i == 0))
			buf_addc(out, '\\');
		buf_addc(out, s[i]);
	}
}
