/* The words and numbers of a policy, refused by their line. */
#include <string.h>

#include "base/nearest.h"
#include "rollout/internal.h"

int
policy_refuse_member(const struct json *j, const char *const *known, size_t n,
    struct err *e)
{
	const char *near = nearest_word(j->key, known, n);

	if (near)
		return err_set(e, ERR_FORMAT, "line %u: unknown member "
		    "'%.100s'; did you mean '%s'?", j->line, j->key, near);
	return err_set(e, ERR_FORMAT, "line %u: unknown member '%.100s'",
	    j->line, j->key);
}

int
policy_word(size_t *out, const struct json *j, const char *const *known,
    size_t n, struct err *e)
{
	const char *near;

	for (*out = 0; j->type == JSON_TEXT && *out < n; ++*out)
		if (strcmp(j->s, known[*out]) == 0)
			return 0;
	if (j->type != JSON_TEXT)
		return err_set(e, ERR_FORMAT, "line %u: '%s' is a word",
		    j->line, j->key);
	near = nearest_word(j->s, known, n);
	return err_set(e, ERR_FORMAT, "line %u: no %s is called '%.100s'; "
	    "%s '%s'", j->line, j->key, j->s, near ? "did you mean" :
	    "the first of them is", near ? near : known[0]);
}

int
policy_number(double *out, const struct json *j, double low, double high,
    struct err *e)
{
	if ((j->type == JSON_INT || j->type == JSON_REAL) && j->d >= low &&
	    j->d <= high) {
		*out = j->d;
		return 0;
	}
	return err_set(e, ERR_FORMAT, "line %u: '%s' is a number from %g to "
	    "%g", j->line, j->key, low, high);
}
