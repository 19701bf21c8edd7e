/* gzip and zlib streams, through zlib. */
#include "codec/pack/gz.h"

#include <stdlib.h>
#include <zlib.h>

#include "base/mem.h"

#define WINDOW_EITHER (15 + 32)		/* gzip or zlib, whichever it is */

struct gz_in {
	z_stream s;
	bool ended;			/* a member: the next begins anew */
};

struct gz_in *
gz_in_new(void)
{
	struct gz_in *z = xalloc(1, sizeof(*z));

	if (inflateInit2(&z->s, WINDOW_EITHER) != Z_OK)
		BUG("zlib gives no context");
	return z;
}

int
gz_in_step(struct gz_in *z, void *out, size_t cap, size_t *made,
    const void *in, size_t n, size_t *used, bool *done, struct err *e)
{
	const size_t most = 1 << 30;
	size_t k = n < most ? n : most, room = cap < most ? cap : most;
	int r;

	if (z->ended && n > 0) {
		if (inflateReset(&z->s) != Z_OK)
			BUG("zlib does not begin anew");
		z->ended = false;
	}
	z->s.next_in = (Bytef *)(uintptr_t)in;
	z->s.avail_in = (uInt)k;
	z->s.next_out = out;
	z->s.avail_out = (uInt)room;
	r = inflate(&z->s, Z_NO_FLUSH);
	*used = k - z->s.avail_in;
	*made = room - z->s.avail_out;
	*done = z->ended = r == Z_STREAM_END;
	if (r == Z_OK || r == Z_STREAM_END || r == Z_BUF_ERROR)
		return 0;
	return err_set(e, r == Z_MEM_ERROR ? ERR_NOMEM : ERR_CORRUPT,
	    "cannot decompress: %s", z->s.msg ? z->s.msg : "bad gzip");
}

void
gz_in_free(struct gz_in *z)
{
	if (z == NULL)
		return;
	inflateEnd(&z->s);
	free(z);
}

#define OUT_WINDOW (15 + 16)		/* gzip */
#define OUT_LEVEL 6
#define OUT_MEMORY 8
#define OUT_PIECE ((size_t)1 << 16)

struct gz_out {
	z_stream s;
};

struct gz_out *
gz_out_new(void)
{
	struct gz_out *z = xalloc(1, sizeof(*z));

	if (deflateInit2(&z->s, OUT_LEVEL, Z_DEFLATED, OUT_WINDOW, OUT_MEMORY,
	    Z_DEFAULT_STRATEGY) != Z_OK)
		BUG("zlib gives no context");
	return z;
}

int
gz_out_add(struct gz_out *z, struct buf *out, const void *p, size_t n,
    bool end, struct err *e)
{
	const size_t most = 1 << 30;
	const char *s = p;
	char *at;
	int flush;

	do {
		size_t k = n < most ? n : most;

		z->s.next_in = (Bytef *)(uintptr_t)s;
		z->s.avail_in = (uInt)k;
		s += k;
		n -= k;
		flush = end && n == 0 ? Z_FINISH : Z_NO_FLUSH;
		do {
			if ((at = buf_reserve(out, OUT_PIECE)) == NULL)
				return buf_check(out, e);
			z->s.next_out = (Bytef *)at;
			z->s.avail_out = (uInt)OUT_PIECE;
			(void)deflate(&z->s, flush);
			buf_grew(out, OUT_PIECE - z->s.avail_out);
		} while (z->s.avail_out == 0);
	} while (n > 0);
	return 0;
}

void
gz_out_free(struct gz_out *z)
{
	if (z == NULL)
		return;
	deflateEnd(&z->s);
	free(z);
}

uint32_t
gz_crc32(const void *p, size_t n)
{
	return (uint32_t)crc32_z(0, p, n);
}
