/* Records in parts: chunks in memory, then in a file. */
#include "rowdiff/spill.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

#define CHUNK_MIN ((size_t)1 << 12)
#define CHUNK_MAX ((size_t)1 << 17)

void
spill_init(struct spill *s, size_t parts, uint64_t budget, const char *folder)
{
	memset(s, 0, sizeof(*s));
	s->part = xalloc(parts ? parts : 1, sizeof(*s->part));
	s->parts = s->room = parts;
	s->budget = budget;
	s->folder = folder;
	s->fd = -1;
}

void
spill_release(struct spill *s)
{
	for (size_t i = 0; i < s->parts; i++)
		spill_forget(s, i);
	free(s->part);
	if (s->fd >= 0)
		close(s->fd);
	memset(s, 0, sizeof(*s));
}

size_t
spill_more(struct spill *s)
{
	if (s->parts == s->room) {
		s->room = s->room ? s->room * 2 : 64;
		s->part = xresize(s->part, s->room, sizeof(*s->part));
	}
	memset(&s->part[s->parts], 0, sizeof(*s->part));
	return s->parts++;
}

/* ---- to disk and back ---- */

static int
write_chunk(struct spill *s, struct spill_chunk *c, struct err *e)
{
	if (file_write_fd(os_real(), s->fd, c->data, c->used,
	    "a temporary file", e) < 0)
		return err_wrap(e, "more than --memory in '%s'", s->folder);
	c->at = s->end;
	c->on_disk = true;
	s->end += c->used;
	s->held -= c->room;
	free(c->data);
	c->data = NULL;
	return 0;
}

/* Everything in memory goes to the file. */
static int
flush_parts(struct spill *s, struct err *e)
{
	struct spill_chunk *c;

	if (s->fd < 0 && file_open_scratch(&s->fd, s->folder, e) < 0)
		return -1;
	for (size_t i = 0; i < s->parts; i++)
		for (size_t k = 0; k < s->part[i].n; k++) {
			c = &s->part[i].chunk[k];
			if (c->data != NULL && !c->on_disk &&
			    write_chunk(s, c, e) < 0)
				return -1;
		}
	return 0;
}

static int
read_chunk(char *to, const struct spill *s, const struct spill_chunk *c,
    struct err *e)
{
	size_t have = 0;
	ssize_t got;

	while (have < c->used) {
		got = pread(s->fd, to + have, c->used - have,
		    (off_t)(c->at + have));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_sys(e, "cannot read a temporary file in "
			    "'%s'", s->folder);
		if (got == 0)
			return err_set(e, ERR_IO, "a temporary file in '%s' "
			    "got shorter", s->folder);
		have += (size_t)got;
	}
	return 0;
}

/* ---- records ---- */

static struct spill_chunk *
new_chunk(struct spill *s, struct spill_part *p, size_t n)
{
	size_t most = (size_t)(s->budget / (2 * (s->parts ? s->parts : 1)));
	size_t want = p->bytes > CHUNK_MAX ? CHUNK_MAX : (size_t)p->bytes;
	struct spill_chunk *c;
	char *data;

	want = want > most ? most : want;
	want = want < CHUNK_MIN ? CHUNK_MIN : want;
	want = want < n ? n : want;
	data = mem_array(want, 1);
	if (data == NULL)
		return NULL;
	if (p->n == p->room) {
		p->room = p->room ? p->room * 2 : 4;
		p->chunk = xresize(p->chunk, p->room, sizeof(*p->chunk));
	}
	c = &p->chunk[p->n++];
	*c = (struct spill_chunk){ .data = data, .room = want };
	s->held += want;
	return c;
}

int
spill_add(char **at, struct spill *s, size_t part, size_t n, struct err *e)
{
	struct spill_part *p = &s->part[part];
	struct spill_chunk *c = p->n ? &p->chunk[p->n - 1] : NULL;

	if (c == NULL || c->data == NULL || c->room - c->used < n) {
		if (s->held > s->budget && flush_parts(s, e) < 0)
			return -1;
		if ((c = new_chunk(s, p, n)) == NULL)
			return err_set(e, ERR_NOMEM, "no memory for rows; "
			    "give less with --memory");
	}
	*at = c->data + c->used;
	c->used += n;
	p->bytes += n;
	return 0;
}

const char *
spill_chunk_data(struct spill_room *room, const struct spill *s, size_t part,
    size_t chunk, struct err *e)
{
	const struct spill_chunk *c = &s->part[part].chunk[chunk];

	if (c->data != NULL)
		return c->data;
	if (room->n < c->used) {
		room->data = xresize(room->data, c->used, 1);
		room->n = c->used;
	}
	return read_chunk(room->data, s, c, e) < 0 ? NULL : room->data;
}

int
spill_load(struct spill *s, size_t part, struct err *e)
{
	struct spill_part *p = &s->part[part];
	struct spill_chunk *c;

	for (size_t i = 0; i < p->n; i++) {
		c = &p->chunk[i];
		if (c->data != NULL)
			continue;
		c->data = mem_array(c->used ? c->used : 1, 1);
		if (c->data == NULL)
			return err_set(e, ERR_NOMEM, "no memory for rows");
		if (read_chunk(c->data, s, c, e) < 0)
			return -1;
	}
	return 0;
}

void
spill_forget(struct spill *s, size_t part)
{
	struct spill_part *p = &s->part[part];

	for (size_t i = 0; i < p->n; i++)
		free(p->chunk[i].data);
	free(p->chunk);
	memset(p, 0, sizeof(*p));
}
