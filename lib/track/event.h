/*
 * track/event.h - the lines of a journal as trees, mlv-journal(5); private to
 * lib/track.
 */
#ifndef TRACK_EVENT_H
#define TRACK_EVENT_H

#include <stdint.h>

#include "base/arena.h"
#include "codec/json.h"
#include "track/journal.h"

/* Everything is copied into the arena. */
struct event_begin {
	const char *id;
	int64_t us;			/* when, since 1970 */
	const char *host, *boot, *user;
	int64_t pid;			/* 0: left out */
	const struct journal_start *start;
};
struct json *event_begin(struct arena *a, const struct event_begin *b);
struct json *event_param(struct arena *a, const char *name,
    const struct json *v);
struct json *event_metric(struct arena *a, const char *name, int64_t step,
    double value, int64_t us);
/* The same line, written at once, its newline too. */
void event_put_metric(struct buf *out, const char *name, size_t n,
    int64_t step, double value, int64_t us);
struct json *event_summary(struct arena *a, const char *name, double value);
struct json *event_link(struct arena *a, const struct link *l);
struct json *event_fact(struct arena *a, const char *key,
    const struct json *v);
struct json *event_tag(struct arena *a, const char *name, const char *value);
/* Events that hold a name alone: "rename", "drop", "resume" (of the run). */
struct json *event_named(struct arena *a, const char *what, const char *name);
struct json *event_end(struct arena *a, enum run_status status,
    int exit_status, int64_t us);
/* A time as text, under a key of the map m. */
void event_time(struct arena *a, struct json *m, const char *key, int64_t us);

#endif
