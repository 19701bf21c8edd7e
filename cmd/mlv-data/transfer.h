/*
 * transfer.h - what push, fetch, pull and clone share: names as refs, and the
 * report.
 */
#ifndef MLV_DATA_TRANSFER_H
#define MLV_DATA_TRANSFER_H

#include "cli/cli.h"
#include "remote/remote.h"

/* Push, fetch or pull the names in argv; the exit status. */
typedef int transfer_fn(struct remote_done *done, struct remote *r,
    const struct remote_request *rq, struct err *e);
int transfer_run(struct cli *c, const char *remote, transfer_fn *fn,
    struct remote_request *rq, int argc, char **argv);

#endif
