/* Features from the online store, in the words of Feast's feature server. */
#include <string.h>

#include "base/clock.h"
#include "codec/json.h"
#include "flow/serve/feature_server.h"

#define EPOCH "1970-01-01T00:00:00Z"

/* ---- the request ---- */

struct asked {
	struct feature_service service;	/* what is asked for */
	const struct json *entities;
	size_t rows;
	bool full_names;
};

static int
read_refs(struct asked *q, struct arena *a, const struct feature_server *f,
    const struct json *j, struct err *e)
{
	const struct json *list = json_get(j, "features");
	const struct json *name = json_get(j, "feature_service");
	const struct feature_service *s;

	if ((list == NULL) == (name == NULL))
		return err_set(e, ERR_FORMAT, "give 'features' or "
		    "'feature_service'");
	if (name != NULL) {
		if (name->type != JSON_TEXT)
			return err_set(e, ERR_FORMAT, "'feature_service' must "
			    "be a name");
		if (feature_service_find(&s, f->spec, name->s, e) < 0)
			return -1;
		q->service = *s;
		return 0;
	}
	q->service.name = "features";
	if (list->type != JSON_LIST || list->n == 0)
		return err_set(e, ERR_FORMAT, "'features' must be a list of "
		    "view:feature");
	for (const struct json *c = list->child; c != NULL; c = c->next) {
		if (c->type != JSON_TEXT)
			return err_set(e, ERR_FORMAT, "'features' must be a "
			    "list of view:feature");
		if (feature_refs_add(&q->service.ref, &q->service.refs, a,
		    f->spec, c->s, e) < 0)
			return -1;
	}
	return 0;
}

static int
read_asked(struct asked *q, struct arena *a, const struct feature_server *f,
    const char *body, size_t n, struct err *e)
{
	struct json *j;

	memset(q, 0, sizeof(*q));
	if (json_parse(&j, a, body, n, 0, e) < 0)
		return -1;
	q->entities = json_get(j, "entities");
	q->full_names = json_bool(j, "full_feature_names", false);
	if (q->entities == NULL || q->entities->type != JSON_MAP ||
	    q->entities->n == 0)
		return err_set(e, ERR_FORMAT, "'entities' must be a map from "
		    "key columns to lists of values");
	for (const struct json *c = q->entities->child; c; c = c->next) {
		if (c->type != JSON_LIST)
			return err_set(e, ERR_FORMAT, "'%.100s' must be a "
			    "list of values", c->key);
		if (c != q->entities->child && c->n != q->rows)
			return err_set(e, ERR_FORMAT, "'%.100s' has %zu "
			    "values, '%.100s' has %zu", c->key, c->n,
			    q->entities->child->key, q->rows);
		q->rows = c->n;
	}
	if (q->rows > FEATURE_ROWS_MAX)
		return err_set(e, ERR_TOOBIG, "at most %d keys a request",
		    FEATURE_ROWS_MAX);
	return read_refs(q, a, f, j, e);
}

/* A key as text; null is no key. */
static const char *
key_of(struct arena *a, const struct json *v)
{
	struct buf b;
	char *s;

	if (v->type == JSON_NULL)
		return "";
	if (v->type == JSON_TEXT)
		return v->s;
	buf_init(&b, BUF_CAP_SMALL);
	json_write(&b, v);
	s = arena_strdup(a, b.data);
	buf_free(&b);
	return s;
}

/* ---- the answer ---- */

static int
name_columns(struct json *names, struct arena *a, const struct asked *q,
    struct err *e)
{
	const struct feature_service *s = &q->service;

	for (const struct json *c = q->entities->child; c; c = c->next)
		json_add_text(a, names, NULL, c->key);
	for (size_t i = 0; i < s->refs; i++) {
		const struct feature_view *v = s->ref[i].view;
		const char *name = v->feature[s->ref[i].feature].name;

		if (q->full_names)
			name = arena_printf(a, "%s__%s", v->name, name);
		for (const struct json *c = names->child; c; c = c->next)
			if (strcmp(c->s, name) == 0)
				return err_set(e, ERR_FORMAT, "two columns "
				    "are called '%.100s': ask for "
				    "full_feature_names", name);
		json_add_text(a, names, NULL, name);
	}
	return 0;
}

static void
add_value(struct arena *a, struct json *list, const struct raw_cell *v)
{
	struct err ignored = ERR_INIT;
	struct json *j;

	if (v->s == NULL)
		json_add_null(a, list, NULL);
	else if (!v->quoted && json_parse(&j, a, v->s, v->n, 0,
	    &ignored) == 0)
		json_add(a, list, NULL, j);
	else
		json_add_textn(a, list, NULL, v->s, v->n);
}

static struct json *
add_column(struct arena *a, struct json *results)
{
	struct json *m = json_add_map(a, results, NULL);

	json_add_list(a, m, "values");
	json_add_list(a, m, "statuses");
	json_add_list(a, m, "event_timestamps");
	return m;
}

/* The time that was printed last: a view's features share one. */
struct printed_time {
	int64_t time;
	char text[CLOCK_TEXT_MAX];
};

/* value, status, time of one row: the three lists in order. */
static void
add_row(struct arena *a, struct json *column, const struct feature_answer *v,
    struct printed_time *last)
{
	struct json *values = column->child, *statuses = values->next;

	if (v->time != last->time) {
		last->time = v->time;
		clock_print(last->text, v->time);
	}
	add_value(a, values, &v->value);
	json_add_text(a, statuses, NULL, feature_status_name(v->status));
	json_add_text(a, statuses->next, NULL, last->text);
}

static void
add_keys(struct arena *a, struct json *results, const struct asked *q)
{
	for (const struct json *c = q->entities->child; c; c = c->next) {
		struct json *m = add_column(a, results);

		for (const struct json *v = c->child; v; v = v->next) {
			struct json *copy = json_new(a, v->type);

			*copy = *v;
			copy->next = NULL;
			json_add(a, m->child, NULL, copy);
			json_add_text(a, m->child->next, NULL, "PRESENT");
			json_add_text(a, m->child->next->next, NULL, EPOCH);
		}
	}
}

/* Row by row: its key, then a value for each feature. */
static int
add_features(struct arena *a, struct json *results, struct feature_server *f,
    const struct asked *q, struct err *e)
{
	const struct feature_service *s = &q->service;
	struct feature_answer *answer = arena_alloc(a, (s->refs + 1) *
	    sizeof(*answer));
	struct json **column = arena_alloc(a, (s->refs + 1) *
	    sizeof(*column));
	size_t keys = q->entities->n;
	struct key_value *key = arena_alloc(a, keys * sizeof(*key));
	const struct json **at = arena_alloc(a, keys * sizeof(*at));
	struct printed_time last = { 0, EPOCH };
	int64_t now = clock_wall_us();
	size_t k = 0;

	for (size_t i = 0; i < s->refs; i++)
		column[i] = add_column(a, results);
	for (const struct json *c = q->entities->child; c; c = c->next, k++) {
		key[k].column = c->key;
		at[k] = c->child;
	}
	for (size_t row = 0; row < q->rows; row++) {
		for (k = 0; k < keys; k++) {
			key[k].value = key_of(a, at[k]);
			at[k] = at[k]->next;
		}
		memset(answer, 0, s->refs * sizeof(*answer));
		if (feature_get(answer, a, f->kv, s, key, keys, now, e) < 0)
			return -1;
		for (size_t i = 0; i < s->refs; i++)
			add_row(a, column[i], &answer[i], &last);
	}
	return 0;
}

int
feature_server_answer(struct buf *out, struct feature_server *f,
    const char *body, size_t n, struct err *e)
{
	struct arena a = { NULL, 0 };
	struct json *j = json_new(&a, JSON_MAP), *results, *names;
	struct asked q;
	int r = -1;

	if (read_asked(&q, &a, f, body, n, e) < 0)
		goto done;
	results = json_add_list(&a, j, "results");
	names = json_add_list(&a, json_add_map(&a, j, "metadata"),
	    "feature_names");
	if (name_columns(names, &a, &q, e) < 0)
		goto done;
	add_keys(&a, results, &q);
	mutex_lock(&f->lock);
	r = add_features(&a, results, f, &q, e);
	mutex_unlock(&f->lock);
	if (r == 0)
		json_write(out, j);
done:
	arena_free(&a);
	return r;
}
