/* Sections of a card that are words and facts: details, uses, training, cost,
 * lineage, history, and what is missing. */
#include <string.h>

#include "base/shellword.h"
#include "catalog/bytes.h"
#include "catalog/history.h"
#include "catalog/lineage.h"
#include "catalog/manifest.h"
#include "catalog/name.h"
#include "flow/card/internal.h"
#include "model/meta.h"

void
card_lead(struct card *k)
{
	const char *task = card_meta(k, META_TASK);
	const char *target = card_meta(k, META_TARGET);
	const char *learner = card_meta(k, META_LEARNER);
	const char *positive = card_meta(k, META_POSITIVE);

	if (task == NULL || target == NULL)
		return;
	doc_paragraph(&k->d, arena_printf(&k->a, "%s of %s%s%s%s%s.",
	    strcmp(task, "regression") == 0 ? "Regression" :
	    strcmp(task, "binary") == 0 ? "Binary classification" :
	    "Classification", target, positive ? ", looking for " : "",
	    positive ? positive : "", learner ? ", by the learner " : "",
	    learner ? learner : ""));
}

static const char *
classes_text(struct card *k)
{
	struct buf b;
	size_t n;
	const char *const *c = binding_classes(k->binding, &n);
	char *s;

	if (n == 0)
		return NULL;
	buf_init(&b, BUF_CAP_SMALL);
	for (size_t i = 0; i < n; i++)
		buf_addf(&b, "%s%s", i ? ", " : "", c[i]);
	s = arena_strdup(&k->a, b.data);
	buf_free(&b);
	return s;
}

void
card_details(struct card *k)
{
	const struct onnx_model *o = model_onnx(k->model);
	char id[OID_TEXT];

	card_heading(k, "Model details");
	card_fact(k, "Model", k->bytes.item.label);
	card_fact(k, "Model file", oid_print(id, catalog_bytes_id(&k->bytes)));
	if (!oid_is_none(&k->bytes.item.id))
		card_fact(k, "Manifest", oid_print(id, &k->bytes.item.id));
	card_fact(k, "Learner", card_meta(k, META_LEARNER));
	card_fact(k, "Task", card_meta(k, META_TASK));
	card_fact(k, "Target", card_meta(k, META_TARGET));
	card_fact(k, "Classes", classes_text(k));
	card_fact(k, "Positive class", card_meta(k, META_POSITIVE));
	card_fact(k, "Format", arena_printf(&k->a, "ONNX IR %lld, opset %lld, "
	    "ai.onnx.ml %lld, made by %s", (long long)o->ir_version,
	    (long long)onnx_opset_of(o, ""),
	    (long long)onnx_opset_of(o, "ai.onnx.ml"), *o->producer ?
	    o->producer : "an unnamed producer"));
	card_fact(k, "Size", arena_printf(&k->a, "%zu bytes, %zu operators",
	    k->bytes.n, o->n_nodes));
	(void)card_stated(k, "details");
}

void
card_said(struct card *k, const char *title, const char *section)
{
	card_heading(k, title);
	if (!card_stated(k, section))
		doc_notice(&k->d, "Nobody has stated anything here: give "
		    "mlv-card new --notes a file that does.");
}

/* A name as one word of a shell, to be copied without harm. */
static const char *
shell_word(struct card *k, const char *name)
{
	struct buf b;
	char *s;

	buf_init(&b, BUF_CAP_DOC);
	if (*name == '-')
		buf_adds(&b, "./");	/* else it is an option */
	shellword_add(&b, name);
	s = arena_strdup(&k->a, b.data);
	buf_free(&b);
	return s;
}

void
card_start(struct card *k)
{
	const char *name = shell_word(k, k->bytes.item.label);
	char *s = arena_printf(&k->a, "mlv-serve batch %s < new.csv > "
	    "scored.csv\nmlv-serve http %s --port 8080\n", name, name);

	card_heading(k, "How to get started");
	doc_code(&k->d, s, strlen(s));
}

/* --- training ------------------------------------------------------------- */

static void
write_params(struct card *k, const struct json *params)
{
	const char *heads[] = { "parameter", "value" }, *cells[2];

	if (params == NULL || params->type != JSON_MAP || params->n == 0)
		return;
	doc_table_open(&k->d, heads, 2, NULL);
	for (const struct json *j = params->child; j; j = j->next) {
		struct buf b;

		buf_init(&b, BUF_CAP_SMALL);
		if (j->type == JSON_TEXT)
			buf_add(&b, j->s, j->n);
		else
			json_write(&b, j);
		cells[0] = j->key;
		cells[1] = b.data;
		doc_row(&k->d, cells);
		buf_free(&b);
	}
	doc_table_close(&k->d);
}

static int
write_data(struct card *k, const char *what, const struct link *l,
    struct err *e)
{
	struct err mine = ERR_INIT;
	const struct json *m;
	char text[OID_TEXT];
	struct oid id;

	if (card_content(&id, k, l, e) < 0)
		return -1;
	card_fact(k, what, arena_printf(&k->a, "%s, %s", l->name,
	    oid_print(text, &id)));
	if (strcmp(l->type, TYPE_DATASET) != 0)
		return 0;
	if (catalog_manifest(&m, &k->a, k->c, &l->id, &mine) < 0) {
		if (mine.code == ERR_NOENT)
			return 0;
		*e = mine;
		return -1;
	}
	if (json_get(m, "rows"))
		card_fact(k, "Rows", arena_printf(&k->a, "%lld",
		    (long long)json_int(m, "rows", 0)));
	if (json_get(m, "columns"))
		card_fact(k, "Columns", arena_printf(&k->a, "%zu",
		    json_get(m, "columns")->n));
	return 0;
}

/* The i-th link of the version, of a plain file those of its run. */
static bool
link_at(struct link *l, const struct card *k, size_t i)
{
	if (k->bytes.manifest)
		return manifest_link_at(l, k->bytes.manifest, i);
	if (!k->has_run || i >= k->run.n_links)
		return false;
	*l = k->run.link[i];
	return true;
}

/* A command's input that was said to be so. */
static bool
is_learned(const struct link *l)
{
	return strcmp(l->rel, "train") == 0;
}

static bool
is_read(const struct link *l)
{
	return strcmp(l->rel, "data") == 0 || strcmp(l->rel, "input") == 0 ||
	    is_learned(l);
}

/* Is what was read what the model learned from?  A fit says so; of another
 * command's inputs only those of that role are known, and a fit of before called its validation
 * data an input, too. */
static bool
is_training(const struct card *k)
{
	bool valid = false;
	size_t inputs = 0;
	struct link l;

	for (size_t i = 0; link_at(&l, k, i); i++) {
		inputs += is_read(&l);
		valid |= strcmp(l.rel, "valid") == 0;
	}
	return k->has_run && strcmp(k->run.verb, "fit") == 0 &&
	    (valid || inputs == 1);
}

static int
write_links(struct card *k, struct err *e)
{
	bool training = is_training(k), any = false;
	struct link l;

	for (size_t i = 0; link_at(&l, k, i); i++) {
		const char *what = strcmp(l.rel, "valid") == 0 ?
		    "Validation data" : !is_read(&l) ? NULL : training ||
		    is_learned(&l) ? "Training data" : "Data read";

		if (what && write_data(k, what, &l, e) < 0)
			return -1;
		any |= is_learned(&l) || (training && is_read(&l));
	}
	if (!any)
		card_lacks(k, "Training data");
	return 0;
}

const struct json *
card_params(const struct card *k)
{
	return k->bytes.manifest ? json_get(k->bytes.manifest, "params") :
	    k->has_run ? k->run.params : NULL;
}

int
card_training(struct card *k, struct err *e)
{
	const struct json *git;

	card_heading(k, "Training details");
	if (write_links(k, e) < 0)
		return -1;
	if (k->has_run) {
		card_fact(k, "Run", arena_printf(&k->a, "run:%s", k->run.id));
		git = json_get(k->run.facts, "git");
		if (git)
			card_fact(k, "Code", arena_printf(&k->a,
			    "git commit %s%s", json_text(git, "commit", "?"),
			    json_bool(git, "dirty", false) ?
			    ", with changes kept in the run" : ""));
	}
	if (!k->has_run || json_get(k->run.facts, "git") == NULL)
		card_lacks(k, "Code version");
	write_params(k, card_params(k));
	card_curves(k);
	return 0;
}

/* --- cost, lineage, what is missing --------------------------------------- */

void
card_cost(struct card *k)
{
	const struct json *u = k->has_run ? json_get(k->run.facts, "usage") :
	    NULL;

	card_heading(k, "Environmental impact");
	if (u == NULL) {
		card_lacks(k, "Cost of training");
		doc_notice(&k->d, "What training cost is not recorded.");
		return;
	}
	card_fact(k, "Wall time", arena_printf(&k->a, "%.3g s", json_num(u,
	    "wall_s", 0)));
	card_fact(k, "CPU time", arena_printf(&k->a, "%.3g s", json_num(u,
	    "cpu_s", 0)));
	if (json_get(u, "max_rss_bytes"))
		card_fact(k, "Peak memory", arena_printf(&k->a, "%.4g MB",
		    json_num(u, "max_rss_bytes", 0) / 1e6));
	if (json_get(u, "energy_j"))
		card_fact(k, "Energy", arena_printf(&k->a, "%.3g J (%s)",
		    json_num(u, "energy_j", 0), strcmp(json_text(u,
		    "energy_from", ""), "rapl") == 0 ? "measured" :
		    "an estimate"));
	else
		card_lacks(k, "Energy of training");
}

/* No-break spaces, which a table keeps, and an arrow. */
static const char *
depth_text(struct card *k, int depth)
{
	struct buf b;
	char *s;

	if (depth <= 0)
		return "";
	buf_init(&b, BUF_CAP_SMALL);
	for (int i = 1; i < depth && i < 10; i++)
		buf_adds(&b, "\xc2\xa0\xc2\xa0");
	buf_adds(&b, "\xe2\x86\xb3 ");
	s = arena_strdup(&k->a, b.data);
	buf_free(&b);
	return s;
}

static int
write_link(void *ctx, int depth, const struct link *l, struct err *e)
{
	struct card *k = ctx;
	char id[OID_TEXT];
	const char *cells[3];
	struct oid content;
	struct json *j;

	if (depth == 0)
		return 0;
	if (card_content(&content, k, l, e) < 0)
		return -1;
	cells[0] = arena_printf(&k->a, "%s%s", depth_text(k, depth - 1),
	    l->rel);
	cells[1] = l->name;
	cells[2] = oid_print(id, &content);
	doc_row(&k->d, cells);
	j = json_add_map(&k->a, k->lineage, NULL);
	json_add_text(&k->a, j, "relation", l->rel);
	json_add_text(&k->a, j, "name", l->name);
	json_add_text(&k->a, j, "id", id);
	json_add_text(&k->a, j, "link", oid_print(id, &l->id));
	json_add_int(&k->a, j, "depth", depth);
	return 0;
}

int
card_lineage(struct card *k, struct err *e)
{
	const char *heads[] = { "relation", "name", "object" };
	const struct oid *id = &k->bytes.item.id;
	int r;

	/* a plain file has that of the run which made it */
	if (k->bytes.manifest == NULL && k->has_run)
		id = &k->run.manifest;
	if (oid_is_none(id) || (k->bytes.manifest == NULL && !k->has_run)) {
		card_lacks(k, "Lineage (the model is a plain file)");
		return 0;
	}
	card_heading(k, "Lineage");
	doc_table_open(&k->d, heads, 3, NULL);
	r = catalog_lineage(k->c, id, write_link, k, e);
	doc_table_close(&k->d);
	return r < 0 ? -1 : 0;
}

/* "model:churn@champion" is "champion", "model:churn@3" "version 3". */
static const char *
move_text(struct card *k, const struct history_entry *h)
{
	const char *at = strchr(h->label, '@');

	return strcmp(h->record->op, "add") == 0 ? arena_printf(&k->a,
	    "version %u", (unsigned)h->record->number) : at ? at + 1 :
	    h->label;
}

static int
write_move(void *ctx, const struct history_entry *h, struct err *e)
{
	struct card *k = ctx;
	const struct audit_record *r = h->record;
	const char *cells[6];
	struct json *j;

	(void)e;
	if (r->number != k->bytes.item.version &&
	    r->was != k->bytes.item.version)
		return 0;
	cells[0] = arena_strdup(&k->a, r->time);
	cells[1] = move_text(k, h);
	cells[2] = arena_strdup(&k->a, r->op);
	cells[3] = r->was ? arena_printf(&k->a, "%u to %u", (unsigned)r->was,
	    (unsigned)r->number) : r->number ? arena_printf(&k->a, "%u",
	    (unsigned)r->number) : "";
	cells[4] = arena_strdup(&k->a, r->user);
	cells[5] = arena_strdup(&k->a, r->note);
	doc_row(&k->d, cells);
	j = json_add_map(&k->a, k->history, NULL);
	json_add_text(&k->a, j, "time", cells[0]);
	json_add_text(&k->a, j, "name", arena_strdup(&k->a, h->label));
	json_add_text(&k->a, j, "op", cells[2]);
	json_add_int(&k->a, j, "version", r->number);
	json_add_int(&k->a, j, "was", r->was);
	json_add_text(&k->a, j, "user", cells[4]);
	json_add_text(&k->a, j, "note", cells[5]);
	return 0;
}

int
card_history(struct card *k, struct err *e)
{
	const char *heads[] = { "time", "what", "how", "version", "by",
	    "note" };
	int r;

	if (k->bytes.item.kind != NAME_MODEL || k->bytes.item.version == 0 ||
	    catalog_repo(k->c) == NULL)
		return 0;
	card_heading(k, "Promotion");
	doc_table_open(&k->d, heads, 6, NULL);
	r = catalog_history(k->c, NAME_MODEL, k->bytes.item.base, write_move, k,
	    e);
	doc_table_close(&k->d);
	return r;
}

void
card_what_is_missing(struct card *k)
{
	card_heading(k, "What is missing");
	if (k->n_missing == 0) {
		doc_paragraph(&k->d, "Nothing: every field is evidence or "
		    "stated.");
		return;
	}
	doc_list_open(&k->d);
	for (size_t i = 0; i < k->n_missing; i++)
		doc_item(&k->d, k->missing[i]);
	doc_list_close(&k->d);
}
