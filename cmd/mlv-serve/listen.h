/*
 * listen.h - where the servers of mlv-serve may listen.
 */
#ifndef MLV_SERVE_LISTEN_H
#define MLV_SERVE_LISTEN_H

#include "cli/cli.h"

/* An address that others can reach needs --token-file, or --anyone said in so
 * many words: 0, or the status of cli_usage. */
int listen_check(struct cli *c, const char *host, const char *tokens,
    bool anyone);

#endif
