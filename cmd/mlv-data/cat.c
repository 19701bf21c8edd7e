/* mlv-data cat: the bytes behind a name. */
#include <string.h>

#include "base/file.h"
#include "catalog/bytes.h"
#include "catalog/catalog.h"
#include "catalog/manifest.h"
#include "catalog/name.h"
#include "catalog/resolve.h"
#include "cli/cli.h"
#include "store/odb.h"
#include "store/tree/tree.h"
#include "verbs.h"

#define BLOCK ((size_t)1 << 18)

struct cat_opts {
	const char *output;
};

static const struct opt cat_options[] = {
	{ OPT_TEXT, 'o', "output", offsetof(struct cat_opts, output), "FILE",
	    "write a file, whole or not at all: restore it" },
	OPT_END
};

struct target {
	struct out *out;	/* or, with -o, */
	struct out_file *file;
};

static int
target_add(struct target *to, const void *p, size_t n, struct err *e)
{
	if (to->file)
		return out_file_add(to->file, p, n, e);
	out_raw(to->out, p, n);
	return 0;
}

/* An object is streamed in constant memory; its digest, known at the end,
 * decides the exit status, and whether a file is replaced. */
static int
send_object(struct target *to, struct cli *c, struct repo *s,
    const struct oid *id, struct err *e)
{
	char *block = arena_alloc(&c->arena, BLOCK);
	struct source from;
	int64_t got;

	if (odb_get_source(&from, repo_odb(s), id, e) < 0)
		return -1;
	while ((got = source_read(&from, block, BLOCK, e)) > 0) {
		if (target_add(to, block, (size_t)got, e) < 0)
			got = -1;
		if (got < 0 || c->out.broken)
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
	    catalog_manifest(&m, &c->arena, catalog, &item.id,
	    &ignored) == 0 && manifest_find(&l, m, "content", NULL)) {
		*id = l.id;
		yes = item.path == NULL && strcmp(l.type, TREE_TYPE) != 0;
		if (!yes)
			yes = catalog_find_inside(id, catalog, &item, &l,
			    &ignored) == 0;
	}
	catalog_item_free(&item);
	return yes;
}

static int
send_all(struct target *to, struct cli *c, struct catalog *catalog,
    const struct texts *names, struct err *e)
{
	struct catalog_bytes b;
	struct oid id;
	int r = 0;

	for (size_t i = 0; r == 0 && i < names->n && !c->out.broken; i++) {
		if (find_content(&id, c, catalog, names->v[i])) {
			r = send_object(to, c, catalog_repo(catalog), &id, e);
		} else if ((r = catalog_open_bytes(&b, catalog, names->v[i],
		    e)) == 0) {
			r = target_add(to, b.data, b.n, e);
			catalog_bytes_close(&b);
		}
	}
	return r;
}

static int
cat_run(struct cli *c, void *opts, int argc, char **argv)
{
	const char *path = ((struct cat_opts *)opts)->output;
	struct target to = { .out = &c->out };
	struct err e = ERR_INIT;
	struct out_file f;
	struct texts names;
	int r = 0;

	if (cli_names(c, &names, argc, argv, &e) < 0)
		return cli_fail(c, &e);
	if (path && (r = out_file_open(&f, os_real(), path, 0666, true,
	    &e)) == 0)
		to.file = &f;
	if (r == 0)
		r = send_all(&to, c, c->catalog, &names, &e);
	if (to.file && r == 0) {
		r = out_file_commit(&f, &e);
		c->committed = r == 0;
	} else if (to.file) {
		out_file_drop(&f);
	}
	return r < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_cat = {
	.name = "cat",
	.summary = "write the bytes behind a name to standard output",
	.synopsis = "[-o FILE] NAME...\n[-o FILE] --stdin",
	.about =
"NAME is data:NAME[@VERSION], data:NAME:PATH for a file in a folder's version,\n"
"model:NAME, run:ID:PATH, sha256:DIGITS or a path.  Stored bytes are checked\n"
"against their SHA-256 as they go: exit status 0 means that all of them were\n"
"right.  With -o FILE is replaced only then: an edited file is restored.\n"
"\n"
"example: mlv-data cat data:churn -o churn.csv\n",
	.options = cat_options, .opts_size = sizeof(struct cat_opts),
	.flags = VERB_STDIN | VERB_CATALOG, .run = cat_run,
};
