/*
 * drift/alert/alert.h - when a number in the records of mlv-drift becomes an
 * alarm, when the alarm is over, and when a retraining may begin
 * (mlv-alert(5)).
 *
 * A rule watches one number.  Each run is a window:
 *
 *	ok		nothing of late
 *	pending		beyond the threshold, not yet `raise_after` times of
 *			the `of_last` windows
 *	firing		so often; it has a number of its own
 *	resolving	on the good side of `clear`, not yet `clear_after`
 *			windows in a row; then it is ok again
 *
 * Between `clear` and the threshold an alarm goes on.  A window in which the
 * number is not there counts neither way: the rule is not known.
 *
 * Nothing here looks at a clock, prints, or runs anything.
 */
#ifndef DRIFT_ALERT_ALERT_H
#define DRIFT_ALERT_ALERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "codec/json.h"

#define ALERT_SCHEMA "mlv.drift.alert/1"
#define ALERT_WINDOWS_MAX 32
#define ALERT_RULES_MAX 100
#define ALERT_DIGEST 64

enum alarm_state { ALARM_OK, ALARM_PENDING, ALARM_FIRING, ALARM_RESOLVING };
const char *alarm_state_name(enum alarm_state s);

struct alert_rule {
	const char *name;
	const char *record, *field;	/* "dataset", "share" */
	const struct json *where;	/* a map of text, or NULL */
	bool below;			/* bad when below the threshold */
	double raise, clear;
	int raise_after, of_last, clear_after;
	bool retrain;			/* may ask for a retraining */
};

struct alert_config {
	const char *name;		/* of the model, for labels */
	const char *state;		/* path, as written; or NULL */
	const char **records;		/* paths, as written */
	size_t n_records;
	struct alert_rule *rule;
	size_t n;
	int64_t cooldown_us;		/* between two retrainings */
	int64_t labelled;		/* rows with a label that it takes */
	struct arena arena;
};

/* YAML.  ERR_FORMAT names the line.  Released in any case. */
int alert_config_parse(struct alert_config *c, const char *s, size_t n,
    struct err *e);
void alert_config_release(struct alert_config *c);

struct alarm {
	enum alarm_state state, before;
	uint32_t history;		/* newest window: bit 0 */
	int windows, calm;		/* in history; good ones in a row */
	uint64_t number;		/* of the alarm; 0: there was none */
	int64_t since_us, cleared_us;	/* the alarm began, and was over */
	bool known;			/* this window's value */
	double value;
};

/* What is remembered between two runs. */
struct alert_memory {
	struct alarm *alarm;		/* (rules of the config) */
	uint64_t windows, alarms;	/* so far */
	char digest[ALERT_DIGEST + 1];	/* of the last window's records */
	struct {
		uint64_t alarm;		/* for which it began; 0: none yet */
		int64_t began_us, ended_us;	/* ended 0: it never said */
		int status;
	} retrain;
	struct arena arena;
};

void alert_memory_init(struct alert_memory *m, const struct alert_config *c);
void alert_memory_release(struct alert_memory *m);
/* ERR_FORMAT: it is none, or of another model.  Rules that are new begin at
 * ok, rules that are gone are forgotten. */
int alert_memory_parse(struct alert_memory *m, const struct alert_config *c,
    const char *s, size_t n, struct err *e);
void alert_memory_write(struct buf *out, const struct alert_memory *m,
    const struct alert_config *c);

/* The records of one window, JSON Lines as mlv-drift --json prints them. */
struct alert_window {
	const struct json **record;
	size_t n;
	int64_t labelled;		/* of mlv.drift.join/1; -1: not said */
	char digest[ALERT_DIGEST + 1];
	struct arena arena;
};
int alert_window_parse(struct alert_window *w, const char *s, size_t n,
    struct err *e);
void alert_window_release(struct alert_window *w);
/* One more window.  False: it is the one seen last, and nothing changed. */
bool alert_step(struct alert_memory *m, const struct alert_config *c,
    const struct alert_window *w, int64_t now_us);

/* May a retraining begin?  Each condition that does not hold is a line of
 * `why`; *number is the alarm it would be for. */
bool alert_may_retrain(struct buf *why, uint64_t *number,
    const struct alert_memory *m, const struct alert_config *c,
    const struct alert_window *w, int64_t now_us);

/* ---- told to others ---- */

/* The service status of Nagios, 0 to 3, and its line with performance data. */
int alert_nagios(struct buf *out, const struct alert_memory *m,
    const struct alert_config *c);
/* The whole textfile of node_exporter. */
void alert_prometheus(struct buf *out, const struct alert_memory *m,
    const struct alert_config *c, const struct alert_window *w,
    int64_t now_us);
/* Bodies for curl.  Slack and the webhook tell of what changed, and are empty
 * where nothing did; Alertmanager is told all that fires, each time. */
void alert_slack(struct buf *out, const struct alert_memory *m,
    const struct alert_config *c);
void alert_webhook(struct buf *out, const struct alert_memory *m,
    const struct alert_config *c);
void alert_alertmanager(struct buf *out, const struct alert_memory *m,
    const struct alert_config *c);

#endif
