/*
 * track/ended.h - runs that are over: their whole journal at once, stored and
 * named.  So is a run sealed, and so are those taken over from elsewhere.
 *
 *	ended_id(id, begin_us, "what tells it from others");
 *	ended_begin(&p, id, begin_us, "user", &start);
 *	ended_metric(&p, "auc", 1, 0.8, us);
 *	ended_end(&p, RUN_FINISHED, 0, end_us);
 *	ended_put(&put, c, id, &p.text, e);
 *	ended_release(&p);
 */
#ifndef TRACK_ENDED_H
#define TRACK_ENDED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "catalog/catalog.h"
#include "catalog/put.h"
#include "track/journal.h"

#define ENDED_ID 32		/* room for an ID */

struct ended {
	struct buf text;	/* JSON Lines, mlv-journal(5) */
};

/* The ID of a run that began then, the same for the same key. */
void ended_id(char id[ENDED_ID], int64_t begin_us, const char *key);
/* Is there such a run already? */
bool ended_is_there(struct catalog *c, const char *id);

/* Lines alone, of a run that has begun. */
void ended_lines(struct ended *p);
void ended_begin(struct ended *p, const char *id, int64_t begin_us,
    const char *user, const struct journal_start *start);
void ended_param(struct ended *p, const char *name, const struct json *v);
void ended_metric(struct ended *p, const char *name, int64_t step, double value,
    int64_t us);
void ended_fact(struct ended *p, const char *key, const struct json *v);
void ended_link(struct ended *p, const struct link *l);
/* A word about it (NULL takes it away), another name, an output no more. */
void ended_tag(struct ended *p, const char *name, const char *value);
void ended_rename(struct ended *p, const char *name);
void ended_drop(struct ended *p, const char *output);
void ended_end(struct ended *p, enum run_status status, int exit_status,
    int64_t end_us);
void ended_release(struct ended *p);

/* Store a journal's text and the run's manifest, and name it run:ID; what it
 * links to must be stored. */
int ended_put(struct catalog_put *put, struct catalog *c, const char *id,
    const struct buf *text, struct err *e);
/* More lines of a run that was sealed: its next version. */
int ended_amend(struct catalog_put *put, struct catalog *c, const char *id,
    const struct buf *lines, struct err *e);

#endif
