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
#include "model/score.h"
#include "deploy/stats.h"

struct session_pool;

/* An input of the model: which wanted columns are its. */
struct version_port {
	const char *name;
	size_t n;			/* bytes of the name */
	size_t first, width;
};

struct version {
	struct binding *binding;
	char *name;			/* the registry's, or the file's stem;
					 * what it is called in paths */
	char *number;			/* "3"; "1" for a file */
	char digest[OID_TEXT];		/* of the model file */
	enum variant variant;
	struct version_stats *stats;	/* outlives this */
	struct version_port *port;	/* by model_input */
	size_t n_ports;
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
/* The inputs of `other` that `v` does not take, or not as what they are, in
 * words: "'region', 'age' as text".  NULL: it takes them all.  To be freed. */
char *version_lacks(const struct version *v, const struct version *other);
/* One user more, one less; NULL is fine. */
void version_hold(struct version *v);
void version_release(struct version *v);

#endif
