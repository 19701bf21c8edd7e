/* What a server counts, as Prometheus' text. */
#include "deploy/metrics.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/num.h"

void
metrics_quote(struct buf *out, const char *s)
{
	buf_addc(out, '"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			buf_addc(out, '\\');
		if (*s == '\n')
			buf_adds(out, "\\n");
		else
			buf_addc(out, *s);
	}
	buf_addc(out, '"');
}

/* --- counters of versions ------------------------------------------------- */

/* By model, version and variant, so that what is summed up stands together. */
struct version_rows {
	const struct version_stats **row;
	size_t n;
};

static int
by_labels(const void *a, const void *b)
{
	const struct version_stats *x = *(const struct version_stats *const *)a;
	const struct version_stats *y = *(const struct version_stats *const *)b;
	int d = strcmp(x->model, y->model);

	if (d == 0)
		d = strcmp(x->number, y->number);
	return d ? d : (x->variant > y->variant) - (x->variant < y->variant);
}

static void
sort_versions(struct version_rows *l, struct server_stats *all)
{
	const struct version_stats *s, *first = atomic_load(&all->first);

	l->n = 0;
	for (s = first; s; s = s->next)
		l->n++;
	l->row = xalloc(l->n + 1, sizeof(*l->row));
	l->n = 0;
	for (s = first; s; s = s->next)
		l->row[l->n++] = s;
	if (l->n)
		qsort(l->row, l->n, sizeof(*l->row), by_labels);
}

/* Whose words the labels are; and so what is summed up. */
enum words { OURS, OF_TRITON, OF_TFS, OF_KSERVE };

static bool
is_one_series(enum words words, const struct version_stats *a,
    const struct version_stats *b)
{
	return strcmp(a->model, b->model) == 0 && (words == OF_TFS ||
	    words == OF_KSERVE || strcmp(a->number, b->number) == 0) &&
	    (words != OURS || a->variant == b->variant);
}

/* The end of the rows from `from` on that are one series. */
static size_t
series_end(const struct version_rows *l, enum words words, size_t from)
{
	size_t to = from + 1;

	while (to < l->n && is_one_series(words, l->row[from], l->row[to]))
		to++;
	return to;
}

/* A name with its labels, and a brace that is still open. */
static void
put_labels(struct buf *out, const char *name, enum words words,
    const struct version_stats *s)
{
	bool theirs = words == OF_TFS || words == OF_KSERVE;

	buf_addf(out, "%s{%s=", name, theirs ? "model_name" : "model");
	metrics_quote(out, s->model);
	if (!theirs) {
		buf_adds(out, ",version=");
		metrics_quote(out, s->number);
	}
	if (words == OURS)
		buf_addf(out, ",variant=\"%s\"", variant_text(s->variant));
}

static void
put_help(struct buf *out, const char *name, const char *type, const char *text)
{
	buf_addf(out, "# HELP %s %s\n# TYPE %s %s\n", name, text, name, type);
}

/* A series: what it is called, in whose words, what it counts. */
struct counter {
	const char *name, *help;
	enum words words;
	uint64_t (*of)(const struct version_stats *s);
	const char *more;		/* labels with their comma; NULL: none */
	double unit;			/* what is counted is divided by it; 0:
					 * a whole number */
	bool gauge;
};

/* Help is told by the first of several series of a name. */
static void
put_counter(struct buf *out, const struct version_rows *l,
    const struct counter *c)
{
	char text[NUM_TEXT_MAX];

	if (c->help)
		put_help(out, c->name, c->gauge ? "gauge" : "counter", c->help);
	for (size_t i = 0, to; i < l->n; i = to) {
		uint64_t n = 0;

		to = series_end(l, c->words, i);
		for (size_t k = i; k < to; k++)
			n += c->of(l->row[k]);
		put_labels(out, c->name, c->words, l->row[i]);
		if (c->unit > 0)
			num_print_f64(text, (double)n / c->unit);
		else
			num_print_u64(text, n);
		buf_addf(out, "%s} %s\n", c->more ? c->more : "", text);
	}
}

static uint64_t
requests_of(const struct version_stats *s)
{
	uint64_t n = 0;

	for (int b = 0; b <= STATS_BUCKETS; b++)
		n += atomic_load(&s->latency.bucket[b]);
	return n;
}

static uint64_t
rejected_of(const struct version_stats *s)
{
	return atomic_load(&s->failed[STATS_REJECTED]);
}

static uint64_t
backend_of(const struct version_stats *s)
{
	return atomic_load(&s->failed[STATS_BACKEND]);
}

static uint64_t
other_of(const struct version_stats *s)
{
	return atomic_load(&s->failed[STATS_OTHER]);
}

static uint64_t
errors_of(const struct version_stats *s)
{
	return rejected_of(s) + backend_of(s) + other_of(s);
}

static uint64_t
answered_of(const struct version_stats *s)
{
	uint64_t all = requests_of(s), failed = errors_of(s);

	return all > failed ? all - failed : 0;
}

static uint64_t
rows_of(const struct version_stats *s)
{
	return atomic_load(&s->rows);
}

static uint64_t
unseen_of(const struct version_stats *s)
{
	return atomic_load(&s->unseen);
}

static uint64_t
cpu_nanos_of(const struct version_stats *s)
{
	return atomic_load(&s->cpu_nanos);
}

static uint64_t
cpu_rows_of(const struct version_stats *s)
{
	return atomic_load(&s->cpu_rows);
}

static uint64_t
pending_of(const struct version_stats *s)
{
	int64_t n = atomic_load(&s->in_flight);

	return n > 0 ? (uint64_t)n : 0;
}

static uint64_t
queue_nanos_of(const struct version_stats *s)
{
	return atomic_load(&s->queue_nanos);
}

static uint64_t
latency_nanos_of(const struct version_stats *s)
{
	return atomic_load(&s->latency.nanos);
}

static uint64_t
whole_nanos_of(const struct version_stats *s)
{
	return latency_nanos_of(s) + queue_nanos_of(s);
}

static uint64_t
read_nanos_of(const struct version_stats *s)
{
	return atomic_load(&s->phase[STATS_READ].nanos);
}

static uint64_t
score_nanos_of(const struct version_stats *s)
{
	return atomic_load(&s->phase[STATS_SCORE].nanos);
}

static uint64_t
write_nanos_of(const struct version_stats *s)
{
	return atomic_load(&s->phase[STATS_WRITE].nanos);
}

static const struct counter counters[] = {
	{ "mlv_requests_total", "Requests answered.", OURS, requests_of },
	{ "mlv_request_errors_total", "Requests that could not be answered.",
	    OURS, errors_of },
	{ "mlv_requests_dropped_total", "Requests that came too late to be "
	    "computed.", OURS, rejected_of },
	{ "mlv_rows_total", "Rows scored.", OURS, rows_of },
	{ "mlv_unseen_category_rows_total", "Rows scored with a category the "
	    "model has never seen.", OURS, unseen_of },
	{ "mlv_sampled_cpu_seconds_total", "Processor time of the requests that "
	    "were measured.", OURS, cpu_nanos_of, .unit = 1e9 },
	{ "mlv_sampled_cpu_rows_total", "Rows of the requests that were "
	    "measured.", OURS, cpu_rows_of },
	{ "nv_inference_request_success", "Requests answered, all variants.",
	    OF_TRITON, answered_of },
	{ "nv_inference_request_failure", "Requests that could not be answered, "
	    "all variants.", OF_TRITON, rejected_of, ",reason=\"REJECTED\"" },
	{ "nv_inference_request_failure", NULL, OF_TRITON, backend_of,
	    ",reason=\"BACKEND\"" },
	{ "nv_inference_request_failure", NULL, OF_TRITON, other_of,
	    ",reason=\"OTHER\"" },
	{ "nv_inference_count", "Rows scored, all variants.", OF_TRITON,
	    rows_of },
	{ "nv_inference_exec_count", "Times the model was run, all variants.",
	    OF_TRITON, answered_of },
	{ "nv_inference_pending_request_count", "Requests being answered, all "
	    "variants.", OF_TRITON, pending_of, .gauge = true },
	{ "nv_inference_request_duration_us", "Time of requests, with what they "
	    "waited.", OF_TRITON, whole_nanos_of, .unit = 1e3 },
	{ "nv_inference_queue_duration_us", "What requests waited.", OF_TRITON,
	    queue_nanos_of, .unit = 1e3 },
	{ "nv_inference_compute_input_duration_us", "Time of reading rows.",
	    OF_TRITON, read_nanos_of, .unit = 1e3 },
	{ "nv_inference_compute_infer_duration_us", "Time of scoring rows.",
	    OF_TRITON, score_nanos_of, .unit = 1e3 },
	{ "nv_inference_compute_output_duration_us", "Time of writing answers.",
	    OF_TRITON, write_nanos_of, .unit = 1e3 },
};

static const struct counter tfs_counters[] = {
	{ ":tensorflow:serving:request_count", "Requests by what became of "
	    "them.", OF_TFS, answered_of, ",status=\"OK\"" },
	{ ":tensorflow:serving:request_count", NULL, OF_TFS, errors_of,
	    ",status=\"INVALID_ARGUMENT\"" },
	{ ":tensorflow:serving:request_example_count_total", "Rows scored.",
	    OF_TFS, rows_of },
};

static const struct counter mlserver_counters[] = {
	{ "model_infer_request_success_total", "Requests answered.", OF_TRITON,
	    answered_of },
	{ "model_infer_request_failure_total", "Requests that could not be "
	    "answered.", OF_TRITON, errors_of },
};

static void
put_counters(struct buf *out, const struct version_rows *l,
    const struct counter *c, size_t n)
{
	for (size_t i = 0; i < n; i++)
		put_counter(out, l, &c[i]);
}

/* --- histograms ----------------------------------------------------------- */

struct histogram {
	const char *name, *help;
	enum words words;
	int phase;			/* or -1: all of them */
	const char *more;
	double unit;			/* nanoseconds in it */
};

static const struct histogram latency = { "mlv_request_duration_seconds",
    "Time from a request being read to its answer being ready.", OURS, -1, "",
    1e9 };

static const struct histogram tfs_latency = {
    ":tensorflow:serving:request_latency", "Time of requests in microseconds.",
    OF_TFS, -1, ",API=\"predict\",entrypoint=\"REST\"", 1e3 };

static const struct histogram kserve_phases[] = {
	{ "request_preprocess_seconds", "Time of reading rows.", OF_KSERVE,
	    STATS_READ, "", 1e9 },
	{ "request_predict_seconds", "Time of scoring rows.", OF_KSERVE,
	    STATS_SCORE, "", 1e9 },
	{ "request_postprocess_seconds", "Time of writing answers.", OF_KSERVE,
	    STATS_WRITE, "", 1e9 },
};

static const struct stats_histogram *
histogram_of(const struct histogram *h, const struct version_stats *s)
{
	return h->phase < 0 ? &s->latency : &s->phase[h->phase];
}

static void
put_part(struct buf *out, const struct histogram *h, const char *part,
    const struct version_stats *s)
{
	char name[80];

	snprintf(name, sizeof(name), "%s_%s", h->name, part);
	put_labels(out, name, h->words, s);
	buf_adds(out, h->more);
}

/* One series of it: rows [from, to). */
static void
put_buckets(struct buf *out, const struct version_rows *l,
    const struct histogram *h, size_t from, size_t to)
{
	const struct version_stats *s = l->row[from];
	char text[NUM_TEXT_MAX];
	uint64_t n = 0, nanos = 0;

	for (int b = 0; b <= STATS_BUCKETS; b++) {
		for (size_t k = from; k < to; k++)
			n += atomic_load(&histogram_of(h, l->row[k])->bucket[b]);
		num_print_f64(text, (double)(10000 << b) / h->unit);
		put_part(out, h, "bucket", s);
		buf_addf(out, ",le=\"%s\"} %llu\n", b < STATS_BUCKETS ? text :
		    "+Inf", (unsigned long long)n);
	}
	for (size_t k = from; k < to; k++)
		nanos += atomic_load(&histogram_of(h, l->row[k])->nanos);
	put_part(out, h, "sum", s);
	num_print_f64(text, (double)nanos / h->unit);
	buf_addf(out, "} %s\n", text);
	put_part(out, h, "count", s);
	buf_addf(out, "} %llu\n", (unsigned long long)n);
}

static void
put_histogram(struct buf *out, const struct version_rows *l,
    const struct histogram *h)
{
	put_help(out, h->name, "histogram", h->help);
	for (size_t i = 0, to; i < l->n; i = to) {
		to = series_end(l, h->words, i);
		put_buckets(out, l, h, i, to);
	}
}

/* MLServer's client library makes a summary of it, without quantiles. */
static void
put_mlserver_time(struct buf *out, const struct version_rows *l)
{
	static const struct counter sum = { "model_infer_request_duration_sum",
	    NULL, OF_TRITON, latency_nanos_of, NULL, 1e9, false };
	static const struct counter count = {
	    "model_infer_request_duration_count", NULL, OF_TRITON, requests_of,
	    NULL, 0, false };

	put_help(out, "model_infer_request_duration", "summary",
	    "Time of requests in seconds.");
	put_counter(out, l, &count);
	put_counter(out, l, &sum);
}

static void
put_versions(struct buf *out, struct server_stats *all, int names)
{
	struct version_rows l;

	sort_versions(&l, all);
	put_counters(out, &l, counters, sizeof(counters) / sizeof(*counters));
	put_histogram(out, &l, &latency);
	if (names & METRICS_TFS) {
		put_counters(out, &l, tfs_counters, sizeof(tfs_counters) /
		    sizeof(*tfs_counters));
		put_histogram(out, &l, &tfs_latency);
	}
	if (names & METRICS_MLSERVER) {
		put_counters(out, &l, mlserver_counters,
		    sizeof(mlserver_counters) / sizeof(*mlserver_counters));
		put_mlserver_time(out, &l);
	}
	for (int i = 0; (names & METRICS_KSERVE) && i < STATS_PHASES; i++)
		put_histogram(out, &l, &kserve_phases[i]);
	free(l.row);
}

int
metrics_names_bit(const char *word)
{
	return strcmp(word, "triton") == 0 ? 0 : strcmp(word, "tfs") == 0 ?
	    METRICS_TFS : strcmp(word, "mlserver") == 0 ? METRICS_MLSERVER :
	    strcmp(word, "kserve") == 0 ? METRICS_KSERVE : -1;
}

/* --- features ------------------------------------------------------------- */

static void
put_feature(struct buf *out, struct server_stats *all, const char *name,
    const char *text, bool profiled, size_t at)
{
	const struct feature_stats *f;

	put_help(out, name, "counter", text);
	for (f = atomic_load(&all->feature); f; f = f->next) {
		if (profiled && !f->profiled)
			continue;
		buf_addf(out, "%s{model=", name);
		metrics_quote(out, f->model);
		buf_adds(out, ",feature=");
		metrics_quote(out, f->feature);
		buf_addf(out, "} %llu\n", (unsigned long long)atomic_load(
		    (const _Atomic uint64_t *)(const void *)
		    ((const char *)f + at)));
	}
}

static void
put_features(struct buf *out, struct server_stats *all)
{
	put_feature(out, all, "mlv_feature_missing_total", "Values that were "
	    "missing.", false, offsetof(struct feature_stats, missing));
	put_feature(out, all, "mlv_feature_unseen_total", "Categories that the "
	    "training rows did not have.", true,
	    offsetof(struct feature_stats, unseen));
	put_feature(out, all, "mlv_feature_out_of_range_total", "Numbers beyond "
	    "the least and the greatest of the training rows.", true,
	    offsetof(struct feature_stats, outside));
}

/* --- the rest ------------------------------------------------------------- */

static void
put_single(struct buf *out, const char *name, const char *type,
    const char *text, long long v)
{
	put_help(out, name, type, text);
	buf_addf(out, "%s %lld\n", name, v);
}

/* An endpoint's own labels, and a brace that is still open. */
static void
put_endpoint(struct buf *out, const char *name,
    const struct endpoint_stats *p)
{
	buf_addf(out, "%s{model=", name);
	metrics_quote(out, p->model);
	if (*p->label) {
		buf_adds(out, ",label=");
		metrics_quote(out, p->label);
	}
}

static void
put_info(struct buf *out, const struct endpoint_stats *p)
{
	for (int v = 0; v < VARIANTS; v++) {
		const struct served *now = &p->now[v];

		if (now->stats == NULL)
			continue;
		put_endpoint(out, "mlv_model_info", p);
		buf_adds(out, ",version=");
		metrics_quote(out, now->number);
		buf_addf(out, ",variant=\"%s\",digest=\"%s\"} 1\n",
		    variant_text(now->stats->variant), now->digest);
	}
}

static void
put_reloads(struct buf *out, struct server_stats *all, const char *name,
    const char *text, size_t at)
{
	put_help(out, name, "counter", text);
	for (struct endpoint_stats *p = all->endpoint; p; p = p->next) {
		put_endpoint(out, name, p);
		buf_addf(out, "} %llu\n", (unsigned long long)atomic_load(
		    (const _Atomic uint64_t *)(const void *)
		    ((const char *)p + at)));
	}
}

static void
put_endpoints(struct buf *out, struct server_stats *all)
{
	struct endpoint_stats *p;

	mutex_lock(&all->lock);
	put_help(out, "mlv_model_info", "gauge", "Model versions served now, by "
	    "the digest of the file.");
	for (p = all->endpoint; p; p = p->next)
		put_info(out, p);
	put_help(out, "mlv_model_ready", "gauge", "1 while the model answers.");
	for (p = all->endpoint; p; p = p->next) {
		if (!p->open)
			continue;
		put_endpoint(out, "mlv_model_ready", p);
		buf_addf(out, "} %d\n", p->now[VARIANT_STABLE].stats != NULL);
	}
	put_help(out, "mlv_model_held_back", "gauge", "1 while another version "
	    "is there, but could not take over.");
	for (p = all->endpoint; p; p = p->next)
		for (int v = 0; p->open && v < VARIANTS; v++) {
			put_endpoint(out, "mlv_model_held_back", p);
			buf_addf(out, ",variant=\"%s\"} %d\n",
			    variant_text(v),
			    (int)atomic_load(&p->held_back[v]));
		}
	put_reloads(out, all, "mlv_reloads_total", "Times another version was "
	    "taken up.", offsetof(struct endpoint_stats, reloads));
	put_reloads(out, all, "mlv_reload_failures_total", "Times another "
	    "version could not be taken up.",
	    offsetof(struct endpoint_stats, reload_failures));
	mutex_unlock(&all->lock);
}

void
metrics_write(struct buf *out, struct server_stats *all,
    const struct metrics_about *about)
{
	const struct version_stats *s;
	char text[NUM_TEXT_MAX];
	int64_t in_flight = 0;

	put_versions(out, all, about->names);
	put_features(out, all);
	put_endpoints(out, all);
	put_single(out, "mlv_ready", "gauge", "1 while requests are welcome.",
	    about->ready);
	for (s = atomic_load(&all->first); s; s = s->next)
		in_flight += atomic_load(&s->in_flight);
	put_single(out, "mlv_requests_in_flight", "gauge",
	    "Requests being answered now.", (long long)in_flight);
	put_help(out, "process_cpu_seconds_total", "counter", "Processor time of "
	    "the process.");
	num_print_f64(text, (double)clock_cpu_us() / 1e6);
	buf_addf(out, "process_cpu_seconds_total %s\n", text);
	put_single(out, "mlv_bad_requests_total", "counter",
	    "Requests for nothing that is served here.",
	    (long long)atomic_load(&all->bad_requests));
	put_single(out, "mlv_request_log_rows_total", "counter",
	    "Rows handed to the request log.", (long long)about->rows_logged);
	put_single(out, "mlv_request_log_dropped_total", "counter",
	    "Rows the request log lost.", (long long)about->rows_dropped);
	put_single(out, "mlv_shadow_dropped_total", "counter",
	    "Rows that a shadow was too slow for.",
	    (long long)about->shadow_dropped);
}
