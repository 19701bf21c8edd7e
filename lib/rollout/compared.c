/* Answers to the same rows, compared. */
#include "rollout/compared.h"

#include <math.h>
#include <string.h>

#include "reqlog/entry.h"

static const double up_to[COMPARED_SIZES] = {
	0, 1e-6, 1e-4, 1e-3, 1e-2, 1e-1, 1, INFINITY
};
static const char *const texts[COMPARED_SIZES] = {
	"0", "0.000001", "0.0001", "0.001", "0.01", "0.1", "1", "more"
};

const char *
compared_size_text(size_t i)
{
	return texts[i];
}

static bool
is_number(const struct json *v)
{
	return v && (v->type == JSON_INT || v->type == JSON_REAL);
}

static bool
is_same(const struct json *a, const struct json *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	if (is_number(a) && is_number(b))
		return a->d == b->d;
	if (a->type != b->type)
		return false;
	if (a->type == JSON_BOOL)
		return a->b == b->b;
	return a->type == JSON_TEXT && a->n == b->n &&
	    memcmp(a->s, b->s, a->n) == 0;
}

/* Which of the numbers of row i is greatest, the first of equals. */
static const char *
greatest_of(const struct json *m, size_t i)
{
	const char *key = NULL;
	double most = 0;

	for (const struct json *v = m->child; v; v = v->next) {
		const struct json *x = reqlog_value(v, i);

		if (is_number(x) && (key == NULL || x->d > most)) {
			key = v->key;
			most = x->d;
		}
	}
	return key;
}

const char *
answer_output(const struct json *outputs)
{
	static const char *const labels[] = { "label", "output_label" };
	const struct json *number = NULL;

	for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++)
		if (json_get(outputs, labels[i]))
			return labels[i];
	for (const struct json *v = outputs->child; v; v = v->next) {
		const struct json *x = reqlog_value(v, 0);

		if (x && !is_number(x))
			return v->key;
		number = v;
	}
	return number && outputs->n == 1 ? number->key : NULL;
}

/* Is a single answer another one? */
static bool
flips(const struct json *x, const struct json *y, double tolerance)
{
	if (is_number(x) && is_number(y))
		return fabs(x->d - y->d) > tolerance;
	return !is_same(x, y);
}

void
compare_rows(struct row_difference *d, const struct json *a, size_t i,
    const struct json *b, size_t k, const char *output, double tolerance)
{
	memset(d, 0, sizeof(*d));
	d->same = a->n == b->n;
	for (const struct json *v = a->child; v; v = v->next) {
		const struct json *x = reqlog_value(v, i);
		const struct json *y = reqlog_value(json_get(b, v->key), k);

		d->same = d->same && is_same(x, y);
		if (is_number(x) && is_number(y) && fabs(x->d - y->d) >
		    d->size)
			d->size = fabs(x->d - y->d);
	}
	if (output == NULL)
		output = answer_output(a);
	if (output) {
		d->flip = flips(reqlog_value(json_get(a, output), i),
		    reqlog_value(json_get(b, output), k), tolerance);
	} else {
		const char *p = greatest_of(a, i), *q = greatest_of(b, k);

		d->flip = p && q && strcmp(p, q) != 0;
	}
}

void
compared_add(struct compared *c, const struct row_difference *d)
{
	size_t i = 0;

	while (d->size > up_to[i])
		i++;
	c->rows++;
	c->same += d->same;
	c->flips += d->flip;
	c->size[i]++;
	if (d->size > c->greatest)
		c->greatest = d->size;
}
