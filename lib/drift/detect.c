/* The table of detectors, their parameters, and one of them at work. */
#include "drift/detect.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/nearest.h"
#include "base/num.h"
#include "drift/detect/internal.h"

#define DETECTOR_ENTRY(name) &detector_##name,
static const struct detector *const detectors[] = {
	DETECTORS(DETECTOR_ENTRY)
};
#define N_DETECTORS (sizeof(detectors) / sizeof(*detectors))
#define PARAMS_MAX 8

struct detection {
	const struct detector *kind;
	void *d;
	bool drifted;			/* begins anew with the next value */
};

const char *
detector_name(size_t i)
{
	return i < N_DETECTORS ? detectors[i]->name : NULL;
}

const char *
detector_about(size_t i)
{
	return i < N_DETECTORS ? detectors[i]->about : NULL;
}

static int
find_detector(const struct detector **out, const char *name, struct err *e)
{
	const char *names[N_DETECTORS], *near;
	struct buf all;

	for (size_t i = 0; i < N_DETECTORS; i++) {
		names[i] = detectors[i]->name;
		if (strcmp(name, names[i]) == 0) {
			*out = detectors[i];
			return 0;
		}
	}
	buf_init(&all, BUF_CAP_SMALL);
	for (size_t i = 0; i < N_DETECTORS; i++)
		buf_addf(&all, " %s", names[i]);
	near = nearest_word(name, names, N_DETECTORS);
	err_set(e, ERR_USAGE, "there is no detector '%s'%s%s%s; there are:%s",
	    name, near ? ", did you mean '" : "", near ? near : "", near ?
	    "'?" : "", all.data);
	buf_free(&all);
	return -1;
}

/* ---- parameters ---- */

static void *
field_of(const void *d, const struct detect_param *p)
{
	return (char *)(uintptr_t)d + p->at;
}

static void
store_number(void *d, const struct detect_param *p, double v)
{
	if (p->type == DETECT_REAL)
		*(double *)field_of(d, p) = v;
	else if (p->type == DETECT_INT)
		*(int64_t *)field_of(d, p) = (int64_t)v;
	else if (p->type == DETECT_BOOL)
		*(bool *)field_of(d, p) = v != 0;
	else
		*(int *)field_of(d, p) = (int)v;
}

static int
parse_word(void *d, const struct detect_param *p, const char *value,
    struct err *e)
{
	static const char *const yes_no[] = { "false", "true", NULL };
	const char *const *word = p->type == DETECT_BOOL ? yes_no : p->word;
	struct buf all;

	buf_init(&all, BUF_CAP_SMALL);
	for (int i = 0; word[i] != NULL; i++) {
		if (strcmp(word[i], value) == 0) {
			store_number(d, p, i);
			buf_free(&all);
			return 0;
		}
		buf_addf(&all, " %s", word[i]);
	}
	err_set(e, ERR_USAGE, "%s is one of%s, not '%s'", p->name, all.data,
	    value);
	buf_free(&all);
	return -1;
}

static int
parse_param(void *d, const struct detect_param *p, const char *value,
    struct err *e)
{
	double v;

	if (p->type == DETECT_BOOL || p->type == DETECT_WORD)
		return parse_word(d, p, value, e);
	if (!num_parse_f64(value, strlen(value), &v) || !(v >= p->low) ||
	    !(v <= p->high) || (p->type == DETECT_INT && v != floor(v)))
		return err_set(e, ERR_USAGE, "%s is %s from %g to %g, not "
		    "'%s'", p->name, p->type == DETECT_INT ? "an integer" :
		    "a number", p->low, p->high, value);
	store_number(d, p, v);
	return 0;
}

static int
set_param(void *d, const struct detector *k, const struct param *set,
    struct err *e)
{
	const char *names[PARAMS_MAX], *near;
	struct buf b;

	for (size_t i = 0; i < k->params; i++) {
		names[i] = k->param[i].name;
		if (strcmp(names[i], set->name) == 0)
			return parse_param(d, &k->param[i], set->value, e);
	}
	near = nearest_word(set->name, names, k->params);
	buf_init(&b, BUF_CAP_SMALL);
	for (size_t i = 0; near == NULL && i < k->params; i++)
		buf_addf(&b, "%s%s", i ? ", " : "", names[i]);
	err_set(e, ERR_USAGE, near ? "%s has no parameter '%s'; it has '%s'" :
	    "%s has no parameter '%s'; it has %s", k->name, set->name, near ?
	    near : b.data);
	buf_free(&b);
	return -1;
}

/* ---- one at work ---- */

int
detection_new(struct detection **out, const char *detector,
    const struct param *set, size_t n, struct err *e)
{
	const struct detector *k;
	struct detection *d;

	if (find_detector(&k, detector, e) != 0)
		return -1;
	d = xalloc(1, sizeof(*d));
	d->kind = k;
	d->d = xalloc(1, k->size);
	for (size_t i = 0; i < k->params; i++)
		store_number(d->d, &k->param[i], k->param[i].preset);
	for (size_t i = 0; i < n; i++)
		if (set_param(d->d, k, &set[i], e) != 0)
			goto failed;
	if (k->check != NULL && k->check(d->d, e) != 0)
		goto failed;
	k->reset(d->d);
	*out = d;
	return 0;
failed:
	detection_free(d);
	return -1;
}

void
detection_free(struct detection *d)
{
	if (d == NULL)
		return;
	if (d->kind->release != NULL)
		d->kind->release(d->d);
	free(d->d);
	free(d);
}

int
detection_add(enum detect_sign *sign, struct detection *d, double x,
    struct err *e)
{
	char text[NUM_TEXT_MAX];

	if (d->kind->errors && x != 0 && x != 1) {
		num_print_f64(text, x);
		return err_set(e, ERR_UNSUPPORTED, "%s takes errors, 0 or 1, "
		    "not %s", d->kind->name, text);
	}
	if (d->drifted)
		d->kind->reset(d->d);
	*sign = d->kind->update(d->d, x);
	d->drifted = *sign == DETECT_DRIFT;
	return 0;
}

void
detection_params(struct json *to, struct arena *a, const struct detection *d)
{
	for (size_t i = 0; i < d->kind->params; i++) {
		const struct detect_param *p = &d->kind->param[i];
		const void *at = field_of(d->d, p);

		if (p->type == DETECT_REAL)
			json_add_num(a, to, p->name, *(const double *)at);
		else if (p->type == DETECT_INT)
			json_add_int(a, to, p->name, *(const int64_t *)at);
		else if (p->type == DETECT_BOOL)
			json_add_bool(a, to, p->name, *(const bool *)at);
		else
			json_add_text(a, to, p->name,
			    p->word[*(const int *)at]);
	}
}

void
detection_save(struct json *to, struct arena *a, struct detection *d)
{
	struct state s = { .to = to, .arena = a };

	state_bool(&s, "drifted", &d->drifted);
	d->kind->state(d->d, &s);
}

int
detection_load(struct detection *d, const struct json *from, struct err *e)
{
	struct state s = { .from = from };

	state_bool(&s, "drifted", &d->drifted);
	d->kind->state(d->d, &s);
	if (s.wrong == NULL)
		return 0;
	d->kind->reset(d->d);
	d->drifted = false;
	return err_set(e, ERR_FORMAT, "no state of %s: '%s'", d->kind->name,
	    s.wrong);
}
