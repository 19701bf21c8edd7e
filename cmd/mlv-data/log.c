/* mlv-data log: the versions of data, when they came and from whom. */
#include <string.h>

#include "catalog/history.h"
#include "catalog/name.h"
#include "cli/cli.h"
#include "verbs.h"

static int
print_event(void *ctx, const struct history_entry *h, struct err *e)
{
	const struct audit_record *r = h->record;
	struct cli *c = ctx;
	char text[OID_TEXT];

	(void)e;
	out_begin(&c->out, "mlv.dataset.event/1");
	out_text(&c->out, "name", h->label);
	out_text(&c->out, "op", r->op);
	out_text(&c->out, "time", r->time);
	out_text(&c->out, "user", r->user);
	out_text(&c->out, "host", r->host);
	out_text(&c->out, "manifest", oid_print(text, &r->id));
	out_text(&c->out, "note", *r->note ? r->note : NULL);
	out_end(&c->out);
	return 0;
}

static int
log_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct err e = ERR_INIT;
	struct name n;
	int r = 0;

	(void)opts;
	if (argc == 0)
		r = catalog_history(c->catalog, NAME_DATA, NULL, print_event, c, &e);
	for (int i = 0; r == 0 && i < argc; i++) {
		if ((r = name_parse(&n, argv[i], &e)) < 0)
			break;
		if ((n.kind != NAME_DATA && !is_listed_kind(n.kind)) ||
		    n.version || n.alias)
			r = err_set(&e, ERR_USAGE, "'%s' is not data:NAME, nor "
			    "of a profile, card or report%s", argv[i], n.kind ==
			    NAME_MODEL ? ": 'mlv-registry log' is of models" :
			    "");
		else
			r = catalog_history(c->catalog, n.kind, n.base,
			    print_event, c, &e);
		name_free(&n);
	}
	return r < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_log = {
	.name = "log",
	.summary = "list the versions of data, when they came and from whom",
	.synopsis = "[NAME...]",
	.about =
"Prints a record a version, oldest first: name, operation, time, user, host,\n"
"id of the manifest, note.  It comes from the audit log, whose chain of\n"
"hashes is checked on the way.  Without names it is that of all data; profiles,\n"
"cards and reports are named.\n"
"\n"
"example: mlv-data log data:churn\n",
	.flags = VERB_JSON | VERB_NUL | VERB_TABLE | VERB_REPOSITORY, .run = log_run,
};
