/* mlv-registry show: one version: what it is, rests on and scored. */
#include <math.h>
#include <string.h>

#include "catalog/manifest.h"
#include "evidence/evaluation.h"
#include "catalog/lineage.h"
#include "catalog/put.h"
#include "catalog/resolve.h"
#include "verbs.h"

struct show_walk {
	struct cli *c;
	struct catalog *catalog;
	struct json *labels;	/* of evaluations, those shown already */
};

static void
print_members(struct cli *c, const char *prefix, const struct json *map)
{
	struct buf b;

	buf_init(&b, BUF_CAP_DOC);
	for (const struct json *m = map ? map->child : NULL; m; m = m->next) {
		buf_clear(&b);
		if (m->type == JSON_TEXT)
			buf_add(&b, m->s, m->n);
		else
			json_write(&b, m);
		out_fact(&c->out, arena_printf(&c->arena, "%s.%s", prefix, m->key),
		    b.data);
	}
	buf_free(&b);
}

/* "lineage  <indent>rel name id", one a record. */
static int
print_link(void *ctx, int depth, const struct link *l, struct err *e)
{
	struct show_walk *s = ctx;
	char text[OID_TEXT];

	(void)e;
	if (depth == 0)
		return 0;
	out_fact(&s->c->out, "lineage", arena_printf(&s->c->arena, "%*s%s %s %s",
	    (depth - 1) * 2, "", l->rel, *l->name ? l->name : "-",
	    oid_print(text, &l->id)));
	return 0;
}

/* For a person: the value and its interval, short. */
static void
print_short(struct cli *c, const char *label, const struct metric *m)
{
	const char *range = isnan(m->low) || isnan(m->high) ? "" :
	    arena_printf(&c->arena, "  %.4g to %.4g  %s", m->low, m->high,
	    m->interval ? m->interval : "");

	out_fact(&c->out, arena_printf(&c->arena, "%s.%s", label, m->name),
	    arena_printf(&c->arena, "%.4g%s", m->value, range));
}

/* Each as the JSON it is recorded as: canonical, its members sorted. */
static int
print_metrics(struct cli *c, const char *label, const struct evaluation *v,
    struct err *e)
{
	struct json *stored = json_new(&c->arena, JSON_MAP);
	struct buf b;
	int r = 0;

	for (size_t i = 0; c->terminal && i < v->metrics.n; i++)
		print_short(c, label, &v->metrics.m[i]);
	if (c->terminal)
		return 0;

	manifest_copy(&c->arena, stored, "metrics", evaluation_metrics(
	    &c->arena, v));
	buf_init(&b, BUF_CAP_DOC);
	for (const struct json *m = stored->child->child; r == 0 && m;
	    m = m->next) {
		buf_clear(&b);
		r = json_canonical(&b, m, e);
		if (r == 0)
			out_fact(&c->out, arena_printf(&c->arena, "%s.%s", label,
			    m->key), b.data);
	}
	buf_free(&b);
	return r;
}

/* The newest of each label, under its label. */
static int
print_evaluation(void *ctx, struct evaluation *v, struct err *e)
{
	struct show_walk *s = ctx;
	const char *label = v->label ? v->label : "";

	(void)e;
	if (json_get(s->labels, label))
		return 0;
	json_add_bool(&s->c->arena, s->labels, label, true);
	label = arena_strdup(&s->c->arena, label);
	if (v->data.name && *v->data.name)
		out_fact(&s->c->out, arena_printf(&s->c->arena, "%s.data", label),
		    v->data.name);
	if (v->positive)
		out_fact(&s->c->out, arena_printf(&s->c->arena, "%s.positive",
		    label), v->positive);
	if (v->has_threshold)
		out_fact(&s->c->out, arena_printf(&s->c->arena, "%s.threshold",
		    label), arena_printf(&s->c->arena, "%.4g", v->threshold));
	return print_metrics(s->c, label, v, e);
}

static int
show_evaluations(struct show_walk *s, const struct oid *model, struct err *e)
{
	s->labels = json_new(&s->c->arena, JSON_MAP);
	return evaluation_each(s->catalog, model, print_evaluation, s, e);
}

static int
show_version(struct show_walk *s, const char *text, struct err *e)
{
	struct cli *c = s->c;
	struct catalog_item item;
	char id[OID_TEXT];
	struct link content;
	const struct json *m;
	int r;

	if (model_item(&item, c, s->catalog, text, e) < 0)
		return -1;
	r = catalog_manifest(&m, &c->arena, s->catalog, &item.id, e);
	if (r == 0 && c->json) {
		out_begin(&c->out, "mlv.manifest/1");
		out_text(&c->out, "name", item.label);
		out_text(&c->out, "id", oid_print(id, &item.id));
		out_tree(&c->out, "manifest", m);
		out_end(&c->out);
	} else if (r == 0) {
		bool has = manifest_find(&content, m, "content", NULL);

		out_fact(&c->out, "name", item.label);
		out_fact(&c->out, "manifest", oid_print(id, &item.id));
		if (has)
			out_fact(&c->out, "content", oid_print(id, &content.id));
		print_members(c, "code", json_get(m, "code"));
		print_members(c, "params", json_get(m, "params"));
		print_members(c, "metrics", json_get(m, "metrics"));
		if (has)
			r = show_evaluations(s, &content.id, e);
		if (r == 0)
			r = catalog_lineage(s->catalog, &item.id, print_link, s,
			    e);
	}
	catalog_item_free(&item);
	return r;
}

static int
show_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct show_walk s = { .c = c, .catalog = c->catalog };
	struct err e = ERR_INIT;
	struct texts names;
	int r = 0;

	(void)opts;
	if (cli_names(c, &names, argc, argv, &e) < 0)
		return cli_fail(c, &e);
	for (size_t i = 0; r == 0 && i < names.n; i++)
		r = show_version(&s, names.v[i], &e);
	return r < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_show = {
	.name = "show",
	.summary = "show a version: its numbers, code and lineage",
	.synopsis = "NAME[@VERSION|@ALIAS]...\n--stdin",
	.about =
"Prints a record a field: name, manifest, content, code, parameters, the\n"
"run's metrics, the newest evaluation of each label, and the lineage, one link\n"
"a record, indented by depth.  --json prints the manifest.  On a terminal this\n"
"is a table, and numbers have 4 digits.\n"
"\n"
"example: mlv-registry show churn@champion\n",
	.flags = VERB_JSON | VERB_NUL | VERB_STDIN | VERB_TABLE | VERB_REPOSITORY, .run = show_run,
};
