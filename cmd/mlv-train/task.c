/* The option --task, as fit and eval take it. */
#include "cli/cli.h"
#include "task.h"

int
task_option(enum task *out, struct cli *c, const char *word)
{
	if (word == NULL || (task_parse(out, word) && *out != TASK_AUTO))
		return 0;
	return cli_usage(c, "--task is binary, multiclass or regression, not "
	    "'%s'", word);
}
