/* What monitoring systems read: a line for Nagios, a textfile for Prometheus. */
#include <math.h>
#include <string.h>

#include "base/num.h"
#include "drift/alert/alert.h"

/* ---- Nagios ---- */

/* No quote, no '=' and no line's end in a label; all else is quoted. */
static void
put_label(struct buf *out, const char *s)
{
	buf_addc(out, '\'');
	for (; *s != '\0'; s++)
		buf_addc(out, *s == '\'' || *s == '=' || *s == '|' ||
		    (unsigned char)*s < ' ' ? '_' : *s);
	buf_addc(out, '\'');
}

/* What a person reads: the pipe begins the numbers. */
static void
put_words(struct buf *out, const char *s)
{
	for (; *s != '\0'; s++)
		buf_addc(out, *s == '|' || (unsigned char)*s < ' ' ? '_' :
		    *s);
}

static void
put_number(struct buf *out, double v)
{
	char text[NUM_TEXT_MAX];

	num_print_f64(text, v);
	buf_adds(out, text);
}

static void
put_data(struct buf *out, const struct alert_rule *r, const struct alarm *a)
{
	put_label(out, r->name);
	buf_addc(out, '=');
	if (a->known)
		put_number(out, a->value);
	else
		buf_addc(out, 'U');
	/* "10" is bad from 10 on, "10:" is bad below 10 */
	buf_addc(out, ';');
	put_number(out, r->clear);
	buf_adds(out, r->below ? ":;" : ";");
	put_number(out, r->raise);
	buf_adds(out, r->below ? ":" : "");
}

int
alert_nagios(struct buf *out, const struct alert_memory *m,
    const struct alert_config *c)
{
	static const char *const word[] = {
		"OK", "WARNING", "CRITICAL", "UNKNOWN"
	};
	size_t count[4] = { 0 }, unknown = 0, told = 0;
	int status;

	for (size_t i = 0; i < c->n; i++) {
		count[m->alarm[i].state]++;
		unknown += !m->alarm[i].known;
	}
	status = count[ALARM_FIRING] + count[ALARM_RESOLVING] > 0 ? 2 :
	    count[ALARM_PENDING] > 0 ? 1 : unknown > 0 ? 3 : 0;
	buf_adds(out, "DRIFT ");
	buf_adds(out, word[status]);
	buf_adds(out, " - ");
	put_words(out, c->name);
	buf_adds(out, ": ");
	for (size_t i = 0; i < c->n; i++) {
		const struct alarm *a = &m->alarm[i];

		if (a->state == ALARM_OK && a->known)
			continue;
		buf_adds(out, told++ > 0 ? ", " : "");
		put_words(out, c->rule[i].name);
		buf_addc(out, ' ');
		buf_adds(out, a->known || a->state != ALARM_OK ?
		    alarm_state_name(a->state) : "not known");
	}
	if (told == 0)
		buf_addf(out, "%zu rule%s ok", c->n, c->n == 1 ? "" : "s");
	buf_adds(out, " |");
	for (size_t i = 0; i < c->n; i++) {
		buf_addc(out, ' ');
		put_data(out, &c->rule[i], &m->alarm[i]);
	}
	buf_addc(out, '\n');
	return status;
}

/* ---- Prometheus ---- */

struct sample {
	struct buf *out;
	const char *metric, *model;
	bool told;			/* its HELP and TYPE */
	const char *help;
};

static void
put_value(struct buf *out, double v)
{
	if (isnan(v))
		buf_adds(out, "NaN");
	else if (isinf(v))
		buf_adds(out, v > 0 ? "+Inf" : "-Inf");
	else
		put_number(out, v);
}

static void
put_quoted(struct buf *out, const char *key, const char *s)
{
	buf_addf(out, "%s=\"", key);
	for (; *s != '\0'; s++)
		if (*s == '\n')
			buf_adds(out, "\\n");
		else if (*s == '"' || *s == '\\')
			buf_addf(out, "\\%c", *s);
		else
			buf_addc(out, *s);
	buf_addc(out, '"');
}

/* One sample; `label` is pairs of name and value, NULL-ended. */
static void
put_sample(struct sample *s, double v, const char *const *label)
{
	if (!s->told)
		buf_addf(s->out, "# HELP %s %s\n# TYPE %s gauge\n", s->metric,
		    s->help, s->metric);
	s->told = true;
	buf_adds(s->out, s->metric);
	buf_addc(s->out, '{');
	put_quoted(s->out, "model", s->model);
	for (; label != NULL && *label != NULL; label += 2) {
		buf_addc(s->out, ',');
		put_quoted(s->out, label[0], label[1]);
	}
	buf_adds(s->out, "} ");
	put_value(s->out, v);
	buf_addc(s->out, '\n');
}

static struct sample
begin(struct buf *out, const struct alert_config *c, const char *metric,
    const char *help)
{
	return (struct sample){ out, metric, c->name, false, help };
}

static void
put_rules(struct buf *out, const struct alert_memory *m,
    const struct alert_config *c)
{
	struct sample state = begin(out, c, "mlv_alert_state", "State of an "
	    "alert rule: 0 ok, 1 pending, 2 firing, 3 resolving.");
	struct sample value = begin(out, c, "mlv_alert_value", "The number "
	    "that an alert rule watches.");
	struct sample raise = begin(out, c, "mlv_alert_threshold", "Where an "
	    "alert rule is raised.");

	for (size_t i = 0; i < c->n; i++)
		put_sample(&state, m->alarm[i].state, (const char *const[]){
		    "rule", c->rule[i].name, NULL });
	for (size_t i = 0; i < c->n; i++)
		if (m->alarm[i].known)
			put_sample(&value, m->alarm[i].value, (const char
			    *const[]){ "rule", c->rule[i].name, NULL });
	for (size_t i = 0; i < c->n; i++)
		put_sample(&raise, c->rule[i].raise, (const char *const[]){
		    "rule", c->rule[i].name, NULL });
}

/* A number of each column's record. */
static void
put_columns(struct sample *s, const struct alert_window *w, const char *field)
{
	for (size_t i = 0; i < w->n; i++) {
		const struct json *j = w->record[i], *v = json_get(j, field);
		const char *label[] = { "column", json_text(j, "column", ""),
		    "method", json_text(j, "method", ""), NULL };

		if (strcmp(json_text(j, "schema", ""),
		    "mlv.drift.column/1") != 0 || v == NULL)
			continue;
		if (v->type == JSON_BOOL)
			put_sample(s, v->b, label);
		else if (v->type == JSON_INT || v->type == JSON_REAL)
			put_sample(s, v->d, label);
	}
}

static void
put_drift(struct buf *out, const struct alert_config *c,
    const struct alert_window *w)
{
	struct sample score = begin(out, c, "mlv_drift_score", "Score of a "
	    "column's drift test.");
	struct sample raise = begin(out, c, "mlv_drift_threshold",
	    "Threshold of a column's drift test.");
	struct sample found = begin(out, c, "mlv_drift_detected", "1 where a "
	    "column drifted.");
	struct sample share = begin(out, c, "mlv_drift_columns_ratio",
	    "Share of the columns that drifted.");

	put_columns(&score, w, "score");
	put_columns(&raise, w, "threshold");
	put_columns(&found, w, "drifted");
	for (size_t i = 0; i < w->n; i++)
		if (strcmp(json_text(w->record[i], "schema", ""),
		    "mlv.drift.dataset/1") == 0)
			put_sample(&share, json_num(w->record[i], "share",
			    NAN), NULL);
}

/* Days are what a time series has already. */
static void
put_performance(struct sample *s, const struct alert_window *w,
    const char *field)
{
	for (size_t i = 0; i < w->n; i++) {
		const struct json *j = w->record[i];
		const char *by = json_text(j, "by", "");
		double v = json_num(j, field, NAN);

		if (strcmp(json_text(j, "schema", ""),
		    "mlv.drift.performance/1") != 0 || isnan(v) ||
		    strcmp(by, "day") == 0)
			continue;
		put_sample(s, v, (const char *const[]){ "metric",
		    json_text(j, "metric", ""), "kind", field, "by", by,
		    "segment", json_text(j, "value", ""), NULL });
	}
}

void
alert_prometheus(struct buf *out, const struct alert_memory *m,
    const struct alert_config *c, const struct alert_window *w,
    int64_t now_us)
{
	struct sample perf = begin(out, c, "mlv_performance", "A metric of "
	    "the answers, realised by labels or estimated.");
	struct sample last = begin(out, c,
	    "mlv_drift_last_success_timestamp_seconds", "When the alert rules "
	    "were last asked.");
	struct sample begun = begin(out, c,
	    "mlv_retrain_start_timestamp_seconds", "When the last retraining "
	    "began.");
	struct sample status = begin(out, c, "mlv_retrain_status", "Exit "
	    "status of the last retraining that ended.");

	put_rules(out, m, c);
	put_drift(out, c, w);
	put_performance(&perf, w, "realised");
	put_performance(&perf, w, "estimated");
	put_sample(&last, (double)(now_us / 1000000), NULL);
	if (m->retrain.alarm != 0)
		put_sample(&begun, (double)(m->retrain.began_us / 1000000),
		    NULL);
	if (m->retrain.ended_us != 0)
		put_sample(&status, m->retrain.status, NULL);
}
