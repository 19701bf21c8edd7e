/* Maps of the book selected by a request. */
#include "tracking/select.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "track/filter.h"

#define PROMPT_TAG "mlflow.prompt.is_prompt"

enum view
call_view(const struct call *k, const char *field)
{
	const struct json *v = json_get(k->q, field);
	int64_t i = VIEW_ACTIVE;

	if (call_whole(&i, v))
		return i == VIEW_DELETED || i == VIEW_ALL ? (enum view)i :
		    VIEW_ACTIVE;
	if (v == NULL || v->type != JSON_TEXT)
		return VIEW_ACTIVE;
	return strcmp(v->s, "ALL") == 0 ? VIEW_ALL :
	    strcmp(v->s, "DELETED_ONLY") == 0 ? VIEW_DELETED : VIEW_ACTIVE;
}

void
selection_add(struct selection *s, struct call *k,
    const struct selected *one)
{
	enum view view = s->views ? call_view(k, "view_type") : VIEW_ALL;
	bool active = strcmp(json_text(one->doc, "lifecycle_stage",
	    "active"), "active") == 0;

	if (view != VIEW_ALL && active != (view == VIEW_ACTIVE))
		return;
	s->v = arena_grow(&k->arena, s->v, s->n, &s->room, sizeof(*s->v));
	s->v[s->n++] = *one;
}

/* The member an attribute stands for; the id is none of the map. */
static const struct json *
attribute(const struct selected *s, enum filter_entity entity,
    const char *key, struct json *room)
{
	if (entity == FILTER_TAG)
		return json_get(json_get(s->doc, "tags"), key);
	if (entity == FILTER_PARAM)
		return json_get(json_get(s->doc, "params"), key);
	if (entity == FILTER_METRIC)
		return json_get(json_get(json_get(s->doc, "metrics"), key),
		    "value");
	if (strcmp(key, "experiment_id") != 0 && strcmp(key, "model_id") != 0)
		return json_get(s->doc, key);
	*room = (struct json){ .type = JSON_TEXT, .s = s->id,
	    .n = strlen(s->id) };
	return json_get(s->doc, key) ? json_get(s->doc, key) : room;
}

static bool
holds(const struct filter *f, const struct selected *s)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct filter_clause *c = &f->clause[i];
		struct json room;
		const struct json *v = attribute(s, c->entity, c->key, &room);

		/* clients ask so for models: what is no prompt says nothing */
		if (v == NULL && c->op == FILTER_NE && c->entity ==
		    FILTER_TAG && strcmp(c->key, PROMPT_TAG) == 0)
			continue;
		if (v == NULL)
			return false;
		if (v->type == JSON_TEXT ? c->number ||
		    !filter_holds_text(c, v->s) : !filter_holds_num(c, v->d))
			return false;
	}
	return true;
}

/* ---- order ---- */

struct sortable {
	struct selected s;
	const struct filter_order *by;	/* ended by a key of NULL */
};

static int
compare_values(const struct json *a, const struct json *b, bool down)
{
	int c;

	if (a == NULL || b == NULL)
		return (a == NULL) - (b == NULL);
	if (a->type == JSON_TEXT && b->type == JSON_TEXT)
		c = strcmp(a->s, b->s);
	else
		c = (a->d > b->d) - (a->d < b->d);
	return down ? -c : c;
}

static int
compare(const void *x, const void *y)
{
	const struct sortable *a = x, *b = y;
	struct json room_a, room_b;

	for (const struct filter_order *o = a->by; o->key; o++) {
		int c = compare_values(attribute(&a->s, o->entity, o->key,
		    &room_a), attribute(&b->s, o->entity, o->key, &room_b),
		    o->down);

		if (c)
			return c;
	}
	return strcmp(a->s.id, b->s.id);
}

/* A text of order_by, or of logged models a map. */
static int
parse_order(struct filter_order *o, struct call *k, const struct json *item)
{
	struct err e = ERR_INIT;
	const char *text = item->type == JSON_TEXT ? item->s :
	    item_text(item, "field_name");

	if (filter_parse_order(o, &k->arena, text, &e) < 0)
		return call_fail_err(k, &e);
	if (item->type == JSON_MAP)
		o->down = !json_bool(item, "ascending", true);
	if (strcmp(o->key, "timestamp") == 0)
		o->key = "last_updated_timestamp";
	return 0;
}

static int
sort_selected(struct selection *s, struct call *k)
{
	const struct json *item = call_list(k, "order_by");
	struct filter_order *by;
	struct sortable *v;
	size_t n = 0;

	for (const struct json *c = item; c; c = c->next)
		n++;
	by = arena_alloc(&k->arena, (n + 2) * sizeof(*by));
	for (n = 0; item; item = item->next)
		if (parse_order(&by[n++], k, item) < 0)
			return -1;
	if (n == 0 || !s->alone)
		by[n] = (struct filter_order){ FILTER_ATTRIBUTE, s->order_by,
		    s->down };
	v = xalloc(s->n + 1, sizeof(*v));
	for (size_t i = 0; i < s->n; i++)
		v[i] = (struct sortable){ s->v[i], by };
	qsort(v, s->n, sizeof(*v), compare);
	for (size_t i = 0; i < s->n; i++)
		s->v[i] = v[i].s;
	free(v);
	return 0;
}

int
selection_answer(struct selection *s, struct call *k)
{
	const char *text = call_text(k, "filter");
	int64_t most = call_max_results(k, s->usual, s->most), from;
	struct err e = ERR_INIT;
	size_t kept = 0, end;
	struct filter f;

	if (most < 0 || (from = call_page(k)) < 0)
		return -1;
	if (filter_parse(&f, &k->arena, text, &e) < 0)
		return call_fail_err(k, &e);
	for (size_t i = 0; i < s->n; i++)
		if (holds(&f, &s->v[i]))
			s->v[kept++] = s->v[i];
	s->n = kept;
	if (sort_selected(s, k) < 0)
		return -1;
	end = (size_t)from + (size_t)most;
	put_open(k->out, NULL, '{');
	put_open(k->out, s->list, '[');
	for (size_t i = (size_t)from; i < s->n && i < end; i++)
		s->put(k, &s->v[i]);
	put_close(k->out, ']');
	if (end < s->n)
		put_page_token(k->out, end);
	put_close(k->out, '}');
	return 0;
}
