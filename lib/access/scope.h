/*
 * access/scope.h - what somebody may do with a server, as a set of scopes.
 */
#ifndef ACCESS_SCOPE_H
#define ACCESS_SCOPE_H

#include <stdbool.h>

enum scope {
	SCOPE_READ = 1 << 0,		/* look: models, metrics, runs */
	SCOPE_PREDICT = 1 << 1,		/* ask a model */
	SCOPE_WRITE = 1 << 2,		/* runs and models; reads, too */
	SCOPE_PROMOTE = 1 << 3,		/* move aliases; writes, too */
	SCOPE_ADMIN = 1 << 4		/* all of these, and the server itself */
};

/* For who tells people what there is. */
#define SCOPE_WORDS "read, predict, write, promote or admin"
#define SCOPES_TEXT_MAX 48

/* A set from its words, "read,predict"; false for any other word, or none. */
bool scopes_parse(unsigned *set, const char *words);
void scopes_print(char out[SCOPES_TEXT_MAX], unsigned set);
const char *scope_text(enum scope scope);
/* Does the set, with what each of it implies, hold the scope? */
bool scopes_hold(unsigned set, enum scope needed);

#endif
