/* A file packed by gzip or Zstandard while it is written. */
#include "write/target.h"

#include <string.h>
#include <strings.h>

#include "base/path.h"
#include "codec/pack/gz.h"
#include "codec/zst.h"

#define ZST_LEVEL 3

enum write_packing
write_packing_of(const char *path, size_t *stem)
{
	const char *ending = path_extension(path);
	enum write_packing packing = strcasecmp(ending, ".gz") == 0 ?
	    WRITE_GZIP : strcasecmp(ending, ".zst") == 0 ? WRITE_ZSTD :
	    WRITE_PLAIN;

	*stem = strlen(path) - (packing == WRITE_PLAIN ? 0 : strlen(ending));
	return packing;
}

int
target_open(struct target *t, const char *path, enum write_packing packing,
    bool durable, struct err *e)
{
	memset(t, 0, sizeof(*t));
	if (out_file_open(&t->file, os_real(), path, 0666, durable, e) != 0)
		return -1;
	buf_init(&t->packed, BUF_CAP_DATA);
	if (packing == WRITE_GZIP)
		t->gz = gz_out_new();
	if (packing == WRITE_ZSTD)
		t->zst = zst_out_new(ZST_LEVEL);
	return 0;
}

static int
put(struct target *t, const void *p, size_t n, struct err *e)
{
	if (t->hash != NULL)
		sha256_add(t->hash, p, n);
	return out_file_add(&t->file, p, n, e);
}

static int
pack(struct target *t, const void *p, size_t n, bool end, struct err *e)
{
	int r = t->gz != NULL ? gz_out_add(t->gz, &t->packed, p, n, end, e) :
	    zst_out_add(t->zst, &t->packed, p, n, end, e);

	if (r == 0)
		r = put(t, t->packed.data, t->packed.len, e);
	buf_clear(&t->packed);
	return r;
}

int
target_add(struct target *t, const void *p, size_t n, struct err *e)
{
	return t->gz == NULL && t->zst == NULL ?
	    put(t, p, n, e) : pack(t, p, n, false, e);
}

int
target_flush(struct target *t, struct err *e)
{
	return out_file_flush(&t->file, e);
}

static void
free_packers(struct target *t)
{
	gz_out_free(t->gz);
	zst_out_free(t->zst);
	t->gz = NULL;
	t->zst = NULL;
	buf_free(&t->packed);
}

int
target_commit(struct target *t, struct err *e)
{
	int r = 0;

	if (t->gz != NULL || t->zst != NULL)
		r = pack(t, "", 0, true, e);
	free_packers(t);
	if (r == 0)
		return out_file_commit(&t->file, e);
	out_file_drop(&t->file);
	return -1;
}

void
target_drop(struct target *t)
{
	free_packers(t);
	out_file_drop(&t->file);
}
