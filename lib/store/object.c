/*
 * An object's file:
 *
 *	0	"MLVO"
 *	4	version, 1
 *	5	encoding: 0 plain, 1 Zstandard
 *	6	two zero bytes
 *	8	the bytes, encoded
 *	-16	size of the plain bytes, little-endian
 *	-8	XXH3-64 of everything before, little-endian
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/path.h"
#include "codec/zst.h"
#include "store/internal.h"

#define BLOCK ((size_t)1 << 20)
#define LEVEL 1
enum { PLAIN = 0, ZSTD = 1 };

char *
object_path(const struct repo *s, const struct oid *id)
{
	char hex[OID_HEX + 1];

	oid_hex(hex, id);
	return xprintf("%s/objects/%.2s/%s", s->folder, hex, hex + 2);
}

static void
put_header(struct buf *b, int encoding)
{
	buf_add(b, "MLVO", 4);
	buf_addc(b, 1);
	buf_addc(b, (char)encoding);
	buf_le16(b, 0);
}

/* --- writing --------------------------------------------------------------- */

struct writing {
	struct repo *s;
	char *tmp;
	struct new_file file;
	struct hash64 *xxh;
	struct sha256 *sha;
	struct zst_out *zst;	/* NULL: plain */
	struct buf out;
	uint64_t size;		/* plain bytes so far */
};

/* Worth compressing?  Decided by the first block. */
static bool
shrinks(const void *p, size_t n, struct err *e)
{
	struct zst_out *z = zst_out_new(LEVEL);
	struct buf b;
	bool yes;

	buf_init(&b, n + (n >> 3) + BLOCK);
	yes = zst_out_add(z, &b, p, n, true, e) == 0 && b.len < n - n / 32;
	buf_free(&b);
	zst_out_free(z);
	return yes;
}

static int
write_begin(struct writing *w, struct repo *s, const void *p, size_t n,
    uint64_t expect, struct err *e)
{
	memset(w, 0, sizeof(*w));
	w->s = s;
	w->tmp = xprintf("%s/tmp", s->folder);
	w->file.fd = -1;
	buf_init(&w->out, 4 * BLOCK);
	if (store_make_folders(s, e) < 0)
		return -1;
	if (n > 64 && shrinks(p, n, e))
		w->zst = zst_out_new(LEVEL);
	if (new_file_open(&w->file, s->os, w->tmp, w->zst ? 0 : expect, e) < 0)
		return -1;
	w->xxh = hash64_new();
	w->sha = sha256_new();
	put_header(&w->out, w->zst ? ZSTD : PLAIN);
	return 0;
}

static int
write_out(struct writing *w, const void *p, size_t n, struct err *e)
{
	hash64_add(w->xxh, p, n);
	return file_write_fd(w->s->os, w->file.fd, p, n, w->s->folder, e);
}

static int
write_add(struct writing *w, const void *p, size_t n, bool end, struct err *e)
{
	int r;

	sha256_add(w->sha, p, n);
	w->size += n;
	if (w->zst) {
		if (zst_out_add(w->zst, &w->out, p, n, end, e) < 0)
			return -1;
	} else {
		buf_add(&w->out, p, n);
	}
	if (w->out.len < BLOCK && !end)
		return 0;
	if (end)
		buf_le64(&w->out, w->size);
	r = write_out(w, w->out.data, w->out.len, e);
	buf_clear(&w->out);
	if (r == 0 && end) {
		buf_le64(&w->out, hash64_done(w->xxh));
		r = file_write_fd(w->s->os, w->file.fd, w->out.data,
		    w->out.len, w->s->folder, e);
	}
	return r;
}

static void
write_drop(struct writing *w)
{
	if (w->file.os)
		new_file_drop(&w->file);
	free(w->tmp);
	zst_out_free(w->zst);
	hash64_free(w->xxh);
	sha256_free(w->sha);
	buf_free(&w->out);
}

/*
 * It is there already, but whoever put it there may have been killed before
 * the folders were synced.  When they are clean this costs next to nothing.
 */
static int
settle(struct repo *s, const struct oid *id, struct err *e)
{
	char *path = object_path(s, id), *shard = path_folder(path);
	char *objects = path_folder(shard);
	int r = file_sync_folder(s->os, shard, e);

	if (r == 0)
		r = file_sync_folder(s->os, objects, e);
	free(objects);
	free(shard);
	free(path);
	return r;
}

/* The name is known: is it there already, and whole? */
static int
write_commit(struct oid *id, struct writing *w, struct err *e)
{
	struct err ignored = ERR_INIT;
	char *path, *folder;
	bool existed, replace;
	uint64_t size;
	int r;

	sha256_done(w->sha, id->b);
	if (object_check(&size, w->s, id, &ignored) == 0)
		return settle(w->s, id, e);
	/* a damaged copy is healed by a good one */
	replace = ignored.code == ERR_CORRUPT;
	path = object_path(w->s, id);
	folder = path_folder(path);
	r = file_make_folders(w->s->os, folder, e);
	if (r == 0)
		r = new_file_commit(&w->file, path, replace, &existed, e);
	if (r == 0 && existed)
		r = object_check(&size, w->s, id, e);
	if (r == 0)
		r = settle(w->s, id, e);
	free(folder);
	free(path);
	return r;
}

static int
put_stream(struct oid *id, uint64_t *size, struct repo *s, char *block,
    size_t first, struct source *from, uint64_t expect, struct err *e)
{
	struct writing w;
	int64_t got = (int64_t)first;
	int r = -1;

	if (write_begin(&w, s, block, first, expect, e) < 0)
		goto done;
	while (got == (int64_t)BLOCK) {
		if (write_add(&w, block, (size_t)got, false, e) < 0)
			goto done;
		progress_tick(s->progress, from->name, w.size, expect);
		if ((got = source_read_full(from, block, BLOCK, e)) < 0)
			goto done;
	}
	if (write_add(&w, block, (size_t)got, true, e) < 0)
		goto done;
	*size = w.size;
	r = write_commit(id, &w, e);
done:
	write_drop(&w);
	return r;
}

static int
put_expected(struct oid *id, uint64_t *size, struct repo *s,
    struct source *from, uint64_t expect, struct err *e)
{
	char *block = mem_array(1, BLOCK);
	int64_t got;
	int r;

	if (block == NULL)
		return err_set(e, ERR_NOMEM, "no memory to store an object");
	got = source_read_full(from, block, BLOCK, e);
	if (got < 0)
		r = -1;
	else if ((size_t)got < BLOCK) {
		*size = (uint64_t)got;
		r = store_put(id, s, block, (size_t)got, e);
	} else {
		r = put_stream(id, size, s, block, (size_t)got, from, expect, e);
	}
	free(block);
	return r;
}

int
store_put_source(struct oid *id, uint64_t *size, struct repo *s,
    struct source *from, struct err *e)
{
	return put_expected(id, size, s, from, 0, e);
}

int
store_put(struct oid *id, struct repo *s, const void *p, size_t n,
    struct err *e)
{
	struct err ignored = ERR_INIT;
	struct writing w;
	const char *at = p;
	uint64_t size;
	int r = -1;

	oid_of(id, p, n);
	if (object_check(&size, s, id, &ignored) == 0)
		return settle(s, id, e);
	if (write_begin(&w, s, p, n < BLOCK ? n : BLOCK, n, e) < 0)
		goto done;
	for (; n > BLOCK; n -= BLOCK, at += BLOCK)
		if (write_add(&w, at, BLOCK, false, e) < 0)
			goto done;
	if (write_add(&w, at, n, true, e) == 0)
		r = write_commit(id, &w, e);
done:
	write_drop(&w);
	return r;
}

static bool
same_stat(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size && a->st_ino == b->st_ino &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	    a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	    a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static int
hash_stream(struct oid *id, uint64_t *size, struct source *from, struct err *e)
{
	char *block = mem_array(1, BLOCK);
	struct sha256 *h;
	int64_t got = -1;

	if (block == NULL)
		return err_set(e, ERR_NOMEM, "no memory to hash a file");
	h = sha256_new();
	*size = 0;
	while ((got = source_read(from, block, BLOCK, e)) > 0) {
		sha256_add(h, block, (size_t)got);
		*size += (uint64_t)got;
	}
	sha256_done(h, id->b);
	sha256_free(h);
	free(block);
	return got < 0 ? -1 : 0;
}

/*
 * Was the file left alone for at least one tick before `then`?  Only so is
 * a later change sure to show in its times: git's "racy" problem, solved by
 * not remembering a file that was written just now.
 */
static bool
was_settled(const struct stat *st, const struct timespec *then)
{
	const struct timespec *last = &st->st_mtim;

	if (st->st_ctim.tv_sec > last->tv_sec ||
	    (st->st_ctim.tv_sec == last->tv_sec &&
	    st->st_ctim.tv_nsec > last->tv_nsec))
		last = &st->st_ctim;
	return last->tv_sec < then->tv_sec || (last->tv_sec == then->tv_sec &&
	    last->tv_nsec < then->tv_nsec);
}

static int
read_file(struct oid *id, uint64_t *size, struct repo *s, const char *path,
    bool put, struct err *e)
{
	struct err ignored = ERR_INIT;
	struct source from;
	struct stat before, after;
	struct timespec begun;
	struct oid known;
	int fd = open(path, O_RDONLY | O_CLOEXEC), r = -1;

	if (fd < 0)
		return err_sys(e, "cannot open '%s'", path);
	from = source_fd(fd, path);
	clock_gettime(CLOCK_REALTIME_COARSE, &begun);
	if (fstat(fd, &before) < 0) {
		err_sys(e, "cannot stat '%s'", path);
		goto done;
	}
	if (S_ISDIR(before.st_mode)) {
		err_set(e, ERR_UNSUPPORTED, "'%s' is a folder", path);
		goto done;
	}
	/* what is stored must be whole too: adding again heals it */
	if (stat_cache_find(s, path, &before, &known) &&
	    (!put || object_check(size, s, &known, &ignored) == 0)) {
		*id = known;
		*size = (uint64_t)before.st_size;
		r = put ? settle(s, id, e) : 0;
		goto done;
	}
	if ((put ? put_expected(id, size, s, &from, S_ISREG(before.st_mode) ?
	    (uint64_t)before.st_size : 0, e) :
	    hash_stream(id, size, &from, e)) < 0)
		goto done;
	if (fstat(fd, &after) == 0 && S_ISREG(after.st_mode)) {
		if (!same_stat(&before, &after)) {
			err_set(e, ERR_MOVED,
			    "'%s' changed while it was read", path);
			goto done;
		}
		if (was_settled(&after, &begun))
			stat_cache_add(s, path, &after, id);
	}
	r = 0;
done:
	source_close(&from);
	close(fd);
	return r;
}

int
worktree_put_file(struct oid *id, uint64_t *size, struct repo *s,
    const char *path, struct err *e)
{
	return read_file(id, size, s, path, true, e);
}

int
worktree_hash_file(struct oid *id, uint64_t *size, struct repo *s,
    const char *path, struct err *e)
{
	return read_file(id, size, s, path, false, e);
}
