/* mlv-registry verify: is everything a model rests on there, unchanged? */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "catalog/name.h"
#include "catalog/resolve.h"
#include "promote/verify.h"
#include "store/audit.h"
#include "store/fsck.h"
#include "store/ref.h"
#include "verbs.h"

struct verify_opts {
	const char *head;
};

static const struct opt verify_options[] = {
	{ OPT_TEXT, 0, "head", offsetof(struct verify_opts, head), "HASH",
	    "also that this head of the audit log is still in it" },
	OPT_END
};

struct verifying {
	struct cli *c;
	struct catalog *catalog;
	const char *label;
	uint64_t bad;
};

static void
warn_damaged(void *ctx, const char *what, const char *why)
{
	struct verifying *v = ctx;

	cli_warn(v->c, "%s: %s: %s", v->label, what, why);
}

static int
verify_version(struct verifying *v, const char *text, struct err *e)
{
	struct out *out = &v->c->out;
	struct verified found;
	struct catalog_item item;
	char id[OID_TEXT];
	int r;

	if (model_item(&item, v->c, v->catalog, text, e) < 0)
		return -1;
	v->label = item.label;
	r = version_verify(&found, v->catalog, &item.id, warn_damaged, v, e);
	if (r == 0) {
		v->bad += found.bad;
		out_begin(out, "mlv.model.verified/1");
		out_text(out, "name", item.label);
		out_text(out, "verdict", found.bad ? "damaged" : "whole");
		out_int(out, "objects", (int64_t)found.objects);
		out_int(out, "bad", (int64_t)found.bad);
		out_text(out, "manifest", oid_print(id, &item.id));
		out_end(out);
	}
	catalog_item_free(&item);
	return r;
}

static int
verify_model(void *ctx, const char *ref, struct err *e)
{
	struct verifying *v = ctx;
	struct ref versions;
	int r = 0;

	if (strchr(ref, '@'))
		return 0;
	if (ref_read(&versions, catalog_repo(v->catalog), ref, e) < 0)
		return -1;
	for (size_t i = 1; r == 0 && i <= versions.n; i++) {
		const struct name n = { .kind = NAME_MODEL, .base = ref + 6,
		    .version = (uint32_t)i };
		char *name = name_label(&n);

		if (!versions.value[i - 1].removed)
			r = verify_version(v, name, e);
		free(name);
	}
	ref_free(&versions);
	return r;
}

static void
warn_disagreement(void *ctx, const struct fsck_finding *f)
{
	struct verifying *v = ctx;

	if (strcmp(f->severity, "error") == 0)
		cli_warn(v->c, "%s: %s", f->subject, f->reason);
}

static int
verify_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct verifying v = { .c = c, .catalog = c->catalog };
	struct fsck_request rq = { .fn = warn_disagreement, .ctx = &v };
	const char *text = ((struct verify_opts *)opts)->head;
	struct fsck_report refs;
	struct err e = ERR_INIT;
	struct oid head;
	int r;

	if (text && audit_parse_head(&head, text, &e) < 0)
		return cli_fail(c, &e);
	rq.head = text ? &head : NULL;
	r = fsck_refs(&refs, catalog_repo(v.catalog), &rq, &e);
	if (r == 0 && argc == 0)
		r = ref_each(catalog_repo(v.catalog), "model/", verify_model, &v,
		    &e);
	for (int i = 0; r == 0 && i < argc; i++)
		r = verify_version(&v, argv[i], &e);
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
	.synopsis = "[--head HASH] [NAME[@VERSION|@ALIAS]...]",
	.about =
"Reads everything a version rests on, model, run, data, code, to any depth,\n"
"and checks each against its SHA-256; and the whole audit log against every\n"
"version and alias.  Without NAME every version of every model.  Prints a\n"
"record a version: name, verdict (whole, damaged), objects, bad ones, manifest.\n"
"Exit status 1 when something is damaged or gone.\n"
"\n"
"HASH is what 'mlv-registry log --head' printed earlier and somebody kept\n"
"elsewhere, in a git tag or a mail: history that was rewritten since, or whose\n"
"end was cut off, does not have it any more.\n"
"\n"
"example: mlv-registry verify churn@champion\n",
	.options = verify_options, .opts_size = sizeof(struct verify_opts),
	.flags = VERB_JSON | VERB_NUL | VERB_REPOSITORY, .run = verify_run,
};
