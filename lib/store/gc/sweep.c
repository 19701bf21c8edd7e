/*
 * The sweep: new packs are written and synced first, then what they took in,
 * and what nothing leads to, is moved or removed.
 */
#include "store/gc/sweep.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/beneath.h"
#include "base/file.h"
#include "base/mem.h"
#include "store/gc/trash.h"
#include "store/internal.h"
#include "store/loose.h"
#include "store/object_source.h"
#include "store/odb.h"
#include "store/pack/packs.h"

#define BLOCK ((size_t)1 << 20)
#define SMALL_PACK ((uint64_t)8 << 20)	/* joined with others of that kind */
#define DEAD_SHARE 5		/* a pack is rewritten from one fifth on */

struct old_pack {
	char *path;
	struct oid name;
	uint64_t bytes, live_bytes, dead_bytes, live, dead;
	bool young;
	enum { PACK_STAYS, PACK_GOES, PACK_IS_COPIED } fate;
};

struct sweeping {
	struct sweep *s;
	struct oid *gone, *folded;	/* loose objects */
	size_t n_gone, room_gone, n_folded, room_folded;
	struct old_pack *pack;
	size_t n_packs, room_packs, small;
	struct buf stored;
};

static bool
is_young(const struct sweep *s, int64_t written_s)
{
	return s->rq->now_s - written_s < s->rq->grace_s;
}

static void
add_id(struct oid **list, size_t *n, size_t *room, const struct oid *id)
{
	if (*n == *room) {
		*room = *room ? 2 * *room : 64;
		*list = xresize(*list, *room, sizeof(**list));
	}
	(*list)[(*n)++] = *id;
}

/* --- looked at ------------------------------------------------------------- */

static int
look_at_loose(void *ctx, const struct oid *id, struct err *e)
{
	struct sweeping *w = ctx;
	struct sweep *s = w->s;
	int64_t written;
	uint64_t bytes;

	if (loose_file(&bytes, &written, s->repo->loose, id, e) < 0)
		return -1;
	if (marks_has(s->marks, id)) {
		add_id(&w->folded, &w->n_folded, &w->room_folded, id);
	} else if (is_young(s, written)) {
		s->report->young++;
	} else {
		add_id(&w->gone, &w->n_gone, &w->room_gone, id);
		s->report->objects++;
		s->report->bytes += bytes;
	}
	return 0;
}

static void
weigh_pack(struct old_pack *o, struct sweep *s, const struct pack *p)
{
	struct pack_entry t;

	for (uint64_t i = 0; i < pack_count(p); i++) {
		pack_entry_at(&t, p, i);
		if (marks_has(s->marks, &t.id)) {
			o->live++;
			o->live_bytes += t.stored;
		} else {
			o->dead++;
			o->dead_bytes += t.stored;
		}
	}
}

static int
look_at_pack(void *ctx, const struct pack *p, struct err *e)
{
	struct old_pack o = { .name = *pack_name(p), .bytes = pack_bytes(p) };
	struct sweeping *w = ctx;
	struct stat st;

	if (beneath_stat(pack_path(p), &st) < 0)
		return errno == ENOENT ? 0 : err_sys(e, "cannot look at '%s'",
		    pack_path(p));
	o.path = xstrdup(pack_path(p));
	o.young = is_young(w->s, (int64_t)st.st_mtim.tv_sec);
	weigh_pack(&o, w->s, p);
	if (w->n_packs == w->room_packs) {
		w->room_packs = w->room_packs ? 2 * w->room_packs : 16;
		w->pack = xresize(w->pack, w->room_packs, sizeof(*w->pack));
	}
	w->pack[w->n_packs++] = o;
	w->small += o.bytes < SMALL_PACK;
	return 0;
}

static void
decide_fates(struct sweeping *w)
{
	struct gc_report *report = w->s->report;

	for (size_t i = 0; i < w->n_packs; i++) {
		struct old_pack *o = &w->pack[i];
		/* copied, what is young would be so anew */
		bool small = o->bytes < SMALL_PACK &&
		    w->small + (w->n_folded > 0) > 1 && !(o->young && o->dead);

		if (o->young)
			report->young += o->dead;
		if (o->live == 0 && !o->young)
			o->fate = PACK_GOES;
		else if (small || (!o->young && o->dead_bytes * DEAD_SHARE >
		    o->bytes))
			o->fate = PACK_IS_COPIED;
		if (o->fate != PACK_STAYS && !o->young) {
			report->objects += o->dead;
			report->bytes += o->dead_bytes;
		}
	}
}

/* --- written anew ---------------------------------------------------------- */

static int
fold_loose(struct sweeping *w, const struct oid *id, struct err *e)
{
	struct object_source *packs = w->s->repo->packs;
	struct object_writer *to;
	char *block;
	struct source from;
	uint64_t size;
	int64_t got;
	int r = -1;

	if (odb_get_source(&from, w->s->repo->odb, id, e) < 0)
		return -1;
	block = xalloc(1, BLOCK);
	if (odb_size(&size, w->s->repo->odb, id, e) == 0 &&
	    packs->ops->begin(&to, packs, NULL, 0, size, e) == 0) {
		while ((got = source_read(&from, block, BLOCK, e)) > 0)
			if (packs->ops->add(to, block, (size_t)got, false,
			    e) < 0)
				break;
		if (got == 0 && packs->ops->add(to, block, 0, true, e) == 0)
			r = packs->ops->commit(to, id, e);
		packs->ops->drop(to);
	}
	free(block);
	source_close(&from);
	return r;
}

static int
fold_all(struct sweeping *w, struct err *e)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n_folded; i++) {
		struct err mine = ERR_INIT;

		/* a damaged one stays where it is, for fsck to tell */
		if (fold_loose(w, &w->folded[i], &mine) == 0) {
			w->folded[n++] = w->folded[i];
		} else if (mine.code != ERR_CORRUPT) {
			*e = mine;
			return -1;
		}
	}
	w->n_folded = n;
	return 0;
}

static int
copy_pack(struct sweeping *w, struct old_pack *o, struct err *e)
{
	struct err mine = ERR_INIT;
	struct pack_entry t;
	struct pack *p;
	int r = 0;

	if (pack_open(&p, o->path, e) < 0)
		return -1;
	for (uint64_t i = 0; r == 0 && i < pack_count(p); i++) {
		pack_entry_at(&t, p, i);
		if (!o->young && !marks_has(w->s->marks, &t.id))
			continue;
		buf_clear(&w->stored);
		if (pack_read_stored(&w->stored, p, &t, &mine) < 0) {
			/* with a damaged object it stays as it is */
			o->fate = PACK_STAYS;
			if (mine.code == ERR_CORRUPT)
				break;
			*e = mine;
			r = -1;
		} else {
			r = packs_add_stored(w->s->repo->packs, &t,
			    w->stored.data, e);
		}
	}
	pack_close(p);
	return r;
}

static int
write_anew(struct sweeping *w, struct err *e)
{
	int r;

	/* a part that only one of them has is stored again */
	for (size_t i = 0; i < w->n_packs; i++)
		if (w->pack[i].fate != PACK_STAYS)
			packs_hide(w->s->repo->packs, &w->pack[i].name);
	r = fold_all(w, e);
	for (size_t i = 0; r == 0 && i < w->n_packs; i++)
		if (w->pack[i].fate == PACK_IS_COPIED)
			r = copy_pack(w, &w->pack[i], e);
	return r == 0 ? odb_sync(w->s->repo->odb, e) : -1;
}

/* --- taken out ------------------------------------------------------------- */

static int
take_out_pack(struct sweeping *w, const struct old_pack *o, struct err *e)
{
	const struct os *os = w->s->repo->os;

	/* written anew as it was: there is but one file of that name */
	if (packs_made(w->s->repo->packs, &o->name))
		return 0;
	if (o->fate == PACK_GOES || (o->dead && !o->young))
		return trash_pack(w->s->repo, o->path, e);
	return os->unlink(o->path) < 0 && errno != ENOENT ? err_sys(e,
	    "cannot remove '%s'", o->path) : 0;
}

static int
take_out(struct sweeping *w, struct err *e)
{
	struct repo *repo = w->s->repo;
	int r = 0;

	for (size_t i = 0; r == 0 && i < w->n_gone; i++)
		r = trash_object(repo, &w->gone[i], e);
	for (size_t i = 0; r == 0 && i < w->n_packs; i++)
		if (w->pack[i].fate != PACK_STAYS)
			r = take_out_pack(w, &w->pack[i], e);
	for (size_t i = 0; r == 0 && i < w->n_folded; i++)
		r = repo->loose->ops->remove(repo->loose, &w->folded[i], e);
	if (r == 0)
		w->s->report->folded = w->n_folded;
	/* a removal that a power cut undoes is one more to do next time */
	return r == 0 ? odb_sync(repo->odb, e) : -1;
}

static int
count_pack(void *ctx, const struct pack *p, struct err *e)
{
	(void)p;
	(void)e;
	++*(uint64_t *)ctx;
	return 0;
}

int
sweep_run(struct sweep *s, struct err *e)
{
	struct sweeping w = { .s = s };
	int r;

	buf_init(&w.stored, PACK_STORED_MAX);
	r = s->repo->loose->ops->each(s->repo->loose, "", look_at_loose, &w, e);
	if (r == 0)
		r = packs_each(s->repo->packs, look_at_pack, NULL, &w, e);
	if (r == 0)
		decide_fates(&w);
	if (r == 0 && !s->rq->dry_run) {
		r = write_anew(&w, e);
		if (r == 0)
			r = take_out(&w, e);
	}
	if (r == 0)
		r = packs_each(s->repo->packs, count_pack, NULL,
		    &s->report->packs, e);
	for (size_t i = 0; i < w.n_packs; i++)
		free(w.pack[i].path);
	free(w.pack);
	free(w.gone);
	free(w.folded);
	buf_free(&w.stored);
	return r;
}
