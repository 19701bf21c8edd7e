/*
 * flow/rollout/replay.h - a model asked what a request log was asked, and its answers
 * beside those that were given.
 */
#ifndef FLOW_ROLLOUT_REPLAY_H
#define FLOW_ROLLOUT_REPLAY_H

#include <stdint.h>

#include "base/err.h"
#include "model/bind.h"
#include "reqlog/entry.h"
#include "rollout/compared.h"

/* A row that would be answered otherwise. */
struct replay_row {
	const struct reqlog_entry *entry;
	size_t row;			/* of the entry */
	struct buf was, would;		/* the answer, as JSON */
	double difference;		/* greatest of two numbers */
	const char *refused;		/* the model's word, or NULL */
};

struct replay_opts {
	char *const *path;		/* folders and segments */
	size_t n_paths;
	struct reqlog_filter filter;
	const char *output;		/* that says the answer; or NULL */
	double tolerance;		/* of its numbers */
	/* Hears of each row that flips, or is refused. */
	int (*fn)(void *ctx, const struct replay_row *row, struct err *e);
	void *ctx;
};

struct replay_count {
	struct compared compared;
	uint64_t refused;		/* rows */
	char why[256];			/* the first of them */
};

/* ERR_NOENT: there is no row. */
int replay_run(struct replay_count *count, const struct binding *binding,
    const struct replay_opts *o, struct err *e);

#endif
