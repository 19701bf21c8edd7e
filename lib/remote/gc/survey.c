/* Which objects of a remote its names lead to. */
#include "remote/gc/survey.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "remote/closure.h"
#include "store/odb.h"
#include "store/pack/exchange.h"

bool
survey_lives(const struct survey *s, const struct oid *id)
{
	return intern_find(s->live, (const char *)id->b, OID_BYTES) !=
	    INTERN_NONE;
}

/* --- what names lead to ---------------------------------------------------- */

/* The list of parts as it is there: ours, where it is the same. */
static int
read_parts(struct buf *list, struct survey *s, size_t pack,
    const struct pack_entry *t, struct err *e)
{
	struct err ignored = ERR_INIT;
	struct pack_entry ours;
	char *key;
	int r;

	if (exchange_stored(&ours, list, s->r->repo, &t->id, &ignored) == 0 &&
	    ours.encoding == PACK_PARTS && ours.stored == t->stored &&
	    hash64(list->data, list->len, 0) == t->check)
		return 0;
	buf_clear(list);
	key = remote_key("packs", &s->r->known.pack[pack].of.name);
	r = transport_get_range(list, s->r->t, key, t->at, t->stored, e);
	if (r == 0 && (list->len != t->stored ||
	    hash64(list->data, list->len, 0) != t->check))
		r = err_set(e, ERR_CORRUPT, "a list of parts in %s is damaged",
		    key);
	free(key);
	return r < 0 ? -1 : pack_check_parts(t, list->data, e);
}

static int
mark_parts(struct survey *s, size_t pack, const struct pack_entry *t,
    struct err *e)
{
	struct pack_entry found;
	struct pack_part part;
	struct buf list;
	int r;

	buf_init(&list, PACK_STORED_MAX);
	r = read_parts(&list, s, pack, t, e);
	for (size_t i = 0; r == 0 && i < pack_part_count(t); i++) {
		pack_part_at(&part, list.data, i);
		if (!known_find(&pack, &found, &s->r->known, &part.id))
			r = err_set(e, ERR_CORRUPT, "a part of an object is "
			    "not there");
		intern_add(s->live, (const char *)part.id.b, OID_BYTES);
	}
	buf_free(&list);
	return r;
}

/* Wherever it is kept in parts: another time it may have been cut otherwise. */
static int
mark_lists(struct survey *s, const struct oid *id, struct err *e)
{
	const struct known *k = &s->r->known;
	struct pack_entry t;

	for (size_t i = 0; i < k->n; i++)
		if (pack_find(&t, k->pack[i].index, id) &&
		    t.encoding == PACK_PARTS && known_lives(&k->pack[i],
		    pack_lower_bound(k->pack[i].index, id)) &&
		    mark_parts(s, i, &t, e) < 0)
			return -1;
	return 0;
}

static int
mark_object(void *ctx, const struct oid *id, enum closure_kind kind,
    struct err *e)
{
	struct survey *s = ctx;
	size_t before = intern_count(s->live), pack;
	char text[OID_TEXT];
	struct pack_entry t;

	if (!known_find(&pack, &t, &s->r->known, id))
		return err_set(e, ERR_CORRUPT, "object %s, which a name leads "
		    "to, is not there", oid_print(text, id));
	intern_add(s->live, (const char *)id->b, OID_BYTES);
	if (t.encoding == PACK_PARTS && intern_count(s->live) > before &&
	    mark_lists(s, id, e) < 0)
		return -1;
	if (kind == CLOSURE_BYTES)
		return 1;
	if (odb_has(catalog_odb(s->r->c), id))
		return t.encoding == PACK_PARTS ? incoming_parts(&s->in, id,
		    e) : 1;
	return incoming_want(&s->in, id) ? 0 : err_set(e, ERR_CORRUPT,
	    "object %s came, and is not here", oid_print(text, id));
}

/* Every version that was not removed, and the verdicts of all moves. */
static int
mark_names(struct survey *s, struct err *e)
{
	struct closure *k = closure_new(s->r->c, mark_object, s);
	size_t waiting;
	int r;

	for (size_t i = 0; i < s->s.n; i++) {
		const struct remote_ref *there = s->s.v[i].there;

		for (size_t j = 0; there && j < there->n; j++) {
			const struct remote_value *v = &there->value[j];

			if (v->number && !selection_gone_there(&s->s, s->r, i,
			    v->number))
				closure_add(k, &v->id, CLOSURE_MANIFEST);
			if (!oid_is_none(&v->verdict))
				closure_add(k, &v->verdict, CLOSURE_MANIFEST);
		}
	}
	while ((r = closure_walk(&waiting, k, e)) == 0 && waiting)
		if ((r = incoming_fetch(&s->in, e)) < 0)
			break;
	closure_free(k);
	return r < 0 ? -1 : incoming_prove(&s->in, e);
}

/* --- what that makes of packs ---------------------------------------------- */

static void
sort_packs(struct survey *s)
{
	struct known *k = &s->r->known;
	struct pack_entry t;
	struct oid id;
	size_t pack;

	for (uint32_t i = 0; i < intern_count(s->live); i++) {
		memcpy(id.b, intern_text(s->live, i, NULL), OID_BYTES);
		if (known_find(&pack, &t, k, &id))
			s->pack[pack].useful += t.stored;
	}
	for (size_t i = 0; i < k->n; i++) {
		uint64_t all = k->pack[i].of.index - PACK_HEAD;

		/* a pack of empty objects has no bytes, and is of use */
		if (s->pack[i].useful < all - all / 2)
			s->pack[i].fate = s->pack[i].useful ? PACK_POOR :
			    PACK_DEAD;
		k->pack[i].hidden = s->pack[i].fate != PACK_STAYS;
	}
}

static void
note_copy(struct survey *s, const struct oid *id)
{
	if (s->n_copy == s->room) {
		s->room = s->room ? 2 * s->room : 64;
		s->copy = xresize(s->copy, s->room, sizeof(*s->copy));
	}
	s->copy[s->n_copy++] = *id;
}

/* In the packs that stay: which objects may be counted on. */
static void
note_dead(struct survey *s)
{
	struct known *k = &s->r->known;

	for (size_t i = 0; i < k->n; i++) {
		struct surveyed_pack *p = &s->pack[i];
		uint64_t count = pack_count(k->pack[i].index);
		bool any = false;
		struct pack_entry t;

		if (p->fate != PACK_STAYS)
			continue;
		p->n = (size_t)(count + 7) / 8;
		p->dead = xalloc(p->n + 1, 1);
		for (uint64_t j = 0; j < count; j++) {
			pack_entry_at(&t, k->pack[i].index, j);
			if (survey_lives(s, &t.id) &&
			    known_lives(&k->pack[i], j))
				continue;
			p->dead[j / 8] |= (uint8_t)(1 << (j % 8));
			any = true;
		}
		if (!any)
			p->n = 0;
	}
}

static void
choose_copies(struct survey *s)
{
	struct pack_entry t;
	struct oid id;
	size_t pack;

	for (uint32_t i = 0; i < intern_count(s->live); i++) {
		memcpy(id.b, intern_text(s->live, i, NULL), OID_BYTES);
		if (!known_find(&pack, &t, &s->r->known, &id))
			note_copy(s, &id);
	}
}

int
survey_run(struct survey *s, struct remote *r, struct err *e)
{
	struct remote_request all = { .n = 0 };

	*s = (struct survey){ .r = r, .live = intern_new() };
	s->pack = xalloc(r->known.n + 1, sizeof(*s->pack));
	if (selection_read(&s->s, r, &all, true, e) < 0 ||
	    incoming_begin(&s->in, r, e) < 0 || mark_names(s, e) < 0)
		return -1;
	sort_packs(s);
	note_dead(s);
	choose_copies(s);
	return 0;
}

void
survey_release(struct survey *s)
{
	if (s->r == NULL)
		return;
	for (size_t i = 0; i < s->r->known.n; i++)
		free(s->pack[i].dead);
	free(s->pack);
	free(s->copy);
	intern_free(s->live);
	if (s->s.names)
		selection_release(&s->s);
	if (s->in.r)
		incoming_release(&s->in);
	*s = (struct survey){ .r = NULL };
}
