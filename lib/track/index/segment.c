/* Segments read: from a file part by part, or out of memory. */
#include "track/index/segment.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"

#define WINDOW ((uint64_t)1 << 16)
#define SEGMENT_MAX ((uint64_t)1 << 34)

static bool
damage(struct segment *s)
{
	s->damaged = true;
	return false;
}

/* ---- parts ---- */

static bool
read_at(struct segment *s, void *to, uint64_t at, uint64_t n)
{
	size_t done = 0;

	if (s->damaged || at > s->head.size || n > s->head.size - at)
		return damage(s);
	if (s->fd < 0) {
		memcpy(to, s->memory.data + at, n);
		return true;
	}
	while (done < n) {
		ssize_t got = pread(s->fd, (char *)to + done, n - done,
		    (off_t)(at + done));

		if (got <= 0)
			return damage(s);
		done += (size_t)got;
	}
	return true;
}

/* A part that stays until the end; NULL: damaged. */
static const void *
read_part(struct segment *s, uint64_t at, uint64_t n)
{
	void *p;

	if (s->damaged || at > s->head.size || n > s->head.size - at) {
		damage(s);
		return NULL;
	}
	if (s->fd < 0 && at % 8 == 0)
		return s->memory.data + at;
	p = malloc(n + 1);
	if (p == NULL || !read_at(s, p, at, n)) {
		free(p);
		damage(s);
		return NULL;
	}
	if (s->n_read == s->room_read) {
		s->room_read = s->room_read ? s->room_read * 2 : 8;
		s->read = xresize(s->read, s->room_read, sizeof(*s->read));
	}
	s->read[s->n_read++] = p;
	return p;
}

static const void *
read_checked(struct segment *s, uint64_t at, uint64_t n, uint64_t hash)
{
	const void *p = read_part(s, at, n);

	if (p && hash64(p, n, 0) != hash) {
		damage(s);
		return NULL;
	}
	return p;
}

/* ---- the whole ---- */

static bool
read_map(struct segment *s)
{
	const struct segment_head *h = &s->head;
	uint64_t rows = (uint64_t)h->n_rows * sizeof(*s->row);
	uint64_t dead = ((uint64_t)h->n_dead + 1) / 2 * 8;
	uint64_t columns = (uint64_t)h->n_columns * sizeof(*s->column);
	const char *p;

	if (h->map_at % 8 || rows + dead + columns > h->map_n)
		return damage(s);
	p = read_checked(s, h->map_at, h->map_n, h->map_hash);
	if (p == NULL)
		return false;
	s->row = (const void *)p;
	s->dead = (const void *)(p + rows);
	s->column = (const void *)(p + rows + dead);
	s->names = p + rows + dead + columns;
	s->names_n = h->map_n - rows - dead - columns;
	for (uint32_t i = 0; i < h->n_columns; i++)
		if (s->column[i].name_at > s->names_n || s->column[i].name_n >
		    s->names_n - s->column[i].name_at)
			return damage(s);
	return true;
}

static bool
begin(struct segment *s, uint64_t size)
{
	struct segment_head *h = &s->head;

	h->size = size;
	if (size < sizeof(*h) || size > SEGMENT_MAX || !read_at(s, h, 0,
	    sizeof(*h)) || memcmp(h->magic, SEGMENT_MAGIC, 8) != 0 ||
	    h->order != SEGMENT_ORDER || h->size != size ||
	    h->hash != hash64(h, offsetof(struct segment_head, hash), 0)) {
		h->size = 0;
		return damage(s);
	}
	return read_map(s);
}

bool
segment_open(struct segment *s, int fd)
{
	struct stat st;

	memset(s, 0, sizeof(*s));
	s->fd = fd;
	return fstat(fd, &st) == 0 ? begin(s, (uint64_t)st.st_size) :
	    damage(s);
}

bool
segment_take(struct segment *s, struct buf *bytes)
{
	memset(s, 0, sizeof(*s));
	s->fd = -1;
	s->memory = *bytes;
	buf_init(bytes, bytes->cap);
	return begin(s, s->memory.len);
}

void
segment_release(struct segment *s)
{
	for (size_t i = 0; i < s->n_read; i++)
		free(s->read[i]);
	free(s->read);
	free(s->window);
	if (s->fd >= 0)
		close(s->fd);
	else if (s->memory.data)
		buf_free(&s->memory);
	memset(s, 0, sizeof(*s));
	s->fd = -1;
}

/* ---- columns ---- */

const struct segment_column *
segment_column(struct segment *s, const char *name, size_t n)
{
	size_t low = 0, high = s->head.n_columns;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct segment_column *c = &s->column[mid];
		size_t least = c->name_n < n ? c->name_n : n;
		int d = memcmp(s->names + c->name_at, name, least);

		if (d == 0)
			d = (c->name_n > n) - (c->name_n < n);
		if (d == 0)
			return c;
		if (d < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

const struct segment_entry *
segment_entries(struct segment *s, const struct segment_column *c)
{
	uint64_t n = (uint64_t)c->n * sizeof(struct segment_entry);

	if (c->at % 8 || c->text_n > s->head.size) {
		damage(s);
		return NULL;
	}
	return read_checked(s, c->at, n + c->text_n, c->hash);
}

bool
segment_value(struct json *j, struct segment *s,
    const struct segment_column *c, const struct segment_entry *v, size_t i)
{
	const char *text = (const char *)(v + c->n);
	uint32_t n;

	memset(j, 0, sizeof(*j));
	if (v[i].type > JSON_MAP)
		return damage(s);
	j->type = (enum json_type)v[i].type;
	if (j->type == JSON_INT) {
		j->i = v[i].v.i;
		j->d = (double)j->i;
	} else if (j->type == JSON_REAL) {
		j->d = v[i].v.d;
	} else if (j->type == JSON_BOOL) {
		j->b = v[i].v.i != 0;
	} else if (j->type == JSON_TEXT) {
		if (c->text_n < 5 || v[i].v.at > c->text_n - 5)
			return damage(s);
		memcpy(&n, text + v[i].v.at, sizeof(n));
		if (n > c->text_n - 5 - v[i].v.at ||
		    text[v[i].v.at + 4 + n] != '\0')
			return damage(s);
		j->s = text + v[i].v.at + 4;
		j->n = n;
	}
	return true;
}

/* ---- rows ---- */

const char *
segment_json(size_t *n, struct segment *s, uint32_t row)
{
	const struct segment_row *r = &s->row[row];
	const char *p;

	*n = r->n;
	if (r->at > s->head.size || r->n > s->head.size - r->at) {
		damage(s);
		return NULL;
	}
	if (s->fd < 0) {
		p = s->memory.data + r->at;
	} else {
		if (r->at < s->window_at || r->at + r->n > s->window_at +
		    s->window_n) {
			uint64_t most = s->head.size - r->at;
			uint64_t want = r->n > WINDOW ? r->n : WINDOW;

			s->window_n = 0;
			s->window = xresize(s->window, 1, want);
			if (want > most)
				want = most;
			if (!read_at(s, s->window, r->at, want))
				return NULL;
			s->window_at = r->at;
			s->window_n = want;
		}
		p = s->window + (r->at - s->window_at);
	}
	if ((uint32_t)hash64(p, r->n, 0) != r->hash) {
		damage(s);
		return NULL;
	}
	return p;
}

const struct segment_ref *
segment_refs(struct segment *s)
{
	if (s->refs == NULL)
		s->refs = read_checked(s, s->head.refs_at,
		    (uint64_t)s->head.n_rows * sizeof(struct segment_ref),
		    s->head.refs_hash);
	return s->refs;
}
