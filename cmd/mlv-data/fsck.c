/* mlv-data fsck: prove that the repository is whole, or say what is not. */
#include "cli/cli.h"
#include "store/audit.h"
#include "store/fsck.h"
#include "verbs.h"

struct fsck_opts {
	bool quick, strong;
	const char *head;
};

static const struct opt fsck_options[] = {
	{ OPT_FLAG, 0, "quick", offsetof(struct fsck_opts, quick), NULL,
	    "only refs, manifests, sizes and the audit log" },
	{ OPT_FLAG, 0, "strong", offsetof(struct fsck_opts, strong), NULL,
	    "also the SHA-256 of every object", .excludes = "quick" },
	{ OPT_TEXT, 0, "head", offsetof(struct fsck_opts, head), "HASH",
	    "also that this head of the audit log is still in it" },
	OPT_END
};

static void
print_finding(void *ctx, const struct fsck_finding *f)
{
	struct cli *c = ctx;

	out_begin(&c->out, "mlv.finding/1");
	out_text(&c->out, "severity", f->severity);
	out_text(&c->out, "subject", f->subject);
	out_text(&c->out, "reason", f->reason);
	out_text(&c->out, "needed_by", *f->needed_by ? f->needed_by : NULL);
	out_end(&c->out);
}

static int
fsck_run(struct cli *c, void *opts, int argc, char **argv)
{
	const struct repo_opts so = { .log = &c->log,
	    .progress = &c->progress };
	struct fsck_opts *o = opts;
	struct fsck_request rq = { .fn = print_finding, .ctx = c };
	char text[OID_TEXT];
	struct fsck_report r;
	struct repo *s = NULL;
	struct err e = ERR_INIT;
	struct oid head;
	int status;

	if (argc)
		return cli_usage(c, "fsck takes no argument, not '%s'", argv[0]);
	if (o->head && audit_parse_head(&head, o->head, &e) < 0)
		return cli_fail(c, &e);
	rq.head = o->head ? &head : NULL;
	rq.level = o->quick ? FSCK_QUICK : o->strong ? FSCK_STRONG : FSCK_FULL;
	if (repo_open(&s, NULL, &so, &e) < 0)
		return cli_fail(c, &e);
	if (fsck_repo(&r, s, &rq, &e) < 0) {
		repo_close(s);
		return cli_fail(c, &e);
	}
	repo_close(s);
	status = r.errors ? EXIT_NO : EXIT_YES;
	out_begin(&c->out, "mlv.fsck/1");
	out_text(&c->out, "verdict", r.errors ? "damaged" : "whole");
	out_int(&c->out, "errors", (int64_t)r.errors);
	out_int(&c->out, "notes", (int64_t)r.notes);
	out_int(&c->out, "refs", (int64_t)r.refs);
	out_int(&c->out, "objects", (int64_t)r.objects);
	out_int(&c->out, "bytes", (int64_t)r.bytes);
	out_int(&c->out, "records", (int64_t)r.records);
	out_text(&c->out, "head", oid_is_none(&r.head) ? NULL :
	    oid_print(text, &r.head));
	out_end(&c->out);
	return status;
}

const struct verb verb_fsck = {
	.name = "fsck",
	.summary = "prove that the repository is whole",
	.synopsis = "[--quick | --strong] [--head HASH]",
	.about =
"Prints a record a finding (severity, subject, reason, the ref that needs\n"
"it) and at the end one with the verdict, whole or damaged, and the numbers\n"
"of errors, notes, refs, objects, plain bytes and audit records, and the head\n"
"of the audit log.  A note is something a killed command left; nothing is lost\n"
"by it.  Nothing is changed.  Adding the same file again heals a damaged\n"
"object.  A head that was kept elsewhere is checked with --head: history that\n"
"was rewritten, or cut off, does not have it any more.\n"
"\n"
"Exit status 0 when whole, 1 when damaged.\n"
"\n"
"example: mlv-data fsck --strong\n",
	.options = fsck_options, .opts_size = sizeof(struct fsck_opts),
	.flags = VERB_JSON | VERB_NUL | VERB_TABLE, .run = fsck_run,
};
