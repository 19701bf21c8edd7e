/*
 * flow/features/online.h - the online store of a repository: filled from the
 * sources of views, asked by key.
 */
#ifndef FLOW_FEATURES_ONLINE_H
#define FLOW_FEATURES_ONLINE_H

#include "catalog/catalog.h"
#include "feature/online.h"
#include "feature/redis.h"

/* One of both. */
struct feature_store {
	struct kv *kv;
	struct redis *redis;
};
struct feature_store_at {
	const char *where;		/* a file or redis://; NULL: the
					 * repository's own file */
	const char *password;		/* of Redis, or NULL */
	int timeout_ms;			/* of Redis; 0: 10 s */
};
int feature_store_open(struct feature_store *s, struct catalog *c,
    const struct feature_store_at *at, bool write, struct err *e);
/* The same file for another thread, to be closed first. */
void feature_store_share(struct feature_store *out,
    const struct feature_store *s);
void feature_store_close(struct feature_store *s);
/* What feature_get gives lives until the end. */
int feature_store_begin(struct feature_store *s, struct err *e);
void feature_store_end(struct feature_store *s);

/* One view loaded; counts are in *l.  `from` NULL: the view's own source,
 * else another name, "-" included, in its place. */
int feature_load_view(struct online_load *l, struct feature_store *s,
    struct catalog *c, const char *folder, const char *from, struct err *e);

/* How a service's features are found under the values of some columns. */
struct feature_lookup {
	const struct feature_service *service;
	const struct feature_view **view;
	size_t views, columns;
	size_t *ref, *ref_start;	/* of each view, and the end */
	size_t *key_at, *key_start;	/* likewise: among the columns */
};
/* The columns that a service's features are found by: each key of its views
 * once, in their order. */
const char **feature_key_columns(size_t *columns, struct arena *a,
    const struct feature_service *s);
/* Lives in the arena.  ERR_USAGE names a key column that is not among the
 * columns, or one of them that is none. */
int feature_lookup_init(struct feature_lookup *l, struct arena *a,
    const struct feature_service *s, const char *const *column,
    size_t columns, struct err *e);
/* answer[row * refs + i] is that of the service's i-th feature, value[row *
 * columns ...] the row's; a missing or empty one is no key.  Between begin and
 * end of the store; answers live until the end and in the arena.  After a
 * failure a store that is lost did not answer, or can answer nobody now. */
bool feature_store_is_lost(const struct feature_store *s);
int feature_get(struct feature_answer *answer, struct arena *a,
    struct feature_store *s, const struct feature_lookup *l,
    const struct raw_cell *value, size_t rows, int64_t now, struct err *e);

#endif
