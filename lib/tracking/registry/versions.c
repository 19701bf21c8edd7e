/* Routes of versions of registered models. */
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "tracking/registry/registry.h"
#include "tracking/registry/source.h"
#include "tracking/select.h"

/* ---- one version ---- */

struct found_version {
	struct model_entry model;
	const struct ref_value *v;
};

/* By the fields name and version; -1: answered. */
static int
find_asked(struct found_version *f, struct call *k)
{
	if (find_model(&f->model, k, call_text(k, "name")) < 0)
		return -1;
	f->v = find_version(k, &f->model, call_text(k, "version"));
	return f->v ? 0 : -1;
}

static int
answer_version(struct call *k)
{
	struct found_version f;

	if (find_asked(&f, k) < 0)
		return -1;
	put_open(k->out, NULL, '{');
	put_version(k, "model_version", &f.model, f.v);
	put_close(k->out, '}');
	return 0;
}

/* Where the files of the version that is asked for are; NULL, answered: there
 * is none. */
static const char *
find_source(struct call *k)
{
	struct found_version f;

	return find_asked(&f, k) < 0 ? NULL : model_source_location(k,
	    json_text(version_doc(k, &f.model, f.v->number), "source", ""));
}

static int
get_uri(struct call *k)
{
	const char *source = find_source(k);

	if (source == NULL)
		return -1;
	put_open(k->out, NULL, '{');
	put_text(k->out, "artifact_uri", source);
	put_close(k->out, '}');
	return 0;
}

/* The page's own link: a file of a version. */
static int
get_file(struct call *k)
{
	const char *source = find_source(k);

	return source == NULL ? -1 : send_model_file(k, source, call_text(k,
	    "path"));
}

/* ---- making ---- */

/* A model that was never registered is, as clients expect of the first
 * version alone; there must be one. */
static int
create_version(struct call *k)
{
	static const char *const texts[] = { "run_id", "run_link",
	    "description", "model_id" };
	struct json *patch = json_new(&k->arena, JSON_MAP);
	const char *source = call_text(k, "source");
	struct source_model s;
	struct found_version f = { .v = NULL };

	if (find_model(&f.model, k, call_text(k, "name")) < 0 ||
	    model_source_read(&s, k, source, call_text(k, "model_id"),
	    call_text(k, "run_id")) < 0 ||
	    model_source_put(&s, k, f.model.base) < 0)
		return -1;
	json_add_text(&k->arena, patch, "source", source);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (*call_text(k, texts[i]))
			json_add_text(&k->arena, patch, texts[i],
			    call_text(k, texts[i]));
	if (*call_text(k, "run_id") == '\0' && s.run)
		json_add_text(&k->arena, patch, "run_id", s.run);
	if (*call_text(k, "model_id") == '\0' && s.logged)
		json_add_text(&k->arena, patch, "model_id", s.logged);
	if (k->user)
		json_add_text(&k->arena, patch, "user_id", k->user);
	json_add_int(&k->arena, patch, "creation_timestamp",
	    clock_wall_us() / 1000);
	json_set(&k->arena, patch, "tags", tags_to_map(&k->arena,
	    call_list(k, "tags")));
	if (change_version(k, &f.model, s.number, patch) < 0 ||
	    change_model(k, f.model.base, json_new(&k->arena, JSON_MAP)) < 0)
		return -1;
	json_add_text(&k->arena, k->q, "version", arena_printf(&k->arena, "%u",
	    (unsigned)s.number));
	return answer_version(k);
}

/* ---- changing ---- */

static int
update_version(struct call *k)
{
	struct json *patch = json_new(&k->arena, JSON_MAP);
	struct found_version f;

	if (find_asked(&f, k) < 0)
		return -1;
	json_add_text(&k->arena, patch, "description", call_text(k,
	    "description"));
	return change_version(k, &f.model, f.v->number, patch) < 0 ? -1 :
	    answer_version(k);
}

static int
delete_version(struct call *k)
{
	struct found_version f;
	struct err e = ERR_INIT;

	if (find_asked(&f, k) < 0)
		return -1;
	for (size_t i = 0; i < f.model.aliases; i++)
		if (f.model.alias[i].version == f.v->number &&
		    move_alias(k, &f.model, f.model.alias[i].alias, 0) < 0)
			return -1;
	if (ref_remove(catalog_repo(k->t->c), arena_printf(&k->arena,
	    "model/%s", f.model.base), f.v->number, true, "over MLflow's API",
	    &e) < 0)
		return call_fail_err(k, &e);
	if (change_model(k, f.model.base, json_new(&k->arena, JSON_MAP)) < 0)
		return -1;
	buf_adds(k->out, "{}");
	return 0;
}

static int
change_tag(struct call *k, bool set)
{
	struct found_version f;
	struct json *patch;

	if (find_asked(&f, k) < 0 || read_tag(&patch, k, set) < 0 ||
	    change_version(k, &f.model, f.v->number, patch) < 0)
		return -1;
	buf_adds(k->out, "{}");
	return 0;
}

static int
set_tag(struct call *k)
{
	return change_tag(k, true);
}

static int
delete_tag(struct call *k)
{
	return change_tag(k, false);
}

/* ---- stages: of those in use an alias of that name ---- */

static const char *
stage_named(const char *word)
{
	static const char *const stages[] = { "None", "Staging", "Production",
	    "Archived" };

	for (size_t i = 0; i < sizeof(stages) / sizeof(*stages); i++)
		if (strcasecmp(stages[i], word) == 0)
			return stages[i];
	return NULL;
}

static const char *
stage_alias(const char *stage)
{
	return strcmp(stage, "Production") == 0 ? "production" :
	    strcmp(stage, "Staging") == 0 ? "staging" : NULL;
}

static int
set_stage(struct call *k, const struct model_entry *m, uint32_t number,
    const char *stage)
{
	struct json *patch = json_new(&k->arena, JSON_MAP);

	json_add_text(&k->arena, patch, "stage", stage);
	return change_version(k, m, number, patch);
}

/* The alias of a stage that it leaves is dropped where it means it. */
static int
leave_stage(struct call *k, const struct found_version *f, const char *stage)
{
	const char *alias = stage_alias(version_stage(version_doc(k,
	    &f->model, f->v->number)));
	const char *next = stage_alias(stage);

	if (alias == NULL || alias == next)
		return 0;
	for (size_t i = 0; i < f->model.aliases; i++)
		if (strcmp(f->model.alias[i].alias, alias) == 0 &&
		    f->model.alias[i].version == f->v->number)
			return move_alias(k, &f->model, alias, 0);
	return 0;
}

static int
transition(struct call *k)
{
	const char *stage = stage_named(call_text(k, "stage")), *alias;
	bool archive = call_bool(k, "archive_existing_versions", false);
	struct found_version f;

	if (stage == NULL)
		return call_fail(k, CALL_INVALID, "Invalid Model Version "
		    "stage: %.100s. Value must be one of None, Staging, "
		    "Production, Archived.", call_text(k, "stage"));
	alias = stage_alias(stage);
	if (archive && alias == NULL)
		return call_fail(k, CALL_INVALID, "Model version transition "
		    "cannot archive existing model versions because '%s' is "
		    "not an Active stage. Valid stages are Staging, "
		    "Production", stage);
	if (find_asked(&f, k) < 0 || leave_stage(k, &f, stage) < 0 ||
	    (alias && move_alias(k, &f.model, alias, f.v->number) < 0))
		return -1;
	for (size_t i = 0; archive && i < f.model.n; i++) {
		uint32_t number = f.model.version[i].number;

		if (number != f.v->number && strcmp(version_stage(version_doc(
		    k, &f.model, number)), stage) == 0 &&
		    set_stage(k, &f.model, number, "Archived") < 0)
			return -1;
	}
	return set_stage(k, &f.model, f.v->number, stage) < 0 ||
	    change_model(k, f.model.base, json_new(&k->arena, JSON_MAP)) < 0 ?
	    -1 : answer_version(k);
}

/* ---- searching ---- */

struct listed_version {
	const struct model_entry *model;
	const struct ref_value *v;
};

static void
put_found(struct call *k, const struct selected *s)
{
	const struct listed_version *l = s->what;

	put_version(k, NULL, l->model, l->v);
}

static int
add_versions(void *ctx, struct call *k, const struct model_entry *m)
{
	struct listed_version *l = arena_alloc(&k->arena, (m->n + 1) *
	    sizeof(*l));

	for (size_t i = 0; i < m->n; i++) {
		uint32_t number = m->version[i].number;
		struct json *doc = json_copy(&k->arena, version_doc(k, m,
		    number));

		json_add_text(&k->arena, doc, "name", m->name);
		json_add_int(&k->arena, doc, "version_number", number);
		json_add_text(&k->arena, doc, "source_path", json_text(doc,
		    "source", ""));
		l[i] = (struct listed_version){ m, &m->version[i] };
		/* of equal ones the newest version first */
		selection_add(ctx, k, &(struct selected){
		    arena_printf(&k->arena, "%s %010u", m->name, UINT32_MAX -
		    number), doc, &l[i] });
	}
	return 0;
}

static int
search_versions(struct call *k)
{
	struct selection all = { .usual = 10000, .most = 200000,
	    .list = "model_versions", .put = put_found,
	    .order_by = "last_updated_timestamp", .down = true,
	    .alone = true };

	return each_model(k, add_versions, &all) < 0 ? -1 :
	    selection_answer(&all, k);
}

#define PATH "mlflow/model-versions/"
#define VERSION "name:s! version:s!"

const struct tracking_route version_routes[] = {
	{ "POST", PATH "create", create_version, "name:s! source:s! run_id:s "
	    "tags:a run_link:s description:s model_id:s" },
	{ "PATCH", PATH "update", update_version, VERSION " description:s" },
	{ "POST", PATH "transition-stage", transition,
	    VERSION " stage:s! archive_existing_versions:b" },
	{ "DELETE", PATH "delete", delete_version, VERSION },
	{ "GET", PATH "get", answer_version, VERSION },
	{ "GET", PATH "search", search_versions,
	    "filter:s max_results:i order_by:t page_token:s" },
	{ "GET", PATH "get-download-uri", get_uri, VERSION },
	{ "GET", PATH "get-artifact", get_file, VERSION " path:s!" },
	{ "POST", PATH "set-tag", set_tag, VERSION " key:s! value:s" },
	{ "DELETE", PATH "delete-tag", delete_tag, VERSION " key:s!" },
	{ NULL, NULL, NULL, NULL }
};
