/*
 * flow/models/follow.h - the rollout of an endpoint, read from its state
 * (rollout/state.h) again and again while a server runs.
 */
#ifndef FLOW_MODELS_FOLLOW_H
#define FLOW_MODELS_FOLLOW_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "deploy/endpoint.h"

struct follower;

/* *out is NULL where there is no repository.  A server that does not log
 * requests follows none, which is told once for each: nothing would be known of
 * the units that moved. */
int follower_open(struct follower **out, const struct log *log, bool logs,
    struct err *e);
/* NULL is fine. */
void follower_close(struct follower *f);
/* Lines on what is followed now, for Prometheus; by any thread. */
void follower_write_info(struct buf *out, struct follower *f);
void follower_write_share(struct buf *out, struct follower *f,
    const char *endpoint);
/* For endpoint_opts.follow; the ctx is a follower. */
int follow_rollout_state(void *ctx, struct followed *out,
    const char *endpoint, struct err *e);

#endif
