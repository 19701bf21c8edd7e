/*
 * The stat cache and its file.
 *
 * .mlv/cache/stat: "MLVS", version 2, three zero bytes, the number of
 * entries (8 bytes), the entries ordered by path, their paths one behind the
 * other, and an XXH3-64 of all that.  An entry, 80 bytes: size, mtime ns,
 * ctime ns, inode (8 bytes each), the id (32), where its path begins among
 * the paths (8), the path's length (4), four zero bytes.  Integers are
 * little-endian.  Anything odd about the file and it is empty.
 */
#include "store/statcache.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/mapping.h"
#include "base/mem.h"
#include "base/path.h"

#define CACHE_MAX ((size_t)1 << 33)
#define HEAD 16
#define ENTRY 80

struct stat_entry {
	uint64_t size, mtime, ctime, inode;
	struct oid id;
	const char *path;
	size_t len;
};

struct stat_cache {
	char *path, *tmp;	/* the file; where it is written anew */
	struct mapping map;
	const uint8_t *entries;
	const char *names;
	size_t n, names_n;
	uint64_t written;	/* mtime of the file itself, ns */
	uint8_t *found;		/* those that were asked for and known */
	struct stat_entry *added;	/* by this process, as they came */
	size_t n_added, room;
	char **dropped;		/* folders that were looked through */
	size_t n_dropped;
};

static uint64_t
nanoseconds(const struct timespec *t)
{
	return (uint64_t)t->tv_sec * 1000000000u + (uint64_t)t->tv_nsec;
}

/* --- read ------------------------------------------------------------------ */

static bool
entry_at(struct stat_entry *t, const struct stat_cache *c, size_t i)
{
	const uint8_t *at = c->entries + i * ENTRY;
	uint64_t begin = get_le64(at + 64);

	t->size = get_le64(at);
	t->mtime = get_le64(at + 8);
	t->ctime = get_le64(at + 16);
	t->inode = get_le64(at + 24);
	memcpy(t->id.b, at + 32, OID_BYTES);
	t->len = get_le32(at + 72);
	t->path = c->names + begin;
	return begin <= c->names_n && t->len <= c->names_n - begin;
}

static void
map_file(struct stat_cache *c, int fd)
{
	struct err ignored = ERR_INIT;
	struct stat st;
	uint64_t n;
	size_t size;

	if (fstat(fd, &st) < 0 || st.st_size < HEAD + 8 ||
	    (uint64_t)st.st_size > CACHE_MAX)
		return;
	size = (size_t)st.st_size;
	c->written = nanoseconds(&st.st_mtim);
	if (mapping_init(&c->map, fd, 0, size, c->path, &ignored) < 0)
		return;
	n = get_le64(c->map.data + 8);
	if (memcmp(c->map.data, "MLVS\2\0\0\0", 8) != 0 ||
	    n > (size - HEAD - 8) / ENTRY || get_le64(c->map.data + size - 8) !=
	    hash64(c->map.data, size - 8, 0))
		return;
	c->n = (size_t)n;
	c->entries = c->map.data + HEAD;
	c->names = (const char *)c->entries + c->n * ENTRY;
	c->names_n = size - 8 - HEAD - c->n * ENTRY;
	c->found = xalloc(c->n ? c->n : 1, 1);
}

struct stat_cache *
stat_cache_new(const char *folder)
{
	struct stat_cache *c = xalloc(1, sizeof(*c));
	struct err ignored = ERR_INIT;
	int fd;

	c->path = path_join(folder, "cache/stat");
	c->tmp = path_join(folder, "tmp");
	if (file_open_own(&fd, os_real(), c->path, O_RDONLY, 0,
	    &ignored) == 0) {
		map_file(c, fd);
		close(fd);
	}
	return c;
}

bool
stat_cache_is_empty(const struct stat_cache *c)
{
	return c->n == 0 && c->n_added == 0;
}

/* --- found ----------------------------------------------------------------- */

static int
compare_path(const char *path, size_t len, const struct stat_entry *t)
{
	int order = memcmp(path, t->path, len < t->len ? len : t->len);

	return order ? order : (len > t->len) - (len < t->len);
}

static bool
find_mapped(struct stat_entry *t, const struct stat_cache *c,
    const char *path, size_t *near)
{
	size_t len = strlen(path), lo = 0, hi = c->n;

	if (near && *near + 1 < c->n && entry_at(t, c, *near + 1) &&
	    compare_path(path, len, t) == 0) {
		++*near;
		return true;
	}
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int order = entry_at(t, c, mid) ? compare_path(path, len, t) :
		    -1;

		if (order == 0) {
			c->found[mid] = 1;
			if (near)
				*near = mid;
			return true;
		}
		if (order > 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

bool
stat_cache_find(const struct stat_cache *c, const char *path,
    const struct stat *st, struct oid *id, size_t *near)
{
	struct stat_entry t;

	/* what this process added it has at hand; a miss costs a hash */
	if (!find_mapped(&t, c, path, near))
		return false;
	/* it may have been written again within the same tick of the clock */
	if (t.mtime >= c->written || t.ctime >= c->written)
		return false;
	if (t.size != (uint64_t)st->st_size ||
	    t.mtime != nanoseconds(&st->st_mtim) ||
	    t.ctime != nanoseconds(&st->st_ctim) ||
	    t.inode != (uint64_t)st->st_ino)
		return false;
	if (near)
		c->found[*near] = 1;
	*id = t.id;
	return true;
}

/* --- added and dropped ----------------------------------------------------- */

void
stat_cache_add(struct stat_cache *c, const char *path, const struct stat *st,
    const struct oid *id)
{
	if (c->n_added == c->room) {
		c->room = c->room ? c->room * 2 : 16;
		c->added = xresize(c->added, c->room, sizeof(*c->added));
	}
	c->added[c->n_added++] = (struct stat_entry){
		(uint64_t)st->st_size, nanoseconds(&st->st_mtim),
		nanoseconds(&st->st_ctim), (uint64_t)st->st_ino, *id,
		xstrdup(path), strlen(path)
	};
}

void
stat_cache_drop_rest(struct stat_cache *c, const char *folder)
{
	c->dropped = xresize(c->dropped, c->n_dropped + 1,
	    sizeof(*c->dropped));
	c->dropped[c->n_dropped++] = xstrdup(folder);
}

static bool
is_dropped(const struct stat_cache *c, size_t i, const struct stat_entry *t)
{
	for (size_t k = 0; !c->found[i] && k < c->n_dropped; k++) {
		size_t len = strlen(c->dropped[k]);

		if (len < t->len && memcmp(c->dropped[k], t->path, len) == 0 &&
		    t->path[len] == '/')
			return true;
	}
	return false;
}

/* --- written --------------------------------------------------------------- */

static int
compare_added(const void *a, const void *b)
{
	const struct stat_entry *x = *(const struct stat_entry *const *)a;
	const struct stat_entry *y = *(const struct stat_entry *const *)b;
	int order = compare_path(x->path, x->len, y);

	/* the later of two comes first, and stays */
	return order ? order : (x < y) - (x > y);
}

static void
put_entry(struct buf *entries, struct buf *names, const struct stat_entry *t)
{
	buf_le64(entries, t->size);
	buf_le64(entries, t->mtime);
	buf_le64(entries, t->ctime);
	buf_le64(entries, t->inode);
	buf_add(entries, t->id.b, OID_BYTES);
	buf_le64(entries, names->len);
	buf_le64(entries, (uint32_t)t->len);
	buf_add(names, t->path, t->len);
}

/* What was mapped and is still good, and what was added, in one order. */
static size_t
put_merged(struct buf *entries, struct buf *names, const struct stat_cache *c)
{
	const struct stat_entry **by = xalloc(c->n_added + 1, sizeof(*by));
	size_t i = 0, n = 0;

	for (size_t k = 0; k < c->n_added; k++)
		by[k] = &c->added[k];
	qsort(by, c->n_added, sizeof(*by), compare_added);
	for (size_t k = 0; k <= c->n_added; k++) {
		const struct stat_entry *next = k < c->n_added ? by[k] : NULL;
		struct stat_entry t;
		int order = 1;

		if (k && next && compare_path(next->path, next->len,
		    by[k - 1]) == 0)
			continue;
		for (; i < c->n; i++) {
			if (!entry_at(&t, c, i))
				continue;
			if (next && (order = compare_path(next->path,
			    next->len, &t)) < 0)
				break;
			/* a new mtime of ours would make one look settled
			 * that was written as the cache was */
			if ((next && order == 0) || t.mtime >= c->written ||
			    t.ctime >= c->written || is_dropped(c, i, &t))
				continue;
			put_entry(entries, names, &t);
			n++;
		}
		if (next) {
			put_entry(entries, names, next);
			n++;
		}
	}
	free(by);
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
	struct buf entries, names, b;
	size_t n;

	if (c == NULL || c->n_added == 0)
		return;
	buf_init(&entries, CACHE_MAX);
	buf_init(&names, CACHE_MAX);
	buf_init(&b, CACHE_MAX);
	n = put_merged(&entries, &names, c);
	buf_add(&b, "MLVS\2\0\0\0", 8);
	buf_le64(&b, n);
	buf_add(&b, entries.data, entries.len);
	buf_add(&b, names.data, names.len);
	buf_le64(&b, hash64(b.data, b.len, 0));
	if (!b.failed && !entries.failed && !names.failed)
		write_cache(c, os, &b);
	buf_free(&entries);
	buf_free(&names);
	buf_free(&b);
}

void
stat_cache_free(struct stat_cache *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->n_added; i++)
		free((void *)(uintptr_t)c->added[i].path);
	for (size_t i = 0; i < c->n_dropped; i++)
		free(c->dropped[i]);
	free(c->dropped);
	free(c->added);
	free(c->found);
	free(c->path);
	free(c->tmp);
	mapping_release(&c->map);
	free(c);
}
