#include "judge/leakage.h"

#include <stdio.h>
#include <string.h>

#include "catalog/bytes.h"
#include "catalog/lineage.h"
#include "track/find.h"
#include "track/journal.h"

/* The manifest of the run that made the model: the one its version names,
 * else the newest that put out its bytes.  *m NULL: nobody knows. */
static int
find_run(const struct json **m, struct arena *a, struct catalog *c,
    struct catalog_bytes *model, struct err *e)
{
	struct err mine = ERR_INIT;
	struct oid id = { { 0 } };
	struct link l;
	struct run run;

	*m = NULL;
	if (model->manifest && manifest_find(&l, model->manifest, "run",
	    TYPE_RUN)) {
		id = l.id;
	} else if (run_read_by_output(&run, c, catalog_bytes_id(model),
	    &mine) == 0) {
		id = run.manifest;
		run_free(&run);
	} else if (mine.code != ERR_NOENT) {
		*e = mine;
		return -1;
	}
	/* a run that is not sealed, or not in this copy, says nothing */
	if (oid_is_none(&id) || catalog_manifest(m, a, c, &id, &mine) == 0 ||
	    mine.code == ERR_NOENT)
		return 0;
	*e = mine;
	return -1;
}

struct looking {
	const struct oid *content;
	bool found;
};

static int
is_it(void *ctx, int depth, const struct link *l, struct err *e)
{
	struct looking *w = ctx;

	(void)depth;
	(void)e;
	w->found = oid_eq(&l->id, w->content);
	return w->found;
}

/* Is it these bytes, or a dataset that was made from them?  What they were
 * split from holds their rows. */
static int
rests_on(bool *yes, struct catalog *c, const struct link *input,
    const struct oid *content, struct err *e)
{
	struct looking w = { content, oid_eq(&input->id, content) };
	struct err mine = ERR_INIT;

	if (!w.found && strcmp(input->type, TYPE_DATASET) == 0 &&
	    catalog_lineage(c, &input->id, is_it, &w, &mine) < 0 &&
	    mine.code != ERR_NOENT) {
		*e = mine;
		return -1;
	}
	*yes = w.found;
	return 0;
}

int
seen_data(struct seen_data *out, struct catalog *c,
    struct catalog_bytes *model, struct catalog_bytes *data, struct err *e)
{
	const struct json *run;
	struct arena a = { 0 };
	struct link l;
	size_t inputs = 0;
	bool fit, same;
	int r = -1;

	memset(out, 0, sizeof(*out));
	if (catalog_repo(c) == NULL)
		return 0;
	if (find_run(&run, &a, c, model, e) < 0)
		goto done;
	fit = strcmp(json_text(run, "verb", ""), "fit") == 0;
	for (size_t i = 0; out->seen != SEEN_TRAIN &&
	    manifest_link_at(&l, run, i); i++) {
		if (strcmp(l.rel, "input") != 0)
			continue;
		if (rests_on(&same, c, &l, catalog_bytes_id(data), e) < 0)
			goto done;
		if (same)
			out->seen = fit && inputs ? SEEN_VALID : SEEN_TRAIN;
		inputs++;
	}
	if (out->seen != SEEN_NOT)
		snprintf(out->run, sizeof(out->run), "run:%s",
		    json_text(run, "id", ""));
	r = 0;
done:
	arena_free(&a);
	return r;
}

const char *
seen_label(enum seen s)
{
	return s == SEEN_TRAIN ? "train" : s == SEEN_VALID ? "valid" : "test";
}
