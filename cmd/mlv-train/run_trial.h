/*
 * run_trial.h - 'mlv-train run --trial': a tracked command as one trial of a
 * study.
 */
#ifndef MLV_TRAIN_RUN_TRIAL_H
#define MLV_TRAIN_RUN_TRIAL_H

#include "cli/cli.h"
#include "exec/command.h"

/* `trial` is STUDY or STUDY/N; the exit status, after its record or a
 * message. */
int run_as_trial(struct cli *c, const char *trial, const char *journal,
    const struct texts *metrics, const struct command_request *as);

#endif
