/* Registered models found: refs of models, and the book's words on them. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/num.h"
#include "catalog/name.h"
#include "tracking/registry/registry.h"

/* ---- names ---- */

static const char *
base_of_doc(const struct call *k, const char *name)
{
	const struct book *b = k->t->book;
	const struct json *doc;
	const char *base;

	for (size_t i = 0; i < book_count(b, BOOK_MODEL); i++) {
		doc = book_at(b, BOOK_MODEL, i, &base);
		if (strcmp(json_text(doc, "name", ""), name) == 0 &&
		    !json_bool(doc, "gone", false))
			return base;
	}
	return NULL;
}

/* One that is no name of ours becomes one, with digits that tell it from
 * others that look like it. */
static const char *
made_base(struct call *k, const char *name)
{
	char *base = name_from_path(name), hex[9];
	uint8_t digest[SHA256_BYTES];
	const char *made;

	sha256_of(name, strlen(name), digest);
	hex_encode(hex, digest, 4);
	made = arena_printf(&k->arena, "%.100s-%s", base, hex);
	free(base);
	return made;
}

const char *
model_base(struct call *k, const char *name)
{
	const char *base = base_of_doc(k, name);
	const struct json *doc = book_get(k->t->book, BOOK_MODEL, name);

	if (base)
		return base;
	if (name_base_ok(name) && (doc == NULL || json_bool(doc, "gone",
	    false)))
		return name;
	return made_base(k, name);
}

/* ---- one model ---- */

static int
add_alias(void *ctx, const char *ref, struct err *e)
{
	const char *alias = strchr(ref, '@') + 1;
	void **both = ctx;
	struct model_entry *m = both[0];
	struct call *k = both[1];
	const struct ref_value *v;
	struct ref r;

	if (strcmp(alias, REF_REMOVED) == 0)
		return 0;
	if (ref_read(&r, catalog_repo(k->t->c), ref, e) < 0)
		return -1;
	v = ref_last(&r);
	if (v && v->number) {
		m->alias = arena_grow(&k->arena, m->alias, m->aliases,
		    &m->room, sizeof(*m->alias));
		m->alias[m->aliases++] = (struct model_alias){
		    arena_strdup(&k->arena, alias), v->number };
	}
	ref_free(&r);
	return 0;
}

/* 1, 0: there is no such model, -1: answered. */
static int
read_model(struct model_entry *m, struct call *k, const char *base)
{
	const struct json *doc = book_get(k->t->book, BOOK_MODEL, base);
	struct repo *repo = catalog_repo(k->t->c);
	const char *ref = arena_printf(&k->arena, "model/%s", base);
	void *both[2] = { m, k };
	struct err e = ERR_INIT;
	struct ref r = { NULL, 0 };

	if (doc && json_bool(doc, "gone", false))
		return 0;
	*m = (struct model_entry){ .base = base, .name = doc ?
	    json_text(doc, "name", base) : base, .doc = doc ? doc :
	    json_new(&k->arena, JSON_MAP) };
	if (ref_read(&r, repo, ref, &e) < 0)
		return e.code != ERR_NOENT ? call_fail_err(k, &e) :
		    doc != NULL;
	m->version = arena_alloc(&k->arena, (r.n + 1) * sizeof(*m->version));
	for (size_t i = 0; i < r.n; i++)
		if (!r.value[i].removed)
			m->version[m->n++] = r.value[i];
	ref_free(&r);
	if (ref_each(repo, arena_printf(&k->arena, "%s@", ref), add_alias,
	    both, &e) < 0)
		return call_fail_err(k, &e);
	return doc != NULL || m->n > 0;
}

bool
model_is_there(struct call *k, const char *name)
{
	struct model_entry m;

	return read_model(&m, k, model_base(k, name)) > 0;
}

int
find_model(struct model_entry *m, struct call *k, const char *name)
{
	int r = read_model(m, k, model_base(k, name));

	if (r == 0)
		return call_fail(k, CALL_NOT_THERE, "Registered Model with "
		    "name=%.250s not found", name);
	return r < 0 ? -1 : 0;
}

/* ---- all models ---- */

struct base_list {
	struct call *k;
	const char **v;
	size_t n, room;
};

static void
push_base(struct base_list *l, const char *base)
{
	l->v = arena_grow(&l->k->arena, l->v, l->n, &l->room, sizeof(*l->v));
	l->v[l->n++] = base;
}

static int
add_ref(void *ctx, const char *ref, struct err *e)
{
	struct base_list *l = ctx;

	(void)e;
	if (strchr(ref, '@') == NULL &&
	    book_get(l->k->t->book, BOOK_MODEL, ref + 6) == NULL)
		push_base(l, arena_strdup(&l->k->arena, ref + 6));
	return 0;
}

int
each_model(struct call *k, int (*fn)(void *ctx, struct call *k,
    const struct model_entry *m), void *ctx)
{
	struct base_list l = { .k = k };
	struct err e = ERR_INIT;
	const char *base;

	for (size_t i = 0; i < book_count(k->t->book, BOOK_MODEL); i++) {
		(void)book_at(k->t->book, BOOK_MODEL, i, &base);
		push_base(&l, base);
	}
	if (ref_each(catalog_repo(k->t->c), "model/", add_ref, &l, &e) < 0)
		return call_fail_err(k, &e);
	for (size_t i = 0; i < l.n; i++) {
		struct model_entry *m = arena_alloc(&k->arena, sizeof(*m));
		int r = read_model(m, k, l.v[i]);

		if (r < 0 || (r > 0 && fn(ctx, k, m) < 0))
			return -1;
	}
	return 0;
}

/* ---- versions ---- */

const struct ref_value *
find_version(struct call *k, const struct model_entry *m, const char *number)
{
	char text[NUM_TEXT_MAX];

	for (size_t i = 0; i < m->n; i++) {
		num_print_u64(text, m->version[i].number);
		if (strcmp(text, number) == 0)
			return &m->version[i];
	}
	if (*number == '\0' || strspn(number, "0123456789") != strlen(number))
		call_fail(k, CALL_INVALID, "Model version must be an integer, "
		    "got '%.100s'", number);
	else
		call_fail(k, CALL_NOT_THERE, "Model Version (name=%.250s, "
		    "version=%.20s) not found", m->name, number);
	return NULL;
}

const struct json *
version_doc(struct call *k, const struct model_entry *m, uint32_t number)
{
	const struct json *doc = book_get(k->t->book, BOOK_VERSION,
	    arena_printf(&k->arena, "%s/%u", m->base, (unsigned)number));

	return doc ? doc : json_new(&k->arena, JSON_MAP);
}

const char *
version_stage(const struct json *doc)
{
	return json_text(doc, "stage", "None");
}

void
put_version(struct call *k, const char *key, const struct model_entry *m,
    const struct ref_value *v)
{
	static const char *const texts[] = { "user_id", "source", "run_id",
	    "run_link", "model_id" };
	const struct json *doc = version_doc(k, m, v->number);
	struct buf *b = k->out;

	put_open(b, key, '{');
	put_text(b, "name", m->name);
	put_text(b, "version", arena_printf(&k->arena, "%u",
	    (unsigned)v->number));
	put_int(b, "creation_timestamp", json_int(doc, "creation_timestamp",
	    0));
	put_int(b, "last_updated_timestamp", json_int(doc,
	    "last_updated_timestamp", 0));
	put_text(b, "current_stage", version_stage(doc));
	put_text(b, "description", json_text(doc, "description", ""));
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (json_get(doc, texts[i]))
			put_text(b, texts[i], json_text(doc, texts[i], ""));
	put_text(b, "status", "READY");
	put_pairs(b, "tags", json_get(doc, "tags"));
	put_open(b, "aliases", '[');
	for (size_t i = 0; i < m->aliases; i++)
		if (m->alias[i].version == v->number)
			put_text(b, NULL, m->alias[i].alias);
	put_close(b, ']');
	put_close(b, '}');
}

/* ---- changes ---- */

int
change_model(struct call *k, const char *base, struct json *patch)
{
	struct err e = ERR_INIT;

	json_add_int(&k->arena, patch, "last_updated_timestamp",
	    clock_wall_us() / 1000);
	return book_change(k->t->book, BOOK_MODEL, base, patch, &e) < 0 ?
	    call_fail_err(k, &e) : 0;
}

int
change_version(struct call *k, const struct model_entry *m, uint32_t number,
    struct json *patch)
{
	struct err e = ERR_INIT;

	json_add_int(&k->arena, patch, "last_updated_timestamp",
	    clock_wall_us() / 1000);
	return book_change(k->t->book, BOOK_VERSION, arena_printf(&k->arena,
	    "%s/%u", m->base, (unsigned)number), patch, &e) < 0 ?
	    call_fail_err(k, &e) : 0;
}

int
move_alias(struct call *k, const struct model_entry *m, const char *alias,
    uint32_t version)
{
	const struct name name = { .kind = NAME_MODEL, .base = m->base,
	    .alias = alias };
	const struct tracking_opts *o = &k->t->o;
	struct err e = ERR_INIT;

	if (o->move_alias(o->alias_ctx, k->t->c, &name, version,
	    arena_printf(&k->arena, "over MLflow's API%s%s", k->user ?
	    ", by " : "", k->user ? k->user : ""), &e) < 0)
		return call_fail_err(k, &e);
	return 0;
}

int
read_tag(struct json **patch, struct call *k, bool set)
{
	const char *key = call_text(k, "key");
	struct json *tags;

	if (check_key(k, "tag", key) < 0 ||
	    check_length(k, key, call_text(k, "value"), TAG_MAX) < 0)
		return -1;
	*patch = json_new(&k->arena, JSON_MAP);
	tags = json_add_map(&k->arena, *patch, "tags");
	if (set)
		json_add_text(&k->arena, tags, key, call_text(k, "value"));
	else
		json_add_null(&k->arena, tags, key);
	return 0;
}
