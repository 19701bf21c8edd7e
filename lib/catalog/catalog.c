#include "catalog/catalog.h"

#include <stdlib.h>
#include <string.h>

#include "base/intern.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "catalog/internal.h"
#include "store/odb.h"

int
catalog_open(struct catalog **out, const char *from,
    const struct repo_opts *o, struct err *e)
{
	static const struct repo_opts defaults;
	struct catalog *c = xalloc(1, sizeof(*c));
	struct err mine = ERR_INIT;

	c->opts = o ? *o : defaults;
	if (repo_open(&c->repo, from, &c->opts, &mine) < 0) {
		c->repo = NULL;
		if (mine.code != ERR_NOENT) {
			free(c);
			*e = mine;
			return -1;
		}
	}
	*out = c;
	return 0;
}

int
catalog_open_repository(struct catalog **out, const char *from,
    const struct repo_opts *o, struct err *e)
{
	static const struct repo_opts defaults;
	struct catalog *c = xalloc(1, sizeof(*c));

	c->opts = o ? *o : defaults;
	if (repo_open(&c->repo, from, &c->opts, e) < 0) {
		free(c);
		return -1;
	}
	*out = c;
	return 0;
}

void
catalog_close(struct catalog *c)
{
	if (c == NULL)
		return;
	repo_close(c->repo);
	intern_free(c->told);
	free(c);
}

struct repo *
catalog_repo(const struct catalog *c)
{
	return c ? c->repo : NULL;
}

struct odb *
catalog_odb(const struct catalog *c)
{
	return c && c->repo ? repo_odb(c->repo) : NULL;
}

const struct log *
catalog_log(const struct catalog *c)
{
	return c ? c->opts.log : NULL;
}

int
catalog_need_repo(struct catalog *c, const char *what, struct err *e)
{
	if (c && c->repo)
		return 0;
	return err_set(e, ERR_NOENT, "'%.200s' needs a repository, and there "
	    "is none here or above; make one with 'mlv-data init'", what);
}

/* --- what a name means ----------------------------------------------------- */

struct names {
	char **v;
	size_t n, room, skip;
};

static int
keep_name(void *ctx, const char *name, struct err *e)
{
	struct names *l = ctx;

	(void)e;
	if (strchr(name, '@'))
		return 0;
	if (l->n == l->room) {
		l->room = l->room ? l->room * 2 : 32;
		l->v = xresize(l->v, l->room, sizeof(*l->v));
	}
	l->v[l->n++] = xstrdup(name + l->skip);
	return 0;
}

static int
no_such(struct catalog *c, const char *kind, const char *base, struct err *e)
{
	struct names l = { .skip = strlen(kind) + 1 };
	struct err ignored = ERR_INIT;
	char *prefix = xprintf("%s/", kind), *path = NULL;
	const char *near = NULL;

	/* a fresh clone has what git keeps, not what is kept here */
	if (strcmp(kind, "data") == 0)
		path = pointer_find(c, base);
	if (ref_each(c->repo, prefix, keep_name, &l, &ignored) == 0 && l.n)
		near = nearest_word(base, (const char *const *)l.v, l.n);
	if (path)
		err_set(e, ERR_NOENT, "the content of data:%s is not in this "
		    "repository's store; '%.200s.mlv' stands for it: get the "
		    "file and 'mlv-data add' it", base, path);
	else if (near)
		err_set(e, ERR_NOENT, "there is no %s:%s (did you mean %s:%s?)",
		    kind, base, kind, near);
	else
		err_set(e, ERR_NOENT, "there is no %s:%s", kind, base);
	for (size_t i = 0; i < l.n; i++)
		free(l.v[i]);
	free(l.v);
	free(prefix);
	free(path);
	return -1;
}

static int
resolve_alias(struct catalog_item *item, struct catalog *c,
    const struct name *n, struct err *e)
{
	const char *kind = name_kind_text(n->kind);
	char *ref = name_ref(n);
	const struct ref_value *last = NULL;
	struct err mine = ERR_INIT;
	struct ref r = { NULL, 0 };
	int result = 0;

	if (ref_read(&r, c->repo, ref, &mine) == 0)
		last = ref_last(&r);
	else if (mine.code != ERR_NOENT)
		result = -1;
	if (result < 0) {
		*e = mine;
	} else if (last == NULL) {
		result = err_set(e, ERR_NOENT, "%s:%s has no alias '%s'", kind,
		    n->base, n->alias);
	} else {
		item->version = last->number;
		item->id = last->id;
	}
	ref_free(&r);
	free(ref);
	return result;
}

static int
resolve_version(struct catalog_item *item, struct catalog *c,
    const struct name *n, const struct ref *r, struct err *e)
{
	const struct ref_value *v = ref_last(r);
	int decided = 0;

	if (n->version) {
		v = ref_version(r, n->version);
		if (v == NULL)
			return err_set(e, ERR_NOENT, "%s:%s has no version %u; "
			    "its newest is %zu", name_kind_text(n->kind),
			    n->base, n->version, r->n);
	} else if (n->kind == NAME_DATA) {
		decided = pointer_decides(&item->id, &item->version, c,
		    n->base, r, e);
	}
	if (decided < 0)
		return -1;
	item->pointed = decided;
	if (!decided) {
		item->version = v->number;
		item->id = v->id;
	}
	return 0;
}

static int
resolve_ref(struct catalog_item *item, struct catalog *c,
    const struct name *n, struct err *e)
{
	const char *kind = name_kind_text(n->kind);
	const struct name all = { .kind = n->kind, .base = n->base };
	char *ref = name_ref(&all), *label = name_label(n), text[OID_TEXT];
	struct err mine = ERR_INIT;
	struct ref r = { NULL, 0 };
	struct name found = all;
	int result = -1;

	if (catalog_need_repo(c, n->text ? n->text : label, e) < 0)
		goto done;
	if (ref_read(&r, c->repo, ref, &mine) < 0) {
		if (mine.code == ERR_NOENT)
			no_such(c, kind, n->base, e);
		else
			*e = mine;
		goto done;
	}
	result = n->alias ? resolve_alias(item, c, n, e) :
	    resolve_version(item, c, n, &r, e);
	found.version = item->version;
	if (result == 0)
		item->label = item->version ? name_label(&found) :
		    xstrdup(oid_print(text, &item->id));
done:
	ref_free(&r);
	free(label);
	free(ref);
	return result;
}

int
catalog_resolve_name(struct catalog_item *item, struct catalog *c,
    const struct name *n, struct err *e)
{
	char text[OID_TEXT];
	int r = 0;

	memset(item, 0, sizeof(*item));
	item->kind = n->kind;
	if (n->kind == NAME_OBJECT) {
		r = catalog_need_repo(c, n->text ? n->text : n->base, e);
		if (r == 0)
			r = odb_expand(&item->id, repo_odb(c->repo), n->base, e);
		item->base = xstrdup("");
		item->label = xstrdup(oid_print(text, &item->id));
	} else {
		item->base = xstrdup(n->base);
		item->path = n->path ? xstrdup(n->path) : NULL;
		if (name_is_ref(n))
			r = resolve_ref(item, c, n, e);
		else
			item->label = xstrdup(n->base);
	}
	if (r < 0)
		catalog_item_free(item);
	return r;
}

int
catalog_resolve(struct catalog_item *item, struct catalog *c,
    const char *name, struct err *e)
{
	struct name n;
	int r;

	memset(item, 0, sizeof(*item));
	if (name_parse(&n, name, e) < 0)
		return -1;
	r = catalog_resolve_name(item, c, &n, e);
	name_free(&n);
	return r;
}

void
catalog_item_free(struct catalog_item *item)
{
	free(item->base);
	free(item->label);
	free(item->path);
	memset(item, 0, sizeof(*item));
}

int
catalog_manifest(const struct json **m, struct arena *a, struct catalog *c,
    const struct oid *id, struct err *e)
{
	char text[OID_TEXT];
	struct json *j;
	struct buf b;
	int r = -1;

	if (catalog_need_repo(c, oid_print(text, id), e) < 0)
		return -1;
	buf_init(&b, BUF_CAP_DOC);
	if (odb_get(&b, repo_odb(c->repo), id, e) < 0)
		goto done;
	if (json_parse(&j, a, b.data, b.len, 0, e) < 0 ||
	    j->type != JSON_MAP || json_text(j, "schema", NULL) == NULL) {
		err_set(e, ERR_FORMAT, "object %s is not a manifest", text);
		goto done;
	}
	*m = j;
	r = 0;
done:
	buf_free(&b);
	return r;
}

uint64_t
catalog_stamp(struct catalog *c, const struct name *n)
{
	char *ref;
	uint64_t stamp;

	if (catalog_repo(c) == NULL || !name_is_ref(n))
		return 0;
	ref = name_ref(n);
	stamp = ref_stamp(c->repo, ref);
	free(ref);
	return stamp;
}

/* --- lineage --------------------------------------------------------------- */

struct lineage {
	struct catalog *c;
	struct oid *seen;
	size_t n, room;
	int (*fn)(void *ctx, int depth, const struct link *l, struct err *e);
	void *ctx;
};

static bool
first_time(struct lineage *w, const struct oid *id)
{
	for (size_t i = 0; i < w->n; i++)
		if (oid_eq(&w->seen[i], id))
			return false;
	if (w->n == w->room) {
		w->room = w->room ? w->room * 2 : 32;
		w->seen = xresize(w->seen, w->room, sizeof(*w->seen));
	}
	w->seen[w->n++] = *id;
	return true;
}

static int
descend(struct lineage *w, int depth, const struct link *from, struct err *e)
{
	struct arena a = { NULL, 0 };
	const struct json *m;
	struct link l;
	int r;

	if (!first_time(w, &from->id))
		return 0;
	if ((r = w->fn(w->ctx, depth, from, e)) != 0 ||
	    !manifest_is_type(from->type))
		return r;
	if (depth >= JSON_DEPTH_MAX)
		return err_set(e, ERR_TOOBIG, "lineage is deeper than %d",
		    JSON_DEPTH_MAX);
	r = catalog_manifest(&m, &a, w->c, &from->id, e);
	for (size_t i = 0; r == 0 && manifest_link_at(&l, m, i); i++)
		r = descend(w, depth + 1, &l, e);
	arena_free(&a);
	return r;
}

int
catalog_lineage(struct catalog *c, const struct oid *id,
    int (*fn)(void *ctx, int depth, const struct link *l, struct err *e),
    void *ctx, struct err *e)
{
	struct lineage w = { .c = c, .fn = fn, .ctx = ctx };
	struct link root = { .rel = "", .type = TYPE_MANIFEST_PREFIX,
	    .name = "", .id = *id };
	int r;

	if (catalog_need_repo(c, "lineage", e) < 0 ||
	    odb_size(&root.size, repo_odb(c->repo), id, e) < 0)
		return -1;
	r = descend(&w, 0, &root, e);
	free(w.seen);
	return r;
}
