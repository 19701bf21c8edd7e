/* Making versions: manifests first, then the name. */
#include "catalog/put.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "catalog/internal.h"
#include "store/odb.h"
#include "store/ref.h"

int
catalog_put_bytes(struct oid *id, struct catalog *c, const void *p, size_t n,
    struct err *e)
{
	if (catalog_need_repo(c, "storing", e) < 0)
		return -1;
	return odb_put(id, repo_odb(c->repo), p, n, e);
}

void
catalog_on_put(struct catalog *c, void (*fn)(void *ctx,
    const struct catalog_put *put), void *ctx)
{
	c->on_put = fn;
	c->on_put_ctx = ctx;
}

static int
store_manifest(struct oid *id, struct catalog *c, const struct json *m,
    struct err *e)
{
	struct buf b;
	int r = -1;

	buf_init(&b, BUF_CAP_DOC);
	if (json_canonical(&b, m, e) == 0 && buf_check(&b, e) == 0)
		r = odb_put(id, repo_odb(c->repo), b.data, b.len, e);
	buf_free(&b);
	return r;
}

/* A version never leads to what is not there: fsck would say so later. */
static int
check_links(struct catalog *c, const struct json *m, const char *name,
    struct err *e)
{
	const struct json *links = json_get(m, "links");
	char text[OID_TEXT];
	struct link l;
	uint64_t size;
	size_t i = 0;

	for (; manifest_link_at(&l, m, i); i++) {
		if (odb_size(&size, repo_odb(c->repo), &l.id, e) < 0)
			return err_wrap(e, "cannot record '%s'", name);
		if (size != l.size)
			return err_set(e, ERR_FORMAT, "cannot record '%s': a "
			    "link says %s has %llu bytes, it has %llu", name,
			    oid_print(text, &l.id), (unsigned long long)l.size,
			    (unsigned long long)size);
	}
	if (links && i != links->n)
		return err_set(e, ERR_FORMAT, "cannot record '%s': link %zu is "
		    "malformed", name, i + 1);
	return 0;
}

/* The version that is this already: a dataset or a model that comes back
 * is not a new one.  An evaluation that comes back is newer than others. */
static int
known_version(uint32_t *version, struct catalog *c, const char *ref,
    const struct oid *id, struct err *e)
{
	const struct ref_value *v;
	struct err mine = ERR_INIT;
	struct ref r;

	*version = 0;
	if (ref_read(&r, c->repo, ref, &mine) < 0) {
		if (mine.code == ERR_NOENT)
			return 0;
		*e = mine;
		return -1;
	}
	v = ref_with_id(&r, id);
	*version = v ? v->number : 0;
	ref_free(&r);
	return 0;
}

/* Store the manifest and see whether it is a version already; 0 in
 * put->version: it is not. */
static int
store_version(struct catalog_put *put, struct catalog *c,
    const struct name *name, const char *ref, const struct json *m,
    struct err *e)
{
	struct link content;

	if (check_links(c, m, name->base, e) < 0 ||
	    store_manifest(&put->id, c, m, e) < 0)
		return -1;
	if (manifest_find(&content, m, "content", NULL))
		put->content = content.id;
	if (name->kind != NAME_DATA && name->kind != NAME_MODEL)
		return 0;
	return known_version(&put->version, c, ref, &put->id, e);
}

static void
label_put(struct catalog_put *put, const struct name *name)
{
	struct name n = *name;
	char *label;

	n.version = put->version;
	label = name_label(&n);
	snprintf(put->label, sizeof(put->label), "%s", label);
	free(label);
}

int
catalog_put_manifests(struct catalog_put *put, struct catalog *c,
    enum name_kind kind, const char *const *names,
    const struct json *const *m, size_t n, const char *note, struct err *e)
{
	struct ref_addition *a = xalloc(n, sizeof(*a));
	size_t *of = xalloc(n, sizeof(*of)), n_new = 0;
	char **ref = xalloc(n, sizeof(*ref));
	int r = 0;

	memset(put, 0, n * sizeof(*put));
	for (size_t i = 0; r == 0 && i < n; i++) {
		const struct name name = { .kind = kind, .base = names[i] };

		if ((r = catalog_need_repo(c, names[i], e)) < 0)
			break;
		if (kind < NAME_DATA || !name_base_ok(names[i])) {
			r = err_set(e, ERR_USAGE, "'%.200s' is no name: "
			    "lower-case letters, digits, '.', '_' and '-', "
			    "beginning with a letter or digit", names[i]);
			break;
		}
		ref[i] = name_ref(&name);
		r = store_version(&put[i], c, &name, ref[i], m[i], e);
		if (r == 0 && put[i].version == 0) {
			a[n_new] = (struct ref_addition){ .name = ref[i],
			    .id = put[i].id, .expect = REF_ANY };
			of[n_new++] = i;
		}
	}
	if (r == 0 && n_new > 0)
		r = refs_add(c->repo, a, n_new, note, e);
	for (size_t i = 0; i < n_new; i++) {
		put[of[i]].version = a[i].number;
		put[of[i]].added = a[i].added;
	}
	for (size_t i = 0; i < n; i++) {
		if (ref[i] != NULL)
			label_put(&put[i], &(struct name){ .kind = kind,
			    .base = names[i] });
		if (put[i].version != 0 && c->on_put != NULL)
			c->on_put(c->on_put_ctx, &put[i]);
		free(ref[i]);
	}
	free(ref);
	free(of);
	free(a);
	return r;
}

int
catalog_put_manifest(struct catalog_put *put, struct catalog *c,
    enum name_kind kind, const char *name, const struct json *m,
    const char *note, struct err *e)
{
	return catalog_put_manifests(put, c, kind, &name, &m, 1, note, e);
}

/* --- models ---------------------------------------------------------------- */

static void
add_links(struct arena *a, struct json *m, const struct link *l, size_t n)
{
	for (size_t i = 0; i < n; i++)
		manifest_link(a, m, l[i].rel, l[i].type, l[i].name, &l[i].id,
		    l[i].size);
}

int
catalog_put_model(struct catalog_put *put, struct catalog *c,
    const struct catalog_model *d, struct err *e)
{
	struct arena a = { NULL, 0 };
	struct json *m = manifest_new(&a, "mlv.model/1");
	int r;

	manifest_link(&a, m, "content", d->type ? d->type : TYPE_ONNX, NULL,
	    &d->content, d->size);
	add_links(&a, m, d->links, d->n_links);
	manifest_copy(&a, m, "metrics", d->metrics);
	manifest_copy(&a, m, "params", d->params);
	manifest_copy(&a, m, "code", d->code);
	r = catalog_put_manifest(put, c, NAME_MODEL, d->name, m, NULL, e);
	arena_free(&a);
	return r;
}
