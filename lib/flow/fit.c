#include "flow/fit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/energy.h"
#include "base/file.h"
#include "base/machine.h"
#include "base/mem.h"
#include "base/num.h"
#include "catalog/put.h"
#include "store/odb.h"
#include "store/worktree.h"
#include "track/journal.h"
#include "catalog/open_table.h"
#include "model/score.h"
#include "profile/profile.h"
#include "learn/learner.h"
#include "exec/provenance.h"

/* Energy counters that were not read for so long may have wrapped. */
#define ENERGY_FAR_US 60000000

struct fitting {
	struct catalog *c;
	struct repo *s;		/* NULL outside a repository */
	const struct fit_request *rq;
	struct fit_outcome *out;
	struct arena arena;
	struct table_read_opts read;
	struct frame_opts opts;
	struct catalog_bytes train_bytes, valid_bytes;
	struct table *train_table, *valid_table;
	struct frame train, valid;
	struct learned learned;
	size_t probe[FIT_GOLDEN], n_probes;
	struct score_plan *plan;
	struct buf bytes;
	struct out_file file;
	bool file_open;
	struct journal *j;
	int64_t wall_us, cpu_us;
	struct energy energy;
};

/* --- reading -------------------------------------------------------------- */

static int
open_output(struct fitting *f, struct err *e)
{
	const char *path = f->rq->output;
	char *temp = NULL, *inside = NULL;
	struct stat st;
	int r;

	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return err_set(e, ERR_USAGE, "'%s' is not a regular file",
		    path);
	if (f->s && (inside = worktree_relative(f->s, path)) != NULL)
		temp = repo_temp(f->s);
	r = out_file_open_in(&f->file, f->s ? repo_os(f->s) : os_real(), path,
	    temp, 0666, true, e);
	if (r == 0 && f->file.temp == NULL) {
		out_file_drop(&f->file);
		r = err_set(e, ERR_USAGE, "'%s' is not a file of its own: "
		    "standard output carries the record", path);
	}
	f->file_open = r == 0;
	free(inside);
	free(temp);
	return r;
}

/* Columns the user calls categories are read as such, so that their text
 * is what the server will see. */
static void
train_types(struct fitting *f)
{
	const struct frame_opts *o = &f->rq->frame;
	struct table_type *t = arena_alloc(&f->arena, (f->read.n_types +
	    o->n_categorical + 1) * sizeof(*t));
	size_t n = 0;

	for (size_t i = 0; i < f->read.n_types; i++)
		t[n++] = f->read.types[i];
	for (size_t i = 0; i < o->n_categorical; i++)
		t[n++] = (struct table_type){ o->categorical[i],
		    COL_CATEGORY };
	f->read.types = t;
	f->read.n_types = n;
}

/* The validation rows have the training rows' types. */
static void
valid_types(struct table_read_opts *o, struct fitting *f)
{
	const struct table *t = f->train_table;
	struct table_type *types = arena_alloc(&f->arena,
	    (f->train.n_features + 1) * sizeof(*types));

	*o = f->read;
	for (size_t i = 0; i < f->train.n_features; i++) {
		const struct feature *x = &f->train.feature[i];

		types[i] = (struct table_type){ x->name, x->read_as };
	}
	o->types = types;
	o->n_types = f->train.n_features;
	if (col_type_is_text(table_find(t, f->train.target)->type)) {
		types[o->n_types++] = (struct table_type){ f->train.target,
		    COL_CATEGORY };
	}
}

/* Can the model be put there?  Nothing stays meanwhile: a kill while
 * learning leaves nothing behind. */
static int
try_output(struct fitting *f, struct err *e)
{
	if (open_output(f, e) < 0)
		return -1;
	out_file_drop(&f->file);
	f->file_open = false;
	return 0;
}

static int
read_rows(struct fitting *f, struct err *e)
{
	const struct fit_request *rq = f->rq;
	struct table_read_opts o;

	if (rq->read)
		f->read = *rq->read;
	f->read.threads = rq->threads;
	train_types(f);
	if (rq->valid && strcmp(rq->valid, "-") == 0 && strcmp(rq->data,
	    "-") == 0)
		return err_set(e, ERR_USAGE, "standard input cannot be both "
		    "the data and --valid");
	if (catalog_open_table(&f->train_table, &f->train_bytes, f->c,
	    rq->data, &f->read, e) < 0)
		return -1;
	if (frame_make(&f->train, f->train_table, &f->opts, e) < 0)
		return err_wrap(e, "%s", rq->data);
	if (rq->valid == NULL)
		return 0;
	valid_types(&o, f);
	if (catalog_open_table(&f->valid_table, &f->valid_bytes, f->c,
	    rq->valid, &o, e) < 0)
		return -1;
	if (f->valid_table->rows == 0)
		return err_set(e, ERR_FORMAT, "%s: there are no rows",
		    rq->valid);
	if (frame_like(&f->valid, &f->train, f->valid_table, e) < 0)
		return err_wrap(e, "%s", rq->valid);
	return 0;
}

/* --- the run -------------------------------------------------------------- */

static int
link_input(struct fitting *f, struct catalog_bytes *b, struct err *e)
{
	struct oid id;
	uint64_t size;

	if (b->item.kind == NAME_DATA) {
		if (odb_size(&size, repo_odb(f->s), &b->item.id, e) < 0)
			return -1;
		return journal_link(f->j, "input", TYPE_DATASET, b->item.label,
		    &b->item.id, size, e);
	}
	if (odb_put(&id, repo_odb(f->s), b->data, b->n, e) < 0)
		return -1;
	return journal_link(f->j, "input", b->type ? b->type : TYPE_BYTES,
	    b->item.label, &id, b->n, e);
}

static int
text_param(struct fitting *f, const char *name, const char *value,
    struct err *e)
{
	struct json *v;

	if (value == NULL)
		return 0;
	v = json_new(&f->arena, JSON_TEXT);
	v->s = value;
	v->n = strlen(value);
	return journal_param(f->j, name, v, e);
}

static int
list_param(struct fitting *f, const char *name, const char *const *list,
    size_t n, struct err *e)
{
	struct json *v = json_new(&f->arena, JSON_LIST);

	for (size_t i = 0; i < n; i++)
		json_add_text(&f->arena, v, NULL, list[i]);
	return n == 0 ? 0 : journal_param(f->j, name, v, e);
}

static struct learner_request
learner_request(const struct fitting *f)
{
	return (struct learner_request){ .name = f->rq->learner,
	    .set = f->rq->set, .n_set = f->rq->n_set, .seed = f->rq->seed,
	    .threads = f->rq->threads, .probe = f->probe,
	    .n_probes = f->n_probes, .progress = f->rq->progress };
}

/* What the learner goes by: what is given and every default.  Of words it
 * does not take, those, so that the failed run shows them. */
static int
record_settings(struct fitting *f, struct err *e)
{
	const struct fit_request *rq = f->rq;
	const struct learner_request lr = learner_request(f);
	struct err late = ERR_INIT;
	struct json *m;

	if (learner_params(&m, &f->arena, &lr, rq->valid != NULL, e) < 0) {
		for (size_t i = 0; i < rq->n_set; i++)
			(void)journal_param(f->j, rq->set[i].name,
			    journal_value(&f->arena, rq->set[i].value), &late);
		return -1;
	}
	for (const struct json *p = m->child; p; p = p->next)
		if (journal_param(f->j, p->key, p, e) < 0)
			return -1;
	return 0;
}

static int
record_params(struct fitting *f, struct err *e)
{
	const struct fit_request *rq = f->rq;
	char seed[NUM_TEXT_MAX];

	num_print_i64(seed, rq->seed);
	if (text_param(f, "learner", rq->learner, e) < 0 ||
	    text_param(f, "task", task_name(f->train.task), e) < 0 ||
	    text_param(f, "target", f->train.target, e) < 0 ||
	    text_param(f, "positive", rq->frame.positive, e) < 0 ||
	    text_param(f, "weight", rq->frame.weight, e) < 0 ||
	    list_param(f, "drop", rq->frame.drop, rq->frame.n_drop, e) < 0 ||
	    list_param(f, "categorical", rq->frame.categorical,
	    rq->frame.n_categorical, e) < 0 ||
	    list_param(f, "numeric", rq->frame.numeric, rq->frame.n_numeric,
	    e) < 0 ||
	    journal_param(f->j, "seed", journal_value(&f->arena, seed), e) < 0)
		return -1;
	return record_settings(f, e);
}

static int
begin_run(struct fitting *f, struct err *e)
{
	struct json *facts = json_new(&f->arena, JSON_MAP);
	struct journal_start start = { .verb = "fit", .name = f->rq->name,
	    .facts = facts };
	struct provenance t = { NULL, f->s, &f->arena, f->rq->log };

	if (f->s == NULL)
		return 0;
	provenance_machine(&f->arena, facts);
	if (journal_begin(&f->j, f->c, &start, e) < 0)
		return -1;
	snprintf(f->out->label, sizeof(f->out->label), "run:%s",
	    journal_id(f->j));
	if (record_params(f, e) < 0 || link_input(f, &f->train_bytes, e) < 0 ||
	    (f->rq->valid && link_input(f, &f->valid_bytes, e) < 0))
		return -1;
	t.j = f->j;
	return provenance_code(&t, e);
}

/* Early stopping keeps the best iteration's trees, not the last one's. */
static double
kept_value(const struct fitting *f, const struct history *h)
{
	int64_t at = f->learned.iterations;

	return h->value[at > 0 && (size_t)at <= h->n ? (size_t)at - 1 :
	    h->n - 1];
}

static void
record_cost(struct fitting *f, struct json *usage)
{
	struct provenance_cost cost = {
		.wall_us = clock_mono_us() - f->wall_us,
		.cpu_us = clock_cpu_us() - f->cpu_us,
		.max_rss_bytes = machine_peak_bytes(),
	};

	energy_update(&f->energy);
	/* nobody read the counters in between: they may have wrapped */
	cost.energy_known = f->energy.zones > 0 && cost.wall_us < ENERGY_FAR_US;
	cost.joules = f->energy.joules;
	provenance_cost(&f->arena, usage, &cost);
}

static int
record_results(struct fitting *f, struct err *e)
{
	const struct learned *l = &f->learned;
	struct json *m = json_new(&f->arena, JSON_MAP);

	for (size_t h = 0; h < l->n_histories; h++)
		for (size_t i = 0; i < l->history[h].n; i++)
			if (journal_metric(f->j, l->history[h].name,
			    (int64_t)i + 1, l->history[h].value[i], e) < 0)
				return -1;
	for (size_t h = 0; h < l->n_histories; h++)
		if (l->history[h].n && journal_summary(f->j,
		    l->history[h].name, kept_value(f, &l->history[h]), e) < 0)
			return -1;
	for (size_t i = 0; f->out->judged && i < f->out->valid.metrics.n; i++)
		if (journal_metric(f->j, f->out->valid.metrics.m[i].name,
		    l->iterations, f->out->valid.metrics.m[i].value, e) < 0)
			return -1;
	if (l->kernel)
		json_add_text(&f->arena, m, "blas_kernel", l->kernel);
	record_cost(f, m);
	return journal_fact(f->j, "usage", m, e);
}

/* --- the model ------------------------------------------------------------ */

/* What the model was trained on, for drift: features and target. */
static int
add_profile(struct fitting *f, struct err *e)
{
	const struct frame *t = &f->train;
	struct table picked = { t->rows, 0, NULL };
	struct profile *p;
	struct buf b;
	int r;

	picked.col = xalloc(t->n_features + 1, sizeof(*picked.col));
	for (size_t i = 0; i < t->n_features; i++)
		picked.col[picked.cols++] = *table_find(f->train_table,
		    t->feature[i].name);
	picked.col[picked.cols++] = *table_find(f->train_table, t->target);
	r = profile_of_table(&p, &picked, f->rq->threads, e);
	free(picked.col);
	if (r < 0)
		return -1;
	buf_init(&b, BUF_CAP_DOC);
	r = profile_write(&b, p, e);
	while (b.len && b.data[b.len - 1] == '\n')
		b.len--;
	if (r == 0)
		onnx_add_meta(&f->arena, f->learned.graph, "mlv.profile",
		    b.data, b.len);
	buf_free(&b);
	profile_free(p);
	return r;
}

/* The probed rows, as the scorer wants them. */
static int
probe_block(struct table **out, struct fitting *f, struct err *e)
{
	size_t n;
	const struct table_want *want = score_wants(f->plan, &n);
	struct table picked = { f->train_table->rows, n, NULL };
	int r;

	picked.col = xalloc(n + 1, sizeof(*picked.col));
	for (size_t i = 0; i < n; i++)
		picked.col[i] = *table_find(f->train_table, want[i].name);
	r = table_gather(out, &picked, f->probe, f->n_probes, e);
	free(picked.col);
	for (size_t i = 0; r == 0 && i < n; i++) {
		r = column_convert(&(*out)->col[i], want[i].type, e);
		if (r < 0)
			table_free(*out);
	}
	return r;
}

/* The engine must say what the learner says, within float rounding. */
static int
compare_answers(struct fitting *f, const struct table *block, struct err *e)
{
	const struct learned *l = &f->learned;
	size_t first = f->train.task == TASK_REGRESSION ? 0 : 1;
	struct scorer *s = scorer_new(f->plan);
	struct table *got;
	int r = scorer_run(&got, s, block, e);

	if (f->train.task == TASK_BINARY)
		first += f->train.positive;
	for (size_t i = 0; r == 0 && i < f->n_probes * l->width; i++) {
		double want = l->answer[i], have = column_number(
		    &got->col[first + i % l->width], i / l->width);

		if (!(fabs(have - want) <= 1e-4 * (1 + fabs(want))))
			r = err_set(e, ERR_CORRUPT, "the graph answers %g where "
			    "the learner says %g (row %zu)", have, want,
			    f->probe[i / l->width] + 1);
	}
	scorer_free(s);
	return r;
}

static int
write_graph(struct fitting *f, struct err *e)
{
	buf_clear(&f->bytes);
	onnx_write(&f->bytes, f->learned.graph);
	return buf_check(&f->bytes, e);
}

/* Prove the graph, then let the proof travel with it. */
static int
prove(struct fitting *f, struct err *e)
{
	struct table *block;
	struct buf golden;
	int r;

	if (write_graph(f, e) < 0 ||
	    score_open(&f->plan, f->bytes.data, f->bytes.len, NULL, e) < 0 ||
	    probe_block(&block, f, e) < 0)
		return -1;
	buf_init(&golden, BUF_CAP_DOC);
	r = compare_answers(f, block, e);
	if (r == 0)
		r = score_golden(&golden, f->plan, block, f->n_probes, e);
	table_free(block);
	if (r == 0)
		onnx_add_meta(&f->arena, f->learned.graph, "mlv.golden",
		    golden.data, golden.len);
	buf_free(&golden);
	if (r < 0 || write_graph(f, e) < 0)
		return -1;
	score_close(f->plan);
	f->plan = NULL;
	return score_open(&f->plan, f->bytes.data, f->bytes.len, NULL, e);
}

static int
learn(struct fitting *f, struct err *e)
{
	const struct fit_request *rq = f->rq;
	size_t n = f->train.rows < FIT_GOLDEN ? f->train.rows : FIT_GOLDEN;
	struct learner_request lr;
	const struct history *h;

	for (size_t i = 0; i < n; i++)
		f->probe[i] = i * f->train.rows / n;
	f->n_probes = n;
	lr = learner_request(f);
	if (learner_fit(&f->learned, &f->arena, &f->train, rq->valid ?
	    &f->valid : NULL, &lr, e) < 0)
		return -1;
	f->out->iterations = f->learned.iterations;
	f->out->converged = f->learned.converged;
	h = f->learned.history;
	if (f->learned.n_histories && h->n) {
		f->out->loss_name = arena_strdup(&f->out->arena, h->name);
		f->out->loss = kept_value(f, h);
	}
	return 0;
}

static int
judge_valid(struct fitting *f, struct err *e)
{
	const struct evaluate_opts o = { .target = f->train.target,
	    .threshold = 0.5, .threads = f->rq->threads };
	const char *gap[EVALUATION_GAPS];
	size_t n;

	if (f->rq->valid == NULL)
		return 0;
	if (evaluate_table(&f->out->valid, f->plan, f->valid_table, &o, e) < 0)
		return err_wrap(e, "%s", f->rq->valid);
	f->out->judged = true;
	n = evaluation_gaps(gap, &f->out->valid);
	for (size_t i = 0; i < n; i++)
		log_warn(f->rq->log, "%s: %s", f->rq->valid, gap[i]);
	return 0;
}

/* Stored, linked, sealed; then the file appears. */
static int
deliver(struct fitting *f, struct err *e)
{
	struct catalog_put put;
	struct journal *j;
	int r;

	oid_of(&f->out->model, f->bytes.data, f->bytes.len);
	f->out->size = f->bytes.len;
	if (open_output(f, e) < 0 ||
	    out_file_add(&f->file, f->bytes.data, f->bytes.len, e) < 0 ||
	    out_file_flush(&f->file, e) < 0)
		return -1;
	if (f->j && (odb_put(&f->out->model, repo_odb(f->s), f->bytes.data,
	    f->bytes.len, e) < 0 ||
	    journal_link(f->j, "output", TYPE_ONNX, f->rq->output,
	    &f->out->model, f->bytes.len, e) < 0 || record_results(f, e) < 0))
		return -1;
	if (f->j) {
		j = f->j;
		f->j = NULL;
		if (journal_seal(&put, j, RUN_FINISHED, 0, e) < 0)
			return -1;
	}
	r = out_file_commit(&f->file, e);
	f->file_open = false;
	return r;
}

/* A run that failed keeps the reason, as those of other commands do. */
static void
seal_failed(struct fitting *f, const char *why)
{
	struct json *m = json_new(&f->arena, JSON_MAP);
	struct err ignored = ERR_INIT;
	struct catalog_put put;

	json_add_text(&f->arena, m, "error", why);
	(void)journal_fact(f->j, "error", m->child, &ignored);
	journal_seal(&put, f->j, RUN_FAILED, 1, &ignored);
}

static void
finish(struct fitting *f, const struct err *e)
{
	if (f->file_open)
		out_file_drop(&f->file);
	if (f->j)
		seal_failed(f, e->msg);
	score_close(f->plan);
	if (f->bytes.data)
		buf_free(&f->bytes);
	frame_free(&f->train);
	frame_free(&f->valid);
	if (f->train_table) {
		table_free(f->train_table);
		catalog_bytes_close(&f->train_bytes);
	}
	if (f->valid_table) {
		table_free(f->valid_table);
		catalog_bytes_close(&f->valid_bytes);
	}
	arena_free(&f->arena);
}

int
fit_model(struct fit_outcome *out, struct catalog *c,
    const struct fit_request *rq, struct err *e)
{
	struct fitting f = { .c = c, .s = catalog_repo(c), .rq = rq,
	    .out = out, .opts = rq->frame, .wall_us = clock_mono_us(),
	    .cpu_us = clock_cpu_us() };
	enum task wanted;
	int r = -1;

	memset(out, 0, sizeof(*out));
	if (learner_check(&wanted, rq->learner, e) < 0)
		return -1;
	if (f.opts.task == TASK_AUTO)
		f.opts.task = wanted;
	buf_init(&f.bytes, ONNX_BYTES_MAX);
	energy_begin(&f.energy);
	if (try_output(&f, e) == 0 && read_rows(&f, e) == 0 &&
	    begin_run(&f, e) == 0 && learn(&f, e) == 0 &&
	    add_profile(&f, e) == 0 && prove(&f, e) == 0 &&
	    judge_valid(&f, e) == 0) {
		out->task = f.train.task;
		out->rows = f.train.rows;
		out->features = f.train.n_features;
		r = deliver(&f, e);
	}
	finish(&f, e);
	if (r < 0)
		fit_outcome_free(out);
	return r;
}

void
fit_outcome_free(struct fit_outcome *out)
{
	evaluation_free(&out->valid);
	arena_free(&out->arena);
}
