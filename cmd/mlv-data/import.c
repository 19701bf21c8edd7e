/* mlv-data import: files of DVC and git-lfs taken over from their caches. */
#include <stdlib.h>
#include <string.h>

#include "added.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "catalog/addfile.h"
#include "catalog/name.h"
#include "catalog/resolve.h"
#include "cli/cli.h"
#include "foreign/foreign.h"
#include "store/odb.h"
#include "store/worktree.h"
#include "verbs.h"

/* May data:stem stand for this path: is it free, or does it already? */
static bool
may_have(struct cli *c, const char *stem, const char *path)
{
	const struct name n = { .kind = NAME_DATA, .base = stem };
	struct arena a = { NULL, 0 };
	struct err mine = ERR_INIT;
	struct catalog_item item;
	const struct json *m;
	const char *held = "";
	char *rel;
	bool yes;

	if (catalog_resolve_name(&item, c->catalog, &n, &mine) < 0)
		return mine.code == ERR_NOENT;
	if (catalog_manifest(&m, &a, c->catalog, &item.id, &mine) == 0)
		held = json_text(m, "path", "");
	rel = worktree_relative(catalog_repo(c->catalog), path);
	yes = rel && strcmp(rel, held) == 0;
	free(rel);
	arena_free(&a);
	catalog_item_free(&item);
	return yes;
}

/* The whole path as a name, "raw-train", and a number where that is taken. */
static char *
make_name(struct cli *c, const char *path)
{
	const char *at = path;
	char *whole, *stem, *name;

	while (strncmp(at, "./", 2) == 0 || strncmp(at, "../", 3) == 0)
		at = strchr(at, '/') + 1;
	whole = xstrdup(at);
	for (char *p = whole; *p; p++)
		if (*p == '/')
			*p = '-';
	stem = name_from_path(whole);
	name = xstrdup(stem);
	for (int i = 2; i < 1000 && !may_have(c, name, path); i++) {
		free(name);
		name = xprintf("%s-%d", stem, i);
	}
	free(stem);
	free(whole);
	return name;
}

static int
add_version(struct catalog_added *added, struct cli *c,
    const struct foreign_file *f, const struct oid *content, uint64_t size,
    const struct tree_total *tree, struct err *e)
{
	struct err mine = ERR_INIT;
	char *name;
	int r = catalog_add_stored(added, c->catalog, f->path, NULL, content,
	    size, tree, &mine);

	if (r == 0 || mine.code != ERR_EXISTS) {
		if (r < 0)
			*e = mine;
		return r;
	}
	name = make_name(c, f->path);
	r = catalog_add_stored(added, c->catalog, f->path, name, content, size,
	    tree, e);
	free(name);
	return r;
}

static int
import_file(struct cli *c, const struct foreign_file *f, struct err *e)
{
	struct odb *o = catalog_odb(c->catalog);
	struct odb_transaction *t = odb_begin(o);
	uint64_t size, before = odb_written(o);
	struct catalog_added added;
	struct tree_total tree;
	struct oid content;
	char *folder = path_folder(f->path);
	int r = foreign_take(&content, &size, &tree, f, c->catalog, e);

	if (r == 0)
		r = file_make_folders(os_real(), folder, e);
	if (r == 0)
		r = add_version(&added, c, f, &content, size, f->folder ?
		    &tree : NULL, e);
	if (r == 0 || e->code == ERR_UNPROVEN) {
		struct err late = ERR_INIT;

		if (odb_commit(t, &late) < 0 && r == 0) {
			*e = late;
			r = -1;
		}
		c->committed = true;
		added.stored = odb_written(o) - before;
		print_added(c, &added, f->path);
	} else {
		odb_abandon(t);
	}
	free(folder);
	return r;
}

/* One that is missing or damaged is told; the others are taken over. */
static int
import_all(struct cli *c, const struct foreign_list *l)
{
	int status = EXIT_YES;

	for (size_t i = 0; i < l->n; i++) {
		struct err e = ERR_INIT;

		progress_tick(&c->progress, "importing", i, l->n);
		if (import_file(c, &l->v[i], &e) == 0)
			continue;
		status = cli_worse(status, cli_fail(c, &e));
	}
	return status;
}

static int
import_paths(struct cli *c, int argc, char **argv, const char *what,
    int (*list)(struct foreign_list *l, const char *path, struct err *e))
{
	struct foreign_list l = { { NULL, 0 }, NULL, 0, 0 };
	struct err e = ERR_INIT;
	int status, r = 0;

	if (argc == 0)
		r = list(&l, ".", &e);
	for (int i = 0; r == 0 && i < argc; i++)
		r = list(&l, argv[i], &e);
	if (r == 0 && l.n == 0)
		r = err_set(&e, ERR_NOENT, "there is nothing that %s keeps at "
		    "or below '%s'", what, argc ? argv[0] : ".");
	foreign_sort(&l);
	status = r < 0 ? cli_fail(c, &e) : import_all(c, &l);
	foreign_list_release(&l);
	return status;
}

static int
dvc_run(struct cli *c, void *opts, int argc, char **argv)
{
	(void)opts;
	return import_paths(c, argc, argv, "DVC", dvc_list);
}

static int
lfs_run(struct cli *c, void *opts, int argc, char **argv)
{
	(void)opts;
	return import_paths(c, argc, argv, "git-lfs", lfs_list);
}

const struct verb verb_import_dvc = {
	.name = "import dvc",
	.summary = "take over what DVC keeps",
	.synopsis = "[PATH...]",
	.about =
"PATH is a folder of a DVC repository, a .dvc file or a dvc.lock; without one\n"
"the current folder.  Each file becomes a version with a pointer, as by 'add',\n"
"a folder becomes one version; bytes come from DVC's cache (of either layout,\n"
"where its configuration has it), or from the file itself, and are held against\n"
"their MD5.  Nothing of DVC's is changed, and the store's copy is the only one\n"
"that is made.  An object that is missing or damaged is named, the others are\n"
"taken, and the exit status is 3.\n"
"\n"
"Prints the records of 'add'.  A stem that another path has becomes the whole\n"
"path with '-'.\n"
"\n"
"example: mlv-data import dvc . && git rm -q --cached data.csv.dvc\n",
	.flags = VERB_JSON | VERB_NUL | VERB_REPOSITORY | VERB_EVENTS,
	.run = dvc_run,
};

const struct verb verb_import_lfs = {
	.name = "import lfs",
	.summary = "take over what git-lfs keeps",
	.synopsis = "[PATH...]",
	.about =
"PATH is a folder of a git repository; without one the current folder.  Each\n"
"file below it whose pointer is in git's index becomes a version with a pointer\n"
"of ours, as by 'add'.  Bytes come from .git/lfs/objects, or from the file\n"
"itself, and are held against the SHA-256 of the pointer.  Nothing of git's is\n"
"changed: 'git rm --cached' and .gitattributes are yours.  An object that is\n"
"missing or damaged is named, the others are taken, and the exit status is 3.\n"
"\n"
"Prints the records of 'add'.\n"
"\n"
"example: git lfs fetch && mlv-data import lfs .\n",
	.flags = VERB_JSON | VERB_NUL | VERB_REPOSITORY | VERB_EVENTS,
	.run = lfs_run,
};
