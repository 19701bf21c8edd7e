/* Reading objects back; the format is drawn in object.c. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "codec/zst.h"
#include "store/internal.h"

#define HEADER 8
#define TRAILER 16
#define BLOCK ((size_t)1 << 18)

struct reading {
	struct oid id;
	char name[OID_TEXT];
	int fd;
	uint64_t left;		/* stored bytes not yet read */
	uint64_t plain;		/* what the trailer says */
	uint64_t made;
	struct sha256 *sha;
	struct zst_in *zst;	/* NULL: plain */
	bool frame_ended;
	bool checked;
	char *in;
	size_t in_at, in_n;
};

static int
corrupt(struct reading *r, const char *why, struct err *e)
{
	return err_set(e, ERR_CORRUPT, "object %s is damaged: %s", r->name, why);
}

static int
read_exact(struct reading *r, void *p, size_t n, uint64_t at, struct err *e)
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
			return corrupt(r, "it is cut short", e);
		have += (size_t)got;
	}
	return 0;
}

static void
reading_end(struct reading *r)
{
	if (r->fd >= 0)
		close(r->fd);
	sha256_free(r->sha);
	zst_in_free(r->zst);
	free(r->in);
}

/* Open the file and look at both its ends. */
static int
reading_begin(struct reading *r, struct repo *s, const struct oid *id,
    struct err *e)
{
	unsigned char head[HEADER], tail[TRAILER];
	struct stat st;
	char *path = object_path(s, id);

	memset(r, 0, sizeof(*r));
	r->id = *id;
	oid_print(r->name, id);
	r->fd = open(path, O_RDONLY | O_CLOEXEC);
	free(path);
	if (r->fd < 0 && errno == ENOENT)
		return err_set(e, ERR_NOENT,
		    "object %s is not in this repository", r->name);
	if (r->fd < 0)
		return err_sys(e, "cannot open object %s", r->name);
	if (fstat(r->fd, &st) < 0)
		return err_sys(e, "cannot stat object %s", r->name);
	if (st.st_size < HEADER + TRAILER)
		return corrupt(r, "it is cut short", e);
	if (read_exact(r, head, HEADER, 0, e) < 0 ||
	    read_exact(r, tail, TRAILER, (uint64_t)st.st_size - TRAILER, e) < 0)
		return -1;
	if (memcmp(head, "MLVO", 4) != 0)
		return corrupt(r, "no object header", e);
	if (head[4] != 1 || head[5] > 1 || head[6] || head[7])
		return err_set(e, head[4] > 1 && head[4] < 32 ?
		    ERR_UNSUPPORTED : ERR_CORRUPT,
		    "object %s has a header this version cannot read", r->name);
	r->left = (uint64_t)st.st_size - HEADER - TRAILER;
	r->plain = get_le64(tail);
	if (head[5] == 0 && r->plain != r->left)
		return corrupt(r, "its size is wrong", e);
	if (head[5] == 1)
		r->zst = zst_in_new();
	return 0;
}

int
object_check(uint64_t *size, struct repo *s, const struct oid *id,
    struct err *e)
{
	struct reading r;
	struct hash64 *h = NULL;
	unsigned char last[8];
	uint64_t at = 0, n;
	int result = -1;

	if (reading_begin(&r, s, id, e) < 0)
		goto done;
	n = r.left + HEADER + TRAILER - 8;
	h = hash64_new();
	r.in = xalloc(1, BLOCK);
	while (at < n) {
		size_t want = n - at < BLOCK ? (size_t)(n - at) : BLOCK;

		if (read_exact(&r, r.in, want, at, e) < 0)
			goto done;
		hash64_add(h, r.in, want);
		at += want;
	}
	if (read_exact(&r, last, 8, n, e) < 0)
		goto done;
	if (get_le64(last) != hash64_done(h)) {
		corrupt(&r, "its checksum is wrong", e);
		goto done;
	}
	*size = r.plain;
	result = 0;
done:
	hash64_free(h);
	reading_end(&r);
	return result;
}

bool
store_has(struct repo *s, const struct oid *id)
{
	char *path = object_path(s, id);
	bool yes = access(path, F_OK) == 0;

	free(path);
	return yes;
}

int
store_size(uint64_t *size, struct repo *s, const struct oid *id,
    struct err *e)
{
	struct reading r;
	int result = reading_begin(&r, s, id, e);

	if (result == 0)
		*size = r.plain;
	reading_end(&r);
	return result;
}

/* Stored bytes into r->in when it is empty. */
static int
refill(struct reading *r, struct err *e)
{
	uint64_t want = r->left < BLOCK ? r->left : BLOCK;
	ssize_t got;

	if (r->in_at < r->in_n || want == 0)
		return 0;
	do
		got = read(r->fd, r->in, (size_t)want);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return err_sys(e, "cannot read object %s", r->name);
	if (got == 0)
		return corrupt(r, "it is cut short", e);
	r->left -= (uint64_t)got;
	r->in_at = 0;
	r->in_n = (size_t)got;
	return 0;
}

/* Some plain bytes: how many, 0 at the end. */
static int64_t
next_plain(struct reading *r, void *p, size_t n, struct err *e)
{
	size_t made = 0, used;
	bool ended;

	while (made == 0) {
		if (refill(r, e) < 0)
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
			    corrupt(r, "bytes after its end", e) : 0;
		if (zst_in_step(r->zst, p, n, &made, r->in + r->in_at,
		    r->in_n - r->in_at, &used, &ended, e) < 0)
			return corrupt(r, "it does not decompress", e);
		if (made == 0 && used == 0 && !ended && r->left == 0)
			return corrupt(r, "it is cut short", e);
		r->in_at += used;
		r->frame_ended = ended;
	}
	return (int64_t)made;
}

static int64_t
reading_read(void *ctx, void *p, size_t n, struct err *e)
{
	struct reading *r = ctx;
	struct oid got_id;
	int64_t got;

	if (n == 0 || r->checked)
		return 0;
	got = next_plain(r, p, n, e);
	if (got < 0)
		return -1;
	sha256_add(r->sha, p, (size_t)got);
	r->made += (uint64_t)got;
	if (r->made > r->plain)
		return corrupt(r, "it is longer than it says", e);
	if (got > 0)
		return got;
	sha256_done(r->sha, got_id.b);
	if (r->made != r->plain || !oid_eq(&got_id, &r->id))
		return corrupt(r, "its content does not match its name", e);
	r->checked = true;
	return 0;
}

static void
reading_close(void *ctx)
{
	reading_end(ctx);
	free(ctx);
}

int
store_get_source(struct source *from, struct repo *s, const struct oid *id,
    struct err *e)
{
	struct reading *r = xalloc(1, sizeof(*r));

	if (reading_begin(r, s, id, e) < 0)
		goto fail;
	if (lseek(r->fd, HEADER, SEEK_SET) < 0) {
		err_sys(e, "cannot read object %s", r->name);
		goto fail;
	}
	r->sha = sha256_new();
	r->in = xalloc(1, BLOCK);
	*from = (struct source){ reading_read, reading_close, r, r->name };
	return 0;
fail:
	reading_close(r);
	return -1;
}

int
store_get(struct buf *out, struct repo *s, const struct oid *id,
    struct err *e)
{
	struct source from;
	struct reading *r;
	int64_t got;

	if (store_get_source(&from, s, id, e) < 0)
		return -1;
	r = from.ctx;
	if (r->plain > out->cap - out->len) {
		err_set(e, ERR_TOOBIG, "object %s has %llu bytes, at most %zu "
		    "are read here", r->name, (unsigned long long)r->plain,
		    out->cap - out->len);
		source_close(&from);
		return -1;
	}
	do {
		/* one more than is left, so that the end is seen */
		uint64_t rest = r->plain - r->made;
		size_t want = rest < BLOCK ? (size_t)rest : BLOCK;
		char spare, *at = want ? buf_reserve(out, want) : &spare;

		if (at == NULL) {
			source_close(&from);
			return buf_check(out, e);
		}
		got = source_read(&from, at, want ? want : 1, e);
		if (got > 0)
			buf_grew(out, (size_t)got);
	} while (got > 0);
	source_close(&from);
	return got < 0 ? -1 : 0;
}
