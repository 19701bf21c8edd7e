/*
 * Carrying what is new here to a remote: packs, a record that tells of them
 * and of the names, and at the end the head.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/hash.h"
#include "base/machine.h"
#include "base/mem.h"
#include "base/path.h"
#include "codec/json.h"
#include "remote/authors.h"
#include "remote/closure.h"
#include "remote/outgoing.h"
#include "remote/scope/companions.h"
#include "remote/scope/selection.h"
#include "store/odb.h"
#include "store/pack/exchange.h"

#define FOLD 64			/* records that are then written as one */

struct push {
	struct remote *r;
	const struct remote_request *rq;
	struct remote_done *done;
	struct selection s;
	struct authors who;
	struct outgoing out;
	struct oid *wanted;	/* objects that the remote lacks */
	size_t n, room;
};

/* --- what is to be pushed -------------------------------------------------- */

static void
report_name(struct push *p, const struct selected *s, enum remote_fate fate)
{
	const struct ref_value *last = ref_last(&s->here);
	const struct remote_value *theirs = s->there && s->there->n ?
	    &s->there->value[s->there->n - 1] : NULL;
	struct remote_change c = { .ref = s->name, .fate = fate,
	    .version = last ? last->number : 0,
	    .was = theirs ? theirs->number : 0 };

	if (fate == FATE_REFUSED && theirs) {
		c.user = theirs->user;
		c.host = theirs->host;
		c.time = theirs->time;
	}
	if (p->rq->fn)
		p->rq->fn(p->rq->ctx, &c);
}

static int
select_names(struct push *p, struct err *e)
{
	struct companions k = { .n = 0 };
	int r = selection_read(&p->s, p->r, p->rq, false, e);

	if (r < 0 || p->rq->n == 0 || p->rq->alone)
		return r;
	while ((r = companions_add(&k, &p->s, p->r, false, e)) > 0)
		;
	companions_release(&k);
	if (r < 0)
		selection_release(&p->s);
	return r;
}

/* What the remote has and we have not is not written over; then nothing of
 * that name moves. */
static size_t
choose_names(struct push *p)
{
	size_t moves = 0;

	for (size_t i = 0; i < p->s.n; i++) {
		struct selected *s = &p->s.v[i];

		if (s->how.ours && (s->how.theirs || (s->alias &&
		    p->s.v[s->base].how.theirs && p->s.v[s->base].how.ours)))
			p->done->refused++;
		else if (s->how.ours)
			moves++;
		s->left = s->how.ours == 0 || s->how.theirs || (s->alias &&
		    p->s.v[s->base].how.theirs && p->s.v[s->base].how.ours);
	}
	return moves;
}

static int
want_object(void *ctx, const struct oid *id, enum closure_kind kind,
    struct err *e)
{
	struct push *p = ctx;
	struct pack_entry t;
	uint64_t size = 0;
	size_t pack;

	(void)kind;
	/* whatever a head lists is there with all that it leads to */
	if (known_find(&pack, &t, &p->r->known, id))
		return 2;
	if (odb_size(&size, catalog_odb(p->r->c), id, e) < 0)
		return -1;
	p->r->expected += size;
	if (p->n == p->room) {
		p->room = p->room ? p->room * 2 : 256;
		p->wanted = xresize(p->wanted, p->room, sizeof(*p->wanted));
	}
	p->wanted[p->n++] = *id;
	return 1;
}

static int
find_wanted(struct push *p, struct err *e)
{
	struct closure *k = closure_new(p->r->c, want_object, p);
	size_t waiting;
	int r;

	for (size_t i = 0; i < p->s.n; i++) {
		const struct selected *s = &p->s.v[i];

		for (size_t j = s->how.common; !s->left && j < s->here.n; j++) {
			const struct ref_value *v = &s->here.value[j];
			const struct author *by = authors_find(&p->who,
			    &v->audit);

			/* gc may have taken what was removed */
			if (v->number && !selection_gone_here(&p->s, i,
			    v->number))
				closure_add(k, &v->id, CLOSURE_MANIFEST);
			if (!oid_is_none(&by->verdict))
				closure_add(k, &by->verdict, CLOSURE_MANIFEST);
		}
	}
	r = closure_walk(&waiting, k, e);
	closure_free(k);
	return r;
}

/* --- the record ------------------------------------------------------------ */

static void
put_text(struct buf *b, const char *key, const char *s)
{
	buf_addf(b, ",\"%s\":", key);
	json_quote(b, s, strlen(s));
}

static void
put_value(struct push *p, struct buf *b, const char *name,
    const struct ref_value *v)
{
	const struct author *by = authors_find(&p->who, &v->audit);
	char hex[OID_HEX + 1];

	buf_addf(b, "{\"ref\":\"%s\",\"number\":%u", name, v->number);
	if (v->number)
		put_text(b, "id", oid_hex(hex, &v->id));
	put_text(b, "audit", oid_hex(hex, &v->audit));
	if (!oid_is_none(&by->verdict))
		put_text(b, "verdict", oid_hex(hex, &by->verdict));
	put_text(b, "time", by->time);
	put_text(b, "user", by->user);
	put_text(b, "host", by->host);
	buf_adds(b, "}\n");
}

/* The lines of our log that the remote has not. */
static void
put_lines(struct buf *b, const struct buf *l, size_t at)
{
	while (at < l->len) {
		size_t n = strcspn(l->data + at, "\n");

		buf_adds(b, "{\"line\":");
		json_quote(b, l->data + at, n);
		buf_adds(b, "}\n");
		at += n + 1;
	}
}

/* What our log is called there, and how much of it is there. */
static struct oid
name_log(struct push *p, size_t *have)
{
	struct remote_chain *c = remote_state_begun(&p->r->state,
	    &p->who.lines);

	*have = c ? c->lines.len : 0;
	if (c)
		return c->name;
	/* a copy of this repository may have pushed before */
	return remote_state_chain(&p->r->state, &p->who.first) ?
	    p->who.head : p->who.first;
}

/* Is the run there, or on its way? */
static bool
brings_run(struct push *p, const char *run)
{
	char *ref = xprintf("run/%s", run);
	bool yes = remote_state_ref(&p->r->state, ref) != NULL;

	for (size_t i = 0; !yes && i < p->s.n; i++)
		yes = !p->s.v[i].left && strcmp(p->s.v[i].name, ref) == 0;
	free(ref);
	return yes;
}

/* Which run did which work, of the runs that are there.  A cache: what cannot
 * be read is left out. */
static void
put_memos(struct push *p, struct buf *b)
{
	char *folder = repo_path(p->r->repo, "cache/memo"), **names = NULL;
	struct err ignored = ERR_INIT;
	size_t n = 0;

	if (folder_names(&names, &n, folder, &ignored) < 0)
		n = 0;
	for (size_t i = 0; i < n; i++) {
		char *path = path_join(folder, names[i]), run[200];
		struct buf text;
		struct oid name;

		buf_init(&text, sizeof(run) - 1);
		if (hex_decode(name.b, OID_BYTES, names[i],
		    strlen(names[i])) == 0 && remote_state_memo(&p->r->state,
		    names[i]) == NULL &&
		    file_read_own(&text, path, &ignored) == 0 &&
		    ref_part_ok(text.data, text.len) &&
		    brings_run(p, text.data))
			buf_addf(b, "{\"memo\":\"%s\",\"run\":\"%s\"}\n",
			    names[i], text.data);
		buf_free(&text);
		free(path);
	}
	folder_names_free(names, n);
	free(folder);
}

static int
write_record(struct push *p, struct buf *b, struct err *e)
{
	char hex[OID_HEX + 1], now[CLOCK_TEXT_MAX];
	struct machine m;
	size_t have;
	struct oid log = name_log(p, &have);

	machine_who(&m);
	clock_print(now, clock_wall_us());
	buf_addf(b, "{\"schema\":\"mlv.remote.record/1\",\"log\":\"%s\"",
	    oid_hex(hex, &log));
	put_text(b, "time", now);
	put_text(b, "user", m.user);
	put_text(b, "host", m.host);
	buf_adds(b, "}\n");
	outgoing_print(b, &p->out);
	for (size_t i = 0; i < p->s.n; i++) {
		const struct selected *s = &p->s.v[i];

		for (size_t j = s->how.common; !s->left && j < s->here.n;
		    j++) {
			put_value(p, b, s->name, &s->here.value[j]);
			if (companions_tell(b, p->r->c, s->name,
			    &s->here.value[j].id, e) < 0)
				return -1;
		}
	}
	put_memos(p, b);
	put_lines(b, &p->who.lines, have);
	return buf_check(b, e);
}

/* All records so far, for one that takes their place. */
static int
read_records(struct push *p, struct buf *b, struct err *e)
{
	char *folder;
	int r = remote_folder(&folder, p->r, "records", e);

	if (r == 0)
		r = remote_state_text(b, &p->r->state, p->r->t, folder, NULL,
		    NULL, e);
	free(folder);
	return r;
}

/* What we wrote need not be fetched; a cache, so a failure is nothing. */
static void
keep_record(struct push *p, const struct oid *id, const struct buf *text)
{
	struct err ignored = ERR_INIT;
	char *folder, *path;

	if (remote_folder(&folder, p->r, "records", &ignored) < 0)
		return;
	path = remote_key(folder, id);
	(void)file_replace_own(os_real(), path, text->data, text->len, 0666,
	    &ignored);
	free(path);
	free(folder);
}

static int
commit_record(struct push *p, struct err *e)
{
	struct remote_state *s = &p->r->state;
	struct remote_file file;
	struct buf record, head;
	char *key = NULL;
	bool existed, fold = s->n_records >= FOLD;
	int r = -1;

	buf_init(&record, REMOTE_RECORD_MAX);
	buf_init(&head, REMOTE_HEAD_MAX);
	if ((fold && read_records(p, &record, e) < 0) ||
	    write_record(p, &record, e) < 0)
		goto done;
	oid_of(&file.id, record.data, record.len);
	file.bytes = record.len;
	if (fold)
		remote_state_fold(s, &file.id, clock_wall_us() / 1000000);
	for (size_t i = 0; i < p->out.n; i++)
		leaving_take_back(&s->leaving, "packs", &p->out.pack[i].name);
	leaving_take_back(&s->leaving, "records", &file.id);
	key = remote_key("records", &file.id);
	if (p->r->t->ops->put_new(p->r->t, key, record.data, record.len,
	    &existed, e) < 0)
		goto done;
	remote_state_head(&head, s, &file);
	r = p->r->t->ops->put_match(p->r->t, REMOTE_HEAD_KEY, head.data,
	    head.len, &s->tag, &s->tag, e);
	if (r == 0)
		keep_record(p, &file.id, &record);
done:
	free(key);
	buf_free(&head);
	buf_free(&record);
	return r;
}

/* --- all of it ------------------------------------------------------------- */

static int
send_objects(struct push *p, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->n; i++)
		r = outgoing_add(&p->out, &p->wanted[i], e);
	if (r == 0)
		r = outgoing_finish(&p->out, e);
	p->done->objects = p->out.objects;
	p->done->packs = p->out.n;
	p->done->bytes += p->out.bytes;
	return r;
}

static void
report_names(struct push *p, bool pushed)
{
	for (size_t i = 0; i < p->s.n; i++) {
		const struct selected *s = &p->s.v[i];

		if (s->how.ours && s->left)
			report_name(p, s, FATE_REFUSED);
		else if (pushed && !s->left) {
			report_name(p, s, FATE_PUSHED);
			p->done->names++;
		}
	}
}

static int
push_once(struct push *p, struct err *e)
{
	size_t moves;
	int r;

	p->n = 0;
	p->done->refused = 0;
	p->r->carried = p->r->expected = 0;
	if (remote_refresh(p->r, e) < 0 || select_names(p, e) < 0)
		return -1;
	moves = choose_names(p);
	if (moves == 0) {
		report_names(p, false);
		selection_release(&p->s);
		return 0;
	}
	if (authors_read(&p->who, p->r->repo, e) < 0) {
		selection_release(&p->s);
		return -1;
	}
	r = outgoing_begin(&p->out, p->r, e);
	if (r == 0)
		r = remote_prove(p->r, e);
	if (r == 0 && (r = find_wanted(p, e)) == 0 &&
	    (r = send_objects(p, e)) == 0)
		r = commit_record(p, e);
	if (r == 0)
		report_names(p, true);
	outgoing_release(&p->out);
	authors_release(&p->who);
	selection_release(&p->s);
	return r;
}

int
remote_push(struct remote_done *done, struct remote *r,
    const struct remote_request *rq, struct err *e)
{
	struct push p = { .r = r, .rq = rq, .done = done };
	int result = -1, tries = 0;

	memset(done, 0, sizeof(*done));
	if (remote_lock(r, rq, "pushing to", e) < 0)
		return -1;
	/* what is to be sent stays where it is, and is not folded elsewhere */
	if (exchange_hold(r->repo, e) == 0)
		do {
			/* somebody else was faster: what is new there now? */
			e->code = ERR_NONE;
			result = push_once(&p, e);
		} while (result < 0 && e->code == ERR_MOVED &&
		    ++tries < REMOTE_TRIES);
	remote_unlock(r);
	free(p.wanted);
	return result < 0 ? remote_wrap(r, e) : 0;
}
