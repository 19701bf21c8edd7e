/* Names of fields, and the fields of a run as a tree. */
#include "track/field.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/nearest.h"
#include "codec/json.h"
#include "track/amend.h"
#include "track/query.h"

static const char *const fields[] = {
	"id", "name", "verb", "status", "learner", "target", "data", "exit", "begin", "end", "seconds",
	"command", "host", "user", "git.commit", "git.dirty", "usage.wall_s",
	"usage.cpu_s", "usage.max_rss_bytes", "usage.energy_j",
	"usage.energy_from", "usage.blas_kernel", "machine.system",
	"machine.cpu", "machine.cpus", "machine.memory_bytes", "error", "memo",
	"programs", "params", "metrics", "metrics_flag", "git", "usage",
	"machine", "facts", "parent", "note", "archived"
};

/* Below these any name may stand. */
static const char *const open_spaces[] = { "params", "metrics",
	"metrics_flag", "facts", "tags" };

#define N_FIELDS (sizeof(fields) / sizeof(*fields))
#define N_SPACES (sizeof(open_spaces) / sizeof(*open_spaces))

/* Those that have another name in the run. */
static const struct {
	const char *name, *path;
} renamed[] = {
	{ "learner", "params.learner" }, { "target", "params.target" },
	{ "parent", "facts.tags." TAG_PARENT },
	{ "note", "facts.tags." TAG_NOTE },
	{ "archived", "facts.deleted" },
};

static bool
is_below(const char *name, const char *space)
{
	size_t n = strlen(space);

	return strncmp(name, space, n) == 0 && name[n] == '.' && name[n + 1];
}

bool
field_is_known(const char *name)
{
	for (size_t i = 0; i < N_FIELDS; i++)
		if (strcmp(name, fields[i]) == 0)
			return true;
	for (size_t i = 0; i < N_SPACES; i++)
		if (is_below(name, open_spaces[i]))
			return true;
	return false;
}

int
field_check(const char *name, struct err *e)
{
	const char *dot = strchr(name, '.'), *near = NULL;
	char *head;

	if (field_is_known(name))
		return 0;
	if (dot) {
		head = xstrndup(name, (size_t)(dot - name));
		near = nearest_word(head, open_spaces, 2);
		free(head);
	}
	if (near)
		return err_set(e, ERR_USAGE, "there is no field '%.200s'; did "
		    "you mean '%s%.200s'?", name, near, dot);
	near = nearest_word(name, fields, N_FIELDS);
	if (near)
		return err_set(e, ERR_USAGE, "there is no field '%.200s'; did "
		    "you mean '%s'?", name, near);
	return err_set(e, ERR_USAGE, "there is no field '%.200s': metrics are "
	    "metrics.NAME, parameters params.KEY, and a text stands between "
	    "quotes", name);
}

bool
field_is_own(const char *name)
{
	return is_below(name, "params") || is_below(name, "metrics");
}

bool
field_path(char path[FIELD_PATH], bool *facts, const char *name)
{
	*facts = false;
	if (is_below(name, "tags"))
		return snprintf(path, FIELD_PATH, "facts.%s", name) <
		    FIELD_PATH;
	for (size_t i = 0; i < sizeof(renamed) / sizeof(*renamed); i++)
		if (strcmp(name, renamed[i].name) == 0)
			return snprintf(path, FIELD_PATH, "%s",
			    renamed[i].path) < FIELD_PATH;
	*facts = true;
	return snprintf(path, FIELD_PATH, "%s", name) < FIELD_PATH;
}

const struct json *
query_field(const struct json *row, const char *name)
{
	const struct json *j;
	char path[FIELD_PATH];
	bool facts;

	if (!field_path(path, &facts, name))
		return NULL;
	j = json_path(row, path);
	return j || !facts ? j : json_path(json_get(row, "facts"), name);
}
