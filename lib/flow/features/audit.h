/*
 * flow/features/audit.h - were the features that a server joined those that a
 * join of the same moments gives now?
 *
 * The request log holds the values served, the keys, the moment, the rows
 * they came from and the id of the definitions.  It is read a part at a
 * time; for each part the sources are read once.
 */
#ifndef FLOW_FEATURES_AUDIT_H
#define FLOW_FEATURES_AUDIT_H

#include "base/log.h"
#include "catalog/catalog.h"
#include "feature/spec.h"
#include "reqlog/reqlog.h"
#include "store/oid.h"
#include "table/column.h"

/* Why a value differs, the first that holds: */
enum audit_reason {
	AUDIT_DEFINITION,	/* it was served by other definitions */
	AUDIT_EXPIRED,		/* the row served was too old; a newer one was
				 * known by then but not loaded */
	AUDIT_LATE,		/* a newer row was known by then, not loaded */
	AUDIT_SOURCE,		/* the row served is not there now, or changed */
	AUDIT_WINDOW,		/* the same newest row; others differ */
	AUDIT_REASONS
};
const char *audit_reason_name(enum audit_reason r);

struct audit_difference {
	const char *id;			/* of the request, or NULL */
	const char *key;		/* "customer_id=7" */
	int64_t at;
	const char *view, *feature;
	struct raw_cell served, now;
	int64_t served_time, now_time;	/* INT64_MIN: no row */
	enum audit_reason reason;
};

struct feature_audit {
	struct catalog *catalog;
	const struct feature_spec *spec;
	const char *folder;		/* of the specification */
	const char *requests;		/* a folder or a segment */
	struct reqlog_filter filter;
	uint64_t memory;		/* bytes */
	const struct log *log;
	int (*differs)(void *ctx, const struct audit_difference *d,
	    struct err *e);
	void *ctx;
};

struct audit_counts {
	uint64_t rows, values, differ, reason[AUDIT_REASONS];
	uint64_t plain;			/* rows without joined features */
	uint64_t skipped;		/* lines that are none of a log */
};

int feature_audit(struct audit_counts *out, const struct feature_audit *o,
    struct err *e);

#endif
