/*
 * Objects written into packs.  The bytes of a large one are collected, cut,
 * and worked on a batch at a time; parts are added in their order, so the
 * same bytes make the same pack with any number of threads.
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
#define BATCH ((size_t)16 << 20)	/* bytes worked on at a time */
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

struct chunk_crew {
	struct pool *pool;
	struct chunk_worker *worker;
	struct object_source *source;	/* of the batch */
	struct chunk_job job[PARTS_MAX];
};

struct chunked_writer {
	struct object_writer writer;
	struct buf plain;	/* not yet cut */
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
	struct chunk_job *job = &c->job[part];
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

/* Cut what can be cut and store it. */
static int
store_batch(struct chunked_writer *w, bool end, struct err *e)
{
	struct chunk_crew *c = packs_writing_state(w->writer.source);
	size_t at = 0, n = 0;
	int r = 0;

	while (n < PARTS_MAX && at < w->plain.len &&
	    (end || w->plain.len - at >= CHUNK_MAX)) {
		size_t len = chunk_cut(w->plain.data + at, w->plain.len - at);

		c->job[n++] = (struct chunk_job){ .p = w->plain.data + at,
		    .n = len };
		at += len;
	}
	c->source = w->writer.source;
	pool_run(c->pool, n, work_on_part, c);
	for (size_t i = 0; i < n; i++) {
		if (r == 0)
			r = finish_part(w, &c->job[i], e);
		if (!c->job[i].known)
			buf_free(&c->job[i].stored);
	}
	memmove(w->plain.data, w->plain.data + at, w->plain.len - at);
	w->plain.len -= at;
	return r;
}

/* --- an object ------------------------------------------------------------- */

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
	buf_init(&w->plain, 2 * BATCH);
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

		buf_add(&w->plain, at, take);
		if (buf_check(&w->plain, e) < 0)
			return -1;
		at += take;
		n -= take;
		if (w->plain.len >= BATCH && store_batch(w, false, e) < 0)
			return -1;
	}
	if (!end || w->size <= CHUNK_WHOLE)
		return 0;
	while (w->plain.len)
		if (store_batch(w, true, e) < 0)
			return -1;
	return 0;
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
	    w->plain.data, w->plain.len, e);
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
	buf_free(&writer_of(writer)->plain);
	buf_free(&writer_of(writer)->list);
	free(writer_of(writer));
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
