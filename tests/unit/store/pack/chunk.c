/* Where large objects are cut, and what an edit of one takes. */
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/rng.h"
#include "store/pack/chunk.h"
#include "../fixture.h"

#define BYTES ((size_t)24 << 20)

static void
fill(char *p, size_t n, uint64_t seed)
{
	struct rng rng;

	rng_seed(&rng, seed, 0);
	for (size_t i = 0; i < n; i++)
		p[i] = (char)rng_below(&rng, 256);
}

static void
test_cuts(const char *p)
{
	size_t at = 0, n = 0, least = CHUNK_MAX, most = 0;

	while (at < BYTES) {
		size_t len = chunk_cut(p + at, BYTES - at);

		if (len < least && at + len < BYTES)
			least = len;
		if (len > most)
			most = len;
		at += len;
		n++;
	}
	ok(at == BYTES, "the parts make up the whole");
	ok(least > CHUNK_MIN, "no part but the last is shorter than the least size");
	ok(most <= CHUNK_MAX, "none is longer than the greatest");
	ok(n > 60 && n < 130, "their average is near the one that is meant");
	ok(chunk_cut("abc", 3) == 3, "a few bytes are one part");
}

static uint64_t
store(struct repo *s, struct oid *id, const char *p, size_t n)
{
	struct source from = source_memory(p, n, "bytes");
	uint64_t before = odb_written(repo_odb(s)), size;
	struct err e = ERR_INIT;

	ok(odb_put_source(id, &size, repo_odb(s), &from, n, &e) == 0 && size == n,
	    "a large object is stored");
	source_close(&from);
	return odb_written(repo_odb(s)) - before;
}

static bool
reads_back(struct repo *s, const struct oid *id, const char *p, size_t n)
{
	struct err e = ERR_INIT;
	struct buf b;
	bool yes;

	buf_init(&b, BUF_CAP_DATA);
	yes = odb_get(&b, repo_odb(s), id, &e) == 0 && b.len == n && memcmp(b.data, p, n) == 0;
	if (!yes)
		printf("# %s\n", e.msg);
	buf_free(&b);
	return yes;
}

static void
test_edits(struct repo *s, char *p)
{
	size_t more = BYTES / 100;
	char *other = xalloc(BYTES + more, 1);
	struct oid id, again, whole;

	ok(store(s, &id, p, BYTES) >= BYTES, "bytes that do not shrink take their own room");
	oid_of(&whole, p, BYTES);
	ok(oid_eq(&id, &whole), "its name is its SHA-256");
	ok(reads_back(s, &id, p, BYTES), "it is read back");
	is_int((long long)store(s, &again, p, BYTES), 0, "the same takes no room");
	memcpy(other, p, BYTES);
	fill(other + BYTES, more, 2);
	ok(store(s, &id, other, BYTES + more) < more + CHUNK_MAX,
	    "one hundredth appended takes little more than that");
	ok(reads_back(s, &id, other, BYTES + more), "it is read back, too");
	memmove(other + BYTES / 2 + 1, other + BYTES / 2, BYTES / 2);
	ok(store(s, &id, other, BYTES + more) < 2 * CHUNK_MAX,
	    "a byte put into the middle takes a part or two");
	ok(reads_back(s, &id, other, BYTES + more), "and all is read back");
	free(other);
}

int
main(void)
{
	struct repo *s = begin_repo();
	char *p = xalloc(BYTES, 1);

	fill(p, BYTES, 1);
	test_cuts(p);
	test_edits(s, p);
	free(p);
	return end_repo(s);
}
