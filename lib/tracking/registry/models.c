/* Routes of registered models and their aliases. */
#include <string.h>

#include "base/clock.h"
#include "catalog/name.h"
#include "tracking/registry/registry.h"
#include "tracking/select.h"

#define NAME_BYTES 256

/* ---- telling ---- */

/* Of each stage the newest version. */
static void
put_latest(struct call *k, const struct model_entry *m, const char *key,
    const struct json *stages)
{
	put_open(k->out, key, '[');
	for (size_t i = m->n; i-- > 0;) {
		const char *stage = version_stage(version_doc(k, m,
		    m->version[i].number));
		const struct json *asked = stages;
		size_t newer = i + 1;

		while (newer < m->n && strcmp(version_stage(version_doc(k, m,
		    m->version[newer].number)), stage) != 0)
			newer++;
		while (asked && (asked->type != JSON_TEXT ||
		    strcmp(asked->s, stage) != 0))
			asked = asked->next;
		if (newer == m->n && (stages == NULL || asked))
			put_version(k, NULL, m, &m->version[i]);
	}
	put_close(k->out, ']');
}

static void
put_model(struct call *k, const char *key, const struct model_entry *m)
{
	struct buf *b = k->out;

	put_open(b, key, '{');
	put_text(b, "name", m->name);
	put_int(b, "creation_timestamp", json_int(m->doc,
	    "creation_timestamp", 0));
	put_int(b, "last_updated_timestamp", json_int(m->doc,
	    "last_updated_timestamp", 0));
	if (*json_text(m->doc, "description", ""))
		put_text(b, "description", json_text(m->doc, "description",
		    ""));
	if (m->n)
		put_latest(k, m, "latest_versions", NULL);
	put_pairs(b, "tags", json_get(m->doc, "tags"));
	if (m->aliases) {
		put_open(b, "aliases", '[');
		for (size_t i = 0; i < m->aliases; i++) {
			put_open(b, NULL, '{');
			put_text(b, "alias", m->alias[i].alias);
			put_text(b, "version", arena_printf(&k->arena, "%u",
			    (unsigned)m->alias[i].version));
			put_close(b, '}');
		}
		put_close(b, ']');
	}
	put_close(b, '}');
}

static int
answer_model(struct call *k, const char *name)
{
	struct model_entry m;

	if (find_model(&m, k, name) < 0)
		return -1;
	put_open(k->out, NULL, '{');
	put_model(k, "registered_model", &m);
	put_close(k->out, '}');
	return 0;
}

static int
get_model(struct call *k)
{
	return answer_model(k, call_text(k, "name"));
}

static int
get_latest(struct call *k)
{
	struct model_entry m;

	if (find_model(&m, k, call_text(k, "name")) < 0)
		return -1;
	put_open(k->out, NULL, '{');
	put_latest(k, &m, "model_versions", call_list(k, "stages"));
	put_close(k->out, '}');
	return 0;
}

/* ---- making and changing ---- */

static int
check_name(struct call *k, const char *name)
{
	if (strpbrk(name, "/:\\") || strcmp(name, ".") == 0 ||
	    strcmp(name, "..") == 0)
		return call_fail(k, CALL_INVALID, "Invalid name for a "
		    "registered model: '%.250s'. A name cannot contain path "
		    "separators or colons", name);
	if (strlen(name) > NAME_BYTES)
		return call_fail(k, CALL_INVALID, "'name' exceeds the maximum "
		    "length of %d characters", NAME_BYTES);
	if (model_is_there(k, name))
		return call_fail(k, CALL_EXISTS, "Registered Model "
		    "(name=%.250s) already exists.", name);
	return 0;
}

static int
create_model(struct call *k)
{
	const char *name = call_text(k, "name"), *base;
	struct json *patch = json_new(&k->arena, JSON_MAP);
	static const char *const forget[] = { "tags", "description", "gone" };

	if (check_name(k, name) < 0)
		return -1;
	base = model_base(k, name);
	/* what one of that name left behind */
	if (book_get(k->t->book, BOOK_MODEL, base)) {
		struct json *clear = json_new(&k->arena, JSON_MAP);

		for (size_t i = 0; i < 3; i++)
			json_add_null(&k->arena, clear, forget[i]);
		if (change_model(k, base, clear) < 0)
			return -1;
	}
	json_add_text(&k->arena, patch, "name", name);
	json_add_int(&k->arena, patch, "creation_timestamp",
	    clock_wall_us() / 1000);
	if (*call_text(k, "description"))
		json_add_text(&k->arena, patch, "description",
		    call_text(k, "description"));
	json_set(&k->arena, patch, "tags", tags_to_map(&k->arena,
	    call_list(k, "tags")));
	return change_model(k, base, patch) < 0 ? -1 : answer_model(k, name);
}

/* A model of the command line gets words of its own. */
static int
change_entry(struct call *k, const struct model_entry *m, struct json *patch)
{
	if (json_get(m->doc, "name") == NULL && json_get(patch, "name") ==
	    NULL)
		json_add_text(&k->arena, patch, "name", m->name);
	return change_model(k, m->base, patch);
}

static int
rename_model(struct call *k)
{
	const char *name = call_text(k, "new_name");
	struct json *patch = json_new(&k->arena, JSON_MAP);
	struct model_entry m;

	if (find_model(&m, k, call_text(k, "name")) < 0 ||
	    check_name(k, name) < 0)
		return -1;
	json_add_text(&k->arena, patch, "name", name);
	return change_entry(k, &m, patch) < 0 ? -1 : answer_model(k, name);
}

static int
update_model(struct call *k)
{
	struct json *patch = json_new(&k->arena, JSON_MAP);
	struct model_entry m;

	if (find_model(&m, k, call_text(k, "name")) < 0)
		return -1;
	if (json_get(k->q, "description") == NULL)
		return call_fail(k, CALL_INVALID, "Attempting to update "
		    "registered model with no new field values.");
	json_add_text(&k->arena, patch, "description", call_text(k,
	    "description"));
	return change_entry(k, &m, patch) < 0 ? -1 : answer_model(k, m.name);
}

/* Its versions are removed, as `mlv-data rm` removes those of data, and its
 * aliases dropped; what is recorded stays. */
static int
delete_model(struct call *k)
{
	struct json *patch = json_new(&k->arena, JSON_MAP);
	struct err e = ERR_INIT;
	struct model_entry m;
	const char *ref;

	if (find_model(&m, k, call_text(k, "name")) < 0)
		return -1;
	for (size_t i = 0; i < m.aliases; i++)
		if (move_alias(k, &m, m.alias[i].alias, 0) < 0)
			return -1;
	ref = arena_printf(&k->arena, "model/%s", m.base);
	for (size_t i = 0; i < m.n; i++)
		if (ref_remove(catalog_repo(k->t->c), ref, m.version[i].number,
		    true, "over MLflow's API", &e) < 0)
			return call_fail_err(k, &e);
	json_add_bool(&k->arena, patch, "gone", true);
	if (change_entry(k, &m, patch) < 0)
		return -1;
	buf_adds(k->out, "{}");
	return 0;
}

static int
change_tag(struct call *k, bool set)
{
	struct model_entry m;
	struct json *patch;

	if (find_model(&m, k, call_text(k, "name")) < 0 ||
	    read_tag(&patch, k, set) < 0 || change_entry(k, &m, patch) < 0)
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

/* ---- aliases ---- */

static int
check_alias(struct call *k, const char *alias)
{
	size_t n = strlen(alias);

	if (strcmp(alias, "latest") == 0 || (n > 1 && (alias[0] == 'v' ||
	    alias[0] == 'V') && strspn(alias + 1, "0123456789") == n - 1))
		return call_fail(k, CALL_INVALID, "'%.250s' is reserved and "
		    "cannot be the name of an alias", alias);
	return name_alias_ok(alias) ? 0 : call_fail(k, CALL_INVALID,
	    "Invalid alias name: '%.250s'. Here one is of lower-case letters, "
	    "digits, '.', '_' and '-', with a letter in it", alias);
}

static int
set_alias(struct call *k)
{
	const char *alias = call_text(k, "alias");
	const struct ref_value *v;
	struct model_entry m;

	if (check_alias(k, alias) < 0 ||
	    find_model(&m, k, call_text(k, "name")) < 0)
		return -1;
	v = find_version(k, &m, call_text(k, "version"));
	if (v == NULL || move_alias(k, &m, alias, v->number) < 0)
		return -1;
	buf_adds(k->out, "{}");
	return 0;
}

/* Without one there is nothing to do. */
static int
delete_alias(struct call *k)
{
	const char *alias = call_text(k, "alias");
	struct model_entry m;

	if (find_model(&m, k, call_text(k, "name")) < 0)
		return -1;
	for (size_t i = 0; i < m.aliases; i++)
		if (strcmp(m.alias[i].alias, alias) == 0 &&
		    move_alias(k, &m, alias, 0) < 0)
			return -1;
	buf_adds(k->out, "{}");
	return 0;
}

static int
get_by_alias(struct call *k)
{
	const char *alias = call_text(k, "alias");
	struct model_entry m;

	if (find_model(&m, k, call_text(k, "name")) < 0)
		return -1;
	for (size_t i = 0; i < m.aliases; i++)
		for (size_t j = 0; j < m.n; j++)
			if (strcmp(m.alias[i].alias, alias) == 0 &&
			    m.version[j].number == m.alias[i].version) {
				put_open(k->out, NULL, '{');
				put_version(k, "model_version", &m,
				    &m.version[j]);
				put_close(k->out, '}');
				return 0;
			}
	return call_fail(k, CALL_INVALID, "Registered model alias %.250s not "
	    "found.", alias);
}

/* ---- searching ---- */

static void
put_found(struct call *k, const struct selected *s)
{
	put_model(k, NULL, s->what);
}

static int
add_to_selection(void *ctx, struct call *k, const struct model_entry *m)
{
	struct json *doc = json_copy(&k->arena, m->doc);

	json_remove(doc, "name");
	json_add_text(&k->arena, doc, "name", m->name);
	selection_add(ctx, k, &(struct selected){ m->name, doc, m });
	return 0;
}

static int
search_models(struct call *k)
{
	struct selection all = { .usual = 100, .most = 1000,
	    .list = "registered_models", .put = put_found,
	    .order_by = "name" };

	return each_model(k, add_to_selection, &all) < 0 ? -1 :
	    selection_answer(&all, k);
}

#define PATH "mlflow/registered-models/"

const struct tracking_route model_routes[] = {
	{ "POST", PATH "create", create_model, "name:s! tags:a description:s" },
	{ "POST", PATH "rename", rename_model, "name:s! new_name:s!" },
	{ "PATCH", PATH "update", update_model, "name:s! description:s" },
	{ "DELETE", PATH "delete", delete_model, "name:s!" },
	{ "GET", PATH "get", get_model, "name:s!" },
	{ "GET", PATH "search", search_models,
	    "filter:s max_results:i order_by:t page_token:s" },
	{ "POST", PATH "get-latest-versions", get_latest,
	    "name:s! stages:t" },
	{ "GET", PATH "get-latest-versions", get_latest,
	    "name:s! stages:t" },
	{ "POST", PATH "set-tag", set_tag, "name:s! key:s! value:s" },
	{ "DELETE", PATH "delete-tag", delete_tag, "name:s! key:s!" },
	{ "POST", PATH "alias", set_alias, "name:s! alias:s! version:s!" },
	{ "DELETE", PATH "alias", delete_alias, "name:s! alias:s!" },
	{ "GET", PATH "alias", get_by_alias, "name:s! alias:s!" },
	{ NULL, NULL, NULL, NULL }
};
