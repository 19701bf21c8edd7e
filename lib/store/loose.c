/*
 * Loose objects: one file each, objects/ab/cdef..., named by the digits of
 * its id.
 *
 *	0	"MLVO"
 *	4	version, 1
 *	5	encoding: 0 plain, 1 Zstandard
 *	6	two zero bytes
 *	8	the bytes, encoded
 *	-16	size of the plain bytes, little-endian
 *	-8	XXH3-64 of everything before, little-endian
 *
 * A file is written without a name, fsynced and then linked.  The folders it
 * is found by are fsynced by loose_sync, once for all objects put before.
 */
#include "store/loose.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/hash.h"
#include "base/mem.h"
#include "codec/zst.h"

#define VERSION 1
#define HEADER 8
#define TRAILER 16
#define CHECKSUM 8
#define READ_BLOCK ((size_t)1 << 18)
#define WRITE_BLOCK ((size_t)1 << 20)
#define LEVEL 1			/* of Zstandard */
#define TINY 64			/* bytes that are not worth compressing */
#define SHARDS 256
enum { PLAIN = 0, ZSTD = 1 };

struct loose {
	struct object_source source;
	struct layout *layout;
	bool unsynced[SHARDS];	/* folders in which names are not durable */
};

static struct loose *
loose_of(struct object_source *s)
{
	return (struct loose *)s;
}

/* objects/ab, to be freed. */
static char *
shard_path(const struct loose *l, unsigned shard)
{
	return xprintf("%s/objects/%02x", l->layout->folder, shard);
}

/* objects/ab/cdef..., to be freed. */
static char *
object_path(const struct loose *l, const struct oid *id)
{
	char hex[OID_HEX + 1];

	oid_hex(hex, id);
	return xprintf("%s/objects/%.2s/%s", l->layout->folder, hex, hex + 2);
}

/* --- reading --------------------------------------------------------------- */

struct loose_reader {
	char name[OID_TEXT];
	int fd;
	uint64_t left;		/* stored bytes not yet read */
	uint64_t plain;		/* what the trailer says */
	struct zst_in *zst;	/* NULL: plain */
	bool frame_ended;
	char *in;
	size_t in_at, in_n;
};

static int
err_corrupt(struct loose_reader *r, const char *why, struct err *e)
{
	return err_set(e, ERR_CORRUPT, "object %s is damaged: %s", r->name, why);
}

static int
read_exact(struct loose_reader *r, void *p, size_t n, uint64_t at,
    struct err *e)
{
	size_t have = 0;

	while (have < n) {
		ssize_t got = pread(r->fd, (char *)p + have, n - have,
		    (off_t)(at + have));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_sys(e, "cannot read object %s", r->name);
		if (got == 0)
			return err_corrupt(r, "it is cut short", e);
		have += (size_t)got;
	}
	return 0;
}

static void
reader_release(struct loose_reader *r)
{
	if (r->fd >= 0)
		close(r->fd);
	zst_in_free(r->zst);
	free(r->in);
}

static int
read_header(struct loose_reader *r, const unsigned char *head, struct err *e)
{
	if (memcmp(head, "MLVO", 4) != 0)
		return err_corrupt(r, "no object header", e);
	if (head[4] != VERSION || head[5] > ZSTD || head[6] || head[7])
		return err_set(e, head[4] > VERSION && head[4] < 32 ?
		    ERR_UNSUPPORTED : ERR_CORRUPT,
		    "object %s has a header this version cannot read", r->name);
	if (head[5] == PLAIN && r->plain != r->left)
		return err_corrupt(r, "its size is wrong", e);
	if (head[5] == ZSTD)
		r->zst = zst_in_new();
	return 0;
}

/* Open the file and look at both its ends.  Release it also on failure. */
static int
reader_init(struct loose_reader *r, struct object_source *s,
    const struct oid *id, struct err *e)
{
	unsigned char head[HEADER], tail[TRAILER];
	char *path = object_path(loose_of(s), id);
	struct stat st;

	memset(r, 0, sizeof(*r));
	oid_print(r->name, id);
	/* what is in its place may be a FIFO that nobody writes to */
	r->fd = beneath_open_file(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	free(path);
	if (r->fd < 0 && errno == ELOOP)
		return err_corrupt(r, "it is a link", e);
	if (r->fd < 0 && errno == ENOENT)
		return err_set(e, ERR_NOENT,
		    "object %s is not in this repository", r->name);
	if (r->fd < 0)
		return err_sys(e, "cannot open object %s", r->name);
	if (fstat(r->fd, &st) < 0)
		return err_sys(e, "cannot stat object %s", r->name);
	if (!S_ISREG(st.st_mode))
		return err_corrupt(r, "it is no regular file", e);
	if (st.st_size < HEADER + TRAILER)
		return err_corrupt(r, "it is cut short", e);
	if (read_exact(r, head, HEADER, 0, e) < 0 ||
	    read_exact(r, tail, TRAILER, (uint64_t)st.st_size - TRAILER, e) < 0)
		return -1;
	r->left = (uint64_t)st.st_size - HEADER - TRAILER;
	r->plain = get_le64(tail);
	return read_header(r, head, e);
}

static int
loose_check(uint64_t *size, struct object_source *s, const struct oid *id,
    struct err *e)
{
	struct loose_reader r;
	struct hash64 *h = NULL;
	unsigned char last[CHECKSUM];
	uint64_t at = 0, n;
	int result = -1;

	if (reader_init(&r, s, id, e) < 0)
		goto done;
	n = r.left + HEADER + TRAILER - CHECKSUM;
	h = hash64_new();
	r.in = xalloc(1, READ_BLOCK);
	while (at < n) {
		size_t want = n - at < READ_BLOCK ? (size_t)(n - at) :
		    READ_BLOCK;

		if (read_exact(&r, r.in, want, at, e) < 0)
			goto done;
		hash64_add(h, r.in, want);
		at += want;
	}
	if (read_exact(&r, last, CHECKSUM, n, e) < 0)
		goto done;
	if (get_le64(last) != hash64_done(h)) {
		err_corrupt(&r, "its checksum is wrong", e);
		goto done;
	}
	*size = r.plain;
	result = 0;
done:
	hash64_free(h);
	reader_release(&r);
	return result;
}

int
loose_file(uint64_t *bytes, int64_t *written, struct object_source *s,
    const struct oid *id, struct err *e)
{
	char *path = object_path(loose_of(s), id), text[OID_TEXT];
	struct stat st;
	int r = beneath_stat(path, &st);

	free(path);
	if (r < 0)
		return err_sys(e, "cannot look at object %s", oid_print(text,
		    id));
	*bytes = (uint64_t)st.st_size;
	*written = (int64_t)st.st_mtim.tv_sec;
	return 0;
}

static int
loose_has(struct object_source *s, const struct oid *id)
{
	char *path = object_path(loose_of(s), id);
	struct stat st;
	int has = beneath_stat(path, &st) == 0 ? 1 : errno == ENOENT ||
	    errno == ENOTDIR || errno == ELOOP ? 0 : -1;

	free(path);
	return has;
}

static int
loose_size(uint64_t *size, struct object_source *s, const struct oid *id,
    struct err *e)
{
	struct loose_reader r;
	int result = reader_init(&r, s, id, e);

	if (result == 0)
		*size = r.plain;
	reader_release(&r);
	return result;
}

/* Stored bytes into r->in when it is empty. */
static int
refill_block(struct loose_reader *r, struct err *e)
{
	uint64_t want = r->left < READ_BLOCK ? r->left : READ_BLOCK;
	ssize_t got;

	if (r->in_at < r->in_n || want == 0)
		return 0;
	do
		got = read(r->fd, r->in, (size_t)want);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return err_sys(e, "cannot read object %s", r->name);
	if (got == 0)
		return err_corrupt(r, "it is cut short", e);
	r->left -= (uint64_t)got;
	r->in_at = 0;
	r->in_n = (size_t)got;
	return 0;
}

/* Some plain bytes: how many, 0 at the end. */
static int64_t
loose_read(void *ctx, void *p, size_t n, struct err *e)
{
	struct loose_reader *r = ctx;
	size_t made = 0, used;
	bool ended;

	while (made == 0) {
		if (refill_block(r, e) < 0)
			return -1;
		if (r->zst == NULL) {
			made = r->in_n - r->in_at;
			if (made == 0)
				return 0;
			if (made > n)
				made = n;
			memcpy(p, r->in + r->in_at, made);
			r->in_at += made;
			break;
		}
		if (r->frame_ended)
			return r->in_at < r->in_n || r->left ?
			    err_corrupt(r, "bytes after its end", e) : 0;
		if (zst_in_step(r->zst, p, n, &made, r->in + r->in_at,
		    r->in_n - r->in_at, &used, &ended, e) < 0)
			return err_corrupt(r, "it does not decompress", e);
		if (made == 0 && used == 0 && !ended && r->left == 0)
			return err_corrupt(r, "it is cut short", e);
		r->in_at += used;
		r->frame_ended = ended;
	}
	return (int64_t)made;
}

static void
loose_read_end(void *ctx)
{
	reader_release(ctx);
	free(ctx);
}

static int
loose_open(struct source *from, uint64_t *size, struct object_source *s,
    const struct oid *id, struct err *e)
{
	struct loose_reader *r = xalloc(1, sizeof(*r));

	if (reader_init(r, s, id, e) < 0)
		goto fail;
	if (lseek(r->fd, HEADER, SEEK_SET) < 0) {
		err_sys(e, "cannot read object %s", r->name);
		goto fail;
	}
	r->in = xalloc(1, READ_BLOCK);
	*from = (struct source){ loose_read, loose_read_end, r, r->name };
	*size = r->plain;
	return 0;
fail:
	loose_read_end(r);
	return -1;
}

/* --- listing --------------------------------------------------------------- */

static int
each_in_shard(struct loose *l, unsigned shard, const char *prefix,
    int (*fn)(void *ctx, const struct oid *id, struct err *e), void *ctx,
    struct err *e)
{
	char *path = shard_path(l, shard), **names;
	size_t n;
	int r = folder_names(&names, &n, path, e);

	for (size_t i = 0; r == 0 && i < n; i++) {
		char hex[OID_HEX + 1];
		struct oid id;

		if (strlen(names[i]) != OID_HEX - 2)
			continue;
		hex_encode(hex, &(uint8_t){ (uint8_t)shard }, 1);
		memcpy(hex + 2, names[i], OID_HEX - 1);
		if (strncmp(hex, prefix, strlen(prefix)) == 0 &&
		    hex_decode(id.b, OID_BYTES, hex, OID_HEX) == 0)
			r = fn(ctx, &id, e);
	}
	folder_names_free(names, n);
	free(path);
	return r;
}

static int
loose_each(struct object_source *s, const char *prefix,
    int (*fn)(void *ctx, const struct oid *id, struct err *e), void *ctx,
    struct err *e)
{
	struct loose *l = loose_of(s);
	char *path, **names;
	uint8_t shard;
	size_t n;
	int r;

	if (strlen(prefix) >= 2)
		return hex_decode(&shard, 1, prefix, 2) == 0 ?
		    each_in_shard(l, shard, prefix, fn, ctx, e) : 0;
	path = layout_path(l->layout, "objects");
	r = folder_names(&names, &n, path, e);
	for (size_t i = 0; r == 0 && i < n; i++)
		if (hex_decode(&shard, 1, names[i], strlen(names[i])) == 0)
			r = each_in_shard(l, shard, prefix, fn, ctx, e);
	folder_names_free(names, n);
	free(path);
	return r;
}

/* --- writing --------------------------------------------------------------- */

struct loose_writer {
	struct object_writer writer;
	struct loose *loose;
	char *tmp;
	struct new_file file;
	struct hash64 *xxh;
	struct zst_out *zst;	/* NULL: plain */
	struct buf out;
	uint64_t size;		/* plain bytes so far */
};

static struct loose_writer *
writer_of(struct object_writer *w)
{
	return (struct loose_writer *)w;
}

static void
put_header(struct buf *b, int encoding)
{
	buf_add(b, "MLVO", 4);
	buf_addc(b, VERSION);
	buf_addc(b, (char)encoding);
	buf_le16(b, 0);
}

/* Worth compressing?  Decided by the first block. */
static bool
worth_compressing(const void *p, size_t n, struct err *e)
{
	struct zst_out *z = zst_out_new(LEVEL);
	struct buf b;
	bool yes;

	buf_init(&b, n + (n >> 3) + WRITE_BLOCK);
	yes = zst_out_add(z, &b, p, n, true, e) == 0 && b.len < n - n / 32;
	buf_free(&b);
	zst_out_free(z);
	return yes;
}

static void
loose_drop(struct object_writer *writer)
{
	struct loose_writer *w = writer_of(writer);

	if (w->file.os)
		new_file_drop(&w->file);
	free(w->tmp);
	zst_out_free(w->zst);
	hash64_free(w->xxh);
	buf_free(&w->out);
	free(w);
}

static int
loose_begin(struct object_writer **out, struct object_source *s,
    const void *first, size_t n, uint64_t expect, struct err *e)
{
	struct loose *l = loose_of(s);
	struct loose_writer *w;

	if (layout_make(l->layout, e) < 0)
		return -1;
	w = xalloc(1, sizeof(*w));
	w->writer.source = s;
	w->loose = l;
	w->tmp = layout_path(l->layout, "tmp");
	w->file.fd = -1;
	buf_init(&w->out, 4 * WRITE_BLOCK);
	if (n > TINY && worth_compressing(first, n, e))
		w->zst = zst_out_new(LEVEL);
	if (new_file_open(&w->file, l->layout->os, w->tmp, w->zst ? 0 : expect,
	    e) < 0) {
		loose_drop(&w->writer);
		return -1;
	}
	w->xxh = hash64_new();
	put_header(&w->out, w->zst ? ZSTD : PLAIN);
	*out = &w->writer;
	return 0;
}

static int
write_pending(struct loose_writer *w, struct err *e)
{
	const struct layout *l = w->loose->layout;
	int r = file_write_fd(l->os, w->file.fd, w->out.data, w->out.len,
	    l->folder, e);

	w->loose->source.written += w->out.len;
	buf_clear(&w->out);
	return r;
}

static int
loose_add(struct object_writer *writer, const void *p, size_t n, bool end,
    struct err *e)
{
	struct loose_writer *w = writer_of(writer);

	w->size += n;
	if (w->zst) {
		if (zst_out_add(w->zst, &w->out, p, n, end, e) < 0)
			return -1;
	} else {
		buf_add(&w->out, p, n);
	}
	if (w->out.len < WRITE_BLOCK && !end)
		return 0;
	if (end)
		buf_le64(&w->out, w->size);
	hash64_add(w->xxh, w->out.data, w->out.len);
	if (write_pending(w, e) < 0)
		return -1;
	if (!end)
		return 0;
	buf_le64(&w->out, hash64_done(w->xxh));
	return write_pending(w, e);
}

static void
loose_keep(struct object_source *s, const struct oid *id)
{
	loose_of(s)->unsynced[id->b[0]] = true;
}

static int
loose_remove(struct object_source *s, const struct oid *id, struct err *e)
{
	struct loose *l = loose_of(s);
	char *path = object_path(l, id), text[OID_TEXT];
	int r = l->layout->os->unlink(path);

	if (r < 0 && errno == ENOENT)
		r = 0;
	else if (r < 0)
		err_sys(e, "cannot remove object %s", oid_print(text, id));
	l->unsynced[id->b[0]] = true;
	free(path);
	return r;
}

static int
make_shard(struct loose *l, const struct oid *id, struct err *e)
{
	char *path = shard_path(l, id->b[0]);
	int r = 0;

	/* loose_sync will sync the folder that it is in */
	if (l->layout->os->mkdir(path, 0777) < 0 && errno != EEXIST)
		r = file_make_folders(l->layout->os, path, e);
	if (r == 0)
		r = file_check_folder(path, e);
	free(path);
	return r;
}

static int
loose_commit(struct object_writer *writer, const struct oid *id, struct err *e)
{
	struct loose_writer *w = writer_of(writer);
	struct object_source *s = writer->source;
	struct err ignored = ERR_INIT;
	bool existed, replace;
	uint64_t size;
	char *path;
	int r;

	if (loose_check(&size, s, id, &ignored) == 0) {
		loose_keep(s, id);
		return 0;
	}
	/* a damaged copy is healed by a good one */
	replace = ignored.code == ERR_CORRUPT;
	path = object_path(w->loose, id);
	r = make_shard(w->loose, id, e);
	if (r == 0)
		r = new_file_commit(&w->file, path, replace, &existed, e);
	if (r == 0 && existed)
		r = loose_check(&size, s, id, e);
	if (r == 0)
		loose_keep(s, id);
	free(path);
	return r;
}

/* The files were synced before they got their names; now the names, and the
 * names of the folders that these are in. */
static int
loose_sync(struct object_source *s, struct err *e)
{
	struct loose *l = loose_of(s);
	bool any = false;
	char *path;
	int r = 0;

	for (unsigned i = 0; i < SHARDS; i++) {
		if (!l->unsynced[i])
			continue;
		l->unsynced[i] = false;
		any = true;
		path = shard_path(l, i);
		if (r == 0)
			r = file_sync_folder(l->layout->os, path, e);
		free(path);
	}
	if (r == 0 && any) {
		path = layout_path(l->layout, "objects");
		r = file_sync_folder(l->layout->os, path, e);
		free(path);
	}
	return r;
}

static void
loose_free(struct object_source *s)
{
	free(loose_of(s));
}

struct object_source *
loose_new(struct layout *layout)
{
	static const struct object_source_ops ops = {
		.name = "loose",
		.has = loose_has,
		.size = loose_size,
		.open = loose_open,
		.check = loose_check,
		.each = loose_each,
		.begin = loose_begin,
		.add = loose_add,
		.commit = loose_commit,
		.drop = loose_drop,
		.keep = loose_keep,
		.remove = loose_remove,
		.sync = loose_sync,
		.free = loose_free,
	};
	struct loose *l = xalloc(1, sizeof(*l));

	l->source.ops = &ops;
	l->layout = layout;
	return &l->source;
}
