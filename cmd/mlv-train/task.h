/* task.h - the option --task, as fit and eval take it. */
#ifndef MLV_TRAIN_TASK_H
#define MLV_TRAIN_TASK_H

#include "model/task.h"

struct cli;

/* 0, or the exit status of wrong use.  No word leaves *out as it is. */
int task_option(enum task *out, struct cli *c, const char *word);

#endif
