/* mlv-data tag: movable labels on versions of data. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "catalog/name.h"
#include "catalog/resolve.h"
#include "cli/cli.h"
#include "store/ref.h"
#include "verbs.h"

struct tag_opts {
	const char *note;
	bool drop;
};

static const struct opt tag_options[] = {
	{ OPT_TEXT, 'm', "note", offsetof(struct tag_opts, note), "TEXT",
	    "a word for the audit log" },
	{ OPT_FLAG, 0, "drop", offsetof(struct tag_opts, drop), NULL,
	    "take the tag away" },
	OPT_END
};

static void
print_version(struct cli *c, const char *key, uint32_t version)
{
	if (version)
		out_int(&c->out, key, version);
	else
		out_null(&c->out, key);
}

/* Let data:base@label mean the version; 0: nothing. */
static int
move_tag(struct cli *c, const char *base, const char *label, uint32_t version,
    const char *note, struct err *e)
{
	const struct name n = { .kind = NAME_DATA, .base = base,
	    .alias = label };
	char *ref = name_ref(&n), *text = name_label(&n);
	struct ref_move m = { .alias = ref, .number = version,
	    .expect = REF_ANY, .note = note };
	uint32_t was;
	int r = ref_move(&was, catalog_repo(c->catalog), &m, e);

	if (r == 0 && version == 0 && was == 0)
		r = err_set(e, ERR_NOENT, "there is no %s", text);
	else if (r == 0 || e->code == ERR_UNPROVEN) {
		c->committed = true;
		out_begin(&c->out, "mlv.alias/1");
		out_text(&c->out, "name", text);
		print_version(c, "version", version);
		print_version(c, "was", was);
		out_end(&c->out);
	}
	free(text);
	free(ref);
	return r;
}

static int
set_tag(struct cli *c, const char *name, const char *label, const char *note,
    struct err *e)
{
	struct catalog_item item;
	int r = -1;

	if (catalog_resolve(&item, c->catalog, name, e) < 0)
		return -1;
	if (item.kind != NAME_DATA || item.path)
		err_set(e, ERR_USAGE, "'%s' is not data:NAME[@VERSION]", name);
	else if (item.version == 0)
		err_set(e, ERR_NOENT, "%s is no version of data:%s here, only "
		    "what a pointer says: 'mlv-data add' the file first",
		    item.label, item.base);
	else
		r = move_tag(c, item.base, label, item.version, note, e);
	catalog_item_free(&item);
	return r;
}

static int
drop_tag(struct cli *c, const char *name, const char *note, struct err *e)
{
	struct name n;
	int r;

	if (name_parse(&n, name, e) < 0)
		return -1;
	r = n.kind == NAME_DATA && n.alias && n.path == NULL ?
	    move_tag(c, n.base, n.alias, 0, note, e) : err_set(e, ERR_USAGE,
	    "'%s' names no tag: write data:NAME@TAG", name);
	name_free(&n);
	return r;
}

static int
tag_check(struct cli *c, void *opts, int argc, char **argv)
{
	const struct tag_opts *o = opts;

	if (argc != (o->drop ? 1 : 2))
		return cli_usage(c, o->drop ? "tag --drop takes data:NAME@TAG" :
		    "tag takes data:NAME[@VERSION] and a tag");
	if (!o->drop && !name_alias_ok(argv[1]))
		return cli_usage(c, "'%s' is no tag: lower-case letters, "
		    "digits, '.', '_' and '-', with a letter among them",
		    argv[1]);
	return 0;
}

static int
tag_run(struct cli *c, void *opts, int argc, char **argv)
{
	const struct tag_opts *o = opts;
	struct err e = ERR_INIT;
	int r;

	(void)argc;
	r = o->drop ? drop_tag(c, argv[0], o->note, &e) :
	    set_tag(c, argv[0], argv[1], o->note, &e);
	return r < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_tag = {
	.name = "tag",
	.summary = "put a movable label on a version of data",
	.synopsis = "[-m TEXT] data:NAME[@VERSION] TAG\n"
	    "--drop [-m TEXT] data:NAME@TAG",
	.about =
"data:NAME@TAG then means that version, wherever a name is read.  A tag that\n"
"is there moves; every move is in the audit log and in 'mlv-data log'.  Prints\n"
"the tag, its version now and before.\n"
"\n"
"example: mlv-data tag data:churn@3 golden\n",
	.options = tag_options, .opts_size = sizeof(struct tag_opts),
	.flags = VERB_JSON | VERB_NUL | VERB_REPOSITORY, .check = tag_check, .run = tag_run,
};
