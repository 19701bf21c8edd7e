/*
 * tracking/internal.h - what the files of lib/tracking share: the state behind
 * the API, its handlers, and how runs and experiments are looked up and
 * written.
 */
#ifndef TRACKING_INTERNAL_H
#define TRACKING_INTERNAL_H

#include "base/groupsync.h"
#include "base/thread.h"
#include "track/ended.h"
#include "tracking/book.h"
#include "tracking/call.h"
#include "tracking/runs.h"
#include "tracking/tracking.h"

#define DEFAULT_LEASE_S 21600

struct tracking {
	struct tracking_opts o;
	struct catalog *c;
	struct mutex lock;		/* of all below, and of what is written */
	struct book *book;
	struct runs runs;
	struct group_sync *sync;	/* of journals that were begun */
	size_t adopted;			/* runs looked at for an experiment */
};

/* One row of the table of routes; handlers are called under the lock and
 * answer 0, or -1 when call_fail has answered. */
struct tracking_route {
	const char *method, *path;	/* behind "/api/2.0/" */
	int (*handle)(struct call *k);
	const char *schema;		/* see call_read; NULL: no fields */
};
/* Tables of the subjects, each ended by a method of NULL. */
extern const struct tracking_route experiment_routes[];
extern const struct tracking_route run_routes[];
extern const struct tracking_route log_routes[];
extern const struct tracking_route history_routes[];
extern const struct tracking_route search_routes[];
extern const struct tracking_route artifact_routes[];
extern const struct tracking_route logged_routes[];
extern const struct tracking_route model_routes[];
extern const struct tracking_route version_routes[];

/* ---- checks of what was sent ---- */

#define KEY_MAX 250
#define PARAM_MAX 6000
#define TAG_MAX 8000
/* -1: answered.  `what` is "metric", "param", "tag". */
int check_key(struct call *k, const char *what, const char *key);
int check_length(struct call *k, const char *what, const char *value,
    size_t most);

/* ---- experiments ---- */

/* NULL, answered: there is none.  `any`: deleted ones, too. */
const struct json *find_experiment(struct call *k, const char *id, bool any);
const char *experiment_by_name(const struct tracking *t, const char *name);
bool is_active(const struct json *doc);
/* Make one; *id is the arena's. */
int make_experiment(struct tracking *t, struct arena *a, const char **id,
    const char *name, const char *location, const struct json *tags,
    struct err *e);
int change_experiment(struct tracking *t, struct arena *a, const char *id,
    struct json *patch, struct err *e);
/* Every run has an experiment afterwards. */
int adopt_runs(struct tracking *t, struct err *e);
/* {"k": "v"} of [{"key": "k", "value": "v"}]. */
struct json *tags_to_map(struct arena *a, const struct json *item);

/* ---- runs ---- */

/* NULL, answered.  `any`: deleted ones, too. */
struct tracked_run *find_run(struct call *k, const char *id, bool any);
/* Lines into the run's journal, or into its next version where it is
 * sealed.  Takes over *p. */
int write_run(struct call *k, struct tracked_run *r, struct ended *p);
void put_run_info(struct call *k, const char *key,
    const struct tracked_run *r);
void put_run(struct call *k, const char *key, struct tracked_run *r);
/* "mlflow-artifacts:/0/ID/artifacts"; the arena's. */
const char *run_artifact_uri(struct call *k, const struct tracked_run *r);

/* ---- artifacts ---- */

/* What an artifact's URI or path lies in, and where there. */
struct artifact_place {
	const char *run, *logged;	/* one of them, or both NULL */
	const char *path;		/* below its artifacts, "" for all */
};
void place_parse(struct artifact_place *p, struct arena *a, const char *uri);
/* May it be the path of an artifact, or "" for all?  -1: answered. */
int check_artifact_path(struct call *k, const char *path);
/* One file as the answer; -1: answered otherwise. */
int send_artifact(struct call *k, const struct artifact_place *p);
/* The same of a file below a model's URI. */
int send_model_file(struct call *k, const char *uri, const char *path);

/* ---- models that runs log ---- */

/* NULL, answered: there is none. */
const struct json *find_logged(struct call *k, const char *id);
/* -1: answered. */
int change_logged(struct call *k, const char *id, struct json *patch);
/* Points that name a model are that model's, too; -1: answered. */
int note_model_metrics(struct call *k, const struct tracked_run *r,
    const struct json *points);

#endif
