/*
 * The stat cache and its file.
 *
 * .mlv/cache/stat: "MLVS", version 1, three zero bytes, the number of
 * entries (8 bytes), the entries ordered by path, and an XXH3-64 of all
 * that.  An entry: size, mtime ns, ctime ns, inode (8 bytes each), the id
 * (32), length of the path (4), the path relative to the work tree's top.
 * Integers are little-endian.  Anything odd about the file and it is empty.
 */
#include "store/statcache.h"

#include <stdlib.h>
#include <string.h>

#include "base/beneath.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/path.h"

#define CACHE_MAX ((size_t)1 << 30)
#define HEAD 16
#define FIXED 68

struct stat_entry {
	uint64_t size, mtime, ctime, inode;
	struct oid id;
	char *path;
	bool fresh;		/* hashed by this process */
};

struct stat_cache {
	char *path, *tmp;	/* the file; where it is written anew */
	struct stat_entry *entry;	/* ordered by path */
	size_t n, room;
	uint64_t written;	/* mtime of the file itself, ns */
	bool changed;
};

static uint64_t
nanoseconds(const struct timespec *t)
{
	return (uint64_t)t->tv_sec * 1000000000u + (uint64_t)t->tv_nsec;
}

static void
parse_entries(struct stat_cache *c, const char *p, size_t n)
{
	uint64_t count;
	size_t at = HEAD;

	if (n < HEAD + 8 || memcmp(p, "MLVS\1\0\0\0", 8) != 0 ||
	    get_le64(p + n - 8) != hash64(p, n - 8, 0))
		return;
	n -= 8;
	count = get_le64(p + 8);
	if (count > n / FIXED)
		return;
	c->room = c->n = (size_t)count;
	c->entry = xalloc(c->n ? c->n : 1, sizeof(*c->entry));
	for (size_t i = 0; i < c->n; i++) {
		struct stat_entry *t = &c->entry[i];
		size_t len = n - at < FIXED ? SIZE_MAX : get_le32(p + at + 64);

		if (len > n - at - FIXED) {	/* only by a bug of ours */
			c->n = i;
			return;
		}
		t->size = get_le64(p + at);
		t->mtime = get_le64(p + at + 8);
		t->ctime = get_le64(p + at + 16);
		t->inode = get_le64(p + at + 24);
		memcpy(t->id.b, p + at + 32, OID_BYTES);
		t->path = xstrndup(p + at + FIXED, len);
		at += FIXED + len;
	}
}

struct stat_cache *
stat_cache_new(const char *folder)
{
	struct stat_cache *c = xalloc(1, sizeof(*c));
	struct err ignored = ERR_INIT;
	struct stat st;
	struct buf b;

	c->path = path_join(folder, "cache/stat");
	c->tmp = path_join(folder, "tmp");
	buf_init(&b, CACHE_MAX);
	if (beneath_stat(c->path, &st) == 0 &&
	    file_read_own(&b, c->path, &ignored) == 0) {
		c->written = nanoseconds(&st.st_mtim);
		parse_entries(c, b.data, b.len);
	}
	buf_free(&b);
	return c;
}

bool
stat_cache_is_empty(const struct stat_cache *c)
{
	return c->n == 0;
}

/* The entry, or where it would go. */
static size_t
find_place(const struct stat_cache *c, const char *path, bool *there)
{
	size_t lo = 0, hi = c->n;

	*there = false;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int order = strcmp(c->entry[mid].path, path);

		if (order == 0) {
			*there = true;
			return mid;
		}
		if (order < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* It may have been written again within the same tick of the clock. */
static bool
is_racy(const struct stat_cache *c, const struct stat_entry *t)
{
	return !t->fresh &&
	    (t->mtime >= c->written || t->ctime >= c->written);
}

bool
stat_cache_find(const struct stat_cache *c, const char *path,
    const struct stat *st, struct oid *id)
{
	const struct stat_entry *t;
	bool there;
	size_t at = find_place(c, path, &there);

	if (!there)
		return false;
	t = &c->entry[at];
	if (is_racy(c, t))
		return false;
	if (t->size != (uint64_t)st->st_size ||
	    t->mtime != nanoseconds(&st->st_mtim) ||
	    t->ctime != nanoseconds(&st->st_ctim) ||
	    t->inode != (uint64_t)st->st_ino)
		return false;
	*id = t->id;
	return true;
}

void
stat_cache_add(struct stat_cache *c, const char *path, const struct stat *st,
    const struct oid *id)
{
	bool there;
	size_t at = find_place(c, path, &there);

	if (there) {
		free(c->entry[at].path);
	} else {
		if (c->n == c->room) {
			c->room = c->room ? c->room * 2 : 16;
			c->entry = xresize(c->entry, c->room, sizeof(*c->entry));
		}
		memmove(c->entry + at + 1, c->entry + at,
		    (c->n - at) * sizeof(*c->entry));
		c->n++;
	}
	c->entry[at] = (struct stat_entry){
		(uint64_t)st->st_size, nanoseconds(&st->st_mtim),
		nanoseconds(&st->st_ctim), (uint64_t)st->st_ino, *id,
		xstrdup(path), true
	};
	c->changed = true;
}

static size_t
put_entries(struct buf *b, const struct stat_cache *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++) {
		const struct stat_entry *t = &c->entry[i];

		/* a new mtime of ours would make it look settled */
		if (is_racy(c, t))
			continue;
		buf_le64(b, t->size);
		buf_le64(b, t->mtime);
		buf_le64(b, t->ctime);
		buf_le64(b, t->inode);
		buf_add(b, t->id.b, OID_BYTES);
		buf_le32(b, (uint32_t)strlen(t->path));
		buf_adds(b, t->path);
		n++;
	}
	return n;
}

static void
write_cache(const struct stat_cache *c, const struct os *os,
    const struct buf *b)
{
	struct err ignored = ERR_INIT;
	struct out_file f;

	if (out_file_open_own(&f, os, c->path, c->tmp, 0666, false,
	    &ignored) < 0)
		return;
	if (out_file_add(&f, b->data, b->len, &ignored) < 0)
		out_file_drop(&f);
	else
		(void)out_file_commit(&f, &ignored);
}

void
stat_cache_save(struct stat_cache *c, const struct os *os)
{
	struct buf body, b;
	size_t n;

	if (c == NULL || !c->changed)
		return;
	buf_init(&body, CACHE_MAX);
	buf_init(&b, CACHE_MAX);
	n = put_entries(&body, c);
	buf_add(&b, "MLVS\1\0\0\0", 8);
	buf_le64(&b, n);
	buf_add(&b, body.data, body.len);
	buf_le64(&b, hash64(b.data, b.len, 0));
	if (!b.failed && !body.failed)
		write_cache(c, os, &b);
	buf_free(&body);
	buf_free(&b);
	c->changed = false;
}

void
stat_cache_free(struct stat_cache *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->n; i++)
		free(c->entry[i].path);
	free(c->entry);
	free(c->path);
	free(c->tmp);
	free(c);
}
