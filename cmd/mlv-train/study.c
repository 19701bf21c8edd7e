/* Where studies lie, and the record of a trial. */
#include "study.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/num.h"
#include "catalog/catalog.h"
#include "catalog/name.h"
#include "stat/metric.h"
#include "store/repo.h"

int
study_place_find(struct study_place *out, struct cli *c, const char *journal,
    const char *name, bool make, struct err *e)
{
	const char *mine = getenv("MLV_STUDY");
	char *folder, *path;
	int r = 0;

	/* within a trial of this study: where its driver found it */
	if (journal == NULL && mine && strcmp(mine, name) == 0)
		journal = getenv("MLV_STUDY_JOURNAL");

	*out = (struct study_place){ .journal = journal, .name = name, .log = &c->log };
	if (journal)
		return 0;
	if (catalog_repo(c->catalog) == NULL)
		return err_set(e, ERR_USAGE, "no repository here: say where "
		    "study '%s' lies with --journal FILE, or make one with "
		    "'mlv-data init'", name);
	if (!name_base_ok(name))
		return err_set(e, ERR_USAGE, "'%s' is no name for a study in a "
		    "repository: letters, digits, '.', '_' and '-'", name);
	out->os = repo_os(catalog_repo(c->catalog));
	folder = repo_path(catalog_repo(c->catalog), "studies");
	path = arena_printf(&c->arena, "%s/%s.journal", folder, name);
	if (make)
		r = file_make_folders(out->os, folder, e);
	out->journal = path;
	free(folder);
	return r;
}

int
study_open_there(struct study **out, struct cli *c, const char *journal,
    const char *name, struct err *e)
{
	struct study_place at;

	if (study_place_find(&at, c, journal, name, false, e) < 0)
		return -1;
	if (study_open(out, &at, false, e) < 0) {
		if (e->code != ERR_NOENT || journal)
			return -1;
		return err_set(e, ERR_NOENT, "there is no study '%s'; make it "
		    "with 'mlv-train search new'", name);
	}
	if ((*out)->id != STUDY_NONE)
		return 0;
	study_close(*out);
	return err_set(e, ERR_NOENT, "'%s' holds no study '%s'; 'search ls "
	    "--journal' lists those it has", at.journal, name);
}

struct study_place
study_place_of(struct cli *c, const struct study *s)
{
	return (struct study_place){ .journal = s->log.path, .name = s->name,
	    .os = s->log.os, .log = &c->log };
}

int
study_check_metrics(struct cli *c, const struct study *s,
    const struct texts *metrics)
{
	if (metrics->n && metrics->n != s->n_objectives)
		return cli_usage(c, "study '%s' has %zu directions: --metric "
		    "takes as many names", s->name, s->n_objectives);
	if (metrics->n == 0 && s->n_objectives > 1)
		return cli_usage(c, "study '%s' has %zu directions: name a "
		    "metric for each with --metric", s->name, s->n_objectives);
	for (size_t i = 0; i < metrics->n; i++) {
		int better = metric_better(metrics->v[i]);

		if (better == 0 || (better > 0) == s->maximize[i])
			continue;
		cli_warn(c, "study '%s' looks for the %s %s, of which %s is "
		    "better: a study of --direction %s finds that", s->name,
		    better > 0 ? "least" : "greatest", metrics->v[i],
		    better > 0 ? "more" : "less",
		    better > 0 ? "maximize" : "minimize");
	}
	return 0;
}

int
study_read_number(int64_t *out, const char *text, struct err *e)
{
	if (!num_parse_i64(text, strlen(text), out) || *out < 0)
		return err_set(e, ERR_USAGE, "'%s' is no trial's number", text);
	return 0;
}

struct json *
study_params_json(struct arena *a, const struct study *s, size_t number)
{
	struct json *map = json_new(a, JSON_MAP);

	for (size_t i = 0; i < s->n_columns; i++) {
		double v = s->x[number * s->columns_room + i];

		if (!isnan(v))
			space_value_json(a, map, &s->column[i].param, v);
	}
	return map;
}

static void
print_time(struct cli *c, const char *key, int64_t us)
{
	char text[CLOCK_TEXT_MAX];

	if (us)
		clock_print(text, us);
	out_text(&c->out, key, us ? text : NULL);
}

void
print_trial(struct cli *c, const struct study *s, size_t number)
{
	const struct trial *t = &s->trial[number];
	const struct trial_step *last = trial_last_step(t);
	struct json *values = json_new(&c->arena, JSON_LIST);
	const double *y = study_objectives(s, number);

	for (size_t k = 0; t->has_value && k < s->n_objectives; k++)
		json_add_num(&c->arena, values, NULL, y[k]);
	out_begin(&c->out, "mlv.trial/1");
	out_int(&c->out, "number", (int64_t)number);
	out_text(&c->out, "state", trial_state_text(t->state));
	if (s->n_objectives > 1)
		out_tree(&c->out, "value", values);
	else if (t->has_value)
		out_num(&c->out, "value", y[0]);
	else
		out_null(&c->out, "value");
	out_tree(&c->out, "params", study_params_json(&c->arena, s, number));
	out_only(&c->out, OUT_JSON);
	if (last) {
		out_int(&c->out, "last_step", last->step);
		out_num(&c->out, "last_value", last->value);
	}
	if (t->n_constraints)
		out_num(&c->out, "violation", t->violation);
	if (t->run[0])
		out_text(&c->out, "run", t->run);
	print_time(c, "began", t->begin_us);
	print_time(c, "ended", t->end_us);
	out_end(&c->out);
}
