/*
 * cli/environment.h - what a remote takes from the environment: keys, region
 * and endpoint of S3 as other programs take them, and where our helpers are.
 */
#ifndef CLI_ENVIRONMENT_H
#define CLI_ENVIRONMENT_H

#include "cli/cli.h"
#include "remote/transport/transport.h"

/* Borrowed from the environment and the invocation's arena. */
/* The helper program of that name, in the invocation's arena. */
const char *cli_helper(struct cli *c, const char *name);
void cli_remote_environment(struct remote_environment *env, struct cli *c);

#endif
