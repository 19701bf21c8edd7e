/* Objects on their way to a remote. */
#include "remote/outgoing.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/mem.h"
#include "base/path.h"
#include "remote/lanes.h"
#include "store/pack/exchange.h"

#define PACK_FULL ((uint64_t)32 << 20)

/* What an interrupted push left; whoever is here holds the lock. */
static int
clear_folder(const char *folder, struct err *e)
{
	char **names;
	size_t n;
	int r = folder_names(&names, &n, folder, e);

	for (size_t i = 0; r == 0 && i < n; i++) {
		char *path = path_join(folder, names[i]);

		(void)unlink(path);
		free(path);
	}
	folder_names_free(names, n);
	return r;
}

int
outgoing_begin(struct outgoing *o, struct remote *r, struct err *e)
{
	*o = (struct outgoing){ .r = r, .taken = intern_new() };
	buf_init(&o->stored, PACK_STORED_MAX);
	if (remote_folder(&o->folder, r, "outgoing", e) < 0)
		return -1;
	o->temp = xstrdup(o->folder);
	return clear_folder(o->folder, e);
}

/* The index of what was sent is what the remote will have. */
static int
keep_own_index(struct outgoing *o, const struct remote_pack *p,
    const char *data, struct err *e)
{
	char *folder;
	int r = remote_folder(&folder, o->r, "index", e);

	if (r == 0)
		r = known_keep(folder, p, data + p->index, e);
	free(folder);
	return r;
}

/* A pack that is to be sent, at outgoing/HEX.pack. */
static int
send_file(void *ctx, size_t i, struct transport *t, struct err *e)
{
	struct outgoing *o = ctx;
	struct outgoing_file *f = &o->full[i];
	char *key = remote_key("packs", &f->of.name);
	struct file_map m;
	int r = -1;

	if (file_map(&m, f->path, e) == 0) {
		f->of.bytes = m.n;
		f->of.index = get_le64(m.data + m.n - 24);
		r = t->ops->put_new(t, key, m.data, m.n, &f->existed, e);
		if (r == 0)
			r = keep_own_index(o, &f->of, m.data, e);
		file_unmap(&m);
	}
	free(key);
	return r;
}

static void
note_sent(struct outgoing *o, const struct outgoing_file *f)
{
	if (o->n == o->room) {
		o->room = o->room ? o->room * 2 : 16;
		o->pack = xresize(o->pack, o->room, sizeof(*o->pack));
	}
	o->pack[o->n++] = f->of;
	if (!f->existed)
		o->bytes += f->of.bytes;
}

/* Those that are full, at once. */
static int
send_full(struct outgoing *o, struct err *e)
{
	int r = lanes_run(o->r, o->n_full, send_file, o, e);

	for (size_t i = 0; i < o->n_full; i++) {
		if (r == 0)
			note_sent(o, &o->full[i]);
		(void)unlink(o->full[i].path);
		free(o->full[i].path);
	}
	o->n_full = 0;
	return r;
}

static int
close_pack(struct outgoing *o, struct err *e)
{
	struct outgoing_file *f = &o->full[o->n_full];
	char hex[OID_HEX + 1];
	int r;

	if (o->w == NULL || pack_writer_count(o->w) == 0)
		return 0;
	*f = (struct outgoing_file){ .path = NULL };
	r = pack_writer_commit(&f->of.name, o->w, e);
	pack_writer_free(o->w);
	o->w = NULL;
	if (r < 0)
		return -1;
	f->path = xprintf("%s/%s" PACK_SUFFIX, o->folder, oid_hex(hex,
	    &f->of.name));
	return ++o->n_full < OUTGOING_FULL ? 0 : send_full(o, e);
}

/* A pack to fill; while names are gone, one that gets none of them. */
static int
open_pack(struct outgoing *o, struct err *e)
{
	struct pack_entry t = { .encoding = PACK_PLAIN };
	struct buf salt;
	int r = pack_writer_new(&o->w, repo_os(o->r->repo), o->folder, o->temp,
	    e);

	buf_init(&salt, BUF_CAP_SMALL);
	if (r == 0 && leaving_salt(&salt, &o->r->state.leaving)) {
		oid_of(&t.id, salt.data, salt.len);
		t.plain = salt.len;
		t.stored = (uint32_t)salt.len;
		r = pack_writer_add(o->w, &t, salt.data, e);
	}
	buf_free(&salt);
	return r;
}

/* 1 when it was put in, 0 when it need not be. */
static int
add_one(struct outgoing *o, struct pack_entry *t, const struct oid *id,
    struct err *e)
{
	size_t before = intern_count(o->taken), pack;

	if (known_find(&pack, t, &o->r->known, id))
		return 0;
	intern_add(o->taken, (const char *)id->b, OID_BYTES);
	if (intern_count(o->taken) == before)
		return 0;
	buf_clear(&o->stored);
	if (exchange_stored(t, &o->stored, o->r->repo, id, e) < 0)
		return -1;
	if (o->w && pack_writer_bytes(o->w) + t->stored > PACK_FULL &&
	    close_pack(o, e) < 0)
		return -1;
	if (o->w == NULL && open_pack(o, e) < 0)
		return -1;
	if (pack_writer_add(o->w, t, o->stored.data, e) < 0)
		return -1;
	o->objects++;
	remote_tick(o->r, t->plain);
	return 1;
}

int
outgoing_add(struct outgoing *o, const struct oid *id, struct err *e)
{
	struct pack_entry t, inner;
	struct pack_part part;
	char *list;
	size_t n;
	int r = add_one(o, &t, id, e);

	if (r <= 0 || t.encoding != PACK_PARTS)
		return r < 0 ? -1 : 0;
	n = pack_part_count(&t);
	list = xalloc(n + 1, PACK_PART);
	memcpy(list, o->stored.data, n * PACK_PART);
	for (size_t i = 0; r >= 0 && i < n; i++) {
		pack_part_at(&part, list, i);
		r = add_one(o, &inner, &part.id, e);
	}
	free(list);
	return r < 0 ? -1 : 0;
}

int
outgoing_finish(struct outgoing *o, struct err *e)
{
	return close_pack(o, e) < 0 ? -1 : send_full(o, e);
}

void
outgoing_print(struct buf *b, const struct outgoing *o)
{
	char hex[OID_HEX + 1];

	for (size_t i = 0; i < o->n; i++)
		buf_addf(b, "{\"pack\":\"%s\",\"bytes\":%llu,\"index\":%llu}\n",
		    oid_hex(hex, &o->pack[i].name),
		    (unsigned long long)o->pack[i].bytes,
		    (unsigned long long)o->pack[i].index);
}

void
outgoing_release(struct outgoing *o)
{
	pack_writer_free(o->w);
	for (size_t i = 0; i < o->n_full; i++) {
		(void)unlink(o->full[i].path);
		free(o->full[i].path);
	}
	intern_free(o->taken);
	buf_free(&o->stored);
	free(o->pack);
	free(o->folder);
	free(o->temp);
}
