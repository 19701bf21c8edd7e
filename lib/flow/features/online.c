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

static const char *
find_key(const char *column, const struct key_value *key, size_t keys)
{
	for (size_t i = 0; i < keys; i++)
		if (strcmp(key[i].column, column) == 0)
			return key[i].value;
	return NULL;
}

/* Empty when a value is. */
static int
build_key(struct buf *out, const struct feature_entity *t,
    const struct key_value *key, size_t keys, struct err *e)
{
	struct raw_cell c = { .s = NULL };
	bool whole = true;

	buf_clear(out);
	for (size_t i = 0; i < t->keys; i++) {
		c.s = find_key(t->key[i], key, keys);
		if (c.s == NULL)
			return err_set(e, ERR_USAGE, "say which: %.100s=VALUE",
			    t->key[i]);
		c.n = (uint32_t)strlen(c.s);
		whole = whole && c.n > 0;
		key_part(out, &c, t->keys == 1);
	}
	if (!whole)
		buf_clear(out);
	return buf_check(out, e);
}

static int
refuse_strange(const struct feature_service *s, const struct key_value *key,
    size_t keys, struct err *e)
{
	for (size_t k = 0; k < keys; k++) {
		bool known = false;

		for (size_t i = 0; i < s->refs; i++)
			for (size_t n = 0; n < s->ref[i].view->entity->keys;
			    n++)
				known = known || strcmp(key[k].column,
				    s->ref[i].view->entity->key[n]) == 0;
		if (!known)
			return err_set(e, ERR_USAGE, "'%.100s' is no key of "
			    "service '%.100s'", key[k].column, s->name);
	}
	return 0;
}

static int
answer_view(struct feature_answer *answer, struct arena *a, struct kv *kv,
    const struct feature_service *s, const struct feature_view *v,
    const struct buf *key, int64_t now, struct err *e)
{
	struct online_row row;
	int r = online_find(&row, kv, v, key, e);

	for (size_t i = 0; r >= 0 && i < s->refs; i++) {
		struct feature_answer *to = &answer[i];

		if (s->ref[i].view != v)
			continue;
		r = online_value(&to->value, &to->status, a, &row, kv,
		    &v->feature[s->ref[i].feature], now, e);
		to->time = row.found ? row.time : 0;
		if (r == 0 && to->value.s)	/* the row is released below */
			to->value.s = arena_strndup(a, to->value.s,
			    to->value.n);
	}
	online_row_release(&row);
	return r < 0 ? -1 : 0;
}

int
feature_get(struct feature_answer *answer, struct arena *a, struct kv *kv,
    const struct feature_service *s, const struct key_value *key, size_t keys,
    int64_t now, struct err *e)
{
	struct buf b;
	int r;

	if (refuse_strange(s, key, keys, e) < 0 || kv_begin(kv, false, e) < 0)
		return -1;
	buf_init(&b, BUF_CAP_SMALL);
	r = 0;
	for (size_t i = 0; r == 0 && i < s->refs; i++) {
		const struct feature_view *v = s->ref[i].view;
		size_t before = 0;

		while (before < i && s->ref[before].view != v)
			before++;
		if (before < i)
			continue;	/* answered with its first feature */
		r = build_key(&b, v->entity, key, keys, e);
		if (r == 0)
			r = answer_view(answer, a, kv, s, v, &b, now, e);
	}
	buf_free(&b);
	kv_abort(kv);
	return r;
}
