/*
 * catalog/name.h - what people call things: mlv-names(7) as a parser.
 *
 *	kind:name[@version|@alias|@{moment}][:path]
 *						data:churn@3, model:churn@champion
 *	sha256:HEX				an object; 8 digits or more
 *	-					bytes on stdin or stdout
 *	anything else				a path
 *
 * Lower-case letters before a first colon are always a kind; one we do not
 * know is refused, so a file called that is "./data:churn".  Parsing looks
 * at no file and no repository.
 */
#ifndef CATALOG_NAME_H
#define CATALOG_NAME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum name_kind {
	NAME_PATH, NAME_STDIO, NAME_OBJECT,
	NAME_DATA, NAME_RUN, NAME_MODEL, NAME_PROFILE, NAME_CARD, NAME_REPORT,
	NAME_FEATURE
};

struct name {
	enum name_kind kind;
	const char *text;	/* as given, borrowed; NULL: put together */
	const char *base;	/* "churn"; digits of an object; the path */
	uint32_t version;	/* 0: none given */
	const char *alias;	/* or NULL */
	int64_t moment_us;	/* @{2026-11-01}: the newest version then, the
				 * last moment of a day; 0: none given */
	const char *path;	/* after the second colon, or NULL */
};

/* ERR_USAGE says what is wrong and what to write instead.  The parts are the
 * name's, freed by name_free; one put together of borrowed parts,
 * (struct name){ .kind = NAME_MODEL, .base = base, .version = 3 }, is not. */
int name_parse(struct name *n, const char *text, struct err *e);
void name_free(struct name *n);

/*
 * How a name that lives in a repository is spelled, nowhere else: as people
 * write it, "model:churn@3", "model:churn@champion", "model:churn" (without
 * its path), and as its ref, "model/churn" or "model/churn@champion" (a
 * version is a line in its ref).  Both are freed by the caller.
 */
char *name_label(const struct name *n);
char *name_ref(const struct name *n);
/* NAME_DATA and after: lives in a repository under a ref. */
bool name_is_ref(const struct name *n);
const char *name_kind_text(enum name_kind kind);	/* "data" */
/* Good as the middle part: [a-z0-9][a-z0-9._-]*, at most 128 bytes. */
bool name_base_ok(const char *base);
/* Good as an alias: as above, with a letter in it. */
bool name_alias_ok(const char *alias);
/* A base made from a file's stem: lower case, other bytes become '-'. */
char *name_from_path(const char *path);

#endif
