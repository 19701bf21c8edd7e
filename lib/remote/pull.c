/*
 * Carrying what is new on a remote here: objects first, then the audit logs
 * of those who made it, then the names.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "catalog/manifest.h"
#include "remote/authors.h"
#include "remote/closure.h"
#include "remote/incoming.h"
#include "remote/scope/companions.h"
#include "remote/scope/selection.h"
#include "store/odb.h"
#include "store/pack/exchange.h"
#include "store/peer/adopt.h"
#include "store/peer/peer_log.h"

struct pull {
	struct remote *r;
	const struct remote_request *rq;
	struct remote_done *done;
	struct selection s;
	struct incoming in;
	bool names;		/* move them, too */
};

/* --- objects --------------------------------------------------------------- */

static int
have_object(void *ctx, const struct oid *id, enum closure_kind kind,
    struct err *e)
{
	struct pull *p = ctx;
	char text[OID_TEXT];
	struct pack_entry t;
	size_t pack;

	(void)kind;
	if (odb_has(catalog_odb(p->r->c), id)) {
		if (!known_find(&pack, &t, &p->r->known, id) ||
		    t.encoding != PACK_PARTS)
			return 1;
		return incoming_parts(&p->in, id, e);
	}
	if (!incoming_want(&p->in, id))
		return err_set(e, ERR_CORRUPT, "object %s, which a name leads "
		    "to, is not there", oid_print(text, id));
	return 0;
}

static void
add_values(struct pull *p, struct closure *k)
{
	for (size_t i = 0; i < p->s.n; i++) {
		const struct selected *s = &p->s.v[i];

		for (size_t j = s->how.common; s->there && j < s->there->n;
		    j++) {
			const struct remote_value *v = &s->there->value[j];

			if (v->number && !selection_gone_there(&p->s, p->r, i,
			    v->number))
				closure_add(k, &v->id, p->rq->content ?
				    CLOSURE_BYTES : CLOSURE_MANIFEST);
			if (!oid_is_none(&v->verdict) && !p->rq->content)
				closure_add(k, &v->verdict, CLOSURE_MANIFEST);
		}
	}
}

static int
bring_wanted(struct pull *p, struct closure *k, struct err *e)
{
	size_t waiting;
	int r;

	while ((r = closure_walk(&waiting, k, e)) == 0 && waiting)
		if ((r = incoming_fetch(&p->in, e)) < 0)
			break;
	return r;
}

/* What is to be served: the content of one version of a name. */
static int
add_content(struct pull *p, struct closure *k, size_t asked, struct err *e)
{
	const char *name = p->rq->refs[asked];
	const struct remote_ref *there = remote_state_ref(&p->r->state, name);
	uint32_t version = p->rq->content[asked];
	struct arena a = { NULL, 0 };
	const struct json *m;
	struct link l;
	int r = 0;

	if (there == NULL || there->n == 0 || version > there->n)
		return 0;
	if (version == 0)
		version = (uint32_t)there->n;
	if (there->value[version - 1].number &&
	    odb_has(catalog_odb(p->r->c), &there->value[version - 1].id) &&
	    (r = catalog_manifest(&m, &a, p->r->c, &there->value[version -
	    1].id, e)) == 0 && manifest_find(&l, m, "content", NULL))
		closure_add(k, &l.id, CLOSURE_BYTES);
	arena_free(&a);
	return r;
}

static int
bring_contents(struct pull *p, struct closure *k, struct err *e)
{
	add_values(p, k);
	if (bring_wanted(p, k, e) < 0)
		return -1;
	for (size_t i = 0; i < p->rq->n; i++)
		if (add_content(p, k, i, e) < 0)
			return -1;
	return bring_wanted(p, k, e);
}

/* What is here tells which names come along, and so on with theirs. */
static int
bring_objects(struct pull *p, struct err *e)
{
	struct closure *k = closure_new(p->r->c, have_object, p);
	struct companions along = { .n = 0 };
	int r, more;

	do {
		if (p->rq->content) {
			more = bring_contents(p, k, e);
			break;
		}
		add_values(p, k);
		r = bring_wanted(p, k, e);
		more = r < 0 || p->rq->n == 0 || p->rq->alone ? r :
		    companions_add(&along, &p->s, p->r, true, e);
	} while (more > 0);
	companions_release(&along);
	closure_free(k);
	if (more == 0)
		more = incoming_prove(&p->in, e);
	p->done->objects = p->in.objects;
	p->done->packs = p->in.packs;
	p->done->bytes = p->in.bytes;
	return more;
}

static int
bring_logs(struct pull *p, struct err *e)
{
	struct authors own;
	int r;

	if (authors_read(&own, p->r->repo, e) < 0)
		return -1;
	r = 0;
	for (size_t i = 0; r == 0 && i < p->r->state.n_chains; i++) {
		const struct remote_chain *c = &p->r->state.chain[i];

		/* ours, as it was when we pushed, is no news */
		if (c->lines.len > own.lines.len || memcmp(c->lines.data,
		    own.lines.data, c->lines.len) != 0)
			r = peer_log_add(p->r->repo, &c->name, 1,
			    c->lines.data, c->lines.len, e);
	}
	authors_release(&own);
	return r;
}

/* --- names ----------------------------------------------------------------- */

static void
report_name(struct pull *p, const struct selected *s, enum remote_fate fate,
    uint32_t version, uint32_t was)
{
	const struct remote_value *theirs = s->there && s->there->n ?
	    &s->there->value[s->there->n - 1] : NULL;
	struct remote_change c = { .ref = s->name, .fate = fate,
	    .version = version, .was = was };

	if (theirs && fate != FATE_RENUMBERED) {
		c.user = theirs->user;
		c.host = theirs->host;
		c.time = theirs->time;
	}
	if (p->rq->fn)
		p->rq->fn(p->rq->ctx, &c);
}

static bool
is_among(const struct ref_value *v, size_t n, const struct oid *id,
    uint32_t *number)
{
	for (size_t i = 0; i < n; i++) {
		if (oid_eq(&v[i].id, id)) {
			*number = v[i].number;
			return true;
		}
	}
	return false;
}

static int
adopt_values(struct pull *p, const struct selected *s, size_t keep,
    struct ref_value *v, size_t n, bool theirs, struct err *e)
{
	struct ref_adoption a = { .name = s->name, .expect = s->here.n,
	    .keep = keep, .value = v, .n = n, .note = p->r->name,
	    .op = theirs ? "pull" : "renumber" };

	if (theirs)
		a.from = s->there->value[s->there->n - 1].audit;
	for (size_t i = 0; i < n; i++)
		v[i].removed |= selection_gone_there(&p->s, p->r,
		    (size_t)(s - p->s.v), v[i].number);
	return ref_adopt(p->r->repo, &a, e);
}

/* Theirs as they are, then ours that are not among them. */
static int
pull_versions(struct pull *p, const struct selected *s, struct err *e)
{
	size_t n = s->how.theirs, from = s->how.common;
	struct ref_value *v = xalloc(n + s->how.ours, sizeof(*v));
	uint32_t number;
	int r;

	for (size_t i = 0; i < n; i++)
		v[i] = (struct ref_value){ .number = s->there->value[from +
		    i].number, .id = s->there->value[from + i].id };
	for (size_t i = 0; i < s->how.ours; i++) {
		const struct ref_value *ours = &s->here.value[from + i];

		if (!is_among(v, s->how.theirs, &ours->id, &number)) {
			v[n] = *ours;
			v[n].number = (uint32_t)(from + n + 1);
			n++;
		}
	}
	r = adopt_values(p, s, from, v, n, true, e);
	if (r == 0 || e->code == ERR_UNPROVEN) {
		report_name(p, s, FATE_PULLED, s->there->value[s->there->n -
		    1].number, (uint32_t)from);
		p->done->names++;
		for (size_t i = 0; i < s->how.ours; i++) {
			const struct ref_value *ours = &s->here.value[from +
			    i];

			if (is_among(v, n, &ours->id, &number) &&
			    number != ours->number)
				report_name(p, s, FATE_RENUMBERED, number,
				    ours->number);
		}
	}
	free(v);
	return r;
}

/* What an alias is to say: the remote's values, then ours, their numbers as
 * the versions are now. */
static size_t
plan_alias(struct ref_value *v, const struct selected *s,
    const struct ref *versions, bool theirs, bool ours)
{
	size_t n = 0, there = s->how.common + (theirs ? s->how.theirs : 0);

	for (size_t i = 0; i < there; i++)
		v[n++] = (struct ref_value){ .number = s->there->value[i].number,
		    .id = s->there->value[i].id };
	for (size_t i = s->how.common; ours && i < s->here.n; i++) {
		const struct ref_value *now = ref_version(versions,
		    s->here.value[i].number);

		v[n] = s->here.value[i];
		if (v[n].number && (now == NULL || !oid_eq(&now->id,
		    &v[n].id)) && (now = ref_with_id(versions, &v[n].id)))
			v[n].number = now->number;
		n++;
	}
	return n;
}

static int
pull_alias(struct pull *p, const struct selected *s, struct err *e)
{
	bool both = s->how.theirs && s->how.ours;
	bool theirs = s->how.theirs && (!both || p->rq->theirs || p->rq->ours);
	bool ours = !both || !p->rq->theirs;
	struct ref versions = { NULL, 0 };
	struct ref_value *v;
	char *base = xstrndup(s->name, strcspn(s->name, "@"));
	size_t n, keep = 0;
	int r;

	r = ref_read(&versions, p->r->repo, base, e);
	free(base);
	if (r < 0)
		return -1;
	v = xalloc(s->how.common + s->how.theirs + s->how.ours + 1,
	    sizeof(*v));
	n = plan_alias(v, s, &versions, theirs, ours);
	while (keep < n && keep < s->here.n && v[keep].number ==
	    s->here.value[keep].number && oid_eq(&v[keep].id,
	    &s->here.value[keep].id))
		keep++;
	if (both && !theirs) {
		report_name(p, s, FATE_CONFLICT, s->there->value[s->there->n -
		    1].number, v[n - 1].number);
		p->done->refused++;
	}
	if (keep < n) {
		r = adopt_values(p, s, keep, v + keep, n - keep, theirs, e);
		if (theirs && (r == 0 ||
		    e->code == ERR_UNPROVEN)) {
			report_name(p, s, FATE_PULLED, v[n - 1].number,
			    s->here.n ? s->here.value[s->here.n - 1].number :
			    0);
			p->done->names++;
		}
	}
	free(v);
	ref_free(&versions);
	return r;
}

/* Versions first: aliases label them. */
static int
move_names(struct pull *p, struct err *e)
{
	struct err late = ERR_INIT;
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->s.n; i++) {
		const struct selected *s = &p->s.v[i];

		if (!s->alias && s->how.theirs)
			r = pull_versions(p, s, e);
		else if (s->alias)
			r = pull_alias(p, s, e);
		if (r < 0 && e->code == ERR_UNPROVEN) {
			late = *e;
			r = 0;
		}
	}
	if (r == 0 && late.code != ERR_NONE) {
		*e = late;
		r = -1;
	}
	return r;
}

static void
report_fetched(struct pull *p)
{
	for (size_t i = 0; i < p->s.n; i++) {
		const struct selected *s = &p->s.v[i];

		if (s->how.theirs)
			report_name(p, s, FATE_FETCHED, s->there->value[
			    s->there->n - 1].number, s->here.n ? s->here.value[
			    s->here.n - 1].number : 0);
	}
}

/* All that the names lead to, before they move.  ERR_MOVED: gc took something
 * of it away meanwhile; a later head says where it is. */
static int
bring(struct pull *p, struct err *e)
{
	int r = -1;

	if (remote_refresh(p->r, e) < 0 ||
	    selection_read(&p->s, p->r, p->rq, true, e) < 0)
		return -1;
	if (incoming_begin(&p->in, p->r, e) == 0)
		r = bring_objects(p, e);
	incoming_release(&p->in);
	if (r < 0) {
		remote_state_recheck(&p->r->state, p->r->t, e);
		selection_release(&p->s);
	}
	return r;
}

static int
pull_all(struct pull *p, struct err *e)
{
	int r, tries = 0;

	do {
		e->code = ERR_NONE;
		r = bring(p, e);
	} while (r < 0 && e->code == ERR_MOVED && ++tries < REMOTE_TRIES);
	if (r < 0)
		return -1;
	if (p->names && (p->rq->content || (r = bring_logs(p, e)) == 0))
		r = move_names(p, e);
	else if (r == 0)
		report_fetched(p);
	selection_release(&p->s);
	return r;
}

static int
pull(struct remote_done *done, struct remote *r,
    const struct remote_request *rq, bool names, struct err *e)
{
	struct pull p = { .r = r, .rq = rq, .done = done, .names = names };
	int result;

	memset(done, 0, sizeof(*done));
	if (remote_lock(r, rq, names ? "pulling from" : "fetching from", e) < 0)
		return -1;
	result = exchange_hold(r->repo, e) < 0 ? -1 : pull_all(&p, e);
	remote_unlock(r);
	return result < 0 ? remote_wrap(r, e) : 0;
}

int
remote_fetch(struct remote_done *done, struct remote *r,
    const struct remote_request *rq, struct err *e)
{
	return pull(done, r, rq, false, e);
}

int
remote_recall(char **run, struct remote *r, const char *memo,
    const struct remote_request *rq, struct err *e)
{
	struct remote_request one = *rq;
	struct remote_done done;
	const char *found, *ref;
	char *name;
	int result;

	if (remote_refresh(r, e) < 0)
		return remote_wrap(r, e);
	if ((found = remote_state_memo(&r->state, memo)) == NULL)
		return 0;
	*run = xstrdup(found);
	name = xprintf("run/%s", *run);
	ref = name;
	one.refs = &ref;
	one.n = 1;
	one.alone = true;
	result = remote_pull(&done, r, &one, e);
	free(name);
	if (result < 0) {
		free(*run);
		*run = NULL;
	}
	return result < 0 ? -1 : 1;
}

int
remote_pull(struct remote_done *done, struct remote *r,
    const struct remote_request *rq, struct err *e)
{
	return pull(done, r, rq, true, e);
}
