/*
 * The object database: names and checks objects over a list of sources, and
 * decides when what was put is made durable.
 */
#include "store/odb.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "store/internal.h"
#include "store/object_source.h"

#define READ_BLOCK ((size_t)1 << 18)
#define WRITE_BLOCK ((size_t)1 << 20)
#define LARGE WRITE_BLOCK	/* goes where it can be cut into parts */

struct odb_transaction {
	struct odb *odb;
	bool bulk;
	bool failed;		/* a sync failed: it is never tried again */
};

struct odb {
	struct object_source *sources;
	struct object_source *bulk;	/* takes what comes in bulk; or NULL */
	const struct progress *progress;
	struct odb_transaction transaction;	/* .odb NULL: none is open */
	int (*hold)(struct repo *repo, struct err *e);	/* or NULL */
	struct repo *repo;	/* its argument */
};

struct odb *
odb_new(struct object_source *sources, struct object_source *bulk,
    const struct progress *progress)
{
	struct odb *o = xalloc(1, sizeof(*o));

	o->sources = sources;
	o->bulk = bulk;
	o->progress = progress;
	return o;
}

void
odb_free(struct odb *o)
{
	struct object_source *next;

	if (o == NULL)
		return;
	for (struct object_source *s = o->sources; s; s = next) {
		next = s->next;
		s->ops->free(s);
	}
	free(o);
}

/* The first source that has it, or may have it; the last one says that there
 * is none. */
static struct object_source *
source_of(struct odb *o, const struct oid *id)
{
	struct object_source *s = o->sources, *may = NULL;
	int has;

	for (; s->next; s = s->next) {
		if ((has = s->ops->has(s, id)) > 0)
			return s;
		if (has < 0 && may == NULL)
			may = s;
	}
	return may && s->ops->has(s, id) <= 0 ? may : s;
}

/* --- transactions ---------------------------------------------------------- */

static int
sync_sources(struct odb *o, struct err *e)
{
	int r = 0;

	for (struct object_source *s = o->sources; r == 0 && s; s = s->next)
		if (s->ops->sync)
			r = s->ops->sync(s, e);
	return r;
}

struct odb_transaction *
odb_begin(struct odb *o)
{
	if (o->transaction.odb)
		return NULL;
	o->transaction = (struct odb_transaction){ .odb = o };
	return &o->transaction;
}

struct odb_transaction *
odb_begin_bulk(struct odb *o)
{
	struct odb_transaction *t = odb_begin(o);

	o->transaction.bulk = o->bulk != NULL;
	return t;
}

int
odb_sync(struct odb *o, struct err *e)
{
	struct odb_transaction *t = &o->transaction;
	int r;

	if (t->failed)
		return err_set(e, ERR_IO, "an earlier fsync of the objects in "
		    "this transaction failed");
	r = sync_sources(o, e);
	t->failed = r < 0 && t->odb;
	return r;
}

int
odb_commit(struct odb_transaction *t, struct err *e)
{
	int r;

	if (t == NULL)
		return 0;
	r = odb_sync(t->odb, e);
	*t = (struct odb_transaction){ .odb = NULL };
	return r;
}

void
odb_abandon(struct odb_transaction *t)
{
	if (t == NULL)
		return;
	for (struct object_source *s = t->odb->sources; s; s = s->next)
		if (s->ops->forget)
			s->ops->forget(s);
	*t = (struct odb_transaction){ .odb = NULL };
}

/* Outside a transaction what was put is durable at once. */
static int
sync_unless_open(struct odb *o, struct err *e)
{
	return o->transaction.odb ? 0 : sync_sources(o, e);
}

/* --- writing --------------------------------------------------------------- */

void
odb_guard(struct odb *o, int (*hold)(struct repo *repo, struct err *e),
    struct repo *repo)
{
	o->hold = hold;
	o->repo = repo;
}

static int
hold_objects(struct odb *o, struct err *e)
{
	return o->hold ? o->hold(o->repo, e) : 0;
}

int
odb_keep(struct odb *o, const struct oid *id, struct err *e)
{
	struct object_source *s;

	if (hold_objects(o, e) < 0)
		return -1;
	s = source_of(o, id);
	if (s->ops->keep)
		s->ops->keep(s, id);
	return sync_unless_open(o, e);
}

/* Where a new object of n bytes, at least, goes. */
static struct object_source *
destination(const struct odb *o, size_t n)
{
	return o->bulk && (o->transaction.bulk || n >= LARGE) ? o->bulk :
	    o->sources;
}

/* A damaged copy in the first source would be found before a new one. */
static int
drop_damaged(struct odb *o, const struct object_source *written,
    const struct oid *id, struct err *e)
{
	struct object_source *s = o->sources;
	struct err ignored = ERR_INIT;
	uint64_t size;

	if (s == written || s->ops->has(s, id) <= 0 ||
	    s->ops->check(&size, s, id, &ignored) == 0 ||
	    ignored.code != ERR_CORRUPT || s->ops->remove == NULL)
		return 0;
	return s->ops->remove(s, id, e);
}

/* Bytes in memory whose name is known. */
static int
write_bytes(struct odb *o, const struct oid *id, const char *p, size_t n,
    struct err *e)
{
	struct object_source *s = destination(o, n);
	const struct object_source_ops *ops = s->ops;
	struct object_writer *w;
	int r = -1;

	if (ops->begin(&w, s, p, n < WRITE_BLOCK ? n : WRITE_BLOCK, n,
	    e) < 0)
		return -1;
	for (; n > WRITE_BLOCK; n -= WRITE_BLOCK, p += WRITE_BLOCK)
		if (ops->add(w, p, WRITE_BLOCK, false, e) < 0)
			goto done;
	if (ops->add(w, p, n, true, e) == 0)
		r = ops->commit(w, id, e);
	if (r == 0)
		r = drop_damaged(o, s, id, e);
done:
	ops->drop(w);
	return r;
}

int
odb_put(struct oid *id, struct odb *o, const void *p, size_t n,
    struct err *e)
{
	struct err ignored = ERR_INIT;
	uint64_t size;

	if (hold_objects(o, e) < 0)
		return -1;
	oid_of(id, p, n);
	if (odb_check(&size, o, id, &ignored) == 0)
		return odb_keep(o, id, e);
	if (write_bytes(o, id, p, n, e) < 0)
		return -1;
	return sync_unless_open(o, e);
}

/* A stream whose first block, a full one, has been read already; its name is
 * known at the end. */
static int
write_stream(struct oid *id, uint64_t *size, struct odb *o, char *block,
    struct source *from, uint64_t expect, struct err *e)
{
	struct object_source *s = destination(o, WRITE_BLOCK);
	const struct object_source_ops *ops = s->ops;
	int64_t got = (int64_t)WRITE_BLOCK;
	struct object_writer *w;
	struct sha256 *sha;
	int r = -1;

	if (ops->begin(&w, s, block, WRITE_BLOCK, expect, e) < 0)
		return -1;
	sha = sha256_new();
	*size = 0;
	while (got == (int64_t)WRITE_BLOCK) {
		sha256_add(sha, block, WRITE_BLOCK);
		*size += WRITE_BLOCK;
		if (ops->add(w, block, WRITE_BLOCK, false, e) < 0)
			goto done;
		progress_tick(o->progress, from->name, *size, expect);
		if ((got = source_read_full(from, block, WRITE_BLOCK, e)) < 0)
			goto done;
	}
	sha256_add(sha, block, (size_t)got);
	*size += (uint64_t)got;
	sha256_done(sha, id->b);
	if (ops->add(w, block, (size_t)got, true, e) == 0)
		r = ops->commit(w, id, e);
	if (r == 0)
		r = drop_damaged(o, s, id, e);
done:
	sha256_free(sha);
	ops->drop(w);
	return r;
}

int
odb_put_source(struct oid *id, uint64_t *size, struct odb *o,
    struct source *from, uint64_t expect, struct err *e)
{
	char *block;
	int64_t got;
	int r;

	if (hold_objects(o, e) < 0)
		return -1;
	if ((block = mem_array(1, WRITE_BLOCK)) == NULL)
		return err_set(e, ERR_NOMEM, "no memory to store an object");
	got = source_read_full(from, block, WRITE_BLOCK, e);
	if (got < 0) {
		r = -1;
	} else if ((size_t)got < WRITE_BLOCK) {
		*size = (uint64_t)got;
		r = odb_put(id, o, block, (size_t)got, e);
	} else {
		r = write_stream(id, size, o, block, from, expect, e);
		if (r == 0)
			r = sync_unless_open(o, e);
	}
	free(block);
	return r;
}

/* --- reading --------------------------------------------------------------- */

uint64_t
odb_written(const struct odb *o)
{
	uint64_t n = 0;

	for (const struct object_source *s = o->sources; s; s = s->next)
		n += s->written;
	return n;
}

bool
odb_has(struct odb *o, const struct oid *id)
{
	struct object_source *s = source_of(o, id);

	return s->ops->has(s, id) > 0;
}

int
odb_size(uint64_t *size, struct odb *o, const struct oid *id, struct err *e)
{
	struct object_source *s = source_of(o, id);

	return s->ops->size(size, s, id, e);
}

int
odb_check(uint64_t *size, struct odb *o, const struct oid *id, struct err *e)
{
	struct object_source *s = source_of(o, id);

	return s->ops->check(size, s, id, e);
}

/* A source's stream with its hash and length compared at the end. */
struct verified_stream {
	struct source from;
	struct oid id;
	char name[OID_TEXT];
	struct sha256 *sha;
	uint64_t plain;		/* bytes that it should give */
	uint64_t made;
	bool ended;
};

static int
err_corrupt(const struct verified_stream *v, const char *why, struct err *e)
{
	return err_set(e, ERR_CORRUPT, "object %s is damaged: %s", v->name, why);
}

static int64_t
read_verified(void *ctx, void *p, size_t n, struct err *e)
{
	struct verified_stream *v = ctx;
	struct oid found;
	int64_t got;

	if (n == 0 || v->ended)
		return 0;
	got = source_read(&v->from, p, n, e);
	if (got < 0)
		return -1;
	sha256_add(v->sha, p, (size_t)got);
	v->made += (uint64_t)got;
	if (v->made > v->plain)
		return err_corrupt(v, "it is longer than it says", e);
	if (got > 0)
		return got;
	sha256_done(v->sha, found.b);
	if (v->made != v->plain || !oid_eq(&found, &v->id))
		return err_corrupt(v, "its content does not match its name", e);
	v->ended = true;
	return 0;
}

static void
close_verified(void *ctx)
{
	struct verified_stream *v = ctx;

	source_close(&v->from);
	sha256_free(v->sha);
	free(v);
}

int
odb_get_source(struct source *from, struct odb *o, const struct oid *id,
    struct err *e)
{
	struct object_source *s = source_of(o, id);
	struct verified_stream *v = xalloc(1, sizeof(*v));

	if (s->ops->open(&v->from, &v->plain, s, id, e) < 0) {
		free(v);
		return -1;
	}
	v->id = *id;
	oid_print(v->name, id);
	v->sha = sha256_new();
	*from = (struct source){ read_verified, close_verified, v, v->name };
	return 0;
}

int
odb_get(struct buf *out, struct odb *o, const struct oid *id, struct err *e)
{
	struct verified_stream *v;
	struct source from;
	int64_t got;

	if (odb_get_source(&from, o, id, e) < 0)
		return -1;
	v = from.ctx;
	if (v->plain > out->cap - out->len) {
		err_set(e, ERR_TOOBIG, "object %s has %llu bytes, at most %zu "
		    "are read here", v->name, (unsigned long long)v->plain,
		    out->cap - out->len);
		source_close(&from);
		return -1;
	}
	do {
		/* one more than is left, so that the end is seen */
		uint64_t rest = v->plain - v->made;
		size_t want = rest < READ_BLOCK ? (size_t)rest : READ_BLOCK;
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

/* --- listing --------------------------------------------------------------- */

static int
each_with_prefix(struct odb *o, const char *prefix,
    int (*fn)(void *ctx, const struct oid *id, struct err *e), void *ctx,
    struct err *e)
{
	int r = 0;

	for (struct object_source *s = o->sources; r == 0 && s; s = s->next)
		r = s->ops->each(s, prefix, fn, ctx, e);
	return r;
}

int
odb_each(struct odb *o, int (*fn)(void *ctx, const struct oid *id,
    struct err *e), void *ctx, struct err *e)
{
	return each_with_prefix(o, "", fn, ctx, e);
}

struct prefix_match {
	struct oid found;
	int count;
};

static int
count_match(void *ctx, const struct oid *id, struct err *e)
{
	struct prefix_match *m = ctx;

	(void)e;
	m->found = *id;
	m->count++;
	return 0;
}

int
odb_expand(struct oid *id, struct odb *o, const char *text, struct err *e)
{
	struct prefix_match m = { .count = 0 };
	const char *digits = text;
	size_t n;

	if (strncmp(text, "sha256:", 7) == 0)
		digits += 7;
	n = strlen(digits);
	if (n < OID_PREFIX_MIN || n > OID_HEX ||
	    strspn(digits, "0123456789abcdef") != n)
		return err_set(e, ERR_USAGE, "'%.100s' is not an object's name: "
		    "sha256: and %d to %d lower-case hex digits", text,
		    OID_PREFIX_MIN, OID_HEX);
	if (n == OID_HEX) {
		hex_decode(id->b, OID_BYTES, digits, n);
		return odb_has(o, id) ? 0 : err_set(e, ERR_NOENT,
		    "object sha256:%s is not in this repository", digits);
	}
	if (each_with_prefix(o, digits, count_match, &m, e) < 0)
		return -1;
	if (m.count == 0)
		return err_set(e, ERR_NOENT,
		    "no object in this repository begins with %s", digits);
	if (m.count > 1)
		return err_set(e, ERR_USAGE, "%d objects begin with %s: "
		    "give more digits", m.count, digits);
	*id = m.found;
	return 0;
}
