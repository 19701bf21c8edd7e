/*
 * Single members of a schema's tree, and what is said of those that are wrong.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/nearest.h"
#include "base/num.h"
#include "quality/schema/internal.h"

int
bad_member(const struct json *j, const char *what, struct err *e)
{
	if (j->line > 0)
		return err_set(e, ERR_FORMAT, "line %u: '%s' %s", j->line,
		    j->key ? j->key : "item", what);
	return err_set(e, ERR_FORMAT, "'%s' %s", j->key ? j->key : "item",
	    what);
}

int
unknown_member(const struct json *j, const char *const *known, size_t n,
    struct err *e)
{
	const char *near = nearest_word(j->key, known, n);
	char what[128];

	if (near == NULL)
		return bad_member(j, "is not a member of a schema", e);
	snprintf(what, sizeof(what), "is not known; is it '%.60s'?", near);
	return bad_member(j, what, e);
}

int
get_flag(bool *out, const struct json *j, struct err *e)
{
	if (j->type != JSON_BOOL)
		return bad_member(j, "must be true or false", e);
	*out = j->b;
	return 0;
}

int
get_share(double *out, const struct json *j, struct err *e)
{
	if ((j->type != JSON_INT && j->type != JSON_REAL) || !(j->d >= 0 &&
	    j->d <= 1))
		return bad_member(j, "must be a number from 0 to 1", e);
	*out = j->d;
	return 0;
}

int
get_count(bool *has, int64_t *out, const struct json *j, struct err *e)
{
	if (j->type != JSON_INT || j->i < 0)
		return bad_member(j, "must be a whole number", e);
	*has = true;
	*out = j->i;
	return 0;
}

int
get_bound(bool *has, struct num *out, const struct json *j, struct err *e)
{
	int64_t us;

	if (j->type == JSON_INT)
		*out = num_of_i64(j->i);
	else if (j->type == JSON_REAL)
		*out = num_of_f64(j->d);
	else if (j->type == JSON_TEXT && clock_parse(j->s, j->n, &us))
		*out = num_of_i64(us);
	else
		return bad_member(j, "must be a number or a date", e);
	*has = true;
	return 0;
}

int
get_severity(enum severity *out, const struct json *j, struct err *e)
{
	if (j->type == JSON_TEXT && (strcmp(j->s, "error") == 0 ||
	    strcmp(j->s, "fail") == 0))
		*out = SEVERITY_ERROR;
	else if (j->type == JSON_TEXT && strcmp(j->s, "warn") == 0)
		*out = SEVERITY_WARN;
	else
		return bad_member(j, "must be error or warn", e);
	return 0;
}

static const char *
word_of(struct arena *a, const struct json *c)
{
	const char *word;
	struct buf b;

	if (c->type == JSON_TEXT)
		return arena_strdup(a, c->s);
	buf_init(&b, BUF_CAP_SMALL);
	json_write(&b, c);
	word = arena_strdup(a, b.data);
	buf_free(&b);
	return word;
}

int
get_words(const char *const **out, size_t *n, struct arena *a,
    const struct json *j, bool alone, struct err *e)
{
	const char **v;
	size_t i = 0;

	if (j->type != JSON_LIST && (!alone || j->type != JSON_TEXT))
		return bad_member(j, "must be a list", e);
	v = arena_alloc(a, (j->n + 1) * sizeof(*v));
	if (j->type == JSON_TEXT)
		v[i++] = arena_strdup(a, j->s);
	for (const struct json *c = j->child; c != NULL; c = c->next) {
		if (c->type == JSON_LIST || c->type == JSON_MAP)
			return bad_member(j, "must be a list of words", e);
		v[i++] = word_of(a, c);
	}
	*out = v;
	*n = i;
	return 0;
}

int
get_text(const char **out, struct arena *a, const struct json *j,
    struct err *e)
{
	if (j->type != JSON_TEXT || j->n == 0)
		return bad_member(j, "must be a text", e);
	*out = arena_strdup(a, j->s);
	return 0;
}

int
get_duration(int64_t *us, const struct json *j, struct err *e)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 },
	    { 'w', 604800 } };
	int64_t v;

	if (j->type == JSON_TEXT && j->n >= 2 && num_parse_i64(j->s, j->n - 1,
	    &v) && v > 0 && v < 1000000)
		for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
			if (j->s[j->n - 1] == units[i].unit) {
				*us = v * units[i].seconds * 1000000;
				return 0;
			}
	return bad_member(j, "must be a time such as 90s, 30m, 12h, 7d or 2w",
	    e);
}

size_t
member_place(const struct json *j, const char *const *known, size_t n)
{
	size_t i = 0;

	while (i < n && strcmp(known[i], j->key) != 0)
		i++;
	return i;
}
