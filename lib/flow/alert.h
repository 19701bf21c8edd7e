/*
 * flow/alert.h - an alert file asked once: its rules stepped by the records of
 * one window, others told, and a retraining run when it may be.
 *
 * What is told goes out before the state is replaced: whoever is killed in
 * between tells a change twice, never not at all.  That a retraining begins is
 * kept before it does: it runs once for an alarm, or not at all, never twice.
 *
 * The state has a lock beside it, STATE.lock.  Byte 0 is held while rules are
 * stepped, byte 1 by the retraining command itself, as long as it lives.
 */
#ifndef FLOW_ALERT_H
#define FLOW_ALERT_H

#include "drift/alert/alert.h"

enum alert_retrained {
	RETRAIN_NONE,			/* not asked for */
	RETRAIN_REFUSED,		/* a condition did not hold */
	RETRAIN_BUSY,			/* one is running */
	RETRAIN_DONE			/* it ran: status */
};

struct alert_run {
	const struct alert_config *config;
	const char *state;		/* path */
	const char *retrain;		/* a command for sh, or NULL */
	/* What is to be told of the new states; and once the retraining is
	 * decided on, why not, a line each ("" when it begins). */
	int (*tell)(void *ctx, const struct alert_memory *m, bool stepped,
	    struct err *e);
	void (*decided)(void *ctx, const char *why, uint64_t alarm);
	void *ctx;
	int64_t now_us;
	/* filled */
	enum alert_retrained retrained;
	int status;			/* of the command */
	bool firing, unknown;
};

/* ERR_BUSY: somebody else asks.  ERR_FORMAT: the state is of another. */
int alert_run(struct alert_run *r, const struct alert_window *w,
    struct err *e);

#endif
