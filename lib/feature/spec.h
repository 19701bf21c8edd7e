/*
 * feature/spec.h - features.yaml: entities, views of sources, services.
 *
 *	entities: {customer: {key: customer_id}}
 *	views:
 *	  usage:
 *	    entity: customer
 *	    source: data:usage
 *	    timestamp: event_timestamp
 *	    created: created
 *	    ttl: 10d
 *	    features:
 *	    - calls
 *	    - {name: rate, expr: spend / calls}
 *	    - {name: spend_7d, window: 7d, agg: sum, of: spend}
 *	services: {churn: [usage, 'plan:tier']}
 *
 * The page is mlv-features(5).  Everything lives in the arena it was read
 * into.
 */
#ifndef FEATURE_SPEC_H
#define FEATURE_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/json.h"
#include "expr/expr.h"

#define FEATURE_KEYS_MAX 16
#define FEATURE_VIEWS_MAX 1000
#define FEATURES_MAX 10000		/* of a view */
#define FEATURE_LAST_MAX 1000		/* values of last-N */

enum feature_agg {
	AGG_NONE, AGG_COUNT, AGG_SUM, AGG_MEAN, AGG_MIN, AGG_MAX, AGG_STD,
	AGG_DISTINCT, AGG_LAST
};

struct feature_entity {
	const char *name;
	const char *const *key;		/* columns, the same in every table */
	size_t keys;
};

struct feature {
	const char *name;
	enum feature_agg agg;
	int64_t window;			/* microseconds */
	size_t last;			/* of last-N */
	const struct expr *expr;	/* or NULL */
	/* Places in the view's columns: of a plain feature or what is
	 * aggregated; of the names of the expression. */
	size_t column;
	bool counts_rows;		/* count without `of` */
	size_t *name_at;
};

struct feature_view {
	const char *name;
	const struct feature_entity *entity;
	const char *source;		/* data:usage, or a path */
	const char *timestamp;
	const char *created;		/* or NULL */
	const char *event;		/* the column that tells events apart,
					 * or NULL: each row is one */
	size_t event_at;		/* among the columns */
	int64_t ttl;			/* microseconds; 0: for ever */
	struct feature *feature;
	size_t features;
	const char **column;		/* of the source, that features need */
	size_t columns;
	bool windowed;
	uint64_t kept_as;		/* by which the online store tells
					 * what it keeps of which source */
};

/* One feature as a service gives it. */
struct feature_ref {
	const struct feature_view *view;
	size_t feature;
};

struct feature_service {
	const char *name;
	struct feature_ref *ref;
	size_t refs;
};

struct feature_spec {
	struct feature_entity *entity;
	size_t entities;
	struct feature_view *view;
	size_t views;
	struct feature_service *service;
	size_t services;
	const struct json *tree;	/* as it was written */
};

/* ERR_FORMAT says the line, and the word that was probably meant. */
int feature_spec_parse(struct feature_spec **out, struct arena *a,
    const char *yaml, size_t n, struct err *e);

const struct feature_view *feature_view_find(const struct feature_spec *s,
    const char *name);
/* ERR_NOENT names the nearest known one. */
int feature_service_find(const struct feature_service **out,
    const struct feature_spec *s, const char *name, struct err *e);
/* The ref that a table's column is the value of: VIEW__FEATURE, or FEATURE
 * where no other of the service is called so; s->refs: none. */
size_t feature_service_column(const struct feature_service *s,
    const char *column);
/* "view" or "view:feature" as refs, appended to *ref.  ERR_NOENT. */
int feature_refs_add(struct feature_ref **ref, size_t *refs,
    struct arena *a, const struct feature_spec *s, const char *text,
    struct err *e);

#endif
