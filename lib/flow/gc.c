/* The scope of a garbage collection, and the pointers that it honours. */
#include "flow/gc.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/intern.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/path.h"
#include "catalog/manifest.h"
#include "catalog/name.h"
#include "catalog/resolve.h"
#include "codec/git.h"
#include "codec/json.h"
#include "store/audit.h"
#include "store/cache/cache.h"
#include "store/ref.h"

#define POINTER_MAX ((size_t)1 << 16)

struct kept_name {
	char *ref;
	uint32_t number;	/* 0: all */
};

struct scope {
	struct catalog *c;
	bool all;
	uint64_t newest;
	int64_t since_us;	/* or INT64_MAX */
	struct kept_name *name;
	size_t n;
	struct intern *young;	/* audit records since then, by raw hash */
};

/* --- the user's words ------------------------------------------------------ */

static bool
parse_age(int64_t *us, const char *word)
{
	size_t n = strlen(word);
	uint64_t number;
	int64_t day = 86400000000;

	if (n < 2 || (word[n - 1] != 'd' && word[n - 1] != 'w') ||
	    !num_parse_u64(word, n - 1, &number) || number > 100000)
		return false;
	*us = clock_wall_us() - (int64_t)number * day *
	    (word[n - 1] == 'w' ? 7 : 1);
	return true;
}

static int
add_name(struct scope *s, const char *word, struct err *e)
{
	struct catalog_item item;
	struct kept_name k = { NULL, 0 };
	struct name n;
	int r = name_parse(&n, word, e);

	if (r < 0)
		return -1;
	if (n.kind != NAME_DATA || n.path) {
		r = err_set(e, ERR_USAGE, "'%.200s' says nothing to keep: all, "
		    "newest, newest=N, an age as 30d, or data:NAME[@VERSION]",
		    word);
	} else if (!n.version && !n.alias) {
		k.ref = name_ref(&n);
	} else if ((r = catalog_resolve_name(&item, s->c, &n, e)) == 0) {
		k.ref = name_ref(&(struct name){ .kind = NAME_DATA,
		    .base = n.base });
		k.number = item.version;
		catalog_item_free(&item);
	}
	if (r == 0) {
		s->name = xresize(s->name, s->n + 1, sizeof(*s->name));
		s->name[s->n++] = k;
	}
	name_free(&n);
	return r;
}

static int
parse_scope(struct scope *s, const struct flow_gc *rq, struct err *e)
{
	uint64_t n;
	int64_t us;

	for (size_t i = 0; i < rq->n_keep; i++) {
		const char *word = rq->keep[i];

		if (strcmp(word, "all") == 0) {
			s->all = true;
		} else if (strcmp(word, "newest") == 0) {
			s->newest = s->newest ? s->newest : 1;
		} else if (strncmp(word, "newest=", 7) == 0 &&
		    num_parse_u64(word + 7, strlen(word + 7), &n) && n > 0) {
			s->newest = n > s->newest ? n : s->newest;
		} else if (parse_age(&us, word)) {
			s->since_us = us < s->since_us ? us : s->since_us;
		} else if (add_name(s, word, e) < 0) {
			return -1;
		}
	}
	return 0;
}

static int
note_young(void *ctx, const struct audit_record *r, struct err *e)
{
	struct scope *s = ctx;
	int64_t us;

	(void)e;
	/* a time that cannot be read keeps what it stands by */
	if (!clock_parse(r->time, strlen(r->time), &us) || us >= s->since_us)
		intern_add(s->young, (const char *)r->hash.b, OID_BYTES);
	return 0;
}

static bool
may_go(void *ctx, const char *ref, const struct ref *versions, size_t i)
{
	const struct ref_value *v = &versions->value[i];
	const struct scope *s = ctx;
	size_t later = 0;

	if (s->all || strncmp(ref, "data/", 5) != 0)
		return false;
	for (size_t k = i + 1; k < versions->n; k++)
		later += !versions->value[k].removed;
	if (later < s->newest)
		return false;
	for (size_t k = 0; k < s->n; k++)
		if (strcmp(s->name[k].ref, ref) == 0 &&
		    (s->name[k].number == 0 || s->name[k].number == v->number))
			return false;
	return s->young == NULL || intern_find(s->young,
	    (const char *)v->audit.b, OID_BYTES) == INTERN_NONE;
}

/* --- pointers of every work tree ------------------------------------------- */

/* What the pointer at folder/path says, if there is one. */
static int
add_pointer(struct buf *text, const char *folder, const char *path,
    struct err *e)
{
	char *file = path_join(folder, path);
	struct err mine = ERR_INIT;
	struct buf b;
	int r = 0;

	buf_init(&b, POINTER_MAX);
	if (file_read_own(&b, file, &mine) == 0) {
		buf_add(text, b.data, b.len);
		buf_addc(text, '\n');
		r = buf_check(text, e);
	}
	buf_free(&b);
	free(file);
	return r;
}

struct path_list {
	struct catalog *c;
	struct intern *paths;	/* of versions, from the work tree's top */
};

static int
note_paths(void *ctx, const char *ref, struct err *e)
{
	struct path_list *l = ctx;
	struct err ignored = ERR_INIT;
	struct ref versions;

	if (strchr(ref, '@'))
		return 0;
	if (ref_read(&versions, catalog_repo(l->c), ref, e) < 0)
		return -1;
	for (size_t i = 0; i < versions.n; i++) {
		struct arena a = { NULL, 0 };
		const struct json *m;
		const char *path;

		if (!versions.value[i].removed && catalog_manifest(&m, &a,
		    l->c, &versions.value[i].id, &ignored) == 0 &&
		    (path = json_text(m, "path", NULL)) != NULL &&
		    path_is_below(path))
			intern_add(l->paths, path, strlen(path));
		arena_free(&a);
	}
	ref_free(&versions);
	return 0;
}

static int
add_worktree(struct buf *text, const struct path_list *l, const char *folder,
    struct err *e)
{
	struct err ignored = ERR_INIT;
	struct buf files;
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < intern_count(l->paths); i++) {
		char *path = xprintf("%s.mlv", intern_text(l->paths, i, NULL));

		r = add_pointer(text, folder, path, e);
		free(path);
	}
	buf_init(&files, BUF_CAP_DOC);
	if (git_read_files(&files, folder, "*.mlv", &ignored) < 0)
		buf_clear(&files);
	for (size_t at = 0; r == 0 && at < files.len;
	    at += strlen(files.data + at) + 1)
		r = add_pointer(text, folder, files.data + at, e);
	buf_free(&files);
	return r;
}

/* The repository's folder in each of git's work trees: where it is below the
 * top of this one, it is below the others'. */
static int
add_worktrees(struct buf *text, const struct path_list *l, struct err *e)
{
	const char *here = repo_top(catalog_repo(l->c));
	char *home = path_folder(repo_folder(catalog_repo(l->c)));
	struct err ignored = ERR_INIT;
	struct buf top, list;
	char *below = NULL;
	int r;

	buf_init(&top, BUF_CAP_SMALL);
	buf_init(&list, BUF_CAP_DOC);
	r = add_worktree(text, l, here, e);
	if (r == 0 && strcmp(home, here) != 0)
		r = add_worktree(text, l, home, e);
	if (git_read_top(&top, here, &ignored) == 0 && top.len)
		below = path_relative(top.data, here);
	if (below == NULL || git_read_worktrees(&list, here, &ignored) < 0)
		buf_clear(&list);
	for (size_t at = 0; r == 0 && at < list.len;
	    at += strlen(list.data + at) + 1) {
		char *folder = path_join(list.data + at, below);

		r = add_worktree(text, l, folder, e);
		free(folder);
	}
	free(below);
	buf_free(&list);
	buf_free(&top);
	free(home);
	return r;
}

static int
read_pointers(struct buf *text, struct catalog *c, struct err *e)
{
	struct path_list l = { c, intern_new() };
	int r = ref_each(catalog_repo(c), "data/", note_paths, &l, e);

	if (r == 0)
		r = add_worktrees(text, &l, e);
	intern_free(l.paths);
	return r;
}

int
flow_gc(struct gc_report *report, struct catalog *c,
    const struct flow_gc *rq, struct err *e)
{
	struct scope s = { .c = c, .since_us = INT64_MAX };
	struct gc_request gc = { .may_go = may_go, .going = rq->going,
	    .ctx = &s, .now_s = clock_wall_us() / 1000000,
	    .grace_s = rq->grace_s, .dry_run = rq->dry_run,
	    .for_good = rq->for_good };
	struct buf text;
	uint64_t files;
	int r;

	gc.going_ctx = rq->ctx;
	buf_init(&text, BUF_CAP_DATA);
	r = parse_scope(&s, rq, e);
	if (r == 0 && s.since_us != INT64_MAX) {
		s.young = intern_new();
		r = audit_each(catalog_repo(c), NULL, note_young, &s, e);
	}
	if (r == 0)
		r = read_pointers(&text, c, e);
	gc.text = text.data;
	gc.text_n = text.len;
	if (r == 0)
		r = gc_run(report, catalog_repo(c), &gc, e);
	if (r == 0)
		cache_drop_unused(&files, &report->cached, catalog_repo(c),
		    CACHE_MATRIX, gc.now_s - gc.grace_s, gc.dry_run);
	for (size_t i = 0; i < s.n; i++)
		free(s.name[i].ref);
	free(s.name);
	intern_free(s.young);
	buf_free(&text);
	return r;
}
