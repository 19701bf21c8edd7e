/* A pack written: objects as they come, then the index, then the name. */
#include "store/pack/pack_writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "codec/zst.h"

#define PENDING ((size_t)1 << 20)	/* bytes written at once */
#define TINY 64			/* bytes that are not worth compressing */
#define SAMPLE ((size_t)1 << 15)	/* tried before the whole is */

struct pack_writer {
	const struct os *os;
	const char *folder;
	struct new_file file;
	struct sha256 *sha;
	struct buf pending;
	uint64_t written;	/* bytes in the file, without the pending ones */
	struct pack_entry *entry;
	size_t n, room;
	uint32_t *slot;		/* open addressing by id: entry + 1, 0 free */
	size_t slots;
};

int
pack_writer_new(struct pack_writer **out, const struct os *os,
    const char *folder, const char *temp, struct err *e)
{
	struct pack_writer *w = xalloc(1, sizeof(*w));

	w->os = os;
	w->folder = folder;
	w->file.fd = -1;
	buf_init(&w->pending, (size_t)PACK_STORED_MAX + 2 * PENDING);
	w->sha = sha256_new();
	if (new_file_open(&w->file, os, temp, 0, e) < 0) {
		pack_writer_free(w);
		return -1;
	}
	buf_add(&w->pending, "MLVP\1\0\0\0", PACK_HEAD);
	*out = w;
	return 0;
}

void
pack_writer_free(struct pack_writer *w)
{
	if (w == NULL)
		return;
	if (w->file.os)
		new_file_drop(&w->file);
	sha256_free(w->sha);
	buf_free(&w->pending);
	free(w->entry);
	free(w->slot);
	free(w);
}

uint64_t
pack_writer_count(const struct pack_writer *w)
{
	return w->n;
}

uint64_t
pack_writer_bytes(const struct pack_writer *w)
{
	return w->written + w->pending.len;
}

const struct pack_entry *
pack_writer_at(const struct pack_writer *w, uint64_t i)
{
	return &w->entry[i];
}

static int
write_pending(struct pack_writer *w, struct err *e)
{
	if (buf_check(&w->pending, e) < 0 ||
	    file_write_fd(w->os, w->file.fd, w->pending.data, w->pending.len,
	    w->folder, e) < 0)
		return -1;
	sha256_add(w->sha, w->pending.data, w->pending.len);
	w->written += w->pending.len;
	buf_clear(&w->pending);
	return 0;
}

/* --- found again ----------------------------------------------------------- */

/* The slot that holds the id, or the free one where it would go. */
static size_t
find_slot(const struct pack_writer *w, const struct oid *id)
{
	/* an id is a hash already */
	size_t i = (size_t)get_le64(id->b) & (w->slots - 1);

	while (w->slot[i] && !oid_eq(&w->entry[w->slot[i] - 1].id, id))
		i = (i + 1) & (w->slots - 1);
	return i;
}

static void
grow_slots(struct pack_writer *w)
{
	free(w->slot);
	w->slots = w->slots ? 2 * w->slots : 256;
	w->slot = xalloc(w->slots, sizeof(*w->slot));
	for (size_t i = 0; i < w->n; i++)
		w->slot[find_slot(w, &w->entry[i].id)] = (uint32_t)i + 1;
}

bool
pack_writer_find(struct pack_entry *t, const struct pack_writer *w,
    const struct oid *id)
{
	uint32_t at = w->slots ? w->slot[find_slot(w, id)] : 0;

	if (at)
		*t = w->entry[at - 1];
	return at != 0;
}

int
pack_writer_read(struct buf *out, const struct pack_writer *w,
    const struct pack_entry *t, struct err *e)
{
	char *to = buf_reserve(out, t->stored);
	size_t have = 0;

	if (to == NULL)
		return buf_check(out, e);
	if (t->at >= w->written) {
		memcpy(to, w->pending.data + (t->at - w->written), t->stored);
		have = t->stored;
	}
	while (have < t->stored) {
		ssize_t got = pread(w->file.fd, to + have, t->stored - have,
		    (off_t)(t->at + have));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return err_sys(e, "cannot read a pack that is being "
			    "written in '%s'", w->folder);
		have += (size_t)got;
	}
	buf_grew(out, t->stored);
	return 0;
}

/* --- added ----------------------------------------------------------------- */

int
pack_writer_add(struct pack_writer *w, struct pack_entry *t,
    const void *stored, struct err *e)
{
	if (t->stored > PACK_STORED_MAX || w->n >= UINT32_MAX / 2)
		return err_set(e, ERR_TOOBIG, "an object is too large for a "
		    "pack");
	if (w->pending.len + t->stored > PENDING && write_pending(w, e) < 0)
		return -1;
	t->at = w->written + w->pending.len;
	t->check = hash64(stored, t->stored, 0);
	buf_add(&w->pending, stored, t->stored);
	if (buf_check(&w->pending, e) < 0)
		return -1;
	if (w->n == w->room) {
		w->room = w->room ? 2 * w->room : 64;
		w->entry = xresize(w->entry, w->room, sizeof(*w->entry));
	}
	w->entry[w->n++] = *t;
	if (2 * w->n > w->slots)
		grow_slots(w);
	else
		w->slot[find_slot(w, &t->id)] = (uint32_t)w->n;
	return 0;
}

int
pack_encode(struct pack_entry *t, struct buf *out, struct zst_block *z,
    const struct oid *id, const void *p, size_t n, struct err *e)
{
	size_t before = out->len, made = 0;

	*t = (struct pack_entry){ .id = *id, .plain = n };
	if (n > 4 * SAMPLE) {
		if (zst_block_shrinks(z, (const char *)p + n / 2, SAMPLE) &&
		    zst_block_add(z, out, p, n, e) < 0)
			return -1;
		made = out->len - before;
	} else if (n > TINY) {
		if (zst_block_add(z, out, p, n, e) < 0)
			return -1;
		made = out->len - before;
	}
	t->encoding = PACK_ZSTD;
	if (made == 0 || made >= n - n / 32) {
		out->len = before;
		buf_add(out, p, n);
		made = n;
		t->encoding = PACK_PLAIN;
	}
	t->stored = (uint32_t)made;
	return buf_check(out, e);
}

/* --- committed ------------------------------------------------------------- */

static int
compare_entries(const void *a, const void *b)
{
	const struct pack_entry *x = a, *y = b;
	int order = oid_cmp(&x->id, &y->id);

	/* of two copies the first that was written stays */
	return order ? order : (x->at > y->at) - (x->at < y->at);
}

static void
sort_entries(struct pack_writer *w)
{
	size_t n = 0;

	if (w->n)
		qsort(w->entry, w->n, sizeof(*w->entry), compare_entries);
	for (size_t i = 0; i < w->n; i++)
		if (n == 0 || !oid_eq(&w->entry[n - 1].id, &w->entry[i].id))
			w->entry[n++] = w->entry[i];
	w->n = n;
}

static void
put_entry(struct buf *b, const struct pack_entry *t)
{
	buf_le64(b, t->at);
	buf_le64(b, t->plain);
	buf_le64(b, t->check);
	buf_le32(b, t->stored);
	buf_le32(b, (uint32_t)t->encoding);
}

static int
write_index(struct pack_writer *w, struct err *e)
{
	uint64_t at = pack_writer_bytes(w);
	struct hash64 *h = hash64_new();
	size_t i = 0;
	struct buf b;
	int r = -1;

	sort_entries(w);
	buf_init(&b, BUF_CAP_DATA);
	for (i = 0; i < w->n; i++)
		buf_add(&b, w->entry[i].id.b, OID_BYTES);
	for (i = 0; i < w->n; i++)
		put_entry(&b, &w->entry[i]);
	i = 0;
	for (unsigned first = 0; first < PACK_ID_FANOUT; first++) {
		while (i < w->n && w->entry[i].id.b[0] <= first)
			i++;
		buf_le32(&b, (uint32_t)i);
	}
	buf_le64(&b, w->n);
	buf_le64(&b, at);
	if (buf_check(&b, e) == 0) {
		hash64_add(h, "MLVP\1\0\0\0", PACK_HEAD);
		hash64_add(h, b.data, b.len);
		buf_le64(&b, hash64_done(h));
		buf_adds(&b, "MLVPTAIL");
		r = write_pending(w, e);
	}
	if (r == 0) {
		buf_add(&w->pending, b.data, b.len);
		r = write_pending(w, e);
	}
	hash64_free(h);
	buf_free(&b);
	return r;
}

int
pack_writer_commit(struct oid *name, struct pack_writer *w, struct err *e)
{
	char hex[OID_HEX + 1], *path;
	bool existed;
	int r;

	if (write_index(w, e) < 0)
		return -1;
	sha256_done(w->sha, name->b);
	path = xprintf("%s/%s%s", w->folder, oid_hex(hex, name), PACK_SUFFIX);
	/* the same bytes under the same name: whichever stays is right, and
	 * one that was damaged is healed */
	r = new_file_commit(&w->file, path, true, &existed, e);
	w->file.os = NULL;
	free(path);
	return r;
}
