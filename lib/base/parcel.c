/* Arrays in one file with a checksum, and back from a mapping. */
#include "base/parcel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"

#define MAGIC 0x314352415056514dULL
#define ALIGN ((uint64_t)64)
#define HEADER 64

struct header {
	uint64_t magic, what, bytes, sum;
	uint8_t rest[HEADER - 4 * sizeof(uint64_t)];
};

static const uint8_t zeros[ALIGN];

static uint64_t
aligned(uint64_t n)
{
	return (n + ALIGN - 1) / ALIGN * ALIGN;
}

void
parcel_add(struct parcel_out *o, const void *p, size_t n)
{
	o->item = arena_grow(&o->arena, o->item, o->n_items, &o->room,
	    sizeof(*o->item));
	o->item[o->n_items++] = (struct parcel_item){ p, n };
}

void
parcel_add_copy(struct parcel_out *o, const void *p, size_t n)
{
	void *copy = arena_alloc(&o->arena, n + 1);

	if (n)
		memcpy(copy, p, n);
	parcel_add(o, copy, n);
}

void
parcel_add_number(struct parcel_out *o, uint64_t v)
{
	parcel_add_copy(o, &v, sizeof(v));
}

void
parcel_add_text(struct parcel_out *o, const char *s)
{
	parcel_add_copy(o, s, s ? strlen(s) + 1 : 0);
}

uint64_t
parcel_size(const struct parcel_out *o)
{
	uint64_t n = HEADER;

	for (size_t i = 0; i < o->n_items; i++)
		n += ALIGN + aligned(o->item[i].n);
	return n;
}

/* Every piece of the file after its header, in order. */
static int
each_piece(const struct parcel_out *o, int (*put)(void *ctx, const void *p,
    size_t n, struct err *e), void *ctx, struct err *e)
{
	for (size_t i = 0; i < o->n_items; i++) {
		const struct parcel_item *x = &o->item[i];
		uint64_t head[ALIGN / sizeof(uint64_t)] = { x->n };

		if (put(ctx, head, sizeof(head), e) < 0 ||
		    put(ctx, x->data, x->n, e) < 0 || put(ctx, zeros,
		    (size_t)(aligned(x->n) - x->n), e) < 0)
			return -1;
	}
	return 0;
}

static int
hash_piece(void *ctx, const void *p, size_t n, struct err *e)
{
	(void)e;
	if (n)
		hash64_add(ctx, p, n);
	return 0;
}

struct writing {
	struct new_file file;
	const char *name;
};

static int
write_piece(void *ctx, const void *p, size_t n, struct err *e)
{
	struct writing *w = ctx;

	return n == 0 ? 0 : file_write_fd(w->file.os, w->file.fd, p, n,
	    w->name, e);
}

int
parcel_write(const struct parcel_out *o, const struct os *os,
    const char *folder, const char *path, uint64_t what, struct err *e)
{
	struct header h = { MAGIC, what, parcel_size(o), 0, { 0 } };
	struct hash64 *sum = hash64_new();
	struct writing w = { .name = path };
	bool existed;

	(void)each_piece(o, hash_piece, sum, e);
	h.sum = hash64_done(sum);
	hash64_free(sum);
	if (new_file_open(&w.file, os, folder, h.bytes, e) < 0)
		return -1;
	w.file.fleeting = true;
	if (write_piece(&w, &h, sizeof(h), e) < 0 ||
	    each_piece(o, write_piece, &w, e) < 0) {
		new_file_drop(&w.file);
		return -1;
	}
	return new_file_commit(&w.file, path, true, &existed, e);
}

void
parcel_out_release(struct parcel_out *o)
{
	arena_free(&o->arena);
	memset(o, 0, sizeof(*o));
}

static int
check_header(const struct parcel *p, const char *path, uint64_t what,
    struct err *e)
{
	struct header h;

	memcpy(&h, p->map.data, sizeof(h));
	if (h.magic != MAGIC || h.what != what || h.bytes != p->end ||
	    h.sum != hash64(p->map.data + HEADER, p->end - HEADER, 0))
		return err_set(e, ERR_CORRUPT, "'%s' is damaged, or of another "
		    "program", path);
	return 0;
}

int
parcel_open(struct parcel *p, const char *path, uint64_t what, struct err *e)
{
	struct stat st;
	int fd, r = -1;

	memset(p, 0, sizeof(*p));
	if (file_open_own(&fd, os_real(), path, O_RDONLY, 0, e) < 0)
		return -1;
	if (fstat(fd, &st) < 0)
		err_sys(e, "cannot stat '%s'", path);
	else if (st.st_size < HEADER)
		err_set(e, ERR_CORRUPT, "'%s' is damaged", path);
	else
		r = mapping_init(&p->map, fd, 0, (uint64_t)st.st_size, path, e);
	close(fd);
	if (r < 0)
		return -1;
	p->end = (size_t)st.st_size;
	p->at = HEADER;
	if (check_header(p, path, what, e) < 0) {
		parcel_close(p);
		return -1;
	}
	return 0;
}

void
parcel_close(struct parcel *p)
{
	mapping_release(&p->map);
	memset(p, 0, sizeof(*p));
}

const void *
parcel_take(struct parcel *p, size_t *n)
{
	uint64_t bytes, room;
	const uint8_t *at;

	*n = 0;
	if (p->bad || p->at == p->end || p->end - p->at < ALIGN) {
		p->bad = true;
		return NULL;
	}
	memcpy(&bytes, p->map.data + p->at, sizeof(bytes));
	room = p->end - p->at - ALIGN;
	if (bytes > room || aligned(bytes) > room) {
		p->bad = true;
		return NULL;
	}
	at = p->map.data + p->at + ALIGN;
	p->at += (size_t)(ALIGN + aligned(bytes));
	*n = (size_t)bytes;
	return at;
}

const void *
parcel_take_array(struct parcel *p, size_t count, size_t size)
{
	size_t n, want;
	const void *at = parcel_take(p, &n);

	if (at && (!size_mul(&want, count, size) || n != want))
		p->bad = true;
	return p->bad ? NULL : at;
}

const void *
parcel_take_maybe(struct parcel *p, size_t count, size_t size)
{
	size_t n, want;
	const void *at = parcel_take(p, &n);

	if (at && n != 0 && (!size_mul(&want, count, size) || n != want))
		p->bad = true;
	return p->bad || n == 0 ? NULL : at;
}

uint64_t
parcel_take_number(struct parcel *p, uint64_t most)
{
	const void *at = parcel_take_array(p, 1, sizeof(uint64_t));
	uint64_t v = 0;

	if (at)
		memcpy(&v, at, sizeof(v));
	if (v > most)
		p->bad = true;
	return p->bad ? 0 : v;
}

const char *
parcel_take_text(struct parcel *p)
{
	size_t n;
	const char *s = parcel_take(p, &n);

	if (s && n > 0 && memchr(s, '\0', n) != s + n - 1)
		p->bad = true;
	return p->bad || n == 0 ? NULL : s;
}
