/* Objects and packs between repositories. */
#include "store/pack/exchange.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "codec/zst.h"
#include "store/internal.h"
#include "store/object_source.h"
#include "store/pack/pack_writer.h"
#include "store/pack/packs.h"

#define LEVEL 1			/* of Zstandard */

/* A loose object, as a pack would keep it. */
static int
encode_loose(struct pack_entry *t, struct buf *out, struct repo *repo,
    const struct oid *id, struct err *e)
{
	struct zst_block *z;
	struct buf plain;
	int r;

	buf_init(&plain, PACK_STORED_MAX);
	r = odb_get(&plain, repo->odb, id, e);
	if (r == 0) {
		z = zst_block_new(LEVEL);
		r = pack_encode(t, out, z, id, plain.data, plain.len, e);
		zst_block_free(z);
	}
	buf_free(&plain);
	return r;
}

int
exchange_stored(struct pack_entry *t, struct buf *out, struct repo *repo,
    const struct oid *id, struct err *e)
{
	struct err mine = ERR_INIT;

	if (packs_stored(t, out, repo->packs, id, &mine) == 0)
		return 0;
	if (mine.code == ERR_NOENT || mine.code == ERR_CORRUPT)
		return encode_loose(t, out, repo, id, e);
	*e = mine;
	return -1;
}

/* What is stored hashes to its id; an object in parts is proven by who took
 * it, for its parts may come later. */
static int
check_content(const struct pack *p, const struct pack_entry *t,
    struct buf *stored, struct buf *plain, struct err *e)
{
	char text[OID_TEXT];
	struct oid found;

	buf_clear(stored);
	buf_clear(plain);
	if (pack_read_stored(stored, p, t, e) < 0)
		return -1;
	if (t->encoding == PACK_PARTS)
		return pack_check_parts(t, stored->data, e);
	if (pack_decode(plain, t, stored->data, e) < 0)
		return -1;
	oid_of(&found, plain->data, plain->len);
	return oid_eq(&found, &t->id) ? 0 : err_set(e, ERR_CORRUPT, "object %s "
	    "is damaged: its content does not match its name",
	    oid_print(text, &t->id));
}

static int
check_pack(const struct pack *p, const struct oid *name, struct err *e)
{
	struct buf stored, plain;
	struct pack_entry t;
	int r;

	if ((r = pack_check_file(p, name, e)) < 0 ||
	    (r = pack_check_index(p, e)) < 0)
		return r;
	buf_init(&stored, PACK_STORED_MAX);
	buf_init(&plain, PACK_STORED_MAX);
	for (uint64_t i = 0; r == 0 && i < pack_count(p); i++) {
		pack_entry_at(&t, p, i);
		r = check_content(p, &t, &stored, &plain, e);
	}
	buf_free(&stored);
	buf_free(&plain);
	return r;
}

char *
exchange_pack_path(const struct repo *repo, const struct oid *name)
{
	char hex[OID_HEX + 1];

	return xprintf("%s/packs/%s%s", repo->layout.folder, oid_hex(hex, name),
	    PACK_SUFFIX);
}

int
exchange_take(struct repo *repo, const char *path, const struct oid *name,
    struct err *e)
{
	char *to = exchange_pack_path(repo, name);
	struct pack *p = NULL;
	int fd = -1, r = -1;

	if (objects_hold(repo, e) < 0 || layout_make(&repo->layout, e) < 0 ||
	    file_open_own(&fd, repo->os, path, O_RDONLY, 0, e) < 0)
		goto done;
	if (pack_open(&p, path, e) < 0 || check_pack(p, name, e) < 0)
		goto done;
	if (repo->os->fsync(fd) < 0) {
		err_sys(e, "cannot fsync '%s'", path);
		goto done;
	}
	if (repo->os->rename(path, to) < 0)
		err_sys(e, "cannot create '%s'", to);
	else
		r = 0;
	repo->packs->ops->keep(repo->packs, name);
done:
	if (fd >= 0)
		repo->os->close(fd);
	if (r < 0)
		(void)repo->os->unlink(path);
	pack_close(p);
	free(to);
	return r;
}

int
exchange_parts_here(bool *yes, struct repo *repo, const struct oid *id,
    struct err *e)
{
	struct pack_entry t, of;
	struct pack_part part;
	struct buf list;
	int r;

	*yes = true;
	buf_init(&list, PACK_STORED_MAX);
	r = exchange_stored(&t, &list, repo, id, e);
	for (size_t i = 0; r == 0 && t.encoding == PACK_PARTS &&
	    i < pack_part_count(&t); i++) {
		pack_part_at(&part, list.data, i);
		*yes &= packs_entry(&of, repo->packs, &part.id) ||
		    odb_has(repo->odb, &part.id);
	}
	buf_free(&list);
	return r;
}

struct expulsion {
	struct repo *repo;
	const struct oid *id;
	char *folder, *temp;
	struct buf list;	/* of its parts: another one may be right */
};

static bool
has_list(const struct expulsion *x, const struct pack *p, struct err *e)
{
	struct pack_entry t;
	struct buf b;
	bool same;

	if (!pack_find(&t, p, x->id) || t.encoding != PACK_PARTS)
		return false;
	buf_init(&b, PACK_STORED_MAX);
	same = pack_read_stored(&b, p, &t, e) == 0 && b.len == x->list.len &&
	    memcmp(b.data, x->list.data, b.len) == 0;
	buf_free(&b);
	return same;
}

/* All of a pack but the object into another one. */
static int
copy_others(struct expulsion *x, const struct pack *p, struct err *e)
{
	struct pack_writer *w = NULL;
	struct oid name;
	struct buf stored;
	int r = pack_writer_new(&w, x->repo->os, x->folder, x->temp, e);

	buf_init(&stored, PACK_STORED_MAX);
	for (uint64_t i = 0; r == 0 && i < pack_count(p); i++) {
		struct pack_entry t;

		pack_entry_at(&t, p, i);
		if (oid_eq(&t.id, x->id))
			continue;
		buf_clear(&stored);
		r = pack_read_stored(&stored, p, &t, e);
		if (r == 0)
			r = pack_writer_add(w, &t, stored.data, e);
	}
	if (r == 0 && pack_writer_count(w))
		r = pack_writer_commit(&name, w, e);
	pack_writer_free(w);
	buf_free(&stored);
	return r;
}

static int
expel_from(void *ctx, const struct pack *p, struct err *e)
{
	struct expulsion *x = ctx;
	struct err ignored = ERR_INIT;

	if (!has_list(x, p, &ignored))
		return 0;
	if (copy_others(x, p, e) < 0 ||
	    file_sync_folder(x->repo->os, x->folder, e) < 0)
		return -1;
	if (x->repo->os->unlink(pack_path(p)) < 0)
		return err_sys(e, "cannot remove '%s'", pack_path(p));
	packs_hide(x->repo->packs, pack_name(p));
	return 0;
}

int
exchange_expel(struct repo *repo, const struct oid *id, struct err *e)
{
	struct expulsion x = { .repo = repo, .id = id };
	struct pack_entry t;
	int r;

	buf_init(&x.list, PACK_STORED_MAX);
	if (packs_stored(&t, &x.list, repo->packs, id, e) < 0) {
		buf_free(&x.list);
		return -1;
	}
	x.folder = layout_path(&repo->layout, "packs");
	x.temp = layout_path(&repo->layout, "tmp");
	r = packs_each(repo->packs, expel_from, NULL, &x, e);
	repo->packs->ops->keep(repo->packs, id);
	buf_free(&x.list);
	free(x.folder);
	free(x.temp);
	return r;
}

int
exchange_hold(struct repo *repo, struct err *e)
{
	return objects_hold(repo, e);
}

int
exchange_sync(struct repo *repo, struct err *e)
{
	return odb_sync(repo->odb, e);
}
