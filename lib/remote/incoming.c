/* Objects on their way from a remote. */
#include "remote/incoming.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "remote/lanes.h"
#include "store/odb.h"
#include "store/pack/exchange.h"
#include "store/pack/pack_writer.h"

#define GAP ((uint64_t)64 << 10)	/* bytes not wanted that cost less than
					 * a request of their own */
#define RANGE_MAX ((uint64_t)16 << 20)

int
incoming_begin(struct incoming *in, struct remote *r, struct err *e)
{
	*in = (struct incoming){ .r = r, .asked = intern_new() };
	return remote_folder(&in->folder, r, "incoming", e) < 0 ? -1 :
	    proof_begin(&in->proof, r, e);
}

void
incoming_release(struct incoming *in)
{
	proof_release(&in->proof);
	intern_free(in->asked);
	free(in->folder);
	free(in->v);
}

bool
incoming_want(struct incoming *in, const struct oid *id)
{
	struct wanted_entry w;

	size_t before = intern_count(in->asked);
	uint32_t place;

	if (!known_find(&w.pack, &w.entry, &in->r->known, id))
		return false;
	place = intern_add(in->asked, (const char *)id->b, OID_BYTES);
	if (intern_count(in->asked) == before)
		return place >= in->fetched;
	if (in->n == in->room) {
		in->room = in->room ? in->room * 2 : 256;
		in->v = xresize(in->v, in->room, sizeof(*in->v));
	}
	in->v[in->n++] = w;
	return true;
}

int
incoming_parts(struct incoming *in, const struct oid *id, struct err *e)
{
	struct pack_entry t;
	struct pack_part part;
	struct buf b;
	int r = 1;

	buf_init(&b, PACK_STORED_MAX);
	if (exchange_stored(&t, &b, in->r->repo, id, e) < 0) {
		buf_free(&b);
		return -1;
	}
	if (t.encoding == PACK_PARTS)
		for (size_t i = 0; i < pack_part_count(&t); i++) {
			pack_part_at(&part, b.data, i);
			if (odb_has(catalog_odb(in->r->c), &part.id))
				continue;
			r = 0;
			if (!incoming_want(in, &part.id))
				r = err_set(e, ERR_CORRUPT, "a part of an "
				    "object is not there");
			if (r < 0)
				break;
		}
	buf_free(&b);
	return r;
}

static int
by_place(const void *a, const void *b)
{
	const struct wanted_entry *x = a, *y = b;

	if (x->pack != y->pack)
		return x->pack < y->pack ? -1 : 1;
	if (x->entry.at != y->entry.at)
		return x->entry.at < y->entry.at ? -1 : 1;
	return oid_cmp(&x->entry.id, &y->entry.id);
}

/* --- a whole pack ---------------------------------------------------------- */

struct part_file {
	struct remote *r;
	const char *path;
	int fd;
	uint64_t have, got;
};

static int
add_bytes(void *ctx, const void *p, size_t n, struct err *e)
{
	struct part_file *f = ctx;

	if (file_write_fd(os_real(), f->fd, p, n, f->path, e) < 0)
		return -1;
	f->have += n;
	f->got += n;
	remote_tick(f->r, n);
	return 0;
}

static int
fetch_rest(struct part_file *f, const struct remote_pack *p,
    struct transport *t, struct err *e)
{
	char *key = remote_key("packs", &p->name);
	struct sink to = { add_bytes, f };
	int r = 0;

	if (f->have < p->bytes)
		r = t->ops->get(t, key, f->have, 0, &to, NULL, e);
	if (r < 0 && e->code == ERR_NOENT)
		err_set(e, ERR_CORRUPT, "a pack that its head lists is not "
		    "there: %s", key);
	if (r == 0 && f->have != p->bytes) {
		r = err_set(e, ERR_CORRUPT, "it sent %llu bytes of %s, which "
		    "has %llu", (unsigned long long)f->have, key,
		    (unsigned long long)p->bytes);
		(void)unlink(f->path);
	}
	free(key);
	return r;
}

static char *
part_path(const struct incoming *in, const struct whole_pack *w)
{
	char hex[OID_HEX + 1];

	return xprintf("%s/%s.part", in->folder, oid_hex(hex, &w->of->name));
}

/* Into incoming/HEX.part, on from where an earlier one broke off. */
static int
fetch_part(void *ctx, size_t i, struct transport *t, struct err *e)
{
	struct incoming *in = ctx;
	struct whole_pack *w = &in->whole[i];
	char *path = part_path(in, w);
	struct part_file f = { .r = in->r, .path = path };
	struct stat st;
	int r = -1;

	if (file_open_own(&f.fd, os_real(), path, O_RDWR | O_CREAT | O_APPEND,
	    0666, e) < 0) {
		free(path);
		return -1;
	}
	if (fstat(f.fd, &st) < 0) {
		err_sys(e, "cannot stat '%s'", path);
	} else {
		f.have = (uint64_t)st.st_size;
		w->resumed = f.have > 0;
		if (f.have > w->of->bytes && ftruncate(f.fd, 0) == 0)
			f.have = 0;
		remote_tick(in->r, f.have);
		r = fetch_rest(&f, w->of, t, e);
	}
	close(f.fd);
	w->got += f.got;
	free(path);
	return r;
}

/* Into the store, checked. */
static int
take_part(struct incoming *in, size_t i, struct err *e)
{
	struct whole_pack *w = &in->whole[i];
	char *path = part_path(in, w);
	int r = exchange_take(in->r->repo, path, &w->of->name, e);

	/* what a killed pull left may not be what was sent */
	if (r < 0 && w->resumed && e->code == ERR_CORRUPT) {
		e->code = ERR_NONE;
		r = fetch_part(in, i, in->r->t, e);
		if (r == 0)
			r = exchange_take(in->r->repo, path, &w->of->name, e);
	}
	free(path);
	if (r == 0)
		in->packs++;
	return r;
}

/* Several at once; a part that came stays, though another failed. */
static int
fetch_whole_packs(struct incoming *in, struct err *e)
{
	int r = lanes_run(in->r, in->n_whole, fetch_part, in, e);

	for (size_t i = 0; r == 0 && i < in->n_whole; i++)
		r = take_part(in, i, e);
	for (size_t i = 0; i < in->n_whole; i++)
		in->bytes += in->whole[i].got;
	in->n_whole = 0;
	return r;
}

/* --- some of its objects --------------------------------------------------- */

static int
fetch_range(struct buf *b, struct incoming *in, const char *key,
    uint64_t from, uint64_t n, struct err *e)
{
	buf_clear(b);
	if (transport_get_range(b, in->r->t, key, from, n, e) < 0)
		return e->code == ERR_NOENT ? err_set(e, ERR_CORRUPT, "a pack "
		    "that its head lists is not there: %s", key) : -1;
	if (b->len != n)
		return err_set(e, ERR_CORRUPT, "it sent %zu bytes of %s where "
		    "%llu were asked for", b->len, key, (unsigned long long)n);
	in->bytes += n;
	return 0;
}

/* A list of parts hashes to nothing by itself: all that it names must be
 * there, of the sizes that it says, and make up the whole. */
static int
check_list(struct incoming *in, const struct pack_entry *t, const char *list,
    const char *key, struct err *e)
{
	struct pack_entry found;
	struct pack_part part;
	size_t pack;

	if (pack_check_parts(t, list, e) < 0)
		return err_wrap(e, "%s", key);
	for (size_t i = 0; i < pack_part_count(t); i++) {
		pack_part_at(&part, list, i);
		if (!known_find(&pack, &found, &in->r->known, &part.id) ||
		    found.plain != part.size)
			return err_set(e, ERR_CORRUPT, "a list of parts in %s "
			    "is damaged", key);
	}
	return 0;
}

/* The objects v[0..n), which lie in order, into a pack of our own. */
static int
copy_ranges(struct incoming *in, struct pack_writer *w, const char *key,
    const struct wanted_entry *v, size_t n, struct err *e)
{
	struct buf b;
	int r = 0;

	buf_init(&b, PACK_STORED_MAX + RANGE_MAX);
	for (size_t i = 0, next; r == 0 && i < n; i = next) {
		uint64_t from = v[i].entry.at, end = from + v[i].entry.stored;

		for (next = i + 1; next < n && v[next].entry.at <= end + GAP &&
		    v[next].entry.at + v[next].entry.stored - from <
		    RANGE_MAX; next++)
			end = v[next].entry.at + v[next].entry.stored;
		r = fetch_range(&b, in, key, from, end - from, e);
		for (size_t j = i; r == 0 && j < next; j++) {
			struct pack_entry t = v[j].entry;
			const char *bytes = b.data + (t.at - from);

			if (t.encoding == PACK_PARTS)
				r = check_list(in, &t, bytes, key, e);
			if (r == 0)
				r = pack_writer_add(w, &t, bytes, e);
			remote_tick(in->r, t.stored);
		}
	}
	buf_free(&b);
	return r;
}

static int
fetch_some(struct incoming *in, const struct remote_pack *p,
    const struct wanted_entry *v, size_t n, struct err *e)
{
	char *key = remote_key("packs", &p->name), *path, hex[OID_HEX + 1];
	struct pack_writer *w = NULL;
	struct oid name;
	int r = pack_writer_new(&w, repo_os(in->r->repo), in->folder,
	    in->folder, e);

	if (r == 0)
		r = copy_ranges(in, w, key, v, n, e);
	if (r == 0 && (r = pack_writer_commit(&name, w, e)) == 0) {
		path = xprintf("%s/%s" PACK_SUFFIX, in->folder, oid_hex(hex,
		    &name));
		r = exchange_take(in->r->repo, path, &name, e);
		free(path);
	}
	pack_writer_free(w);
	free(key);
	return r;
}

/* --- all ------------------------------------------------------------------- */

static void
note_list(struct incoming *in, const struct pack_entry *t)
{
	if (t->encoding == PACK_PARTS)
		proof_note(&in->proof, &t->id);
}

static int
note_lists(struct incoming *in, const struct pack *index, struct err *e)
{
	struct pack_entry t;

	for (uint64_t i = 0; i < pack_count(index); i++) {
		pack_entry_at(&t, index, i);
		note_list(in, &t);
	}
	return proof_save(&in->proof, e);
}

int
incoming_prove(struct incoming *in, struct err *e)
{
	return proof_run(&in->proof, e);
}

/* Most of a pack is wanted, or it is small: it comes whole, with others. */
static int
fetch_from_pack(struct incoming *in, const struct wanted_entry *v, size_t n,
    struct err *e)
{
	const struct remote_pack *p = &in->r->known.pack[v->pack].of;
	uint64_t wanted = 0;

	for (size_t i = 0; i < n; i++)
		wanted += v[i].entry.stored;
	in->objects += n;
	if (wanted < p->index / 2 && p->bytes > GAP) {
		for (size_t i = 0; i < n; i++)
			note_list(in, &v[i].entry);
		return proof_save(&in->proof, e) < 0 ? -1 :
		    fetch_some(in, p, v, n, e);
	}
	if (note_lists(in, in->r->known.pack[v->pack].index, e) < 0)
		return -1;
	in->whole[in->n_whole++] = (struct whole_pack){ .of = p };
	return in->n_whole < INCOMING_WHOLE ? 0 : fetch_whole_packs(in, e);
}

int
incoming_fetch(struct incoming *in, struct err *e)
{
	size_t unique = 0;
	int r = 0;

	if (in->n == 0)
		return 0;
	qsort(in->v, in->n, sizeof(*in->v), by_place);
	for (size_t i = 0; i < in->n; i++)
		if (unique == 0 || by_place(&in->v[unique - 1], &in->v[i]))
			in->v[unique++] = in->v[i];
	in->r->expected = in->r->carried;
	for (size_t i = 0; i < unique; i++)
		in->r->expected += in->v[i].entry.stored;
	for (size_t i = 0, next; r == 0 && i < unique; i = next) {
		for (next = i + 1; next < unique && in->v[next].pack ==
		    in->v[i].pack; next++)
			;
		r = fetch_from_pack(in, in->v + i, next - i, e);
	}
	if (r == 0)
		r = fetch_whole_packs(in, e);
	in->n = 0;
	in->n_whole = 0;
	in->fetched = (uint32_t)intern_count(in->asked);
	return r == 0 ? exchange_sync(in->r->repo, e) : -1;
}
