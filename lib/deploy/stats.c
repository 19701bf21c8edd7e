/* What a server counts, kept and written for Prometheus. */
#include "deploy/stats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"

void
server_stats_init(struct server_stats *all)
{
	memset(all, 0, sizeof(*all));
	mutex_init(&all->lock);
}

void
server_stats_release(struct server_stats *all)
{
	struct version_stats *s = atomic_load(&all->first), *next;

	for (; s; s = next) {
		next = s->next;
		free(s);
	}
	atomic_store(&all->first, NULL);
	mutex_release(&all->lock);
}

struct version_stats *
server_stats_of(struct server_stats *all, enum variant variant,
    const char *model, const char *number)
{
	struct version_stats *s;

	for (s = atomic_load(&all->first); s; s = s->next)
		if (s->variant == variant && strcmp(s->model, model) == 0 &&
		    strcmp(s->number, number) == 0)
			return s;
	s = xalloc(1, sizeof(*s));
	s->variant = variant;
	snprintf(s->model, sizeof(s->model), "%s", model);
	snprintf(s->number, sizeof(s->number), "%s", number);
	s->next = atomic_load(&all->first);
	atomic_store(&all->first, s);
	return s;
}

void
server_stats_serve(struct server_stats *all, enum variant variant,
    const struct version_stats *stats, const char *digest)
{
	struct served *now = &all->now[variant];

	mutex_lock(&all->lock);
	now->stats = stats;
	snprintf(now->digest, sizeof(now->digest), "%s", digest);
	mutex_unlock(&all->lock);
}

static void
add_to(_Atomic uint64_t *counter, uint64_t n)
{
	if (n)
		atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

static void
count_request(struct version_stats *s, int64_t micros)
{
	int b = 0;

	while (b < STATS_BUCKETS && micros > (int64_t)10 << b)
		b++;
	add_to(&s->requests, 1);
	add_to(&s->bucket[b], 1);
	add_to(&s->micros, (uint64_t)micros);
}

void
version_stats_answered(struct version_stats *s, uint64_t rows,
    uint64_t unseen, int64_t micros)
{
	count_request(s, micros);
	add_to(&s->rows, rows);
	add_to(&s->unseen, unseen);
}

void
version_stats_failed(struct version_stats *s, int64_t micros)
{
	count_request(s, micros);
	add_to(&s->errors, 1);
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
put_labels(struct buf *out, const char *name, const struct version_stats *s)
{
	buf_addf(out, "%s{model=\"", name);
	quote_label(out, s->model);
	buf_adds(out, "\",version=\"");
	quote_label(out, s->number);
	buf_addf(out, "\",variant=\"%s\"", variant_text(s->variant));
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

static void
put_served(struct buf *out, struct server_stats *all)
{
	put_help(out, "mlv_model_info", "gauge", "Model versions served now, by "
	    "the digest of the file.");
	mutex_lock(&all->lock);
	for (int v = 0; v < VARIANTS; v++) {
		if (all->now[v].stats == NULL)
			continue;
		put_labels(out, "mlv_model_info", all->now[v].stats);
		buf_addf(out, ",digest=\"%s\"} 1\n", all->now[v].digest);
	}
	mutex_unlock(&all->lock);
	put_help(out, "mlv_model_held_back", "gauge", "1 while another version "
	    "is there, but could not take over.");
	for (int v = 0; v < VARIANTS; v++)
		buf_addf(out, "mlv_model_held_back{variant=\"%s\"} %d\n",
		    variant_text(v), (int)atomic_load(&all->held_back[v]));
}

void
server_stats_write(struct buf *out, struct server_stats *all, bool ready,
    uint64_t rows_logged, uint64_t rows_dropped, uint64_t shadow_dropped)
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
	put_served(out, all);
	put_single(out, "mlv_ready", "gauge", "1 while requests are welcome.",
	    ready);
	put_single(out, "mlv_requests_in_flight", "gauge",
	    "Requests being answered now.",
	    (long long)atomic_load(&all->in_flight));
	put_single(out, "mlv_bad_requests_total", "counter",
	    "Requests for nothing that is served here.",
	    (long long)atomic_load(&all->bad_requests));
	put_single(out, "mlv_reloads_total", "counter",
	    "Times another version was taken up.",
	    (long long)atomic_load(&all->reloads));
	put_single(out, "mlv_reload_failures_total", "counter",
	    "Times another version could not be taken up.",
	    (long long)atomic_load(&all->reload_failures));
	put_single(out, "mlv_request_log_rows_total", "counter",
	    "Rows handed to the request log.", (long long)rows_logged);
	put_single(out, "mlv_request_log_dropped_total", "counter",
	    "Rows the request log lost.", (long long)rows_dropped);
	put_single(out, "mlv_shadow_dropped_total", "counter",
	    "Rows that a shadow was too slow for.",
	    (long long)shadow_dropped);
}
