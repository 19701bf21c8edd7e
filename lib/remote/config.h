/*
 * remote/config.h - which remotes a repository has: .mlv/config, which git
 * keeps, so a clone knows them too.
 *
 *	remotes:
 *	  origin: s3://bucket/prefix
 *	  backup: /mnt/share/churn
 *	remote: origin
 *
 * The last line says which one is meant where none is named; without it the
 * only one is, or "origin".  URLs hold no secrets.
 */
#ifndef REMOTE_CONFIG_H
#define REMOTE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "store/repo.h"

struct remote_entry {
	const char *name, *url;
};

struct remote_list {
	struct arena arena;
	struct remote_entry *v;	/* in the order of the file */
	size_t n;
	const char *meant;	/* the default one's name, or NULL */
};

int remote_list_read(struct remote_list *l, struct repo *repo, struct err *e);
void remote_list_release(struct remote_list *l);
/* By name (NULL: the default one): ERR_NOENT with advice. */
int remote_list_find(const struct remote_entry **found,
    const struct remote_list *l, const char *name, struct err *e);

/* Each replaces the file; what people wrote in it stays.  ERR_EXISTS,
 * ERR_NOENT, and ERR_USAGE for a name or URL that is none. */
int remote_list_add(struct repo *repo, const char *name, const char *url,
    struct err *e);
int remote_list_remove(struct repo *repo, const char *name, struct err *e);
int remote_list_mean(struct repo *repo, const char *name, struct err *e);

#endif
