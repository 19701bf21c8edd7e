/* Counters of versions, and the text that Prometheus reads. */
#include "../tap.h"
#include "deploy/metrics.h"

static void
has(const struct buf *text, const char *line)
{
	struct buf b;

	buf_init(&b, BUF_CAP_SMALL);
	buf_addf(&b, "\n%s\n", line);
	if (!ok(strstr(text->data, b.data) != NULL, "it says %s", line))
		printf("#   got: %s\n", text->data);
	buf_free(&b);
}

/* What Prometheus keeps is bounded, however many versions come. */
static void
counts_few_versions(struct server_stats *all)
{
	struct version_stats *last = NULL;
	char number[24];

	for (int i = 0; i < STATS_VERSIONS_MAX; i++) {
		snprintf(number, sizeof(number), "%d", i);
		last = server_stats_of(all, VARIANT_STABLE, "many", number);
		if (strcmp(last->number, number) != 0)
			break;
	}
	is_text(last->number, number, "so many versions are counted by themselves");
	last = server_stats_of(all, VARIANT_STABLE, "many", "next");
	is_text(last->number, "other", "more are counted together");
	ok(server_stats_of(all, VARIANT_STABLE, "many", "another") == last, "all of them");
	is_text(server_stats_of(all, VARIANT_STABLE, "many", "0")->number, "0",
	    "those that were there go on");
	is_text(server_stats_of(all, VARIANT_STABLE, "few", "next")->number, "next",
	    "another model has its own");
}

int
main(void)
{
	struct server_stats all;
	struct served first = { .number = "3", .digest = "sha256:1" }, now = first;
	const struct metrics_about about = { .ready = true, .rows_logged = 6, .rows_dropped = 1 };
	struct endpoint_stats *p, *labelled;
	struct version_stats *s, *canary;
	struct buf b;

	server_stats_init(&all);
	s = server_stats_of(&all, VARIANT_STABLE, "a\"b", "3");
	canary = server_stats_of(&all, VARIANT_CANARY, "a\"b", "3");
	ok(s != canary, "each variant of a version has counters");
	ok(server_stats_of(&all, VARIANT_STABLE, "a\"b", "3") == s,
	    "which stay the same when it comes back");
	p = server_stats_open(&all, "a\"b", "");
	labelled = server_stats_open(&all, "a\"b", "old");
	first.stats = now.stats = s;
	snprintf(now.digest, sizeof(now.digest), "sha256:0");
	server_stats_serve(&all, p, VARIANT_STABLE, &first);
	server_stats_serve(&all, p, VARIANT_STABLE, &now);
	now.stats = canary;
	server_stats_serve(&all, p, VARIANT_CANARY, &now);
	server_stats_serve(&all, p, VARIANT_CANARY, NULL);
	atomic_store(&p->held_back[VARIANT_CANARY], true);
	atomic_store(&labelled->reloads, 7);
	server_stats_close(&all, labelled);
	ok(server_stats_open(&all, "a\"b", "old") == labelled,
	    "an endpoint that comes back goes on with its counters");
	version_stats_answered(s, 5, 2, &(struct stats_times){ 500, { 4000, 5000, 1000 }, 7000 });
	version_stats_answered(s, 1, 0, &(struct stats_times){ 0, { 0, 11000, 0 }, -1 });
	version_stats_failed(s, STATS_BACKEND,
	    &(struct stats_times){ 0, { 0, 100000000000, 0 }, -1 });
	version_stats_answered(canary, 2, 0, &(struct stats_times){ 0, { 0, 4000, 0 }, -1 });

	buf_init(&b, BUF_CAP_DOC);
	metrics_write(&b, &all, &about);
#define LABELS "{model=\"a\\\"b\",version=\"3\",variant=\"stable\""
	has(&b, "mlv_requests_total" LABELS "} 3");
	has(&b, "mlv_request_errors_total" LABELS "} 1");
	has(&b, "mlv_rows_total" LABELS "} 6");
	has(&b, "mlv_unseen_category_rows_total" LABELS "} 2");
	has(&b, "mlv_request_duration_seconds_bucket" LABELS ",le=\"0.00001\"} 1");
	has(&b, "mlv_request_duration_seconds_bucket" LABELS ",le=\"0.00002\"} 2");
	has(&b, "mlv_request_duration_seconds_bucket" LABELS ",le=\"+Inf\"} 3");
#define THEIRS "{model=\"a\\\"b\",version=\"3\""
	has(&b, "nv_inference_request_success" THEIRS "} 3");
	has(&b, "nv_inference_request_failure" THEIRS ",reason=\"BACKEND\"} 1");
	has(&b, "nv_inference_count" THEIRS "} 8");
	has(&b, "nv_inference_queue_duration_us" THEIRS "} 0.5");
	has(&b, "nv_inference_compute_input_duration_us" THEIRS "} 4");
	has(&b, "mlv_sampled_cpu_seconds_total" LABELS "} 0.000007");
	has(&b, "mlv_sampled_cpu_rows_total" LABELS "} 5");
#define MINE "{model=\"a\\\"b\""
	has(&b, "mlv_model_info" MINE ",version=\"3\",variant=\"stable\",digest=\"sha256:0\"} 1");
	has(&b, "mlv_model_held_back" MINE ",variant=\"stable\"} 0");
	has(&b, "mlv_model_held_back" MINE ",variant=\"canary\"} 1");
	has(&b, "mlv_model_ready" MINE "} 1");
	has(&b, "mlv_model_ready" MINE ",label=\"old\"} 0");
	has(&b, "mlv_reloads_total" MINE "} 0");
	has(&b, "mlv_reloads_total" MINE ",label=\"old\"} 7");
	has(&b, "mlv_ready 1");
	has(&b, "mlv_request_log_rows_total 6");
	has(&b, "mlv_request_log_dropped_total 1");
	ok(strstr(b.data, "sha256:1") == NULL, "nor has the file that it replaced");
	ok(strstr(b.data, "variant=\"canary\",digest") == NULL, "who is not served now has no info");
	buf_free(&b);
	counts_few_versions(&all);
	server_stats_release(&all);
	return tap_done();
}
