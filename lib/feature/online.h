/*
 * feature/online.h - the newest rows of views by key, for serving.
 *
 * A view's pairs carry a fingerprint of what it keeps of which source, so a
 * changed definition begins anew.  Of each key there is the newest row, as in
 * feature/gather.h; of a view with windows every row besides, in the order of
 * timestamp, created and place (or cells).  Loading a row again changes nothing.
 */
#ifndef FEATURE_ONLINE_H
#define FEATURE_ONLINE_H

#include "base/source.h"
#include "feature/feed.h"
#include "feature/kv.h"
#include "feature/value.h"
#include "read/options.h"

struct online_load {
	struct kv *kv;
	const struct feature_view *view;
	int64_t until;			/* what was created or is later waits */
	uint64_t first;			/* place of the first row, from 1; 0:
					 * a row's cells say which it is, so
					 * that one sent again is the same */
	bool live;			/* a pipe: what has come is there to
					 * be asked for at once */
	/* Under `source`, the bytes that say which and how it is read, a mark
	 * is kept: rows before it are in the store.  n 0: none. */
	struct kv_bytes source;
	const uint8_t *content;		/* SHA256_BYTES of the source, where it
					 * has an id; or NULL */
	bool whole;			/* read all, whatever the mark says */
	/* what was done; `skipped` of the rows were not read again */
	uint64_t rows, skipped, newer, waiting, timeless;
	bool anew;			/* what was kept before was of another
					 * definition of the view */
};

/* Read the source to its end, in transactions of their own: whoever reads
 * sees whole rows; a load that was cut short is run again, and goes on where
 * it was.  ERR_MOVED, nothing done: the source does not begin as it did; open
 * it once more, for `whole`. */
int online_load(struct online_load *l, struct source *from,
    const struct table_read_opts *read, struct err *e);

/* May row i be kept?  Counted, whatever it is. */
bool online_takes(struct online_load *l, const struct feed_block *b,
    size_t i);

/* What is known of a feature under a key. */
struct feature_answer {
	struct raw_cell value;
	enum feature_status status;
	bool found;			/* there is a row */
	int64_t time, created;		/* of it */
};

/* One key of a view, within the transaction that is open; what it and its
 * values point to lives until that ends, or in the arena. */
struct online_row {
	const struct feature_view *view;
	bool found;
	int64_t time, created;
	struct raw_cell *cell;
	char key[KV_KEY_MAX + 1];	/* what its pairs begin with */
	size_t key_n;
};
/* `key`: see feature/key.h; empty: not found. */
int online_find(struct online_row *r, struct arena *a, struct kv *kv,
    const struct feature_view *v, const struct buf *key, struct err *e);
/* As gathered_value, at the moment `now`. */
int online_value(struct raw_cell *out, enum feature_status *status,
    struct arena *a, const struct online_row *r, struct kv *kv,
    const struct feature *f, int64_t now, struct err *e);

#endif
