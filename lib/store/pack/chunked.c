/*
 * Objects written into packs.  The bytes of a large one are collected, cut,
 * and worked on a batch at a time, while the bytes of the next are collected;
 * parts are added in their order, so the same bytes make the same pack with any
 * number of threads.
 */
#include "store/pack/chunked.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/pool.h"
#include "codec/zst.h"
#include "store/pack/chunk.h"
#include "store/pack/pack_writer.h"
#include "store/pack/packs.h"

#define LEVEL 1			/* of Zstandard */
#define BATCH ((size_t)8 << 20)	/* bytes worked on at a time */
#define PARTS_MAX (BATCH / CHUNK_MIN + 2)

struct chunk_worker {
	struct zst_block *zst;
	struct sha256 *sha;
	struct buf check;
};

struct chunk_job {
	const char *p;
	size_t n;
	bool known;		/* stored already, and whole */
	struct pack_entry entry;
	struct buf stored;
	struct err err;
};

struct chunk_batch {
	struct buf plain;	/* the jobs point into it */
	size_t n;
	struct chunk_job job[PARTS_MAX];
};

/* Works for one writer at a time. */
struct chunk_crew {
	struct pool *pool;
	struct chunk_worker *worker;
	struct object_source *source;	/* of the batch */
	struct chunk_batch *batch;
};

struct chunked_writer {
	struct object_writer writer;
	struct chunk_batch *filling;	/* not yet cut */
	struct chunk_batch *working;	/* what the crew is at */
	struct buf list;	/* of parts so far */
	uint64_t size;
};

static struct chunked_writer *
writer_of(struct object_writer *w)
{
	return (struct chunked_writer *)w;
}

static void *
crew_new(void)
{
	struct chunk_crew *c = xalloc(1, sizeof(*c));

	c->pool = pool_new(0);
	c->worker = xalloc((size_t)pool_threads(c->pool), sizeof(*c->worker));
	for (int i = 0; i < pool_threads(c->pool); i++) {
		c->worker[i].zst = zst_block_new(LEVEL);
		c->worker[i].sha = sha256_new();
		buf_init(&c->worker[i].check, PACK_STORED_MAX);
	}
	return c;
}

static void
crew_free(void *state)
{
	struct chunk_crew *c = state;

	for (int i = 0; i < pool_threads(c->pool); i++) {
		zst_block_free(c->worker[i].zst);
		sha256_free(c->worker[i].sha);
		buf_free(&c->worker[i].check);
	}
	pool_free(c->pool);
	free(c->worker);
	free(c);
}

/* --- a batch --------------------------------------------------------------- */

static void
work_on_part(void *ctx, size_t part, int worker)
{
	struct chunk_crew *c = ctx;
	struct chunk_worker *w = &c->worker[worker];
	struct chunk_job *job = &c->batch->job[part];
	struct err ignored = ERR_INIT;
	struct oid id;

	sha256_add(w->sha, job->p, job->n);
	sha256_done(w->sha, id.b);
	buf_clear(&w->check);
	/* a damaged copy is healed by a good one */
	job->known = packs_stored(&job->entry, &w->check, c->source, &id,
	    &ignored) == 0;
	if (job->known)
		return;
	buf_init(&job->stored, PACK_STORED_MAX);
	(void)pack_encode(&job->entry, &job->stored, w->zst, &id, job->p,
	    job->n, &job->err);
}

static int
finish_part(struct chunked_writer *w, struct chunk_job *job, struct err *e)
{
	if (job->err.code != ERR_NONE) {
		*e = job->err;
		return -1;
	}
	buf_add(&w->list, job->entry.id.b, OID_BYTES);
	buf_le32(&w->list, (uint32_t)job->n);
	if (buf_check(&w->list, e) < 0)
		return -1;
	if (job->known) {
		w->writer.source->ops->keep(w->writer.source, &job->entry.id);
		return 0;
	}
	return packs_add_stored(w->writer.source, &job->entry,
	    job->stored.data, e);
}

/* Wait for the batch that is worked on, and store it. */
static int
finish_batch(struct chunked_writer *w, struct err *e)
{
	struct chunk_crew *c = packs_writing_state(w->writer.source);
	struct chunk_batch *b = w->working;
	int r = 0;

	pool_finish(c->pool);
	for (size_t i = 0; i < b->n; i++) {
		if (r == 0)
			r = finish_part(w, &b->job[i], e);
		if (!b->job[i].known)
			buf_free(&b->job[i].stored);
	}
	b->n = 0;
	return r;
}

/* Jobs of all that can be cut; how many bytes these are. */
static size_t
cut_batch(struct chunk_batch *b, bool end)
{
	size_t at = 0;

	while (b->n < PARTS_MAX && at < b->plain.len &&
	    (end || b->plain.len - at >= CHUNK_MAX)) {
		size_t len = chunk_cut(b->plain.data + at, b->plain.len - at);

		b->job[b->n++] = (struct chunk_job){ .p = b->plain.data + at,
		    .n = len };
		at += len;
	}
	return at;
}

/* Have what was collected worked on, when the batch before it is stored. */
static int
start_batch(struct chunked_writer *w, bool end, struct err *e)
{
	struct chunk_crew *c = packs_writing_state(w->writer.source);
	struct chunk_batch *next = w->working, *b = w->filling;
	size_t at = cut_batch(b, end);

	if (finish_batch(w, e) < 0) {
		b->n = 0;
		return -1;
	}
	buf_clear(&next->plain);
	buf_add(&next->plain, b->plain.data + at, b->plain.len - at);
	w->filling = next;
	w->working = b;
	c->source = w->writer.source;
	c->batch = b;
	pool_start(c->pool, b->n, work_on_part, c);
	return 0;
}

/* --- an object ------------------------------------------------------------- */

static struct chunk_batch *
batch_new(void)
{
	struct chunk_batch *b = xalloc(1, sizeof(*b));

	buf_init(&b->plain, 2 * BATCH);
	return b;
}

static void
batch_free(struct chunk_batch *b)
{
	buf_free(&b->plain);
	free(b);
}

static int
chunked_begin(struct object_writer **out, struct object_source *s,
    const void *first, size_t n, uint64_t expect, struct err *e)
{
	struct chunked_writer *w = xalloc(1, sizeof(*w));

	(void)first;
	(void)n;
	(void)expect;
	(void)e;
	w->writer.source = s;
	w->filling = batch_new();
	w->working = batch_new();
	buf_init(&w->list, PACK_STORED_MAX);
	*out = &w->writer;
	return 0;
}

static int
chunked_add(struct object_writer *writer, const void *p, size_t n, bool end,
    struct err *e)
{
	struct chunked_writer *w = writer_of(writer);
	const char *at = p;

	w->size += n;
	while (n) {
		size_t take = n < BATCH ? n : BATCH;

		buf_add(&w->filling->plain, at, take);
		if (buf_check(&w->filling->plain, e) < 0)
			return -1;
		at += take;
		n -= take;
		if (w->filling->plain.len >= BATCH &&
		    start_batch(w, false, e) < 0)
			return -1;
	}
	if (!end || w->size <= CHUNK_WHOLE)
		return 0;
	while (w->filling->plain.len)
		if (start_batch(w, true, e) < 0)
			return -1;
	return finish_batch(w, e);
}

static int
commit_whole(struct chunked_writer *w, const struct oid *id, struct err *e)
{
	struct chunk_crew *c = packs_writing_state(w->writer.source);
	struct pack_entry t;
	struct buf stored;
	int r;

	buf_init(&stored, PACK_STORED_MAX);
	r = pack_encode(&t, &stored, c->worker[0].zst, id,
	    w->filling->plain.data, w->filling->plain.len, e);
	if (r == 0)
		r = packs_add_stored(w->writer.source, &t, stored.data, e);
	buf_free(&stored);
	return r;
}

static int
chunked_commit(struct object_writer *writer, const struct oid *id,
    struct err *e)
{
	struct chunked_writer *w = writer_of(writer);
	struct object_source *s = writer->source;
	struct err ignored = ERR_INIT;
	struct pack_entry t = { .id = *id, .plain = w->size,
	    .encoding = PACK_PARTS };
	struct buf found;
	bool same;

	buf_init(&found, PACK_STORED_MAX);
	/* another list of parts may be somebody's who lies */
	same = packs_stored(&t, &found, s, id, &ignored) == 0 &&
	    (t.encoding != PACK_PARTS || (found.len == w->list.len &&
	    memcmp(found.data, w->list.data, found.len) == 0));
	buf_free(&found);
	if (same) {
		s->ops->keep(s, id);
		return 0;
	}
	if (w->size <= CHUNK_WHOLE)
		return commit_whole(w, id, e);
	t = (struct pack_entry){ .id = *id, .plain = w->size,
	    .stored = (uint32_t)w->list.len, .encoding = PACK_PARTS };
	return packs_add_stored(s, &t, w->list.data, e);
}

static void
chunked_drop(struct object_writer *writer)
{
	struct chunked_writer *w = writer_of(writer);
	struct chunk_crew *c = packs_writing_state(w->writer.source);

	pool_finish(c->pool);
	for (size_t i = 0; i < w->working->n; i++)
		if (!w->working->job[i].known)
			buf_free(&w->working->job[i].stored);
	batch_free(w->filling);
	batch_free(w->working);
	buf_free(&w->list);
	free(w);
}

const struct packs_writing *
chunked_writing(void)
{
	static const struct packs_writing how = {
		.begin = chunked_begin,
		.add = chunked_add,
		.commit = chunked_commit,
		.drop = chunked_drop,
		.state_new = crew_new,
		.state_free = crew_free,
	};

	return &how;
}
