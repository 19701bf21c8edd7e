/*
 * deploy/fill.h - columns of a model that no request brings: the server
 * fills them in, found by keys that the request brings instead.
 */
#ifndef DEPLOY_FILL_H
#define DEPLOY_FILL_H

#include <stddef.h>

#define NOT_FILLED SIZE_MAX

struct filler {
	void *ctx;
	/* The place of a model's column among what is filled in, and the
	 * columns it is found by, up to a NULL; or NOT_FILLED. */
	size_t (*find)(void *ctx, const char *const **keys,
	    const char *column);
	const char *what;		/* "a feature of service 'churn'" */
};

#endif
