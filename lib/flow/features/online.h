/*
 * flow/features/online.h - the online store of a repository: filled from the
 * sources of views, asked by key.
 */
#ifndef FLOW_FEATURES_ONLINE_H
#define FLOW_FEATURES_ONLINE_H

#include "catalog/catalog.h"
#include "feature/online.h"

/* The store at `path`, or in the repository where that is NULL. */
int feature_store_open(struct kv **out, struct catalog *c, const char *path,
    bool write, struct err *e);

/* One view loaded; counts are in *l.  `from` NULL: the view's own source,
 * else another name, "-" included, in its place. */
int feature_load_view(struct online_load *l, struct catalog *c,
    const char *folder, const char *from, struct err *e);

struct key_value {
	const char *column, *value;
};

/* What is known of a service's features under the keys given. */
struct feature_answer {
	struct raw_cell value;
	enum feature_status status;
	int64_t time;			/* of the row; 0: there is none */
};
/* answer[i] is that of the service's i-th feature; values live in the arena.
 * ERR_USAGE names a key column that was not given, or is of no view. */
int feature_get(struct feature_answer *answer, struct arena *a,
    struct kv *kv, const struct feature_service *s,
    const struct key_value *key, size_t keys, int64_t now, struct err *e);

#endif
