/* Counters of versions, and the text that Prometheus reads. */
#include "../tap.h"
#include "deploy/stats.h"

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

int
main(void)
{
	struct server_stats all;
	struct version_stats *s, *canary;
	struct buf b;

	server_stats_init(&all);
	s = server_stats_of(&all, VARIANT_STABLE, "a\"b", "3");
	canary = server_stats_of(&all, VARIANT_CANARY, "a\"b", "3");
	ok(s != canary, "each variant of a version has counters");
	ok(server_stats_of(&all, VARIANT_STABLE, "a\"b", "3") == s,
	    "which stay the same when it comes back");
	server_stats_serve(&all, VARIANT_STABLE, s, "sha256:1");
	server_stats_serve(&all, VARIANT_STABLE, s, "sha256:0");
	server_stats_serve(&all, VARIANT_CANARY, canary, "sha256:0");
	server_stats_serve(&all, VARIANT_CANARY, NULL, "");
	atomic_store(&all.held_back[VARIANT_CANARY], true);
	version_stats_answered(s, 5, 2, 10);
	version_stats_answered(s, 1, 0, 11);
	version_stats_failed(s, 100000000);

	buf_init(&b, BUF_CAP_DOC);
	server_stats_write(&b, &all, true, 6, 1, 0);
#define LABELS "{model=\"a\\\"b\",version=\"3\",variant=\"stable\""
	has(&b, "mlv_requests_total" LABELS "} 3");
	has(&b, "mlv_request_errors_total" LABELS "} 1");
	has(&b, "mlv_rows_total" LABELS "} 6");
	has(&b, "mlv_unseen_category_rows_total" LABELS "} 2");
	has(&b, "mlv_request_duration_seconds_bucket" LABELS ",le=\"0.00001\"} 1");
	has(&b, "mlv_request_duration_seconds_bucket" LABELS ",le=\"0.00002\"} 2");
	has(&b, "mlv_request_duration_seconds_bucket" LABELS ",le=\"+Inf\"} 3");
	has(&b, "mlv_model_info" LABELS ",digest=\"sha256:0\"} 1");
	has(&b, "mlv_model_held_back{variant=\"stable\"} 0");
	has(&b, "mlv_model_held_back{variant=\"canary\"} 1");
	has(&b, "mlv_ready 1");
	has(&b, "mlv_request_log_rows_total 6");
	has(&b, "mlv_request_log_dropped_total 1");
	ok(strstr(b.data, "sha256:1") == NULL, "nor has the file that it replaced");
	ok(strstr(b.data, "variant=\"canary\",digest") == NULL, "who is not served now has no info");
	buf_free(&b);
	server_stats_release(&all);
	return tap_done();
}
