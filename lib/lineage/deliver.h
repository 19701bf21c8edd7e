/*
 * lineage/deliver.h - where OpenLineage events go: a file that grows by a
 * line each, a terminal, or an endpoint.
 */
#ifndef LINEAGE_DELIVER_H
#define LINEAGE_DELIVER_H

#include <stddef.h>

#include "base/err.h"

/* Exactly one of `file` ("-": standard error) and `url`. */
struct delivery {
	const char *file;
	const char *url, *endpoint;	/* endpoint NULL: "api/v1/lineage" */
	const char *key;		/* or NULL */
	const char *http;		/* the helper program for HTTP */
};

/* Lines, each an event.  A file gets each in one write, an endpoint each in
 * a POST, within some seconds. */
int deliver_events(const struct delivery *to, const char *lines, size_t n,
    struct err *e);

#endif
