/* What a server counts, as Prometheus' text. */
#include "deploy/metrics.h"

#include <stddef.h>
#include <stdio.h>

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

static void
put_labels(struct buf *out, const char *name, const struct version_stats *s)
{
	buf_addf(out, "%s{model=", name);
	metrics_quote(out, s->model);
	buf_adds(out, ",version=");
	metrics_quote(out, s->number);
	buf_addf(out, ",variant=\"%s\"", variant_text(s->variant));
}

static void
put_help(struct buf *out, const char *name, const char *type, const char *text)
{
	buf_addf(out, "# HELP %s %s\n# TYPE %s %s\n", name, text, name, type);
}

static void
put_counter(struct buf *out, const struct server_stats *all, const char *name,
    const char *text, size_t at)
{
	const struct version_stats *s;

	put_help(out, name, "counter", text);
	for (s = atomic_load(&all->first); s; s = s->next) {
		put_labels(out, name, s);
		buf_addf(out, "} %llu\n", (unsigned long long)atomic_load(
		    (const _Atomic uint64_t *)(const void *)
		    ((const char *)s + at)));
	}
}

static void
put_latencies(struct buf *out, const struct server_stats *all)
{
	static const char name[] = "mlv_request_duration_seconds";
	char bound[NUM_TEXT_MAX], bucket[64], sum[64], count[64];
	const struct version_stats *s;

	snprintf(bucket, sizeof(bucket), "%s_bucket", name);
	snprintf(sum, sizeof(sum), "%s_sum", name);
	snprintf(count, sizeof(count), "%s_count", name);
	put_help(out, name, "histogram", "Time from a request being read to its "
	    "answer being ready.");
	for (s = atomic_load(&all->first); s; s = s->next) {
		uint64_t n = 0;

		for (int b = 0; b <= STATS_BUCKETS; b++) {
			n += atomic_load(&s->bucket[b]);
			num_print_f64(bound, (double)(10 << b) / 1e6);
			put_labels(out, bucket, s);
			buf_addf(out, ",le=\"%s\"} %llu\n",
			    b < STATS_BUCKETS ? bound : "+Inf",
			    (unsigned long long)n);
		}
		put_labels(out, sum, s);
		num_print_f64(bound, (double)atomic_load(&s->micros) / 1e6);
		buf_addf(out, "} %s\n", bound);
		put_labels(out, count, s);
		buf_addf(out, "} %llu\n", (unsigned long long)n);
	}
}

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
	put_counter(out, all, "mlv_requests_total", "Requests answered.",
	    offsetof(struct version_stats, requests));
	put_counter(out, all, "mlv_request_errors_total",
	    "Requests that could not be answered.",
	    offsetof(struct version_stats, errors));
	put_counter(out, all, "mlv_rows_total", "Rows scored.",
	    offsetof(struct version_stats, rows));
	put_counter(out, all, "mlv_unseen_category_rows_total", "Rows scored with "
	    "a category the model has never seen.",
	    offsetof(struct version_stats, unseen));
	put_latencies(out, all);
	put_endpoints(out, all);
	put_single(out, "mlv_ready", "gauge", "1 while requests are welcome.",
	    about->ready);
	put_single(out, "mlv_requests_in_flight", "gauge",
	    "Requests being answered now.",
	    (long long)atomic_load(&all->in_flight));
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
