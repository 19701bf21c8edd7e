/*
 * verbs.h - the verbs of mlv-serve, one file each.
 */
#ifndef MLV_SERVE_VERBS_H
#define MLV_SERVE_VERBS_H

#include "catalog/catalog.h"
#include "cli/cli.h"
#include "model/score.h"

extern const struct verb verb_batch;
extern const struct verb verb_stream;
extern const struct verb verb_http;
extern const struct verb verb_grpc;
extern const struct verb verb_track;
extern const struct verb verb_replay;
extern const struct verb verb_rollout_start;
extern const struct verb verb_rollout_status;
extern const struct verb verb_rollout_judge;
extern const struct verb verb_rollout_step;
extern const struct verb verb_rollout_watch;
extern const struct verb verb_rollout_abort;
extern const struct verb verb_rollout_ls;
extern const struct verb verb_token_new;
extern const struct verb verb_token_ls;
extern const struct verb verb_token_revoke;

/* A name or path as a model that is ready; 0, or -1 with *e. */
int open_model(struct binding **out, struct catalog *c, const char *name,
    const struct texts *columns, struct err *e);

#endif
