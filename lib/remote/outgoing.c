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

static int
send_file(struct outgoing *o, const struct oid *name, const char *path,
    struct err *e)
{
	char *key = remote_key("packs", name);
	struct remote_pack p = { .name = *name };
	struct file_map m;
	bool existed = false;
	int r = -1;

	if (file_map(&m, path, e) < 0) {
		free(key);
		return -1;
	}
	p.bytes = m.n;
	p.index = get_le64(m.data + m.n - 24);
	r = o->r->t->ops->put_new(o->r->t, key, m.data, m.n, &existed, e);
	if (r == 0)
		r = keep_own_index(o, &p, m.data, e);
	if (r == 0) {
		if (o->n == o->room) {
			o->room = o->room ? o->room * 2 : 16;
			o->pack = xresize(o->pack, o->room, sizeof(*o->pack));
		}
		o->pack[o->n++] = p;
		if (!existed)
			o->bytes += m.n;
	}
	file_unmap(&m);
	free(key);
	return r;
}

static int
send_pack(struct outgoing *o, struct err *e)
{
	struct oid name;
	char *path, hex[OID_HEX + 1];
	int r;

	if (o->w == NULL || pack_writer_count(o->w) == 0)
		return 0;
	r = pack_writer_commit(&name, o->w, e);
	pack_writer_free(o->w);
	o->w = NULL;
	if (r < 0)
		return -1;
	path = xprintf("%s/%s" PACK_SUFFIX, o->folder, oid_hex(hex, &name));
	r = send_file(o, &name, path, e);
	(void)unlink(path);
	free(path);
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
	    send_pack(o, e) < 0)
		return -1;
	if (o->w == NULL && pack_writer_new(&o->w, repo_os(o->r->repo),
	    o->folder, o->temp, e) < 0)
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
	return send_pack(o, e);
}

void
outgoing_release(struct outgoing *o)
{
	pack_writer_free(o->w);
	intern_free(o->taken);
	buf_free(&o->stored);
	free(o->pack);
	free(o->folder);
	free(o->temp);
}
