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

uint32_t
gz_crc32(const void *p, size_t n)
{
	return (uint32_t)crc32_z(0, p, n);
}
