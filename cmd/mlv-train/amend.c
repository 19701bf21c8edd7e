/* mlv-train tag, archive, restore, attach: more said of a run, whatever became
 * of it. */
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "catalog/manifest.h"
#include "cli/cli.h"
#include "store/worktree.h"
#include "track/amend.h"
#include "track/find.h"
#include "verbs.h"

/* ---- written ---- */

/* Takes over *p; tells the run's name. */
static int
amend(struct cli *c, const char *id, struct ended *p, struct err *e)
{
	int r = run_amend(NULL, c->catalog, id, &p->text, e);

	ended_release(p);
	if (r < 0 && e->code != ERR_UNPROVEN)
		return -1;
	c->committed = true;
	out_begin(&c->out, "mlv.run.amended/1");
	out_text(&c->out, "name", arena_printf(&c->arena, "run:%s", id));
	out_end(&c->out);
	return r;
}

/* ---- tags ---- */

struct tag_opts {
	const char *note, *parent, *name;
	struct texts drop;
};

static const struct opt tag_options[] = {
	{ OPT_TEXTS, 'd', "drop", offsetof(struct tag_opts, drop), "NAME",
	    "take this tag away; repeatable" },
	{ OPT_TEXT, 'm', "note", offsetof(struct tag_opts, note), "TEXT",
	    "a note; an empty one takes it away" },
	{ OPT_TEXT, 'p', "parent", offsetof(struct tag_opts, parent), "RUN",
	    "the run it is a part of; '' takes that away" },
	{ OPT_TEXT, 'n', "name", offsetof(struct tag_opts, name), "WORD",
	    "another word for it" },
	OPT_END
};

static void
set_or_drop(struct ended *p, const char *name, const char *value)
{
	if (value)
		ended_tag(p, name, *value ? value : NULL);
}

static int
add_tags(struct cli *c, struct ended *p, int n, char **given, struct err *e)
{
	const char *key, *value;

	for (int i = 0; i < n; i++) {
		if (!cli_key_value(c, given[i], &key, &value) || *key == '\0')
			return err_set(e, ERR_USAGE, "'%s' is not NAME=VALUE",
			    given[i]);
		ended_tag(p, key, value);
	}
	return 0;
}

static int
add_parent(struct cli *c, struct ended *p, const char *id, const char *parent,
    struct err *e)
{
	char *of = NULL;

	if (parent == NULL || *parent == '\0') {
		set_or_drop(p, TAG_PARENT, parent);
		return 0;
	}
	if (strncmp(parent, "run:", 4) == 0)
		parent += 4;
	if (run_find_id(&of, c->catalog, parent, e) < 0)
		return -1;
	if (strcmp(of, id) == 0) {
		free(of);
		return err_set(e, ERR_USAGE, "run:%s is no part of itself", id);
	}
	ended_tag(p, TAG_PARENT, of);
	free(of);
	return 0;
}

static int
tag_check(struct cli *c, void *opts, int argc, char **argv)
{
	const struct tag_opts *o = opts;

	(void)argv;
	if (argc == 0)
		return cli_usage(c, "tag needs a run");
	if (argc == 1 && !o->drop.n && !o->note && !o->parent && !o->name)
		return cli_usage(c, "tag needs NAME=VALUE, or an option that "
		    "says what is to change");
	return 0;
}

/* The id that a user's word means, the arena's. */
static int
find_run_named(const char **id, struct cli *c, const char *text, struct err *e)
{
	char *found;

	if (strncmp(text, "run:", 4) == 0)
		text += 4;
	if (run_find_id(&found, c->catalog, text, e) < 0)
		return -1;
	*id = arena_strdup(&c->arena, found);
	free(found);
	return 0;
}

static int
tag_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct tag_opts *o = opts;
	struct err e = ERR_INIT;
	struct ended p;
	const char *id;

	if (find_run_named(&id, c, argv[0], &e) < 0)
		return cli_fail(c, &e);
	ended_lines(&p);
	for (size_t i = 0; i < o->drop.n; i++)
		ended_tag(&p, o->drop.v[i], NULL);
	set_or_drop(&p, TAG_NOTE, o->note);
	if (o->name)
		ended_rename(&p, o->name);
	if (add_parent(c, &p, id, o->parent, &e) < 0 ||
	    add_tags(c, &p, argc - 1, argv + 1, &e) < 0) {
		ended_release(&p);
		return cli_fail(c, &e);
	}
	return amend(c, id, &p, &e) < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_tag = {
	.name = "tag",
	.summary = "say something of a run: tags, a note, its parent",
	.synopsis = "[-d NAME]... [-m TEXT] [-p RUN] [-n WORD] RUN [NAME=VALUE]...",
	.about =
"Sets tags of a run, or takes them away; a run that has ended gets another\n"
"version.  The note and the parent are what MLflow's pages show as such.  Runs\n"
"are found by them: 'tags.team', 'note', 'parent'.  A run that is begun by a\n"
"command of 'mlv-train run' has that run as its parent.\n"
"\n"
"example: mlv-train tag -m 'learned too long' try7 team=alpha\n"
"example: mlv-train runs -w \"parent = '20261128-060041-1340ea90'\"\n",
	.options = tag_options, .opts_size = sizeof(struct tag_opts),
	.flags = VERB_JSON | VERB_REPOSITORY, .check = tag_check,
	.run = tag_run,
};

/* ---- archived ---- */

static int
archive_all(struct cli *c, int argc, char **argv, bool archived)
{
	struct err e = ERR_INIT;
	struct texts names;
	struct ended p;
	const char *id;

	if (cli_names(c, &names, argc, argv, &e) < 0)
		return cli_fail(c, &e);
	for (size_t i = 0; i < names.n; i++) {
		if (find_run_named(&id, c, names.v[i], &e) < 0)
			return cli_fail(c, &e);
		ended_lines(&p);
		ended_archive(&p, archived);
		if (amend(c, id, &p, &e) < 0)
			return cli_fail(c, &e);
	}
	return EXIT_YES;
}

static int
archive_run(struct cli *c, void *opts, int argc, char **argv)
{
	(void)opts;
	return archive_all(c, argc, argv, true);
}

static int
restore_run(struct cli *c, void *opts, int argc, char **argv)
{
	(void)opts;
	return archive_all(c, argc, argv, false);
}

const struct verb verb_archive = {
	.name = "archive",
	.summary = "list a run no more",
	.synopsis = "RUN...\n--stdin",
	.about =
"Nothing of the run goes away: 'mlv-train runs --all' lists it, 'restore' takes\n"
"it back.  MLflow's pages have it among those that were deleted.\n"
"\n"
"example: mlv-train runs -w 'metrics.auc < 0.5' | mlv-train archive --stdin\n",
	.flags = VERB_JSON | VERB_STDIN | VERB_REPOSITORY, .run = archive_run,
};

const struct verb verb_restore = {
	.name = "restore",
	.summary = "list an archived run again",
	.synopsis = "RUN...\n--stdin",
	.about = "A run that is not archived stays as it is.\n",
	.flags = VERB_JSON | VERB_STDIN | VERB_REPOSITORY, .run = restore_run,
};

/* ---- files ---- */

struct attach_opts {
	const char *as;
};

static const struct opt attach_options[] = {
	{ OPT_TEXT, 'a', "as", offsetof(struct attach_opts, as), "PATH",
	    "the name it has in the run; default its own" },
	OPT_END
};

static int
attach_check(struct cli *c, void *opts, int argc, char **argv)
{
	const struct attach_opts *o = opts;

	(void)argv;
	if (argc < 2)
		return cli_usage(c, "attach needs a run and a file");
	if (o->as && argc != 2)
		return cli_usage(c, "--as is the name of one file");
	if (o->as && !path_is_below(o->as))
		return cli_usage(c, "'%s' is no path below a run: no '..', no "
		    "leading '/'", o->as);
	return 0;
}

static int
attach_file(struct cli *c, struct ended *p, const char *path, const char *as,
    struct err *e)
{
	struct link l = { .rel = "output", .name = as };

	if (worktree_put_file(&l.id, &l.size, catalog_repo(c->catalog), path,
	    e) < 0)
		return -1;
	l.type = manifest_type_of_path(as);
	/* one of that name is not kept beside it */
	ended_drop(p, as);
	ended_link(p, &l);
	return 0;
}

static int
attach_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct attach_opts *o = opts;
	struct err e = ERR_INIT;
	struct ended p;
	const char *id;

	if (find_run_named(&id, c, argv[0], &e) < 0)
		return cli_fail(c, &e);
	ended_lines(&p);
	for (int i = 1; i < argc; i++)
		if (attach_file(c, &p, argv[i], o->as ? o->as :
		    path_base(argv[i]), &e) < 0) {
			ended_release(&p);
			return cli_fail(c, &e);
		}
	return amend(c, id, &p, &e) < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_attach = {
	.name = "attach",
	.summary = "keep files with a run",
	.synopsis = "[-a PATH] RUN FILE...",
	.about =
"Stores files as outputs of a run, beside those it made: 'show' tells them,\n"
"'mlv-data cat run:ID:FILE' prints one, MLflow's pages have them among the\n"
"artifacts.  One of the same name takes the place of the one before.\n"
"\n"
"example: mlv-train attach try7 roc.png\n"
"example: mlv-train attach --as plots/roc.png try7 /tmp/out.png\n",
	.options = attach_options, .opts_size = sizeof(struct attach_opts),
	.flags = VERB_JSON | VERB_REPOSITORY, .check = attach_check,
	.run = attach_run,
};
