/*
 * lineage/event.h - the run of one command as OpenLineage 2-0-2 has it: a
 * START, then a COMPLETE or a FAIL, each a line of JSON.
 *
 * A file of the work tree is the dataset of its absolute path in the
 * namespace "file"; a version without a file is its name without the number
 * in the namespace "mlv:" and the work tree's top.  Its version is the
 * SHA-256 of its bytes, or of its manifest where it has none.  Facets: the
 * schema; of parts of a split and of models which columns they come from; of
 * what was profiled or checked its quality; rows and bytes of what was made.
 */
#ifndef LINEAGE_EVENT_H
#define LINEAGE_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "catalog/catalog.h"
#include "store/oid.h"

struct lineage_event;

enum event_type {
	EVENT_START, EVENT_COMPLETE, EVENT_FAIL,
	EVENT_JOB		/* a JobEvent: it was done, nobody knows when */
};

/* `job`: "mlv-data add"; `space` its namespace, or NULL: "default".  `c` may
 * be NULL; borrowed. */
struct lineage_event *lineage_event_new(const char *job, const char *space,
    struct catalog *c);
/* The run has the UUID that belongs to this text, not one by chance. */
void lineage_event_name_run(struct lineage_event *ev, const char *text);
void lineage_event_free(struct lineage_event *ev);

/* A word of the command: where it names a version that is here, the command
 * reads that. */
void lineage_event_reads(struct lineage_event *ev, const char *word);
/* The command made a version: it, and what it links to, become outputs and
 * inputs.  A sealed run gives what it read and put out, and its failure. */
int lineage_event_made(struct lineage_event *ev, const struct oid *manifest,
    const char *label, struct err *e);
/* A table was held against a rule: `column` may be NULL. */
struct event_assertion {
	const char *rule, *column, *what;
	bool success, error;		/* of severity error, else warn */
};
/* `label` names the table; its id may be none. */
void lineage_event_checked(struct lineage_event *ev, const char *label,
    const struct oid *content, const struct event_assertion *a, size_t n);
/* Did a run that was sealed fail? */
bool lineage_event_failed(const struct lineage_event *ev);

/* Append the event as one line.  `message`: why it failed, or NULL. */
void lineage_event_write(struct buf *out, const struct lineage_event *ev,
    enum event_type type, int64_t time_us, const char *message);

#endif
