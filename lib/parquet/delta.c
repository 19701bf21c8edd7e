/* Deltas in blocks of packed bits, and byte arrays built on them. */
#include "parquet/delta.h"

#include <stdlib.h>

#include "base/mem.h"
#include "parquet/levels.h"

#define BLOCK_MAX 65536

static int
corrupt(struct err *e)
{
	return err_set(e, ERR_CORRUPT, "deltas that make no sense");
}

static int64_t
unzigzag(uint64_t v)
{
	return (int64_t)(v >> 1 ^ (0 - (v & 1)));
}

struct delta {
	const uint8_t *p, *end;
	size_t block, minis;		/* values in a block, parts of it */
	uint64_t value;			/* the last one */
	int bits;
};

/* A miniblock: `room` deltas, of which the first `take` are wanted. */
static bool
read_mini(int64_t *out, struct delta *d, size_t take, int width,
    uint64_t least)
{
	size_t room = d->block / d->minis;
	size_t bytes = room * (size_t)width / 8;
	uint64_t raw[256];

	/* the last one may be cut behind the values that are there */
	if (width > d->bits || bytes > (size_t)(d->end - d->p)) {
		if (width > d->bits || (take * (size_t)width + 7) / 8 >
		    (size_t)(d->end - d->p))
			return false;
		bytes = (size_t)(d->end - d->p);
	}
	for (size_t at = 0; at < take; at += 256) {
		size_t k = take - at < 256 ? take - at : 256;

		bits_unpack64(raw, k, width, d->p + at * (size_t)width / 8);
		for (size_t i = 0; i < k; i++) {
			d->value += least + raw[i];
			out[at + i] = d->bits == 32 ?
			    (int32_t)(uint32_t)d->value : (int64_t)d->value;
		}
	}
	d->p += bytes;
	return true;
}

/* The deltas of one block, at most n of them; how many in *got. */
static bool
read_block(int64_t *out, size_t *got, struct delta *d, size_t n)
{
	const uint8_t *width;
	uint64_t least;

	*got = 0;
	if (!levels_varint(&least, &d->p, d->end) ||
	    (size_t)(d->end - d->p) < d->minis)
		return false;
	least = (uint64_t)unzigzag(least);
	width = d->p;
	d->p += d->minis;
	for (size_t m = 0; m < d->minis && *got < n; m++) {
		size_t room = d->block / d->minis;
		size_t take = n - *got < room ? n - *got : room;

		if (!read_mini(out + *got, d, take, width[m], least))
			return false;
		*got += take;
	}
	return true;
}

int
delta_read(int64_t *out, size_t n, int bits, const uint8_t **p,
    const uint8_t *end, struct err *e)
{
	struct delta d = { .p = *p, .end = end, .bits = bits };
	uint64_t block, minis, total, first;
	size_t got = 0;

	if (!levels_varint(&block, &d.p, end) ||
	    !levels_varint(&minis, &d.p, end) ||
	    !levels_varint(&total, &d.p, end) ||
	    !levels_varint(&first, &d.p, end))
		return corrupt(e);
	if (total != n || block == 0 || block > BLOCK_MAX || minis == 0 ||
	    minis > block || block % minis != 0 || block / minis % 8 != 0)
		return corrupt(e);
	d.block = (size_t)block;
	d.minis = (size_t)minis;
	d.value = (uint64_t)unzigzag(first);
	if (n > 0)
		out[0] = bits == 32 ? (int32_t)(uint32_t)d.value :
		    (int64_t)d.value;
	for (size_t at = 1; at < n; at += got)
		if (!read_block(out + at, &got, &d, n - at))
			return corrupt(e);
	*p = d.p;
	return 0;
}

int
delta_lengths(struct parquet_bytes *out, size_t n, const uint8_t *p,
    const uint8_t *end, struct err *e)
{
	int64_t *len = mem_array(n + 1, sizeof(*len));
	int r = -1;

	if (len == NULL)
		return err_set(e, ERR_NOMEM, "no memory");
	if (delta_read(len, n, 32, &p, end, e) != 0)
		goto done;
	for (size_t i = 0; i < n; i++) {
		if (len[i] < 0 || len[i] > end - p) {
			corrupt(e);
			goto done;
		}
		out[i] = (struct parquet_bytes){ (const char *)p,
		    (uint32_t)len[i] };
		p += len[i];
	}
	r = 0;
done:
	free(len);
	return r;
}

int
delta_strings(struct parquet_bytes *out, struct buf *text, size_t n,
    const uint8_t *p, const uint8_t *end, struct err *e)
{
	int64_t *shared = mem_array(n + 1, sizeof(*shared));
	size_t total = 0, before = 0;
	char *at;
	int r = -1;

	if (shared == NULL)
		return err_set(e, ERR_NOMEM, "no memory");
	if (delta_read(shared, n, 32, &p, end, e) != 0 ||
	    delta_lengths(out, n, p, end, e) != 0)
		goto done;
	for (size_t i = 0; i < n; i++) {
		if (shared[i] < 0 || (size_t)shared[i] > before ||
		    !size_add(&total, total, (size_t)shared[i] + out[i].n) ||
		    total > text->cap) {
			corrupt(e);
			goto done;
		}
		before = (size_t)shared[i] + out[i].n;
	}
	buf_clear(text);
	if ((at = buf_reserve(text, total + 1)) == NULL) {
		buf_check(text, e);
		goto done;
	}
	for (size_t i = 0; i < n; i++) {
		size_t keep = (size_t)shared[i], more = out[i].n;

		/* the value before this one stands right before `at` */
		for (size_t k = 0; k < keep; k++)
			at[k] = out[i - 1].s[k];
		for (size_t k = 0; k < more; k++)
			at[keep + k] = out[i].s[k];
		out[i] = (struct parquet_bytes){ at, (uint32_t)(keep + more) };
		at += keep + more;
	}
	r = 0;
done:
	free(shared);
	return r;
}
