/*
 * model/task.h - what a model is for: META_TASK, option --task.
 */
#ifndef MODEL_TASK_H
#define MODEL_TASK_H

#include <stdbool.h>

#define TASK_CLASSES_MAX 1024	/* of a classifier, ours or to be judged */

enum task { TASK_AUTO, TASK_BINARY, TASK_MULTICLASS, TASK_REGRESSION };

/* "auto", "binary", "multiclass", "regression". */
const char *task_name(enum task t);
/* False when `s` is none of these; "auto" is. */
bool task_parse(enum task *t, const char *s);

#endif
