/* What names mean: versions, aliases and what pointer files decide. */
#include "catalog/resolve.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/intern.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "base/path.h"
#include "catalog/history.h"
#include "catalog/internal.h"
#include "catalog/manifest.h"
#include "catalog/pointer.h"
#include "store/odb.h"
#include "store/ref.h"
#include "store/tree/snapshot.h"
#include "store/worktree.h"

struct known_names {
	char **v;
	size_t n, room, skip;
};

static int
keep_name(void *ctx, const char *name, struct err *e)
{
	struct known_names *l = ctx;

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
err_no_such(struct catalog *c, const char *kind, const char *base, struct err *e)
{
	struct known_names l = { .skip = strlen(kind) + 1 };
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

/* Of a name that is there what sets it is said, too. */
static int
err_no_alias(struct catalog *c, const char *kind, const struct name *n,
    struct err *e)
{
	struct name plain = { .kind = n->kind, .base = n->base };
	struct err ignored = ERR_INIT;
	struct ref r = { NULL, 0 };
	char *ref = name_ref(&plain);

	if (ref_read(&r, c->repo, ref, &ignored) != 0 &&
	    ignored.code == ERR_NOENT)
		err_no_such(c, kind, n->base, e);
	else if (n->kind == NAME_MODEL)
		err_set(e, ERR_NOENT, "%s:%s has no alias '%s'; 'mlv-registry "
		    "set %s@%s VERSION' sets it", kind, n->base, n->alias,
		    n->base, n->alias);
	else if (n->kind == NAME_DATA)
		err_set(e, ERR_NOENT, "%s:%s has no alias '%s'; 'mlv-data tag "
		    "%s:%s@VERSION %s' sets it", kind, n->base, n->alias, kind,
		    n->base, n->alias);
	else
		err_set(e, ERR_NOENT, "%s:%s has no alias '%s'", kind,
		    n->base, n->alias);
	ref_free(&r);
	free(ref);
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

	if (strcmp(n->alias, REF_REMOVED) == 0)
		;	/* that is no label of people's */
	else if (ref_read(&r, c->repo, ref, &mine) == 0)
		last = ref_last(&r);
	else if (mine.code != ERR_NOENT)
		result = -1;
	if (result < 0) {
		*e = mine;
	} else if (last == NULL) {
		result = err_no_alias(c, kind, n, e);
	} else {
		item->version = last->number;
		item->id = last->id;
	}
	ref_free(&r);
	free(ref);
	return result;
}

/* The last version that the audit log has up to a moment. */
struct moment {
	int64_t us;
	uint32_t version;
};

static int
note_version(void *ctx, const struct history_entry *h, struct err *e)
{
	struct moment *m = ctx;
	int64_t us;

	(void)e;
	if (strchr(h->record->ref, '@') == NULL && strcmp(h->record->op,
	    "add") == 0 && clock_parse(h->record->time,
	    strlen(h->record->time), &us) && us <= m->us)
		m->version = h->record->number;
	return 0;
}

static int
find_moment(uint32_t *version, struct catalog *c, const struct name *n,
    struct err *e)
{
	struct moment m = { .us = n->moment_us };
	char text[CLOCK_TEXT_MAX];

	if (catalog_history(c, n->kind, n->base, note_version, &m, e) < 0)
		return -1;
	clock_print(text, n->moment_us);
	if (m.version == 0)
		return err_set(e, ERR_NOENT, "%s:%s had no version by %s",
		    name_kind_text(n->kind), n->base, text);
	*version = m.version;
	return 0;
}

static int
resolve_version(struct catalog_item *item, struct catalog *c,
    const struct name *n, const struct ref *r, struct err *e)
{
	const struct ref_value *v = ref_last(r);
	uint32_t version = n->version;
	int decided = 0;

	if (v == NULL)
		return err_set(e, ERR_NOENT, "every version of %s:%s was "
		    "removed", name_kind_text(n->kind), n->base);
	if (n->moment_us && find_moment(&version, c, n, e) < 0)
		return -1;
	if (version && version <= r->n && r->value[version - 1].removed)
		return err_set(e, ERR_NOENT, "%s:%s@%u was removed; its "
		    "newest version is %u", name_kind_text(n->kind), n->base,
		    version, v->number);
	if (version) {
		v = ref_version(r, version);
		if (v == NULL)
			return err_set(e, ERR_NOENT, "%s:%s has no version %u; "
			    "its newest is %zu", name_kind_text(n->kind),
			    n->base, version, r->n);
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
			err_no_such(c, kind, n->base, e);
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

/* --- a file that is no longer what its pointer says ------------------------ */

/* Of another size it is not read at all. */
static bool
has_changed(struct catalog *c, const char *file, const char *path,
    const struct link *content)
{
	struct err ignored = ERR_INIT;
	struct tree_total total;
	struct stat st;
	struct oid now;
	uint64_t size;

	if (lstat(file, &st) == 0 && S_ISDIR(st.st_mode))
		return tree_hash_folder(&now, &total, c->repo, path,
		    &ignored) == 0 && !oid_eq(&now, &content->id);
	if (stat(file, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	return (uint64_t)st.st_size != content->size ||
	    (worktree_hash_file(&now, &size, c->repo, file, &ignored) == 0 &&
	    !oid_eq(&now, &content->id));
}

void
catalog_warn_changed(struct catalog *c, const struct catalog_item *item)
{
	struct err ignored = ERR_INIT;
	struct arena a = { NULL, 0 };
	const struct json *m;
	struct link content;
	const char *path;
	char *file = NULL;

	if (!item->pointed ||
	    catalog_manifest(&m, &a, c, &item->id, &ignored) < 0 ||
	    !manifest_find(&content, m, "content", NULL) ||
	    (path = json_text(m, "path", NULL)) == NULL ||
	    !path_is_below(path))
		goto done;
	if (c->told == NULL)
		c->told = intern_new();
	if (intern_find(c->told, path, strlen(path)) != INTERN_NONE)
		goto done;
	intern_add(c->told, path, strlen(path));
	file = path_join(repo_top(c->repo), path);
	if (has_changed(c, file, path, &content))
		log_warn(c->opts.log, "'%s' has changed since it was added: "
		    "data:%s is the stored version", path, item->base);
done:
	free(file);
	arena_free(&a);
}
