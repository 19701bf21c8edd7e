/* Scopes by their words, and what each implies. */
#include "access/scope.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const struct {
	enum scope scope;
	const char *word;
	unsigned holds;			/* itself and what it implies */
} scopes[] = {
	{ SCOPE_READ, "read", SCOPE_READ },
	{ SCOPE_PREDICT, "predict", SCOPE_PREDICT },
	{ SCOPE_WRITE, "write", SCOPE_WRITE | SCOPE_READ },
	{ SCOPE_PROMOTE, "promote", SCOPE_PROMOTE | SCOPE_WRITE |
	    SCOPE_READ },
	{ SCOPE_ADMIN, "admin", SCOPE_ADMIN | SCOPE_PROMOTE | SCOPE_WRITE |
	    SCOPE_READ | SCOPE_PREDICT },
};

#define SCOPES (sizeof(scopes) / sizeof(scopes[0]))

bool
scopes_parse(unsigned *set, const char *words)
{
	*set = 0;
	for (;;) {
		size_t n = strcspn(words, ","), i = 0;

		while (i < SCOPES && (strlen(scopes[i].word) != n ||
		    memcmp(scopes[i].word, words, n) != 0))
			i++;
		if (i == SCOPES)
			return false;
		*set |= scopes[i].scope;
		if (words[n] == '\0')
			return true;
		words += n + 1;
	}
}

void
scopes_print(char out[SCOPES_TEXT_MAX], unsigned set)
{
	size_t at = 0;

	*out = '\0';
	for (size_t i = 0; i < SCOPES; i++)
		if (set & scopes[i].scope)
			at += (size_t)snprintf(out + at, SCOPES_TEXT_MAX - at,
			    "%s%s", at ? "," : "", scopes[i].word);
}

const char *
scope_text(enum scope scope)
{
	for (size_t i = 0; i < SCOPES; i++)
		if (scopes[i].scope == scope)
			return scopes[i].word;
	return "";
}

bool
scopes_hold(unsigned set, enum scope needed)
{
	unsigned held = 0;

	for (size_t i = 0; i < SCOPES; i++)
		if (set & scopes[i].scope)
			held |= scopes[i].holds;
	return (held & needed) != 0;
}
