/*
 * codec/toml/internal.h - what the files that read TOML share.
 */
#ifndef CODEC_TOML_INTERNAL_H
#define CODEC_TOML_INTERNAL_H

#include "base/buf.h"
#include "base/intern.h"
#include "codec/toml/toml.h"

struct toml_reader {
	struct arena *a;
	const char *at, *end;
	uint32_t line;
	int depth;		/* levels below the document */
	/* members by their map and name, so that large tables stay quick */
	struct intern *seen;
	struct json **member;
	size_t room;
	struct buf text;	/* of a string being read */
};

static inline int
toml_fail(const struct toml_reader *r, struct err *e, const char *what)
{
	return err_set(e, ERR_FORMAT, "TOML line %u: %s", r->line, what);
}

/* Is the word next? */
static inline bool
toml_is_next(const struct toml_reader *r, const char *word)
{
	size_t n = strlen(word);

	return (size_t)(r->end - r->at) >= n && memcmp(r->at, word, n) == 0;
}

/* A string from its first quote on, into r->text; `lines`: one of three quotes
 * may come. */
int toml_text(struct toml_reader *r, bool lines, struct err *e);
/* A number, date, boolean, inf or nan. */
int toml_scalar(struct json **out, struct toml_reader *r, struct err *e);

#endif
