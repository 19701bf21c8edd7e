/* Experiments found, made and changed, and the runs that have none yet. */
#include <string.h>

#include "base/clock.h"
#include "base/rng.h"
#include "tracking/internal.h"

/* ---- looking ---- */

bool
is_active(const struct json *doc)
{
	return strcmp(json_text(doc, "lifecycle_stage", "active"),
	    "active") == 0;
}

const struct json *
find_experiment(struct call *k, const char *id, bool any)
{
	const struct json *doc = book_get(k->t->book, BOOK_EXPERIMENT, id);

	if (doc == NULL)
		call_fail(k, CALL_NOT_THERE, "No Experiment with id=%.200s "
		    "exists", id);
	else if (!any && !is_active(doc)) {
		call_fail(k, CALL_INVALID, "The experiment %.200s must be in "
		    "the 'active' state. Current state is deleted.", id);
		doc = NULL;
	}
	return doc;
}

const char *
experiment_by_name(const struct tracking *t, const char *name)
{
	const char *id;

	for (size_t i = 0; i < book_count(t->book, BOOK_EXPERIMENT); i++)
		if (strcmp(json_text(book_at(t->book, BOOK_EXPERIMENT, i, &id),
		    "name", ""), name) == 0)
			return id;
	return NULL;
}

struct json *
tags_to_map(struct arena *a, const struct json *item)
{
	struct json *map = json_new(a, JSON_MAP);

	for (; item; item = item->next) {
		struct json value = { .type = JSON_TEXT };

		value.s = item_text(item, "value");
		value.n = strlen(value.s);
		json_set(a, map, item_text(item, "key"), &value);
	}
	return map;
}

/* ---- making ---- */

int
change_experiment(struct tracking *t, struct arena *a, const char *id,
    struct json *patch, struct err *e)
{
	json_add_int(a, patch, "last_update_time", clock_wall_us() / 1000);
	return book_change(t->book, BOOK_EXPERIMENT, id, patch, e);
}

/* As MLflow's file store has them: a number of 18 digits. */
static const char *
new_experiment_id(struct arena *a)
{
	uint64_t r;

	rng_system(&r, sizeof(r));
	return arena_printf(a, "%llu", (unsigned long long)(r %
	    900000000000000000ull + 100000000000000000ull));
}

static int
write_experiment(struct tracking *t, struct arena *a, const char *id,
    const char *name, const char *location, const struct json *tags,
    struct err *e)
{
	struct json *patch = json_new(a, JSON_MAP);

	json_add_text(a, patch, "name", name);
	json_add_text(a, patch, "artifact_location", *location ? location :
	    arena_printf(a, "mlflow-artifacts:/%s", id));
	json_add_text(a, patch, "lifecycle_stage", "active");
	json_add_int(a, patch, "creation_time", clock_wall_us() / 1000);
	if (tags && tags->child)
		json_set(a, patch, "tags", tags);
	return change_experiment(t, a, id, patch, e);
}

int
make_experiment(struct tracking *t, struct arena *a, const char **id,
    const char *name, const char *location, const struct json *tags,
    struct err *e)
{
	*id = new_experiment_id(a);
	return write_experiment(t, a, *id, name, location, tags, e);
}

/* Imported runs say the name of theirs; others are in the default one. */
static int
adopt_run(struct tracking *t, struct tracked_run *r, struct err *e)
{
	const char *name = tracked_tag(&t->runs, r, "mlflow.experiment");
	struct arena a = { NULL, 0 };
	const char *id;
	int result = 0;

	if (name == NULL || *name == '\0')
		id = "0";
	else if ((id = experiment_by_name(t, name)) == NULL)
		result = make_experiment(t, &a, &id, name, "", NULL, e);
	if (result == 0)
		tracked_set_text(&r->experiment, id);
	arena_free(&a);
	return result;
}

int
adopt_runs(struct tracking *t, struct err *e)
{
	struct arena a = { NULL, 0 };
	int r = 0;

	if (book_get(t->book, BOOK_EXPERIMENT, "0") == NULL)
		r = write_experiment(t, &a, "0", "Default", "", NULL, e);
	arena_free(&a);
	for (; r == 0 && t->adopted < runs_count(&t->runs); t->adopted++) {
		struct tracked_run *run = t->runs.v[t->adopted];

		if (*run->experiment == '\0')
			r = adopt_run(t, run, e);
	}
	return r;
}
