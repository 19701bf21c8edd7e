/* What may be the name or the text of a tag, metric or parameter. */
#include <string.h>

#include "tracking/internal.h"

int
check_key(struct call *k, const char *what, const char *key)
{
	size_t n = strlen(key);

	if (n == 0)
		return call_fail(k, CALL_INVALID, "%s name cannot be empty",
		    what);
	if (n > KEY_MAX)
		return call_fail(k, CALL_INVALID, "'%.60s...' exceeds the "
		    "maximum length of %d characters for a %s name", key,
		    KEY_MAX, what);
	for (const char *c = key; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 127)
			return call_fail(k, CALL_INVALID, "Invalid value for a "
			    "%s name: it holds a control character", what);
	if (key[0] == '/' || strcmp(key, ".") == 0 ||
	    strncmp(key, "..", 2) == 0)
		return call_fail(k, CALL_INVALID, "Invalid value \"%.250s\" "
		    "for parameter '%s' supplied: Names may be treated as "
		    "files in certain cases, and must not resolve to other "
		    "names when treated as such", key, what);
	return 0;
}

int
check_length(struct call *k, const char *what, const char *value, size_t most)
{
	if (strlen(value) <= most)
		return 0;
	return call_fail(k, CALL_INVALID, "'%.250s' exceeds the maximum "
	    "length of %zu characters", what, most);
}
