/* Words that options of several verbs of mlv-train take. */
#include "words.h"

#include "model/task.h"

const struct opt_word task_words[] = {
	{ "binary", TASK_BINARY }, { "multiclass", TASK_MULTICLASS },
	{ "regression", TASK_REGRESSION }, { NULL, 0 }
};
