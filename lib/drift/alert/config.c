/* An alert file as rules. */
#include <math.h>
#include <string.h>

#include "base/nearest.h"
#include "base/num.h"
#include "codec/yaml.h"
#include "drift/alert/alert.h"

#define RAISE_AFTER 2
#define OF_LAST 3
#define CLEAR_AFTER 3
#define COOLDOWN_US INT64_C(86400000000)

static int
refuse(const struct json *j, const char *const *known, size_t n,
    struct err *e)
{
	const char *near = nearest_word(j->key, known, n);

	return err_set(e, ERR_FORMAT, "line %u: unknown member '%s'%s%s%s",
	    j->line, j->key, near ? "; did you mean '" : "", near ? near : "",
	    near ? "'?" : "");
}

static bool
is_known(const char *key, const char *const *known, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(key, known[i]) == 0)
			return true;
	return false;
}

static int
read_text(const char **out, const struct json *map, const char *key,
    struct err *e)
{
	const struct json *j = json_get(map, key);

	if (j == NULL)
		return 0;
	if (j->type == JSON_MAP || j->type == JSON_LIST || j->s == NULL ||
	    *j->s == '\0')
		return err_set(e, ERR_FORMAT, "line %u: '%s' is a word",
		    j->line, key);
	*out = j->s;
	return 0;
}

static int
read_number(double *out, const struct json *map, const char *key,
    struct err *e)
{
	const struct json *j = json_get(map, key);

	if (j == NULL)
		return 0;
	if ((j->type != JSON_INT && j->type != JSON_REAL) || !isfinite(j->d))
		return err_set(e, ERR_FORMAT, "line %u: '%s' is a number",
		    j->line, key);
	*out = j->d;
	return 0;
}

static int
read_count(int *out, const struct json *map, const char *key, struct err *e)
{
	const struct json *j = json_get(map, key);

	if (j == NULL)
		return 0;
	if (j->type != JSON_INT || j->i < 1 || j->i > ALERT_WINDOWS_MAX)
		return err_set(e, ERR_FORMAT, "line %u: '%s' is a number from "
		    "1 to %d", j->line, key, ALERT_WINDOWS_MAX);
	*out = (int)j->i;
	return 0;
}

/* "90m", "24h", "7d", "2w"; 0 is none. */
static int
read_span(int64_t *us, const struct json *map, const char *key,
    struct err *e)
{
	static const char letter[] = "mhdw";
	static const int64_t minutes[] = { 1, 60, 1440, 10080 };
	const struct json *j = json_get(map, key);
	const char *at;
	uint64_t n;

	if (j == NULL)
		return 0;
	if (j->type == JSON_INT && j->i == 0) {
		*us = 0;
		return 0;
	}
	if (j->type != JSON_TEXT || j->n < 2 || (at = strchr(letter,
	    j->s[j->n - 1])) == NULL || !num_parse_u64(j->s, j->n - 1, &n) ||
	    n > 1000000)
		return err_set(e, ERR_FORMAT, "line %u: '%s' is a time as "
		    "90m, 24h or 7d", j->line, key);
	*us = (int64_t)n * minutes[at - letter] * INT64_C(60000000);
	return 0;
}

static int
read_where(struct alert_rule *r, const struct json *j, struct err *e)
{
	r->where = json_get(j, "where");
	if (r->where != NULL && r->where->type != JSON_MAP)
		return err_set(e, ERR_FORMAT, "line %u: 'where' is a map",
		    r->where->line);
	for (const struct json *m = r->where != NULL ? r->where->child : NULL;
	    m != NULL; m = m->next)
		if (m->s == NULL || m->type == JSON_MAP || m->type ==
		    JSON_LIST)
			return err_set(e, ERR_FORMAT, "line %u: '%s' is a "
			    "word", m->line, m->key);
	return 0;
}

static int
check_rule(const struct alert_rule *r, const struct json *j, struct err *e)
{
	if (r->name == NULL || r->record == NULL || r->field == NULL)
		return err_set(e, ERR_FORMAT, "line %u: a rule has a name, a "
		    "record and a field", j->line);
	if (isnan(r->raise))
		return err_set(e, ERR_FORMAT, "line %u: rule '%s' has no "
		    "'above' or 'below'", j->line, r->name);
	if (r->below ? r->clear < r->raise : r->clear > r->raise)
		return err_set(e, ERR_FORMAT, "line %u: rule '%s' clears on "
		    "the bad side of its threshold", j->line, r->name);
	if (r->raise_after > r->of_last)
		return err_set(e, ERR_FORMAT, "line %u: rule '%s': %d of the "
		    "last %d windows never are", j->line, r->name,
		    r->raise_after, r->of_last);
	return 0;
}

static int
read_rule(struct alert_rule *r, const struct json *j, struct err *e)
{
	static const char *const known[] = { "name", "record", "field",
	    "where", "above", "below", "clear", "raise_after", "of_last",
	    "clear_after", "retrain" };
	double below = NAN;

	*r = (struct alert_rule){ .raise = NAN, .clear = NAN,
	    .raise_after = RAISE_AFTER, .of_last = OF_LAST,
	    .clear_after = CLEAR_AFTER };
	if (j->type != JSON_MAP)
		return err_set(e, ERR_FORMAT, "line %u: a rule is a map",
		    j->line);
	for (const struct json *m = j->child; m != NULL; m = m->next)
		if (!is_known(m->key, known, 11))
			return refuse(m, known, 11, e);
	if (read_text(&r->name, j, "name", e) < 0 ||
	    read_text(&r->record, j, "record", e) < 0 ||
	    read_text(&r->field, j, "field", e) < 0 ||
	    read_where(r, j, e) < 0 ||
	    read_number(&r->raise, j, "above", e) < 0 ||
	    read_number(&below, j, "below", e) < 0 ||
	    read_count(&r->raise_after, j, "raise_after", e) < 0 ||
	    read_count(&r->of_last, j, "of_last", e) < 0 ||
	    read_count(&r->clear_after, j, "clear_after", e) < 0)
		return -1;
	if (!isnan(below) && !isnan(r->raise))
		return err_set(e, ERR_FORMAT, "line %u: 'above' or 'below', "
		    "not both", j->line);
	r->below = !isnan(below);
	r->raise = r->below ? below : r->raise;
	r->clear = r->raise;
	if (json_get(j, "of_last") == NULL && r->raise_after > r->of_last)
		r->of_last = r->raise_after;
	r->retrain = json_bool(j, "retrain", true);
	if (read_number(&r->clear, j, "clear", e) < 0)
		return -1;
	return check_rule(r, j, e);
}

static int
read_rules(struct alert_config *c, const struct json *j, struct err *e)
{
	const struct json *list = json_get(j, "rules");

	if (list == NULL || list->type != JSON_LIST || list->n == 0 ||
	    list->n > ALERT_RULES_MAX)
		return err_set(e, ERR_FORMAT, "an alert file has a list "
		    "'rules' of 1 to %d", ALERT_RULES_MAX);
	c->rule = arena_alloc(&c->arena, list->n * sizeof(*c->rule));
	for (const struct json *m = list->child; m != NULL; m = m->next) {
		if (read_rule(&c->rule[c->n], m, e) < 0)
			return -1;
		for (size_t i = 0; i < c->n; i++)
			if (strcmp(c->rule[i].name, c->rule[c->n].name) == 0)
				return err_set(e, ERR_FORMAT, "line %u: two "
				    "rules are called '%s'", m->line,
				    c->rule[i].name);
		c->n++;
	}
	return 0;
}

static int
read_records(struct alert_config *c, const struct json *j, struct err *e)
{
	const struct json *list = json_get(j, "records"), *m;

	if (list == NULL)
		return 0;
	if (list->type != JSON_LIST)
		return err_set(e, ERR_FORMAT, "line %u: 'records' is a list "
		    "of files", list->line);
	c->records = arena_alloc(&c->arena, (list->n + 1) *
	    sizeof(*c->records));
	for (m = list->child; m != NULL; m = m->next) {
		if (m->type != JSON_TEXT || m->n == 0)
			return err_set(e, ERR_FORMAT, "line %u: a file's name "
			    "is a word", m->line);
		c->records[c->n_records++] = m->s;
	}
	return 0;
}

static int
read_retrain(struct alert_config *c, const struct json *j, struct err *e)
{
	static const char *const known[] = { "cooldown", "labelled" };
	const struct json *map = json_get(j, "retrain"), *n;

	c->cooldown_us = COOLDOWN_US;
	if (map == NULL)
		return 0;
	if (map->type != JSON_MAP)
		return err_set(e, ERR_FORMAT, "line %u: 'retrain' is a map",
		    map->line);
	for (const struct json *m = map->child; m != NULL; m = m->next)
		if (!is_known(m->key, known, 2))
			return refuse(m, known, 2, e);
	n = json_get(map, "labelled");
	if (n != NULL && (n->type != JSON_INT || n->i < 0))
		return err_set(e, ERR_FORMAT, "line %u: 'labelled' is a "
		    "number of rows", n->line);
	c->labelled = n != NULL ? n->i : 0;
	return read_span(&c->cooldown_us, map, "cooldown", e);
}

int
alert_config_parse(struct alert_config *c, const char *s, size_t n,
    struct err *e)
{
	static const char *const known[] = { "name", "state", "records",
	    "rules", "retrain" };
	struct json *j;

	memset(c, 0, sizeof(*c));
	if (yaml_parse(&j, &c->arena, s, n, e) < 0)
		return -1;
	if (j->type != JSON_MAP)
		return err_set(e, ERR_FORMAT, "an alert file is a map with a "
		    "list 'rules'");
	for (const struct json *m = j->child; m != NULL; m = m->next)
		if (!is_known(m->key, known, 5))
			return refuse(m, known, 5, e);
	c->name = "model";
	if (read_text(&c->name, j, "name", e) < 0 ||
	    read_text(&c->state, j, "state", e) < 0 ||
	    read_records(c, j, e) < 0 || read_retrain(c, j, e) < 0)
		return -1;
	return read_rules(c, j, e);
}

void
alert_config_release(struct alert_config *c)
{
	arena_free(&c->arena);
}
