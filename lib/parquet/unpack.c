/* The packed bytes of a page unpacked to the size that its header says. */
#include "codec/pack/gz.h"
#include "codec/pack/lz4.h"
#include "codec/pack/snappy.h"
#include "codec/zst.h"
#include "parquet/internal.h"

#include <string.h>

int
unpacker_init(struct unpacker *u, enum parquet_codec codec, struct err *e)
{
	*u = (struct unpacker){ .codec = codec };
	switch (codec) {
	case PARQUET_STORED:
	case PARQUET_SNAPPY:
	case PARQUET_LZ4:
	case PARQUET_LZ4_RAW:
	case PARQUET_GZIP:
	case PARQUET_ZSTD:
		return 0;
	case PARQUET_BROTLI:
		return err_set(e, ERR_UNSUPPORTED, "it is packed with brotli: "
		    "write it with zstd or snappy");
	case PARQUET_LZO:
		return err_set(e, ERR_UNSUPPORTED, "it is packed with lzo: "
		    "write it with zstd or snappy");
	default:
		return err_set(e, ERR_UNSUPPORTED, "it is packed in a way "
		    "that is not known (%d)", (int)codec);
	}
}

void
unpacker_release(struct unpacker *u)
{
	zst_in_free(u->zst);
	gz_in_free(u->gz);
}

/* A frame or member after the other until `n` bytes are there. */
static int
unpack_stream(char *out, size_t n, struct unpacker *u, const char *in,
    size_t in_n, struct err *e)
{
	bool gzip = u->codec == PARQUET_GZIP;
	size_t made = 0, used = 0, at = 0, from = 0;
	char spare;
	bool done = false;
	int r = 0;

	if (gzip && u->gz == NULL)
		u->gz = gz_in_new();
	if (!gzip && u->zst == NULL)
		u->zst = zst_in_new();
	while (r == 0 && (from < in_n || !done)) {
		/* one byte too many is one too many, not the end */
		char *to = at < n ? out + at : &spare;
		size_t room = at < n ? n - at : 1;

		r = gzip ? gz_in_step(u->gz, to, room, &made, in + from,
		    in_n - from, &used, &done, e) : zst_in_step(u->zst, to,
		    room, &made, in + from, in_n - from, &used, &done, e);
		if (r == 0 && (at + made > n || (made == 0 && used == 0 &&
		    !done)))
			r = err_set(e, ERR_CORRUPT, "it unpacks to another "
			    "size than it says");
		at += made;
		from += used;
	}
	return r == 0 && at != n ? err_set(e, ERR_CORRUPT, "it unpacks to "
	    "another size than it says") : r;
}

int
unpacker_run(char *out, size_t n, struct unpacker *u, const char *packed,
    size_t packed_n, struct err *e)
{
	bool ok = true;

	switch (u->codec) {
	case PARQUET_SNAPPY:
		ok = snappy_unpack(out, n, packed, packed_n);
		break;
	case PARQUET_LZ4:
		ok = lz4_unpack_framed(out, n, packed, packed_n) ||
		    lz4_unpack(out, n, packed, packed_n);
		break;
	case PARQUET_LZ4_RAW:
		ok = lz4_unpack(out, n, packed, packed_n);
		break;
	case PARQUET_GZIP:
	case PARQUET_ZSTD:
		return unpack_stream(out, n, u, packed, packed_n, e);
	default:
		ok = packed_n == n;
		if (ok && n > 0)
			memcpy(out, packed, n);
	}
	return ok ? 0 : err_set(e, ERR_CORRUPT, "it cannot be unpacked");
}
