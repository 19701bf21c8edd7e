/* Models that runs logged: found, changed, their metrics noted. */
#include "base/clock.h"
#include "tracking/internal.h"

const struct json *
find_logged(struct call *k, const char *id)
{
	const struct json *doc = book_get(k->t->book, BOOK_LOGGED, id);

	if (doc == NULL || json_bool(doc, "gone", false)) {
		call_fail(k, CALL_NOT_THERE, "Logged model with ID '%.200s' "
		    "not found.", id);
		return NULL;
	}
	return doc;
}

int
change_logged(struct call *k, const char *id, struct json *patch)
{
	struct err e = ERR_INIT;

	json_add_int(&k->arena, patch, "last_updated_timestamp",
	    clock_wall_us() / 1000);
	return book_change(k->t->book, BOOK_LOGGED, id, patch, &e) < 0 ?
	    call_fail_err(k, &e) : 0;
}

/* ---- metrics ---- */

int
note_model_metrics(struct call *k, const struct tracked_run *r,
    const struct json *points)
{
	for (; points; points = points->next) {
		const char *id = item_text(points, "model_id"), *key;
		struct json *patch, *m;

		if (*id == '\0')
			continue;
		if (find_logged(k, id) == NULL)
			return -1;
		patch = json_new(&k->arena, JSON_MAP);
		key = arena_printf(&k->arena, "%s %s", item_text(points,
		    "key"), item_text(points, "dataset_digest"));
		m = json_copy(&k->arena, points);
		json_remove(m, "run_uuid");
		json_remove(m, "run_id");
		json_add_text(&k->arena, m, "run_id", r->id);
		json_add(&k->arena, json_add_map(&k->arena, patch, "metrics"),
		    key, m);
		if (change_logged(k, id, patch) < 0)
			return -1;
	}
	return 0;
}
