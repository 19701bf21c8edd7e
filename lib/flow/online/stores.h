/*
 * flow/online/stores.h - the online store as many threads ask it at once:
 * each by a reader of the file, or over a connection to Redis, of its own, kept
 * for whoever asks next.
 *
 * A Redis that does not answer within STORE_WAIT_MS is asked again after
 * STORE_PAUSE_MS, by one request; until then all others are refused at once.
 */
#ifndef FLOW_ONLINE_STORES_H
#define FLOW_ONLINE_STORES_H

#include "base/log.h"
#include "flow/features/online.h"

#define STORE_WAIT_MS 500
#define STORE_PAUSE_MS 1000

struct feature_stores;

/* Catalog, place and log (or NULL) are borrowed. */
int feature_stores_open(struct feature_stores **out, struct catalog *c,
    const struct feature_store_at *at, const struct log *log, struct err *e);
/* NULL is fine. */
void feature_stores_close(struct feature_stores *t);
/* One to be asked, begun, and to be given back.  ERR_BUSY names the store that
 * does not answer. */
int feature_stores_take(struct feature_store **s, struct feature_stores *t,
    struct err *e);
/* `result` of what it was asked is returned; of a failure that is the store's,
 * *e becomes as above. */
int feature_stores_give(struct feature_stores *t, struct feature_store *s,
    int result, struct err *e);

#endif
