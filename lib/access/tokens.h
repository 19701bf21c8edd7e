/*
 * access/tokens.h - who may ask a server, and for what: a file of lines
 *
 *	NAME SCOPE[,SCOPE...] TOKEN [EXPIRES]
 *
 * TOKEN is the secret, or "sha256:" and the 64 digits of its SHA-256, which
 * is what tokens_add writes.  EXPIRES is a time; without it there is no end.
 * A name may have several tokens, so that one follows another without a gap.
 * Lines that begin with '#' say nothing.
 */
#ifndef ACCESS_TOKENS_H
#define ACCESS_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "access/scope.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/log.h"

#define TOKEN_NAME_MAX 128

struct token {
	char name[TOKEN_NAME_MAX];
	unsigned scopes;
	uint8_t digest[SHA256_BYTES];
	int64_t expires_us;		/* 0: never */
};

/* ---- for a server ---- */

struct tokens;

/* ERR_USAGE when others than its owner may read the file.  `log` (or NULL) is
 * told once when the file cannot be read any more. */
int tokens_open(struct tokens **out, const char *path, const struct log *log,
    struct err *e);
/* NULL is fine. */
void tokens_close(struct tokens *t);

enum token_found {
	TOKEN_FOUND,
	TOKEN_MISSING,			/* none was sent, or of another kind */
	TOKEN_UNKNOWN,
	TOKEN_EXPIRED,
	TOKEN_UNREADABLE		/* the file: it lets nobody in */
};

/*
 * Whose token is in the value of a header Authorization (NULL: there is
 * none), by HTTP's Basic or Bearer: *out is a copy of its entry.  The file
 * is looked at ten times a second and read again when it changed; the first
 * who asks after a pause looks.  Digests are compared in a time that does not
 * tell where they differ.  By several threads at once, none of which waits for
 * another.
 */
enum token_found tokens_find(struct token *out, struct tokens *t,
    const char *header);
/* Why not, for the client. */
const char *token_found_text(enum token_found f);

/* ---- for who keeps the file ---- */

/* "sha256:" and the first digits of the digest, by which one is revoked. */
#define TOKEN_ID_MAX 16
void token_id(char out[TOKEN_ID_MAX], const struct token *t);
/* One word without ':' that does not begin with '#'. */
bool token_name_is_good(const char *name);

/* All entries, to be freed. */
int tokens_list(struct token **out, size_t *n, const char *path,
    struct err *e);

/* Which file, and is it one that a repository keeps? */
struct token_file {
	const char *path;
	bool own;
};
/* Make a token: a secret nobody can guess goes to secret[], its digest with
 * the rest of *t to the file, which is made where there is none. */
#define TOKEN_SECRET_MAX 72
int tokens_add(struct token *t, char secret[TOKEN_SECRET_MAX],
    const struct token_file *f, struct err *e);
/* Take those of a name, or of an id, out of the file; ERR_NOENT when there is
 * none, ERR_USAGE when the id's digits are those of several.  *n: how many. */
int tokens_revoke(size_t *n, const struct token_file *f, const char *who,
    struct err *e);

#endif
