/* Any bytes as an alert file, as records and as a state: refused with a
 * message, or rules that can be stepped and a state that reads back. */
#include <stdint.h>
#include <stdlib.h>

#include "drift/alert/alert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(int r, const struct err *e)
{
	if (r < 0 && e->msg[0] == '\0')
		abort();
}

static void
step(const struct alert_config *c, const char *s, size_t n)
{
	struct alert_memory m;
	struct alert_window w;
	struct err e = ERR_INIT;
	struct buf b;
	int r;

	alert_memory_init(&m, c);
	must(alert_memory_parse(&m, c, s, n, &e), &e);
	must(r = alert_window_parse(&w, s, n, &e), &e);
	if (r == 0)
		alert_step(&m, c, &w, 1);
	buf_init(&b, BUF_CAP_SMALL);
	alert_nagios(&b, &m, c);
	alert_prometheus(&b, &m, c, &w, 1);
	alert_slack(&b, &m, c);
	alert_webhook(&b, &m, c);
	alert_alertmanager(&b, &m, c);
	buf_free(&b);
	alert_window_release(&w);
	alert_memory_release(&m);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char rules[] = "name: churn\nrules:\n"
	    "  - {name: drift, record: dataset, field: share, above: 0.5}\n";
	struct alert_config c;
	struct err e = ERR_INIT;

	must(alert_config_parse(&c, (const char *)data, size, &e), &e);
	alert_config_release(&c);
	if (alert_config_parse(&c, rules, sizeof(rules) - 1, &e) < 0)
		abort();
	step(&c, (const char *)data, size);
	alert_config_release(&c);
	return 0;
}
