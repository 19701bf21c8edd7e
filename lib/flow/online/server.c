/* The features behind a server: opened, and found by the columns of models. */
#include "flow/online/server.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "flow/features/source.h"

/* VIEW__FEATURE, or FEATURE where no other of the service is called so. */
static size_t
find_column(void *ctx, const char *const **keys, const char *column)
{
	const struct feature_server *f = ctx;
	size_t i = feature_service_column(f->service, column);

	if (i == f->service->refs)
		return NOT_FILLED;
	*keys = f->key[i];
	return i;
}

static void
list_keys(struct feature_server *f)
{
	const struct feature_service *s = f->service;

	f->key = arena_alloc(&f->arena, (s->refs + 1) * sizeof(*f->key));
	for (size_t i = 0; i < s->refs; i++) {
		const struct feature_entity *t = s->ref[i].view->entity;
		const char **key = arena_alloc(&f->arena, (t->keys + 1) *
		    sizeof(*key));

		memcpy(key, t->key, t->keys * sizeof(*key));
		key[t->keys] = NULL;
		f->key[i] = key;
	}
	f->filler = (struct filler){ f, find_column,
	    arena_printf(&f->arena, "a feature of service '%s'", s->name) };
}

static int
plan_services(struct feature_server *f, struct err *e)
{
	struct arena *a = &f->arena;
	size_t columns;

	f->plan = arena_alloc(a, (f->spec->services + 1) * sizeof(*f->plan));
	for (size_t i = 0; i < f->spec->services; i++) {
		const struct feature_service *s = &f->spec->service[i];
		struct feature_plan *p = &f->plan[i];

		p->column = feature_key_columns(&columns, a, s);
		if (feature_lookup_init(&p->lookup, a, s, p->column, columns,
		    e) < 0)
			return -1;
	}
	return 0;
}

int
feature_server_open(struct feature_server **out,
    const struct feature_server_opts *o, struct err *e)
{
	struct feature_server *f = xalloc(1, sizeof(*f));
	struct oid id;
	char *folder;

	if (feature_spec_load(&f->spec, &folder, &f->arena, o->path, e) < 0 ||
	    feature_spec_id(&id, f->spec, e) < 0 ||
	    (o->service && feature_service_find(&f->service, f->spec,
	    o->service, e) < 0) || catalog_open(&f->catalog, NULL, NULL, e) < 0 ||
	    feature_stores_open(&f->stores, f->catalog, &o->store, o->log,
	    e) < 0 || plan_services(f, e) < 0) {
		feature_server_close(f);
		return -1;
	}
	oid_print(f->id, &id);
	f->names = xalloc(2 * f->spec->services + 1, sizeof(*f->names));
	for (size_t i = 0; i < 2 * f->spec->services; i++)
		feature_names_init(&f->names[i], &f->spec->service[i / 2],
		    i % 2 == 1, &f->arena);
	if (f->service)
		list_keys(f);
	*out = f;
	return 0;
}

void
feature_server_close(struct feature_server *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; f->names && i < 2 * f->spec->services; i++)
		feature_names_release(&f->names[i]);
	free(f->names);
	feature_stores_close(f->stores);
	catalog_close(f->catalog);
	arena_free(&f->arena);
	free(f);
}
