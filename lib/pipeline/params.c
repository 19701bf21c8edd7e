/* Parameter files and vars: where the values of a pipeline come from. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "codec/toml/toml.h"
#include "codec/yaml.h"
#include "pipeline/internal.h"

/* Runs keep their parameters as JSON, which has no word for these: all would be
 * null there, and one could not be told from another.  As texts they are, in
 * words that C and Python read as such numbers. */
static void
spell_infinite(struct json *j)
{
	if (j->type == JSON_REAL && !isfinite(j->d)) {
		j->s = isnan(j->d) ? "nan" : j->d > 0 ? "inf" : "-inf";
		j->n = strlen(j->s);
		j->type = JSON_TEXT;
	} else if (j->type == JSON_LIST || j->type == JSON_MAP) {
		for (struct json *m = j->child; m; m = m->next)
			spell_infinite(m);
	}
}

static int
parse_file(const struct json **tree, struct arena *a, const char *path,
    const struct buf *b, struct err *e)
{
	const char *ext = path_extension(path);
	struct json *read = NULL;
	int r;

	if (strcmp(ext, ".json") == 0)
		r = json_parse(&read, a, b->data, b->len, 0, e);
	else if (strcmp(ext, ".yaml") == 0 || strcmp(ext, ".yml") == 0)
		r = yaml_parse(&read, a, b->data, b->len, e);
	else if (strcmp(ext, ".toml") == 0)
		r = toml_parse(&read, a, b->data, b->len, e);
	else if (strcmp(ext, ".py") == 0)
		return err_set(e, ERR_UNSUPPORTED, "'%s': a Python file is a "
		    "program, and is not run to be read: keep its values in a "
		    ".yaml, .json or .toml file", path);
	else
		return err_set(e, ERR_UNSUPPORTED, "'%s': values are read from "
		    ".yaml, .json and .toml files", path);
	if (r < 0)
		return err_wrap(e, "'%s'", path);
	if (read == NULL || read->type == JSON_NULL)
		read = json_new(a, JSON_MAP);
	if (read->type != JSON_MAP)
		return err_set(e, ERR_FORMAT, "'%s' holds no names and values",
		    path);
	spell_infinite(read);
	*tree = read;
	return 0;
}

int
loader_file(const struct json **tree, struct loader *l, const char *path,
    struct err *e)
{
	struct arena *a = &l->p->arena;
	struct param_file *f;
	struct err none = ERR_INIT;
	struct buf b;
	int r = 0;

	for (f = l->files; f; f = f->next)
		if (strcmp(f->path, path) == 0) {
			*tree = f->tree;
			return 0;
		}
	f = arena_alloc(a, sizeof(*f));
	f->path = arena_strdup(a, path);
	buf_init(&b, YAML_BYTES_MAX);
	if (file_read(&b, path, &none) < 0) {
		if (none.code != ERR_NOENT) {
			*e = none;
			r = -1;
		}
	} else {
		r = parse_file(&f->tree, a, path, &b, e);
	}
	buf_free(&b);
	f->next = l->files;
	l->files = f;
	*tree = f->tree;
	return r;
}

/* Merge a map into another; a name that both give a plain value is an
 * error, as nobody could say which counts. */
static int
merge_maps(struct arena *a, struct json *to, const struct json *from,
    const char *whence, struct err *e)
{
	for (const struct json *m = from->child; m; m = m->next) {
		struct json *have = to->child;

		while (have && strcmp(have->key, m->key))
			have = have->next;
		if (have == NULL) {
			template_copy(a, to, m->key, m);
			continue;
		}
		if (have->type != JSON_MAP || m->type != JSON_MAP)
			return err_set(e, ERR_FORMAT, "%s gives '%s' a value that "
			    "it has already", whence, m->key);
		if (merge_maps(a, have, m, whence, e) < 0)
			return -1;
	}
	return 0;
}

/* "p.yaml" or "p.yaml:a,b". */
static int
merge_file(struct json *to, struct loader *l, const char *said,
    const char *folder, struct err *e)
{
	struct arena *a = &l->p->arena;
	const char *colon = strrchr(said, ':'), *key;
	char *name = colon ? arena_strndup(a, said, (size_t)(colon - said)) :
	    arena_strdup(a, said);
	const struct json *tree, *value;
	struct json *some;
	char *path = path_join(folder, name), *rest;
	int r = loader_file(&tree, l, path, e);

	free(path);
	if (r < 0)
		return -1;
	if (tree == NULL)
		return err_set(e, ERR_NOENT, "vars name '%s', which is not there",
		    name);
	if (colon == NULL)
		return merge_maps(a, to, tree, name, e);
	some = json_new(a, JSON_MAP);
	for (char *at = arena_strdup(a, colon + 1);
	    (key = strtok_r(at, ",", &rest)); at = NULL) {
		if ((value = json_get(tree, key)) == NULL)
			return err_set(e, ERR_NOENT, "vars name '%s', which is not "
			    "in '%s'", key, name);
		template_copy(a, some, key, value);
	}
	return merge_maps(a, to, some, name, e);
}

int
loader_vars(struct json *to, struct loader *l, const struct json *vars,
    const struct scope *scope, const char *folder, struct err *e)
{
	struct json *filled;

	if (vars->type != JSON_LIST)
		return err_set(e, ERR_FORMAT, "line %u: vars is a list of files "
		    "and maps", vars->line);
	for (const struct json *v = vars->child; v; v = v->next) {
		if (v->type != JSON_TEXT && v->type != JSON_MAP)
			return err_set(e, ERR_FORMAT, "line %u: vars holds files "
			    "and maps", v->line);
		if (template_fill(&filled, &l->p->arena, scope, v, e) < 0)
			return -1;
		if ((filled->type == JSON_MAP ? merge_maps(&l->p->arena, to,
		    filled, "vars", e) :
		    merge_file(to, l, filled->s, folder, e)) < 0)
			return -1;
	}
	return 0;
}

const char *
pipeline_param_text(struct arena *a, const struct json *value)
{
	const char *text;
	struct buf b;

	if (value->type == JSON_TEXT)
		return value->s;
	buf_init(&b, BUF_CAP_SMALL);
	json_write(&b, value);
	text = arena_strndup(a, b.data, b.len);
	buf_free(&b);
	return text;
}
