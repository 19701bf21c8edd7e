/*
 * flow/serve/route.h - which handler a method and a path lead to.
 *
 * A pattern is a path in which {model}, {version} and {label} stand for any
 * bytes up to a slash or the pattern's next character, and {rest} at the end
 * for whatever is left:
 *
 *	/v2/models/{model}/versions/{version}/infer
 */
#ifndef FLOW_SERVE_ROUTE_H
#define FLOW_SERVE_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

struct dialect;
struct exchange;

struct route {
	const char *method;		/* "GET" is HEAD, too; NULL: any */
	const char *pattern;
	void (*handle)(struct exchange *x);
	const struct dialect *dialect;	/* spoken there; or NULL */
	const char *doc;		/* one line for /openapi.json and the
					 * man page; NULL: it is in neither */
};

/* What stood in the path for {model}, {version} and {label}; s is NULL where
 * the pattern has none. */
struct route_parts {
	struct route_part {
		const char *s;		/* n bytes of the path */
		size_t n;
	} model, version, label;
};

bool route_matches(struct route_parts *parts, const char *pattern,
    const char *path);
bool route_takes(const struct route *r, const char *method);
/* The first route of that path and method; when there is none, the first of
 * that path, which does not take the method; NULL: no route has that path. */
const struct route *route_find(const struct route *routes, size_t n,
    const char *method, const char *path, struct route_parts *parts);

#endif
