/* The file of tokens: its lines, read. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "access/internal.h"
#include "base/clock.h"
#include "base/mem.h"

#define WORDS 4
#define BLANKS " \t\r"

struct word {
	const char *s;
	size_t n;
};

bool
token_name_is_good(const char *name)
{
	size_t n = strlen(name);

	if (n == 0 || n >= TOKEN_NAME_MAX || *name == '#')
		return false;
	for (; *name; name++)
		if ((unsigned char)*name <= ' ' || *name == 127 ||
		    *name == ':')
			return false;
	return true;
}

/* The words of a line; one more than there may be shows in the count. */
static size_t
split_words(struct word word[WORDS + 1], const char *line, size_t n)
{
	size_t words = 0, i = 0;

	while (words <= WORDS) {
		while (i < n && strchr(BLANKS, line[i]))
			i++;
		if (i == n)
			break;
		word[words].s = line + i;
		while (i < n && !strchr(BLANKS, line[i]))
			i++;
		word[words].n = (size_t)(line + i - word[words].s);
		words++;
	}
	return words;
}

static int
read_secret(struct token *t, const struct word *w, size_t number,
    struct err *e)
{
	if (w->n < 7 || memcmp(w->s, "sha256:", 7) != 0)
		sha256_of(w->s, w->n, t->digest);
	else if (hex_decode(t->digest, SHA256_BYTES, w->s + 7, w->n - 7) < 0)
		return err_set(e, ERR_FORMAT, "line %zu: 64 hex digits follow "
		    "'sha256:'", number);
	return 0;
}

int
token_parse_line(struct token *t, bool *is_one, const char *line, size_t n,
    size_t number, struct err *e)
{
	/* words may be in another order: none is repeated in an error, as it
	 * may be the secret */
	struct word word[WORDS + 1];
	char scopes[SCOPES_TEXT_MAX];
	size_t words = split_words(word, line, n);

	memset(t, 0, sizeof(*t));
	*is_one = words > 0 && *line != '#';
	if (!*is_one)
		return 0;
	if (words < 3 || words > WORDS)
		return err_set(e, ERR_FORMAT, "line %zu: three words make a "
		    "token, and the time it ends a fourth: NAME SCOPE TOKEN "
		    "[EXPIRES]", number);
	if (word[0].n < TOKEN_NAME_MAX)
		memcpy(t->name, word[0].s, word[0].n);
	if (!token_name_is_good(t->name))
		return err_set(e, ERR_FORMAT, "line %zu: a name has at most %d "
		    "bytes and no ':'", number, TOKEN_NAME_MAX - 1);
	memset(scopes, 0, sizeof(scopes));
	if (word[1].n < sizeof(scopes))
		memcpy(scopes, word[1].s, word[1].n);
	if (!scopes_parse(&t->scopes, scopes))
		return err_set(e, ERR_FORMAT, "line %zu: the second word is a "
		    "scope: " SCOPE_WORDS, number);
	if (words == 4 && !clock_parse(word[3].s, word[3].n, &t->expires_us))
		return err_set(e, ERR_FORMAT, "line %zu: the fourth word is "
		    "the time it ends, as 2027-01-31", number);
	return read_secret(t, &word[2], number, e);
}

int
tokens_parse(struct token **out, size_t *n, const struct buf *text,
    struct err *e)
{
	struct token *v = NULL;
	size_t number = 0, used = 0;
	const char *line = text->data, *end = line + text->len, *stop;

	for (; line < end; line = stop + 1) {
		struct token t;
		bool is_one;

		stop = memchr(line, '\n', (size_t)(end - line));
		if (stop == NULL)
			stop = end;
		if (token_parse_line(&t, &is_one, line, (size_t)(stop - line),
		    ++number, e) < 0) {
			free(v);
			return -1;
		}
		if (!is_one)
			continue;
		if (used == TOKENS_MAX) {
			free(v);
			return err_set(e, ERR_TOOBIG, "there are more than %d "
			    "tokens", TOKENS_MAX);
		}
		v = xresize(v, used + 1, sizeof(*v));
		v[used++] = t;
	}
	*out = v;
	*n = used;
	return 0;
}
