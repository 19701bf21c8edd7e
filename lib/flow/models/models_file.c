/* The models of a server, from YAML. */
#include "flow/models/models_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/path.h"
#include "catalog/name.h"
#include "codec/yaml.h"
#include "deploy/endpoint.h"

#define LABEL_MAX 63

static int
refuse_member(const struct json *m, const char *const *known, size_t n,
    struct err *e)
{
	const char *near = nearest_word(m->key, known, n);

	return near ? err_set(e, ERR_FORMAT, "line %u: no '%s' is known here: "
	    "is '%s' meant?", m->line, m->key, near) :
	    err_set(e, ERR_FORMAT, "line %u: no '%s' is known here", m->line,
	    m->key);
}

/* --- sources -------------------------------------------------------------- */

/* A name as it is; one word alone is a model's; a path from the folder. */
static int
read_source(const char **out, struct models_file *f, const char *folder,
    const struct json *m, struct err *e)
{
	struct name n;
	char *path;
	bool ref;

	if (m->type != JSON_TEXT || *m->s == '\0' || strlen(m->s) != m->n)
		return err_set(e, ERR_FORMAT, "line %u: '%s' is a model, as "
		    "model:churn@champion, or a file", m->line, m->key);
	if (strpbrk(m->s, ":/.") == NULL) {
		*out = arena_printf(&f->arena, "model:%s", m->s);
		return 0;
	}
	if (name_parse(&n, m->s, e) < 0) {
		e->code = ERR_FORMAT;
		return err_wrap(e, "line %u", m->line);
	}
	ref = n.kind != NAME_PATH;
	name_free(&n);
	if (ref && strcmp(m->s, "-") == 0)
		return err_set(e, ERR_FORMAT, "line %u: a model is read again "
		    "when it changes, which standard input is not", m->line);
	*out = m->s;
	if (ref || m->s[0] == '/')
		return 0;
	path = path_join(folder, m->s);
	*out = arena_strdup(&f->arena, path);
	free(path);
	return 0;
}

static int
read_columns(struct models_entry *t, struct models_file *f,
    const struct json *m, struct err *e)
{
	const char **names = arena_alloc(&f->arena, (m->n + 1) *
	    sizeof(*names));

	if (m->type != JSON_LIST || m->n == 0)
		return err_set(e, ERR_FORMAT, "line %u: 'columns' is a list of "
		    "names", m->line);
	t->columns = names;
	for (const struct json *v = m->child; v; v = v->next) {
		if (v->type != JSON_TEXT || *v->s == '\0')
			return err_set(e, ERR_FORMAT, "line %u: a column is a "
			    "name: put it in quotes", v->line);
		names[t->n_columns++] = v->s;
	}
	return 0;
}

/* --- entries -------------------------------------------------------------- */

static struct models_entry *
add_entry(struct models_file *f, const char *name, const struct json *at,
    struct err *e)
{
	struct models_entry *t = &f->entry[f->n];

	if (f->n == MODELS_MAX) {
		err_set(e, ERR_FORMAT, "line %u: a server has at most %d "
		    "models, with those under a label", at->line, MODELS_MAX);
		return NULL;
	}
	f->n++;
	*t = (struct models_entry){ .name = name };
	return t;
}

/* Of TensorFlow Serving's letters: labels are found in its paths. */
static int
check_label(const struct json *m, struct err *e)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
	size_t n = strlen(m->key);

	if (n == 0 || n > LABEL_MAX || strspn(m->key, letters) != n)
		return err_set(e, ERR_FORMAT, "line %u: a label is 1 to %d of "
		    "the letters A-Z a-z 0-9 _ -", m->line, LABEL_MAX);
	for (int v = 0; v <= VARIANT_LABELLED; v++)
		if (strcmp(m->key, variant_text(v)) == 0)
			return err_set(e, ERR_FORMAT, "line %u: the label '%s' "
			    "is taken: it is a variant's", m->line, m->key);
	return 0;
}

static int
read_labels(struct models_file *f, const struct models_entry *of,
    const char *folder, const struct json *m, struct err *e)
{
	if (m->type != JSON_MAP)
		return err_set(e, ERR_FORMAT, "line %u: 'labels' is a map from "
		    "labels to models", m->line);
	for (const struct json *v = m->child; v; v = v->next) {
		struct models_entry *t;

		if (check_label(v, e) < 0 ||
		    (t = add_entry(f, of->name, v, e)) == NULL)
			return -1;
		t->label = v->key;
		t->columns = of->columns;
		t->n_columns = of->n_columns;
		if (read_source(&t->model, f, folder, v, e) < 0)
			return -1;
	}
	return 0;
}

static int
read_percent(struct models_entry *t, const struct json *m, struct err *e)
{
	if ((m->type != JSON_INT && m->type != JSON_REAL) || !(m->d >= 0) ||
	    m->d > 100)
		return err_set(e, ERR_FORMAT, "line %u: 'percent' is a number "
		    "from 0 to 100", m->line);
	t->percent = m->d;
	return 0;
}

static int
read_members(struct models_file *f, struct models_entry *t,
    const char *folder, const struct json *m, struct err *e)
{
	static const char *const known[] = { "model", "canary", "percent",
	    "columns", "labels" };
	const struct json *labels = json_get(m, "labels"), *v;
	int r = 0;

	for (v = m->child; v && r == 0; v = v->next)
		r = strcmp(v->key, "model") == 0 ?
		    read_source(&t->model, f, folder, v, e) :
		    strcmp(v->key, "canary") == 0 ?
		    read_source(&t->canary, f, folder, v, e) :
		    strcmp(v->key, "percent") == 0 ? read_percent(t, v, e) :
		    strcmp(v->key, "columns") == 0 ?
		    read_columns(t, f, v, e) : v == labels ? 0 :
		    refuse_member(v, known, sizeof(known) / sizeof(*known), e);
	if (r < 0)
		return -1;
	if (t->model == NULL)
		return err_set(e, ERR_FORMAT, "line %u: '%s' has no 'model'",
		    m->line, m->key);
	if ((t->canary == NULL) != (json_get(m, "percent") == NULL))
		return err_set(e, ERR_FORMAT, "line %u: a 'canary' and the "
		    "'percent' of units that it answers go together", m->line);
	return labels ? read_labels(f, t, folder, labels, e) : 0;
}

static int
read_models(struct models_file *f, const char *folder, const struct json *j,
    struct err *e)
{
	if (j->type != JSON_MAP || j->n == 0)
		return err_set(e, ERR_FORMAT, "line %u: 'models' is a map from "
		    "names to models, one at least", j->line);
	for (const struct json *m = j->child; m; m = m->next) {
		struct models_entry *t;
		int r;

		if (endpoint_check_name(m->key, "a model's name", e) < 0) {
			e->code = ERR_FORMAT;
			return err_wrap(e, "line %u", m->line);
		}
		if ((t = add_entry(f, m->key, m, e)) == NULL)
			return -1;
		r = m->type == JSON_MAP ? read_members(f, t, folder, m, e) :
		    read_source(&t->model, f, folder, m, e);
		if (r < 0)
			return -1;
	}
	return 0;
}

/* Who answers where no name is said: one that is named, or the only one. */
static int
find_standard(struct models_file *f, const struct json *m, struct err *e)
{
	size_t names = 0;

	f->standard = f->n;
	for (size_t i = 0; i < f->n; i++) {
		if (f->entry[i].label)
			continue;
		names++;
		if (m && m->type == JSON_TEXT &&
		    strcmp(f->entry[i].name, m->s) == 0)
			f->standard = i;
	}
	if (m && f->standard == f->n)
		return err_set(e, ERR_FORMAT, "line %u: 'default' is the name of "
		    "one of the models", m->line);
	if (m == NULL && names == 1)
		f->standard = 0;
	return 0;
}

int
models_file_parse(struct models_file *f, const char *s, size_t n,
    const char *folder, struct err *e)
{
	static const char *const known[] = { "default", "models" };
	const struct json *models;
	struct json *j;
	int r = -1;

	memset(f, 0, sizeof(*f));
	if (yaml_parse(&j, &f->arena, s, n, e) < 0)
		goto done;
	models = json_get(j, "models");
	if (j->type != JSON_MAP || models == NULL) {
		err_set(e, ERR_FORMAT, "there is no 'models', a map from names "
		    "to models");
		goto done;
	}
	for (const struct json *m = j->child; m; m = m->next)
		if (m != models && strcmp(m->key, "default") != 0) {
			refuse_member(m, known, 2, e);
			goto done;
		}
	if (read_models(f, folder, models, e) == 0)
		r = find_standard(f, json_get(j, "default"), e);
done:
	if (r < 0)
		models_file_release(f);
	return r;
}

void
models_file_release(struct models_file *f)
{
	arena_free(&f->arena);
	memset(f, 0, sizeof(*f));
}
