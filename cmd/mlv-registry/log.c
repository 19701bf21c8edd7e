/* mlv-registry log: versions and alias moves, from the audit log. */
#include <string.h>

#include "catalog/history.h"
#include "verbs.h"

/* Of a name all of it, of an alias its own, of a version what meant it. */
struct asked {
	struct cli *c;
	const char *label;	/* the alias's, or NULL */
	uint32_t version;	/* or 0 */
	uint64_t n;
};

static void
number(struct out *out, const char *key, uint32_t v)
{
	if (v)
		out_int(out, key, v);
	else
		out_null(out, key);
}

static int
print(void *ctx, const struct history_entry *h, struct err *e)
{
	const struct audit_record *r = h->record;
	struct asked *a = ctx;
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
	number(&c->out, "version", r->number);
	number(&c->out, "was", r->was);
	out_text(&c->out, "time", r->time);
	out_text(&c->out, "user", r->user);
	out_text(&c->out, "host", r->host);
	out_text(&c->out, "note", *r->note ? r->note : NULL);
	out_only(&c->out, OUT_JSON);
	out_text(&c->out, "manifest", oid_is_none(&r->id) ? NULL :
	    oid_print(text, &r->id));
	out_text(&c->out, "record", oid_print(text, &r->hash));
	out_end(&c->out);
	return 0;
}

static int
log_one(struct cli *c, struct catalog *catalog, const char *text,
    struct err *e)
{
	struct asked a = { .c = c };
	struct name n;
	int r;

	if (model_name(&n, c, text, e) < 0)
		return -1;
	a.version = n.version;
	if (n.alias)
		a.label = arena_printf(&c->arena, "model:%s@%s", n.base,
		    n.alias);
	r = catalog_history(catalog, NAME_MODEL, n.base, print, &a, e);
	if (r == 0 && a.n == 0)
		r = err_set(e, ERR_NOENT, "there never was %s", n.text);
	name_free(&n);
	return r;
}

static int
log_run(struct cli *c, void *opts, int argc, char **argv)
{
	const struct repo_opts so = { .log = &c->log };
	struct catalog *catalog = NULL;
	struct err e = ERR_INIT;
	struct asked all = { .c = c };
	int r;

	(void)opts;
	r = catalog_open_repository(&catalog, NULL, &so, &e);
	if (r == 0 && argc == 0)
		r = catalog_history(catalog, NAME_MODEL, NULL, print, &all, &e);
	for (int i = 0; r == 0 && i < argc; i++)
		r = log_one(c, catalog, argv[i], &e);
	catalog_close(catalog);
	return r < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_log = {
	.name = "log",
	.summary = "list versions and alias moves, with time, user and reason",
	.synopsis = "[NAME[@VERSION|@ALIAS]...]",
	.about =
"Prints a record an event, oldest first: name, operation (add, move,\n"
"rollback, drop), version, version before, time, user, host, note.  Of an\n"
"alias its own events, of a version its addition and the moves to it.  It comes\n"
"from the audit log, whose chain of hashes is checked on the way.\n"
"\n"
"example: mlv-registry log churn\n",
	.flags = VERB_JSON | VERB_NUL | VERB_TABLE, .run = log_run,
};
