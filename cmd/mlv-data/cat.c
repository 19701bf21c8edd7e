/* mlv-data cat: the bytes behind a name. */
#include "catalog/catalog.h"
#include "cli/cli.h"
#include "verbs.h"

#define BLOCK ((size_t)1 << 18)

/* An object is streamed in constant memory; its digest, known at the end,
 * decides the exit status. */
static int
send_object(struct cli *c, struct store *s, const struct oid *id,
    struct err *e)
{
	char *block = arena_alloc(&c->arena, BLOCK);
	struct source from;
	int64_t got;

	if (store_get_source(&from, s, id, e) < 0)
		return -1;
	while ((got = source_read(&from, block, BLOCK, e)) > 0) {
		out_raw(&c->out, block, (size_t)got);
		if (c->out.broken)
			break;
	}
	source_close(&from);
	return got < 0 ? -1 : 0;
}

/* The content of a manifest that has one is found without reading it. */
static bool
find_content(struct oid *id, struct cli *c, struct catalog *catalog,
    const char *name)
{
	struct err ignored = ERR_INIT;
	struct catalog_item item;
	const struct json *m;
	struct link l;
	bool yes = false;

	if (catalog_resolve(&item, catalog, name, &ignored) < 0)
		return false;
	if (item.kind == NAME_OBJECT) {
		*id = item.id;
		yes = true;
	} else if (item.kind >= NAME_DATA && item.kind != NAME_RUN &&
	    item.path == NULL && catalog_manifest(&m, &c->arena, catalog,
	    &item.id, &ignored) == 0 && manifest_find(&l, m, "content", NULL)) {
		*id = l.id;
		yes = true;
	}
	catalog_item_free(&item);
	return yes;
}

static int
cat_run(struct cli *c, void *opts, int argc, char **argv)
{
	const struct store_opts so = { .log = &c->log };
	struct catalog *catalog = NULL;
	struct catalog_bytes b;
	struct err e = ERR_INIT;
	struct texts names;
	struct oid id;
	int r = 0;

	(void)opts;
	if (cli_names(c, &names, argc, argv, &e) < 0 ||
	    catalog_open(&catalog, NULL, &so, &e) < 0)
		return cli_fail(c, &e);
	for (size_t i = 0; r == 0 && i < names.n && !c->out.broken; i++) {
		if (find_content(&id, c, catalog, names.v[i])) {
			r = send_object(c, catalog_store(catalog), &id, &e);
		} else if ((r = catalog_open_bytes(&b, catalog, names.v[i],
		    &e)) == 0) {
			out_raw(&c->out, b.data, b.n);
			catalog_bytes_close(&b);
		}
	}
	catalog_close(catalog);
	return r < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_cat = {
	.name = "cat",
	.summary = "write the bytes behind a name to standard output",
	.synopsis = "NAME...\n--stdin",
	.about =
"NAME is data:NAME[@VERSION], model:NAME, run:ID:PATH, sha256:DIGITS or a\n"
"path.  Stored bytes are checked against their SHA-256 as they go: exit\n"
"status 0 means that all of them were right.\n"
"\n"
"example: mlv-data cat data:churn@1 | head\n",
	.flags = VERB_STDIN, .run = cat_run,
};
