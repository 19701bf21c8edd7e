/* Files that pointers stand for: found by words, and compared. */
#define _XOPEN_SOURCE 700
#include "catalog/tracked.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "catalog/internal.h"
#include "catalog/manifest.h"
#include "catalog/name.h"
#include "catalog/resolve.h"
#include "store/ref.h"
#include "store/tree/snapshot.h"
#include "store/worktree.h"

static void
tracked_release(struct tracked *t)
{
	free(t->path);
	free(t->target);
	free(t->why);
	pointer_release(&t->says);
}

void
tracked_list_release(struct tracked_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		tracked_release(&l->v[i]);
	free(l->v);
	*l = (struct tracked_list){ NULL, 0, 0 };
}

/* What *t owns is the list's now. */
static void
add_tracked(struct tracked_list *l, const struct tracked *t)
{
	if (l->n == l->room) {
		l->room = l->room ? l->room * 2 : 64;
		l->v = xresize(l->v, l->room, sizeof(*l->v));
	}
	l->v[l->n++] = *t;
}

static void
add_copy(struct tracked_list *l, const char *path, const struct pointer *p,
    const struct err *why)
{
	struct tracked t = { .path = xstrdup(path), .pointed = true };

	if (p != NULL) {
		t.says = *p;
		t.says.name = xstrdup(p->name);
	} else {
		t.why = xalloc(1, sizeof(*t.why));
		*t.why = *why;
	}
	add_tracked(l, &t);
}

static int
compare_paths(const void *a, const void *b)
{
	const struct tracked *x = a, *y = b;

	return strcmp(x->path, y->path);
}

/* In order, each once. */
static int
settle_list(struct tracked_list *l, struct err *e)
{
	size_t n = 0;
	int r = 0;

	if (l->n)
		qsort(l->v, l->n, sizeof(*l->v), compare_paths);
	for (size_t i = 0; i < l->n; i++) {
		struct tracked *t = &l->v[i], *last = n ? &l->v[n - 1] : NULL;

		if (last == NULL || strcmp(last->path, t->path) != 0) {
			l->v[n++] = *t;
			continue;
		}
		if (r == 0 && t->why == NULL && last->why == NULL &&
		    !oid_eq(&t->says.id, &last->says.id))
			r = err_set(e, ERR_USAGE, "two versions are to be "
			    "'%s': name one", t->path);
		tracked_release(t);
	}
	l->n = n;
	return r;
}

/* --- all of them ----------------------------------------------------------- */

struct collection {
	struct tracked_list *list;
	struct catalog *c;
};

static int
collect_kept(void *ctx, const char *path, const struct pointer *p,
    struct err *e)
{
	add_copy(((struct collection *)ctx)->list, path, p, e);
	return 0;
}

/* One that cannot be read is an entry like any other. */
static void
collect_at(struct tracked_list *l, struct catalog *c, const char *path)
{
	struct err why = ERR_INIT;
	struct pointer p;

	if (pointer_read(&p, c, path, &why) < 0) {
		add_copy(l, path, NULL, &why);
		return;
	}
	add_copy(l, path, &p, NULL);
	pointer_release(&p);
}

static int
collect_ref(void *ctx, const char *ref, struct err *e)
{
	struct collection *w = ctx;
	struct err mine = ERR_INIT;
	struct ref versions;
	struct oid id;
	char *path;
	int r;

	if (strchr(ref, '@'))
		return 0;
	if (ref_read(&versions, w->c->repo, ref, e) < 0)
		return -1;
	r = pointer_standing(&path, &id, w->c, ref + strlen("data/"),
	    &versions, &mine);
	if (path)
		collect_at(w->list, w->c, path);
	else if (r < 0)
		add_copy(w->list, ref, NULL, &mine);
	ref_free(&versions);
	free(path);
	return 0;
}

static int
collect_all(struct tracked_list *l, struct catalog *c, struct err *e)
{
	struct collection w = { l, c };

	if (pointer_each(c, collect_kept, &w, e) < 0 ||
	    ref_each(c->repo, "data/", collect_ref, &w, e) < 0)
		return -1;
	return settle_list(l, e);
}

/* --- by a word ------------------------------------------------------------- */

static int
find_below(struct tracked_list *l, const struct tracked_list *all,
    const char *word, const char *folder, struct err *e)
{
	size_t len = strcmp(folder, ".") == 0 ? 0 : strlen(folder), n = 0;

	for (size_t i = 0; i < all->n; i++) {
		const struct tracked *t = &all->v[i];

		/* the folder may itself be where a file should be */
		if (len && (strncmp(t->path, folder, len) != 0 ||
		    (t->path[len] != '/' && t->path[len] != '\0')))
			continue;
		add_copy(l, t->path, t->why ? NULL : &t->says, t->why);
		n++;
	}
	return n ? 0 : err_set(e, ERR_NOENT, "no pointer file below '%s'",
	    word);
}

/* What is at `inside` of a folder's version, to be at `path`. */
static int
add_inside(struct tracked_list *l, struct catalog *c, const struct pointer *p,
    const char *inside, const char *path, struct err *e)
{
	struct arena a = { NULL, 0 };
	struct tree_entry v;
	struct tracked t = { .pointed = true };
	int r = tree_find(&v, &a, repo_odb(c->repo), &p->content, inside, e);

	if (r < 0) {
		err_wrap(e, "data:%s", p->name);
	} else {
		t.path = xstrdup(path);
		t.kind = v.kind;
		t.inside = v;
		t.inside.name = NULL;
		if (v.kind == TREE_LINK)
			t.inside.target = t.target = xstrdup(v.target);
		t.says = (struct pointer){ .name = xstrdup(p->name),
		    .id = p->id, .content = v.id, .size = (int64_t)v.bytes,
		    .rows = -1, .files = v.kind == TREE_FOLDER ?
		    (int64_t)v.files : -1 };
		add_tracked(l, &t);
	}
	arena_free(&a);
	return r;
}

/* A path in a folder that a pointer stands for: 1, 0 none, -1. */
static int
find_in_folder(struct tracked_list *l, struct catalog *c, const char *path,
    struct err *e)
{
	char *above = xstrdup(path), *slash;
	struct err ignored = ERR_INIT;
	struct pointer p;
	int r = 0;

	while (r == 0 && (slash = strrchr(above, '/')) != NULL) {
		*slash = '\0';
		if (pointer_read(&p, c, above, &ignored) < 0)
			continue;
		if (p.files >= 0)
			r = add_inside(l, c, &p, path + strlen(above) + 1,
			    path, e) < 0 ? -1 : 1;
		pointer_release(&p);
	}
	free(above);
	return r;
}

static int
find_path(struct tracked_list *l, struct catalog *c, const char *word,
    struct err *e)
{
	char *path = worktree_relative(c->repo, word);
	struct err mine = ERR_INIT;
	struct pointer p;
	size_t len;
	int r;

	for (len = path ? strlen(path) : 0; len > 1 && path[len - 1] == '/';)
		path[--len] = '\0';
	if (path == NULL)
		return err_set(e, ERR_NOENT, "'%s' is not in the work tree",
		    word);
	r = pointer_read(&p, c, path, &mine);
	len = strlen(path);
	if (r < 0 && mine.code == ERR_NOENT && len > 4 &&
	    strcmp(path + len - 4, ".mlv") == 0) {
		path[len - 4] = '\0';
		r = pointer_read(&p, c, path, &mine);
	}
	if (r == 0) {
		add_copy(l, path, &p, NULL);
		pointer_release(&p);
	} else if (mine.code == ERR_NOENT &&
	    (r = find_in_folder(l, c, path, e)) != 0) {
		r = r > 0 ? 0 : -1;
	} else if (mine.code == ERR_NOENT) {
		r = err_set(e, ERR_NOENT, "no pointer file stands for '%s': "
		    "'mlv-data add' makes one; stored data is called "
		    "data:NAME, as 'mlv-data ls' lists it", word);
	} else {
		add_copy(l, path, NULL, &mine);
		r = 0;
	}
	free(path);
	return r;
}

/* The version `id` of data:base as a file to be at `path`, or NULL where its
 * manifest says. */
static int
find_version(struct tracked_list *l, struct catalog *c, const char *base,
    const struct oid *id, const char *path, struct err *e)
{
	struct tracked t = { .says = { .id = *id, .rows = -1, .files = -1 } };
	struct arena a = { NULL, 0 };
	const struct json *m;
	struct link content;
	int r = -1;

	if (catalog_manifest(&m, &a, c, id, e) < 0)
		goto done;
	if (path == NULL)
		path = json_text(m, "path", NULL);
	if (!manifest_find(&content, m, "content", NULL)) {
		err_set(e, ERR_FORMAT, "data:%s has no content", base);
	} else if (path == NULL || !path_is_below(path)) {
		err_set(e, ERR_NOENT, "data:%s has no file in the work tree: "
		    "'mlv-data cat -o FILE' writes one", base);
	} else {
		t.path = xstrdup(path);
		t.says.name = xstrdup(base);
		t.says.content = content.id;
		t.says.size = json_int(m, "bytes", (int64_t)content.size);
		t.says.rows = json_int(m, "rows", -1);
		if (strcmp(content.type, TREE_TYPE) == 0)
			t.says.files = json_int(m, "files", 0);
		add_tracked(l, &t);
		r = 0;
	}
done:
	arena_free(&a);
	return r;
}

/* The pointer that stands for the name now, by its versions or by git: 1 and
 * *path, 0, -1. */
static int
find_standing(char **path, struct catalog *c, const struct name *n,
    struct err *e)
{
	const struct name all = { .kind = NAME_DATA, .base = n->base };
	struct err mine = ERR_INIT;
	char *ref = name_ref(&all);
	struct ref versions;
	struct oid id;
	int r = 0;

	*path = NULL;
	if (ref_read(&versions, c->repo, ref, &mine) == 0) {
		r = pointer_standing(path, &id, c, n->base, &versions, e);
		ref_free(&versions);
		if (r < 0) {
			free(*path);
			*path = NULL;
		}
	} else if (mine.code != ERR_NOENT) {
		*e = mine;
		r = -1;
	}
	if (r == 0)
		*path = pointer_find(c, n->base);
	free(ref);
	return r < 0 ? -1 : *path != NULL;
}

/* data:NAME[@VERSION]:PATH; `path` is where the pointer stands, or NULL. */
static int
find_named_inside(struct tracked_list *l, struct catalog *c,
    const struct name *n, const char *path, struct err *e)
{
	struct tracked_list whole = { NULL, 0, 0 };
	struct catalog_item item;
	const struct tracked *t;
	char *full;
	int r;

	if (catalog_resolve_name(&item, c, n, e) < 0)
		return -1;
	r = find_version(&whole, c, n->base, &item.id, path, e);
	if (r == 0) {
		t = &whole.v[0];
		full = path_join(t->path, n->path);
		r = t->says.files >= 0 ? add_inside(l, c, &t->says, n->path,
		    full, e) : err_set(e, ERR_NOENT, "data:%s is one file; "
		    "there is no '%s' in it", n->base, n->path);
		free(full);
	}
	tracked_list_release(&whole);
	catalog_item_free(&item);
	return r;
}

static int
find_name(struct tracked_list *l, struct catalog *c, const struct name *n,
    bool versions, struct err *e)
{
	struct catalog_item item;
	char *path = NULL;
	int r = -1;

	if (n->kind != NAME_DATA)
		return err_set(e, ERR_USAGE, "'%s' is neither a path nor "
		    "data:NAME", n->text);
	if (!versions && (n->version || n->alias))
		return err_set(e, ERR_USAGE, "'%s': the pointer says which "
		    "version", n->text);
	if (find_standing(&path, c, n, e) < 0)
		return -1;
	if (n->path) {
		r = find_named_inside(l, c, n, path, e);
	} else if (path && !n->version && !n->alias) {
		collect_at(l, c, path);
		r = 0;
	} else if (!versions) {
		err_set(e, ERR_NOENT, "no pointer file stands for data:%s",
		    n->base);
	} else if (catalog_resolve_name(&item, c, n, e) == 0) {
		r = find_version(l, c, n->base, &item.id, path, e);
		catalog_item_free(&item);
	}
	free(path);
	return r;
}

int
tracked_find(struct tracked_list *l, struct catalog *c,
    const char *const *words, size_t n, bool versions, struct err *e)
{
	struct tracked_list all = { NULL, 0, 0 };
	char real[PATH_MAX], *folder;
	bool have_all = false;
	struct stat st;
	struct name name;
	int r = 0;

	*l = (struct tracked_list){ NULL, 0, 0 };
	if (n == 0)
		r = collect_all(l, c, e);
	for (size_t i = 0; r == 0 && i < n; i++) {
		if ((r = name_parse(&name, words[i], e)) < 0)
			break;
		if (name.kind != NAME_PATH) {
			r = find_name(l, c, &name, versions, e);
		} else if (stat(words[i], &st) < 0 || !S_ISDIR(st.st_mode) ||
		    realpath(words[i], real) == NULL || (folder =
		    path_relative(repo_top(c->repo), real)) == NULL) {
			r = find_path(l, c, words[i], e);
		} else {
			int inside = find_in_folder(l, c, folder, e);

			if (inside == 0 && !have_all) {
				inside = collect_all(&all, c, e);
				have_all = true;
			}
			r = inside < 0 ? -1 : inside > 0 ? 0 :
			    find_below(l, &all, words[i], folder, e);
			free(folder);
		}
		name_free(&name);
	}
	if (r == 0)
		r = settle_list(l, e);
	if (r < 0)
		tracked_list_release(l);
	tracked_list_release(&all);
	return r;
}

/* --- compared -------------------------------------------------------------- */

const char *
tracked_state_text(enum tracked_state s)
{
	static const char *const text[] = { "same", "changed", "missing" };

	return text[s];
}

int
tracked_compare(enum tracked_state *s, struct catalog *c, const char *path,
    const struct oid *content, int64_t size, struct err *e)
{
	char *full = xprintf("%s/%s", repo_top(c->repo), path);
	struct oid now;
	struct tree_total total;
	struct stat st;
	uint64_t n;
	int r = 0;

	*s = TRACKED_CHANGED;
	if (lstat(full, &st) == 0 && S_ISDIR(st.st_mode)) {
		r = tree_hash_folder(&now, &total, c->repo, path, e);
		if (r == 0 && oid_eq(&now, content))
			*s = TRACKED_SAME;
	} else if (stat(full, &st) < 0) {
		*s = TRACKED_MISSING;
		/* anything else but "not there" may hide a file */
		if (errno != ENOENT && errno != ENOTDIR)
			r = err_sys(e, "cannot look at '%s'", path);
	} else if (S_ISREG(st.st_mode) && (size < 0 || st.st_size == size)) {
		r = worktree_hash_file(&now, &n, c->repo, full, e);
		if (r == 0 && oid_eq(&now, content))
			*s = TRACKED_SAME;
	}
	free(full);
	return r;
}

int
tracked_version(uint32_t *number, uint32_t *newer, struct catalog *c,
    const struct pointer *p, struct err *e)
{
	const struct name n = { .kind = NAME_DATA, .base = p->name };
	const struct ref_value *v;
	struct err mine = ERR_INIT;
	struct ref versions;
	char *ref;
	int r;

	*number = *newer = 0;
	if (!name_base_ok(p->name))
		return 0;
	ref = name_ref(&n);
	r = ref_read(&versions, c->repo, ref, &mine);
	if (r == 0) {
		v = ref_with_id(&versions, &p->id);
		*number = v ? v->number : 0;
		*newer = v ? (uint32_t)versions.n - v->number : 0;
		ref_free(&versions);
	} else if (mine.code == ERR_NOENT) {
		r = 0;
	} else {
		*e = mine;
	}
	free(ref);
	return r;
}
