/* The route that searches runs: filter, order, pages. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/mem.h"
#include "track/filter.h"
#include "tracking/internal.h"
#include "tracking/select.h"

#define USUAL 1000
#define MOST 50000

/* A value of a run: text, a number, or neither. */
struct run_value {
	const char *text;
	double num;
};

/* A filter with its keys looked up once. */
struct run_search {
	struct call *k;
	struct filter filter;
	uint32_t *filter_key;		/* (clauses) */
	struct filter_order *order;
	uint32_t *order_key;		/* (orders) */
	size_t n_orders;
	int64_t now_us;
	enum view view;
};

struct found {
	struct tracked_run *run;
	const struct run_search *by;
	struct run_value first;		/* of the first order */
};

/* ---- values ---- */

static struct run_value
attribute(const struct run_search *s, const struct tracked_run *r,
    const char *key)
{
	struct run_value v = { NULL, NAN };

	if (strcmp(key, "status") == 0)
		v.text = tracked_status(r, s->now_us);
	else if (strcmp(key, "start_time") == 0 || strcmp(key, "created") == 0 ||
	    strcmp(key, "Created") == 0)
		v.num = (double)r->start_ms;
	else if (strcmp(key, "end_time") == 0)
		v.num = r->end_ms ? (double)r->end_ms : NAN;
	else if (strcmp(key, "run_name") == 0 ||
	    strcmp(key, "run name") == 0 || strcmp(key, "Run name") == 0)
		v.text = r->name;
	else if (strcmp(key, "run_id") == 0)
		v.text = r->id;
	else if (strcmp(key, "user_id") == 0 || strcmp(key, "user") == 0 ||
	    strcmp(key, "User") == 0)
		v.text = r->user;
	else if (strcmp(key, "experiment_id") == 0)
		v.text = r->experiment;
	else if (strcmp(key, "artifact_uri") == 0)
		v.text = run_artifact_uri(s->k, r);
	return v;
}

static bool
is_attribute(const char *key)
{
	static const char *const names[] = { "status", "start_time",
	    "created", "Created", "end_time", "run_name", "run name",
	    "Run name", "run_id", "user_id", "user", "User", "experiment_id",
	    "artifact_uri" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(names[i], key) == 0)
			return true;
	return false;
}

static const char *
pair_value(const struct pair *v, size_t n, uint32_t key)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].key == key)
			return v[i].value;
	return NULL;
}

static struct run_value
value_of(const struct run_search *s, const struct tracked_run *r,
    enum filter_entity entity, const char *key, uint32_t id)
{
	struct run_value v = { NULL, NAN };

	switch (entity) {
	case FILTER_METRIC:
		for (size_t i = 0; i < r->n_metrics; i++)
			if (r->metric[i].key == id) {
				v.num = r->metric[i].value;
				v.text = "";	/* it is there, NaN or not */
			}
		return v;
	case FILTER_PARAM:
		v.text = pair_value(r->param, r->n_params, id);
		return v;
	case FILTER_TAG:
		v.text = pair_value(r->tag, r->n_tags, id);
		return v;
	default:
		return attribute(s, r, key);
	}
}

/* Of the data it read: one that fits is enough. */
static bool
holds_dataset(const struct run_search *s, const struct tracked_run *r,
    const struct filter_clause *c)
{
	struct arena a = { NULL, 0 };
	struct err ignored = ERR_INIT;
	struct json *all = NULL;
	bool yes = false;

	(void)s;
	if (r->datasets == NULL || json_parse(&all, &a, r->datasets,
	    strlen(r->datasets), 0, &ignored) < 0)
		all = NULL;
	for (const struct json *d = all ? all->child : NULL; d && !yes;
	    d = d->next) {
		const struct json *set = json_get(d, "dataset");
		const struct json *tag = json_get(d, "tags");

		if (strcmp(c->key, "context") != 0) {
			yes = set && json_get(set, c->key) &&
			    filter_holds_text(c, item_text(set, c->key));
			continue;
		}
		for (tag = tag ? tag->child : NULL; tag; tag = tag->next)
			yes |= strcmp(item_text(tag, "key"),
			    "mlflow.data.context") == 0 &&
			    filter_holds_text(c, item_text(tag, "value"));
	}
	arena_free(&a);
	return yes;
}

static bool
holds(const struct run_search *s, const struct tracked_run *r)
{
	for (size_t i = 0; i < s->filter.n; i++) {
		const struct filter_clause *c = &s->filter.clause[i];
		struct run_value v;

		if (c->entity == FILTER_DATASET) {
			if (!holds_dataset(s, r, c))
				return false;
			continue;
		}
		v = value_of(s, r, c->entity, c->key, s->filter_key[i]);
		if (c->entity == FILTER_METRIC ? v.text == NULL ||
		    !filter_holds_num(c, v.num) : v.text ? c->number ||
		    !filter_holds_text(c, v.text) : isnan(v.num) ||
		    !filter_holds_num(c, v.num))
			return false;
	}
	return true;
}

/* ---- order ---- */

/* Behind all numbers stands NaN, then what has none, up and down. */
static int
no_number(struct run_value v)
{
	return !isnan(v.num) ? 0 : v.text ? 1 : 2;
}

static int
compare_values(struct run_value a, struct run_value b, bool number, bool down)
{
	int c;

	if (number) {
		if (isnan(a.num) || isnan(b.num))
			return no_number(a) - no_number(b);
		c = (a.num > b.num) - (a.num < b.num);
	} else {
		if (a.text == NULL || b.text == NULL)
			return (a.text == NULL) - (b.text == NULL);
		c = strcmp(a.text, b.text);
	}
	return down ? -c : c;
}

static bool
is_number(const struct filter_order *o)
{
	return o->entity == FILTER_METRIC || (o->entity == FILTER_ATTRIBUTE &&
	    (strcmp(o->key, "start_time") == 0 ||
	    strcmp(o->key, "end_time") == 0 ||
	    strcasecmp(o->key, "created") == 0));
}

static int
compare(const void *x, const void *y)
{
	const struct found *a = x, *b = y;
	const struct run_search *s = a->by;

	for (size_t i = 0; i < s->n_orders; i++) {
		const struct filter_order *o = &s->order[i];
		int c = compare_values(i ? value_of(s, a->run, o->entity,
		    o->key, s->order_key[i]) : a->first, i ? value_of(s,
		    b->run, o->entity, o->key, s->order_key[i]) : b->first,
		    is_number(o), o->down);

		if (c)
			return c;
	}
	if (a->run->start_ms != b->run->start_ms)
		return a->run->start_ms < b->run->start_ms ? 1 : -1;
	return strcmp(a->run->id, b->run->id);
}

/* ---- the request ---- */

static uint32_t
key_id(struct call *k, const char *key)
{
	return intern_find(k->t->runs.keys, key, strlen(key));
}

static int
check_attribute(struct call *k, enum filter_entity entity, const char *key)
{
	if (entity != FILTER_ATTRIBUTE || is_attribute(key))
		return 0;
	return call_fail(k, CALL_INVALID, "Invalid attribute key '%.200s' "
	    "specified. Valid keys are artifact_uri, created, end_time, "
	    "experiment_id, run_id, run_name, start_time, status, user_id", key);
}

static int
read_filter(struct run_search *s)
{
	struct call *k = s->k;
	struct err e = ERR_INIT;

	if (filter_parse(&s->filter, &k->arena, call_text(k, "filter"), &e) <
	    0)
		return call_fail_err(k, &e);
	s->filter_key = arena_alloc(&k->arena, (s->filter.n + 1) *
	    sizeof(*s->filter_key));
	for (size_t i = 0; i < s->filter.n; i++) {
		const struct filter_clause *c = &s->filter.clause[i];

		if (check_attribute(k, c->entity, c->key) < 0)
			return -1;
		s->filter_key[i] = key_id(k, c->key);
	}
	return 0;
}

static int
read_order(struct run_search *s)
{
	const struct json *item = call_list(s->k, "order_by");
	struct err e = ERR_INIT;
	size_t n = 0;

	for (const struct json *c = item; c; c = c->next)
		n++;
	s->order = arena_alloc(&s->k->arena, (n + 1) * sizeof(*s->order));
	s->order_key = arena_alloc(&s->k->arena, (n + 1) *
	    sizeof(*s->order_key));
	for (; item; item = item->next) {
		struct filter_order *o = &s->order[s->n_orders];

		if (filter_parse_order(o, &s->k->arena, item->s, &e) < 0)
			return call_fail_err(s->k, &e);
		if (check_attribute(s->k, o->entity, o->key) < 0)
			return -1;
		s->order_key[s->n_orders++] = key_id(s->k, o->key);
	}
	return 0;
}

static bool
is_asked(const struct run_search *s, const struct tracked_run *r,
    const struct json *experiments)
{
	if (s->view != VIEW_ALL && r->deleted != (s->view == VIEW_DELETED))
		return false;
	for (; experiments; experiments = experiments->next)
		if (experiments->type == JSON_TEXT &&
		    strcmp(experiments->s, r->experiment) == 0)
			return true;
	return false;
}

static size_t
find_all(struct found **out, const struct run_search *s)
{
	const struct runs *rs = &s->k->t->runs;
	size_t n = 0, all = runs_count(rs);
	struct found *v = xalloc(all + 1, sizeof(*v));

	for (size_t i = 0; i < all; i++) {
		struct tracked_run *r = rs->v[i];

		if (!is_asked(s, r, call_list(s->k, "experiment_ids")) ||
		    !holds(s, r))
			continue;
		v[n] = (struct found){ .run = r, .by = s };
		if (s->n_orders)
			v[n].first = value_of(s, r, s->order[0].entity,
			    s->order[0].key, s->order_key[0]);
		n++;
	}
	*out = v;
	return n;
}

/* The first `wanted` in order stand in front: of many, few are asked for. */
static void
sort_first(struct found *v, size_t n, size_t wanted)
{
	size_t low = 0, high = n;

	while (wanted < n && high - low > 2 * wanted + 16) {
		struct found pivot = v[low + (high - low) / 2], t;
		size_t i = low, j = high - 1;

		for (;;) {
			while (compare(&v[i], &pivot) < 0)
				i++;
			while (compare(&pivot, &v[j]) < 0)
				j--;
			if (i >= j)
				break;
			t = v[i];
			v[i++] = v[j];
			v[j--] = t;
		}
		if (j + 1 <= wanted)
			break;
		high = j + 1;
	}
	if (high)
		qsort(v, wanted < n ? high : n, sizeof(*v), compare);
}

static int
search_runs(struct call *k)
{
	struct run_search s = { .k = k, .now_us = clock_wall_us(),
	    .view = call_view(k, "run_view_type") };
	int64_t most = call_max_results(k, USUAL, MOST), from;
	struct found *v;
	size_t n, end;

	if (most < 0 || (from = call_page(k)) < 0 || read_filter(&s) < 0 ||
	    read_order(&s) < 0)
		return -1;
	n = find_all(&v, &s);
	end = (size_t)from + (size_t)most;
	sort_first(v, n, end);
	put_open(k->out, NULL, '{');
	put_open(k->out, "runs", '[');
	for (size_t i = (size_t)from; i < n && i < end; i++)
		put_run(k, NULL, v[i].run);
	put_close(k->out, ']');
	if (end < n)
		put_page_token(k->out, end);
	put_close(k->out, '}');
	free(v);
	return 0;
}

const struct tracking_route search_routes[] = {
	{ "POST", "mlflow/runs/search", search_runs, "experiment_ids:a "
	    "filter:s max_results:i order_by:t page_token:s" },
	{ NULL, NULL, NULL, NULL }
};
