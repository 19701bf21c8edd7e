/*
 * flow/features/join.h - a training set: each row of a table of entities with
 * the features as they were known at its time.
 *
 * One row out for each row in, in their order; the columns of the entities
 * first, as they came, then VIEW__FEATURE in the service's order.  The
 * entities are taken as many at a time as fit in `memory`; the rows of the
 * sources wait in nameless files for the next.
 */
#ifndef FLOW_FEATURES_JOIN_H
#define FLOW_FEATURES_JOIN_H

#include "base/log.h"
#include "base/source.h"
#include "catalog/catalog.h"
#include "catalog/manifest.h"
#include "feature/spec.h"
#include "read/options.h"

struct feature_join {
	struct catalog *catalog;
	const struct feature_spec *spec;
	const char *folder;		/* of the specification */
	const struct feature_service *service;
	const char *entities;		/* a name, or "-" */
	const struct table_read_opts *read;	/* of the entities */
	const char *timestamp;		/* its column of the entities */
	bool short_names, jsonl;
	uint64_t memory;		/* bytes */
	const struct log *log;
};

struct feature_joined {
	uint64_t rows;
	size_t missing;			/* feature cells without a value */
	unsigned passes;
	struct link *from;		/* entities, then each source */
	size_t n_from;
};

/* What comes out goes to `to`; *out lives in the arena. */
int feature_join(struct feature_joined *out, struct arena *a,
    const struct feature_join *j, struct sink *to, struct err *e);

#endif
