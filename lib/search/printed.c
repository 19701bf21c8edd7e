/* The value of a trial among the words its command printed. */
#include "search/printed.h"

#include <string.h>

#include "base/num.h"
#include "codec/json.h"

static int
value_in_json(double *v, const char *line, size_t n, const char *metric)
{
	struct arena a = { NULL, 0 };
	const struct json *j, *m;
	struct err ignored;
	struct json *tree;
	int found = 0;

	if (json_parse(&tree, &a, line, n, JSON_NAN, &ignored) == 0) {
		j = json_path(tree, metric);
		m = json_get(tree, "metrics");
		if ((j == NULL || (j->type != JSON_INT && j->type != JSON_REAL)) && m)
			j = json_path(m, metric);
		if (j && (j->type == JSON_INT || j->type == JSON_REAL)) {
			*v = j->d;
			found = 1;
		}
	}
	arena_free(&a);
	return found;
}

static const char *
skip_space(const char *s, const char *end)
{
	while (s < end && strchr(" \t\r,;", *s))
		s++;
	return s;
}

static int
value_in_words(double *v, const char *line, size_t n, const char *metric)
{
	const char *end = line + n, *s = skip_space(line, end), *stop, *eq;
	int found = 0, words = 0;
	double last = 0, d;

	for (; s < end; s = skip_space(stop, end), words++) {
		for (stop = s; stop < end && !strchr(" \t\r,;", *stop); stop++)
			;
		eq = memchr(s, '=', (size_t)(stop - s));
		if (eq == NULL) {
			if (metric == NULL && words == 0 && skip_space(stop, end) == end &&
			    num_parse_f64(s, (size_t)(stop - s), v))
				return 1;
			continue;
		}
		if (!num_parse_f64(eq + 1, (size_t)(stop - eq - 1), &d) ||
		    (metric && (strlen(metric) != (size_t)(eq - s) ||
		    memcmp(metric, s, (size_t)(eq - s)) != 0)))
			continue;
		last = d;
		found++;
	}
	if (found > 1 && metric == NULL)
		return -1;
	*v = found ? last : *v;
	return found > 0;
}

int
printed_value(double *v, const char *text, size_t n, const char *metric)
{
	while (n > 0) {
		size_t at = n;
		int found;

		while (at > 0 && text[at - 1] != '\n')
			at--;
		found = metric && text[at] == '{' ?
		    value_in_json(v, text + at, n - at, metric) :
		    value_in_words(v, text + at, n - at, metric);
		if (found)
			return found;
		n = at ? at - 1 : 0;
	}
	return 0;
}
