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

struct desks;

/* An input of the model: which wanted columns are its. */
struct served_port {
	const char *name;
	size_t n;			/* bytes of the name */
	size_t first, width;
};

struct served {
	struct binding *binding;
	char *name;			/* the registry's, or the file's stem;
					 * what it is called in paths */
	char *version;			/* "3"; "1" for a file */
	char digest[OID_TEXT];		/* of the model file */
	char variant[16];		/* "stable" or "canary" */
	struct stats *stats;		/* outlives this */
	struct served_port *port;	/* by model_input */
	size_t n_ports;
	struct desks *desks;		/* deploy/session.h */
	/* private */
	_Atomic int users;
};

/* Begins with one user.  `o` may be NULL.  From bytes, which are not needed
 * afterwards, without a digest; or from a name or path. */
int served_new(struct served **out, const void *bytes, size_t n,
    const char *name, uint64_t version, const char *variant,
    const struct bind_opts *o, struct err *e);
int served_load(struct served **out, struct catalog *c, const char *name,
    const char *variant, const struct bind_opts *o, struct err *e);
/* The inputs of `other` that `s` does not take, or not as what they are, in
 * words: "'region', 'age' as text".  NULL: it takes them all.  To be freed. */
char *served_lacks(const struct served *s, const struct served *other);
void served_hold(struct served *s);
void served_release(struct served *s);		/* NULL is fine */

#endif
