#include "deploy/stats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"

struct stats *
stats_for(struct stats_all *all, const char *model, const char *version,
    const char *variant, const char *digest)
{
	struct stats *s;

	for (s = atomic_load(&all->first); s; s = s->next)
		if (strcmp(s->model, model) == 0 &&
		    strcmp(s->version, version) == 0 &&
		    strcmp(s->variant, variant) == 0 &&
		    strcmp(s->digest, digest) == 0)
			return s;
	s = xalloc(1, sizeof(*s));
	snprintf(s->model, sizeof(s->model), "%s", model);
	snprintf(s->version, sizeof(s->version), "%s", version);
	snprintf(s->variant, sizeof(s->variant), "%s", variant);
	snprintf(s->digest, sizeof(s->digest), "%s", digest);
	s->next = atomic_load(&all->first);
	atomic_store(&all->first, s);
	return s;
}

void
stats_count(struct stats *s, uint64_t rows, uint64_t unseen, int ok,
    int64_t micros)
{
	int b = 0;

	while (b < STATS_BUCKETS && micros > (int64_t)10 << b)
		b++;
	atomic_fetch_add_explicit(&s->requests, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&s->rows, rows, memory_order_relaxed);
	if (unseen)
		atomic_fetch_add_explicit(&s->unseen, unseen,
		    memory_order_relaxed);
	if (!ok)
		atomic_fetch_add_explicit(&s->errors, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&s->bucket[b], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&s->micros, (uint64_t)micros,
	    memory_order_relaxed);
}

static void
quote_label(struct buf *out, const char *s)
{
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			buf_addc(out, '\\');
		if (*s == '\n')
			buf_adds(out, "\\n");
		else
			buf_addc(out, *s);
	}
}

static void
labels(struct buf *out, const char *name, const struct stats *s)
{
	buf_addf(out, "%s{model=\"", name);
	quote_label(out, s->model);
	buf_adds(out, "\",version=\"");
	quote_label(out, s->version);
	buf_addf(out, "\",variant=\"%s\"", s->variant);
}

static void
help(struct buf *out, const char *name, const char *type, const char *text)
{
	buf_addf(out, "# HELP %s %s\n# TYPE %s %s\n", name, text, name, type);
}

static void
counter(struct buf *out, const struct stats_all *all, const char *name,
    const char *text, size_t at)
{
	help(out, name, "counter", text);
	for (const struct stats *s = atomic_load(&all->first); s; s = s->next) {
		labels(out, name, s);
		buf_addf(out, "} %llu\n", (unsigned long long)atomic_load(
		    (const _Atomic uint64_t *)(const void *)
		    ((const char *)s + at)));
	}
}

static void
latency(struct buf *out, const struct stats_all *all)
{
	static const char name[] = "mlv_request_duration_seconds";
	char bound[NUM_TEXT_MAX], bucket[64], sum[64], count[64];

	snprintf(bucket, sizeof(bucket), "%s_bucket", name);
	snprintf(sum, sizeof(sum), "%s_sum", name);
	snprintf(count, sizeof(count), "%s_count", name);
	help(out, name, "histogram", "Time from a request being read to its "
	    "answer being ready.");
	for (const struct stats *s = atomic_load(&all->first); s; s = s->next) {
		uint64_t n = 0;

		for (int b = 0; b <= STATS_BUCKETS; b++) {
			n += atomic_load(&s->bucket[b]);
			num_print_f64(bound, (double)(10 << b) / 1e6);
			labels(out, bucket, s);
			buf_addf(out, ",le=\"%s\"} %llu\n",
			    b < STATS_BUCKETS ? bound : "+Inf",
			    (unsigned long long)n);
		}
		labels(out, sum, s);
		num_print_f64(bound, (double)atomic_load(&s->micros) / 1e6);
		buf_addf(out, "} %s\n", bound);
		labels(out, count, s);
		buf_addf(out, "} %llu\n", (unsigned long long)n);
	}
}

static void
single(struct buf *out, const char *name, const char *type, const char *text,
    long long v)
{
	help(out, name, type, text);
	buf_addf(out, "%s %lld\n", name, v);
}

void
stats_write(struct buf *out, const struct stats_all *all, int ready,
    uint64_t rows_logged, uint64_t rows_dropped)
{
	counter(out, all, "mlv_requests_total", "Requests answered.",
	    offsetof(struct stats, requests));
	counter(out, all, "mlv_request_errors_total",
	    "Requests that could not be answered.",
	    offsetof(struct stats, errors));
	counter(out, all, "mlv_rows_total", "Rows scored.",
	    offsetof(struct stats, rows));
	counter(out, all, "mlv_unseen_category_rows_total", "Rows scored with "
	    "a category the model has never seen.",
	    offsetof(struct stats, unseen));
	latency(out, all);
	help(out, "mlv_model_info", "gauge", "Model versions served now, by "
	    "the digest of the file.");
	for (const struct stats *s = atomic_load(&all->first); s; s = s->next) {
		if (!atomic_load(&s->now))
			continue;
		labels(out, "mlv_model_info", s);
		buf_addf(out, ",digest=\"%s\"} 1\n", s->digest);
	}
	single(out, "mlv_ready", "gauge", "1 while requests are welcome.",
	    ready);
	single(out, "mlv_requests_in_flight", "gauge",
	    "Requests being answered now.",
	    (long long)atomic_load(&all->in_flight));
	single(out, "mlv_bad_requests_total", "counter",
	    "Requests for nothing that is served here.",
	    (long long)atomic_load(&all->bad_requests));
	single(out, "mlv_reloads_total", "counter",
	    "Times another version was taken up.",
	    (long long)atomic_load(&all->reloads));
	single(out, "mlv_reload_failures_total", "counter",
	    "Times another version could not be taken up.",
	    (long long)atomic_load(&all->reload_failures));
	single(out, "mlv_request_log_rows_total", "counter",
	    "Rows handed to the request log.", (long long)rows_logged);
	single(out, "mlv_request_log_dropped_total", "counter",
	    "Rows the request log lost.", (long long)rows_dropped);
}

void
stats_free(struct stats_all *all)
{
	struct stats *s = atomic_load(&all->first), *next;

	for (; s; s = next) {
		next = s->next;
		free(s);
	}
	atomic_store(&all->first, NULL);
}
