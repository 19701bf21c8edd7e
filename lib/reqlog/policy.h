/*
 * reqlog/policy.h - what of a request may be logged, and for how long: the
 * file of --log-policy, see mlv-requests(5).
 */
#ifndef REQLOG_POLICY_H
#define REQLOG_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"

struct json;

enum reqlog_mask { MASK_NONE, MASK_DROP, MASK_HASH, MASK_TRUNCATE };

struct reqlog_policy {
	struct arena arena;
	uint64_t segment_bytes;		/* 0: the usual, as below */
	int64_t segment_ms;
	int64_t keep_ms;
	uint64_t keep_bytes;
	double sample;			/* share of the units, (0, 1] */
	bool before_answer;		/* a line is written before it */
	struct reqlog_masked {
		const char *name;
		enum reqlog_mask how;
		size_t most;		/* characters, truncated */
	} *column;
	size_t n;
	enum reqlog_mask unit, id;	/* not truncated */
	const uint8_t *salt;		/* of hashes */
	size_t n_salt;
	uint8_t place_key[SHA256_BYTES];	/* of places in rollouts */
};

/* The policy of a file; released by reqlog_policy_release, as a zeroed one
 * may be. */
int reqlog_policy_load(struct reqlog_policy *p, const char *path,
    struct err *e);
void reqlog_policy_release(struct reqlog_policy *p);

/* Is the unit of the sample?  The same for each of its requests, whoever
 * answers it. */
bool reqlog_policy_takes(const struct reqlog_policy *p, const void *unit,
    size_t n);
/* Append a JSON object as text with its columns masked; those that were are
 * told to *masked, as "name":"how" with commas between.  NULL masks nothing. */
void reqlog_mask_object(struct buf *out, struct buf *masked,
    const struct reqlog_policy *p, const struct buf *object);
/* The place of a unit in a rollout as it may be logged: where anything is masked
 * it cannot be guessed what it is the hash of, and is still one for each. */
uint64_t reqlog_mask_place(const struct reqlog_policy *p, uint64_t place);
/* Append a value as JSON text, hashed with the salt. */
void reqlog_mask_hash(struct buf *out, const struct reqlog_policy *p,
    const char *s, size_t n);

#endif
