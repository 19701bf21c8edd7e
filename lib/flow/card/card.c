/* A model card: what is known is gathered, then written section by section. */
#include "catalog/bytes.h"
#include "catalog/manifest.h"
#include "catalog/name.h"
#include "flow/card/internal.h"
#include "model/open.h"
#include "track/find.h"

#include <string.h>

/* The card as a document into `out`, and as data into k->root. */
static int
write_card(struct card *k, struct buf *out, struct err *e)
{
	const struct json *params = card_params(k);

	k->root = json_new(&k->a, JSON_MAP);
	json_add_text(&k->a, k->root, "schema", "mlv.card/1");
	json_add_text(&k->a, k->root, "model", k->bytes.item.label);
	k->fields = json_add_list(&k->a, k->root, "fields");
	k->evaluations = json_add_list(&k->a, k->root, "evaluations");
	k->inputs = json_add_list(&k->a, k->root, "inputs");
	k->lineage = json_add_list(&k->a, k->root, "lineage");
	k->history = json_add_list(&k->a, k->root, "history");
	if (params) {
		struct json *copy = json_new(&k->a, params->type);

		*copy = *params;
		json_add(&k->a, k->root, "params", copy);
	}
	doc_open(&k->d, out, k->r->form, arena_printf(&k->a,
	    "Model card: %s", k->bytes.item.label));
	card_lead(k);
	card_headline(k);
	card_details(k);
	card_said(k, "Uses", "uses");
	card_said(k, "Bias, risks and limitations", "risks");
	card_start(k);
	if (card_training(k, e) < 0 || card_evaluations(k, e) < 0)
		return -1;
	card_inputs(k);
	card_cost(k);
	if (card_lineage(k, e) < 0 || card_history(k, e) < 0)
		return -1;
	card_what_is_missing(k);
	doc_close(&k->d);
	if (k->r->form == DOC_MARKDOWN && card_frontmatter(k, out, e) < 0)
		return -1;
	if (k->r->json) {
		buf_clear(out);
		json_write(out, k->root);
		buf_addc(out, '\n');
	}
	return buf_check(out, e);
}

/* A given evaluation must be of these bytes, where it says of which. */
static int
check_evaluation(struct card *k, struct err *e)
{
	const struct evaluation *v = k->r->evaluation;
	char id[OID_TEXT];

	if (v == NULL || oid_is_none(&v->model.id) ||
	    oid_eq(&v->model.id, catalog_bytes_id(&k->bytes)))
		return 0;
	return err_set(e, ERR_FORMAT, "the evaluation is of another model, %s",
	    oid_print(id, &v->model.id));
}

static bool
has_output(const struct run *r, const struct oid *content)
{
	for (size_t i = 0; i < r->n_links; i++)
		if (strcmp(r->link[i].rel, "output") == 0 &&
		    oid_eq(&r->link[i].id, content))
			return true;
	return false;
}

/* The run behind a registered version, or the one that put out these bytes
 * as a file. */
static int
find_run(struct card *k, struct err *e)
{
	const char *name = NULL;
	struct link l;

	if (k->bytes.manifest && manifest_find(&l, k->bytes.manifest, "run",
	    NULL))
		name = l.name;
	else if (catalog_repo(k->c) && k->bytes.item.kind == NAME_PATH)
		name = k->r->model;
	if (name == NULL)
		return 0;
	if (run_read(&k->run, k->c, name, e) < 0)
		return e->code == ERR_NOENT ? 0 : -1;
	k->has_run = k->bytes.manifest || has_output(&k->run,
	    catalog_bytes_id(&k->bytes));
	if (!k->has_run)
		run_free(&k->run);
	return 0;
}

int
card_write(struct buf *out, size_t *missing, struct catalog *c,
    const struct card_request *r, struct err *e)
{
	struct card k = { .r = r, .c = c };
	int got;

	if (catalog_open_bytes(&k.bytes, c, r->model, e) < 0)
		return -1;
	got = binding_open(&k.binding, k.bytes.data, k.bytes.n, NULL, e);
	if (got < 0) {
		err_wrap(e, "%s", r->model);
		goto done;
	}
	k.model = binding_model(k.binding);
	got = check_evaluation(&k, e);
	if (got == 0)
		got = find_run(&k, e);
	if (got == 0)
		got = card_find_evaluations(&k, e);
	if (got == 0)
		got = write_card(&k, out, e);
	*missing = k.n_missing;
	if (k.has_run)
		run_free(&k.run);
done:
	card_release_evaluations(&k);
	binding_free(k.binding);
	catalog_bytes_close(&k.bytes);
	arena_free(&k.a);
	return got;
}
