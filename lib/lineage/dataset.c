/* Versions and files as OpenLineage datasets: names, versions, facets. */
#include "lineage/dataset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "catalog/manifest.h"
#include "store/repo.h"

#define FACET(version, name) OL_SPEC "facets/" version "/" name \
    ".json#/$defs/" name

struct json *
ol_facet(struct arena *a, struct json *facets, const char *key,
    const char *url)
{
	struct json *f = json_add_map(a, facets, key);

	json_add_text(a, f, "_producer", OL_PRODUCER);
	json_add_text(a, f, "_schemaURL", url);
	return f;
}

void
dataset_lists_init(struct dataset_lists *d, struct arena *a,
    struct catalog *c)
{
	*d = (struct dataset_lists){ .arena = a, .catalog = c,
	    .inputs = json_new(a, JSON_LIST),
	    .outputs = json_new(a, JSON_LIST) };
}

/* ---- what a dataset is called ---- */

static const char *
top_folder(const struct dataset_lists *d)
{
	struct repo *s = d->catalog ? catalog_repo(d->catalog) : NULL;

	return s ? repo_top(s) : "";
}

/* A path as a run wrote it down was seen from where we are. */
static const char *
full_path(struct dataset_lists *d, const char *path)
{
	char here[4096];

	if (*path == '/' || getcwd(here, sizeof(here)) == NULL)
		return path;
	return arena_printf(d->arena, "%s/%s", here, path);
}

struct called {
	const char *space, *name;
};

/* `m`: the manifest of a version, or NULL for a file. */
static struct called
call_dataset(struct dataset_lists *d, const struct json *m, const char *label)
{
	const char *path = m ? json_text(m, "path", NULL) : NULL, *at;

	if (m == NULL)
		return (struct called){ "file", full_path(d, label) };
	if (path)
		return (struct called){ "file", arena_printf(d->arena,
		    "%s/%s", top_folder(d), path) };
	at = strchr(label, '@');
	return (struct called){ arena_printf(d->arena, "mlv:%s",
	    top_folder(d)), at ? arena_strndup(d->arena, label,
	    (size_t)(at - label)) : label };
}

/* ---- facets ---- */

static void
put_schema(struct arena *a, struct json *facets, const struct json *columns)
{
	struct json *f, *fields, *one;

	if (columns == NULL || columns->type != JSON_LIST)
		return;
	f = ol_facet(a, facets, "schema", FACET("1-2-0",
	    "SchemaDatasetFacet"));
	fields = json_add_list(a, f, "fields");
	for (const struct json *c = columns->child; c; c = c->next) {
		one = json_add_map(a, fields, NULL);
		json_add_text(a, one, "name", json_text(c, "name", ""));
		json_add_text(a, one, "type", json_text(c, "type", ""));
	}
}

/* The dataset of that name and version in a list, now if it is new. */
static struct json *
find_dataset(struct dataset_lists *d, struct json *list,
    const struct called *n, const char *version)
{
	struct json *one, *f;
	struct arena *a = d->arena;

	for (one = list->child; one; one = one->next)
		if (strcmp(json_text(one, "namespace", ""), n->space) == 0 &&
		    strcmp(json_text(one, "name", ""), n->name) == 0)
			return one;
	one = json_add_map(a, list, NULL);
	json_add_text(a, one, "namespace", n->space);
	json_add_text(a, one, "name", n->name);
	f = json_add_map(a, one, "facets");
	if (version) {
		f = ol_facet(a, f, "version", FACET("1-0-1",
		    "DatasetVersionDatasetFacet"));
		json_add_text(a, f, "datasetVersion", version);
	}
	json_add_map(a, one, list == d->inputs ? "inputFacets" :
	    "outputFacets");
	return one;
}

/* Look up a member that we made ourselves, to add to it. */
static struct json *
own_member(struct json *j, const char *key)
{
	struct json *c = j->child;

	while (c && strcmp(c->key, key) != 0)
		c = c->next;
	return c;
}

static struct json *
add_manifest(struct dataset_lists *d, struct json *list, const struct oid *id,
    const struct json *m, const char *label)
{
	struct called n = call_dataset(d, m, label);
	char text[OID_TEXT];
	struct link content;
	struct json *one;
	size_t before = list->n;

	one = find_dataset(d, list, &n, oid_print(text, manifest_find(
	    &content, m, "content", NULL) ? &content.id : id));
	if (list->n > before && strcmp(json_text(m, "schema", ""),
	    "mlv.dataset/1") == 0)
		put_schema(d->arena, own_member(one, "facets"),
		    json_get(m, "columns"));
	return one;
}

void
dataset_add_input(struct dataset_lists *d, const struct oid *id,
    const struct json *m, const char *label)
{
	(void)add_manifest(d, d->inputs, id, m, label);
}

static void
put_statistics(struct dataset_lists *d, struct json *one, int64_t rows,
    int64_t bytes)
{
	struct json *facets = own_member(one, "outputFacets"), *f;

	if (own_member(facets, "outputStatistics"))
		return;
	f = ol_facet(d->arena, facets, "outputStatistics", FACET("1-0-2",
	    "OutputStatisticsOutputDatasetFacet"));
	if (rows >= 0)
		json_add_int(d->arena, f, "rowCount", rows);
	if (bytes >= 0)
		json_add_int(d->arena, f, "size", bytes);
}

/* ---- columns ---- */

static void
put_origin(struct arena *a, struct json *inputs, const struct json *dataset,
    const char *field, const char *subtype)
{
	struct json *in = json_add_map(a, inputs, NULL), *t;

	json_add_text(a, in, "namespace", json_text(dataset, "namespace", ""));
	json_add_text(a, in, "name", json_text(dataset, "name", ""));
	json_add_text(a, in, "field", field);
	t = json_add_map(a, json_add_list(a, in, "transformations"), NULL);
	json_add_text(a, t, "type", "DIRECT");
	json_add_text(a, t, "subtype", subtype);
}

static struct json *
begin_origins(struct dataset_lists *d, struct json *one)
{
	return json_add_map(d->arena, ol_facet(d->arena, own_member(one,
	    "facets"), "columnLineage", FACET("1-2-0",
	    "ColumnLineageDatasetFacet")), "fields");
}

/* A part of a split has the columns of the whole. */
static void
put_same_columns(struct dataset_lists *d, struct json *one,
    const struct json *columns, const struct json *from)
{
	struct json *fields, *f;

	if (columns == NULL || own_member(own_member(one, "facets"),
	    "columnLineage"))
		return;
	fields = begin_origins(d, one);
	for (const struct json *c = columns->child; c; c = c->next) {
		f = json_add_map(d->arena, fields, json_text(c, "name", ""));
		put_origin(d->arena, json_add_list(d->arena, f,
		    "inputFields"), from, json_text(c, "name", ""),
		    "IDENTITY");
	}
}

static bool
is_dropped(const struct json *params, const char *column)
{
	const struct json *drop = json_get(params, "drop");

	for (const struct json *c = drop && drop->type == JSON_LIST ?
	    drop->child : NULL; c; c = c->next)
		if (c->type == JSON_TEXT && strcmp(c->s, column) == 0)
			return true;
	return false;
}

/* What a fitted model answers comes from every column it may use. */
static void
put_features(struct dataset_lists *d, struct json *one,
    const struct json *params, const struct json *columns,
    const struct json *from)
{
	const char *target = json_text(params, "target", NULL), *name;
	struct json *inputs;

	if (target == NULL || columns == NULL)
		return;
	inputs = json_add_list(d->arena, json_add_map(d->arena,
	    begin_origins(d, one), target), "inputFields");
	for (const struct json *c = columns->child; c; c = c->next) {
		name = json_text(c, "name", "");
		if (strcmp(name, target) != 0 && !is_dropped(params, name))
			put_origin(d->arena, inputs, from, name,
			    "TRANSFORMATION");
	}
}

/* ---- quality ---- */

static void
copy_number(struct arena *a, struct json *to, const char *key,
    const struct json *v, bool whole)
{
	if (v && v->type == JSON_INT)
		json_add_int(a, to, key, v->i);
	else if (v && v->type == JSON_REAL && !whole)
		json_add_num(a, to, key, v->d);
}

static void
put_metrics(struct dataset_lists *d, struct json *input,
    const struct json *profile)
{
	struct json *facets = own_member(input, "inputFacets"), *f, *columns;
	const struct json *list = json_get(profile, "columns");
	struct arena *a = d->arena;

	if (list == NULL || own_member(facets, "dataQualityMetrics"))
		return;
	f = ol_facet(a, facets, "dataQualityMetrics", FACET("1-0-3",
	    "DataQualityMetricsInputDatasetFacet"));
	copy_number(a, f, "rowCount", json_get(profile, "rows"), true);
	columns = json_add_map(a, f, "columnMetrics");
	for (const struct json *c = list->child; c; c = c->next) {
		struct json *one = json_add_map(a, columns, json_text(c,
		    "name", ""));

		copy_number(a, one, "nullCount", json_get(c, "missing"), true);
		copy_number(a, one, "distinctCount", json_get(c, "distinct"),
		    true);
		copy_number(a, one, "min", json_get(c, "min"), false);
		copy_number(a, one, "max", json_get(c, "max"), false);
	}
}

struct json *
dataset_input_facet(struct dataset_lists *d, const char *label,
    const struct oid *content, const char *key, const char *url)
{
	struct called n = call_dataset(d, NULL, label);
	char text[OID_TEXT];
	struct json *one;

	if (strncmp(label, "data:", 5) == 0)
		n = (struct called){ arena_printf(d->arena, "mlv:%s",
		    top_folder(d)), arena_strndup(d->arena, label,
		    strcspn(label, "@")) };
	one = find_dataset(d, d->inputs, &n, oid_is_none(content) ? NULL :
	    oid_print(text, content));
	return ol_facet(d->arena, own_member(one, "inputFacets"), key, url);
}

/* ---- versions and runs ---- */

static bool
is_input(const char *rel)
{
	static const char *const words[] = { "data", "input", "valid", "code",
	    "model", "policy", "candidate", "champion", "evidence" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(rel, words[i]) == 0)
			return true;
	return false;
}

/* What a link leads to as a dataset; *m its manifest, or NULL. */
static int
add_linked(struct json **one, const struct json **m, struct dataset_lists *d,
    struct json *list, const struct link *l, struct err *e)
{
	struct called n;
	char text[OID_TEXT];
	const char *name = l->name && *l->name ? l->name : NULL;

	*m = NULL;
	oid_print(text, &l->id);
	if (name == NULL)
		name = arena_strdup(d->arena, text);
	if (manifest_is_type(l->type)) {
		if (catalog_manifest(m, d->arena, d->catalog, &l->id, e) < 0)
			return -1;
		*one = add_manifest(d, list, &l->id, *m, name);
		return 0;
	}
	n = l->name && *l->name ? call_dataset(d, NULL, name) :
	    (struct called){ arena_printf(d->arena, "mlv:%s",
	    top_folder(d)), name };
	*one = find_dataset(d, list, &n, text);
	return 0;
}

int
dataset_add_version(struct dataset_lists *d, const struct oid *id,
    const struct json *m, const char *label, struct err *e)
{
	struct json *one = add_manifest(d, d->outputs, id, m, label), *in;
	const char *schema = json_text(m, "schema", "");
	const struct json *from;
	struct link l;

	if (manifest_find(&l, m, "content", NULL))
		put_statistics(d, one, json_int(m, "rows", -1),
		    (int64_t)l.size);
	for (size_t i = 0; manifest_link_at(&l, m, i); i++) {
		if (!is_input(l.rel))
			continue;
		if (add_linked(&in, &from, d, d->inputs, &l, e) < 0)
			return -1;
		if (strcmp(l.rel, "data") == 0 && json_path(m,
		    "detail.split"))
			put_same_columns(d, one, json_get(m, "columns"), in);
		if (strcmp(l.rel, "data") == 0 && strcmp(schema,
		    "mlv.profile/1") == 0)
			put_metrics(d, in, m);
	}
	return 0;
}

int
dataset_add_run(struct dataset_lists *d, const struct json *m, struct err *e)
{
	const struct json *columns = NULL, *from, *learned = NULL;
	struct json *one;
	struct link l;

	for (size_t i = 0; manifest_link_at(&l, m, i); i++) {
		if (!is_input(l.rel))
			continue;
		if (add_linked(&one, &from, d, d->inputs, &l, e) < 0)
			return -1;
		if (learned == NULL && strcmp(l.rel, "input") == 0) {
			learned = one;
			columns = json_get(from, "columns");
		}
	}
	for (size_t i = 0; manifest_link_at(&l, m, i); i++) {
		if (strcmp(l.rel, "output") != 0)
			continue;
		if (add_linked(&one, &from, d, d->outputs, &l, e) < 0)
			return -1;
		put_statistics(d, one, -1, (int64_t)l.size);
		if (strcmp(json_text(m, "verb", ""), "fit") == 0 && learned)
			put_features(d, one, json_get(m, "params"), columns,
			    learned);
	}
	return 0;
}
