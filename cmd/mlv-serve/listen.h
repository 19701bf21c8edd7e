/*
 * listen.h - where the servers of mlv-serve listen: an address, a path, or
 * what was handed over; and who may ask there.
 */
#ifndef MLV_SERVE_LISTEN_H
#define MLV_SERVE_LISTEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/listener.h"
#include "cli/cli.h"
#include "codec/http/tls.h"

/* What the command line says. */
struct listen_words {
	const char *host;		/* --host, or NULL */
	const char *at;			/* --listen, or NULL */
	const char *grpc;		/* --grpc, or NULL */
	const char *mode;		/* --socket-mode, or NULL */
	const char *tokens;		/* --token-file, or NULL */
	const char *user;		/* --user, or NULL */
	bool anyone;			/* --anyone */
	struct tls_files tls;		/* --tls-cert and so on, or NULL */
	int64_t port;			/* < 0: the usual one */
	int64_t health_port;		/* < 0: no listener for health */
	int usual_port;
	bool single;			/* there is none for health, ever */
};

/* Of a verb whose options hold words called `at`. */
#define LISTEN_TLS_OPTIONS(verb) \
	{ OPT_TEXT, 0, "tls-cert", offsetof(verb, at.tls.cert), "FILE", \
	    "speak TLS, with this certificate (PEM) and those above it" }, \
	{ OPT_TEXT, 0, "tls-key", offsetof(verb, at.tls.key), "FILE", \
	    "its key (PEM), which nobody else may read" }, \
	{ OPT_TEXT, 0, "tls-client-ca", offsetof(verb, at.tls.client_ca), \
	    "FILE", "clients must show a certificate that one of these " \
	    "signed" }

struct listening {
	struct listener main, health, grpc;	/* fd -1: there is none */
	struct tls *tls;		/* of main; NULL: without */
	mode_t mode;			/* of a path */
};

/* An address that others can reach needs --token-file, or --anyone said in so
 * many words: 0, or the status of cli_usage. */
int listen_check(struct cli *c, const struct listen_words *w);
/* Addresses are opened and keys read as who started us, a path as the user whom
 * we become: it is his to take away in the end.
 * Nobody is answered before listener_begin.  ERR_USAGE as above for what was
 * handed over, and for a certificate or a key that cannot be used; `log` is
 * told of those that come later. */
int listening_open(struct listening *l, const struct listen_words *w,
    const struct log *log, struct err *e);
void listening_close(struct listening *l);

#endif
