/* A pack file mapped, searched, read and checked. */
#define _GNU_SOURCE
#include "store/pack/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/hash.h"
#include "base/mapping.h"
#include "base/mem.h"
#include "base/path.h"
#include "codec/zst.h"

#define READ_BLOCK ((size_t)1 << 20)
#define FANOUT_BYTES ((size_t)PACK_ID_FANOUT * 4)

struct pack {
	char *path;
	struct oid name;
	int fd;
	uint64_t bytes;		/* of the file */
	uint64_t n, index_at;
	struct mapping map;	/* from index_at on */
	const uint8_t *ids, *entries, *fanout;
};

const struct oid *
pack_name(const struct pack *p)
{
	return &p->name;
}

const char *
pack_path(const struct pack *p)
{
	return p->path;
}

uint64_t
pack_count(const struct pack *p)
{
	return p->n;
}

uint64_t
pack_bytes(const struct pack *p)
{
	return p->bytes;
}

static int
err_damaged(const struct pack *p, const char *why, struct err *e)
{
	return err_set(e, ERR_CORRUPT, "pack '%s' is damaged: %s", p->path, why);
}

static int
err_object(const struct pack_entry *t, const char *why, struct err *e)
{
	char text[OID_TEXT];

	return err_set(e, ERR_CORRUPT, "object %s is damaged: %s",
	    oid_print(text, &t->id), why);
}

static int
read_exact(const struct pack *p, void *to, size_t n, uint64_t at,
    struct err *e)
{
	size_t have = 0;

	while (have < n) {
		ssize_t got = pread(p->fd, (char *)to + have, n - have,
		    (off_t)(at + have));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_sys(e, "cannot read pack '%s'", p->path);
		if (got == 0)
			return err_damaged(p, "it is cut short", e);
		have += (size_t)got;
	}
	return 0;
}

/* --- opening --------------------------------------------------------------- */

static int
check_fanout(const struct pack *p, struct err *e)
{
	uint32_t before = 0;

	for (size_t i = 0; i < PACK_ID_FANOUT; i++) {
		uint32_t now = get_le32(p->fanout + 4 * i);

		if (now < before)
			return err_damaged(p, "its index is out of order", e);
		before = now;
	}
	return before == p->n ? 0 :
	    err_damaged(p, "its index has the wrong length", e);
}

static int
read_ends(struct pack *p, struct err *e)
{
	unsigned char head[PACK_HEAD], tail[PACK_TAIL];
	uint64_t room;

	if (p->bytes < PACK_HEAD + FANOUT_BYTES + PACK_TAIL)
		return err_damaged(p, "it is cut short", e);
	if (read_exact(p, head, PACK_HEAD, 0, e) < 0 ||
	    read_exact(p, tail, PACK_TAIL, p->bytes - PACK_TAIL, e) < 0)
		return -1;
	if (memcmp(head, "MLVP", 4) != 0)
		return err_damaged(p, "no pack header", e);
	if (head[4] != 1 || head[5] || head[6] || head[7])
		return err_set(e, head[4] > 1 && head[4] < 32 ?
		    ERR_UNSUPPORTED : ERR_CORRUPT,
		    "pack '%s' has a header this version cannot read", p->path);
	if (memcmp(tail + 24, "MLVPTAIL", 8) != 0)
		return err_damaged(p, "it is cut short", e);
	p->n = get_le64(tail);
	p->index_at = get_le64(tail + 8);
	room = p->bytes - PACK_HEAD - FANOUT_BYTES - PACK_TAIL;
	if (p->n > UINT32_MAX || p->n > room / (OID_BYTES + PACK_ENTRY) ||
	    p->index_at != p->bytes - PACK_TAIL - FANOUT_BYTES -
	    p->n * (OID_BYTES + PACK_ENTRY))
		return err_damaged(p, "its index has the wrong length", e);
	return 0;
}

static int
map_index(struct pack *p, struct err *e)
{
	if (mapping_init(&p->map, p->fd, p->index_at, p->bytes - p->index_at,
	    p->path, e) < 0)
		return -1;
	p->ids = p->map.data;
	p->entries = p->ids + p->n * OID_BYTES;
	p->fanout = p->entries + p->n * PACK_ENTRY;
	return check_fanout(p, e);
}

int
pack_open(struct pack **out, const char *path, struct err *e)
{
	struct pack *p = xalloc(1, sizeof(*p));
	const char *base = path_base(path);
	struct stat st;

	p->path = xstrdup(path);
	if (strlen(base) == OID_HEX + strlen(PACK_SUFFIX))
		(void)hex_decode(p->name.b, OID_BYTES, base, OID_HEX);
	/* what is in its place may be a FIFO that nobody writes to */
	p->fd = beneath_open_file(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	if (p->fd < 0) {
		err_sys(e, "cannot open pack '%s'", path);
		goto fail;
	}
	if (fstat(p->fd, &st) < 0) {
		err_sys(e, "cannot stat pack '%s'", path);
		goto fail;
	}
	if (!S_ISREG(st.st_mode)) {
		err_damaged(p, "it is no regular file", e);
		goto fail;
	}
	p->bytes = (uint64_t)st.st_size;
	if (read_ends(p, e) < 0 || map_index(p, e) < 0)
		goto fail;
	*out = p;
	return 0;
fail:
	pack_close(p);
	return -1;
}

void
pack_close(struct pack *p)
{
	if (p == NULL)
		return;
	mapping_release(&p->map);
	if (p->fd >= 0)
		close(p->fd);
	free(p->path);
	free(p);
}

/* --- searching ------------------------------------------------------------- */

void
pack_entry_at(struct pack_entry *t, const struct pack *p, uint64_t i)
{
	const uint8_t *at = p->entries + i * PACK_ENTRY;

	memcpy(t->id.b, p->ids + i * OID_BYTES, OID_BYTES);
	t->at = get_le64(at);
	t->plain = get_le64(at + 8);
	t->check = get_le64(at + 16);
	t->stored = get_le32(at + 24);
	t->encoding = (enum pack_encoding)at[28];
}

uint64_t
pack_lower_bound(const struct pack *p, const struct oid *id)
{
	uint64_t lo = id->b[0] ? get_le32(p->fanout + 4 * (id->b[0] - 1)) : 0;
	uint64_t hi = get_le32(p->fanout + 4 * id->b[0]);

	while (lo < hi) {
		uint64_t mid = lo + (hi - lo) / 2;

		if (memcmp(p->ids + mid * OID_BYTES, id->b, OID_BYTES) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

bool
pack_find(struct pack_entry *t, const struct pack *p, const struct oid *id)
{
	uint64_t i = pack_lower_bound(p, id);

	if (i == p->n || memcmp(p->ids + i * OID_BYTES, id->b, OID_BYTES) != 0)
		return false;
	pack_entry_at(t, p, i);
	return true;
}

/* --- reading --------------------------------------------------------------- */

static int
check_entry(const struct pack *p, const struct pack_entry *t, struct err *e)
{
	if (t->encoding > PACK_PARTS)
		return err_object(t, "its encoding is unknown", e);
	if (t->stored > PACK_STORED_MAX || t->at < PACK_HEAD ||
	    t->at > p->index_at || t->stored > p->index_at - t->at)
		return err_object(t, "its pack's index leads out of it", e);
	if (t->encoding == PACK_PLAIN && t->plain != t->stored)
		return err_object(t, "its size is wrong", e);
	return 0;
}

int
pack_read_stored(struct buf *out, const struct pack *p,
    const struct pack_entry *t, struct err *e)
{
	char *at;

	if (check_entry(p, t, e) < 0)
		return -1;
	if ((at = buf_reserve(out, t->stored)) == NULL)
		return buf_check(out, e);
	if (read_exact(p, at, t->stored, t->at, e) < 0)
		return -1;
	if (hash64(at, t->stored, 0) != t->check)
		return err_object(t, "its checksum is wrong", e);
	buf_grew(out, t->stored);
	return 0;
}

int
pack_decode(struct buf *out, const struct pack_entry *t, const void *stored,
    struct err *e)
{
	struct err mine = ERR_INIT;
	char *at;

	if (t->encoding == PACK_PLAIN) {
		if (t->stored != t->plain)
			return err_object(t, "its size is wrong", e);
		buf_add(out, stored, t->stored);
		return buf_check(out, e);
	}
	if (t->encoding != PACK_ZSTD)
		return err_object(t, "its encoding is unknown", e);
	if (t->plain > out->cap - out->len ||
	    (at = buf_reserve(out, (size_t)t->plain)) == NULL)
		return err_set(e, ERR_TOOBIG, "an object of %llu bytes is more "
		    "than is read here", (unsigned long long)t->plain);
	if (zst_expand(at, (size_t)t->plain, stored, t->stored, &mine) < 0)
		return err_object(t, "it does not decompress", e);
	buf_grew(out, (size_t)t->plain);
	return 0;
}

/* --- checking -------------------------------------------------------------- */

int
pack_check_index(const struct pack *p, struct err *e)
{
	size_t n = (size_t)(p->bytes - p->index_at) - 16;
	struct hash64 *h = hash64_new();
	unsigned char head[PACK_HEAD];
	struct pack_entry t;
	int r = read_exact(p, head, PACK_HEAD, 0, e);

	if (r == 0) {
		hash64_add(h, head, PACK_HEAD);
		hash64_add(h, p->ids, n);
		if (hash64_done(h) != get_le64(p->ids + n))
			r = err_damaged(p, "the checksum of its index is wrong",
			    e);
	}
	hash64_free(h);
	for (uint64_t i = 0; r == 0 && i < p->n; i++) {
		pack_entry_at(&t, p, i);
		r = check_entry(p, &t, e);
		if (r == 0 && i && memcmp(p->ids + (i - 1) * OID_BYTES, t.id.b,
		    OID_BYTES) >= 0)
			r = err_damaged(p, "its index is out of order", e);
	}
	return r;
}

int
pack_check_file(const struct pack *p, const struct oid *name, struct err *e)
{
	struct sha256 *h = sha256_new();
	char *block = xalloc(1, READ_BLOCK);
	struct oid found;
	int r = 0;

	for (uint64_t at = 0; r == 0 && at < p->bytes; at += READ_BLOCK) {
		size_t want = p->bytes - at < READ_BLOCK ?
		    (size_t)(p->bytes - at) : READ_BLOCK;

		r = read_exact(p, block, want, at, e);
		if (r == 0)
			sha256_add(h, block, want);
	}
	sha256_done(h, found.b);
	if (r == 0 && !oid_eq(&found, name))
		r = err_damaged(p, "its content does not match its name", e);
	sha256_free(h);
	free(block);
	return r;
}

/* --- parts ----------------------------------------------------------------- */

size_t
pack_part_count(const struct pack_entry *t)
{
	return t->stored / PACK_PART;
}

void
pack_part_at(struct pack_part *part, const void *stored, size_t i)
{
	const uint8_t *at = (const uint8_t *)stored + i * PACK_PART;

	memcpy(part->id.b, at, OID_BYTES);
	part->size = get_le32(at + OID_BYTES);
}

int
pack_check_parts(const struct pack_entry *t, const void *stored,
    struct err *e)
{
	struct pack_part part;
	uint64_t sum = 0;

	if (t->stored % PACK_PART)
		return err_object(t, "its list of parts is odd", e);
	for (size_t i = 0; i < pack_part_count(t); i++) {
		pack_part_at(&part, stored, i);
		sum += part.size;
	}
	return sum == t->plain ? 0 :
	    err_object(t, "its parts have another size", e);
}
