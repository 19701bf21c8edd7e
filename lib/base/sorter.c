/* Sorted runs in a file, merged when they are read. */
#define _GNU_SOURCE
#include "base/sorter.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

#define RUNS_MAX 64		/* then they are merged into one */
#define READ_BYTES ((size_t)1 << 18)	/* of each run at a time */

struct slot {			/* a record in memory */
	uint64_t head;		/* its first bytes, by value */
	const uint8_t *at;
	uint32_t n;
};

struct run {
	off_t from, to;		/* not yet read, in the file */
	uint8_t *buf;		/* (READ_BYTES + a record) */
	size_t at, len;
	const uint8_t *record;	/* the current one */
	size_t n;
	bool ended;
};

struct sorter {
	const char *folder;
	size_t memory;
	uint64_t count;
	struct buf bytes;	/* records in memory, one behind the other */
	struct slot *slot;
	size_t *start;		/* where each begins */
	size_t slots, room, next;
	int fd;			/* of the runs, or -1 */
	off_t end;
	struct run run[RUNS_MAX];
	size_t runs;
	size_t heap[RUNS_MAX], heaped;
	bool moved;		/* the heap's first was handed out */
};

/* ---- parts of records ---- */

void
sorter_put_u32(struct buf *b, uint32_t v)
{
	uint8_t s[4] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16),
	    (uint8_t)(v >> 8), (uint8_t)v };

	buf_add(b, s, sizeof(s));
}

void
sorter_put_u64(struct buf *b, uint64_t v)
{
	sorter_put_u32(b, (uint32_t)(v >> 32));
	sorter_put_u32(b, (uint32_t)v);
}

uint32_t
sorter_get_u32(const void *p)
{
	const uint8_t *s = p;

	return (uint32_t)s[0] << 24 | (uint32_t)s[1] << 16 |
	    (uint32_t)s[2] << 8 | s[3];
}

uint64_t
sorter_get_u64(const void *p)
{
	return (uint64_t)sorter_get_u32(p) << 32 |
	    sorter_get_u32((const uint8_t *)p + 4);
}

/* Bits of a double rise with it, but for the sign. */
void
sorter_put_falling(struct buf *b, double v)
{
	uint64_t u;

	v = v == 0 ? 0 : v;		/* one zero */
	memcpy(&u, &v, sizeof(u));
	u = u >> 63 ? ~u : u | (uint64_t)1 << 63;
	sorter_put_u64(b, ~u);
}

double
sorter_get_falling(const void *p)
{
	uint64_t u = ~sorter_get_u64(p);
	double v;

	u = u >> 63 ? u & ~((uint64_t)1 << 63) : ~u;
	memcpy(&v, &u, sizeof(v));
	return v;
}

/* A zero byte ends it; one within is told from that by what follows. */
void
sorter_put_text(struct buf *b, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t c = (uint8_t)s[i];

		if (c <= 1)
			buf_addc(b, 1);
		buf_addc(b, (char)(c <= 1 ? c + 1 : c));
	}
	buf_addc(b, 0);
}

size_t
sorter_text_bytes(const void *p, size_t n)
{
	const uint8_t *end = memchr(p, 0, n);

	return end == NULL ? n : (size_t)(end - (const uint8_t *)p) + 1;
}

/* ---- in memory ---- */

struct sorter *
sorter_new(size_t memory, const char *folder)
{
	struct sorter *s = xalloc(1, sizeof(*s));

	s->folder = folder;
	s->memory = memory;
	s->fd = -1;
	buf_init(&s->bytes, memory + 2 * SORTER_RECORD_MAX);
	return s;
}

void
sorter_free(struct sorter *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->runs; i++)
		free(s->run[i].buf);
	if (s->fd >= 0)
		close(s->fd);
	buf_free(&s->bytes);
	free(s->slot);
	free(s->start);
	free(s);
}

uint64_t
sorter_count(const struct sorter *s)
{
	return s->count;
}

static int
order_bytes(const uint8_t *a, size_t na, const uint8_t *b, size_t nb)
{
	int r = memcmp(a, b, na < nb ? na : nb);

	return r != 0 ? r : (na > nb) - (na < nb);
}

static int
by_bytes(const void *a, const void *b)
{
	const struct slot *x = a, *y = b;

	if (x->head != y->head)
		return x->head < y->head ? -1 : 1;
	return order_bytes(x->at, x->n, y->at, y->n);
}

static void
sort_slots(struct sorter *s)
{
	const uint8_t *base = (const uint8_t *)s->bytes.data;

	free(s->slot);
	s->slot = xalloc(s->slots + 1, sizeof(*s->slot));
	for (size_t i = 0; i < s->slots; i++) {
		size_t end = i + 1 < s->slots ? s->start[i + 1] : s->bytes.len;
		uint8_t head[8] = { 0 };
		struct slot *t = &s->slot[i];

		t->at = base + s->start[i];
		t->n = (uint32_t)(end - s->start[i]);
		memcpy(head, t->at, t->n < 8 ? t->n : 8);
		t->head = sorter_get_u64(head);
	}
	qsort(s->slot, s->slots, sizeof(*s->slot), by_bytes);
	s->next = 0;
}

/* ---- runs ---- */

struct run_writer {
	struct buf b;
	int fd;
	off_t end;
};

static int
flush_run(struct run_writer *w, struct err *e)
{
	int r = file_write_at(w->fd, w->b.data, w->b.len, (uint64_t)w->end, e);

	w->end += (off_t)w->b.len;
	buf_clear(&w->b);
	return r;
}

static int
write_record(struct run_writer *w, const uint8_t *record, size_t n,
    struct err *e)
{
	buf_le32(&w->b, (uint32_t)n);
	buf_add(&w->b, record, n);
	return w->b.len >= READ_BYTES ? flush_run(w, e) : buf_check(&w->b, e);
}

/* The next record of a run becomes its current one. */
static int
advance_run(struct sorter *s, struct run *r, struct err *e)
{
	size_t left = r->len - r->at, want;
	ssize_t n;

	if (left < 4 || left < 4 + get_le32(r->buf + r->at)) {
		memmove(r->buf, r->buf + r->at, left);
		r->at = 0;
		r->len = left;
		want = READ_BYTES + SORTER_RECORD_MAX + 4 - left;
		if ((off_t)want > r->to - r->from)
			want = (size_t)(r->to - r->from);
		while (want > 0) {
			n = pread(s->fd, r->buf + r->len, want, r->from);
			if (n < 0 && errno == EINTR)
				continue;
			if (n <= 0)
				return err_sys(e, "cannot read what is being "
				    "sorted");
			r->len += (size_t)n;
			r->from += n;
			want -= (size_t)n;
		}
	}
	r->ended = r->at == r->len;
	if (!r->ended) {
		r->n = get_le32(r->buf + r->at);
		r->record = r->buf + r->at + 4;
		r->at += 4 + r->n;
	}
	return 0;
}

static bool
run_before(const struct sorter *s, size_t a, size_t b)
{
	const struct run *x = &s->run[a], *y = &s->run[b];
	int r = order_bytes(x->record, x->n, y->record, y->n);

	return r != 0 ? r < 0 : a < b;
}

static void
sift(struct sorter *s, size_t i)
{
	for (;;) {
		size_t least = i, t;

		for (size_t c = 2 * i + 1; c <= 2 * i + 2; c++)
			if (c < s->heaped && run_before(s, s->heap[c],
			    s->heap[least]))
				least = c;
		if (least == i)
			return;
		t = s->heap[i];
		s->heap[i] = s->heap[least];
		s->heap[least] = t;
		i = least;
	}
}

static int
open_merge(struct sorter *s, struct err *e)
{
	s->heaped = 0;
	s->moved = false;
	for (size_t i = 0; i < s->runs; i++) {
		struct run *r = &s->run[i];

		r->buf = xalloc(READ_BYTES + SORTER_RECORD_MAX + 4, 1);
		r->at = r->len = 0;
		if (advance_run(s, r, e) < 0)
			return -1;
		if (!r->ended)
			s->heap[s->heaped++] = i;
	}
	for (size_t i = s->heaped; i-- > 0;)
		sift(s, i);
	return 0;
}

static int
next_merged(const void **record, size_t *n, struct sorter *s, struct err *e)
{
	if (s->moved) {
		struct run *r = &s->run[s->heap[0]];

		if (advance_run(s, r, e) < 0)
			return -1;
		if (r->ended)
			s->heap[0] = s->heap[--s->heaped];
		sift(s, 0);
	}
	s->moved = s->heaped > 0;
	if (!s->moved)
		return 0;
	*record = s->run[s->heap[0]].record;
	*n = s->run[s->heap[0]].n;
	return 1;
}

/* All runs become one, in a file of their own. */
static int
merge_runs(struct sorter *s, struct err *e)
{
	struct run_writer w = { .fd = -1 };
	const void *record;
	size_t n;
	int r;

	if (file_open_scratch(&w.fd, s->folder, e) < 0)
		return -1;
	buf_init(&w.b, READ_BYTES + 2 * SORTER_RECORD_MAX);
	r = open_merge(s, e);
	while (r >= 0 && (r = next_merged(&record, &n, s, e)) > 0)
		r = write_record(&w, record, n, e);
	if (r == 0)
		r = flush_run(&w, e);
	buf_free(&w.b);
	for (size_t i = 0; i < s->runs; i++)
		free(s->run[i].buf);
	memset(s->run, 0, sizeof(s->run));
	close(s->fd);
	s->fd = w.fd;
	s->end = w.end;
	s->runs = 1;
	s->run[0].to = w.end;
	return r;
}

/* What is in memory becomes a run. */
static int
spill(struct sorter *s, struct err *e)
{
	struct run_writer w;
	int r = 0;

	if (s->runs == RUNS_MAX && merge_runs(s, e) < 0)
		return -1;
	if (s->fd < 0 && file_open_scratch(&s->fd, s->folder, e) < 0)
		return -1;
	w.fd = s->fd;
	w.end = s->end;
	buf_init(&w.b, READ_BYTES + 2 * SORTER_RECORD_MAX);
	sort_slots(s);
	for (size_t i = 0; r == 0 && i < s->slots; i++)
		r = write_record(&w, s->slot[i].at, s->slot[i].n, e);
	if (r == 0)
		r = flush_run(&w, e);
	buf_free(&w.b);
	s->run[s->runs++] = (struct run){ .from = s->end, .to = w.end };
	s->end = w.end;
	buf_clear(&s->bytes);
	s->slots = 0;
	return r;
}

int
sorter_add(struct sorter *s, const void *record, size_t n, struct err *e)
{
	if (n > SORTER_RECORD_MAX)
		return err_set(e, ERR_TOOBIG, "a record of %zu bytes: at most "
		    "%zu are sorted", n, SORTER_RECORD_MAX);
	if (s->bytes.len + n + (s->slots + 1) * (sizeof(*s->slot) +
	    sizeof(*s->start)) > s->memory && s->slots > 0 && spill(s, e) < 0)
		return -1;
	if (s->slots == s->room) {
		s->room = s->room ? 2 * s->room : 1024;
		s->start = xresize(s->start, s->room, sizeof(*s->start));
	}
	s->start[s->slots++] = s->bytes.len;
	buf_add(&s->bytes, record, n);
	s->count++;
	return buf_check(&s->bytes, e);
}

int
sorter_sort(struct sorter *s, struct err *e)
{
	if (s->runs == 0) {
		sort_slots(s);
		return 0;
	}
	if (s->slots > 0 && spill(s, e) < 0)
		return -1;
	free(s->slot);
	s->slot = NULL;
	free(s->start);
	s->start = NULL;
	s->room = 0;
	buf_free(&s->bytes);
	buf_init(&s->bytes, BUF_CAP_SMALL);
	return open_merge(s, e);
}

int
sorter_next(const void **record, size_t *n, struct sorter *s, struct err *e)
{
	if (s->runs > 0)
		return next_merged(record, n, s, e);
	if (s->next == s->slots)
		return 0;
	*record = s->slot[s->next].at;
	*n = s->slot[s->next++].n;
	return 1;
}
