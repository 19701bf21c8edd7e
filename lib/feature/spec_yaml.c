/* features.yaml read and checked, member by member. */
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/nearest.h"
#include "base/num.h"
#include "codec/yaml.h"
#include "feature/spec.h"

struct reading {
	struct feature_spec *s;
	struct arena *a;
};

static int
bad(const struct json *j, const char *what, struct err *e)
{
	return err_set(e, ERR_FORMAT, "line %u: '%.100s' %s", j->line,
	    j->key ? j->key : j->type == JSON_TEXT ? j->s : "item", what);
}

static int
bad_word(const struct json *j, const char *word, const char *what,
    const char *const *known, size_t n, struct err *e)
{
	const char *near = nearest_word(word, known, n);

	return near ? err_set(e, ERR_FORMAT, "line %u: '%.100s' is no %s; is "
	    "it '%.100s'?", j->line, word, what, near) : err_set(e, ERR_FORMAT,
	    "line %u: '%.100s' is no %s", j->line, word, what);
}

/* A map, and no members but these. */
static int
want_map(const struct json *j, const char *what, const char *const *known,
    size_t n, struct err *e)
{
	size_t i;

	if (j->type != JSON_MAP)
		return bad(j, "must be a map", e);
	for (const struct json *c = j->child; c != NULL; c = c->next) {
		for (i = 0; i < n && strcmp(c->key, known[i]) != 0; i++)
			;
		if (i == n)
			return bad_word(c, c->key, what, known, n, e);
	}
	return 0;
}

/* A word that can be part of a column's name and of a reference. */
static int
want_name(const struct json *at, const char *s, size_t n, struct err *e)
{
	bool good = n > 0 && n <= 100 && strlen(s) == n &&
	    strstr(s, "__") == NULL;

	for (size_t i = 0; good && i < n; i++)
		good = (s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' &&
		    s[i] <= 'Z') || (s[i] >= '0' && s[i] <= '9') ||
		    s[i] == '_' || s[i] == '-' || s[i] == '.' || s[i] == ' ';
	return good ? 0 : err_set(e, ERR_FORMAT, "line %u: '%.100s' is no "
	    "name: letters, digits and _ - . in it, no two _ in a row",
	    at->line, s);
}

static int
get_text(const char **out, struct arena *a, const struct json *j,
    const char *key, bool needed, struct err *e)
{
	const struct json *v = json_get(j, key);

	*out = NULL;
	if (v == NULL)
		return needed ? err_set(e, ERR_FORMAT, "line %u: '%.100s' "
		    "needs a '%s'", j->line, j->key ? j->key : "feature",
		    key) : 0;
	if (v->type != JSON_TEXT || v->n == 0 || strlen(v->s) != v->n)
		return bad(v, "must be a word", e);
	*out = arena_strdup(a, v->s);
	return 0;
}

/* "90s" "15m" "1h" "10d" "2w" as microseconds. */
static int
get_duration(int64_t *us, const struct json *v, struct err *e)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 },
	    { 'w', 604800 } };
	int64_t n;

	if (v->type == JSON_TEXT && v->n > 1 &&
	    num_parse_i64(v->s, v->n - 1, &n) && n > 0 && n <= 1000000)
		for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
			if (v->s[v->n - 1] == units[i].unit) {
				*us = n * units[i].seconds * 1000000;
				return 0;
			}
	return bad(v, "must be a duration such as 30m, 1h, 10d or 2w", e);
}

/* The place of a source's column among those the view needs. */
static size_t
need_column(struct feature_view *v, struct arena *a, const char *name)
{
	const char **more;

	for (size_t i = 0; i < v->columns; i++)
		if (strcmp(v->column[i], name) == 0)
			return i;
	if ((v->columns & (v->columns + 1)) == 0) {
		more = arena_alloc(a, (2 * v->columns + 2) * sizeof(*more));
		if (v->columns > 0)
			memcpy(more, v->column, v->columns * sizeof(*more));
		v->column = more;
	}
	v->column[v->columns] = arena_strdup(a, name);
	return v->columns++;
}

static int
get_agg(struct feature *f, const struct json *j, struct err *e)
{
	static const char *const words[] = { "count", "sum", "mean", "min",
	    "max", "std", "distinct", "last-1" };
	const struct json *v = json_get(j, "agg");
	int64_t n;

	if (v == NULL || v->type != JSON_TEXT)
		return bad(v ? v : j, "needs agg: count, sum, mean, min, max, "
		    "std, distinct or last-N", e);
	for (int i = 0; i < 7; i++)
		if (strcmp(v->s, words[i]) == 0)
			f->agg = (enum feature_agg)(AGG_COUNT + i);
	if (f->agg == AGG_NONE && strncmp(v->s, "last-", 5) == 0) {
		if (!num_parse_i64(v->s + 5, v->n - 5, &n) || n < 1 ||
		    n > FEATURE_LAST_MAX)
			return bad(v, "must be last-1 to last-1000", e);
		f->agg = AGG_LAST;
		f->last = (size_t)n;
	}
	return f->agg != AGG_NONE ? 0 : bad_word(v, v->s, "aggregation",
	    words, 8, e);
}

static int
get_window(struct feature *f, struct feature_view *v, struct arena *a,
    const struct json *j, struct err *e)
{
	const struct json *w = json_get(j, "window");
	const char *of;

	if (w == NULL)
		return bad(j, "needs a window, such as 30d, for its agg", e);
	if (get_duration(&f->window, w, e) < 0 || get_agg(f, j, e) < 0 ||
	    get_text(&of, a, j, "of", f->agg != AGG_COUNT, e) < 0)
		return -1;
	f->counts_rows = of == NULL;
	f->column = of ? need_column(v, a, of) : 0;
	v->windowed = true;
	return 0;
}

static int
get_expr(struct feature *f, struct feature_view *v, struct arena *a,
    const struct json *j, struct err *e)
{
	struct expr *x;
	const char *text;

	if (json_get(j, "window") || json_get(j, "agg") || json_get(j, "of"))
		return bad(j, "has an expr and a window: say one of them", e);
	if (get_text(&text, a, j, "expr", true, e) < 0)
		return -1;
	if (expr_parse(&x, a, text, e) < 0) {
		e->code = ERR_FORMAT;
		return err_wrap(e, "line %u: feature '%.100s'", j->line,
		    f->name);
	}
	f->expr = x;
	f->name_at = arena_alloc(a, (expr_names(x) + 1) *
	    sizeof(*f->name_at));
	for (size_t i = 0; i < expr_names(x); i++)
		f->name_at[i] = need_column(v, a, expr_name(x, i));
	return 0;
}

static int
get_feature(struct feature_view *v, struct arena *a, const struct json *j,
    struct err *e)
{
	static const char *const known[] = { "name", "expr", "window", "agg",
	    "of" };
	struct feature *f = &v->feature[v->features];

	if (j->type == JSON_TEXT) {
		f->name = arena_strdup(a, j->s);
		f->column = need_column(v, a, f->name);
	} else if (want_map(j, "member of a feature", known, 5, e) < 0 ||
	    get_text(&f->name, a, j, "name", true, e) < 0) {
		return -1;
	} else if (json_get(j, "expr") != NULL) {
		if (get_expr(f, v, a, j, e) < 0)
			return -1;
	} else if (j->n > 1) {
		if (get_window(f, v, a, j, e) < 0)
			return -1;
	} else {
		f->column = need_column(v, a, f->name);
	}
	for (size_t i = 0; i < v->features; i++)
		if (strcmp(v->feature[i].name, f->name) == 0)
			return err_set(e, ERR_FORMAT, "line %u: view '%.100s' "
			    "has two features '%.100s'", j->line, v->name,
			    f->name);
	v->features++;
	return want_name(j, f->name, strlen(f->name), e);
}

static int
get_features(struct feature_view *v, struct arena *a, const struct json *j,
    struct err *e)
{
	const struct json *list = json_get(j, "features");

	if (list == NULL || list->type != JSON_LIST || list->n == 0)
		return bad(list ? list : j, "needs a list of features", e);
	if (list->n > FEATURES_MAX)
		return bad(list, "has more than 10000 features", e);
	v->feature = arena_alloc(a, list->n * sizeof(*v->feature));
	for (const struct json *c = list->child; c != NULL; c = c->next)
		if (get_feature(v, a, c, e) < 0)
			return -1;
	return 0;
}

static int
find_entity(struct feature_view *v, const struct reading *r,
    const struct json *at, const char *name, struct err *e)
{
	const char **known = arena_alloc(r->a, (r->s->entities + 1) *
	    sizeof(*known));

	for (size_t i = 0; i < r->s->entities; i++) {
		known[i] = r->s->entity[i].name;
		if (strcmp(known[i], name) == 0) {
			v->entity = &r->s->entity[i];
			return 0;
		}
	}
	return bad_word(at, name, "entity", known, r->s->entities, e);
}

static int
get_view(const struct reading *r, const struct json *j, struct err *e)
{
	static const char *const known[] = { "entity", "source", "timestamp",
	    "created", "event", "ttl", "features" };
	struct feature_view *v = &r->s->view[r->s->views++];
	const struct json *ttl = json_get(j, "ttl");
	const char *entity;

	v->name = arena_strdup(r->a, j->key);
	if (want_name(j, j->key, strlen(j->key), e) < 0 ||
	    want_map(j, "member of a view", known, 7, e) < 0 ||
	    get_text(&entity, r->a, j, "entity", true, e) < 0 ||
	    find_entity(v, r, json_get(j, "entity"), entity, e) < 0 ||
	    get_text(&v->source, r->a, j, "source", true, e) < 0 ||
	    get_text(&v->timestamp, r->a, j, "timestamp", true, e) < 0 ||
	    get_text(&v->created, r->a, j, "created", false, e) < 0 ||
	    get_text(&v->event, r->a, j, "event", false, e) < 0)
		return -1;
	if (strcmp(v->source, "-") == 0)
		return bad(json_get(j, "source"), "is a pipe, which cannot be "
		    "read again: name a file or data:", e);
	if (ttl != NULL && !(ttl->type == JSON_INT && ttl->i == 0) &&
	    get_duration(&v->ttl, ttl, e) < 0)
		return -1;
	if (get_features(v, r->a, j, e) < 0)
		return -1;
	if (v->event != NULL)
		v->event_at = need_column(v, r->a, v->event);
	return 0;
}

static int
get_entity(const struct reading *r, const struct json *j, struct err *e)
{
	static const char *const known[] = { "key" };
	struct feature_entity *t = &r->s->entity[r->s->entities++];
	const struct json *k;
	const char **key;
	size_t n = 0;

	t->name = arena_strdup(r->a, j->key);
	if (want_name(j, j->key, strlen(j->key), e) < 0 ||
	    want_map(j, "member of an entity", known, 1, e) < 0)
		return -1;
	k = json_get(j, "key");
	if (k == NULL || (k->type != JSON_TEXT && k->type != JSON_LIST) ||
	    k->n == 0 || (k->type == JSON_LIST && k->n > FEATURE_KEYS_MAX))
		return bad(k ? k : j, "needs a key: a column, or a list of up "
		    "to 16", e);
	key = arena_alloc(r->a, k->n * sizeof(*key));
	if (k->type == JSON_TEXT)
		key[n++] = arena_strdup(r->a, k->s);
	for (const struct json *c = k->child; c != NULL; c = c->next) {
		if (c->type != JSON_TEXT || c->n == 0)
			return bad(k, "must be a list of columns", e);
		for (size_t i = 0; i < n; i++)
			if (strcmp(key[i], c->s) == 0)
				return bad(k, "names a column twice", e);
		key[n++] = arena_strdup(r->a, c->s);
	}
	t->key = key;
	t->keys = n;
	return 0;
}

static int
get_service(const struct reading *r, const struct json *j, struct err *e)
{
	struct feature_service *v = &r->s->service[r->s->services++];

	v->name = arena_strdup(r->a, j->key);
	if (j->type != JSON_LIST || j->n == 0)
		return bad(j, "must be a list of views and view:feature", e);
	for (const struct json *c = j->child; c != NULL; c = c->next) {
		if (c->type != JSON_TEXT)
			return bad(j, "must be a list of words", e);
		if (feature_refs_add(&v->ref, &v->refs, r->a, r->s, c->s,
		    e) < 0) {
			e->code = ERR_FORMAT;
			return err_wrap(e, "line %u: service '%.100s'",
			    c->line, v->name);
		}
	}
	return 0;
}

static int
get_each(const struct reading *r, const struct json *j,
    int (*get)(const struct reading *, const struct json *, struct err *),
    struct err *e)
{
	for (const struct json *c = j ? j->child : NULL; c != NULL;
	    c = c->next)
		if (get(r, c, e) < 0)
			return -1;
	return 0;
}

static int
want_section(const struct json **out, const struct json *j, const char *key,
    bool needed, struct err *e)
{
	const struct json *c = json_get(j, key);

	*out = c;
	if (c == NULL ? needed : c->type != JSON_MAP || c->n == 0)
		return err_set(e, ERR_FORMAT, "'%s' must be a map that names "
		    "at least one", key);
	if (c != NULL && c->n > FEATURE_VIEWS_MAX)
		return bad(c, "names more than 1000", e);
	return 0;
}

static uint64_t
view_fingerprint(const struct feature_view *v)
{
	struct buf id;
	uint64_t hash;

	buf_init(&id, BUF_CAP_DOC);
	buf_addf(&id, "1%s\n%s\n%s\n%s\n%d\n", v->name, v->source,
	    v->timestamp, v->created ? v->created : "", v->windowed);
	for (size_t i = 0; i < v->entity->keys; i++)
		buf_addf(&id, "k%s\n", v->entity->key[i]);
	for (size_t i = 0; i < v->columns; i++)
		buf_addf(&id, "c%s\n", v->column[i]);
	if (v->event != NULL)
		buf_addf(&id, "e%s\n", v->event);
	hash = hash64(id.data, id.len, 0);
	buf_free(&id);
	return hash;
}

int
feature_spec_parse(struct feature_spec **out, struct arena *a,
    const char *yaml, size_t n, struct err *e)
{
	static const char *const known[] = { "entities", "views", "services",
	    "schema" };
	struct feature_spec *s = arena_alloc(a, sizeof(*s));
	const struct reading r = { s, a };
	const struct json *entities, *views, *services;
	struct json *j;

	if (yaml_parse(&j, a, yaml, n, e) < 0)
		return -1;
	if (j->type != JSON_MAP)
		return err_set(e, ERR_FORMAT, "must be a map of entities, "
		    "views and services");
	if (want_map(j, "member of features.yaml", known, 4, e) < 0 ||
	    want_section(&entities, j, "entities", true, e) < 0 ||
	    want_section(&views, j, "views", true, e) < 0 ||
	    want_section(&services, j, "services", false, e) < 0)
		return -1;
	s->tree = j;
	s->entity = arena_alloc(a, (entities->n + 1) * sizeof(*s->entity));
	s->view = arena_alloc(a, (views->n + 1) * sizeof(*s->view));
	s->service = arena_alloc(a, ((services ? services->n : 0) + 1) *
	    sizeof(*s->service));
	if (get_each(&r, entities, get_entity, e) < 0 ||
	    get_each(&r, views, get_view, e) < 0 ||
	    get_each(&r, services, get_service, e) < 0)
		return -1;
	for (size_t i = 0; i < s->views; i++)
		s->view[i].kept_as = view_fingerprint(&s->view[i]);
	*out = s;
	return 0;
}
