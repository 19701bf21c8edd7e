/* Zstandard streams and blocks, through libzstd. */
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

struct zst_block {
	ZSTD_CCtx *ctx;
	struct buf trial;
};

struct zst_block *
zst_block_new(int level)
{
	struct zst_block *z = xalloc(1, sizeof(*z));

	z->ctx = ZSTD_createCCtx();
	if (z->ctx == NULL || ZSTD_isError(ZSTD_CCtx_setParameter(z->ctx,
	    ZSTD_c_compressionLevel, level)))
		BUG("libzstd gives no context");
	buf_init(&z->trial, BUF_CAP_SMALL);
	return z;
}

int
zst_block_add(struct zst_block *z, struct buf *out, const void *p, size_t n,
    struct err *e)
{
	size_t bound = ZSTD_compressBound(n), made;
	char *at = buf_reserve(out, bound);

	if (at == NULL)
		return buf_check(out, e);
	made = ZSTD_compress2(z->ctx, at, bound, p, n);
	if (ZSTD_isError(made))
		return err_set(e, ERR_NOMEM, "cannot compress: %s",
		    ZSTD_getErrorName(made));
	buf_grew(out, made);
	return 0;
}

bool
zst_block_shrinks(struct zst_block *z, const void *p, size_t n)
{
	struct err ignored = ERR_INIT;

	buf_clear(&z->trial);
	return zst_block_add(z, &z->trial, p, n, &ignored) == 0 &&
	    z->trial.len < n - n / 32;
}

void
zst_block_free(struct zst_block *z)
{
	if (z == NULL)
		return;
	ZSTD_freeCCtx(z->ctx);
	buf_free(&z->trial);
	free(z);
}

int
zst_expand(void *out, size_t plain, const void *in, size_t n, struct err *e)
{
	size_t made = ZSTD_decompress(out, plain, in, n);

	if (ZSTD_isError(made))
		return err_set(e, ERR_CORRUPT, "cannot decompress: %s",
		    ZSTD_getErrorName(made));
	return made == plain ? 0 : err_set(e, ERR_CORRUPT,
	    "cannot decompress: it holds %zu bytes, not %zu", made, plain);
}

bool
zst_frame_plain(uint64_t *plain, const void *in, size_t n)
{
	unsigned long long size = ZSTD_getFrameContentSize(in, n);

	*plain = size;
	return size != ZSTD_CONTENTSIZE_UNKNOWN &&
	    size != ZSTD_CONTENTSIZE_ERROR;
}
