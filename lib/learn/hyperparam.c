/* A learner's parameters by their table: defaults, reading, recording. */
#include "learn/hyperparam.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "base/num.h"


static void *
param_field(void *params, const struct hyperparam *h)
{
	return (char *)params + h->at;
}

static void
store_value(void *params, const struct hyperparam *h, double v)
{
	void *at = param_field(params, h);

	if (h->type == HYPER_INT)
		*(int64_t *)at = (int64_t)v;
	else if (h->type == HYPER_REAL)
		*(double *)at = v;
	else if (h->type == HYPER_BOOL)
		*(bool *)at = v != 0;
	else if (h->type == HYPER_TEXT)
		*(const char **)at = NULL;
	else
		*(int *)at = (int)v;
}

void
hyperparams_preset(void *params, const struct hyperparams *t)
{
	for (size_t i = 0; i < t->n; i++)
		store_value(params, &t->row[i], t->row[i].preset);
}

/* --- reading -------------------------------------------------------------- */

static const struct hyperparam *
find_param(const struct hyperparams *t, const char *name)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct hyperparam *h = &t->row[i];

		if (strcmp(h->name, name) == 0)
			return h;
		for (int k = 0; k < HYPER_ALIASES && h->alias[k]; k++)
			if (strcmp(h->alias[k], name) == 0)
				return h;
	}
	return NULL;
}

/* "a, b and c" */
static void
add_list(struct buf *b, const char *const *word, size_t n, const char *last)
{
	for (size_t i = 0; i < n; i++)
		buf_addf(b, "%s%s", i == 0 ? "" : i + 1 == n ? last : ", ",
		    word[i]);
}

static int
refuse_unknown(const struct hyperparams *t, const char *name, struct err *e)
{
	const char **words = xalloc(t->n * (1 + HYPER_ALIASES) + 1,
	    sizeof(*words)), *near;
	struct buf known;
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++) {
		words[n++] = t->row[i].name;
		for (int k = 0; k < HYPER_ALIASES && t->row[i].alias[k]; k++)
			words[n++] = t->row[i].alias[k];
	}
	near = nearest_word(name, words, n);
	buf_init(&known, BUF_CAP_SMALL);
	for (size_t i = 0; i < t->n; i++)
		words[i] = t->row[i].name;
	add_list(&known, words, t->n, " and ");
	err_set(e, ERR_USAGE, "the learner has no parameter '%s'%s%s%s: "
	    "%s are known", name, near ? "; did you mean '" : "", near ? near :
	    "", near ? "'?" : "", known.data);
	buf_free(&known);
	free(words);
	return -1;
}

static int
set_bool(void *params, const struct hyperparam *h, const char *value,
    struct err *e)
{
	static const char *const words[] = { "false", "true", "0", "1" };

	for (int k = 0; k < 4; k++)
		if (strcmp(value, words[k]) == 0) {
			store_value(params, h, k % 2);
			return 0;
		}
	return err_set(e, ERR_USAGE, "'%s' is no value for %s, which takes true "
	    "or false", value, h->name);
}

static int
set_word(void *params, const struct hyperparam *h, const char *value,
    struct err *e)
{
	struct buf b;
	size_t n;

	for (n = 0; h->word[n]; n++)
		if (strcmp(value, h->word[n]) == 0) {
			store_value(params, h, (double)n);
			return 0;
		}
	buf_init(&b, BUF_CAP_SMALL);
	add_list(&b, h->word, n, " or ");
	err_set(e, ERR_USAGE, "%s is %s, not '%s'", h->name, b.data, value);
	buf_free(&b);
	return -1;
}

static int
set_text(void *params, const struct hyperparam *h, const char *value)
{
	*(const char **)param_field(params, h) = value;
	return 0;
}

static int
refuse_value(const struct hyperparam *h, const char *value, struct err *e)
{
	const char *whole = h->type == HYPER_INT ? "whole numbers " : "";

	if (isinf(h->high))
		return err_set(e, ERR_USAGE, "'%s' is no value for %s, which "
		    "takes %s%s %g", value, h->name, h->type == HYPER_INT ?
		    whole : "numbers ", h->above_low ? "above" : "from",
		    h->low);
	if (h->above_low)
		return err_set(e, ERR_USAGE, "'%s' is no value for %s, which "
		    "takes numbers above %g, up to %g", value, h->name, h->low,
		    h->high);
	return err_set(e, ERR_USAGE, "'%s' is no value for %s, which takes "
	    "%s%g to %g", value, h->name, whole, h->low, h->high);
}

static int
set_number(void *params, const struct hyperparam *h, const char *value,
    struct err *e)
{
	size_t n = strlen(value);
	int64_t whole = 0;
	double v = 0;
	bool good;

	if (h->type == HYPER_INT && !h->like_real) {
		good = num_parse_i64(value, n, &whole);
		v = (double)whole;
	} else {
		good = num_parse_f64(value, n, &v) && !isinf(v) &&
		    (h->type == HYPER_REAL || v == floor(v));
	}
	if (!good || !(v >= h->low && v <= h->high) ||
	    (h->above_low && v == h->low))
		return refuse_value(h, value, e);
	store_value(params, h, v);
	return 0;
}

int
hyperparams_set(void *params, const struct hyperparams *t, const char *name,
    const char *value, struct err *e)
{
	const struct hyperparam *h = find_param(t, name);
	int r;

	if (h == NULL)
		return refuse_unknown(t, name, e);
	if (h->type == HYPER_BOOL)
		r = set_bool(params, h, value, e);
	else if (h->type == HYPER_WORD)
		r = set_word(params, h, value, e);
	else if (h->type == HYPER_TEXT)
		r = set_text(params, h, value);
	else
		r = set_number(params, h, value, e);
	if (r == 0 && h->implies)
		h->implies(params);
	return r;
}

/* The last value of a name counts; but of two names, which one? */
static int
refuse_twice(const struct hyperparams *t, const struct param *set, size_t at,
    struct err *e)
{
	const struct hyperparam *h = find_param(t, set[at].name);

	for (size_t i = 0; i < at; i++)
		if (strcmp(set[i].name, set[at].name) != 0 &&
		    find_param(t, set[i].name) == h)
			return err_set(e, ERR_USAGE, "%s and %s are the same "
			    "parameter: give one", set[i].name, set[at].name);
	return 0;
}

int
hyperparams_read(void *params, const struct hyperparams *t,
    const struct param *set, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++)
		if (hyperparams_set(params, t, set[i].name, set[i].value,
		    e) < 0 || refuse_twice(t, set, i, e) < 0)
			return -1;
	return 0;
}

const char *
hyperparams_text(const void *params, const struct hyperparams *t,
    const char *name)
{
	const struct hyperparam *h = find_param(t, name);

	return h == NULL || h->type != HYPER_TEXT ? NULL :
	    *(const char *const *)((const char *)params + h->at);
}

/* --- recording ------------------------------------------------------------ */

static void
record_value(struct json *m, struct arena *a, const void *params,
    const struct hyperparam *h)
{
	const void *at = (const char *)params + h->at;

	if (h->type == HYPER_WORD)
		json_add_text(a, m, h->name, h->word[*(const int *)at]);
	else if (h->type == HYPER_TEXT && *(const char *const *)at)
		json_add_text(a, m, h->name, *(const char *const *)at);
	else if (h->type == HYPER_TEXT)
		return;
	else if (h->type == HYPER_BOOL)
		json_add_bool(a, m, h->name, *(const bool *)at);
	else if (h->type == HYPER_INT)
		json_add_int(a, m, h->name, *(const int64_t *)at);
	else
		json_add_num(a, m, h->name, *(const double *)at);
}

void
hyperparams_record(struct json *m, struct arena *a, const void *params,
    const struct hyperparams *t)
{
	for (int words = 1; words >= 0; words--)
		for (size_t i = 0; i < t->n; i++) {
			const struct hyperparam *h = &t->row[i];

			if ((h->type == HYPER_WORD) == words &&
			    (h->counts == NULL || h->counts(params)))
				record_value(m, a, params, h);
		}
}
