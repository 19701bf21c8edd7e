/* Names of the tasks a model can be for. */
#include "model/task.h"

#include <stddef.h>
#include <string.h>

static const char *const task_names[] = { "auto", "binary", "multiclass",
	"regression" };

const char *
task_name(enum task t)
{
	return task_names[t];
}

bool
task_parse(enum task *t, const char *s)
{
	for (int i = 0; i < 4; i++)
		if (strcmp(task_names[i], s) == 0) {
			*t = (enum task)i;
			return true;
		}
	return false;
}
