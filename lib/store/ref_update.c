/*
 * Moving refs: under one lock a repository, the audit record first, then the
 * ref's file anew with one more value.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "store/audit.h"
#include "store/internal.h"
#include "store/odb.h"
#include "store/ref.h"

static void
put_value(struct buf *b, const struct ref_value *v)
{
	char text[OID_TEXT], hex[OID_HEX + 1];

	buf_addf(b, "%u\t%s\t%s\n", v->number,
	    v->number ? oid_print(text, &v->id) : "-", oid_hex(hex, &v->audit));
}

int
ref_write(struct repo *repo, const char *name, const struct ref *r,
    const struct ref_value *more, struct err *e)
{
	char *path = ref_path(repo, name), *folder = path_folder(path);
	char *tmp = repo_path(repo, "tmp"), *refs = repo_path(repo, "refs");
	struct out_file f;
	struct buf b;
	int result = -1;

	buf_init(&b, REF_FILE_MAX);
	buf_adds(&b, REF_HEADER);
	for (size_t i = 0; i < r->n; i++)
		put_value(&b, &r->value[i]);
	if (more)
		put_value(&b, more);
	for (size_t i = 0; i < r->n_retired; i++) {
		buf_addc(&b, '~');
		put_value(&b, &r->retired[i]);
	}
	/* the folder may be another's, killed before it synced its parent */
	if (buf_check(&b, e) < 0 || file_make_folders(repo->os, folder, e) < 0 ||
	    file_sync_folder(repo->os, refs, e) < 0 ||
	    out_file_open_own(&f, repo->os, path, tmp, 0666, true, e) < 0)
		goto done;
	if (out_file_add(&f, b.data, b.len, e) < 0)
		out_file_drop(&f);
	else
		result = out_file_commit(&f, e);
done:
	buf_free(&b);
	free(refs);
	free(tmp);
	free(folder);
	free(path);
	return result;
}

/* A network file system may rename and yet say it failed. */
bool
ref_has_value(struct repo *repo, const char *name, const struct ref_value *want)
{
	struct err ignored = ERR_INIT;
	struct ref now;
	bool yes;

	if (ref_read(&now, repo, name, &ignored) < 0)
		return false;
	yes = now.n && oid_eq(&now.value[now.n - 1].audit, &want->audit);
	ref_free(&now);
	return yes;
}

/* Audit record, then ref.  The caller holds the lock. */
int
ref_record(struct repo *repo, const char *name, const struct ref *r,
    struct ref_value *v, const struct audit_record *record, struct err *e)
{
	if (audit_append(&v->audit, repo, record, e) < 0)
		return -1;
	if (ref_write(repo, name, r, v, e) == 0)
		return 0;
	if (e->code != ERR_UNPROVEN && ref_has_value(repo, name, v))
		e->code = ERR_UNPROVEN;
	return -1;
}

static int
read_or_none(struct ref *r, struct repo *repo, const char *name, struct err *e)
{
	struct err mine = ERR_INIT;

	if (ref_read(r, repo, name, &mine) == 0 || mine.code == ERR_NOENT)
		return 0;
	*e = mine;
	return -1;
}

/* "model:churn@champion moved: ...", as people write it; 0 is none. */
static void
err_moved(struct err *e, const char *name, uint32_t expect, uint32_t found)
{
	int kind = (int)strcspn(name, "/");
	char want[32] = "none", is[32] = "none";

	if (expect)
		snprintf(want, sizeof(want), "version %u", expect);
	if (found)
		snprintf(is, sizeof(is), "version %u", found);
	err_set(e, ERR_MOVED, "%.*s:%s moved: expected %s, found %s", kind,
	    name, name + kind + 1, want, is);
}

/* One addition under the lock. */
static int
add_locked(struct repo *repo, struct ref_addition *a, const char *note,
    struct err *e)
{
	struct audit_record record;
	struct ref_value v;
	struct ref r = { NULL, 0 };
	int result = 0;

	if (read_or_none(&r, repo, a->name, e) < 0)
		return -1;
	if (r.n && !r.value[r.n - 1].removed &&
	    oid_eq(&r.value[r.n - 1].id, &a->id)) {
		a->number = (uint32_t)r.n;
	} else {
		v = (struct ref_value){ .number = (uint32_t)r.n + 1,
		    .id = a->id };
		record = (struct audit_record){
			.op = "add", .ref = a->name, .number = v.number,
			.id = a->id, .note = note,
		};
		result = ref_record(repo, a->name, &r, &v, &record, e);
		if (result == 0 || e->code == ERR_UNPROVEN) {
			a->number = v.number;
			a->added = true;
		}
	}
	ref_free(&r);
	return result;
}

/* Is each what it is expected to be?  Asked before the first one moves. */
static int
check_expected(struct repo *repo, const struct ref_addition *a, size_t n,
    struct err *e)
{
	struct ref r;

	for (size_t i = 0; i < n; i++) {
		r = (struct ref){ NULL, 0 };
		if (read_or_none(&r, repo, a[i].name, e) < 0)
			return -1;
		if (a[i].expect != REF_ANY && a[i].expect != r.n) {
			err_moved(e, a[i].name, a[i].expect, (uint32_t)r.n);
			ref_free(&r);
			return -1;
		}
		ref_free(&r);
	}
	return 0;
}

int
refs_add(struct repo *repo, struct ref_addition *a, size_t n,
    const char *note, struct err *e)
{
	struct err late = ERR_INIT, mine = ERR_INIT;
	int fd, r;

	for (size_t i = 0; i < n; i++) {
		a[i].added = false;
		a[i].number = 0;
		if (!ref_name_ok(a[i].name) || strchr(a[i].name, '@'))
			return err_set(e, ERR_USAGE, "'%.200s' is no name",
			    a[i].name);
		if (!odb_has(repo->odb, &a[i].id))
			return err_set(e, ERR_NOENT, "what '%s' is to mean is "
			    "not in the repository", a[i].name);
	}
	if (odb_sync(repo->odb, e) < 0)
		return -1;
	if (refs_lock(&fd, repo, false, e) < 0)
		return -1;
	r = check_expected(repo, a, n, e);
	for (size_t i = 0; r == 0 && i < n; i++) {
		r = add_locked(repo, &a[i], note, &mine);
		if (r < 0 && mine.code == ERR_UNPROVEN) {
			late = mine;
			r = 0;
		} else if (r < 0) {
			*e = mine;
		}
	}
	refs_unlock(fd);
	if (r == 0 && late.code != ERR_NONE) {
		*e = late;
		return -1;
	}
	return r;
}

int
ref_add(uint32_t *number, bool *added, struct repo *repo, const char *name,
    const struct oid *id, uint32_t expect, const char *note, struct err *e)
{
	struct ref_addition a = { .name = name, .id = *id, .expect = expect };
	int r = refs_add(repo, &a, 1, note, e);

	*added = a.added;
	*number = a.number;
	return r;
}

static int
move_locked(uint32_t *was, struct repo *repo, const char *name,
    const struct ref_move *m, struct err *e)
{
	struct ref versions = { NULL, 0 }, r = { NULL, 0 };
	struct ref_value v = { .number = m->number };
	const struct ref_value *now, *to = NULL;
	struct audit_record record;
	int result = -1;

	if (ref_read(&versions, repo, name, e) < 0 ||
	    read_or_none(&r, repo, m->alias, e) < 0)
		goto done;
	now = ref_last(&r);
	*was = now ? now->number : 0;
	if (m->expect != REF_ANY && m->expect != *was) {
		err_moved(e, m->alias, m->expect, *was);
		goto done;
	}
	if (m->number &&
	    (to = ref_version(&versions, m->number)) == NULL) {
		ref_refuse_version(e, name, m->number, &versions);
		goto done;
	}
	if (m->number == *was) {
		result = 0;
		goto done;
	}
	if (to)
		v.id = to->id;
	record = (struct audit_record){
		.op = m->op ? m->op : m->number ? "move" : "drop",
		.ref = m->alias, .number = m->number, .was = *was, .id = v.id,
		.note = m->note, .verdict = m->verdict,
	};
	result = ref_record(repo, m->alias, &r, &v, &record, e);
done:
	ref_free(&versions);
	ref_free(&r);
	return result;
}

int
ref_move(uint32_t *was, struct repo *repo, const struct ref_move *m,
    struct err *e)
{
	char *name;
	int fd, r = -1;

	if (!ref_name_ok(m->alias) || strchr(m->alias, '@') == NULL)
		return err_set(e, ERR_USAGE, "'%.200s' is no alias", m->alias);
	if (strcmp(strchr(m->alias, '@') + 1, REF_REMOVED) == 0)
		return err_set(e, ERR_USAGE, "'" REF_REMOVED "' is kept for "
		    "versions that were removed: take another label");
	name = xstrndup(m->alias, strcspn(m->alias, "@"));
	if (refs_lock(&fd, repo, false, e) == 0) {
		r = move_locked(was, repo, name, m, e);
		refs_unlock(fd);
	}
	free(name);
	return r;
}
