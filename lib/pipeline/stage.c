/* One stage of a pipeline, read from its map. */
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/path.h"
#include "base/shellword.h"
#include "pipeline/internal.h"

#define LISTED_MAX 65536	/* deps, outs or parameters of a stage */

/* A stage being read. */
struct reading {
	struct loader *l;
	struct stage *stage;
	struct scope scope;
	const char *folder;	/* wdir, as seen from here */
	size_t room;		/* of the list being filled */
};

static int
fail(const struct stage *s, const struct json *at, struct err *e,
    const char *what)
{
	return err_set(e, ERR_FORMAT, "line %u: stage '%s': %s", at->line,
	    s->name, what);
}

static int
check_keys(const struct stage *s, const struct json *body, struct err *e)
{
	static const char *const known[] = { "cmd", "wdir", "deps", "depfile",
	    "params", "vars", "outs", "metrics", "plots", "frozen",
	    "always_changed", "desc", "meta", "foreach", "do", "matrix" };
	const size_t n = sizeof(known) / sizeof(*known);

	for (const struct json *m = body->child; m; m = m->next) {
		const char *near = nearest_word(m->key, known, n);
		size_t i = 0;

		while (i < n && strcmp(known[i], m->key))
			i++;
		if (i == n)
			return err_set(e, ERR_FORMAT, "line %u: stage '%s' has "
			    "'%s', which is nothing known%s%s%s", m->line, s->name,
			    m->key, near ? " (do you mean '" : "",
			    near ? near : "", near ? "'?)" : "");
	}
	return 0;
}

/* A list of commands is done in order and ends with the first that fails. */
static int
read_command(struct reading *r, const struct json *cmd, struct err *e)
{
	struct arena *a = &r->l->p->arena;
	char *one, *all = NULL;

	if (cmd && cmd->type == JSON_TEXT)
		return template_fill_command((char **)&r->stage->command, a,
		    &r->scope, cmd, e);
	if (cmd == NULL || cmd->type != JSON_LIST || cmd->child == NULL)
		return fail(r->stage, cmd ? cmd : &(struct json){ .line =
		    r->stage->line }, e, "there is no cmd");
	for (const struct json *m = cmd->child; m; m = m->next) {
		if (m->type != JSON_TEXT)
			return fail(r->stage, m, e, "a cmd is a text");
		if (template_fill_command(&one, a, &r->scope, m, e) < 0)
			return -1;
		if (all == NULL)
			all = cmd->child->next ?
			    arena_printf(a, "{ %s\n}", one) : one;
		else
			all = arena_printf(a, "%s && { %s\n}", all, one);
	}
	r->stage->command = all;
	return 0;
}

static int
read_deps(struct reading *r, const struct json *deps, struct err *e)
{
	struct stage *s = r->stage;

	r->room = 0;
	for (const struct json *m = deps->child; m; m = m->next) {
		if (m->type != JSON_TEXT || m->n == 0)
			return fail(s, m, e, "a dep is a path or a name");
		if (s->n_deps == LISTED_MAX)
			return fail(s, m, e, "too many deps");
		s->dep = arena_grow(&r->l->p->arena, s->dep, s->n_deps, &r->room,
		    sizeof(*s->dep));
		s->dep[s->n_deps++] = m->s;
	}
	return 0;
}

/* An element of outs: "path", or {path: {persist: true}}. */
static int
read_outs(struct reading *r, const struct json *outs, bool metric,
    size_t *room, struct err *e)
{
	struct stage *s = r->stage;

	for (const struct json *m = outs->child; m; m = m->next) {
		const struct json *one = m->type == JSON_MAP ? m->child : m;
		const char *path = m->type == JSON_MAP && one ? one->key :
		    m->type == JSON_TEXT ? m->s : NULL;
		bool map = m->type == JSON_MAP && one && one->type == JSON_MAP;

		if (path == NULL || *path == '\0' ||
		    (m->type == JSON_MAP && !map))
			return fail(s, m, e, "an output is a path, or a path "
			    "with its options");
		if (s->n_outs == LISTED_MAX)
			return fail(s, m, e, "too many outputs");
		s->out = arena_grow(&r->l->p->arena, s->out, s->n_outs, room,
		    sizeof(*s->out));
		s->out[s->n_outs++] = (struct stage_out){ .path = path,
		    .persist = map && json_bool(one, "persist", false),
		    .metric = metric };
	}
	return 0;
}

/* It is made by the stage, as its outputs are. */
static int
read_depfile(struct reading *r, const struct json *j, size_t *room,
    struct err *e)
{
	struct stage *s = r->stage;
	struct json *path;

	if (template_fill(&path, &r->l->p->arena, &r->scope, j, e) < 0)
		return -1;
	if (path->type != JSON_TEXT || path->n == 0)
		return fail(s, j, e, "depfile is a path");
	s->out = arena_grow(&r->l->p->arena, s->out, s->n_outs, room,
	    sizeof(*s->out));
	s->out[s->n_outs++] = (struct stage_out){ .path = path->s,
	    .depfile = true };
	return 0;
}

static int
add_param(struct reading *r, const char *file, const char *name,
    const struct json *tree, struct err *e)
{
	struct arena *a = &r->l->p->arena;
	struct stage *s = r->stage;
	const struct json *value = NULL;
	struct stage_param *p;

	if (s->n_params == LISTED_MAX)
		return err_set(e, ERR_TOOBIG, "stage '%s': too many parameters",
		    s->name);
	if (tree)
		value = name ? scope_find(&(struct scope){ { tree }, 1 }, name,
		    strlen(name)) : tree;
	s->param = arena_grow(a, s->param, s->n_params, &r->room, sizeof(*p));
	p = &s->param[s->n_params++];
	p->file = file;
	p->name = name;
	p->value = value;
	p->label = name == NULL ? file : strcmp(file, "params.yaml") == 0 ?
	    name : arena_printf(a, "%s:%s", file, name);
	return 0;
}

/* An element of params: "key" of params.yaml, or {file: [keys]}, where no
 * keys are all of it. */
static int
read_params_element(struct reading *r, const struct json *m, struct err *e)
{
	const char *file = m->type == JSON_MAP && m->child ? m->child->key :
	    "params.yaml";
	const struct json *keys = m->type == JSON_MAP ? m->child : NULL, *tree;
	char *path = path_join(r->folder, file);
	int r2 = loader_file(&tree, r->l, path, e);

	free(path);
	if (r2 < 0)
		return -1;
	if (m->type == JSON_TEXT)
		return add_param(r, file, m->s, tree, e);
	if (keys == NULL || (keys->type != JSON_LIST && keys->type != JSON_NULL))
		return fail(r->stage, m, e, "params are names, or a file with "
		    "a list of names");
	if (keys->child == NULL)
		return add_param(r, file, NULL, tree, e);
	for (const struct json *k = keys->child; k; k = k->next) {
		if (k->type != JSON_TEXT)
			return fail(r->stage, k, e, "a parameter is named by "
			    "a text");
		if (add_param(r, file, k->s, tree, e) < 0)
			return -1;
	}
	return 0;
}

static int
read_lists(struct reading *r, const struct json *body, struct err *e)
{
	static const char *const names[] = { "deps", "params", "outs",
	    "metrics", "plots" };
	const struct json *depfile;
	struct json *list;
	size_t room = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const struct json *j = json_get(body, names[i]);
		int r2 = 0;

		if (j == NULL || j->type == JSON_NULL)
			continue;
		if (j->type != JSON_LIST)
			return err_set(e, ERR_FORMAT, "line %u: stage '%s': %s "
			    "is a list", j->line, r->stage->name, names[i]);
		if (template_fill(&list, &r->l->p->arena, &r->scope, j, e) < 0)
			return -1;
		if (i == 0) {
			r2 = read_deps(r, list, e);
		} else if (i == 1) {
			r->room = 0;
			for (const struct json *m = list->child; m && r2 == 0;
			    m = m->next)
				r2 = read_params_element(r, m, e);
		} else {
			r2 = read_outs(r, list, i == 3, &room, e);
		}
		if (r2 < 0)
			return -1;
	}
	depfile = json_get(body, "depfile");
	return depfile && depfile->type != JSON_NULL ?
	    read_depfile(r, depfile, &room, e) : 0;
}

static int
read_wdir(struct reading *r, const struct json *body, struct err *e)
{
	struct arena *a = &r->l->p->arena;
	const struct json *j = json_get(body, "wdir");
	struct json *wdir;
	char *folder;

	r->stage->wdir = ".";
	r->folder = r->l->p->folder;
	if (j == NULL || j->type == JSON_NULL)
		return 0;
	if (template_fill(&wdir, a, &r->scope, j, e) < 0)
		return -1;
	if (wdir->type != JSON_TEXT || wdir->n == 0)
		return fail(r->stage, j, e, "wdir is a path");
	r->stage->wdir = wdir->s;
	folder = path_join(r->l->p->folder, wdir->s);
	r->folder = arena_strdup(a, folder);
	free(folder);
	return 0;
}

static int
read_body(struct reading *r, const struct json *body, struct err *e)
{
	struct arena *a = &r->l->p->arena;
	const struct json *vars = json_get(body, "vars");
	struct json *own;

	if (read_wdir(r, body, e) < 0)
		return -1;
	if (vars && vars->type != JSON_NULL) {
		if (r->scope.n == SCOPE_MAX)
			BUG("too many scopes");
		own = json_new(a, JSON_MAP);
		if (loader_vars(own, r->l, vars, &r->scope, r->folder, e) < 0)
			return -1;
		/* nearest first */
		memmove(r->scope.map + 1, r->scope.map,
		    r->scope.n++ * sizeof(*r->scope.map));
		r->scope.map[0] = own;
	}
	if (read_command(r, json_get(body, "cmd"), e) < 0)
		return -1;
	return read_lists(r, body, e);
}

int
loader_stage(struct loader *l, const char *name, const char *group,
    const struct json *body, const struct scope *scope, struct err *e)
{
	struct pipeline *p = l->p;
	struct reading r = { .l = l, .scope = *scope };
	struct stage *s;

	p->stage = arena_grow(&p->arena, p->stage, p->n, &l->room, sizeof(*s));
	r.stage = s = &p->stage[p->n++];
	memset(s, 0, sizeof(*s));
	s->name = name;
	s->group = group;
	s->line = body->line;
	s->desc = json_text(body, "desc", NULL);
	s->frozen = json_bool(body, "frozen", false);
	s->always_changed = json_bool(body, "always_changed", false);
	if (check_keys(s, body, e) < 0)
		return -1;
	return read_body(&r, body, e);
}

const char *
pipeline_shell_text(struct arena *a, const struct stage *s)
{
	const char *text;
	struct buf b;

	if (strcmp(s->wdir, ".") == 0)
		return s->command;
	buf_init(&b, BUF_CAP_SMALL);
	buf_adds(&b, "cd ");
	shellword_add(&b, s->wdir);
	buf_addf(&b, " || exit\n%s", s->command);
	text = arena_strndup(a, b.data, b.len);
	buf_free(&b);
	return text;
}
