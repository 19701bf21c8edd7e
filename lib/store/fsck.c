/* Checking a repository: every object, ref, pointer and audit record. */
#include "store/fsck.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/folder.h"
#include "base/intern.h"
#include "base/mem.h"
#include "base/path.h"
#include "codec/json.h"
#include "store/audit.h"
#include "store/internal.h"
#include "store/object_source.h"
#include "store/odb.h"
#include "store/pack/packs.h"
#include "store/peer/adopt.h"
#include "store/peer/peer_log.h"
#include "store/ref.h"
#include "store/tree/tree.h"

#define MANIFEST_PREFIX "application/vnd.mlv."

struct fsck {
	struct repo *repo;
	const struct fsck_request *rq;
	struct fsck_report *report;
	struct intern *seen;	/* objects already followed, by raw id */
	struct intern *records;	/* hashes of the audit records, raw */
	struct intern *names;	/* of the refs they set */
	struct set_by {		/* what record i of `records` set */
		uint32_t ref, number, values;
		struct oid id, digest;
		uint64_t seq;
		enum { SET_CONFIRMED, SET_VOID, SET_LOST } state;
	} *set;
	size_t n_set, room_set;
	bool broken, torn;	/* the log: it cannot be read to its end */
	struct oid *queue;	/* manifests to follow */
	size_t n, room;
	struct root {
		struct oid id;
		char *ref;
	} *root;		/* what refs mean */
	size_t n_roots, room_roots;
};

static void
report_finding(struct fsck *k, const char *severity, const char *subject,
    const char *reason, const char *needed_by)
{
	struct fsck_finding f = { severity, subject, reason,
	    needed_by ? needed_by : "" };

	if (strcmp(severity, "error") == 0)
		k->report->errors++;
	else
		k->report->notes++;
	if (k->rq->fn)
		k->rq->fn(k->rq->ctx, &f);
}

/* Trouble with the machine ends the check; a bad file is a finding. */
static int
report_error(struct fsck *k, const struct err *what, const char *subject,
    const char *needed_by, struct err *e)
{
	if (what->code == ERR_NOMEM || what->code == ERR_BUSY) {
		*e = *what;
		return -1;
	}
	report_finding(k, "error", subject, what->msg, needed_by);
	return 0;
}

/* --- links ----------------------------------------------------------------- */

static bool
first_time(struct fsck *k, const struct oid *id)
{
	size_t before = intern_count(k->seen);

	intern_add(k->seen, (const char *)id->b, OID_BYTES);
	return intern_count(k->seen) > before;
}

static void
follow_later(struct fsck *k, const struct oid *id)
{
	if (k->n == k->room) {
		k->room = k->room ? k->room * 2 : 64;
		k->queue = xresize(k->queue, k->room, sizeof(*k->queue));
	}
	k->queue[k->n++] = *id;
}

/* What trees name is there, with the sizes that they say; what is in each
 * is looked at once. */
static int
check_tree(struct fsck *k, const struct oid *id, const char *ref, int depth,
    struct err *e)
{
	struct err mine = ERR_INIT;
	char text[OID_TEXT];
	uint64_t size;
	struct tree t;
	int r = 0;

	if (!first_time(k, id))
		return 0;
	if (tree_load(&t, k->repo->odb, id, &mine) < 0)
		r = report_error(k, &mine, oid_print(text, id), ref, e);
	for (size_t i = 0; r == 0 && i < t.n; i++) {
		const struct tree_entry *v = &t.v[i];

		if (v->kind == TREE_LINK)
			continue;
		mine = (struct err)ERR_INIT;
		if (odb_size(&size, k->repo->odb, &v->id, &mine) < 0)
			r = report_error(k, &mine, oid_print(text, &v->id),
			    ref, e);
		else if (v->kind == TREE_FOLDER && depth < TREE_DEPTH)
			r = check_tree(k, &v->id, ref, depth + 1, e);
		else if (v->kind != TREE_FOLDER && size != v->bytes)
			report_finding(k, "error", oid_print(text, &v->id),
			    "its size is not what a tree says", ref);
	}
	tree_release(&t);
	return r;
}

static int
check_link(struct fsck *k, const struct json *link, const char *ref,
    struct err *e)
{
	const char *type = json_text(link, "type", "");
	const char *text = json_text(link, "id", "");
	int64_t says = json_int(link, "size", -1);
	struct err mine = ERR_INIT;
	struct oid id;
	uint64_t size;

	if (oid_parse(&id, text, &mine) < 0)
		return report_error(k, &mine, ref, ref, e);
	if (odb_size(&size, k->repo->odb, &id, &mine) < 0)
		return report_error(k, &mine, text, ref, e);
	if (says >= 0 && (uint64_t)says != size)
		report_finding(k, "error", text, "its size is not what a link says", ref);
	if (strcmp(type, TREE_TYPE) == 0)
		return check_tree(k, &id, ref, 0, e);
	if (strncmp(type, MANIFEST_PREFIX, sizeof(MANIFEST_PREFIX) - 1) == 0 &&
	    first_time(k, &id))
		follow_later(k, &id);
	return 0;
}

static int
check_manifest(struct fsck *k, const struct oid *id, const char *ref,
    struct err *e)
{
	struct arena a = { NULL, 0 };
	struct err mine = ERR_INIT;
	const struct json *links;
	char text[OID_TEXT];
	struct json *j;
	struct buf b;
	int r = 0;

	buf_init(&b, BUF_CAP_DOC);
	if (odb_get(&b, k->repo->odb, id, &mine) < 0 ||
	    json_parse(&j, &a, b.data, b.len, 0, &mine) < 0) {
		r = report_error(k, &mine, oid_print(text, id), ref, e);
	} else if ((links = json_get(j, "links")) != NULL &&
	    links->type == JSON_LIST) {
		for (const struct json *l = links->child; r == 0 && l; l = l->next)
			r = check_link(k, l, ref, e);
	}
	buf_free(&b);
	arena_free(&a);
	return r;
}

static int
follow_link(struct fsck *k, const struct oid *id, const char *ref, struct err *e)
{
	int r = 0;

	if (!first_time(k, id))
		return 0;
	follow_later(k, id);
	while (r == 0 && k->n) {
		struct oid next = k->queue[--k->n];

		r = check_manifest(k, &next, ref, e);
	}
	return r;
}

/* --- refs ------------------------------------------------------------------ */

/* The record of that log, no ref's, which says what this value says; NULL. */
static struct set_by *
find_unclaimed(struct fsck *k, uint32_t ref, const struct ref_value *v)
{
	for (size_t i = k->n_set; i-- > 0;) {
		struct set_by *by = &k->set[i];

		/* a last one that was changed looks like an interrupted one */
		if ((by->state == SET_LOST || (by->state == SET_VOID &&
		    i == k->n_set - 1)) && by->ref == ref &&
		    by->number == v->number && oid_eq(&by->id, &v->id))
			return by;
	}
	return NULL;
}

/* A value names a record that is not in the log.  One that says the same was
 * changed, or the value was; those that others follow are as written. */
static void
report_no_record(struct fsck *k, const char *name, uint32_t ref,
    const struct ref_value *v)
{
	struct set_by *by = find_unclaimed(k, ref, v);
	char *what;

	if (by == NULL) {
		if (!k->broken)
			report_finding(k, "error", k->torn ? "audit/log" :
			    name, "the audit record that set one of its "
			    "values is not in the log", name);
		return;
	}
	by->state = SET_CONFIRMED;	/* enough was said of it */
	if (by == &k->set[k->n_set - 1]) {
		what = xprintf("audit record %llu", (unsigned long long)
		    by->seq);
		report_finding(k, "error", what, "it or its ref was changed: "
		    "the record that set the ref's value is not in the log",
		    name);
	} else {
		what = xprintf("one of its values was changed: the record "
		    "that it names is not in the log, audit record %llu set "
		    "it", (unsigned long long)by->seq);
		report_finding(k, "error", name, what, name);
	}
	free(what);
}

/* Do the values from v on, of which the last of those that the record set may
 * have been taken back, say what it says?  *n: how many it set. */
static bool
is_as_set(const struct set_by *by, uint32_t ref, const struct ref_value *v,
    size_t left, size_t *n)
{
	struct oid digest;

	*n = by->values ? by->values : 1;
	if (by->ref != ref || *n > left)
		return false;
	for (size_t i = 1; i < *n; i++)
		if (!oid_eq(&v[i].audit, &v->audit))
			return false;
	if (by->values) {
		ref_values_digest(&digest, v, *n);
		if (!oid_eq(&digest, &by->digest))
			return false;
	}
	v += *n - 1;
	return by->number == v->number && oid_eq(&by->id, &v->id);
}

/* Every value is what its audit record says, in the order of the log.  Of
 * several that one record set some may be retired: those that stay are then
 * not told of. */
static void
check_values(struct fsck *k, const char *name, const struct ref_value *value,
    size_t n, bool retired)
{
	uint32_t ref = intern_find(k->names, name, strlen(name)), last = 0;
	size_t step;

	for (size_t i = 0; i < n; i += step) {
		const struct ref_value *v = &value[i];
		uint32_t at = intern_find(k->records, (const char *)v->audit.b,
		    OID_BYTES);
		const struct set_by *by;

		step = 1;
		if (at == INTERN_NONE) {
			report_no_record(k, name, ref, v);
			continue;
		}
		by = &k->set[at];
		if (!is_as_set(by, ref, v, n - i, &step))
			report_finding(k, "error", name, "one of its values is not what "
			    "the audit record says that set it", name);
		else if (i && at <= last && !retired)
			report_finding(k, "error", name, "its values are not in the order "
			    "of the audit log", name);
		last = at;
	}
}

/* Was it once a version under that number, and is it one under another? */
static bool
is_retired(const struct ref *versions, const struct ref_value *v)
{
	for (size_t i = 0; i < versions->n_retired; i++)
		if (versions->retired[i].number == v->number &&
		    oid_eq(&versions->retired[i].id, &v->id))
			return ref_with_id(versions, &v->id) != NULL;
	return false;
}

/* An alias labels versions of its ref, with their ids. */
static int
check_alias(struct fsck *k, const char *name, const struct ref *r,
    struct err *e)
{
	char *base = xstrndup(name, strcspn(name, "@"));
	struct err mine = ERR_INIT;
	struct ref versions;
	int result = 0;

	if (ref_read(&versions, k->repo, base, &mine) < 0) {
		/* a damaged one is told of by itself */
		if (mine.code != ERR_CORRUPT)
			result = report_error(k, &mine, name, name, e);
		free(base);
		return result;
	}
	for (size_t i = 0; i < r->n; i++) {
		const struct ref_value *v = &r->value[i];

		/* what was removed is a version still */
		if (v->number == 0 || (v->number <= versions.n && oid_eq(
		    &versions.value[v->number - 1].id, &v->id)))
			continue;
		if (is_retired(&versions, v))
			report_finding(k, "note", name, "it labels a version "
			    "under the number it had before a pull that was "
			    "interrupted; the next pull sets it right", name);
		else
			report_finding(k, "error", name,
			    "it labels something that is no version", name);
	}
	ref_free(&versions);
	free(base);
	return result;
}

static void
add_root(struct fsck *k, const struct oid *id, const char *ref)
{
	if (k->n_roots == k->room_roots) {
		k->room_roots = k->room_roots ? k->room_roots * 2 : 64;
		k->root = xresize(k->root, k->room_roots, sizeof(*k->root));
	}
	k->root[k->n_roots].id = *id;
	k->root[k->n_roots++].ref = xstrdup(ref);
}

static int
check_ref(void *ctx, const char *name, struct err *e)
{
	struct err mine = ERR_INIT;
	struct fsck *k = ctx;
	struct ref r;
	int result = 0;

	k->report->refs++;
	if (ref_read(&r, k->repo, name, &mine) < 0)
		return report_error(k, &mine, name, name, e);
	check_values(k, name, r.value, r.n, false);
	check_values(k, name, r.retired, r.n_retired, true);
	if (strchr(name, '@'))
		result = check_alias(k, name, &r, e);
	/* what an alias meant is a version, or told of above; one that was
	 * removed need not be there */
	for (size_t i = 0; strchr(name, '@') == NULL && i < r.n; i++)
		if (r.value[i].number && !r.value[i].removed)
			add_root(k, &r.value[i].id, name);
	ref_free(&r);
	return result;
}

static int
follow_roots(struct fsck *k, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < k->n_roots; i++)
		r = follow_link(k, &k->root[i].id, k->root[i].ref, e);
	return r;
}

/* --- audit ----------------------------------------------------------------- */

/* A record's place in `set` is its number in `records`: no two hash alike,
 * since each holds its place in the log. */
static void
remember_record(struct fsck *k, const struct audit_record *r)
{
	if (k->n_set == k->room_set) {
		k->room_set = k->room_set ? k->room_set * 2 : 256;
		k->set = xresize(k->set, k->room_set, sizeof(*k->set));
	}
	intern_add(k->records, (const char *)r->hash.b, OID_BYTES);
	k->set[k->n_set++] = (struct set_by){
		.ref = intern_add(k->names, r->ref, strlen(r->ref)),
		.number = r->number, .values = r->values, .id = r->id,
		.digest = r->digest, .seq = r->seq,
		.state = r->confirmed || r->unknown ||
		    strcmp(r->op, "void") == 0 ? SET_CONFIRMED :
		    r->voided ? SET_VOID : SET_LOST,
	};
}

static int
check_record(void *ctx, const struct audit_record *r, struct err *e)
{
	(void)e;
	remember_record(ctx, r);
	return 0;
}

static int
check_audit(struct fsck *k, struct err *e)
{
	struct audit_summary sum = { .records = 0 };
	struct err mine = ERR_INIT;
	int r = audit_each(k->repo, &sum, check_record, k, &mine);

	k->report->records = sum.records;
	k->report->head = sum.head;
	k->torn = sum.torn;
	if (sum.torn)
		report_finding(k, "note", "audit/log", "its last line is torn: "
		    "a command was killed while it wrote", NULL);
	k->broken = r < 0;
	return r == 0 ? 0 : report_error(k, &mine, "audit/log", NULL, e);
}

static void
report_void(struct fsck *k, const struct set_by *by)
{
	char *what = xprintf("audit record %llu", (unsigned long long)by->seq);

	report_finding(k, "note", what, "an interrupted move; it is void",
	    intern_text(k->names, by->ref, NULL));
	free(what);
}

/* Records that no ref has a value of: interrupted, or their refs lost the
 * values.  Each such ref is named once. */
static int
check_unclaimed(struct fsck *k, struct err *e)
{
	struct intern *told = intern_new();
	struct ref now;
	int r = 0;

	for (size_t i = 0; r == 0 && i < k->n_set; i++) {
		const char *ref = intern_text(k->names, k->set[i].ref, NULL);
		size_t before = intern_count(told);
		struct err mine = ERR_INIT;
		char *what;
		bool there;

		if (k->set[i].state == SET_VOID)
			report_void(k, &k->set[i]);
		if (k->set[i].state != SET_LOST)
			continue;
		intern_add(told, ref, strlen(ref));
		if (intern_count(told) == before)
			continue;
		there = ref_read(&now, k->repo, ref, &mine) == 0;
		if (there)
			ref_free(&now);
		what = xprintf(there ? "it does not have the value that audit "
		    "record %llu set" : "it is gone: audit record %llu set a "
		    "value of it", (unsigned long long)k->set[i].seq);
		if (there || mine.code == ERR_NOENT)
			report_finding(k, "error", ref, what, ref);
		else
			r = report_error(k, &mine, ref, ref, e);
		free(what);
	}
	intern_free(told);
	return r;
}

/* A head kept elsewhere stands for every record up to it. */
static void
check_head(struct fsck *k)
{
	const struct oid *head = k->rq->head;
	char text[OID_TEXT];

	if (head == NULL || intern_find(k->records, (const char *)head->b,
	    OID_BYTES) != INTERN_NONE)
		return;
	report_finding(k, "error", oid_print(text, head), "this head is not "
	    "in the audit log: its history was rewritten, or its end cut off",
	    NULL);
}

/* What other repositories did, as they said. */
static int
check_peer(void *ctx, const char *name, const struct audit_summary *sum,
    const struct err *why, struct err *e)
{
	struct fsck *k = ctx;
	char *file;
	int r = 0;

	if (sum) {
		k->report->peers++;
		return 0;
	}
	file = xprintf("audit/%s", name);
	r = report_error(k, why, file, NULL, e);
	free(file);
	return r;
}

/* --- objects --------------------------------------------------------------- */

/* Are the object's bytes to be read? */
static bool
is_read(const struct fsck *k, const struct oid *id)
{
	return k->rq->level != FSCK_QUICK && (k->rq->sample == 0 ||
	    get_le32(id->b) < k->rq->sample);
}

static int
read_object(struct fsck *k, const struct oid *id, struct err *e)
{
	char *block = xalloc(1, 1 << 18);
	struct source from;
	int64_t got = -1;

	if (odb_get_source(&from, k->repo->odb, id, e) == 0) {
		do
			got = source_read(&from, block, 1 << 18, e);
		while (got > 0);
		source_close(&from);
	}
	free(block);
	return got < 0 ? -1 : 0;
}

static int
check_object(void *ctx, const struct oid *id, struct err *e)
{
	struct err mine = ERR_INIT;
	struct fsck *k = ctx;
	char text[OID_TEXT];
	uint64_t size = 0;
	int r;

	k->report->objects++;
	k->report->read += is_read(k, id);
	/* packs are read as they lie, by check_pack */
	if (!is_read(k, id) || k->repo->packs->ops->has(k->repo->packs, id) > 0)
		r = odb_size(&size, k->repo->odb, id, &mine);
	else
		r = odb_check(&size, k->repo->odb, id, &mine);
	if (r == 0 && k->rq->level == FSCK_STRONG && is_read(k, id))
		r = read_object(k, id, &mine);
	k->report->bytes += size;
	progress_tick(k->repo->progress, "checking objects",
	    k->report->objects, 0);
	return r < 0 ? report_error(k, &mine, oid_print(text, id), NULL, e) : 0;
}

/* An entry's stored bytes; of a list of parts, that all of them are there. */
static int
check_packed(struct fsck *k, const struct pack *p, const struct pack_entry *t,
    struct buf *stored, struct err *e)
{
	struct err mine = ERR_INIT;
	struct pack_part part;
	char text[OID_TEXT];
	uint64_t size;
	int r;

	buf_clear(stored);
	r = pack_read_stored(stored, p, t, &mine);
	if (r == 0 && t->encoding == PACK_PARTS) {
		r = pack_check_parts(t, stored->data, &mine);
		for (size_t i = 0; r == 0 && i < pack_part_count(t); i++) {
			pack_part_at(&part, stored->data, i);
			r = odb_size(&size, k->repo->odb, &part.id, &mine);
		}
	}
	if (r == 0)
		return 0;
	oid_print(text, &t->id);
	if (odb_check(&size, k->repo->odb, &t->id, e) == 0) {
		report_finding(k, "note", text, "its copy in a pack is "
		    "damaged; another is whole", NULL);
		return 0;
	}
	return report_error(k, &mine, text, NULL, e);
}

static int
check_pack(void *ctx, const struct pack *p, struct err *e)
{
	struct err mine = ERR_INIT;
	struct fsck *k = ctx;
	struct pack_entry t;
	struct buf stored;
	int r = 0;

	if (pack_check_index(p, &mine) < 0)
		return report_error(k, &mine, path_base(pack_path(p)), NULL, e);
	if (k->rq->level == FSCK_QUICK)
		return 0;
	buf_init(&stored, PACK_STORED_MAX);
	for (uint64_t i = 0; r == 0 && i < pack_count(p); i++) {
		pack_entry_at(&t, p, i);
		if (is_read(k, &t.id))
			r = check_packed(k, p, &t, &stored, e);
	}
	buf_free(&stored);
	return r;
}

static int
report_bad_pack(void *ctx, const char *path, const struct err *why,
    struct err *e)
{
	return report_error(ctx, why, path_base(path), NULL, e);
}

/* What a kill left behind costs room, nothing else. */
static int
check_leftovers(struct fsck *k, struct err *e)
{
	char *path = repo_path(k->repo, "tmp"), **names;
	size_t n;
	int r = folder_names(&names, &n, path, e);

	for (size_t i = 0; r == 0 && i < n; i++)
		report_finding(k, "note", names[i], "a temporary file of a command that "
		    "runs now or was killed", NULL);
	folder_names_free(names, n);
	free(path);
	return r;
}

/* The audit log and the refs, which must be of one moment. */
static int
check_both(struct fsck *k, struct err *e)
{
	int fd, r;

	memset(k->report, 0, sizeof(*k->report));
	if (refs_lock(&fd, k->repo, true, e) < 0)
		return -1;
	k->seen = intern_new();
	k->records = intern_new();
	k->names = intern_new();
	r = check_audit(k, e);
	check_head(k);
	if (r == 0)
		r = peer_log_each(k->repo, check_peer, k, e);
	if (r == 0)
		r = ref_each(k->repo, "", check_ref, k, e);
	if (r == 0)
		r = check_unclaimed(k, e);
	refs_unlock(fd);
	return r;
}

static void
fsck_free(struct fsck *k)
{
	for (size_t i = 0; i < k->n_roots; i++)
		free(k->root[i].ref);
	free(k->root);
	free(k->set);
	intern_free(k->seen);
	intern_free(k->records);
	intern_free(k->names);
	free(k->queue);
}

int
fsck_repo(struct fsck_report *report, struct repo *repo,
    const struct fsck_request *rq, struct err *e)
{
	struct fsck k = { .repo = repo, .report = report, .rq = rq };
	int r = check_both(&k, e);

	/* objects never change, so the rest needs no lock */
	if (r == 0)
		r = follow_roots(&k, e);
	if (r == 0)
		r = odb_each(repo->odb, check_object, &k, e);
	if (r == 0)
		r = packs_each(repo->packs, check_pack, report_bad_pack, &k,
		    e);
	if (r == 0)
		r = check_leftovers(&k, e);
	fsck_free(&k);
	return r;
}

int
fsck_refs(struct fsck_report *report, struct repo *repo,
    const struct fsck_request *rq, struct err *e)
{
	struct fsck k = { .repo = repo, .report = report, .rq = rq };
	int r = check_both(&k, e);

	fsck_free(&k);
	return r;
}
