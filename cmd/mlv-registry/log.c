/* mlv-registry log: versions and alias moves, from the audit log. */
#include <stdlib.h>
#include <string.h>

#include "catalog/history.h"
#include "catalog/name.h"
#include "store/audit.h"
#include "verbs.h"

struct log_opts {
	bool head;
};

static const struct opt log_options[] = {
	{ OPT_FLAG, 0, "head", offsetof(struct log_opts, head), NULL,
	    "only the hash that stands for the whole log, to be kept" },
	OPT_END
};

/* Of a name all of it, of an alias its own, of a version what meant it. */
struct log_query {
	struct cli *c;
	const char *label;	/* the alias's, or NULL */
	uint32_t version;	/* or 0 */
	uint64_t n;
};

static void
print_number(struct out *out, const char *key, uint32_t v)
{
	if (v)
		out_int(out, key, v);
	else
		out_null(out, key);
}

static int
print_event(void *ctx, const struct history_entry *h, struct err *e)
{
	const struct audit_record *r = h->record;
	struct log_query *a = ctx;
	struct cli *c = a->c;
	char text[OID_TEXT];

	(void)e;
	if ((a->label && strcmp(a->label, h->label) != 0) ||
	    (a->version && a->version != r->number))
		return 0;
	a->n++;
	out_begin(&c->out, "mlv.model.event/1");
	out_text(&c->out, "name", h->label);
	out_text(&c->out, "op", r->op);
	print_number(&c->out, "version", r->number);
	print_number(&c->out, "was", r->was);
	out_text(&c->out, "time", r->time);
	out_text(&c->out, "user", r->user);
	out_text(&c->out, "host", r->host);
	out_text(&c->out, "note", *r->note ? r->note : NULL);
	out_only(&c->out, OUT_JSON);
	out_text(&c->out, "manifest", oid_is_none(&r->id) ? NULL :
	    oid_print(text, &r->id));
	out_text(&c->out, "record", oid_print(text, &r->hash));
	out_text(&c->out, "verdict", oid_is_none(&r->verdict) ? NULL :
	    oid_print(text, &r->verdict));
	out_end(&c->out);
	return 0;
}

static int
log_one(struct cli *c, struct catalog *catalog, const char *text,
    struct err *e)
{
	struct log_query a = { .c = c };
	char *label = NULL;
	struct name n;
	int r;

	if (model_name(&n, c, text, e) < 0)
		return -1;
	a.version = n.version;
	if (n.alias)
		a.label = label = name_label(&n);
	r = catalog_history(catalog, NAME_MODEL, n.base, print_event, &a, e);
	if (r == 0 && a.n == 0)
		r = err_set(e, ERR_NOENT, "there never was %s", n.text);
	free(label);
	name_free(&n);
	return r;
}

static int
print_head(struct cli *c, struct err *e)
{
	struct audit_summary sum;
	char text[OID_TEXT];

	if (audit_head(&sum, catalog_repo(c->catalog), e) < 0)
		return -1;
	out_begin(&c->out, "mlv.audit.head/1");
	out_text(&c->out, "head", sum.records ? oid_print(text, &sum.head) :
	    NULL);
	out_int(&c->out, "records", (int64_t)sum.records);
	out_end(&c->out);
	return 0;
}

static int
log_run(struct cli *c, void *opts, int argc, char **argv)
{
	const struct log_opts *o = opts;
	struct err e = ERR_INIT;
	struct log_query all = { .c = c };
	int r = 0;

	if (o->head && argc)
		return cli_usage(c, "log --head takes no name: it is of the "
		    "whole repository");
	if (o->head)
		r = print_head(c, &e);
	else if (argc == 0)
		r = catalog_history(c->catalog, NAME_MODEL, NULL, print_event,
		    &all, &e);
	for (int i = 0; r == 0 && i < argc; i++)
		r = log_one(c, c->catalog, argv[i], &e);
	return r < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_log = {
	.name = "log",
	.summary = "list versions and alias moves, with time, user and reason",
	.synopsis = "[NAME[@VERSION|@ALIAS]...]\n--head",
	.about =
"Prints a record an event, oldest first: name, operation (add, move,\n"
"rollback, drop), version, version before, time, user, host, note.  Of an\n"
"alias its own events, of a version its addition and the moves to it.  It comes\n"
"from the audit log, whose chain of hashes is checked on the way.  Where a ref\n"
"is damaged or gone its events are shown all the same, and the exit status\n"
"is 3.\n"
"\n"
"With --head prints the hash of the newest record, which stands for all of\n"
"them, and how many there are.  Kept elsewhere, 'verify --head' tells later\n"
"whether they are all still there and unchanged.\n"
"\n"
"example: mlv-registry log churn\n",
	.options = log_options, .opts_size = sizeof(struct log_opts),
	.flags = VERB_JSON | VERB_NUL | VERB_TABLE | VERB_REPOSITORY, .run = log_run,
};
