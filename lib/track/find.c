/* Finding runs: by id, beginning, name or output, and all of them. */
#include "track/find.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/folder.h"
#include "base/mem.h"
#include "catalog/manifest.h"
#include "catalog/name.h"
#include "store/odb.h"
#include "store/ref.h"
#include "store/worktree.h"
#include "track/index/index.h"
#include "track/internal.h"

#define SUFFIX ".jsonl"

static void
add_id(struct run_list *l, const char *id, size_t n, bool journal)
{
	if (l->n == l->room) {
		l->room = l->room ? l->room * 2 : 64;
		l->v = xresize(l->v, l->room, sizeof(*l->v));
	}
	l->v[l->n++] = (struct run_id){ xstrndup(id, n), journal };
}

void
run_list_release(struct run_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i].id);
	free(l->v);
	memset(l, 0, sizeof(*l));
}

static int
add_sealed(void *ctx, const char *name, struct err *e)
{
	(void)e;
	if (strchr(name, '@') == NULL)
		add_id(ctx, name + 4, strlen(name + 4), false);
	return 0;
}

static int
add_unsealed(struct run_list *l, struct catalog *c, struct err *e)
{
	char *folder = journal_folder(c), **names;
	size_t count;
	int r = folder_names(&names, &count, folder, e);

	for (size_t i = 0; i < count; i++) {
		size_t n = strlen(names[i]), s = sizeof(SUFFIX) - 1;

		if (n > s && strcmp(names[i] + n - s, SUFFIX) == 0)
			add_id(l, names[i], n - s, true);
	}
	folder_names_free(names, count);
	free(folder);
	return r;
}

static int
newest_first(const void *a, const void *b)
{
	const struct run_id *x = a, *y = b;

	return strcmp(y->id, x->id);
}

int
run_list_journals(struct run_list *l, struct catalog *c, struct err *e)
{
	memset(l, 0, sizeof(*l));
	if (add_unsealed(l, c, e) < 0) {
		run_list_release(l);
		return -1;
	}
	if (l->n)
		qsort(l->v, l->n, sizeof(*l->v), newest_first);
	return 0;
}

/* All ids, newest first, each once.  Unsealed ones are listed first: one
 * that is sealed meanwhile is then found among the sealed. */
static int
all_ids(struct run_list *l, struct catalog *c, struct err *e)
{
	size_t kept = 0;

	memset(l, 0, sizeof(*l));
	if (add_unsealed(l, c, e) < 0 ||
	    ref_each(catalog_repo(c), "run/", add_sealed, l, e) < 0) {
		run_list_release(l);
		return -1;
	}
	if (l->n)
		qsort(l->v, l->n, sizeof(*l->v), newest_first);
	for (size_t i = 0; i < l->n; i++) {
		if (kept && strcmp(l->v[kept - 1].id, l->v[i].id) == 0) {
			l->v[kept - 1].journal = true;
			free(l->v[i].id);
		} else {
			l->v[kept++] = l->v[i];
		}
	}
	l->n = kept;
	return 0;
}

/* ERR_NOENT when it is not sealed. */
static int
find_sealed(struct oid *manifest, struct catalog *c, const char *id,
    struct err *e)
{
	char *ref = name_ref(&(struct name){ .kind = NAME_RUN, .base = id });
	const struct ref_value *last;
	struct ref versions;
	int r = ref_read(&versions, catalog_repo(c), ref, e);

	free(ref);
	if (r < 0)
		return -1;
	last = ref_last(&versions);
	if (last)
		*manifest = last->id;
	else
		r = err_set(e, ERR_NOENT, "run:%s was removed", id);
	ref_free(&versions);
	return r;
}

int
sealed_journal(struct buf *out, struct catalog *c, const char *id,
    struct err *e)
{
	struct arena a = { NULL, 0 };
	const struct json *m;
	struct oid manifest;
	struct link l;
	int r = -1;

	if (find_sealed(&manifest, c, id, e) < 0)
		return -1;
	if (catalog_manifest(&m, &a, c, &manifest, e) == 0)
		r = manifest_find(&l, m, "journal", NULL) ? odb_get(out,
		    catalog_odb(c), &l.id, e) : err_set(e, ERR_CORRUPT,
		    "run:%s has no journal", id);
	arena_free(&a);
	return r;
}

/* `brief`: metrics may have only their summaries.  `journal`: there may be
 * one that is a file; beside a sealed run it counts where the run goes on. */
static int
read_by_id(struct run *r, struct catalog *c, const char *id, bool journal,
    bool brief, struct err *e)
{
	struct err mine = ERR_INIT;
	struct oid manifest;

	if (journal && run_from_journal(r, c, id, &mine) == 0) {
		if (r->end_us == 0 || find_sealed(&manifest, c, id, &mine) < 0)
			return 0;
		run_free(r);
	}
	mine = (struct err)ERR_INIT;
	if (find_sealed(&manifest, c, id, &mine) == 0)
		return brief ? run_from_manifest(r, c, &manifest, e) :
		    run_from_sealed(r, c, &manifest, e);
	if (mine.code != ERR_NOENT) {
		*e = mine;
		return -1;
	}
	return run_from_journal(r, c, id, e);
}

int
run_each(struct catalog *c,
    int (*fn)(void *ctx, const struct run *r, struct err *e), void *ctx,
    struct err *e)
{
	struct run_list l;
	int result = 0;

	if (catalog_need_repo(c, "listing runs", e) < 0 ||
	    all_ids(&l, c, e) < 0)
		return -1;
	for (size_t i = 0; result == 0 && i < l.n; i++) {
		struct run r;

		/* sealed between the listing and now: look again */
		if (read_by_id(&r, c, l.v[i].id, l.v[i].journal, true, e) < 0 &&
		    (e->code != ERR_NOENT ||
		    read_by_id(&r, c, l.v[i].id, true, true, e) < 0)) {
			result = err_wrap(e, "run:%s", l.v[i].id);
			break;
		}
		result = fn(ctx, &r, e);
		run_free(&r);
	}
	run_list_release(&l);
	return result;
}

/* 1: the index is damaged. */
static int
each_of_index(struct run_index *x,
    int (*fn)(void *ctx, const struct run *r, struct err *e), void *ctx,
    struct err *e)
{
	int result = 0;

	for (size_t i = 0; result == 0 && i < run_index_count(x); i++) {
		struct arena a = { NULL, 0 };
		struct json *row = run_index_row(x, &a, i);
		struct oid manifest;
		struct run r;

		if (row && run_index_manifest(&manifest, x, i)) {
			run_from_row(&r, row, &manifest);
			result = fn(ctx, &r, e);
			run_free(&r);
		}
		arena_free(&a);
	}
	return result == 0 && run_index_damaged(x) ? 1 : result;
}

int
run_each_sealed(struct catalog *c,
    int (*fn)(void *ctx, const struct run *r, struct err *e), void *ctx,
    struct err *e)
{
	struct run_index *x;
	int r = 1;

	for (int i = 0; r == 1 && i < 2; i++) {
		if (run_index_open(&x, c, e) < 0)
			return -1;
		r = each_of_index(x, fn, ctx, e);
		if (run_index_damaged(x))
			run_index_forget(c);
		run_index_close(x);
	}
	return r < 0 ? -1 : 0;
}

struct run_search {
	const char *name;
	const struct oid *output;
	char *id;
	int rank;		/* of that run */
};

#define MAKER_RANK_MAX 4

static bool
has_output(const struct run *r, const struct oid *output)
{
	for (size_t i = 0; i < r->n_links; i++)
		if (strcmp(r->link[i].rel, "output") == 0 &&
		    oid_eq(&r->link[i].id, output))
			return true;
	return false;
}

/* How much a run tells of what it put out: one that did not finish may have
 * left anything there, and one that read nothing is a copy. */
static int
maker_rank(const struct run *r)
{
	int inputs = 0;

	for (size_t i = 0; i < r->n_links; i++)
		inputs |= run_reads(&r->link[i]);
	return 1 + inputs + (r->status == RUN_FINISHED ? 2 : 0);
}

/* The newest one; of those that put something out the newest of the highest
 * rank. */
static int
keep_match(void *ctx, const struct run *r, struct err *e)
{
	struct run_search *s = ctx;
	int rank;

	(void)e;
	if (s->output ? !has_output(r, s->output) :
	    strcmp(r->name, s->name) != 0)
		return 0;
	rank = s->output ? maker_rank(r) : MAKER_RANK_MAX;
	if (rank <= s->rank)
		return 0;
	free(s->id);
	s->id = xstrdup(r->id);
	s->rank = rank;
	return rank == MAKER_RANK_MAX;
}

static int
find_newest(char **id, struct catalog *c, const char *name,
    const struct oid *output, struct err *e)
{
	struct run_search s = { .name = name, .output = output };

	if (run_each(c, keep_match, &s, e) < 0) {
		free(s.id);
		return -1;
	}
	*id = s.id;
	return 0;
}

static int
find_by_beginning(char **id, struct catalog *c, const char *text, struct err *e)
{
	size_t n = strlen(text), found = 0;
	struct run_list l;

	*id = NULL;
	if (all_ids(&l, c, e) < 0)
		return -1;
	for (size_t i = 0; i < l.n; i++) {
		if (strcmp(l.v[i].id, text) == 0) {
			free(*id);
			*id = xstrdup(l.v[i].id);
			found = 1;
			break;
		}
		if (n >= 4 && strncmp(l.v[i].id, text, n) == 0) {
			free(*id);
			*id = xstrdup(l.v[i].id);
			found++;
		}
	}
	run_list_release(&l);
	if (found > 1) {
		free(*id);
		*id = NULL;
		return err_set(e, ERR_USAGE, "%zu runs begin with '%s': give "
		    "more of it", found, text);
	}
	return 0;
}

/* An ID in full needs no list of all. */
static bool
is_there(struct catalog *c, const char *id)
{
	struct err ignored = ERR_INIT;
	struct oid manifest;
	bool yes = false;
	char *path;

	if (!ref_part_ok(id, strlen(id)))
		return false;
	if (find_sealed(&manifest, c, id, &ignored) == 0)
		return true;
	path = journal_path(c, id);
	yes = access(path, F_OK) == 0;
	free(path);
	return yes;
}

int
run_find_id(char **id, struct catalog *c, const char *text, struct err *e)
{
	struct oid output;
	uint64_t size;
	bool file = false;

	*id = NULL;
	if (is_there(c, text)) {
		*id = xstrdup(text);
		return 0;
	}
	if (find_by_beginning(id, c, text, e) < 0 ||
	    (*id == NULL && find_newest(id, c, text, NULL, e) < 0))
		return -1;
	if (*id == NULL && access(text, F_OK) == 0) {
		file = true;
		if (worktree_hash_file(&output, &size, catalog_repo(c), text,
		    e) < 0 ||
		    find_newest(id, c, NULL, &output, e) < 0)
			return -1;
	}
	if (*id == NULL)
		return err_set(e, ERR_NOENT, file ?
		    "no run put out '%.200s' as it is now" :
		    "there is no run '%.200s'", text);
	return 0;
}

int
run_read_by_output(struct run *r, struct catalog *c, const struct oid *output,
    struct err *e)
{
	char text[OID_TEXT], *id = NULL;
	int result;

	memset(r, 0, sizeof(*r));
	if (catalog_need_repo(c, "a run", e) < 0 ||
	    find_newest(&id, c, NULL, output, e) < 0)
		return -1;
	result = id ? read_by_id(r, c, id, true, false, e) : err_set(e, ERR_NOENT,
	    "no run put out %s", oid_print(text, output));
	free(id);
	return result;
}

int
run_read(struct run *r, struct catalog *c, const char *text,
    struct err *e)
{
	struct name n = { .text = NULL };
	char *id = NULL;
	int result;

	memset(r, 0, sizeof(*r));
	if (catalog_need_repo(c, text, e) < 0)
		return -1;
	if (strncmp(text, "run:", 4) == 0) {
		if (name_parse(&n, text, e) < 0)
			return -1;
		text = n.base;
	}
	result = run_find_id(&id, c, text, e);
	if (result == 0)
		result = read_by_id(r, c, id, true, false, e);
	free(id);
	name_free(&n);
	return result;
}

int
run_read_id(struct run *r, struct catalog *c, const char *id, struct err *e)
{
	memset(r, 0, sizeof(*r));
	return read_by_id(r, c, id, true, true, e);
}
