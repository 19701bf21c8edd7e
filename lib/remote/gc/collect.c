/* A remote's packs that are of no use, doomed and later removed. */
#include "remote/gc/collect.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/mem.h"
#include "codec/json.h"
#include "remote/gc/strays.h"
#include "remote/gc/survey.h"
#include "remote/outgoing.h"
#include "store/odb.h"
#include "store/pack/exchange.h"

struct collection {
	struct remote *r;
	const struct remote_gc_request *rq;
	struct remote_gc_report *report;
	struct survey s;
	struct strays strays;
	struct outgoing out;
	struct arena arena;
	struct remote_gc_file *told;	/* when the head has moved */
	size_t n, room;
	bool changed;		/* there is something to write */
};

/* --- what is told ---------------------------------------------------------- */

static void
note_file(struct collection *c, const struct leaving_file *f,
    const char *state)
{
	c->told = arena_grow(&c->arena, c->told, c->n, &c->room,
	    sizeof(*c->told));
	c->told[c->n++] = (struct remote_gc_file){ .folder = f->folder,
	    .name = f->name, .bytes = f->bytes, .state = state,
	    .since_s = f->since_s };
}

/* Is it there, dead or not known to be? */
static bool
is_there(const struct known *k, const struct oid *id)
{
	struct pack_entry t;

	for (size_t i = 0; i < k->n; i++)
		if (pack_find(&t, k->pack[i].index, id) && known_lives(
		    &k->pack[i], pack_lower_bound(k->pack[i].index, id)))
			return true;
	return false;
}

/* Versions removed, their manifests still there and of no use to others. */
static void
tell_versions(struct collection *c)
{
	const struct selection *s = &c->s.s;

	for (size_t i = 0; i < s->n; i++) {
		const struct remote_ref *there = s->v[i].there;

		for (size_t j = 0; there && !s->v[i].alias && j < there->n;
		    j++) {
			const struct remote_value *v = &there->value[j];
			struct remote_gc_version t = { there->name, v->number,
			    v->id };

			if (survey_lives(&c->s, &v->id) ||
			    !is_there(&c->r->known, &v->id))
				continue;
			c->report->versions++;
			if (c->rq->version)
				c->rq->version(c->rq->ctx, &t);
		}
	}
}

static void
tell(struct collection *c)
{
	tell_versions(c);
	for (size_t i = 0; c->rq->file && i < c->n; i++)
		c->rq->file(c->rq->ctx, &c->told[i]);
}

/* --- what changes ---------------------------------------------------------- */

/* Are there objects that nobody knew to be dead? */
static bool
is_news(const struct collection *c, size_t i)
{
	const struct surveyed_pack *p = &c->s.pack[i];
	const struct remote_dead *was = c->r->known.pack[i].dead;
	size_t n = was ? was->n : 0;

	return p->n != n || (n && memcmp(p->dead, was->bits, n) != 0);
}

static void
doom_file(struct collection *c, const struct leaving_file *f)
{
	struct remote_state *s = &c->r->state;

	note_file(c, f, c->rq->grace_s ? "doomed" : "removed");
	*(c->rq->grace_s ? &c->report->doomed : &c->report->removed) +=
	    f->bytes;
	leaving_add(&s->leaving, &s->arena, f);
	c->changed = true;
}

static void
doom_packs(struct collection *c)
{
	for (size_t i = 0; i < c->r->known.n; i++) {
		const struct remote_pack *of = &c->r->known.pack[i].of;
		struct leaving_file f = { .folder = "packs", .name = of->name,
		    .bytes = of->bytes, .since_s = c->rq->now_s };

		if (c->s.pack[i].fate == PACK_STAYS) {
			c->report->packs++;
			c->report->live += c->s.pack[i].useful;
			c->changed |= is_news(c, i);
			continue;
		}
		doom_file(c, &f);
	}
}

/* What a push or a gc that was cut has left. */
static void
doom_strays(struct collection *c)
{
	c->report->told = c->strays.told;
	for (size_t i = 0; i < c->strays.n; i++) {
		struct leaving_file f = c->strays.v[i];

		f.since_s = c->rq->now_s;
		c->report->unlisted += f.bytes;
		doom_file(c, &f);
	}
}

/* Files that were doomed before: their time has come, or not. */
static void
advance_files(struct collection *c)
{
	struct leaving *l = &c->r->state.leaving;

	for (size_t i = 0; i < l->n; i++) {
		bool goes = c->rq->now_s - l->v[i].since_s >= c->rq->grace_s;

		if (l->v[i].gone)
			continue;
		if (goes)
			c->report->removed += l->v[i].bytes;
		else
			c->report->waiting += l->v[i].bytes;
		note_file(c, &l->v[i], goes ? "removed" : "waiting");
	}
}

static int
copy_objects(struct collection *c, struct err *e)
{
	struct incoming in = { .n = 0 };
	int r = 0;

	if (c->s.n_copy == 0)
		return 0;
	/* from packs in which nothing is found any more */
	for (size_t i = 0; i < c->r->known.n; i++)
		c->r->known.pack[i].hidden = false;
	r = incoming_begin(&in, c->r, e);
	for (size_t i = 0; r == 0 && i < c->s.n_copy; i++)
		if (!odb_has(catalog_odb(c->r->c), &c->s.copy[i]))
			(void)incoming_want(&in, &c->s.copy[i]);
	if (r == 0)
		r = incoming_fetch(&in, e);
	if (r == 0)
		r = incoming_prove(&in, e);
	if (in.r)
		incoming_release(&in);
	for (size_t i = 0; i < c->r->known.n; i++)
		c->r->known.pack[i].hidden = c->s.pack[i].fate != PACK_STAYS;
	if (r == 0)
		r = outgoing_begin(&c->out, c->r, e);
	for (size_t i = 0; r == 0 && i < c->s.n_copy; i++)
		r = outgoing_add(&c->out, &c->s.copy[i], e);
	if (r == 0)
		r = outgoing_finish(&c->out, e);
	c->report->objects = c->out.objects;
	c->report->copied = c->out.bytes;
	return r;
}

/* --- the record ------------------------------------------------------------ */

/* What was said of packs that leave, and of what is dead, is said no more. */
static bool
keep_line(void *ctx, const struct json *line)
{
	struct collection *c = ctx;
	const char *hex = json_text(line, "pack", "");
	struct oid name;

	if (json_get(line, "dead") || json_get(line, "salt"))
		return false;
	if (hex_decode(name.b, OID_BYTES, hex, strlen(hex)) < 0)
		return true;
	for (size_t i = 0; i < c->r->known.n; i++)
		if (oid_eq(&c->r->known.pack[i].of.name, &name))
			return c->s.pack[i].fate == PACK_STAYS;
	return true;
}

static void
put_dead(struct buf *b, const struct oid *pack, const struct surveyed_pack *p)
{
	char *bits = xalloc(2 * p->n + 1, 1), hex[OID_HEX + 1];

	hex_encode(bits, p->dead, p->n);
	buf_addf(b, "{\"dead\":\"%s\",\"bits\":\"", oid_hex(hex, pack));
	buf_adds(b, bits);
	buf_adds(b, "\"}\n");
	free(bits);
}

/* A gc that was cut has left a record of the very same lines, if its name is
 * gone this one gets another. */
static void
put_salt(struct buf *b, const struct leaving *l)
{
	char hex[OID_HEX + 1];
	struct buf salt;
	struct oid id;

	buf_init(&salt, BUF_CAP_SMALL);
	if (leaving_salt(&salt, l)) {
		oid_of(&id, salt.data, salt.len);
		buf_addf(b, "{\"salt\":\"%s\"}\n", oid_hex(hex, &id));
	}
	buf_free(&salt);
}

/* All records as one, of what stays. */
static int
write_record(struct collection *c, struct buf *b, struct err *e)
{
	char *kept;
	int r = remote_folder(&kept, c->r, "records", e);

	if (r == 0)
		r = remote_state_text(b, &c->r->state, c->r->t, kept,
		    keep_line, c, e);
	free(kept);
	if (r < 0)
		return -1;
	outgoing_print(b, &c->out);
	for (size_t i = 0; i < c->r->known.n; i++)
		if (c->s.pack[i].n)
			put_dead(b, &c->r->known.pack[i].of.name,
			    &c->s.pack[i]);
	put_salt(b, &c->r->state.leaving);
	return buf_check(b, e);
}

static int
commit_record(struct collection *c, struct err *e)
{
	struct remote_state *s = &c->r->state;
	struct remote_file file;
	struct buf record, head;
	char *key = NULL;
	bool existed;
	int r = -1;

	buf_init(&record, REMOTE_RECORD_MAX);
	buf_init(&head, REMOTE_HEAD_MAX);
	if (write_record(c, &record, e) < 0)
		goto done;
	oid_of(&file.id, record.data, record.len);
	file.bytes = record.len;
	/* from here on a program that knows nothing of this may not push */
	s->collected = true;
	for (size_t i = 0; c->rq->grace_s == 0 && i < s->n_records; i++)
		c->report->removed += s->record[i].bytes;
	remote_state_fold(s, &file.id, c->rq->now_s);
	if (c->rq->grace_s == 0)
		(void)leaving_advance(&s->leaving, c->rq->now_s, 0);
	for (size_t i = 0; i < c->out.n; i++)
		leaving_take_back(&s->leaving, "packs", &c->out.pack[i].name);
	key = remote_key("records", &file.id);
	remote_state_head(&head, s, &file);
	if (buf_check(&head, e) == 0 && c->r->t->ops->put_new(c->r->t, key,
	    record.data, record.len, &existed, e) == 0)
		r = c->r->t->ops->put_match(c->r->t, REMOTE_HEAD_KEY,
		    head.data, head.len, &s->tag, &s->tag, e);
done:
	free(key);
	buf_free(&head);
	buf_free(&record);
	return r;
}

/* --- all of it ------------------------------------------------------------- */

/* A head that says so lies. */
static bool
is_listed(const struct remote_state *s, const struct oid *name)
{
	for (size_t i = 0; i < s->n_packs; i++)
		if (oid_eq(&s->pack[i].name, name))
			return true;
	for (size_t i = 0; i < s->n_records; i++)
		if (oid_eq(&s->record[i].id, name))
			return true;
	return false;
}

static bool
is_put_out(const struct collection *c, const struct oid *name)
{
	for (size_t i = 0; i < c->out.n; i++)
		if (oid_eq(&c->out.pack[i].name, name))
			return true;
	return false;
}

/* Also those that an earlier gc, which was cut, may have left. */
static int
remove_files(struct collection *c, struct err *e)
{
	const struct leaving *l = &c->r->state.leaving;

	for (size_t i = 0; i < l->n; i++) {
		char *key;
		int r;

		if (!l->v[i].gone || is_put_out(c, &l->v[i].name) ||
		    (!c->changed && is_listed(&c->r->state, &l->v[i].name)))
			continue;
		key = remote_key(l->v[i].folder, &l->v[i].name);
		r = c->r->t->ops->remove(c->r->t, key, e);
		free(key);
		if (r < 0) {
			err_wrap(e, "not all that gc gave up is removed; gc "
			    "again");
			e->code = ERR_UNPROVEN;
			return -1;
		}
	}
	return 0;
}

/* That it can be done at all is known before anything is. */
static int
prove(struct collection *c, struct err *e)
{
	return remote_prove(c->r, e) < 0 ? -1 :
	    c->r->t->ops->remove(c->r->t, "packs/none", e);
}

/* What pushes that were killed have left and nobody can see.  Whether it goes
 * does not matter to anything else. */
static int
sweep_unfinished(struct collection *c, struct err *e)
{
	const struct transport_ops *ops = c->r->t->ops;
	struct err mine = ERR_INIT;

	if (ops->sweep == NULL || ops->sweep(c->r->t, (uint64_t)c->rq->grace_s,
	    c->rq->dry_run, &c->report->unfinished, &mine) == 0) {
		c->report->swept = true;
		return 0;
	}
	if (mine.code == ERR_UNSUPPORTED)
		return 0;
	*e = mine;
	if (c->changed && !c->rq->dry_run)
		e->code = ERR_UNPROVEN;
	return err_wrap(e, "what killed pushes left is not all removed");
}

static int
collect(struct collection *c, struct err *e)
{
	if (survey_run(&c->s, c->r, e) < 0 ||
	    strays_find(&c->strays, c->r, e) < 0)
		return err_wrap(e, "nothing was removed");
	advance_files(c);
	doom_packs(c);
	doom_strays(c);
	if (c->rq->dry_run) {
		c->report->objects = c->s.n_copy;
		tell(c);
		return sweep_unfinished(c, e);
	}
	if (prove(c, e) < 0)
		return -1;
	/* first: no copy takes the name of a file that goes now */
	c->changed |= leaving_advance(&c->r->state.leaving, c->rq->now_s,
	    c->rq->grace_s) > 0;
	if (copy_objects(c, e) < 0)
		return -1;
	if (c->changed && commit_record(c, e) < 0)
		return -1;
	tell(c);
	return remove_files(c, e) < 0 ? -1 : sweep_unfinished(c, e);
}

static int
collect_once(struct collection *c, struct err *e)
{
	int r;

	memset(c->report, 0, sizeof(*c->report));
	c->changed = false;
	c->n = c->room = 0;
	c->told = NULL;
	arena_clear(&c->arena);
	if (remote_refresh(c->r, e) < 0)
		return -1;
	r = collect(c, e);
	if (c->out.r)
		outgoing_release(&c->out);
	c->out.r = NULL;
	strays_release(&c->strays);
	survey_release(&c->s);
	if (r < 0)
		remote_state_recheck(&c->r->state, c->r->t, e);
	return r;
}

int
remote_gc(struct remote_gc_report *report, struct remote *r,
    const struct remote_gc_request *rq, struct err *e)
{
	struct remote_request lock = { .progress = rq->progress };
	struct collection c = { .r = r, .rq = rq, .report = report };
	int result, tries = 0;

	if (remote_lock(r, &lock, "collecting at", e) < 0)
		return -1;
	result = exchange_hold(r->repo, e);
	if (result == 0)
		do {
			e->code = ERR_NONE;
			result = collect_once(&c, e);
		} while (result < 0 && e->code == ERR_MOVED &&
		    ++tries < REMOTE_TRIES);
	remote_unlock(r);
	arena_free(&c.arena);
	return result < 0 ? remote_wrap(r, e) : 0;
}
