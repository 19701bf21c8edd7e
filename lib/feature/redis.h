/*
 * feature/redis.h - the newest rows of views in Redis or Valkey, in Feast's
 * own layout: whichever of the two loads, the other reads.
 *
 * A key of an entity is a hash, named by the join keys and their values (of
 * serialization 3) and the project.  It holds a field for each feature,
 * murmur3 of "view:feature", with a feast.types.Value; "_ts:view", a protobuf
 * Timestamp; and, ours alone, "_created:view".
 *
 * The hash holds values and no rows: expressions are computed when they are
 * loaded, and views with windows are refused.
 */
#ifndef FEATURE_REDIS_H
#define FEATURE_REDIS_H

#include "feature/online.h"

struct redis;

/* redis://[[USER:]PASSWORD@]HOST[:PORT][/DATABASE][?project=NAME&keys=TYPE];
 * `password` where that has none; or NULL.  timeout_ms 0: 10 s without a
 * byte. */
bool redis_is_url(const char *where);
int redis_open(struct redis **out, const char *url, const char *password,
    int timeout_ms, struct err *e);
void redis_close(struct redis *r);		/* NULL is fine */
/* After an error: is it that Redis did not answer, or can answer nobody now?
 * *late: it was waited for. */
bool redis_is_lost(const struct redis *r, bool *late);
/* Then: once more. */
int redis_reconnect(struct redis *r, struct err *e);
/* After any error: answers still under way are those of no later question.
 * What follows fails with ERR_IO. */
void redis_drop(struct redis *r);

/* As online_load. */
int redis_load(struct redis *r, struct online_load *l, struct source *from,
    const struct table_read_opts *read, struct err *e);

/* A question for some features of a view; key: a cell of each of its entity's
 * columns, of which none is missing or empty. */
void redis_ask(struct redis *r, const struct feature_view *v,
    const struct raw_cell *key, const size_t *feature, size_t n);
int redis_send(struct redis *r, struct err *e);
/* The answer to the next question, features as they were asked for; values
 * live in the arena. */
int redis_answer(struct feature_answer *answer, struct arena *a,
    struct redis *r, const struct feature_view *v, const size_t *feature,
    size_t n, int64_t now, struct err *e);

#endif
