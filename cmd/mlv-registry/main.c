/* mlv-registry: models under a name, their versions, and who is champion. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "catalog/name.h"
#include "catalog/resolve.h"
#include "verbs.h"

int
model_name(struct name *n, struct cli *c, const char *text, struct err *e)
{
	const char *full = strchr(text, ':') ? text :
	    arena_printf(&c->arena, "model:%s", text);

	if (name_parse(n, full, e) < 0)
		return -1;
	if (n->kind == NAME_MODEL && n->path == NULL)
		return 0;
	name_free(n);
	return err_set(e, ERR_USAGE, "'%.200s' is not a model's name", text);
}

int
model_item(struct catalog_item *item, struct cli *c, struct catalog *catalog,
    const char *text, struct err *e)
{
	struct name n;
	int r;

	if (model_name(&n, c, text, e) < 0)
		return -1;
	r = catalog_resolve(item, catalog, n.text, e);
	name_free(&n);
	return r;
}

static void
print_version(struct cli *c, const char *key, uint32_t version)
{
	if (version)
		out_int(&c->out, key, version);
	else
		out_null(&c->out, key);
}

void
print_move(struct cli *c, const struct name *alias,
    const struct alias_moved *moved)
{
	char *label = name_label(alias);

	c->committed = true;
	out_begin(&c->out, "mlv.alias/1");
	out_text(&c->out, "name", label);
	print_version(c, "version", moved->now);
	print_version(c, "was", moved->was);
	out_end(&c->out);
	free(label);
}

void
print_gate(struct cli *c, const char *label, const struct gate *g,
    const struct oid *kept)
{
	char id[OID_TEXT];

	for (size_t i = 0; i < g->n; i++) {
		const struct gate_result *r = &g->result[i];

		out_begin(&c->out, "mlv.verdict/1");
		out_text(&c->out, "model", label);
		out_text(&c->out, "verdict", verdict_text(r->verdict));
		out_text(&c->out, "rule", r->rule->name);
		out_text(&c->out, "expr", r->rule->text);
		out_text(&c->out, "values", *r->values ? r->values : NULL);
		out_text(&c->out, "why", *r->why ? r->why : NULL);
		if (c->json && !oid_is_none(kept))
			out_text(&c->out, "id", oid_print(id, kept));
		out_end(&c->out);
	}
}

int
main(int argc, char **argv)
{
	static const struct verb *const verbs[] = {
		&verb_add, &verb_ls, &verb_show, &verb_gate, &verb_set,
		&verb_rollback, &verb_log, &verb_verify, &verb_export_mlmodel,
		NULL
	};
	static const struct tool tool = {
		.name = "mlv-registry",
		.summary = "models under a name, their versions and aliases",
		.verbs = verbs,
	};

	return cli_main(argc, argv, &tool);
}
