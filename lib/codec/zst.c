/* Zstandard streams, through libzstd. */
#include "codec/zst.h"

#include <stdlib.h>
#include <zstd.h>

#include "base/mem.h"

#define WINDOW_LOG_MAX 27

struct zst_out {
	ZSTD_CCtx *ctx;
};

struct zst_in {
	ZSTD_DCtx *ctx;
};

struct zst_out *
zst_out_new(int level)
{
	struct zst_out *z = xalloc(1, sizeof(*z));

	z->ctx = ZSTD_createCCtx();
	if (z->ctx == NULL || ZSTD_isError(ZSTD_CCtx_setParameter(z->ctx,
	    ZSTD_c_compressionLevel, level)))
		BUG("libzstd gives no context");
	return z;
}

int
zst_out_add(struct zst_out *z, struct buf *out, const void *p, size_t n,
    bool end, struct err *e)
{
	ZSTD_inBuffer in = { p, n, 0 };
	size_t piece = ZSTD_CStreamOutSize(), left;

	do {
		char *at = buf_reserve(out, piece);
		ZSTD_outBuffer to = { at, piece, 0 };

		if (at == NULL)
			return buf_check(out, e);
		left = ZSTD_compressStream2(z->ctx, &to, &in,
		    end ? ZSTD_e_end : ZSTD_e_continue);
		if (ZSTD_isError(left))
			return err_set(e, ERR_NOMEM, "cannot compress: %s",
			    ZSTD_getErrorName(left));
		buf_grew(out, to.pos);
	} while (end ? left != 0 : in.pos < in.size);
	return 0;
}

void
zst_out_free(struct zst_out *z)
{
	if (z == NULL)
		return;
	ZSTD_freeCCtx(z->ctx);
	free(z);
}

struct zst_in *
zst_in_new(void)
{
	struct zst_in *z = xalloc(1, sizeof(*z));

	z->ctx = ZSTD_createDCtx();
	if (z->ctx == NULL || ZSTD_isError(ZSTD_DCtx_setParameter(z->ctx,
	    ZSTD_d_windowLogMax, WINDOW_LOG_MAX)))
		BUG("libzstd gives no context");
	return z;
}

int
zst_in_step(struct zst_in *z, void *out, size_t cap, size_t *made,
    const void *in, size_t n, size_t *used, bool *done, struct err *e)
{
	ZSTD_inBuffer from = { in, n, 0 };
	ZSTD_outBuffer to = { out, cap, 0 };
	size_t r = ZSTD_decompressStream(z->ctx, &to, &from);

	if (ZSTD_isError(r))
		return err_set(e, ERR_CORRUPT, "cannot decompress: %s",
		    ZSTD_getErrorName(r));
	*made = to.pos;
	*used = from.pos;
	*done = r == 0;
	return 0;
}

void
zst_in_free(struct zst_in *z)
{
	if (z == NULL)
		return;
	ZSTD_freeDCtx(z->ctx);
	free(z);
}
