/* mlv-data gc: remove what nothing leads to. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/catalog.h"
#include "catalog/manifest.h"
#include "catalog/name.h"
#include "cli/cli.h"
#include "flow/gc.h"
#include "gc_remote.h"
#include "verbs.h"

#define DAY_S 86400

struct gc_opts {
	struct texts keep;
	const char *remote;
	bool dry_run, undo, for_good;
	int64_t grace;
};

static const struct opt gc_options[] = {
	{ OPT_LIST, 0, "keep", offsetof(struct gc_opts, keep), "WHAT,...",
	    "all, newest[=N], an age as 30d, data:NAME[@VERSION]" },
	{ OPT_TEXT, 'r', "remote", offsetof(struct gc_opts, remote), "NAME",
	    "at this remote, or at the one at a URL", .excludes = "undo" },
	{ OPT_FLAG, 'n', "dry-run", offsetof(struct gc_opts, dry_run), NULL,
	    "only tell what would go" },
	{ OPT_INT, 0, "grace", offsetof(struct gc_opts, grace), "DAYS",
	    "keep what was stored in the last DAYS (14)", .low = 0,
	    .high = 36500 },
	{ OPT_FLAG, 0, "for-good", offsetof(struct gc_opts, for_good), NULL,
	    "free the bytes at once: there is no --undo then" },
	{ OPT_FLAG, 0, "undo", offsetof(struct gc_opts, undo), NULL,
	    "bring back what the last gc removed", .excludes = "keep" },
	OPT_END
};

static int
print_going(void *ctx, const struct gc_version *v, struct err *e)
{
	struct cli *c = ctx;
	const struct name n = { .kind = NAME_DATA, .base = v->ref + 5,
	    .version = v->number };
	struct err ignored = ERR_INIT;
	const struct json *m;
	char text[OID_TEXT], *label = name_label(&n);

	(void)e;
	if (catalog_manifest(&m, &c->arena, c->catalog, &v->id, &ignored) < 0)
		m = NULL;
	out_begin(&c->out, "mlv.gc.version/1");
	out_text(&c->out, "name", label);
	out_text(&c->out, "id", oid_print(text, &v->id));
	if (m)
		out_int(&c->out, "bytes", json_int(m, "bytes", 0));
	else
		out_null(&c->out, "bytes");
	out_end(&c->out);
	free(label);
	return 0;
}

static int
undo_gc(struct cli *c)
{
	struct err e = ERR_INIT;
	uint64_t files, versions;

	if (gc_undo(&files, &versions, catalog_repo(c->catalog), &e) < 0)
		return cli_fail(c, &e);
	c->committed = true;
	out_begin(&c->out, "mlv.gc.undone/1");
	out_int(&c->out, "versions", (int64_t)versions);
	out_int(&c->out, "files", (int64_t)files);
	out_end(&c->out);
	return EXIT_YES;
}

static int
gc_check(struct cli *c, void *opts, int argc, char **argv)
{
	const struct gc_opts *o = opts;

	if (argc)
		return cli_usage(c, "gc takes no argument, not '%s'", argv[0]);
	if (o->remote && (o->for_good || o->keep.n != 1 ||
	    strcmp(o->keep.v[0], "all") != 0))
		return cli_usage(c, "gc of a remote takes --keep all: versions "
		    "leave it when their removal, by 'mlv-data rm' or gc here, "
		    "is pushed");
	if (!o->undo && o->keep.n == 0)
		return cli_usage(c, "say with --keep what stays: --keep all "
		    "removes only what no version leads to");
	return 0;
}

static int
gc_verb_run(struct cli *c, void *opts, int argc, char **argv)
{
	const struct gc_opts *o = opts;
	struct flow_gc rq = { .keep = o->keep.v, .n_keep = o->keep.n,
	    .grace_s = o->grace * DAY_S, .dry_run = o->dry_run,
	    .for_good = o->for_good, .going = print_going, .ctx = c };
	struct gc_report r;
	struct err e = ERR_INIT;

	(void)argc;
	(void)argv;
	if (o->undo)
		return undo_gc(c);
	if (o->remote)
		return gc_remote_run(c, o->remote, rq.grace_s, o->dry_run);
	if (flow_gc(&r, c->catalog, &rq, &e) < 0)
		return cli_fail(c, &e);
	c->committed = !o->dry_run;
	out_begin(&c->out, "mlv.gc/1");
	out_text(&c->out, "verdict", o->dry_run ? "dry run" : "done");
	out_int(&c->out, "versions", (int64_t)r.versions);
	out_int(&c->out, "objects", (int64_t)r.objects);
	out_int(&c->out, "bytes", (int64_t)r.bytes);
	out_int(&c->out, "freed", (int64_t)r.freed);
	out_int(&c->out, "young", (int64_t)r.young);
	out_int(&c->out, "folded", (int64_t)r.folded);
	out_int(&c->out, "packs", (int64_t)r.packs);
	out_int(&c->out, "cached", (int64_t)r.cached);
	out_end(&c->out);
	return EXIT_YES;
}

const struct verb verb_gc = {
	.name = "gc",
	.summary = "remove versions that are not to be kept, and free their bytes",
	.synopsis = "--keep WHAT,... [--dry-run] [--grace DAYS] [--for-good]\n"
	    "--remote NAME --keep all [--dry-run] [--grace DAYS]\n"
	    "--undo",
	.about =
"WHAT is all (versions), newest or newest=N (of each name), an age as 30d or 2w\n"
"(what was added since), data:NAME or data:NAME@VERSION; each keeps more.  What\n"
"has a tag, what a pointer in any git work tree says, other kinds than data, and\n"
"all that these lead to stay anyway.  What was stored in the last 14 days stays\n"
"too (--grace).\n"
"\n"
"Prints a record a version that goes (name, id, bytes), then one with the\n"
"numbers: versions, objects and their bytes on disk, which go into the trash;\n"
"bytes that the trash had before, freed now; objects that only their age kept;\n"
"loose objects folded into packs; packs; bytes of rows kept ready for 'mlv-train\n"
"fit', not used for as long.  The trash is kept until the next gc: --undo brings\n"
"all of it back.\n"
"\n"
"With --remote packs of a remote go that no name leads to there; names stay as\n"
"they are.  What is of no use is doomed first, and removed by a gc of it after\n"
"--grace days; so is what a push that was cut has left there.  Prints a record\n"
"a version whose bytes go, one a file, and one with the numbers.\n"
"\n"
"example: mlv-data gc --keep newest=3,30d --dry-run\n",
	.options = gc_options, .opts_size = sizeof(struct gc_opts),
	.defaults = &(const struct gc_opts){ .grace = 14 },
	.flags = VERB_JSON | VERB_NUL | VERB_TABLE | VERB_REPOSITORY,
	.check = gc_check, .run = gc_verb_run,
};
