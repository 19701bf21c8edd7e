/* Windows one by one: what raises an alarm, what ends it, what it remembers. */
#include "drift/alert/alert.h"

#include "../../tap.h"

static const char rules[] =
    "name: churn\n"
    "rules:\n"
    "  - {name: share, record: dataset, field: share, above: 0.5, clear: 0.3,"
    " raise_after: 2, of_last: 4, clear_after: 2}\n"
    "retrain: {cooldown: 2h, labelled: 10}\n";

static struct alert_config config;
static struct alert_memory memory;
static int64_t now;

static const char *
step(const char *share, int labelled)
{
	struct err e = ERR_INIT;
	struct alert_window w;
	char text[200];
	int n = snprintf(text, sizeof(text), "{\"schema\":\"mlv.drift."
	    "dataset/1\",\"share\":%s,\"n\":%lld}\n{\"schema\":\"mlv.drift."
	    "join/1\",\"labelled\":%d}\n", share, (long long)now, labelled);

	if (alert_window_parse(&w, text, (size_t)n, &e) < 0)
		return "refused";
	now += 3600000000;
	alert_step(&memory, &config, &w, now);
	alert_window_release(&w);
	return alarm_state_name(memory.alarm[0].state);
}

static void
why_not(int labelled, const char *want)
{
	struct alert_window w = { .labelled = labelled };
	uint64_t number;
	struct buf b;

	buf_init(&b, BUF_CAP_SMALL);
	alert_may_retrain(&b, &number, &memory, &config, &w, now);
	is_text(b.data, want, "retraining: %s", *want ? want : "may begin");
	buf_free(&b);
}

static void
reads_back(void)
{
	struct alert_memory m;
	struct err e = ERR_INIT;
	struct buf a, b;

	buf_init(&a, BUF_CAP_SMALL);
	buf_init(&b, BUF_CAP_SMALL);
	alert_memory_write(&a, &memory, &config);
	alert_memory_init(&m, &config);
	ok(alert_memory_parse(&m, &config, a.data, a.len, &e) == 0,
	    "a state reads back");
	alert_memory_write(&b, &m, &config);
	is_text(b.data, a.data, "as it was written");
	alert_memory_release(&m);
	buf_free(&a);
	buf_free(&b);
}

int
main(void)
{
	struct err e = ERR_INIT;

	ok(alert_config_parse(&config, rules, sizeof(rules) - 1, &e) == 0 &&
	    config.cooldown_us == INT64_C(7200000000), "rules are read");
	alert_memory_init(&memory, &config);
	is_text(step("0.5", 0), "pending", "one bad window");
	is_text(step("0.1", 0), "pending", "and a good one");
	is_text(step("0.1", 0), "pending", "and another");
	is_text(step("0.1", 0), "pending", "the bad one is the fourth");
	is_text(step("0.1", 0), "ok", "and gone");
	is_text(step("null", 0), "ok", "a window without the number");
	is_text(step("0.9", 0), "pending", "bad");
	is_text(step("null", 0), "pending", "not known");
	is_text(step("0.9", 0), "firing", "bad again");
	why_not(9, "10 labelled rows are needed, and there are 9\n");
	why_not(10, "");
	memory.retrain.alarm = 1;
	memory.retrain.began_us = now;
	is_text(step("0.4", 0), "firing", "between clear and the threshold");
	why_not(10, "for alarm 1 it has begun and never said how it ended\n"
	    "the last one began 60 min ago, the cool-down is 120 min\n");
	is_text(step("0.3", 0), "resolving", "good");
	is_text(step("0.6", 0), "firing", "bad: it begins anew to be good");
	is_text(step("0.3", 0), "resolving", "good");
	reads_back();
	is_text(step("0.3", 0), "ok", "good twice");
	is_text(step("0.6", 0), "pending", "what was bad is forgotten");
	is_text(step("0.6", 0), "firing", "the next alarm");
	ok(memory.alarm[0].number == 2 && memory.alarms == 2, "is the second");
	why_not(10, "");
	now -= INT64_C(36000000000);
	why_not(10, "the clock stands before the last one: it went back\n");
	alert_memory_release(&memory);
	alert_config_release(&config);
	return tap_done();
}
