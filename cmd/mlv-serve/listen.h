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

/* What the command line says. */
struct listen_words {
	const char *host;		/* --host, or NULL */
	const char *at;			/* --listen, or NULL */
	const char *mode;		/* --socket-mode, or NULL */
	const char *tokens;		/* --token-file, or NULL */
	bool anyone;			/* --anyone */
	int64_t port, health_port;	/* < 0: no listener for health */
};

struct listening {
	struct listener main, health;	/* fd -1: there is none */
	mode_t mode;			/* of a path */
};

/* An address that others can reach needs --token-file, or --anyone said in so
 * many words: 0, or the status of cli_usage. */
int listen_check(struct cli *c, const struct listen_words *w);
/* Nobody is answered before listener_begin.  ERR_USAGE as above for what was
 * handed over. */
int listening_open(struct listening *l, const struct listen_words *w,
    struct err *e);
void listening_close(struct listening *l);

#endif
