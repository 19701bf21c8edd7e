/*
 * access/internal.h - the lines of a file of tokens.  Private to lib/access.
 */
#ifndef ACCESS_INTERNAL_H
#define ACCESS_INTERNAL_H

#include "access/tokens.h"
#include "base/buf.h"

#define TOKENS_FILE_BYTES ((size_t)1 << 20)
#define TOKENS_MAX 10000

#define TOKENS_SECRET "holds secrets"	/* for base/secret.h */

/* Is it a line of a token?  It is not changed; `number` is for the error. */
int token_parse_line(struct token *t, bool *is_one, const char *line, size_t n,
    size_t number, struct err *e);
/* The tokens of a whole file; *v is to be freed. */
int tokens_parse(struct token **v, size_t *n, const struct buf *text,
    struct err *e);

#endif
