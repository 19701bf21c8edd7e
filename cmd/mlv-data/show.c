/* mlv-data show: what a name stands for. */
#include "catalog/catalog.h"
#include "catalog/name.h"
#include "catalog/resolve.h"
#include "cli/cli.h"
#include "verbs.h"

static void
print_text(struct cli *c, const struct catalog_item *item,
    const struct json *m)
{
	char text[OID_TEXT];
	struct buf b;

	out_fact(&c->out, "name", item->label);
	out_fact(&c->out, "manifest", oid_print(text, &item->id));
	buf_init(&b, BUF_CAP_DOC);
	for (const struct json *j = m->child; j; j = j->next) {
		const struct json *one = j->type == JSON_LIST ? j->child : NULL;

		/* a list is a record an element: links, columns */
		for (; one; one = one->next) {
			buf_clear(&b);
			json_write(&b, one);
			out_fact(&c->out, j->key, b.data);
		}
		if (j->type == JSON_LIST)
			continue;
		buf_clear(&b);
		if (j->type == JSON_TEXT)
			buf_add(&b, j->s, j->n);
		else
			json_write(&b, j);
		out_fact(&c->out, j->key, b.data);
	}
	buf_free(&b);
}

static int
show_item(struct cli *c, struct catalog *catalog, const char *name, struct err *e)
{
	struct catalog_item item;
	char text[OID_TEXT];
	const struct json *m;
	int r;

	if (catalog_resolve(&item, catalog, name, e) < 0)
		return -1;
	if (item.kind == NAME_PATH || item.kind == NAME_STDIO)
		r = err_set(e, ERR_USAGE, "'%s' is a path: show takes a name, "
		    "as data:NAME", name);
	else
		r = catalog_manifest(&m, &c->arena, catalog, &item.id, e);
	if (r == 0 && c->json) {
		out_begin(&c->out, "mlv.manifest/1");
		out_text(&c->out, "name", item.label);
		out_text(&c->out, "id", oid_print(text, &item.id));
		out_tree(&c->out, "manifest", m);
		out_end(&c->out);
	} else if (r == 0) {
		print_text(c, &item, m);
	}
	catalog_item_free(&item);
	return r;
}

static int
show_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct err e = ERR_INIT;
	struct texts names;
	int r = 0;

	(void)opts;
	if (cli_names(c, &names, argc, argv, &e) < 0)
		return cli_fail(c, &e);
	for (size_t i = 0; r == 0 && i < names.n; i++)
		r = show_item(c, c->catalog, names.v[i], &e);
	return r < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_show = {
	.name = "show",
	.summary = "show what a name stands for: its manifest",
	.synopsis = "NAME...\n--stdin",
	.about =
"Prints a record a field: the name with its version, the manifest's id, and\n"
"the manifest's members; links and columns one a record.  NAME is data:NAME,\n"
"any other kind, or sha256:DIGITS of a manifest.\n"
"\n"
"example: mlv-data show data:churn@2\n",
	.flags = VERB_JSON | VERB_NUL | VERB_TABLE | VERB_STDIN | VERB_REPOSITORY, .run = show_run,
};
