#include "flow/card/internal.h"

#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "catalog/bytes.h"
#include "catalog/history.h"
#include "catalog/lineage.h"
#include "track/find.h"

/* What only a person can say, in the order of the card. */
static const struct {
	const char *field, *title, *section;
} stated[] = {
	{ "owner", "Owner", "details" }, { "contact", "Contact", "details" },
	{ "license", "License", "details" },
	{ "description", "Description", "details" },
	{ "intended_use", "Intended use", "uses" },
	{ "out_of_scope", "Out-of-scope use", "uses" },
	{ "users", "Intended users", "uses" },
	{ "limitations", "Limitations", "risks" },
	{ "risks", "Risks and biases", "risks" },
	{ "ethics", "Ethical considerations", "risks" },
	{ "oversight", "Human oversight", "risks" },
};

#define N_STATED (sizeof(stated) / sizeof(*stated))
#define N_KNOWN (N_STATED + FRONT_FIELDS)

static bool
is_words(const struct json *list)
{
	for (const struct json *j = list->child; j; j = j->next)
		if (j->type != JSON_TEXT)
			return false;
	return list->type == JSON_LIST;
}

int
card_check_notes(const struct json *notes, struct err *e)
{
	const char *known[N_KNOWN], *near;

	if (notes->type != JSON_MAP)
		return err_set(e, ERR_USAGE, "the notes must be a map of "
		    "fields");
	for (size_t i = 0; i < N_KNOWN; i++)
		known[i] = i < N_STATED ? stated[i].field :
		    card_front_fields[i - N_STATED];
	for (const struct json *j = notes->child; j; j = j->next) {
		size_t i = 0;

		while (i < N_KNOWN && strcmp(known[i], j->key) != 0)
			i++;
		/* a field left empty is one nobody has filled in yet */
		if (i < N_KNOWN && (j->type == JSON_TEXT || j->type ==
		    JSON_NULL || (i >= N_STATED && is_words(j))))
			continue;
		if (i < N_KNOWN)
			return err_set(e, ERR_USAGE, "line %u: '%s' must be "
			    "text%s", j->line, j->key, i < N_STATED ? "" :
			    " or a list of texts");
		near = nearest_word(j->key, known, N_KNOWN);
		return err_set(e, ERR_USAGE, "line %u: no card has a field "
		    "'%s'%s%s%s", j->line, j->key, near ? "; did you mean '" :
		    "", near ? near : "", near ? "'?" : "");
	}
	return 0;
}

void
card_heading(struct card *k, const char *title)
{
	k->section = title;
	doc_heading(&k->d, 2, title);
}

/* A statement as data; `value` is NULL when it is missing. */
static void
field(struct card *k, const char *name, const char *status, const char *value)
{
	struct json *j = json_add_map(&k->a, k->fields, NULL);

	json_add_text(&k->a, j, "section", k->section);
	json_add_text(&k->a, j, "field", name);
	json_add_text(&k->a, j, "status", status);
	if (value)
		json_add_text(&k->a, j, "value", value);
	else
		json_add_null(&k->a, j, "value");
}

void
card_lacks(struct card *k, const char *what)
{
	field(k, what, "missing", NULL);
	if (k->n_missing < sizeof(k->missing) / sizeof(*k->missing))
		k->missing[k->n_missing++] = what;
}

/* Facts of a section that the notes state; false when there are none. */
static bool
write_stated(struct card *k, const char *section)
{
	bool any = false;

	for (size_t i = 0; i < N_STATED; i++) {
		const char *s;

		if (strcmp(stated[i].section, section) != 0)
			continue;
		s = k->r->notes ? json_text(k->r->notes, stated[i].field,
		    NULL) : NULL;
		if (s && *s) {
			doc_note(&k->d, stated[i].title, s);
			field(k, stated[i].title, "stated", s);
		} else {
			card_lacks(k, stated[i].title);
		}
		any |= s && *s;
	}
	return any;
}

const char *
card_meta(const struct card *k, const char *key)
{
	return model_meta(k->model, key);
}

void
card_fact(struct card *k, const char *label, const char *s)
{
	if (s == NULL || *s == '\0')
		return;
	doc_fact(&k->d, label, s);
	field(k, label, "evidence", s);
}

/* --- model details -------------------------------------------------------- */

static const char *
classes_text(struct card *k)
{
	struct buf b;
	size_t n;
	const char *const *c = model_classes(k->model, &n);
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

static void
write_details(struct card *k)
{
	const struct onnx_model *o = model_onnx(k->model);
	char id[OID_TEXT];

	card_heading(k, "Model details");
	card_fact(k, "Model", k->bytes.item.label);
	card_fact(k, "Model file", oid_print(id, catalog_bytes_id(&k->bytes)));
	if (!oid_is_none(&k->bytes.item.id))
		card_fact(k, "Manifest", oid_print(id, &k->bytes.item.id));
	card_fact(k, "Learner", card_meta(k, "mlv.learner"));
	card_fact(k, "Task", card_meta(k, "mlv.task"));
	card_fact(k, "Target", card_meta(k, "mlv.target"));
	card_fact(k, "Classes", classes_text(k));
	card_fact(k, "Positive class", card_meta(k, "mlv.positive"));
	card_fact(k, "Format", arena_printf(&k->a, "ONNX IR %lld, opset %lld, "
	    "ai.onnx.ml %lld, made by %s", (long long)o->ir_version,
	    (long long)onnx_opset_of(o, ""),
	    (long long)onnx_opset_of(o, "ai.onnx.ml"), *o->producer ?
	    o->producer : "an unnamed producer"));
	card_fact(k, "Size", arena_printf(&k->a, "%zu bytes, %zu operators",
	    k->bytes.n, o->n_nodes));
	(void)write_stated(k, "details");
}

/* A section that only a person can fill. */
static void
write_said(struct card *k, const char *title, const char *section)
{
	card_heading(k, title);
	if (!write_stated(k, section))
		doc_notice(&k->d, "Nobody has stated anything here: give "
		    "mlv-card new --notes a file that does.");
}

/* A name as one word of a shell, to be copied without harm. */
static const char *
shell_word(struct card *k, const char *name)
{
	struct buf b;
	char *s;

	if (*name && *name != '-' && strspn(name, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-") == strlen(name))
		return name;
	buf_init(&b, BUF_CAP_DOC);
	buf_adds(&b, *name == '-' ? "'./" : "'");
	for (; *name; name++)
		if (*name == '\'')
			buf_adds(&b, "'\\''");
		else
			buf_addc(&b, *name);
	buf_addc(&b, '\'');
	s = arena_strdup(&k->a, b.data);
	buf_free(&b);
	return s;
}

static void
write_start(struct card *k)
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

	if (params == NULL || params->child == NULL)
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

static void
write_data(struct card *k, const struct link *l)
{
	char id[OID_TEXT];
	struct err ignored;
	const struct json *m;

	card_fact(k, "Training data", arena_printf(&k->a, "%s, %s", l->name,
	    oid_print(id, &l->id)));
	if (catalog_manifest(&m, &k->a, k->c, &l->id, &ignored) < 0)
		return;
	if (json_get(m, "rows"))
		card_fact(k, "Rows", arena_printf(&k->a, "%lld",
		    (long long)json_int(m, "rows", 0)));
	if (json_get(m, "columns"))
		card_fact(k, "Columns", arena_printf(&k->a, "%zu",
		    json_get(m, "columns")->n));
}

/* What the run read first. */
static bool
run_data(struct link *l, const struct card *k)
{
	for (size_t i = 0; k->has_run && i < k->run.n_links; i++)
		if (strcmp(k->run.link[i].rel, "input") == 0) {
			*l = k->run.link[i];
			return true;
		}
	return false;
}

/* Of the version, else of the run that made the file, or NULL. */
static const struct json *
params_of(const struct card *k)
{
	return k->bytes.manifest ? json_get(k->bytes.manifest, "params") :
	    k->has_run ? k->run.params : NULL;
}

static void
write_training(struct card *k)
{
	const struct json *m = k->bytes.manifest, *git;
	struct link l;

	card_heading(k, "Training details");
	if ((m && manifest_find(&l, m, "data", NULL)) || run_data(&l, k))
		write_data(k, &l);
	else
		card_lacks(k, "Training data");
	if (k->has_run) {
		card_fact(k, "Run", arena_printf(&k->a, "run:%s", k->run.id));
		git = json_get(k->run.facts, "git");
		if (git)
			card_fact(k, "Code", arena_printf(&k->a, "git commit %s%s",
			    json_text(git, "commit", "?"), json_bool(git,
			    "dirty", false) ? ", with changes kept in the run" :
			    ""));
	}
	if (!k->has_run || json_get(k->run.facts, "git") == NULL)
		card_lacks(k, "Code version");
	write_params(k, params_of(k));
	card_curves(k);
}

/* --- cost, lineage, what is missing --------------------------------------- */

static void
write_cost(struct card *k)
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
	card_fact(k, "CPU time", arena_printf(&k->a, "%.3g s", json_num(u, "cpu_s",
	    0)));
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

/* Spaces that a table does not take away, and an arrow. */
static const char *
indent(struct card *k, int depth)
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
one_link(void *ctx, int depth, const struct link *l, struct err *e)
{
	struct card *k = ctx;
	char id[OID_TEXT];
	const char *cells[3];
	struct json *j;

	(void)e;
	if (depth == 0)
		return 0;
	cells[0] = arena_printf(&k->a, "%s%s", indent(k, depth - 1), l->rel);
	cells[1] = l->name;
	cells[2] = oid_print(id, &l->id);
	doc_row(&k->d, cells);
	j = json_add_map(&k->a, k->lineage, NULL);
	json_add_text(&k->a, j, "relation", l->rel);
	json_add_text(&k->a, j, "name", l->name);
	json_add_text(&k->a, j, "id", id);
	json_add_int(&k->a, j, "depth", depth);
	return 0;
}

static int
write_lineage(struct card *k, struct err *e)
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
	r = catalog_lineage(k->c, id, one_link, k, e);
	doc_table_close(&k->d);
	return r < 0 ? -1 : 0;
}

/* "model:churn@champion" is "champion", "model:churn@3" "version 3". */
static const char *
what_moved(struct card *k, const struct history_entry *h)
{
	const char *at = strchr(h->label, '@');

	return strcmp(h->record->op, "add") == 0 ? arena_printf(&k->a,
	    "version %u", (unsigned)h->record->number) : at ? at + 1 :
	    h->label;
}

static int
one_move(void *ctx, const struct history_entry *h, struct err *e)
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
	cells[1] = what_moved(k, h);
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

/* Who registered this version, who let it answer, and by which gate. */
static int
write_history(struct card *k, struct err *e)
{
	const char *heads[] = { "time", "what", "how", "version", "by",
	    "note" };
	int r;

	if (k->bytes.item.kind != NAME_MODEL || k->bytes.item.version == 0 ||
	    catalog_repo(k->c) == NULL)
		return 0;
	card_heading(k, "Promotion");
	doc_table_open(&k->d, heads, 6, NULL);
	r = catalog_history(k->c, NAME_MODEL, k->bytes.item.base, one_move, k,
	    e);
	doc_table_close(&k->d);
	return r;
}

static void
write_missing(struct card *k)
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

/* One sentence under the title: what it is, in the words of its file. */
static void
write_lead(struct card *k)
{
	const char *task = card_meta(k, "mlv.task");
	const char *target = card_meta(k, "mlv.target");
	const char *learner = card_meta(k, "mlv.learner");
	const char *positive = card_meta(k, "mlv.positive");

	if (task == NULL || target == NULL)
		return;
	doc_paragraph(&k->d, arena_printf(&k->a, "%s of %s%s%s%s%s.",
	    strcmp(task, "regression") == 0 ? "Regression" :
	    strcmp(task, "binary") == 0 ? "Binary classification" :
	    "Classification", target, positive ? ", looking for " : "",
	    positive ? positive : "", learner ? ", by the learner " : "",
	    learner ? learner : ""));
}

/* The card as a document into `out`, and as data into k->root. */
static int
write_all(struct card *k, struct buf *out, struct err *e)
{
	const struct json *params = params_of(k);

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
	write_lead(k);
	if (card_headline(k, e) < 0)
		return -1;
	write_details(k);
	write_said(k, "Uses", "uses");
	write_said(k, "Bias, risks and limitations", "risks");
	write_start(k);
	write_training(k);
	if (card_evaluations(k, e) < 0)
		return -1;
	card_inputs(k);
	write_cost(k);
	if (write_lineage(k, e) < 0 || write_history(k, e) < 0)
		return -1;
	write_missing(k);
	doc_close(&k->d);
	if (k->r->form == DOC_MARKDOWN && card_front(k, out, e) < 0)
		return -1;
	if (k->r->json) {
		buf_clear(out);
		json_write(out, k->root);
		buf_addc(out, '\n');
	}
	return buf_check(out, e);
}

/* A given evaluation must be one, and of these bytes. */
static int
check_evaluation(struct card *k, struct err *e)
{
	const struct json *v = k->r->evaluation;
	const char *of;
	char id[OID_TEXT];

	if (v == NULL)
		return 0;
	if (v->type != JSON_MAP || json_get(v, "metrics") == NULL)
		return err_set(e, ERR_FORMAT, "the evaluation has no metrics");
	of = json_text(v, "model_id", "");
	if (*of && strcmp(of, oid_print(id, catalog_bytes_id(&k->bytes))) != 0)
		return err_set(e, ERR_FORMAT, "the evaluation is of another "
		    "model, %s", of);
	return 0;
}

static bool
put_out(const struct run *r, const struct oid *content)
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
	k->has_run = k->bytes.manifest || put_out(&k->run,
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
	got = score_open(&k.plan, k.bytes.data, k.bytes.n, NULL, e);
	if (got < 0) {
		err_wrap(e, "%s", r->model);
		goto done;
	}
	k.model = score_model(k.plan);
	got = check_evaluation(&k, e);
	if (got == 0)
		got = find_run(&k, e);
	if (got == 0)
		got = write_all(&k, out, e);
	*missing = k.n_missing;
	if (k.has_run)
		run_free(&k.run);
done:
	score_close(k.plan);
	catalog_bytes_close(&k.bytes);
	arena_free(&k.a);
	return got;
}
