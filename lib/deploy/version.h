/*
 * deploy/version.h - one version of a model while it is being served.
 *
 * Loaded and checked whole before anybody sees it (golden rows included);
 * counted by those who use it and freed by the last.
 */
#ifndef DEPLOY_VERSION_H
#define DEPLOY_VERSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "catalog/catalog.h"
#include "deploy/fill.h"
#include "deploy/stats.h"
#include "model/score.h"

struct inputs;
struct session_pool;

/* What a request names as one: an input of the model, or, where some of its
 * columns are filled in, one of the columns; a key. */
struct version_port {
	const char *name;
	size_t n;			/* bytes of the name */
	size_t first, width;		/* which wanted columns are its */
	enum onnx_elem elem;		/* ONNX_TEXT of a key */
	bool key;			/* it takes texts and numbers */
	bool filled;			/* a request does not bring it */
};

struct version {
	struct binding *binding;
	char *name;			/* the registry's, or the file's stem;
					 * what it is called in paths */
	char *number;			/* "3"; "1" for a file */
	char digest[OID_TEXT];		/* of the model file */
	enum variant variant;
	struct version_stats *stats;	/* outlives this */
	struct inputs *inputs;		/* deploy/inputs.h */
	struct version_port *port;
	size_t n_ports;
	/* What the block of a request holds: the columns that the model wants,
	 * optional where they are filled in, then keys. */
	struct table_want *want;
	size_t n_wants, n_model_wants;
	size_t *fill;			/* of each wanted column: its place
					 * with the filler, or NOT_FILLED */
	bool filled;			/* some are */
	struct session_pool *sessions;	/* deploy/session.h */
	/* private */
	_Atomic int users;
};

struct version_opts {
	const char *name;		/* copied */
	uint64_t number;
	enum variant variant;
	const struct bind_opts *score;	/* or NULL */
};

/* From an ONNX file's bytes, which are not needed afterwards; without a
 * digest.  Begins with one user.  (deploy/load.h opens names and files.) */
int version_new(struct version **out, const void *bytes, size_t n,
    const struct version_opts *o, struct err *e);
/* Before the first request: some of its columns are filled in from now on.
 * ERR_UNSUPPORTED when none is. */
int version_fill(struct version *v, const struct filler *f, struct err *e);
/* The inputs of `other` that `v` does not take, or not as what they are, in
 * words: "'region', 'age' as text".  NULL: it takes them all.  To be freed. */
char *version_lacks(const struct version *v, const struct version *other);
/* One user more, one less; NULL is fine. */
void version_hold(struct version *v);
void version_release(struct version *v);

#endif
