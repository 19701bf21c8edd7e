/* Values of a ref as another repository has them. */
#include "store/peer/adopt.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "store/internal.h"

void
ref_values_digest(struct oid *digest, const struct ref_value *v, size_t n)
{
	char hex[OID_HEX + 1];
	struct buf b;

	buf_init(&b, REF_FILE_MAX);
	for (size_t i = 0; i < n; i++)
		buf_addf(&b, "%u %s\n", v[i].number, v[i].number ?
		    oid_hex(hex, &v[i].id) : "-");
	oid_of(digest, b.data, b.len);
	buf_free(&b);
}

/* What the ref will be: a copy, the values from *first on without their record
 * yet.  Values that one record set are taken back together, or its digest
 * would not hold: those of them that stay are set anew. */
static void
put_together(struct ref *now, size_t *first, const struct ref *was,
    const struct ref_adoption *a)
{
	size_t keep = a->keep, lost;

	while (keep > 0 && keep < was->n && oid_eq(&was->value[keep].audit,
	    &was->value[keep - 1].audit))
		keep--;
	*first = keep;
	lost = was->n - keep;

	now->n = a->keep + a->n;
	now->value = xalloc(now->n + 1, sizeof(*now->value));
	if (a->keep)
		memcpy(now->value, was->value,
		    a->keep * sizeof(*now->value));
	if (a->n)
		memcpy(now->value + a->keep, a->value,
		    a->n * sizeof(*now->value));
	now->n_retired = was->n_retired + lost;
	now->retired = xalloc(now->n_retired + 1, sizeof(*now->retired));
	if (was->n_retired)
		memcpy(now->retired, was->retired,
		    was->n_retired * sizeof(*now->retired));
	if (lost)
		memcpy(now->retired + was->n_retired, was->value + keep,
		    lost * sizeof(*now->retired));
}

/* Versions count up; an alias labels versions that there are. */
static int
check_numbers(struct repo *repo, const struct ref_adoption *a,
    const struct ref *now, struct err *e)
{
	struct ref versions = { NULL, 0 };
	char *base;
	int r = 0;

	if (strchr(a->name, '@') == NULL) {
		for (size_t i = a->keep; i < now->n; i++)
			if (now->value[i].number != i + 1)
				return err_set(e, ERR_CORRUPT, "'%s': value "
				    "%zu has another number", a->name, i + 1);
		return 0;
	}
	base = xstrndup(a->name, strcspn(a->name, "@"));
	r = ref_read(&versions, repo, base, e);
	for (size_t i = a->keep; r == 0 && i < now->n; i++) {
		const struct ref_value *v = &now->value[i];

		/* one that was removed since is a version still */
		if (v->number && (v->number > versions.n || !oid_eq(
		    &versions.value[v->number - 1].id, &v->id)))
			r = err_set(e, ERR_CORRUPT, "'%s' labels something "
			    "that is no version of '%s'", a->name, base);
	}
	ref_free(&versions);
	free(base);
	return r;
}

static int
adopt_locked(struct repo *repo, const struct ref_adoption *a, struct err *e)
{
	struct ref was = { NULL, 0 }, now = { NULL, 0 };
	struct audit_record record = { .op = a->op, .ref = a->name,
	    .note = a->note, .from = a->from };
	struct err mine = ERR_INIT;
	struct oid hash;
	size_t first;
	int r = -1;

	if (ref_read(&was, repo, a->name, &mine) < 0 &&
	    mine.code != ERR_NOENT) {
		*e = mine;
		return -1;
	}
	if (was.n != a->expect || a->keep > was.n) {
		err_set(e, ERR_MOVED, "'%s' moved meanwhile", a->name);
		goto done;
	}
	put_together(&now, &first, &was, a);
	if (check_numbers(repo, a, &now, e) < 0)
		goto done;
	record.number = now.value[now.n - 1].number;
	record.id = now.value[now.n - 1].id;
	if (now.n - first > 1) {
		record.values = (uint32_t)(now.n - first);
		ref_values_digest(&record.digest, now.value + first,
		    now.n - first);
	}
	if (audit_append(&hash, repo, &record, e) < 0)
		goto done;
	for (size_t i = first; i < now.n; i++)
		now.value[i].audit = hash;
	r = ref_write(repo, a->name, &now, NULL, e);
	if (r < 0 && e->code != ERR_UNPROVEN &&
	    ref_has_value(repo, a->name, &now.value[now.n - 1]))
		e->code = ERR_UNPROVEN;
done:
	ref_free(&was);
	ref_free(&now);
	return r;
}

int
ref_adopt(struct repo *repo, const struct ref_adoption *a, struct err *e)
{
	int fd, r;

	if (!ref_name_ok(a->name) || a->n == 0)
		return err_set(e, ERR_USAGE, "'%.200s' is no name", a->name);
	for (size_t i = 0; i < a->n; i++)
		if (a->value[i].number && !a->value[i].removed &&
		    !odb_has(repo->odb, &a->value[i].id))
			return err_set(e, ERR_NOENT, "what '%s' is to mean is "
			    "not in the repository", a->name);
	if (odb_sync(repo->odb, e) < 0 || refs_lock(&fd, repo, false, e) < 0)
		return -1;
	r = adopt_locked(repo, a, e);
	refs_unlock(fd);
	return r;
}
