/*
 * flow/tracking/tokens.h - who may ask a tracking server, and for what: a
 * file of lines
 *
 *	USER SCOPE TOKEN
 *
 * SCOPE is read, write (read, too) or promote (both, too).  TOKEN is the
 * secret, or "sha256:" and the 64 digits of its SHA-256.  Lines that begin
 * with '#' say nothing.
 */
#ifndef FLOW_TRACKING_TOKENS_H
#define FLOW_TRACKING_TOKENS_H

#include "base/err.h"
#include "codec/http.h"
#include "tracking/tracking.h"

struct tokens;

/* ERR_USAGE when others than its owner may read the file. */
int tokens_open(struct tokens **out, const char *path, struct err *e);
/* NULL is fine. */
void tokens_close(struct tokens *t);

/*
 * Who asks, by HTTP's Basic or Bearer: his name, copied into user[], and what
 * he may.  The file is read again when it changed.  False: nobody known.  By
 * several threads at once.
 */
#define TOKEN_USER_MAX 128
bool tokens_user(char user[TOKEN_USER_MAX], enum tracking_scope *scope,
    struct tokens *t, const struct http_request *request);

#endif
