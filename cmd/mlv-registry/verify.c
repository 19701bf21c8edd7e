/* mlv-registry verify: is everything a model rests on there, unchanged? */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "promote/verify.h"
#include "store/fsck.h"
#include "store/ref.h"
#include "verbs.h"

struct verifying {
	struct cli *c;
	struct catalog *catalog;
	const char *label;
	uint64_t bad;
};

static void
damaged(void *ctx, const char *what, const char *why)
{
	struct verifying *v = ctx;

	cli_warn(v->c, "%s: %s: %s", v->label, what, why);
}

static int
verify(struct verifying *v, const char *text, struct err *e)
{
	struct out *out = &v->c->out;
	uint64_t objects, bad;
	struct catalog_item item;
	char id[OID_TEXT];
	int r;

	if (model_item(&item, v->c, v->catalog, text, e) < 0)
		return -1;
	v->label = item.label;
	r = registry_verify(&objects, &bad, v->catalog, &item.id, damaged, v, e);
	if (r == 0) {
		v->bad += bad;
		out_begin(out, "mlv.model.verified/1");
		out_text(out, "name", item.label);
		out_text(out, "verdict", bad ? "damaged" : "whole");
		out_int(out, "objects", (int64_t)objects);
		out_int(out, "bad", (int64_t)bad);
		out_text(out, "manifest", oid_print(id, &item.id));
		out_end(out);
	}
	catalog_item_free(&item);
	return r;
}

static int
verify_all(void *ctx, const char *ref, struct err *e)
{
	struct verifying *v = ctx;
	struct ref versions;
	int r = 0;

	if (strchr(ref, '@'))
		return 0;
	if (ref_read(&versions, catalog_repo(v->catalog), ref, e) < 0)
		return -1;
	for (size_t i = 1; r == 0 && i <= versions.n; i++) {
		char *name = xprintf("%s@%zu", ref + 6, i);

		r = verify(v, name, e);
		free(name);
	}
	ref_free(&versions);
	return r;
}

static void
disagrees(void *ctx, const struct fsck_finding *f)
{
	struct verifying *v = ctx;

	if (strcmp(f->severity, "error") == 0)
		cli_warn(v->c, "%s: %s", f->subject, f->reason);
}

static int
verify_run(struct cli *c, void *opts, int argc, char **argv)
{
	const struct repo_opts so = { .log = &c->log };
	struct verifying v = { .c = c };
	struct fsck_report refs;
	struct err e = ERR_INIT;
	int r;

	(void)opts;
	if (catalog_open_repository(&v.catalog, NULL, &so, &e) < 0)
		return cli_fail(c, &e);
	r = fsck_refs(&refs, catalog_repo(v.catalog), disagrees, &v, &e);
	if (r == 0 && argc == 0)
		r = ref_each(catalog_repo(v.catalog), "model/", verify_all, &v,
		    &e);
	for (int i = 0; r == 0 && i < argc; i++)
		r = verify(&v, argv[i], &e);
	catalog_close(v.catalog);
	if (r == 0 && refs.errors)
		r = err_set(&e, ERR_NO, "the audit log and the refs do not "
		    "agree: somebody changed them, or they are damaged");
	if (r < 0)
		return cli_fail(c, &e);
	return v.bad ? EXIT_NO : EXIT_YES;
}

const struct verb verb_verify = {
	.name = "verify",
	.summary = "check a version, its lineage and the audit log byte for byte",
	.synopsis = "[NAME[@VERSION|@ALIAS]...]",
	.about =
"Reads everything a version rests on, model, run, data, code, to any depth,\n"
"and checks each against its SHA-256; and the whole audit log against every\n"
"version and alias.  Without NAME every version of every model.  Prints a\n"
"record a version: name, verdict (whole, damaged), objects, bad ones, manifest.\n"
"Exit status 1 when something is damaged or gone.\n"
"\n"
"example: mlv-registry verify churn@champion\n",
	.flags = VERB_JSON | VERB_NUL, .run = verify_run,
};
