/* What Prometheus reads: a textfile with the rules, and what was found. */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "drift/alert/alert.h"

struct sample {
	struct buf *out;
	const char *metric, *model;
	bool told;			/* its HELP and TYPE */
	const char *help;
};

static void
put_finite(struct buf *out, double v)
{
	char text[NUM_TEXT_MAX];

	num_print_f64(text, v);
	buf_adds(out, text);
}

static void
put_value(struct buf *out, double v)
{
	if (isnan(v))
		buf_adds(out, "NaN");
	else if (isinf(v))
		buf_adds(out, v > 0 ? "+Inf" : "-Inf");
	else
		put_finite(out, v);
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

static bool
is_of(const struct json *record, const char *schema)
{
	return strcmp(json_text(record, "schema", ""), schema) == 0;
}

/* Of several windows the last one counts: a name stands once in a textfile. */
static bool
is_past(const struct alert_window *w, const struct json *record)
{
	const char *last = NULL;

	for (size_t i = 0; i < w->n; i++)
		if (is_of(w->record[i], "mlv.drift.window/1"))
			last = json_text(w->record[i], "window", NULL);
	return last != NULL && strcmp(json_text(record, "window", last),
	    last) != 0;
}

/* A number of each column's record, of a comparison or of the last window. */
static void
put_columns(struct sample *s, const struct alert_window *w, const char *field)
{
	for (size_t i = 0; i < w->n; i++) {
		const struct json *j = w->record[i], *v = json_get(j, field);
		bool window = is_of(j, "mlv.drift.window_column/1");
		const char *label[] = { "column", json_text(j, "column", ""),
		    "method", window ? "window" : json_text(j, "method", ""),
		    NULL };

		if ((!window && !is_of(j, "mlv.drift.column/1")) ||
		    is_past(w, j))
			continue;
		if (window && strcmp(field, "drifted") == 0)
			put_sample(s, strcmp(json_text(j, "verdict", ""),
			    "drift") == 0, label);
		else if (v != NULL && v->type == JSON_BOOL)
			put_sample(s, v->b, label);
		else if (v != NULL && (v->type == JSON_INT || v->type ==
		    JSON_REAL))
			put_sample(s, v->d, label);
	}
}

/* How much of the last window, and which moment it begins at. */
static void
put_window(struct buf *out, const struct alert_config *c,
    const struct alert_window *w)
{
	struct sample rows = begin(out, c, "mlv_drift_rows", "Rows that were "
	    "held against the reference.");
	struct sample start = begin(out, c,
	    "mlv_drift_window_start_timestamp_seconds", "When the last window "
	    "of a stream began.");
	const struct json *last = NULL;
	const char *text;
	int64_t us;

	for (size_t i = 0; i < w->n; i++)
		if (is_of(w->record[i], "mlv.drift.window/1"))
			last = w->record[i];
	for (size_t i = 0; last == NULL && i < w->n; i++)
		if (is_of(w->record[i], "mlv.drift.dataset/1"))
			last = w->record[i];
	if (last == NULL)
		return;
	if (!isnan(json_num(last, "rows", NAN)))
		put_sample(&rows, json_num(last, "rows", NAN), NULL);
	text = json_text(last, "window", "");
	if (strchr(text, 'T') != NULL && clock_parse(text, strlen(text), &us))
		put_sample(&start, (double)(us / 1000000), NULL);
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
	for (size_t i = 0; i < w->n && !share.told; i++) {
		const struct json *j = w->record[i];

		if (is_of(j, "mlv.drift.dataset/1") ||
		    (is_of(j, "mlv.drift.window/1") && !is_past(w, j)))
			put_sample(&share, json_num(j, "share", NAN), NULL);
	}
	put_window(out, c, w);
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

		if (!is_of(j, "mlv.drift.performance/1") || isnan(v) ||
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
