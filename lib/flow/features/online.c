/* The online store of a repository. */
#include "flow/features/online.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "feature/key.h"
#include "flow/features/source.h"

int
feature_store_open(struct kv **out, struct catalog *c, const char *path,
    bool write, struct err *e)
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
feature_load_view(struct online_load *l, struct catalog *c,
    const char *folder, const char *from, struct err *e)
{
	struct feature_source s;
	struct source in;
	int r = -1;

	if (feature_source_open(&s, c, from ? from : l->view->source,
	    from ? NULL : folder, NULL, e) == 0 &&
	    catalog_bytes_source(&in, &s.bytes, c, e) == 0) {
		r = online_load(l, &in, &s.read, e);
		source_close(&in);
	}
	feature_source_close(&s);
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

int
feature_get(struct feature_answer *answer, struct arena *a, struct kv *kv,
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
