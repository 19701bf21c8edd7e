/*
 * codec/http/tls.h - TLS 1.2 and 1.3 for a server, by OpenSSL: a certificate
 * and its key, which are read again when their files change, and sessions
 * over whatever carries bytes without blocking.
 *
 * The ciphers are OpenSSL's own at security level 2; for HTTP/2 those of TLS
 * 1.2 are the ones that RFC 9113 does not forbid.  A client that names
 * protocols (ALPN) must name ours.
 *
 *	const struct tls_files f = { "server.pem", "server.key", NULL };
 *	struct tls *t;
 *
 *	if (tls_open(&t, &f, log, e) < 0) ...
 *	s = tls_session_new(t, &link);
 *	switch (tls_read(s, to, room, &n)) ...
 */
#ifndef CODEC_HTTP_TLS_H
#define CODEC_HTTP_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/log.h"

/* Paths of files in PEM. */
struct tls_files {
	const char *cert;		/* the server's, then those above it */
	const char *key;
	const char *client_ca;		/* who signs for clients, which must
					 * show a certificate; or NULL */
	bool http2;			/* the protocol is h2, not http/1.1 */
};

struct tls;

/* ERR_USAGE for a key that others may read or that is another certificate's.
 * `log` (or NULL) is told when what is found later cannot be used. */
int tls_open(struct tls **out, const struct tls_files *f,
    const struct log *log, struct err *e);
/* Look at the files; each new session does, too.  What cannot be used is told
 * once, and what there was stays.  By several threads at once. */
void tls_follow(struct tls *t);
/* After its sessions; NULL is fine. */
void tls_close(struct tls *t);

/* How the bytes of TLS come and go: as recv and send, with errno. */
struct tls_link {
	ssize_t (*receive)(void *ctx, void *to, size_t n);
	ssize_t (*transmit)(void *ctx, const void *from, size_t n);
	void *ctx;
};

struct tls_session;

enum tls_step {
	TLS_DONE,
	TLS_WAIT,			/* see tls_waits_to_send */
	TLS_END,			/* or it failed */
	TLS_PLAIN			/* the client speaks HTTP without TLS */
};

/* The server's side; shakes hands as it reads.  NULL without memory. */
struct tls_session *tls_session_new(struct tls *t, const struct tls_link *l);
enum tls_step tls_read(struct tls_session *s, void *to, size_t room,
    size_t *n);
/* Some of n > 0 bytes.  After TLS_WAIT the same bytes come again. */
enum tls_step tls_write(struct tls_session *s, const void *from, size_t n,
    size_t *done);
/* Is there something to read that the link has given already? */
bool tls_has_more(const struct tls_session *s);
bool tls_waits_to_send(const struct tls_session *s);
/* Nothing more is written: say so, if that does not have to wait. */
void tls_say_end(struct tls_session *s);
/* NULL is fine. */
void tls_session_free(struct tls_session *s);

#endif
