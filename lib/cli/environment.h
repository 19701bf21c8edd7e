/*
 * cli/environment.h - what is taken from the environment: keys, region and
 * endpoint of S3 as other programs take them, where our helpers are, and
 * where scratch files go.
 */
#ifndef CLI_ENVIRONMENT_H
#define CLI_ENVIRONMENT_H

#include "cli/cli.h"
#include "remote/transport/transport.h"

/* Where there is room for what is read back soon: $TMPDIR, or the usual. */
const char *cli_scratch_folder(void);
/* What a cache may take: $MLV_CACHE_BYTES, or the usual; false where that is no
 * number. */
bool cli_cache_bytes(uint64_t *out);
/* Borrowed from the environment and the invocation's arena. */
/* The helper program of that name, in the invocation's arena. */
const char *cli_helper(struct cli *c, const char *name);
void cli_remote_environment(struct remote_environment *env, struct cli *c);

#endif
