/* A gate's judgment kept as a report: the policy, what it saw, what it rests on. */
#include <stdio.h>

#include "catalog/put.h"
#include "promote/gate.h"

#define TYPE_POLICY "application/yaml"

static void
add_rules(struct arena *a, struct json *m, const struct gate *g)
{
	struct json *list = json_add_list(a, m, "rules"), *one;

	for (size_t i = 0; i < g->n; i++) {
		const struct gate_result *r = &g->result[i];

		one = json_add_map(a, list, NULL);
		json_add_text(a, one, "rule", r->rule->name);
		json_add_text(a, one, "expr", r->rule->text);
		json_add_text(a, one, "verdict", verdict_text(r->verdict));
		json_add_text(a, one, "values", r->values);
		if (*r->why)
			json_add_text(a, one, "why", r->why);
	}
}

int
gate_record(struct oid *id, struct catalog *c, const struct gate *g,
    const struct policy *p, struct err *e)
{
	struct arena a = { NULL, 0 };
	struct json *m = manifest_new(&a, "mlv.report/1");
	char name[32], hex[OID_HEX + 1];
	struct catalog_put put;
	struct oid policy;
	int r;

	json_add_text(&a, m, "about", "verdict");
	json_add_text(&a, m, "verdict", g->failed ? "fail" : "pass");
	r = catalog_put_bytes(&policy, c, p->source, p->n_source, e);
	if (r == 0) {
		manifest_link(&a, m, "policy", TYPE_POLICY, NULL, &policy,
		    p->n_source);
		for (size_t i = 0; i < g->n_basis; i++)
			manifest_link(&a, m, g->basis[i].rel, g->basis[i].type,
			    g->basis[i].name, &g->basis[i].id,
			    g->basis[i].size);
		add_rules(&a, m, g);
		snprintf(name, sizeof(name), "gate-%.16s", oid_hex(hex,
		    &g->basis[0].id));
		r = catalog_put_manifest(&put, c, NAME_REPORT, name, m, NULL,
		    e);
	}
	if (r == 0)
		*id = put.id;
	arena_free(&a);
	return r;
}
