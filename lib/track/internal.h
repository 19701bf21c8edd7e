/* track/internal.h - where journals are and how they are read; nobody
 * else's but lib/track's. */
#ifndef TRACK_INTERNAL_H
#define TRACK_INTERNAL_H

#include "base/buf.h"
#include "base/err.h"
#include "catalog/catalog.h"
#include "track/run.h"

/* "/x/.mlv/runs/ID.jsonl", to be freed. */
char *journal_path(const struct catalog *c, const char *id);

/* Where unsealed journals are: "/x/.mlv/runs". */
char *journal_folder(const struct catalog *c);

/* Ids of runs. */
struct run_list {
	struct run_id {
		char *id;
		bool journal;		/* has one that is a file */
	} *v;
	size_t n, room;
};
/* Those that have a journal which is a file, newest first. */
int run_list_journals(struct run_list *l, struct catalog *c, struct err *e);
void run_list_release(struct run_list *l);

/* A journal's text into *r (zeroed).  The status is what its end line says,
 * RUN_UNKNOWN without one.  Lines that are not whole are skipped.
 * ERR_FORMAT when line one is not the beginning of a run. */
int run_parse(struct run *r, const char *s, size_t n, struct err *e);
/* Of an unsealed run, in run.c: it tries the lock on byte 0, and a run that
 * nobody holds is RUN_KILLED when this boot began it.  Of a sealed one by its
 * manifest's id, with metrics' summaries only, or in full.  On failure *r is
 * empty. */
int run_from_journal(struct run *r, struct catalog *c, const char *id,
    struct err *e);
int run_from_manifest(struct run *r, struct catalog *c, const struct oid *id,
    struct err *e);
int run_from_sealed(struct run *r, struct catalog *c, const struct oid *id,
    struct err *e);
/* The same from its row of the index (run_to_json), which stays the
 * caller's; no links. */
void run_from_row(struct run *r, const struct json *row,
    const struct oid *id);
/* The whole journal of a sealed run, its newest version's.  ERR_NOENT. */
int sealed_journal(struct buf *out, struct catalog *c, const char *id,
    struct err *e);
/* Member "metrics" of j: the summaries; null for one that is not finite,
 * and which in "metrics_flag". */
void run_put_metrics(struct arena *a, struct json *j, const struct run *r);
/* The boot that line one names, valid after run_parse. */
bool run_began_here(const struct run *r);

#endif
