/*
 * remote/state.h - what a remote has, as its head and its records tell.
 *
 * Every push leaves one record: which packs it brought, which values it gave
 * to names, and what its repository's audit log said since its last push.
 * The head lists the records in order; so whoever knows the first ones reads
 * only those that came after.  mlv-remote(5) has the formats.
 */
#ifndef REMOTE_STATE_H
#define REMOTE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/intern.h"
#include "codec/json.h"
#include "remote/leaving.h"
#include "remote/transport/transport.h"
#include "store/oid.h"

/* One value of a name on the remote, and who gave it when. */
struct remote_value {
	uint32_t number;	/* 0: an alias that was dropped */
	struct oid id;
	struct oid audit;	/* the record of the pusher's log that set it */
	struct oid verdict;	/* or none */
	const char *time, *user, *host;
};

struct remote_ref {
	const char *name;	/* "data/churn", "model/churn@champion" */
	struct remote_value *value;
	size_t n, room;
};

struct remote_pack {
	struct oid name;
	uint64_t bytes, index;	/* of the file; where its index begins */
};

/* Objects of a pack that gc found nothing to lead to: nobody may count on
 * them or on what they lead to, whoever needs them brings them again. */
struct remote_dead {
	struct oid pack;
	const uint8_t *bits;	/* by the order of ids; shorter: the rest lives */
	size_t n;		/* bytes of them */
};

/* The audit log of one repository that pushed here, named by the hash of one
 * of its records: of its first, unless another one has that name, because one
 * is a copy of the other that went its own way. */
struct remote_chain {
	struct oid name, head;
	uint64_t records;
	struct buf lines;
};

/* A version of `ref` is about the model of that file or manifest. */
struct remote_about {
	struct oid subject;
	const char *ref;
};

struct remote_file {
	struct oid id;
	uint64_t bytes;
};

/* Zeroed it is empty. */
struct remote_state {
	struct arena arena;
	struct tag tag;			/* of the head; "" for none */
	struct remote_file *record;	/* that the head lists */
	size_t n_records;
	struct intern *names;		/* i is the ref i */
	struct remote_ref *ref;
	size_t n_refs, room_refs;
	struct remote_pack *pack;
	size_t n_packs, room_packs;
	bool collected;			/* gc was here: head/2 from then on */
	struct leaving leaving;
	struct remote_dead *dead;
	size_t n_dead, room_dead;
	struct intern *memos;	/* names of work that was done ... */
	const char **memo_run;	/* ... and the run that did it */
	size_t n_memos, room_memos;
	struct remote_about *about;
	size_t n_abouts, room_abouts;
	struct remote_chain *chain;
	size_t n_chains, room_chains;
};

/* Read the head and the records it lists; those in the folder `kept` need not
 * be fetched, those fetched are kept there.  No head is an empty remote. */
int remote_state_read(struct remote_state *s, struct transport *t,
    const char *kept, struct err *e);
void remote_state_release(struct remote_state *s);
/* Something that the head lists was not there (ERR_CORRUPT in e): ERR_MOVED
 * where the head is another one by now, which need not list it. */
void remote_state_recheck(const struct remote_state *s, struct transport *t,
    struct err *e);

/* NULL when the remote has no such name. */
const struct remote_ref *remote_state_ref(const struct remote_state *s,
    const char *name);
struct remote_chain *remote_state_chain(struct remote_state *s,
    const struct oid *name);
/* The longest that the log `lines` goes on from; NULL. */
struct remote_chain *remote_state_begun(struct remote_state *s,
    const struct buf *lines);

/* The run that did the work of that name; NULL. */
const char *remote_state_memo(const struct remote_state *s,
    const char *name);

/* A record's text after what `s` tells: ERR_CORRUPT where it contradicts. */
int remote_state_apply(struct remote_state *s, const char *p, size_t n,
    struct err *e);
/* The text of a head that lists the records of `s` and one more. */
void remote_state_head(struct buf *out, const struct remote_state *s,
    const struct remote_file *more);
/* The lines of all records, in order, but those that `keep` (NULL: all are
 * kept) says no to. */
typedef bool remote_keep_fn(void *ctx, const struct json *line);
int remote_state_text(struct buf *out, const struct remote_state *s,
    struct transport *t, const char *kept, remote_keep_fn *keep, void *ctx,
    struct err *e);
/* All records make way for that one: their files leave, where gc was here. */
void remote_state_fold(struct remote_state *s, const struct oid *one,
    int64_t now_s);
/* NULL: all objects of the pack may be counted on. */
const struct remote_dead *remote_state_dead(const struct remote_state *s,
    const struct oid *pack);

/* "records/HEX", "packs/HEX", to be freed. */
char *remote_key(const char *folder, const struct oid *id);

#endif
