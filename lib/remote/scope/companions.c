/* The names that come along with those that were asked for. */
#include "remote/scope/companions.h"

#include <stdlib.h>
#include <string.h>

#include "catalog/manifest.h"
#include "remote/closure.h"
#include "store/odb.h"

/* --- the names there are, by what they mean -------------------------------- */

static void
add_named(struct companions *k, const char *ref, const struct oid *id,
    bool about)
{
	k->v = arena_grow(&k->arena, k->v, k->n, &k->room, sizeof(*k->v));
	k->v[k->n++] = (struct named_object){ ref, *id, about };
}

static bool
tells_of_models(const char *ref)
{
	return strchr(ref, '@') == NULL && (strncmp(ref, "report/", 7) == 0 ||
	    strncmp(ref, "card/", 5) == 0);
}

/* The model that a report or card is about, by its file or its manifest. */
static bool
is_subject(const struct link *l)
{
	return strcmp(l->rel, "model") == 0 || strcmp(l->rel, "candidate") == 0;
}

static int
add_subjects(struct companions *k, struct catalog *c, const char *ref,
    const struct oid *id, struct err *e)
{
	struct arena a = { NULL, 0 };
	const struct json *m;
	struct link l;
	int r = 0;

	if (odb_has(catalog_odb(c), id) &&
	    (r = catalog_manifest(&m, &a, c, id, e)) == 0)
		for (size_t i = 0; manifest_link_at(&l, m, i); i++)
			if (is_subject(&l))
				add_named(k, ref, &l.id, true);
	arena_free(&a);
	return r;
}

struct reading {
	struct companions *k;
	struct catalog *c;
};

static int
read_own(void *ctx, const char *name, struct err *e)
{
	struct reading *g = ctx;
	const char *ref = arena_strdup(&g->k->arena, name);
	struct ref versions;
	int r;

	if (strchr(name, '@'))
		return 0;
	r = ref_read(&versions, catalog_repo(g->c), name, e);
	for (size_t i = 0; r == 0 && i < versions.n; i++) {
		if (versions.value[i].removed)
			continue;
		add_named(g->k, ref, &versions.value[i].id, false);
		if (tells_of_models(name))
			r = add_subjects(g->k, g->c, ref,
			    &versions.value[i].id, e);
	}
	ref_free(&versions);
	return r;
}

static void
read_theirs(struct companions *k, const struct remote_state *s)
{
	for (size_t i = 0; i < s->n_refs; i++) {
		const struct remote_ref *r = &s->ref[i];

		for (size_t j = 0; j < r->n && !strchr(r->name, '@'); j++)
			add_named(k, r->name, &r->value[j].id, false);
	}
	for (size_t i = 0; i < s->n_abouts; i++)
		add_named(k, s->about[i].ref, &s->about[i].subject, true);
}

static int
by_id(const void *a, const void *b)
{
	const struct named_object *x = a, *y = b;

	return oid_cmp(&x->id, &y->id);
}

static int
read_names(struct companions *k, struct remote *r, bool there, struct err *e)
{
	struct reading g = { k, r->c };

	if (k->read)
		return 0;
	if (there)
		read_theirs(k, &r->state);
	else if (ref_each(r->repo, "", read_own, &g, e) < 0)
		return -1;
	if (k->n)
		qsort(k->v, k->n, sizeof(*k->v), by_id);
	k->read = true;
	return 0;
}

void
companions_release(struct companions *k)
{
	arena_free(&k->arena);
	*k = (struct companions){ .n = 0 };
}

/* --- those that come along ------------------------------------------------- */

struct walk {
	struct companions *k;
	struct selection *s;
	struct catalog *c;
};

static void
select_holders(struct walk *w, const struct oid *id, bool about)
{
	size_t low = 0, high = w->k->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (oid_cmp(&w->k->v[middle].id, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < w->k->n && oid_eq(&w->k->v[low].id, id); low++)
		if (w->k->v[low].about == about)
			intern_add(w->s->names, w->k->v[low].ref,
			    strlen(w->k->v[low].ref));
}

/* Manifests alone are looked into; what was removed need not be here. */
static int
pass_manifest(void *ctx, const struct oid *id, enum closure_kind kind,
    struct err *e)
{
	struct walk *w = ctx;

	(void)e;
	if (kind != CLOSURE_MANIFEST || !odb_has(catalog_odb(w->c), id))
		return 2;
	select_holders(w, id, false);
	return 1;
}

/* What is about a version of a model, or about its file. */
static int
select_reports(struct walk *w, const struct oid *id, struct err *e)
{
	struct arena a = { NULL, 0 };
	const struct json *m;
	struct link l;
	int r = 0;

	if (!odb_has(catalog_odb(w->c), id))
		return 0;
	select_holders(w, id, true);
	if ((r = catalog_manifest(&m, &a, w->c, id, e)) == 0 &&
	    manifest_find(&l, m, "content", NULL))
		select_holders(w, &l.id, true);
	arena_free(&a);
	return r;
}

/* An alias of a name that comes along comes with it. */
static int
select_alias(void *ctx, const char *name, struct err *e)
{
	struct intern *names = ctx;
	const char *at = strchr(name, '@');

	(void)e;
	if (at && intern_find(names, name, (size_t)(at - name)) != INTERN_NONE)
		intern_add(names, name, strlen(name));
	return 0;
}

static int
begin_at(struct closure *k, struct walk *w, const struct selected *s,
    bool there, struct err *e)
{
	size_t n = there ? s->there ? s->there->n : 0 : s->here.n;
	int r = 0;

	if (s->alias)
		return 0;
	for (size_t i = 0; r == 0 && i < n; i++) {
		const struct oid *id = there ? &s->there->value[i].id :
		    &s->here.value[i].id;

		closure_add(k, id, CLOSURE_MANIFEST);
		if (strncmp(s->name, "model/", 6) == 0)
			r = select_reports(w, id, e);
	}
	return r;
}

int
companions_add(struct companions *k, struct selection *s, struct remote *r,
    bool there, struct err *e)
{
	struct walk w = { k, s, r->c };
	struct closure *all;
	size_t before = intern_count(s->names), waiting;
	int result = 0;

	if (read_names(k, r, there, e) < 0)
		return -1;
	all = closure_new(r->c, pass_manifest, &w);
	for (size_t i = 0; result == 0 && i < s->n; i++)
		result = begin_at(all, &w, &s->v[i], there, e);
	if (result == 0)
		result = closure_walk(&waiting, all, e);
	closure_free(all);
	if (result == 0 && intern_count(s->names) > before) {
		result = ref_each(r->repo, "", select_alias, s->names, e);
		for (size_t i = 0; there && i < r->state.n_refs; i++)
			(void)select_alias(s->names, r->state.ref[i].name, e);
	}
	if (result < 0 || intern_count(s->names) == before)
		return result;
	return selection_extend(s, r, e) < 0 ? -1 : 1;
}

int
companions_tell(struct buf *out, struct catalog *c, const char *ref,
    const struct oid *id, struct err *e)
{
	struct arena a = { NULL, 0 };
	char hex[OID_HEX + 1];
	const struct json *m;
	struct link l;
	int r = 0;

	if (tells_of_models(ref) && odb_has(catalog_odb(c), id) &&
	    (r = catalog_manifest(&m, &a, c, id, e)) == 0)
		for (size_t i = 0; manifest_link_at(&l, m, i); i++)
			if (is_subject(&l))
				buf_addf(out, "{\"about\":\"%s\",\"by\":"
				    "\"%s\"}\n", oid_hex(hex, &l.id), ref);
	arena_free(&a);
	return r;
}
