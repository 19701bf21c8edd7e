#include "card/card.h"

#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "base/num.h"
#include "catalog/journal.h"
#include "doc/plot.h"
#include "model/score.h"

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

struct card {
	struct doc d;
	struct arena a;
	const struct card_request *r;
	struct catalog *c;
	struct catalog_bytes bytes;
	struct score_plan *plan;
	const struct model *model;
	struct run run;
	bool has_run;
	const char *missing[32];
	size_t n_missing;
	size_t n_evaluations;
	/* the same statements as data */
	struct json *root, *fields, *evaluations, *inputs, *lineage;
	const char *section;
};

int
card_check_notes(const struct json *notes, struct err *e)
{
	const char *known[N_STATED], *near;

	if (notes->type != JSON_MAP)
		return err_set(e, ERR_USAGE, "the notes must be a map of "
		    "fields");
	for (size_t i = 0; i < N_STATED; i++)
		known[i] = stated[i].field;
	for (const struct json *j = notes->child; j; j = j->next) {
		size_t i = 0;

		while (i < N_STATED && strcmp(known[i], j->key) != 0)
			i++;
		/* a field left empty is one nobody has filled in yet */
		if (i < N_STATED && (j->type == JSON_TEXT || j->type ==
		    JSON_NULL))
			continue;
		if (i < N_STATED)
			return err_set(e, ERR_USAGE, "line %u: '%s' must be "
			    "text", j->line, j->key);
		near = nearest_word(j->key, known, N_STATED);
		return err_set(e, ERR_USAGE, "line %u: no card has a field "
		    "'%s'%s%s%s", j->line, j->key, near ? "; did you mean '" :
		    "", near ? near : "", near ? "'?" : "");
	}
	return 0;
}

static void
heading(struct card *k, const char *title)
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

static void
lacks(struct card *k, const char *what)
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
			doc_fact(&k->d, stated[i].title, s);
			field(k, stated[i].title, "stated", s);
		} else {
			lacks(k, stated[i].title);
		}
		any |= s && *s;
	}
	return any;
}

static void
end_facts(struct card *k)
{
	if (k->d.form == DOC_MARKDOWN)
		buf_addc(k->d.out, '\n');
}

static const char *
meta(const struct card *k, const char *key)
{
	return model_meta(k->model, key);
}

static void
fact(struct card *k, const char *label, const char *s)
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

	heading(k, "Model details");
	fact(k, "Model", k->bytes.item.label);
	fact(k, "Model file", oid_print(id, catalog_bytes_id(&k->bytes)));
	if (!oid_is_none(&k->bytes.item.id))
		fact(k, "Manifest", oid_print(id, &k->bytes.item.id));
	fact(k, "Learner", meta(k, "mlv.learner"));
	fact(k, "Task", meta(k, "mlv.task"));
	fact(k, "Target", meta(k, "mlv.target"));
	fact(k, "Classes", classes_text(k));
	fact(k, "Positive class", meta(k, "mlv.positive"));
	fact(k, "Format", arena_printf(&k->a, "ONNX IR %lld, opset %lld, "
	    "ai.onnx.ml %lld, made by %s", (long long)o->ir_version,
	    (long long)onnx_opset_of(o, ""),
	    (long long)onnx_opset_of(o, "ai.onnx.ml"), *o->producer ?
	    o->producer : "an unnamed producer"));
	fact(k, "Size", arena_printf(&k->a, "%zu bytes, %zu operators",
	    k->bytes.n, o->n_nodes));
	(void)write_stated(k, "details");
	end_facts(k);
}

/* A section that only a person can fill. */
static void
write_said(struct card *k, const char *title, const char *section)
{
	heading(k, title);
	if (!write_stated(k, section))
		doc_notice(&k->d, "Nobody has stated anything here.");
	else
		end_facts(k);
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

	heading(k, "How to get started");
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

	fact(k, "Training data", arena_printf(&k->a, "%s, %s", l->name,
	    oid_print(id, &l->id)));
	if (catalog_manifest(&m, &k->a, k->c, &l->id, &ignored) < 0)
		return;
	if (json_get(m, "rows"))
		fact(k, "Rows", arena_printf(&k->a, "%lld",
		    (long long)json_int(m, "rows", 0)));
	if (json_get(m, "columns"))
		fact(k, "Columns", arena_printf(&k->a, "%zu",
		    json_get(m, "columns")->n));
}

static void
write_training(struct card *k)
{
	const struct json *m = k->bytes.manifest, *git;
	struct link l;

	heading(k, "Training details");
	if (m && manifest_find(&l, m, "data", NULL))
		write_data(k, &l);
	else
		lacks(k, "Training data");
	if (k->has_run) {
		fact(k, "Run", arena_printf(&k->a, "run:%s", k->run.id));
		git = json_get(k->run.facts, "git");
		if (git)
			fact(k, "Code", arena_printf(&k->a, "git commit %s%s",
			    json_text(git, "commit", "?"), json_bool(git,
			    "dirty", false) ? ", with changes kept in the run" :
			    ""));
	}
	if (!k->has_run || json_get(k->run.facts, "git") == NULL)
		lacks(k, "Code version");
	end_facts(k);
	write_params(k, m ? json_get(m, "params") : NULL);
}

/* --- evaluation ----------------------------------------------------------- */

static const char *
short_number(struct card *k, double v)
{
	return arena_printf(&k->a, "%.6g", v);
}

static void
write_metrics(struct card *k, const struct json *metrics)
{
	const char *heads[] = { "metric", "value", "95 % interval", "by" };
	const char *cells[4];

	doc_table_open(&k->d, heads, 4, "lrrl");
	for (const struct json *j = metrics->child; j; j = j->next) {
		bool map = j->type == JSON_MAP;

		cells[0] = j->key;
		cells[1] = short_number(k, map ? json_num(j, "value", 0) :
		    j->d);
		cells[2] = map && json_get(j, "low") ? arena_printf(&k->a,
		    "%.6g to %.6g", json_num(j, "low", 0), json_num(j, "high",
		    0)) : "";
		cells[3] = map ? json_text(j, "interval", "") : "";
		doc_row(&k->d, cells);
	}
	doc_table_close(&k->d);
}

static double
item(const struct json *list, size_t i)
{
	const struct json *j = list ? list->child : NULL;

	while (j && i--)
		j = j->next;
	return j ? j->d : 0;
}

static void
plot_roc(struct card *k, const struct json *roc)
{
	double x[256], y[256];
	struct plot_series s = { NULL, x, y, 0 };
	struct plot p = { .kind = PLOT_LINES, .title = "ROC curve",
	    .x_label = "false positive rate", .y_label = "true positive rate",
	    .series = &s, .n_series = 1, .diagonal = true,
	    .unit_square = true };

	for (const struct json *j = roc->child; j && s.n < 256; j = j->next) {
		x[s.n] = item(j, 0);
		y[s.n++] = item(j, 1);
	}
	doc_plot(&k->d, &p);
}

static void
plot_reliability(struct card *k, const struct json *bins)
{
	double x[64], y[64];
	struct plot_series s = { NULL, x, y, 0 };
	struct plot p = { .kind = PLOT_POINTS,
	    .title = "Reliability: the share of positives by mean score",
	    .x_label = "mean score", .y_label = "share of positives",
	    .series = &s, .n_series = 1, .diagonal = true,
	    .unit_square = true };

	for (const struct json *j = bins->child; j && s.n < 64; j = j->next) {
		if (json_num(j, "rows", 0) <= 0)
			continue;
		x[s.n] = json_num(j, "score", 0);
		y[s.n++] = json_num(j, "share", 0);
	}
	doc_plot(&k->d, &p);
}

/* Rows are the true classes, columns what the model says. */
static void
write_confusion(struct card *k, const struct json *confusion,
    const struct json *classes)
{
	const char *heads[16] = { "true class" }, *cells[16];
	const struct json *c = classes ? classes->child : NULL;
	size_t n = 1;

	if (confusion->n > 14)
		return;
	for (const struct json *j = c; j && n < 15; j = j->next)
		heads[n++] = arena_printf(&k->a, "predicted %s",
		    j->type == JSON_TEXT ? j->s : "");
	doc_table_open(&k->d, heads, n, "lrrrrrrrrrrrrrr");
	for (const struct json *row = confusion->child; row; row = row->next) {
		size_t i = 1;

		cells[0] = c && c->type == JSON_TEXT ? c->s : "";
		for (const struct json *v = row->child; v && i < n;
		    v = v->next)
			cells[i++] = arena_printf(&k->a, "%.0f", v->d);
		while (i < n)
			cells[i++] = "";
		doc_row(&k->d, cells);
		c = c ? c->next : NULL;
	}
	doc_table_close(&k->d);
}

static void
keep_evaluation(struct card *k, const struct json *m, const char *id)
{
	struct json *j = json_add_map(&k->a, k->evaluations, NULL);
	struct json *copy = json_new(&k->a, m->type);

	if (id)
		json_add_text(&k->a, j, "id", id);
	*copy = *m;		/* what it holds is shared, it is only read */
	json_add(&k->a, j, "evaluation", copy);
}

static void
write_evaluation(struct card *k, const struct json *m, const char *id)
{
	const struct json *metrics = json_get(m, "metrics");
	const struct json *part;

	k->n_evaluations++;
	keep_evaluation(k, m, id);
	doc_heading(&k->d, 3, arena_printf(&k->a, "On %s", json_text(m, "data",
	    json_text(m, "data_name", json_text(m, "label", "data")))));
	if (id)
		fact(k, "Evidence", id);
	if (json_get(m, "rows"))
		fact(k, "Rows", arena_printf(&k->a, "%lld",
		    (long long)json_int(m, "rows", 0)));
	end_facts(k);
	if (metrics && metrics->type == JSON_MAP)
		write_metrics(k, metrics);
	if ((part = json_get(m, "confusion")) != NULL)
		write_confusion(k, part, json_get(m, "classes"));
	if ((part = json_get(m, "roc")) != NULL)
		plot_roc(k, part);
	if ((part = json_get(m, "reliability")) != NULL)
		plot_reliability(k, part);
}

static int
one_evaluation(void *ctx, const struct json *m, const struct oid *id,
    struct err *e)
{
	struct card *k = ctx;
	char text[OID_TEXT];

	(void)e;
	write_evaluation(k, m, oid_print(text, id));
	return k->n_evaluations >= 4;
}

static int
write_evaluations(struct card *k, struct err *e)
{
	heading(k, "Evaluation");
	if (k->r->evaluation)
		write_evaluation(k, k->r->evaluation, NULL);
	if (catalog_store(k->c) && catalog_each_evaluation(&k->a, k->c,
	    catalog_bytes_id(&k->bytes), one_evaluation, k, e) < 0)
		return -1;
	if (k->n_evaluations == 0) {
		doc_notice(&k->d, "No evaluation is recorded for this model.");
		lacks(k, "Evaluation on held-out data");
	}
	return 0;
}

/* --- inputs, outputs, what was seen in training --------------------------- */

static const struct json *
profile_column(const struct json *profile, const char *name)
{
	const struct json *c = json_get(profile, "columns");

	for (c = c ? c->child : NULL; c; c = c->next)
		if (strcmp(json_text(c, "name", ""), name) == 0)
			return c;
	return NULL;
}

/* "0 to 72", or the most frequent values. */
static const char *
seen_text(struct card *k, const struct json *c)
{
	const struct json *values = json_path(c, "values.values"), *j;
	struct buf b;
	char *s;
	int n = 0;

	if (json_get(c, "min") && json_get(c, "max"))
		return arena_printf(&k->a, "%s to %s", short_number(k,
		    json_num(c, "min", 0)), short_number(k, json_num(c, "max",
		    0)));
	buf_init(&b, BUF_CAP_SMALL);
	for (j = values ? values->child : NULL; j && n < 5; j = j->next)
		if (j->type == JSON_TEXT)
			buf_addf(&b, "%s%.40s", n++ ? ", " : "", j->s);
	if (j)
		buf_adds(&b, ", ...");
	s = arena_strdup(&k->a, b.data);
	buf_free(&b);
	return s;
}

static void
keep_input(struct card *k, const char *const cells[4])
{
	struct json *j = json_add_map(&k->a, k->inputs, NULL);

	json_add_text(&k->a, j, "name", cells[0]);
	json_add_text(&k->a, j, "type", cells[1]);
	json_add_text(&k->a, j, "seen", cells[2]);
	json_add_text(&k->a, j, "missing", cells[3]);
}

static void
write_inputs(struct card *k)
{
	const char *heads[] = { "input", "type", "in training",
	    "missing in training" }, *cells[4];
	const char *text = meta(k, "mlv.profile");
	struct json *profile = NULL;
	struct err ignored;
	const struct table_want *want;
	size_t n;

	if (text && json_parse(&profile, &k->a, text, strlen(text), 0,
	    &ignored) < 0)
		profile = NULL;
	if (profile == NULL)
		lacks(k, "Training profile");
	heading(k, "Inputs and outputs");
	want = score_wants(k->plan, &n);
	doc_table_open(&k->d, heads, 4, "lllr");
	for (size_t i = 0; i < n; i++) {
		const struct json *c = profile ? profile_column(profile,
		    want[i].name) : NULL;
		double missing = json_num(c, "missing", 0);
		double present = json_num(c, "present", 0);

		cells[0] = want[i].name;
		cells[1] = want[i].type == COL_CATEGORY ? "category" :
		    want[i].type == COL_FLOAT64 ? "number" :
		    col_type_name(want[i].type);
		cells[2] = c ? seen_text(k, c) : "";
		cells[3] = c && missing + present > 0 ? arena_printf(&k->a,
		    "%.2f %%", 100 * missing / (missing + present)) : "";
		doc_row(&k->d, cells);
		keep_input(k, cells);
	}
	doc_table_close(&k->d);
	doc_list_open(&k->d);
	{
		const struct score_column *o = score_columns(k->plan, &n);

		for (size_t i = 0; i < n; i++)
			doc_item(&k->d, arena_printf(&k->a, "%s (%s)",
			    o[i].name, col_type_name(o[i].type)));
	}
	doc_list_close(&k->d);
}

/* --- cost, lineage, what is missing --------------------------------------- */

static void
write_cost(struct card *k)
{
	const struct json *u = k->has_run ? json_get(k->run.facts, "usage") :
	    NULL;

	heading(k, "Environmental impact");
	if (u == NULL) {
		lacks(k, "Cost of training");
		doc_notice(&k->d, "What training cost is not recorded.");
		return;
	}
	fact(k, "Wall time", arena_printf(&k->a, "%.3g s", json_num(u,
	    "wall_s", 0)));
	fact(k, "CPU time", arena_printf(&k->a, "%.3g s", json_num(u, "cpu_s",
	    0)));
	if (json_get(u, "max_rss_bytes"))
		fact(k, "Peak memory", arena_printf(&k->a, "%.4g MB",
		    json_num(u, "max_rss_bytes", 0) / 1e6));
	if (json_get(u, "energy_j"))
		fact(k, "Energy", arena_printf(&k->a, "%.3g J (%s)",
		    json_num(u, "energy_j", 0), strcmp(json_text(u,
		    "energy_from", ""), "rapl") == 0 ? "measured" :
		    "an estimate"));
	end_facts(k);
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
	cells[0] = arena_printf(&k->a, "%.*s%s", depth > 1 ? 2 * (depth - 1) :
	    0, "                    ", l->rel);
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
	int r;

	if (oid_is_none(&k->bytes.item.id) || k->bytes.manifest == NULL) {
		lacks(k, "Lineage (the model is a plain file)");
		return 0;
	}
	heading(k, "Lineage");
	doc_table_open(&k->d, heads, 3, NULL);
	r = catalog_lineage(k->c, &k->bytes.item.id, one_link, k, e);
	doc_table_close(&k->d);
	return r < 0 ? -1 : 0;
}

static void
write_missing(struct card *k)
{
	heading(k, "What is missing");
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

/* The card as a document into `out`, and as data into k->root. */
static int
write_all(struct card *k, struct buf *out, struct err *e)
{
	const struct json *params = k->bytes.manifest ? json_get(
	    k->bytes.manifest, "params") : NULL;

	k->root = json_new(&k->a, JSON_MAP);
	json_add_text(&k->a, k->root, "schema", "mlv.card/1");
	json_add_text(&k->a, k->root, "model", k->bytes.item.label);
	k->fields = json_add_list(&k->a, k->root, "fields");
	k->evaluations = json_add_list(&k->a, k->root, "evaluations");
	k->inputs = json_add_list(&k->a, k->root, "inputs");
	k->lineage = json_add_list(&k->a, k->root, "lineage");
	if (params) {
		struct json *copy = json_new(&k->a, params->type);

		*copy = *params;
		json_add(&k->a, k->root, "params", copy);
	}
	doc_open(&k->d, out, k->r->form, arena_printf(&k->a,
	    "Model card: %s", k->bytes.item.label));
	write_details(k);
	write_said(k, "Uses", "uses");
	write_said(k, "Bias, risks and limitations", "risks");
	write_start(k);
	write_training(k);
	if (write_evaluations(k, e) < 0)
		return -1;
	write_inputs(k);
	write_cost(k);
	if (write_lineage(k, e) < 0)
		return -1;
	write_missing(k);
	doc_close(&k->d);
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

/* The run behind a registered version. */
static int
find_run(struct card *k, struct err *e)
{
	struct link l;

	if (k->bytes.manifest == NULL || !manifest_find(&l, k->bytes.manifest,
	    "run", NULL))
		return 0;
	k->has_run = journal_read(&k->run, k->c, l.name, e) == 0;
	return k->has_run || e->code == ERR_NOENT ? 0 : -1;
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
