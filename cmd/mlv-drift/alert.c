/* mlv-drift alert: records of one window against the rules of an alert file. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "cli/cli.h"
#include "flow/alert.h"
#include "verbs.h"

enum told { TOLD_RECORDS, TOLD_NAGIOS, TOLD_SLACK, TOLD_ALERTMANAGER,
	TOLD_WEBHOOK };

struct alert_verb {
	const char *state, *prom, *retrain;
	bool nagios, slack, alertmanager, webhook;
};

static const struct opt alert_options[] = {
	{ OPT_TEXT, 0, "state", offsetof(struct alert_verb, state), "FILE",
	    "what is remembered (the alert file's, else ALERT.state)" },
	{ OPT_FLAG, 0, "nagios", offsetof(struct alert_verb, nagios), NULL,
	    "a line and an exit status for Nagios" },
	{ OPT_TEXT, 0, "prom", offsetof(struct alert_verb, prom), "FILE",
	    "replace a textfile for Prometheus as well" },
	{ OPT_FLAG, 0, "slack", offsetof(struct alert_verb, slack), NULL,
	    "a body for curl when something changed" },
	{ OPT_FLAG, 0, "webhook", offsetof(struct alert_verb, webhook), NULL,
	    "the same, as Alertmanager's webhooks are" },
	{ OPT_FLAG, 0, "alertmanager", offsetof(struct alert_verb,
	    alertmanager), NULL, "a body for /api/v2/alerts, each time" },
	{ OPT_TEXT, 0, "retrain", offsetof(struct alert_verb, retrain),
	    "COMMAND", "run it for sh, once for an alarm" },
	OPT_END
};

struct telling {
	struct cli *c;
	const struct alert_verb *o;
	const struct alert_config *config;
	const struct alert_window *window;
	int64_t now_us;
	int nagios;			/* its status */
};

/* ---- told ---- */

static void
put_alarms(struct cli *c, const struct alert_config *f,
    const struct alert_memory *m)
{
	struct out *o = &c->out;

	for (size_t i = 0; i < f->n; i++) {
		const struct alarm *a = &m->alarm[i];

		out_begin(o, "mlv.drift.alarm/1");
		out_text(o, "rule", f->rule[i].name);
		out_text(o, "state", alarm_state_name(a->state));
		if (a->known)
			out_num(o, "value", a->value);
		else
			out_null(o, "value");
		out_num(o, "threshold", f->rule[i].raise);
		out_num(o, "clear", f->rule[i].clear);
		out_int(o, "alarm", (int64_t)a->number);
		out_text(o, "before", alarm_state_name(a->before));
		out_end(o);
	}
}

static int
replace_prom(struct telling *t, const struct alert_memory *m, struct err *e)
{
	struct buf b;
	int r;

	buf_init(&b, BUF_CAP_DOC);
	alert_prometheus(&b, m, t->config, t->window, t->now_us);
	r = buf_check(&b, e) < 0 || file_replace(os_real(), t->o->prom,
	    b.data, b.len, 0644, e) < 0 ? -1 : 0;
	buf_free(&b);
	return r;
}

static int
tell(void *ctx, const struct alert_memory *m, bool stepped, struct err *e)
{
	struct telling *t = ctx;
	const struct alert_verb *o = t->o;
	struct buf b;

	buf_init(&b, BUF_CAP_DOC);
	if (o->nagios)
		t->nagios = alert_nagios(&b, m, t->config);
	if (o->slack)
		alert_slack(&b, m, t->config);
	if (o->webhook)
		alert_webhook(&b, m, t->config);
	if (o->alertmanager)
		alert_alertmanager(&b, m, t->config);
	out_raw(&t->c->out, b.data, b.len);
	buf_free(&b);
	if (!o->nagios && !o->slack && !o->webhook && !o->alertmanager)
		put_alarms(t->c, t->config, m);
	if (!stepped)
		cli_warn(t->c, "these records were seen by the last run: no "
		    "new window");
	for (size_t i = 0; i < t->config->n; i++)
		if (!m->alarm[i].known)
			cli_warn(t->c, "rule '%s': no record '%s' with a "
			    "number '%s': not known", t->config->rule[i].name,
			    t->config->rule[i].record,
			    t->config->rule[i].field);
	if (o->prom != NULL && replace_prom(t, m, e) < 0)
		return -1;
	return out_flush(&t->c->out, e);
}

static void
decided(void *ctx, const char *why, uint64_t alarm)
{
	struct telling *t = ctx;

	if (*why == '\0')
		cli_warn(t->c, "retraining for alarm %llu",
		    (unsigned long long)alarm);
	for (const char *end; *why != '\0'; why = end + 1) {
		end = strchr(why, '\n');
		cli_warn(t->c, "no retraining: %.*s", (int)(end - why), why);
	}
}

/* ---- what is asked ---- */

static char *
beside(const char *file, const char *name)
{
	char *folder = path_folder(file), *path = path_join(folder, name);

	free(folder);
	return path;
}

/* Records of the arguments, else of the alert file's list, else of standard
 * input. */
static int
read_records(struct alert_window *w, const struct alert_config *f,
    int argc, char **argv, struct err *e)
{
	size_t n = argc > 1 ? (size_t)argc - 1 : f->n_records;
	struct buf b;
	int r = 0;

	buf_init(&b, BUF_CAP_DOC);
	if (n == 0)
		r = file_read(&b, "-", e);
	for (size_t i = 0; r == 0 && i < n; i++) {
		char *path = argc > 1 ? NULL : beside(argv[0], f->records[i]);

		r = file_read(&b, path != NULL ? path : argv[i + 1], e);
		if (b.len > 0 && b.data[b.len - 1] != '\n')
			buf_addc(&b, '\n');
		free(path);
	}
	if (r == 0 && (r = buf_check(&b, e)) == 0)
		r = alert_window_parse(w, b.data, b.len, e);
	buf_free(&b);
	return r;
}

static int
ask(struct alert_run *run, struct telling *t, int argc, char **argv,
    struct err *e)
{
	struct alert_window w = { 0 };
	char *state;
	int r;

	if (t->o->state != NULL)
		state = xstrdup(t->o->state);
	else
		state = t->config->state != NULL ? beside(argv[0],
		    t->config->state) : xprintf("%s.state", argv[0]);
	run->state = state;
	r = read_records(&w, t->config, argc, argv, e);
	t->window = &w;
	if (r == 0)
		r = alert_run(run, &w, e);
	alert_window_release(&w);
	free(state);
	return r;
}

static int
alert_check(struct cli *c, void *opts, int argc, char **argv)
{
	const struct alert_verb *o = opts;

	(void)argv;
	if (argc == 0)
		return cli_usage(c, "give an alert file");
	if (o->nagios + o->slack + o->webhook + o->alertmanager > 1)
		return cli_usage(c, "one of --nagios, --slack, --webhook and "
		    "--alertmanager");
	return 0;
}

static int
status_of(const struct alert_run *run, const struct telling *t)
{
	if (t->o->nagios)
		return t->nagios;
	if (run->retrained == RETRAIN_BUSY)
		return EXIT_BUSY;
	if (run->retrained == RETRAIN_DONE && run->status != 0)
		cli_warn(t->c, "the retraining ended with %d", run->status);
	return run->firing ? EXIT_NO : EXIT_YES;
}

static int
alert_verb_run(struct cli *c, void *opts, int argc, char **argv)
{
	const struct alert_verb *o = opts;
	struct alert_config config = { 0 };
	struct telling t = { c, o, &config, NULL, clock_wall_us(), 3 };
	struct alert_run run = { .config = &config, .retrain = o->retrain,
	    .tell = tell, .decided = decided, .ctx = &t,
	    .now_us = t.now_us };
	struct err e = ERR_INIT;
	struct buf b;
	int r, status;

	buf_init(&b, BUF_CAP_DOC);
	r = file_read(&b, argv[0], &e);
	if (r == 0 && alert_config_parse(&config, b.data, b.len, &e) < 0)
		r = err_wrap(&e, "%s", argv[0]);
	if (r == 0)
		r = ask(&run, &t, argc, argv, &e);
	status = r == 0 ? status_of(&run, &t) : cli_fail(c, &e);
	/* to Nagios whatever could not be asked is unknown */
	if (r < 0 && o->nagios) {
		out_line(&c->out, "DRIFT UNKNOWN - %s", e.msg);
		status = 3;
	}
	alert_config_release(&config);
	buf_free(&b);
	return status;
}

const struct verb verb_alert = {
	.name = "alert",
	.summary = "raise, keep and clear alarms; retrain once for each",
	.synopsis = "[options] ALERT.yaml [RECORDS...]",
	.about =
"Steps the rules of an alert file by the records of one window, as compare,\n"
"watch and perf print them with --json: from files, or standard input.  Each\n"
"rule watches a number: it fires when it was bad raise_after times of the\n"
"of_last windows, and is over after clear_after windows on the good side of\n"
"clear.  Prints a record a rule: rule, state (ok, pending, firing, resolving),\n"
"value, threshold, clear, the alarm's number, the state before.  Exit 1 while\n"
"one fires.  Records seen by the last run are no new window.\n"
"\n"
"--retrain runs a command when an alarm fires, the cool-down is over, enough\n"
"rows are labelled and none is running; it says which does not hold, and\n"
"never runs twice for one alarm.  Exit 4: one is running, or another asks.\n"
"\n"
"example: mlv-drift compare --json data:churn-train .mlv/requests |\n"
"             mlv-drift alert alert.yaml --slack >body; test -s body &&\n"
"             curl -d @body -H 'Content-Type: application/json' \"$SLACK_URL\"\n",
	.options = alert_options, .opts_size = sizeof(struct alert_verb),
	.flags = VERB_JSON | VERB_NUL | VERB_TABLE,
	.check = alert_check, .run = alert_verb_run,
};
