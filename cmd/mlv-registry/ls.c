/* mlv-registry ls: models, or the versions of one. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "catalog/manifest.h"
#include "catalog/name.h"
#include "catalog/resolve.h"
#include "cli/metrics.h"
#include "store/ref.h"
#include "verbs.h"

struct version_label {
	char *alias;
	uint32_t version;
};

struct listing {
	struct cli *c;
	struct catalog *catalog;
	struct version_label *label;	/* its aliases, read once: one moment */
	size_t n, room;
};

static int
keep_alias(void *ctx, const char *ref, struct err *e)
{
	struct listing *l = ctx;
	const struct ref_value *v;
	struct ref r;

	if (strcmp(strchr(ref, '@') + 1, REF_REMOVED) == 0)
		return 0;
	if (ref_read(&r, catalog_repo(l->catalog), ref, e) < 0)
		return -1;
	if ((v = ref_last(&r)) != NULL) {
		if (l->n == l->room) {
			l->room = l->room ? l->room * 2 : 8;
			l->label = xresize(l->label, l->room, sizeof(*l->label));
		}
		l->label[l->n].alias = xstrdup(strchr(ref, '@') + 1);
		l->label[l->n++].version = v->number;
	}
	ref_free(&r);
	return 0;
}

static void
forget_aliases(struct listing *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->label[i].alias);
	l->n = 0;
}

static int
read_aliases(struct listing *l, const char *base, struct err *e)
{
	char *ref = name_ref(&(struct name){ .kind = NAME_MODEL,
	    .base = base });
	char *prefix = xprintf("%s@", ref);
	int r;

	forget_aliases(l);
	r = ref_each(catalog_repo(l->catalog), prefix, keep_alias, l, e);
	free(prefix);
	free(ref);
	return r;
}

/* "champion,last" of one version, or of all as "champion=2,last=3". */
static void
put_aliases(struct out *out, const struct listing *l, uint32_t version,
    bool all)
{
	struct buf b;

	buf_init(&b, BUF_CAP_SMALL);
	for (size_t i = 0; i < l->n; i++) {
		const struct version_label *a = &l->label[i];

		if (!all && a->version != version)
			continue;
		buf_addf(&b, "%s%s", b.len ? "," : "", a->alias);
		if (all)
			buf_addf(&b, "=%u", a->version);
	}
	out_text(out, "aliases", b.len ? b.data : NULL);
	buf_free(&b);
}

static void
print_metrics(struct out *out, const struct json *metrics)
{
	struct buf b;

	buf_init(&b, BUF_CAP_SMALL);
	metrics_text(&b, out, metrics, NULL);
	out_only(out, OUT_TEXT);
	out_text(out, "metrics", b.len ? b.data : NULL);
	out_only(out, OUT_JSON);
	if (metrics)
		out_tree(out, "metrics", metrics);
	out_only(out, OUT_BOTH);
	buf_free(&b);
}

static int
print_version(struct listing *l, const char *base, uint32_t version, bool all,
    struct err *e)
{
	struct out *out = &l->c->out;
	struct arena a = { NULL, 0 };
	const struct name name = { .kind = NAME_MODEL, .base = base,
	    .version = version };
	struct catalog_item item;
	struct link content, run;
	const struct json *m;
	char text[OID_TEXT];
	int r = catalog_resolve_name(&item, l->catalog, &name, e);

	if (r < 0)
		return -1;
	r = catalog_manifest(&m, &a, l->catalog, &item.id, e);
	if (r == 0) {
		bool has = manifest_find(&content, m, "content", NULL);

		out_begin(out, "mlv.model.listed/1");
		out_text(out, "name", item.label);
		out_text(out, "id", has ? oid_print(text, &content.id) : NULL);
		out_int(out, "bytes", has ? (int64_t)content.size : 0);
		out_text(out, "run", manifest_find(&run, m, "run", NULL) ?
		    run.name : NULL);
		put_aliases(out, l, version, all);
		print_metrics(out, json_get(m, "metrics"));
		out_end(out);
	}
	arena_free(&a);
	catalog_item_free(&item);
	return r;
}

static int
list_newest(void *ctx, const char *ref, struct err *e)
{
	struct listing *l = ctx;
	const struct ref_value *last;
	struct ref r;
	int result;

	if (strchr(ref, '@'))
		return 0;
	if (ref_read(&r, catalog_repo(l->catalog), ref, e) < 0)
		return -1;
	last = ref_last(&r);
	result = read_aliases(l, ref + 6, e);
	if (result == 0 && last)
		result = print_version(l, ref + 6, last->number, true, e);
	ref_free(&r);
	return result;
}

static int
list_versions(struct listing *l, const char *text, struct err *e)
{
	struct name n;
	struct ref r = { NULL, 0 };
	char *ref;
	int result;

	if (model_name(&n, l->c, text, e) < 0)
		return -1;
	ref = name_ref(&(struct name){ .kind = NAME_MODEL, .base = n.base });
	result = ref_read(&r, catalog_repo(l->catalog), ref, e);
	if (result < 0 && e->code == ERR_NOENT)
		err_set(e, ERR_NOENT, "there is no model:%s", n.base);
	if (result == 0)
		result = read_aliases(l, n.base, e);
	for (uint32_t i = 1; result == 0 && i <= r.n; i++)
		if (!r.value[i - 1].removed)
			result = print_version(l, n.base, i, false, e);
	ref_free(&r);
	free(ref);
	name_free(&n);
	return result;
}

static int
ls_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct listing l = { .c = c, .catalog = c->catalog };
	struct err e = ERR_INIT;
	int r = 0;

	(void)opts;
	if (argc == 0)
		r = ref_each(catalog_repo(l.catalog), "model/", list_newest, &l, &e);
	for (int i = 0; r == 0 && i < argc; i++)
		r = list_versions(&l, argv[i], &e);
	forget_aliases(&l);
	free(l.label);
	return r < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_ls = {
	.name = "ls",
	.summary = "list models, or every version of one",
	.synopsis = "[NAME...]",
	.about =
"Prints a record a model: the name with its newest version, the id of the\n"
"model file, its bytes, the run it is from, the aliases with their versions,\n"
"the run's metrics.  With NAME a record a version, with its own aliases.\n"
"\n"
"example: mlv-registry ls churn\n",
	.flags = VERB_JSON | VERB_NUL | VERB_TABLE | VERB_REPOSITORY, .run = ls_run,
};
