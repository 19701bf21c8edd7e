/* The online store of a repository. */
#include "flow/features/online.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "feature/key.h"
#include "flow/features/source.h"

static int
open_file(struct kv **out, struct catalog *c, const char *path, bool write,
    struct err *e)
{
	char *own = NULL, *folder = NULL;
	int r = 0;

	if (path == NULL && catalog_need_repo(c, "the online store", e) < 0)
		return -1;
	if (path == NULL) {
		path = own = repo_path(catalog_repo(c), "features/online.mdb");
		folder = path_folder(own);
		if (write)
			r = file_make_folders(os_real(), folder, e);
	}
	if (r == 0 && kv_open(out, path, write, e) < 0)
		r = e->code == ERR_NOENT ? err_set(e, ERR_NOENT, "nothing was "
		    "loaded yet: run mlv-data feature load") : -1;
	free(own);
	free(folder);
	return r;
}

int
feature_store_open(struct feature_store *s, struct catalog *c,
    const struct feature_store_at *at, bool write, struct err *e)
{
	memset(s, 0, sizeof(*s));
	return redis_is_url(at->where) ? redis_open(&s->redis, at->where,
	    at->password, at->timeout_ms, e) : open_file(&s->kv, c,
	    at->where, write, e);
}

void
feature_store_share(struct feature_store *out, const struct feature_store *s)
{
	*out = (struct feature_store){ .kv = kv_share(s->kv) };
}

void
feature_store_close(struct feature_store *s)
{
	kv_close(s->kv);
	redis_close(s->redis);
}

int
feature_store_begin(struct feature_store *s, struct err *e)
{
	return s->kv ? kv_begin(s->kv, false, e) : 0;
}

void
feature_store_end(struct feature_store *s)
{
	if (s->kv)
		kv_abort(s->kv);
}

/* Which source it is and how it is read: not where in a history. */
static int
name_mark(struct buf *out, struct online_load *l,
    const struct feature_source *s, const char *name, struct err *e)
{
	struct arena a = { NULL, 0 };
	int r;

	buf_addf(out, "%s\n", name);
	r = json_canonical(out, table_opts_json(&a, &s->read), e);
	arena_free(&a);
	l->source = (struct kv_bytes){ out->data, out->len };
	l->content = oid_is_none(&s->bytes.content) ? NULL :
	    s->bytes.content.b;
	return r < 0 ? -1 : buf_check(out, e);
}

static int
load_once(struct online_load *l, struct feature_store *s, struct catalog *c,
    const struct feature_source *from, struct err *e)
{
	struct source in;
	int r;

	if (catalog_bytes_source(&in, &from->bytes, c, e) < 0)
		return -1;
	r = s->redis ? redis_load(s->redis, l, &in, &from->read, e) :
	    online_load(l, &in, &from->read, e);
	source_close(&in);
	return r;
}

int
feature_load_view(struct online_load *l, struct feature_store *s,
    struct catalog *c, const char *folder, const char *from, struct err *e)
{
	const char *name = from ? from : l->view->source;
	struct feature_source source;
	struct buf mark;
	int r;

	l->kv = s->kv;
	buf_init(&mark, BUF_CAP_DOC);
	r = feature_source_open(&source, c, name, from ? NULL : folder, NULL,
	    e);
	if (r == 0 && s->kv && !l->live)
		r = name_mark(&mark, l, &source, name, e);
	if (r == 0 && (r = load_once(l, s, c, &source, e)) < 0 &&
	    e->code == ERR_MOVED && s->kv && !l->whole) {
		*e = (struct err)ERR_INIT;
		l->whole = true;
		l->rows = l->skipped = l->timeless = 0;
		r = load_once(l, s, c, &source, e);
	}
	feature_source_close(&source);
	buf_free(&mark);
	return r < 0 ? err_wrap(e, "view '%.100s'", l->view->name) : 0;
}

/* ---- which features, under which columns ---- */

static size_t
find_column(const char *name, const char *const *column, size_t columns)
{
	size_t i = 0;

	while (i < columns && strcmp(column[i], name) != 0)
		i++;
	return i;
}

static int
find_keys(struct feature_lookup *l, const struct feature_view *v, size_t *n,
    const char *const *column, struct err *e)
{
	for (size_t i = 0; i < v->entity->keys; i++) {
		size_t at = find_column(v->entity->key[i], column,
		    l->columns);

		if (at == l->columns)
			return err_set(e, ERR_USAGE, "say which: %.100s=VALUE",
			    v->entity->key[i]);
		l->key_at[(*n)++] = at;
	}
	return 0;
}

static int
refuse_strange(const struct feature_lookup *l, const char *const *column,
    struct err *e)
{
	for (size_t i = 0; i < l->columns; i++) {
		bool known = false;

		for (size_t v = 0; v < l->views && !known; v++) {
			const struct feature_entity *t = l->view[v]->entity;

			known = find_column(column[i], t->key, t->keys) <
			    t->keys;
		}
		if (!known)
			return err_set(e, ERR_USAGE, "'%.100s' is no key of "
			    "service '%.100s'", column[i], l->service->name);
	}
	return 0;
}

/* The service's features by view: each view's lie together. */
static void
group_refs(struct feature_lookup *l)
{
	const struct feature_service *s = l->service;
	size_t n = 0;

	for (size_t i = 0; i < s->refs; i++) {
		const struct feature_view *v = s->ref[i].view;
		size_t at = i > 0 && s->ref[i - 1].view == v ? l->views - 1 :
		    0;

		while (at < l->views && l->view[at] != v)
			at++;
		if (at < l->views)
			continue;
		l->view[l->views] = v;
		l->ref_start[l->views++] = n;
		for (size_t k = i; k < s->refs; k++)
			if (s->ref[k].view == v)
				l->ref[n++] = k;
	}
	l->ref_start[l->views] = n;
}

const char **
feature_key_columns(size_t *columns, struct arena *a,
    const struct feature_service *s)
{
	size_t most = 0, n = 0;
	const char **all;

	for (size_t i = 0; i < s->refs; i++)
		most += s->ref[i].view->entity->keys;
	all = arena_alloc(a, (most + 1) * sizeof(*all));
	for (size_t i = 0; i < s->refs; i++) {
		const struct feature_entity *t = s->ref[i].view->entity;

		for (size_t k = 0; k < t->keys; k++)
			if (find_column(t->key[k], all, n) == n)
				all[n++] = t->key[k];
	}
	*columns = n;
	return all;
}

int
feature_lookup_init(struct feature_lookup *l, struct arena *a,
    const struct feature_service *s, const char *const *column,
    size_t columns, struct err *e)
{
	size_t n = 0;

	memset(l, 0, sizeof(*l));
	l->service = s;
	l->columns = columns;
	l->view = arena_alloc(a, (s->refs + 1) * sizeof(*l->view));
	l->ref = arena_alloc(a, (s->refs + 1) * sizeof(*l->ref));
	l->ref_start = arena_alloc(a, (s->refs + 1) * sizeof(*l->ref_start));
	group_refs(l);
	if (refuse_strange(l, column, e) < 0)
		return -1;
	for (size_t i = 0; i < l->views; i++)
		n += l->view[i]->entity->keys;
	l->key_at = arena_alloc(a, (n + 1) * sizeof(*l->key_at));
	l->key_start = arena_alloc(a, (l->views + 1) * sizeof(n));
	n = 0;
	for (size_t i = 0; i < l->views; i++) {
		l->key_start[i] = n;
		if (find_keys(l, l->view[i], &n, column, e) < 0)
			return -1;
	}
	return 0;
}

/* ---- what is known ---- */

/* Empty when a value is. */
static int
build_key(struct buf *out, const struct feature_lookup *l, size_t view,
    const struct raw_cell *value, struct err *e)
{
	size_t keys = l->view[view]->entity->keys;
	bool whole = true;

	buf_clear(out);
	for (size_t i = 0; i < keys; i++) {
		struct raw_cell c = value[l->key_at[l->key_start[view] + i]];

		c.quoted = false;
		whole = whole && c.s != NULL && c.n > 0;
		if (whole)
			key_part(out, &c, keys == 1);
	}
	if (!whole)
		buf_clear(out);
	return buf_check(out, e);
}

static int
answer_view(struct feature_answer *answer, struct arena *a, struct kv *kv,
    const struct feature_lookup *l, size_t view, const struct buf *key,
    int64_t now, struct err *e)
{
	const struct feature_view *v = l->view[view];
	struct online_row row;

	if (online_find(&row, a, kv, v, key, e) < 0)
		return -1;
	for (size_t i = l->ref_start[view]; i < l->ref_start[view + 1]; i++) {
		struct feature_answer *to = &answer[l->ref[i]];

		if (online_value(&to->value, &to->status, a, &row, kv,
		    &v->feature[l->service->ref[l->ref[i]].feature], now,
		    e) < 0)
			return -1;
		to->found = row.found;
		to->time = row.found ? row.time : 0;
		to->created = row.found ? row.created : 0;
	}
	return 0;
}

static int
get_from_file(struct feature_answer *answer, struct arena *a, struct kv *kv,
    const struct feature_lookup *l, const struct raw_cell *value, size_t rows,
    int64_t now, struct err *e)
{
	struct buf key;
	int r = 0;

	buf_init(&key, BUF_CAP_SMALL);
	for (size_t row = 0; r == 0 && row < rows; row++)
		for (size_t v = 0; r == 0 && v < l->views; v++) {
			r = build_key(&key, l, v, value + row * l->columns,
			    e);
			if (r == 0)
				r = answer_view(answer + row *
				    l->service->refs, a, kv, l, v, &key, now,
				    e);
		}
	buf_free(&key);
	return r;
}

/* ---- the same from Redis ---- */

#define ROWS_AT_ONCE 256

/* The cells of a view's key; false: one is missing. */
static bool
pick_key(struct raw_cell *part, const struct feature_lookup *l, size_t view,
    const struct raw_cell *value)
{
	for (size_t i = 0; i < l->view[view]->entity->keys; i++) {
		part[i] = value[l->key_at[l->key_start[view] + i]];
		part[i].quoted = false;
		if (part[i].s == NULL || part[i].n == 0)
			return false;
	}
	return true;
}

/* The features of a view that are asked for, by number; how many. */
static size_t
list_features(size_t *feature, const struct feature_lookup *l, size_t view)
{
	size_t from = l->ref_start[view], n = l->ref_start[view + 1] - from;

	for (size_t i = 0; i < n; i++)
		feature[i] = l->service->ref[l->ref[from + i]].feature;
	return n;
}

static int
take_answers(struct feature_answer *answer, struct arena *a, struct redis *r,
    const struct feature_lookup *l, size_t view, const size_t *feature,
    size_t n, int64_t now, struct err *e)
{
	struct feature_answer *got = arena_alloc(a, (n + 1) * sizeof(*got));

	if (redis_answer(got, a, r, l->view[view], feature, n, now, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		answer[l->ref[l->ref_start[view] + i]] = got[i];
	return 0;
}

/* Questions for all views of all rows go out together. */
static int
get_part(struct feature_answer *answer, struct arena *a, struct redis *r,
    const struct feature_lookup *l, const struct raw_cell *value, size_t rows,
    int64_t now, struct err *e)
{
	size_t refs = l->service->refs, n;
	size_t *feature = arena_alloc(a, (refs + 1) * sizeof(*feature));
	struct raw_cell part[FEATURE_KEYS_MAX];

	for (int told = 0; told < 2; told++) {
		for (size_t i = 0; i < rows * l->views; i++) {
			size_t row = i / l->views, v = i % l->views;

			if (!pick_key(part, l, v, value + row * l->columns))
				continue;
			n = list_features(feature, l, v);
			if (told == 0)
				redis_ask(r, l->view[v], part, feature, n);
			else if (take_answers(answer + row * refs, a, r, l, v,
			    feature, n, now, e) < 0)
				return -1;
		}
		if (told == 0 && redis_send(r, e) < 0)
			return -1;
	}
	return 0;
}

static int
get_from_redis(struct feature_answer *answer, struct arena *a,
    struct redis *r, const struct feature_lookup *l,
    const struct raw_cell *value, size_t rows, int64_t now, struct err *e)
{
	size_t refs = l->service->refs, some;
	int rc = 0;

	for (size_t i = 0; i < rows * refs; i++)
		answer[i].status = FEATURE_NOT_FOUND;
	for (size_t row = 0; rc == 0 && row < rows; row += some) {
		some = rows - row < ROWS_AT_ONCE ? rows - row : ROWS_AT_ONCE;
		rc = get_part(answer + row * refs, a, r, l, value + row *
		    l->columns, some, now, e);
	}
	return rc;
}

bool
feature_store_is_lost(const struct feature_store *s)
{
	bool late;

	return s->redis && redis_is_lost(s->redis, &late);
}

int
feature_get(struct feature_answer *answer, struct arena *a,
    struct feature_store *s, const struct feature_lookup *l,
    const struct raw_cell *value, size_t rows, int64_t now, struct err *e)
{
	struct err again = ERR_INIT;
	bool late;

	if (s->kv)
		return get_from_file(answer, a, s->kv, l, value, rows, now,
		    e);
	if (get_from_redis(answer, a, s->redis, l, value, rows, now, e) == 0)
		return 0;
	/* its connection was idle for too long, or it was started again */
	if (redis_is_lost(s->redis, &late) && !late && redis_reconnect(s->redis, &again) == 0 &&
	    get_from_redis(answer, a, s->redis, l, value, rows, now, e) == 0)
		return 0;
	redis_drop(s->redis);
	return -1;
}
