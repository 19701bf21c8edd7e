/*
 * flow/online/server.h - the features behind a server: the definitions, the
 * online store, and the service whose features are put into requests before
 * they are scored.
 */
#ifndef FLOW_ONLINE_SERVER_H
#define FLOW_ONLINE_SERVER_H

#include "base/arena.h"
#include "base/buf.h"
#include "deploy/version.h"
#include "feature/spec.h"
#include "flow/online/stores.h"

#define FEATURE_ROWS_MAX 10000		/* keys of a request */
#define FEATURE_VALUES_MAX (1 << 21)	/* ... times features */

/* What a service's features are called in answers. */
struct feature_names {
	const char *json;		/* "a","b" with a comma before each */
	size_t bytes;
	const char *twice;		/* a name of two, or NULL */
	struct intern *set;
};
/* Texts live in the arena. */
void feature_names_init(struct feature_names *n,
    const struct feature_service *s, bool full, struct arena *a);
void feature_names_release(struct feature_names *n);

/* A service as it is mostly asked: by its keys, in their order. */
struct feature_plan {
	const char **column;
	struct feature_lookup lookup;
};

struct feature_server {
	struct arena arena;
	struct feature_spec *spec;
	char id[OID_TEXT];		/* of the definitions */
	struct catalog *catalog;
	struct feature_stores *stores;
	const struct feature_service *service;	/* or NULL: none is joined */
	const char *const **key;	/* of each of its refs, up to a NULL */
	struct filler filler;		/* for the versions served */
	struct feature_names *names;	/* of each service, short and full */
	struct feature_plan *plan;	/* of each service */
};

struct feature_server_opts {
	const char *path;		/* features.yaml */
	struct feature_store_at store;
	const char *service;		/* or NULL */
	const struct log *log;		/* or NULL */
};
int feature_server_open(struct feature_server **out,
    const struct feature_server_opts *o, struct err *e);
/* NULL is fine. */
void feature_server_close(struct feature_server *f);

/* The body of POST /get-online-features; ERR_FORMAT, ERR_USAGE, ERR_NOENT and
 * ERR_TOOBIG are the client's, ERR_BUSY: the store does not answer.  By several
 * threads at once. */
int feature_server_answer(struct buf *out, struct feature_server *f,
    const char *body, size_t n, struct err *e);

/* What was put into the rows of a request. */
struct joined {
	struct arena arena;
	int64_t at;			/* the moment they are of */
	size_t rows, views, features;
	const struct feature_view **view;
	struct joined_row {		/* (rows, views) */
		bool found;
		int64_t time, created;
	} *row;
	size_t *column;			/* of each feature, in the block */
	struct feature_ref *ref;	/* of each feature */
	uint8_t *status;		/* (features, rows) */
};
/* ERR_FORMAT and ERR_TOOBIG are the client's, ERR_BUSY as above. */
int features_join(struct joined *j, struct feature_server *f,
    const struct version *v, struct table *block, struct err *e);
void joined_release(struct joined *j);
/* The member "features" of a line of the request log that holds the rows
 * [from, to). */
void joined_write(struct buf *out, const struct joined *j,
    const struct feature_server *f, const struct table *block, size_t from,
    size_t to);
/* For a header: how many features are missing, and why: "NOT_FOUND=2". */
void joined_tell(struct buf *out, const struct joined *j);

#endif
