/* A file of stages: foreach and matrix unfolded, templates filled. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/nearest.h"
#include "base/path.h"
#include "codec/yaml.h"
#include "pipeline/internal.h"

#define PIPELINE_BYTES_MAX ((size_t)1 << 28)	/* of all its texts, filled */

static int
check_size(const struct loader *l, struct err *e)
{
	if (l->p->n >= PIPELINE_STAGES_MAX ||
	    l->p->arena.used > PIPELINE_BYTES_MAX)
		return err_set(e, ERR_TOOBIG, "'%s' unfolds to more than %d "
		    "stages or %zu MB", l->p->file, PIPELINE_STAGES_MAX,
		    PIPELINE_BYTES_MAX >> 20);
	return 0;
}

/* What a stage made of this element is called after '@'. */
static const char *
element_name(struct arena *a, const struct json *v, const char *key, size_t i)
{
	const char *text = template_text(a, v);

	return text ? text : arena_printf(a, "%s%zu", key, i);
}

/* `body` for one element: `item` and `key` are in scope. */
static int
add_member(struct loader *l, const struct json *entry, const struct json *body,
    const char *key, const struct json *item, struct err *e)
{
	struct arena *a = &l->p->arena;
	struct json *extra = json_new(a, JSON_MAP);
	const struct scope scope = { { extra, l->globals }, 2 };

	if (check_size(l, e) < 0)
		return -1;
	template_copy(a, extra, "item", item);
	json_add_text(a, extra, "key", key);
	return loader_stage(l, arena_printf(a, "%s@%s", entry->key, key),
	    entry->key, body, &scope, e);
}

static int
unfold_foreach(struct loader *l, const struct json *entry, struct err *e)
{
	const struct json *body = json_get(entry, "do");
	const struct scope scope = { { l->globals }, 1 };
	struct json *over;
	size_t i = 0;

	if (body == NULL || body->type != JSON_MAP)
		return err_set(e, ERR_FORMAT, "line %u: foreach of stage '%s' "
		    "needs a 'do'", entry->line, entry->key);
	if (template_fill(&over, &l->p->arena, &scope,
	    json_get(entry, "foreach"), e) < 0)
		return -1;
	if (over->type != JSON_LIST && over->type != JSON_MAP)
		return err_set(e, ERR_FORMAT, "line %u: foreach of stage '%s' "
		    "goes over a list or a map", entry->line, entry->key);
	for (const struct json *m = over->child; m; m = m->next, i++)
		if (add_member(l, entry, body, over->type == JSON_MAP ? m->key :
		    element_name(&l->p->arena, m, "", i), m, e) < 0)
			return -1;
	return 0;
}

/* The stages of every combination from `axis` on; `item` and `name` hold
 * what the earlier ones were. */
static int
unfold_axis(struct loader *l, const struct json *entry, const struct json *body,
    const struct json *axis, const struct json *item, const char *name,
    struct err *e)
{
	struct arena *a = &l->p->arena;
	size_t i = 0;

	if (axis == NULL)
		return add_member(l, entry, body, name, item, e);
	if (axis->type != JSON_LIST)
		return err_set(e, ERR_FORMAT, "line %u: '%s' of the matrix of "
		    "stage '%s' is no list", axis->line, axis->key, entry->key);
	for (const struct json *v = axis->child; v; v = v->next, i++) {
		struct json *more = template_copy(a, NULL, NULL, item);
		const char *word = element_name(a, v, axis->key, i);

		if (check_size(l, e) < 0)
			return -1;
		template_copy(a, more, axis->key, v);
		if (unfold_axis(l, entry, body, axis->next, more, *name ?
		    arena_printf(a, "%s-%s", name, word) : word, e) < 0)
			return -1;
	}
	return 0;
}

static int
unfold_matrix(struct loader *l, const struct json *entry, struct err *e)
{
	struct arena *a = &l->p->arena;
	const struct scope scope = { { l->globals }, 1 };
	struct json *body = json_new(a, JSON_MAP), *over;

	for (const struct json *m = entry->child; m; m = m->next)
		if (strcmp(m->key, "matrix"))
			template_copy(a, body, m->key, m);
	if (template_fill(&over, a, &scope, json_get(entry, "matrix"), e) < 0)
		return -1;
	if (over->type != JSON_MAP || over->child == NULL)
		return err_set(e, ERR_FORMAT, "line %u: matrix of stage '%s' is "
		    "a map of lists", entry->line, entry->key);
	return unfold_axis(l, entry, body, over->child,
	    json_new(a, JSON_MAP), "", e);
}

int
loader_entry(struct loader *l, const struct json *entry, struct err *e)
{
	const struct scope scope = { { l->globals }, 1 };

	if (entry->type != JSON_MAP)
		return err_set(e, ERR_FORMAT, "line %u: stage '%s' is no map",
		    entry->line, entry->key);
	if (check_size(l, e) < 0)
		return -1;
	if (json_get(entry, "foreach"))
		return unfold_foreach(l, entry, e);
	if (json_get(entry, "matrix"))
		return unfold_matrix(l, entry, e);
	return loader_stage(l, entry->key, entry->key, entry, &scope, e);
}

/* Do the vars name params.yaml themselves?  Then it is not read twice. */
static bool
names_params(const struct json *vars)
{
	for (const struct json *v = vars ? vars->child : NULL; v; v = v->next)
		if (v->type == JSON_TEXT &&
		    strncmp(v->s, "params.yaml", 11) == 0 &&
		    (v->s[11] == '\0' || v->s[11] == ':'))
			return true;
	return false;
}

static int
load_globals(struct loader *l, const struct json *tree, struct err *e)
{
	struct arena *a = &l->p->arena;
	const struct json *vars = json_get(tree, "vars"), *params = NULL;
	char *path = path_join(l->p->folder, "params.yaml");
	struct json *named;
	int r = 0;

	l->globals = json_new(a, JSON_MAP);
	if (!names_params(vars))
		r = loader_file(&params, l, path, e);
	free(path);
	if (r < 0)
		return -1;
	if (params)
		for (const struct json *m = params->child; m; m = m->next)
			template_copy(a, l->globals, m->key, m);
	if (vars == NULL)
		return 0;
	named = l->globals;
	return loader_vars(named, l, vars, &(struct scope){ { NULL }, 0 },
	    l->p->folder, e);
}

static int
load_tree(struct loader *l, const struct json *tree, struct err *e)
{
	static const char *const known[] = { "stages", "vars", "params",
	    "metrics", "plots", "artifacts", "datasets", "desc", "meta" };
	const size_t n_known = sizeof(known) / sizeof(*known);
	const struct json *stages = json_get(tree, "stages");

	for (const struct json *m = tree->child; m; m = m->next) {
		const char *near = nearest_word(m->key, known, n_known);
		size_t i = 0;

		while (i < n_known && strcmp(known[i], m->key))
			i++;
		if (i == n_known)
			return err_set(e, ERR_FORMAT, "line %u: '%s' is nothing "
			    "known%s%s%s", m->line, m->key, near ? " (do you mean '" :
			    "", near ? near : "", near ? "'?)" : "");
	}
	if (stages == NULL || stages->type != JSON_MAP)
		return err_set(e, ERR_FORMAT, "there are no stages in it");
	if (load_globals(l, tree, e) < 0)
		return -1;
	for (const struct json *m = stages->child; m; m = m->next)
		if (loader_entry(l, m, e) < 0)
			return -1;
	return 0;
}

static const char *
default_file(void)
{
	return access("dvc.yaml", F_OK) == 0 ||
	    access("pipeline.yaml", F_OK) != 0 ? "dvc.yaml" : "pipeline.yaml";
}

static void
begin_pipeline(struct pipeline *p, const char *file)
{
	char *folder = path_folder(file);

	memset(p, 0, sizeof(*p));
	p->file = arena_strdup(&p->arena, file);
	p->folder = arena_strdup(&p->arena, folder);
	free(folder);
}

static int
finish_pipeline(struct loader *l, const struct json *tree, struct err *e)
{
	if (load_tree(l, tree, e) < 0 || pipeline_order(l->p, e) < 0)
		return err_wrap(e, "'%s'", l->p->file);
	return 0;
}

int
pipeline_parse(struct pipeline *p, const char *file, const char *text,
    size_t n, struct err *e)
{
	struct loader l = { .p = p };
	struct json *tree;

	begin_pipeline(p, file);
	if (yaml_parse(&tree, &p->arena, text, n, e) < 0)
		return -1;
	if (tree == NULL || tree->type != JSON_MAP)
		return err_set(e, ERR_FORMAT, "'%s' holds no stages", file);
	return finish_pipeline(&l, tree, e);
}

int
pipeline_open(struct pipeline *p, const char *file, struct err *e)
{
	struct loader l = { .p = p };
	const struct json *tree;

	begin_pipeline(p, file ? file : default_file());
	if (loader_file(&tree, &l, p->file, e) < 0)
		return -1;
	if (tree == NULL && file)
		return err_set(e, ERR_NOENT, "there is no '%s'", file);
	if (tree == NULL)
		return err_set(e, ERR_NOENT, "there is no '%s' and no "
		    "'pipeline.yaml' in this folder: write one, or name it with "
		    "--file", p->file);
	return finish_pipeline(&l, tree, e);
}

void
pipeline_release(struct pipeline *p)
{
	arena_free(&p->arena);
	memset(p, 0, sizeof(*p));
}
