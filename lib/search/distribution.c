/* Parameters as Optuna's journals write them. */
#include "search/distribution.h"

#include <math.h>
#include <string.h>

#include "base/num.h"

static void
add_number(struct buf *out, const char *key, double v, bool real)
{
	char text[NUM_TEXT_MAX];

	num_print_f64(text, v);
	buf_addf(out, "\"%s\": %s", key, text);
	/* Python tells 1 from 1.0 */
	if (real && strcspn(text, ".eIN") == strlen(text))
		buf_adds(out, ".0");
}

void
distribution_write(struct buf *out, const struct space_param *p)
{
	bool real = p->kind == SPACE_FLOAT;

	if (p->kind == SPACE_CATEGORICAL) {
		buf_adds(out, "{\"name\": \"CategoricalDistribution\", "
		    "\"attributes\": {\"choices\": [");
		for (size_t i = 0; i < p->n_choices; i++) {
			buf_adds(out, i ? ", " : "");
			json_write(out, p->choice[i]);
		}
		buf_adds(out, "]}}");
		return;
	}
	buf_addf(out, "{\"name\": \"%s\", \"attributes\": {",
	    real ? "FloatDistribution" : "IntDistribution");
	buf_addf(out, "\"log\": %s, ", p->log ? "true" : "false");
	if (p->step > 0)
		add_number(out, "step", p->step, real);
	else
		buf_adds(out, "\"step\": null");
	buf_adds(out, ", ");
	add_number(out, "low", p->low, real);
	buf_adds(out, ", ");
	add_number(out, "high", p->high, real);
	buf_adds(out, "}}");
}

/* Optuna's classes, those it has dropped too. */
static const struct {
	const char *name;
	enum space_kind kind;
	bool log;
} classes[] = {
	{ "FloatDistribution", SPACE_FLOAT, false },
	{ "IntDistribution", SPACE_INT, false },
	{ "CategoricalDistribution", SPACE_CATEGORICAL, false },
	{ "UniformDistribution", SPACE_FLOAT, false },
	{ "LogUniformDistribution", SPACE_FLOAT, true },
	{ "DiscreteUniformDistribution", SPACE_FLOAT, false },
	{ "IntUniformDistribution", SPACE_INT, false },
	{ "IntLogUniformDistribution", SPACE_INT, true },
};

static int
read_attributes(struct space_param *p, struct arena *a,
    const struct json *map, struct err *e)
{
	const struct json *list = json_get(map, "choices");

	if (p->kind != SPACE_CATEGORICAL) {
		p->low = json_num(map, "low", NAN);
		p->high = json_num(map, "high", NAN);
		p->step = json_num(map, "step", json_num(map, "q",
		    p->kind == SPACE_INT));
		p->log = json_bool(map, "log", p->log);
		if (!(p->low <= p->high) || !(p->step >= 0) ||
		    !isfinite(p->high - p->low) || !isfinite(p->step) ||
		    (p->log && p->low <= 0))
			return err_set(e, ERR_FORMAT, "a distribution without a range");
		return 0;
	}
	if (list == NULL || list->type != JSON_LIST || list->n == 0 ||
	    list->n > SPACE_CHOICES_MAX)
		return err_set(e, ERR_FORMAT, "a distribution without choices");
	p->choice = arena_alloc(a, list->n * sizeof(*p->choice));
	for (const struct json *j = list->child; j; j = j->next)
		p->choice[p->n_choices++] = j;
	return 0;
}

int
distribution_read(struct space_param *p, struct arena *a, const char *s,
    size_t n, struct err *e)
{
	const char *name;
	struct json *j;

	if (json_parse(&j, a, s, n, JSON_NAN, e) < 0)
		return -1;
	name = json_text(j, "name", NULL);
	for (size_t i = 0; name && i < sizeof(classes) / sizeof(*classes); i++)
		if (strcmp(classes[i].name, name) == 0 && json_get(j, "attributes")) {
			p->kind = classes[i].kind;
			p->log = classes[i].log;
			return read_attributes(p, a, json_get(j, "attributes"), e);
		}
	return err_set(e, ERR_FORMAT, "an unknown distribution '%s'",
	    name ? name : "");
}
