/*
 * deploy/stats.h - what a server counts; written for Prometheus by
 * deploy/metrics.h.
 *
 * One `struct version_stats` for each name, number and variant that was ever
 * served, and one `struct endpoint_stats` for each endpoint; they stay until
 * the end, so that counters never go back.  A file that is replaced goes on
 * with those it had.  Beyond STATS_VERSIONS_MAX versions of a name, new ones
 * are counted together as version "other": what Prometheus keeps is bounded.
 * Counting takes no lock.
 */
#ifndef DEPLOY_STATS_H
#define DEPLOY_STATS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/thread.h"
#include "deploy/variant.h"

#define STATS_BUCKETS 16	/* upper bounds 10 us * 2^i, then infinity */

/* What a request goes through. */
enum stats_phase { STATS_READ, STATS_SCORE, STATS_WRITE, STATS_PHASES };
/* Why a request was not answered: it came too late, the model refused its rows,
 * anything else. */
enum stats_failure {
	STATS_REJECTED, STATS_BACKEND, STATS_OTHER, STATS_FAILURES
};

struct stats_histogram {
	_Atomic uint64_t bucket[STATS_BUCKETS + 1];
	_Atomic uint64_t nanos;		/* their sum */
};

struct version_stats {
	char model[130], number[24];
	enum variant variant;
	_Atomic uint64_t rows, unseen, failed[STATS_FAILURES];
	_Atomic int64_t in_flight;
	struct stats_histogram latency, phase[STATS_PHASES];
	_Atomic uint64_t queue_nanos;
	/* of the requests whose processor time was measured */
	_Atomic uint64_t cpu_nanos, cpu_rows;
	struct version_stats *next;
};

/* How long a request took.  Its latency is that of the phases; what it waited
 * before is apart. */
struct stats_times {
	int64_t queue_ns, phase_ns[STATS_PHASES];
	int64_t cpu_ns;			/* < 0: not measured */
};

#define STATS_FEATURES_MAX 256	/* of a model, later ones together */

/* What came in as a feature of a model, by the profile that the model carries of
 * the rows it was trained on. */
struct feature_stats {
	char model[130], feature[130];
	bool profiled;			/* the last two are known */
	_Atomic uint64_t missing, unseen, outside;
	struct feature_stats *next;
};

#define STATS_VERSIONS_MAX 128	/* of a name and variant */

/* What is counted of an endpoint, and what it serves now. */
struct endpoint_stats {
	char model[130];		/* its name */
	char label[64];			/* "": it is not asked by one alone */
	_Atomic uint64_t reloads, reload_failures;
	/* another version is there, but could not be taken up */
	_Atomic bool held_back[VARIANTS];
	/* the rest under the lock of all */
	bool open;			/* there is such an endpoint now */
	struct served {
		const struct version_stats *stats;	/* or NULL: nothing */
		char number[24], digest[80];
	} now[VARIANTS];
	char why[256];			/* nothing is served yet; or "" */
	struct endpoint_stats *next;
};

struct server_stats {
	struct version_stats *_Atomic first;
	struct feature_stats *_Atomic feature;
	_Atomic uint64_t bad_requests;
	struct mutex lock;		/* of adding, and of what is served */
	struct endpoint_stats *endpoint;
};

/* Whoever else counts. */
void stats_add(_Atomic uint64_t *counter, uint64_t n);
void server_stats_init(struct server_stats *all);
void server_stats_release(struct server_stats *all);

/* The counters of an endpoint that is opened, with those that an earlier one
 * of that name and label had; owned by `all`.  `label`: "" for none. */
struct endpoint_stats *server_stats_open(struct server_stats *all,
    const char *model, const char *label);
/* It is closed: nothing of it is served any more. */
void server_stats_close(struct server_stats *all, struct endpoint_stats *p);

/* The counters of a version as that variant, made when they are new; owned
 * by `all`. */
struct version_stats *server_stats_of(struct server_stats *all,
    enum variant variant, const char *model, const char *number);
/* What an endpoint serves as that variant from now on; NULL: nothing. */
void server_stats_serve(struct server_stats *all, struct endpoint_stats *p,
    enum variant variant, const struct served *what);
/* Why an endpoint serves nothing; "" once it does. */
void server_stats_explain(struct server_stats *all,
    struct endpoint_stats *p, const char *why);
/* Copies it. */
void server_stats_why(char *why, size_t room, struct server_stats *all,
    const struct endpoint_stats *p);
/* The counters of a feature, made when they are new; owned by `all`. */
struct feature_stats *server_stats_feature(struct server_stats *all,
    const char *model, const char *feature, bool profiled);
/* Count a request that was answered.  `unseen`: of the rows, those with a
 * category the model has never seen. */
void version_stats_answered(struct version_stats *s, uint64_t rows,
    uint64_t unseen, const struct stats_times *t);
/* Count a request that could not be answered. */
void version_stats_failed(struct version_stats *s, enum stats_failure why,
    const struct stats_times *t);

#endif
