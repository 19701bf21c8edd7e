/* Datasets: a file of rows under a name, and the files git keeps for it. */
#include "catalog/dataset.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "catalog/internal.h"
#include "catalog/pointer.h"
#include "catalog/put.h"
#include "store/odb.h"
#include "store/ref.h"
#include "store/tree/snapshot.h"
#include "store/worktree.h"

/* A stem may stand for one path only, unless the user gave the name.  Of a
 * file outside the work tree only its content tells whether it is the one. */
static int
compare_holder(const struct json *m, const char *name, const char *path,
    const struct oid *content, struct err *e)
{
	const char *held = json_text(m, "path", NULL);
	struct link l;

	if (held && path && strcmp(held, path) == 0)
		return 0;
	if (held == NULL && path == NULL && content &&
	    manifest_find(&l, m, "content", NULL) && oid_eq(&l.id, content))
		return 0;
	if (held)
		return err_set(e, ERR_EXISTS, "data:%s is '%s' already; say "
		    "which name you want with --name", name, held);
	return err_set(e, ERR_EXISTS, "data:%s is data without a path "
	    "already; say with --name that this is its next version", name);
}

int
dataset_holder(struct catalog *c, const char *name, const char *path,
    const struct oid *content, struct err *e)
{
	char *ref = name_ref(&(struct name){ .kind = NAME_DATA,
	    .base = name });
	struct arena a = { NULL, 0 };
	struct err mine = ERR_INIT;
	const struct json *m;
	struct ref r;
	int result = ref_read(&r, c->repo, ref, &mine);

	free(ref);
	if (result < 0) {
		if (mine.code == ERR_NOENT)
			return 0;
		*e = mine;
		return -1;
	}
	if (ref_last(&r) != NULL) {
		result = catalog_manifest(&m, &a, c, &ref_last(&r)->id, e);
		if (result == 0)
			result = compare_holder(m, name, path, content, e);
	}
	arena_free(&a);
	ref_free(&r);
	return result;
}

static struct json *
dataset_manifest(struct arena *a, const struct catalog_dataset *d,
    const char *rel, const struct oid *content, uint64_t size)
{
	struct json *m = manifest_new(a, "mlv.dataset/1");
	const char *type = d->type;

	if (type == NULL)
		type = d->path ? manifest_type_of_path(d->path) : TYPE_CSV;
	manifest_link(a, m, "content", type, NULL, content, size);
	for (size_t i = 0; i < d->n_from; i++)
		manifest_link(a, m, d->from[i].rel, d->from[i].type,
		    d->from[i].name, &d->from[i].id, d->from[i].size);
	if (rel)
		json_add_text(a, m, "path", rel);
	json_add_int(a, m, "bytes", (int64_t)(d->tree ? d->tree->bytes : size));
	if (d->tree)
		json_add_int(a, m, "files", (int64_t)d->tree->files);
	if (d->rows >= 0)
		json_add_int(a, m, "rows", d->rows);
	manifest_copy(a, m, "columns", d->columns);
	if (d->read && d->read->n)
		manifest_copy(a, m, "read", d->read);
	manifest_copy(a, m, "detail", d->extra);
	return m;
}

static int
store_content(struct oid *content, uint64_t *size, struct catalog *c,
    const struct catalog_dataset *d, struct err *e)
{
	if (d->content) {
		*content = *d->content;
		*size = d->n;
		return 0;
	}
	if (d->path == NULL) {
		*size = d->n;
		return odb_put(content, repo_odb(c->repo), d->data, d->n, e);
	}
	return worktree_put_file(content, size, c->repo, d->path, e);
}

/* Where it is in the work tree; NULL when outside, or when no manifest could
 * say so. */
static char *
kept_path(struct catalog *c, const char *path)
{
	char *rel = worktree_relative(c->repo, path);

	if (rel == NULL || utf8_ok(rel, strlen(rel)))
		return rel;
	log_warn(c->opts.log, "'%s' is stored without its path and pointer: "
	    "its name is not UTF-8", path);
	free(rel);
	return NULL;
}

int
catalog_put_dataset(struct catalog_put *put, struct catalog *c,
    const struct catalog_dataset *d, struct err *e)
{
	struct arena a = { NULL, 0 };
	char *name = NULL, *rel = NULL;
	struct err late = ERR_INIT;
	struct pointer says;
	struct oid content;
	uint64_t size;
	int r = -1;

	memset(put, 0, sizeof(*put));
	if (catalog_need_repo(c, d->name ? d->name : d->path, e) < 0)
		return -1;
	name = d->name ? xstrdup(d->name) : name_from_path(d->path);
	if (d->path)
		rel = kept_path(c, d->path);
	if (!name_base_ok(name)) {
		err_set(e, ERR_USAGE, "no name can be made of '%s'; give one "
		    "with --name", d->path ? d->path : name);
		goto done;
	}
	if (d->name == NULL && dataset_holder(c, name, rel, d->content, e) < 0)
		goto done;
	if (store_content(&content, &size, c, d, e) < 0)
		goto done;
	r = catalog_put_manifest(put, c, NAME_DATA, name,
	    dataset_manifest(&a, d, rel, &content, size), NULL, e);
	says = (struct pointer){ .name = name, .id = put->id,
	    .content = content, .rows = d->rows,
	    .size = (int64_t)(d->tree ? d->tree->bytes : size),
	    .files = d->tree ? (int64_t)d->tree->files : -1 };
	if ((r == 0 || e->code == ERR_UNPROVEN) && rel && !d->no_pointer &&
	    (pointer_write(c, rel, &says, &late) < 0 ||
	    ignore_in_git(c, rel, &late) < 0))
		/* the version stands; only git does not know it yet */
		r = err_set(e, ERR_UNPROVEN, "%s is stored, but: %s",
		    put->label, late.msg);
done:
	arena_free(&a);
	free(rel);
	free(name);
	return r;
}

int
catalog_put_datasets(struct catalog_put *put, struct catalog *c,
    const struct catalog_dataset *d, size_t n, struct err *e)
{
	const struct json **m = NULL;
	struct arena a = { NULL, 0 };
	struct odb_transaction *t;
	const char **name = NULL;
	struct oid content;
	uint64_t size;
	int r = 0;

	memset(put, 0, n * sizeof(*put));
	if (catalog_need_repo(c, n ? d[0].name : "data", e) < 0)
		return -1;
	t = odb_begin(repo_odb(c->repo));
	m = xalloc(n, sizeof(*m));
	name = xalloc(n, sizeof(*name));
	for (size_t i = 0; r == 0 && i < n; i++) {
		name[i] = d[i].name;
		r = store_content(&content, &size, c, &d[i], e);
		if (r == 0)
			m[i] = dataset_manifest(&a, &d[i], NULL, &content,
			    size);
	}
	if (r == 0)
		r = catalog_put_manifests(put, c, NAME_DATA, name, m, n, NULL,
		    e);
	/* also what was there already is synced before it is told */
	if (r == 0)
		r = odb_commit(t, e);
	else
		odb_abandon(t);
	free(name);
	free(m);
	arena_free(&a);
	return r;
}
