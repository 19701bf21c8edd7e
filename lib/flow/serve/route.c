/* Matching paths with patterns. */
#include "flow/serve/route.h"

#include <string.h>

/* A {name} at the start of a pattern: the bytes it takes up there, or 0. */
static size_t
variable_len(const char *pattern, const char *name)
{
	size_t n = strlen(name);

	return strncmp(pattern + 1, name, n) == 0 &&
	    pattern[n + 1] == '}' ? n + 2 : 0;
}

bool
route_matches(struct route_parts *parts, const char *pattern,
    const char *path)
{
	memset(parts, 0, sizeof(*parts));
	while (*pattern) {
		struct route_part *part = &parts->model;
		size_t skip;

		if (*pattern != '{') {
			if (*pattern++ != *path++)
				return false;
			continue;
		}
		if (variable_len(pattern, "rest"))
			return true;
		if ((skip = variable_len(pattern, "model")) == 0) {
			part = &parts->version;
			skip = variable_len(pattern, "version");
		}
		if (skip == 0) {
			part = &parts->label;
			skip = variable_len(pattern, "label");
		}
		if (skip == 0)
			return false;	/* no such variable */
		pattern += skip;
		part->s = path;
		part->n = strcspn(path, (char[]){ '/', *pattern, '\0' });
		path += part->n;
	}
	return *path == '\0';
}

bool
route_takes(const struct route *r, const char *method)
{
	return r->method == NULL || strcmp(r->method, method) == 0 ||
	    (strcmp(r->method, "GET") == 0 && strcmp(method, "HEAD") == 0);
}

const struct route *
route_find(const struct route *routes, size_t n, const char *method,
    const char *path, struct route_parts *parts)
{
	const struct route *found = NULL;

	for (size_t i = 0; i < n; i++) {
		const struct route *r = &routes[i];

		if (found ? strcmp(r->pattern, found->pattern) != 0 :
		    !route_matches(parts, r->pattern, path))
			continue;
		if (route_takes(r, method))
			return r;
		if (found == NULL)
			found = r;
	}
	return found;
}
