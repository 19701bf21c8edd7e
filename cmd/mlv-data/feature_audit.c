/* mlv-data feature audit: what was served, beside what a join gives now. */
#include "base/clock.h"
#include "cli/cli.h"
#include "cli/when.h"
#include "flow/features/audit.h"
#include "flow/features/source.h"
#include "verbs.h"

struct audit_verb {
	struct when_span when;
	int64_t memory;
};

static const struct audit_verb audit_defaults = { .memory = 1024 };

static const struct opt audit_options[] = {
	WHEN_SPAN_OPTIONS(struct audit_verb, when),
	{ OPT_INT, 0, "memory", offsetof(struct audit_verb, memory), "MIB",
	    "for requests (1024); with more the sources are read again",
	    .low = 1, .high = 1 << 20 },
	OPT_END
};

static void
print_time(struct cli *c, const char *name, int64_t t)
{
	char when[CLOCK_TEXT_MAX];

	if (t != INT64_MIN)
		clock_print(when, t);
	out_text(&c->out, name, t != INT64_MIN ? when : NULL);
}

static void
print_value(struct cli *c, const char *name, const struct raw_cell *v)
{
	if (v->s != NULL)
		out_textn(&c->out, name, v->s, v->n);
	else
		out_text(&c->out, name, NULL);
}

static int
print_difference(void *ctx, const struct audit_difference *d, struct err *e)
{
	struct cli *c = ctx;
	char when[CLOCK_TEXT_MAX];

	(void)e;
	clock_print(when, d->at);
	out_begin(&c->out, "mlv.feature.difference/1");
	out_text(&c->out, "feature", arena_printf(&c->arena, "%s__%s",
	    d->view, d->feature));
	out_text(&c->out, "key", d->key);
	out_text(&c->out, "at", when);
	print_value(c, "served", &d->served);
	print_value(c, "now", &d->now);
	out_text(&c->out, "reason", audit_reason_name(d->reason));
	out_only(&c->out, OUT_JSON);
	print_time(c, "served_event_timestamp", d->served_time);
	print_time(c, "event_timestamp", d->now_time);
	out_text(&c->out, "request", d->id);
	out_end(&c->out);
	return 0;
}

/* All of it in words, or as the last record. */
static void
print_counts(struct cli *c, const struct audit_counts *n)
{
	if (n->plain > 0)
		cli_warn(c, "%llu rows had no features joined and are passed "
		    "over", (unsigned long long)n->plain);
	if (n->differ > 0)
		cli_warn(c, "%llu of %llu values differ from what a join gives "
		    "now", (unsigned long long)n->differ,
		    (unsigned long long)n->values);
	if (c->out.form != OUT_JSON_LINES)
		return;
	out_begin(&c->out, "mlv.feature.audited/1");
	out_int(&c->out, "rows", (int64_t)n->rows);
	out_int(&c->out, "values", (int64_t)n->values);
	out_int(&c->out, "differ", (int64_t)n->differ);
	for (int i = 0; i < AUDIT_REASONS; i++)
		out_int(&c->out, audit_reason_name(i), (int64_t)n->reason[i]);
	out_int(&c->out, "without", (int64_t)n->plain);
	out_end(&c->out);
}

/* The times of which requests are looked at. */
static int
read_times(struct reqlog_filter *f, struct cli *c, const struct audit_verb *o)
{
	int status = when_span_read(&f->since_us, &f->until_us, c, &o->when);

	if (status == 0 && o->when.since && f->since_us > clock_wall_us())
		return cli_usage(c, "--since %s lies in the future: no request "
		    "is from then on", o->when.since);
	return status;
}

static int
audit_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct audit_verb *o = opts;
	struct feature_audit audit = { .catalog = c->catalog,
	    .memory = (uint64_t)o->memory << 20, .log = &c->log,
	    .differs = print_difference, .ctx = c };
	struct feature_spec *spec;
	struct audit_counts counts;
	struct err e = ERR_INIT;
	char *folder;
	int status;

	if (argc != 2)
		return cli_usage(c, "give features.yaml and a request log");
	if ((status = read_times(&audit.filter, c, o)) != 0)
		return status;
	audit.requests = argv[1];
	if (feature_spec_load(&spec, &folder, &c->arena, argv[0], &e) < 0)
		return cli_fail(c, &e);
	audit.spec = spec;
	audit.folder = folder;
	if (feature_audit(&counts, &audit, &e) < 0)
		return cli_fail(c, &e);
	print_counts(c, &counts);
	return counts.differ > 0 ? EXIT_NO : EXIT_YES;
}

const struct verb verb_feature_audit = {
	.name = "feature audit",
	.summary = "were the features served those that a join gives now?",
	.synopsis = "[--since TIME] [--until TIME] FEATURES.yaml REQUESTS",
	.about =
"REQUESTS is the request log of mlv-serve http --features --service.  Each\n"
"feature it served is computed again from the sources, as of the moment of\n"
"the request; prints those that differ: feature, key, moment, what was\n"
"served, what it is now, and why:\n"
"\n"
"  definition  features.yaml was changed since\n"
"  expired     the row served was past its ttl; a newer one was not loaded\n"
"  late        a newer row was there by then, but not loaded\n"
"  source      the row that was served is gone from the source, or changed\n"
"  window      the newest row is the same, others of the window are not\n"
"\n"
"Exit 0: none differs; 1: some do.\n"
"\n"
"example: mlv-data feature audit features.yaml .mlv/requests\n",
	.options = audit_options, .opts_size = sizeof(struct audit_verb),
	.defaults = &audit_defaults,
	.flags = VERB_JSON | VERB_NUL | VERB_TABLE | VERB_CATALOG,
	.run = audit_run,
};
