/* The packs of a repository as one source of objects. */
#include "store/pack/packs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/beneath.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/thread.h"
#include "store/pack/pack_writer.h"

#define PACK_BYTES ((uint64_t)64 << 20)	/* then another pack is begun */
#define WHOLE_MAX ((size_t)1 << 30)

struct packs {
	struct object_source source;
	struct layout *layout;
	char *folder, *temp;
	struct mutex lock;	/* over the list of packs */
	struct pack **pack;	/* never closed while the source lives */
	size_t n, room;
	struct pack **gone;	/* removed since; somebody may read them yet */
	size_t n_gone;
	struct oid *hidden;	/* names of packs that are passed over */
	size_t n_hidden;
	struct timespec listed;	/* mtime of the folder when it was listed */
	bool loaded;
	bool unsynced;		/* names in the folder are not durable */
	struct pack_writer *writer;	/* of the one thread that puts */
	struct oid *made;	/* names of the packs that it wrote */
	size_t n_made;
	const struct packs_writing *how;
	void *state;
};

static struct packs *
packs_of(struct object_source *s)
{
	return (struct packs *)s;
}

static int
err_none(const struct oid *id, struct err *e)
{
	char text[OID_TEXT];

	return err_set(e, ERR_NOENT, "object %s is not in this repository",
	    oid_print(text, id));
}

/* --- the list of packs ----------------------------------------------------- */

static bool
is_pack_name(const char *name)
{
	return strlen(name) == OID_HEX + strlen(PACK_SUFFIX) &&
	    strspn(name, "0123456789abcdef") == OID_HEX &&
	    strcmp(name + OID_HEX, PACK_SUFFIX) == 0;
}

static bool
is_listed(const struct packs *k, const char *name)
{
	struct oid id;

	if (hex_decode(id.b, OID_BYTES, name, OID_HEX) < 0)
		return true;
	for (size_t i = 0; i < k->n; i++)
		if (oid_eq(pack_name(k->pack[i]), &id))
			return true;
	for (size_t i = 0; i < k->n_hidden; i++)
		if (oid_eq(&k->hidden[i], &id))
			return true;
	return false;
}

static void
list_pack(struct packs *k, const char *name)
{
	char *path = path_join(k->folder, name);
	struct err ignored = ERR_INIT;
	struct pack *p;

	/* one that cannot be opened is fsck's to tell; its objects are
	 * missing, which whoever wants them says */
	if (pack_open(&p, path, &ignored) == 0) {
		if (k->n == k->room) {
			k->room = k->room ? 2 * k->room : 16;
			k->pack = xresize(k->pack, k->room, sizeof(*k->pack));
		}
		k->pack[k->n++] = p;
	}
	free(path);
}

/* Look for packs that others have made since; the lock is held.  True: there
 * may be more than before. */
static bool
list_packs(struct packs *k)
{
	struct err ignored = ERR_INIT;
	size_t before = k->n, n = 0;
	char **names = NULL;
	struct stat st;

	if (beneath_stat(k->folder, &st) < 0) {
		k->loaded = true;
		return false;
	}
	if (k->loaded && st.st_mtim.tv_sec == k->listed.tv_sec &&
	    st.st_mtim.tv_nsec == k->listed.tv_nsec)
		return false;
	k->listed = st.st_mtim;
	k->loaded = true;
	if (folder_names(&names, &n, k->folder, &ignored) < 0)
		return false;
	for (size_t i = 0; i < n; i++)
		if (is_pack_name(names[i]) && !is_listed(k, names[i]))
			list_pack(k, names[i]);
	folder_names_free(names, n);
	return k->n > before;
}

/* The first pack from number *at on that has the id; *at is the next to ask. */
static const struct pack *
find_next(struct pack_entry *t, struct packs *k, const struct oid *id,
    size_t *at)
{
	const struct pack *found = NULL;

	mutex_lock(&k->lock);
	if (!k->loaded)
		list_packs(k);
	while (found == NULL && *at < k->n) {
		const struct pack *p = k->pack[(*at)++];

		if (pack_find(t, p, id))
			found = p;
	}
	mutex_unlock(&k->lock);
	return found;
}

static void
set_aside(struct packs *k, struct pack *p)
{
	k->gone = xresize(k->gone, k->n_gone + 1, sizeof(*k->gone));
	k->gone[k->n_gone++] = p;
}

void
packs_hide(struct object_source *s, const struct oid *name)
{
	struct packs *k = packs_of(s);
	size_t n = 0;

	mutex_lock(&k->lock);
	k->hidden = xresize(k->hidden, k->n_hidden + 1, sizeof(*k->hidden));
	k->hidden[k->n_hidden++] = *name;
	for (size_t i = 0; i < k->n; i++) {
		if (oid_eq(pack_name(k->pack[i]), name))
			set_aside(k, k->pack[i]);
		else
			k->pack[n++] = k->pack[i];
	}
	k->n = n;
	mutex_unlock(&k->lock);
}

/* A pack that gc removed has its objects no longer for who stores them, though
 * it is mapped. */
static void
packs_look_again(struct object_source *s)
{
	struct packs *k = packs_of(s);
	struct stat st;
	size_t n = 0;

	mutex_lock(&k->lock);
	for (size_t i = 0; i < k->n; i++) {
		if (beneath_stat(pack_path(k->pack[i]), &st) == 0)
			k->pack[n++] = k->pack[i];
		else
			set_aside(k, k->pack[i]);
	}
	k->n = n;
	k->loaded = false;
	mutex_unlock(&k->lock);
}

static bool
list_again(struct packs *k)
{
	bool more;

	mutex_lock(&k->lock);
	more = list_packs(k);
	mutex_unlock(&k->lock);
	return more;
}

bool
packs_entry(struct pack_entry *t, struct object_source *s,
    const struct oid *id)
{
	struct packs *k = packs_of(s);
	size_t at = 0;

	return (k->writer && pack_writer_find(t, k->writer, id)) ||
	    find_next(t, k, id, &at) != NULL;
}

static int
packs_has(struct object_source *s, const struct oid *id)
{
	struct pack_entry t;

	return packs_entry(&t, s, id);
}

/* --- reading --------------------------------------------------------------- */

/* The stored bytes from whichever copy is whole. */
int
packs_stored(struct pack_entry *t, struct buf *out, struct object_source *s,
    const struct oid *id, struct err *e)
{
	struct packs *k = packs_of(s);
	struct err mine = ERR_INIT;
	const struct pack *p;
	size_t at = 0;

	if (k->writer && pack_writer_find(t, k->writer, id))
		return pack_writer_read(out, k->writer, t, e);
	do {
		while ((p = find_next(t, k, id, &at)) != NULL) {
			size_t before = out->len;

			if (pack_read_stored(out, p, t, &mine) == 0)
				return 0;
			if (mine.code != ERR_CORRUPT) {
				*e = mine;
				return -1;
			}
			out->len = before;
		}
	} while (list_again(k));
	if (mine.code == ERR_CORRUPT) {
		*e = mine;
		return -1;
	}
	return err_none(id, e);
}

bool
packs_made(const struct object_source *s, const struct oid *name)
{
	const struct packs *k = (const struct packs *)s;

	for (size_t i = 0; i < k->n_made; i++)
		if (oid_eq(&k->made[i], name))
			return true;
	return false;
}

static int
packs_size(uint64_t *size, struct object_source *s, const struct oid *id,
    struct err *e)
{
	struct packs *k = packs_of(s);
	struct pack_entry t;
	size_t at = 0;

	if (!(k->writer && pack_writer_find(&t, k->writer, id)) &&
	    find_next(&t, k, id, &at) == NULL &&
	    !(list_again(k) && find_next(&t, k, id, &at) != NULL))
		return err_none(id, e);
	*size = t.plain;
	return 0;
}

/* An object's plain bytes, part by part. */
struct packs_reader {
	struct packs *packs;
	struct oid id;
	char name[OID_TEXT];
	struct buf list;	/* of parts, or empty */
	struct buf plain;	/* of the part that is read now */
	struct buf stored;
	size_t at, part, parts;
};

static int
read_part(struct packs_reader *r, struct err *e)
{
	struct pack_part part;
	struct pack_entry t;

	pack_part_at(&part, r->list.data, r->part++);
	buf_clear(&r->stored);
	buf_clear(&r->plain);
	r->at = 0;
	if (packs_stored(&t, &r->stored, &r->packs->source, &part.id, e) < 0) {
		if (e->code == ERR_NOENT)
			e->code = ERR_CORRUPT;
		return err_wrap(e, "object %s is damaged: a part of it", r->name);
	}
	if (t.plain != part.size)
		return err_set(e, ERR_CORRUPT, "object %s is damaged: a part "
		    "has another size", r->name);
	return pack_decode(&r->plain, &t, r->stored.data, e);
}

static int64_t
packs_read(void *ctx, void *p, size_t n, struct err *e)
{
	struct packs_reader *r = ctx;

	while (r->at == r->plain.len && r->part < r->parts)
		if (read_part(r, e) < 0)
			return -1;
	if (n > r->plain.len - r->at)
		n = r->plain.len - r->at;
	memcpy(p, r->plain.data + r->at, n);
	r->at += n;
	return (int64_t)n;
}

static void
packs_read_end(void *ctx)
{
	struct packs_reader *r = ctx;

	buf_free(&r->list);
	buf_free(&r->plain);
	buf_free(&r->stored);
	free(r);
}

static int
packs_open(struct source *from, uint64_t *size, struct object_source *s,
    const struct oid *id, struct err *e)
{
	struct packs_reader *r = xalloc(1, sizeof(*r));
	struct pack_entry t;

	r->packs = packs_of(s);
	r->id = *id;
	oid_print(r->name, id);
	buf_init(&r->list, PACK_STORED_MAX);
	buf_init(&r->plain, WHOLE_MAX);
	buf_init(&r->stored, PACK_STORED_MAX);
	if (packs_stored(&t, &r->list, s, id, e) < 0)
		goto fail;
	*size = t.plain;
	if (t.encoding == PACK_PARTS) {
		if (pack_check_parts(&t, r->list.data, e) < 0)
			goto fail;
		r->parts = pack_part_count(&t);
	} else if (pack_decode(&r->plain, &t, r->list.data, e) < 0) {
		goto fail;
	}
	*from = (struct source){ packs_read, packs_read_end, r, r->name };
	return 0;
fail:
	packs_read_end(r);
	return -1;
}

static int
packs_check(uint64_t *size, struct object_source *s, const struct oid *id,
    struct err *e)
{
	struct pack_entry t, of;
	struct buf list, stored;
	struct pack_part part;
	int r;

	buf_init(&list, PACK_STORED_MAX);
	buf_init(&stored, PACK_STORED_MAX);
	r = packs_stored(&t, &list, s, id, e);
	if (r == 0 && t.encoding == PACK_PARTS) {
		r = pack_check_parts(&t, list.data, e);
		for (size_t i = 0; r == 0 && i < pack_part_count(&t); i++) {
			pack_part_at(&part, list.data, i);
			buf_clear(&stored);
			r = packs_stored(&of, &stored, s, &part.id, e);
			if (r < 0 && e->code == ERR_NOENT)
				e->code = ERR_CORRUPT;
		}
	}
	*size = t.plain;
	buf_free(&stored);
	buf_free(&list);
	return r;
}

/* --- listing --------------------------------------------------------------- */

struct pack_cursor {
	const struct pack *pack;
	uint64_t at;
};

/* The packs' ids merged: each once. */
static int
packs_each_id(struct object_source *s, const char *prefix,
    int (*fn)(void *ctx, const struct oid *id, struct err *e), void *ctx,
    struct err *e)
{
	struct packs *k = packs_of(s);
	char padded[OID_HEX + 1], hex[OID_HEX + 1];
	struct pack_cursor *c;
	struct oid first;
	size_t n;
	int r = 0;

	snprintf(padded, sizeof(padded), "%s%.*s", prefix,
	    (int)(OID_HEX - strlen(prefix)), "000000000000000000000000000000"
	    "0000000000000000000000000000000000");
	if (hex_decode(first.b, OID_BYTES, padded, OID_HEX) < 0)
		return 0;
	(void)list_again(k);
	mutex_lock(&k->lock);
	n = k->n;
	c = xalloc(n ? n : 1, sizeof(*c));
	for (size_t i = 0; i < n; i++)
		c[i] = (struct pack_cursor){ k->pack[i],
		    pack_lower_bound(k->pack[i], &first) };
	mutex_unlock(&k->lock);
	while (r == 0) {
		struct pack_entry t, least;
		bool any = false;

		for (size_t i = 0; i < n; i++) {
			if (c[i].at == pack_count(c[i].pack))
				continue;
			pack_entry_at(&t, c[i].pack, c[i].at);
			if (!any || oid_cmp(&t.id, &least.id) < 0)
				least = t;
			any = true;
		}
		if (!any || strncmp(oid_hex(hex, &least.id), prefix,
		    strlen(prefix)) != 0)
			break;
		for (size_t i = 0; i < n; i++)
			if (c[i].at < pack_count(c[i].pack)) {
				pack_entry_at(&t, c[i].pack, c[i].at);
				c[i].at += oid_eq(&t.id, &least.id);
			}
		r = fn(ctx, &least.id, e);
	}
	free(c);
	return r;
}

int
packs_each(struct object_source *s,
    int (*fn)(void *ctx, const struct pack *p, struct err *e),
    int (*bad)(void *ctx, const char *path, const struct err *why,
    struct err *e), void *ctx, struct err *e)
{
	struct packs *k = packs_of(s);
	char **names = NULL;
	size_t n = 0;
	int r = folder_names(&names, &n, k->folder, e);

	for (size_t i = 0; r == 0 && i < n; i++) {
		char *path = path_join(k->folder, names[i]);
		struct err why = ERR_INIT;
		struct pack *p;

		if (!is_pack_name(names[i])) {
			;
		} else if (pack_open(&p, path, &why) == 0) {
			r = fn(ctx, p, e);
			pack_close(p);
		} else if (why.code != ERR_NOENT && bad) {
			r = bad(ctx, path, &why, e);
		}
		free(path);
	}
	folder_names_free(names, n);
	return r;
}

/* --- writing --------------------------------------------------------------- */

static int
end_pack(struct packs *k, struct err *e)
{
	struct oid name;
	int r = 0;

	if (k->writer == NULL)
		return 0;
	if (pack_writer_count(k->writer)) {
		memset(&name, 0, sizeof(name));
		r = pack_writer_commit(&name, k->writer, e);
		k->unsynced = true;
		k->made = xresize(k->made, k->n_made + 1, sizeof(*k->made));
		k->made[k->n_made++] = name;
	}
	pack_writer_free(k->writer);
	k->writer = NULL;
	if (r == 0)
		(void)list_again(k);
	return r;
}

static int
begin_pack(struct packs *k, struct err *e)
{
	if (k->writer && pack_writer_bytes(k->writer) >= PACK_BYTES &&
	    end_pack(k, e) < 0)
		return -1;
	if (k->writer)
		return 0;
	if (layout_make(k->layout, e) < 0)
		return -1;
	return pack_writer_new(&k->writer, k->layout->os, k->folder, k->temp,
	    e);
}

int
packs_add_stored(struct object_source *s, struct pack_entry *t,
    const void *stored, struct err *e)
{
	struct packs *k = packs_of(s);
	struct pack_entry same;

	if (begin_pack(k, e) < 0)
		return -1;
	if (pack_writer_find(&same, k->writer, &t->id))
		return 0;
	s->written += t->stored + OID_BYTES + PACK_ENTRY;
	return pack_writer_add(k->writer, t, stored, e);
}

void *
packs_writing_state(struct object_source *s)
{
	struct packs *k = packs_of(s);

	if (k->state == NULL)
		k->state = k->how->state_new();
	return k->state;
}

/* They go on to how the repository writes packs. */
static int
packs_begin(struct object_writer **w, struct object_source *s,
    const void *first, size_t n, uint64_t expect, struct err *e)
{
	return packs_of(s)->how->begin(w, s, first, n, expect, e);
}

static int
packs_add(struct object_writer *w, const void *p, size_t n, bool end,
    struct err *e)
{
	return packs_of(w->source)->how->add(w, p, n, end, e);
}

static int
packs_commit(struct object_writer *w, const struct oid *id, struct err *e)
{
	return packs_of(w->source)->how->commit(w, id, e);
}

static void
packs_drop(struct object_writer *w)
{
	packs_of(w->source)->how->drop(w);
}

/* Whoever named its pack may have been killed before that was durable. */
static void
packs_keep(struct object_source *s, const struct oid *id)
{
	struct packs *k = packs_of(s);

	(void)id;
	k->unsynced = true;
	/* it may be a pack that came after we looked */
	mutex_lock(&k->lock);
	k->loaded = false;
	mutex_unlock(&k->lock);
}

static void
packs_forget(struct object_source *s)
{
	pack_writer_free(packs_of(s)->writer);
	packs_of(s)->writer = NULL;
}

static int
packs_sync(struct object_source *s, struct err *e)
{
	struct packs *k = packs_of(s);

	if (end_pack(k, e) < 0)
		return -1;
	if (!k->unsynced)
		return 0;
	k->unsynced = false;
	return file_sync_folder(k->layout->os, k->folder, e);
}

static void
packs_free(struct object_source *s)
{
	struct packs *k = packs_of(s);

	for (size_t i = 0; i < k->n; i++)
		pack_close(k->pack[i]);
	for (size_t i = 0; i < k->n_gone; i++)
		pack_close(k->gone[i]);
	free(k->pack);
	free(k->gone);
	free(k->hidden);
	free(k->made);
	pack_writer_free(k->writer);
	if (k->state)
		k->how->state_free(k->state);
	mutex_release(&k->lock);
	free(k->folder);
	free(k->temp);
	free(k);
}

struct object_source *
packs_new(struct layout *layout, const struct packs_writing *how)
{
	static const struct object_source_ops ops = {
		.name = "packs",
		.has = packs_has,
		.size = packs_size,
		.open = packs_open,
		.check = packs_check,
		.each = packs_each_id,
		.begin = packs_begin,
		.add = packs_add,
		.commit = packs_commit,
		.drop = packs_drop,
		.keep = packs_keep,
		.forget = packs_forget,
		.look_again = packs_look_again,
		.sync = packs_sync,
		.free = packs_free,
	};
	struct packs *k = xalloc(1, sizeof(*k));

	k->source.ops = &ops;
	k->layout = layout;
	k->how = how;
	k->folder = layout_path(layout, "packs");
	k->temp = layout_path(layout, "tmp");
	mutex_init(&k->lock);
	return &k->source;
}
