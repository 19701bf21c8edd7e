/* What a person wrote, kept as it was meant. */
#include "doc/markdown.h"

#include <string.h>

#include "doc/doc.h"
#include "doc/escape.h"

#define SPAN_MOST 2000		/* bytes between two marks */
#define DEMOTE 3		/* levels: the document's own go that far */

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The line at s, without its end; *next is where the following begins. */
static size_t
line_at(const char *s, const char *end, const char **next)
{
	const char *stop = memchr(s, '\n', (size_t)(end - s));
	size_t n = (size_t)((stop ? stop : end) - s);

	*next = stop ? stop + 1 : end;
	return n && s[n - 1] == '\r' ? n - 1 : n;
}

static bool
is_blank(const char *s, size_t n)
{
	while (n && is_space(s[n - 1]))
		n--;
	return n == 0;
}

static size_t
indent_of(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && s[i] == ' ')
		i++;
	return i;
}

/* "## Title": the number of marks, or 0. */
static size_t
heading_level(const char *s, size_t n)
{
	size_t level = 0;

	while (level < n && s[level] == '#')
		level++;
	return level <= 6 && (level == n || s[level] == ' ') ? level : 0;
}

static bool
is_item(const char *s, size_t n)
{
	return n >= 2 && strchr("-*+", s[0]) && s[1] == ' ';
}

bool
note_is_block(const char *s, size_t n)
{
	return memchr(s, '\n', n) != NULL || heading_level(s, n) ||
	    is_item(s, n) || (n && strchr("><|`~=-", s[0]));
}

/* --- as Markdown ------------------------------------------------------------ */

/* The length of a fence of three marks or more, or 0. */
static size_t
fence_at(const char *s, size_t n)
{
	size_t len = 0;

	while (len < n && (s[0] == '`' || s[0] == '~') && s[len] == s[0])
		len++;
	return len >= 3 ? len : 0;
}

/* "---" below words makes them a heading. */
static bool
is_underline(const char *s, size_t n)
{
	while (n && is_space(s[n - 1]))
		n--;
	return n && (s[0] == '=' || s[0] == '-') &&
	    memchr(s, s[0] == '=' ? '-' : '=', n) == NULL &&
	    strspn(s, "=-") >= n;
}

/* Is a comment open after this line? */
static bool
comment_open(const char *s, const char *end, bool open)
{
	for (; s < end; s++) {
		if (!open && end - s >= 4 && memcmp(s, "<!--", 4) == 0)
			open = true;
		else if (open && end - s >= 3 && memcmp(s, "-->", 3) == 0)
			open = false;
	}
	return open;
}

void
note_markdown(struct buf *out, const char *s, size_t n)
{
	const char *end = s + n, *next;
	size_t fence = 0, len;
	char mark = '\0';
	bool comment = false;

	for (; s < end; s = next) {
		size_t in, run;

		len = line_at(s, end, &next);
		in = indent_of(s, len);
		run = in < 4 ? fence_at(s + in, len - in) : 0;
		if (fence) {
			if (run >= fence && s[in] == mark &&
			    is_blank(s + in + run, len - in - run))
				fence = 0;
		} else if (comment) {
			comment = comment_open(s, s + len, true);
		} else if (run) {
			fence = run;
			mark = s[in];
		} else {
			size_t level = in < 4 ? heading_level(s + in,
			    len - in) : 0;

			if (level)
				buf_addf(out, "%.*s", level + DEMOTE > 6 ?
				    (int)(6 - level) : DEMOTE, "######");
			else if (in < 4 && is_underline(s + in, len - in))
				buf_addc(out, '\\');
			comment = comment_open(s, s + len, false);
		}
		buf_add(out, s, len);
		buf_addc(out, '\n');
	}
	for (size_t i = 0; i < fence; i++)
		buf_addc(out, mark);
	buf_adds(out, fence ? "\n" : comment ? "-->\n" : "");
}

/* --- on a page -------------------------------------------------------------- */

/* Where the span that `mark` opens at s ends, or NULL. */
static const char *
span_end(const char *s, const char *end, const char *mark, size_t n)
{
	const char *stop = end - s > SPAN_MOST ? s + SPAN_MOST : end;

	if (s == stop || (mark[0] == '*' && is_space(*s)))
		return NULL;
	for (const char *p = s + 1; p + n <= stop; p++)
		if (memcmp(p, mark, n) == 0 && (mark[0] == '`' ||
		    (!is_space(p[-1]) && (n == 2 || p + 1 == end ||
		    p[1] != '*'))))
			return p;
	return NULL;
}

void
note_html_line(struct buf *out, const char *s, size_t n)
{
	static const struct {
		const char *mark, *tag;
		size_t n;
	} spans[] = { { "`", "code", 1 }, { "**", "strong", 2 },
	    { "*", "em", 1 } };
	const char *end = s + n;

	while (s < end) {
		const char *stop = NULL;
		size_t i = 0;

		if (*s == '\\' && s + 1 < end && strchr("\\`*_[]#-|<>", s[1])) {
			escape_html(out, s + 1, 1);
			s += 2;
			continue;
		}
		for (; i < 3 && stop == NULL; i++)
			if ((size_t)(end - s) > spans[i].n &&
			    memcmp(s, spans[i].mark, spans[i].n) == 0)
				stop = span_end(s + spans[i].n, end,
				    spans[i].mark, spans[i].n);
		if (stop == NULL) {
			escape_html(out, s++, 1);
			continue;
		}
		i--;
		buf_addf(out, "<%s>", spans[i].tag);
		if (i == 0)
			escape_html(out, s + 1, (size_t)(stop - s - 1));
		else
			note_html_line(out, s + spans[i].n,
			    (size_t)(stop - s) - spans[i].n);
		buf_addf(out, "</%s>", spans[i].tag);
		s = stop + spans[i].n;
	}
}

enum within { IN_NONE, IN_PARAGRAPH, IN_LIST };

static void
enter_block(struct buf *out, enum within *now, enum within next)
{
	static const char *const open[] = { "", "<p>", "<ul>" };
	static const char *const close[] = { "", "</p>", "</li></ul>" };

	buf_adds(out, close[*now]);
	buf_adds(out, open[next]);
	*now = next;
}

/* From behind the line of a fence to behind the one that ends it. */
static const char *
code_block(struct buf *out, const char *fence, size_t n, const char *s,
    const char *end)
{
	size_t marks = fence_at(fence, n);
	const char *next;

	buf_adds(out, "<pre>");
	for (; s < end; s = next) {
		size_t len = line_at(s, end, &next), in = indent_of(s, len);

		if (s[in] == *fence && fence_at(s + in, len - in) >= marks) {
			s = next;
			break;
		}
		escape_html(out, s, len);
		buf_addc(out, '\n');
	}
	buf_adds(out, "</pre>");
	return s;
}

void
note_html(struct buf *out, const char *s, size_t n)
{
	const char *end = s + n, *next;
	enum within now = IN_NONE;

	for (; s < end; s = next) {
		size_t len = line_at(s, end, &next);
		size_t in = indent_of(s, len), level;
		const char *t = s + in;

		len -= in;
		if (fence_at(t, len)) {
			enter_block(out, &now, IN_NONE);
			next = code_block(out, t, len, next, end);
		} else if (is_blank(t, len)) {
			enter_block(out, &now, IN_NONE);
		} else if ((level = heading_level(t, len)) > 0) {
			enter_block(out, &now, IN_NONE);
			buf_adds(out, "<p><strong>");
			level += indent_of(t + level, len - level);
			note_html_line(out, t + level, len - level);
			buf_adds(out, "</strong></p>");
		} else if (is_item(t, len)) {
			if (now == IN_LIST)
				buf_adds(out, "</li>");
			else
				enter_block(out, &now, IN_LIST);
			buf_adds(out, "<li>");
			note_html_line(out, t + 2, len - 2);
		} else {
			if (now == IN_NONE)
				enter_block(out, &now, IN_PARAGRAPH);
			else
				buf_adds(out, now == IN_LIST ? " " : "<br>\n");
			note_html_line(out, t, len);
		}
	}
	enter_block(out, &now, IN_NONE);
}
