/* mlv-data fsck: prove that the repository is whole, or say what is not. */
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "cli/cli.h"
#include "cli/environment.h"
#include "store/audit.h"
#include "remote/remote.h"
#include "store/fsck.h"
#include "verbs.h"

struct fsck_opts {
	bool quick, full, strong;
	const char *head, *repair, *sample;
};

/* What is wrong, as it is told: objects that a remote may have. */
struct damage {
	struct cli *c;
	bool silent;
	struct oid *id;
	size_t n, room;
};

static const struct opt fsck_options[] = {
	{ OPT_FLAG, 0, "quick", offsetof(struct fsck_opts, quick), NULL,
	    "only refs, manifests, sizes and the audit log" },
	{ OPT_FLAG, 0, "full", offsetof(struct fsck_opts, full), NULL,
	    "also every object's checksum (what is done unless told)",
	    .excludes = "quick" },
	{ OPT_FLAG, 0, "strong", offsetof(struct fsck_opts, strong), NULL,
	    "also the SHA-256 of every object", .excludes = "quick" },
	{ OPT_TEXT, 0, "sample", offsetof(struct fsck_opts, sample), "N%",
	    "read N of 100 objects, always the same", .excludes = "quick" },
	{ OPT_TEXT, 0, "head", offsetof(struct fsck_opts, head), "HASH",
	    "also that this head of the audit log is still in it" },
	{ OPT_TEXT, 0, "repair-from", offsetof(struct fsck_opts, repair),
	    "REMOTE", "fetch objects that are missing or damaged from there" },
	OPT_END
};

static void
print_finding(void *ctx, const struct fsck_finding *f)
{
	struct damage *d = ctx;
	struct cli *c = d->c;
	struct err ignored = ERR_INIT;
	struct oid id;

	if (oid_parse(&id, f->subject, &ignored) == 0) {
		d->id = arena_grow(&c->arena, d->id, d->n, &d->room,
		    sizeof(*d->id));
		d->id[d->n++] = id;
	}
	if (d->silent)
		return;
	out_begin(&c->out, "mlv.finding/1");
	out_text(&c->out, "severity", f->severity);
	out_text(&c->out, "subject", f->subject);
	out_text(&c->out, "reason", f->reason);
	out_text(&c->out, "needed_by", *f->needed_by ? f->needed_by : NULL);
	out_end(&c->out);
}

static int
by_id(const void *a, const void *b)
{
	return oid_cmp(a, b);
}

/* An object may be found by who needs it and among all: it is fetched once. */
static size_t
keep_distinct(struct oid *id, size_t n)
{
	size_t kept = 0;

	qsort(id, n, sizeof(*id), by_id);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || !oid_eq(&id[kept - 1], &id[i]))
			id[kept++] = id[i];
	return kept;
}

/* Look once in silence, fetch what was found, so that the second look tells
 * what is still wrong. */
static int
repair_from(struct cli *c, struct repo *s, const char *name,
    struct fsck_request *rq, struct err *e)
{
	const struct repo_opts so = { .log = &c->log,
	    .progress = &c->progress };
	struct damage *d = rq->ctx;
	struct remote_environment env;
	struct fsck_report report;
	struct remote *r = NULL;
	uint64_t got = 0;
	int result;

	cli_remote_environment(&env, c);
	d->silent = true;
	result = fsck_repo(&report, s, rq, e);
	d->silent = false;
	/* a remote that is none is told, also where it is not needed */
	if (result < 0 ||
	    catalog_open_repository(&c->catalog, NULL, &so, e) < 0 ||
	    remote_open(&r, c->catalog, name, &env, e) < 0)
		return -1;
	d->n = keep_distinct(d->id, d->n);
	if (d->n)
		result = remote_repair(&got, r, d->id, d->n, e);
	c->committed |= got > 0;
	if (result == 0 && d->n)
		cli_warn(c, "%llu objects were fetched from %s",
		    (unsigned long long)got, remote_name(r));
	remote_close(r);
	d->n = 0;
	return result;
}

/* "5%" as how many of 2^32 ids. */
static int
parse_sample(uint64_t *sample, struct cli *c, const char *text)
{
	size_t n = strlen(text);
	double percent;

	if (n < 2 || text[n - 1] != '%' ||
	    !num_parse_f64(text, n - 1, &percent) ||
	    !(percent > 0 && percent <= 100))
		return cli_usage(c, "--sample needs more than 0%% and at most "
		    "100%%, as 5%%, not '%.100s'", text);
	*sample = (uint64_t)(percent / 100 * 4294967296.0);
	if (*sample == 0)
		*sample = 1;
	return 0;
}

static int
fsck_run(struct cli *c, void *opts, int argc, char **argv)
{
	const struct repo_opts so = { .log = &c->log,
	    .progress = &c->progress };
	struct fsck_opts *o = opts;
	struct damage d = { .c = c };
	struct fsck_request rq = { .fn = print_finding, .ctx = &d };
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
	if (o->sample && (status = parse_sample(&rq.sample, c,
	    o->sample)) != 0)
		return status;
	rq.level = o->quick ? FSCK_QUICK : o->strong ? FSCK_STRONG : FSCK_FULL;
	if (repo_open(&s, NULL, &so, &e) < 0)
		return cli_fail(c, &e);
	if ((o->repair && repair_from(c, s, o->repair, &rq, &e) < 0) ||
	    fsck_repo(&r, s, &rq, &e) < 0) {
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
	out_only(&c->out, OUT_JSON);
	out_int(&c->out, "read", (int64_t)r.read);
	out_only(&c->out, OUT_BOTH);
	out_int(&c->out, "records", (int64_t)r.records);
	out_text(&c->out, "head", oid_is_none(&r.head) ? NULL :
	    oid_print(text, &r.head));
	out_end(&c->out);
	return status;
}

const struct verb verb_fsck = {
	.name = "fsck",
	.summary = "prove that the repository is whole",
	.synopsis = "[--quick | --full | --strong] [--sample N%] [--head HASH]\n"
	    "[--repair-from REMOTE]",
	.about =
"Prints a record a finding (severity, subject, reason, the ref that needs\n"
"it) and at the end one with the verdict, whole or damaged, and the numbers\n"
"of errors, notes, refs, objects, plain bytes and audit records, and the head\n"
"of the audit log.  A note is something a killed command left; nothing is lost\n"
"by it.  Nothing is changed, but with --repair-from: objects that are missing\n"
"or damaged are then fetched from that remote first.  Adding the same file\n"
"again heals a damaged object.  --sample reads N of 100 objects, chosen by\n"
"their ids, where reading all takes too long.  A head that was kept elsewhere\n"
"is checked with --head: history that was rewritten, or cut off, does not have\n"
"it any more.\n"
"\n"
"Exit status 0 when whole, 1 when damaged.\n"
"\n"
"example: mlv-data fsck --strong\n",
	.options = fsck_options, .opts_size = sizeof(struct fsck_opts),
	.flags = VERB_JSON | VERB_NUL | VERB_TABLE, .run = fsck_run,
};
