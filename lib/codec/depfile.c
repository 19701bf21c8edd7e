/* Rules of make, as compilers write them to say what they read. */
#include "codec/depfile.h"

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"

struct depfile_reader {
	const char *at, *end;
	unsigned line;
	bool colon;		/* the word just read ended with one */
	struct buf word;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Bytes of a line's continuation at `at`, 0 when there is none. */
static size_t
continuation_length(const struct depfile_reader *r)
{
	size_t left = (size_t)(r->end - r->at);

	if (left >= 2 && r->at[0] == '\\' && r->at[1] == '\n')
		return 2;
	if (left >= 3 && memcmp(r->at, "\\\r\n", 3) == 0)
		return 3;
	return 0;
}

/* To the next word of the rule; false at its end. */
static bool
skip_blanks(struct depfile_reader *r)
{
	size_t n;

	while (r->at < r->end) {
		if ((n = continuation_length(r)) != 0) {
			r->line++;
			r->at += n;
		} else if (is_blank(*r->at)) {
			r->at++;
		} else if (*r->at == '#') {
			while (r->at < r->end && *r->at != '\n')
				r->at++;
		} else {
			return *r->at != '\n';
		}
	}
	return false;
}

/* Backslashes count in pairs before a blank and stand for themselves before
 * most else. */
static void
read_backslashes(struct depfile_reader *r)
{
	size_t n = 0, left = (size_t)(r->end - r->at);
	char next;

	while (n < left && r->at[n] == '\\')
		n++;
	next = n < left ? r->at[n] : '\0';
	/* the last of an odd number before an end of line goes on there */
	if (next == '\n' && n % 2) {
		for (; n > 1; n--, r->at++)
			buf_addc(&r->word, '\\');
		return;
	}
	r->at += n;
	if (next == ' ' || next == '\t') {
		for (size_t i = 0; i < n / 2; i++)
			buf_addc(&r->word, '\\');
	} else {
		bool keeps = next == '#' || next == ':';

		for (size_t i = keeps; i < n; i++)
			buf_addc(&r->word, '\\');
		if (keeps) {
			buf_addc(&r->word, next);
			r->at++;
		}
		return;
	}
	if (n % 2) {
		buf_addc(&r->word, next);
		r->at++;
	}
}

/* A colon ends a target; behind it, it is a byte of a name. */
static void
read_word(struct depfile_reader *r, bool behind)
{
	buf_clear(&r->word);
	r->colon = false;
	while (r->at < r->end && !is_blank(*r->at) && *r->at != '\n' &&
	    continuation_length(r) == 0) {
		if (*r->at == '\\') {
			read_backslashes(r);
		} else if (*r->at == '$' && r->at + 1 < r->end &&
		    r->at[1] == '$') {
			buf_addc(&r->word, '$');
			r->at += 2;
		} else if (*r->at == ':' && !behind) {
			r->colon = true;
			r->at++;
			break;
		} else {
			buf_addc(&r->word, *r->at++);
		}
	}
}

int
depfile_parse(const char ***path, size_t *n, struct arena *a, const char *s,
    size_t len, struct err *e)
{
	struct depfile_reader r = { .at = s, .end = s + len, .line = 1 };
	bool behind = false, any = false;
	size_t room = 0;
	int got = 0;

	*path = NULL;
	*n = 0;
	buf_init(&r.word, BUF_CAP_SMALL);
	for (;;) {
		if (!skip_blanks(&r)) {
			if (any && !behind) {
				got = err_set(e, ERR_FORMAT, "line %u is no rule "
				    "of make: there is no colon", r.line);
				break;
			}
			any = behind = false;
			if (r.at == r.end)
				break;
			r.at++;
			r.line++;
			continue;
		}
		read_word(&r, behind);
		if ((got = buf_check(&r.word, e)) < 0)
			break;
		any = true;
		if (behind && r.word.len) {
			if (*n == DEPFILE_PATHS_MAX) {
				got = err_set(e, ERR_TOOBIG, "more than %zu paths",
				    DEPFILE_PATHS_MAX);
				break;
			}
			*path = arena_grow(a, *path, *n, &room, sizeof(**path));
			(*path)[(*n)++] = arena_strndup(a, r.word.data,
			    r.word.len);
		}
		behind = behind || r.colon;
	}
	buf_free(&r.word);
	return got;
}
