/* A Parquet file written: pages, chunks, footer. */
#include "parquet/writer.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "codec/pack/gz.h"
#include "codec/pack/snappy.h"
#include "codec/zst.h"
#include "parquet/encode.h"
#include "parquet/internal.h"
#include "parquet/thrift_write.h"

#define ZSTD_LEVEL 1
#define CREATED_BY "mlv"

/* What the footer says of a column in a row group. */
struct written_chunk {
	int64_t dict_at, data_at;	/* dict_at -1: none */
	int64_t packed, unpacked, values;
	struct encoded_stats stats;
};

struct written_group {
	size_t rows;
	struct written_chunk *chunk;	/* (columns) */
};

struct parquet_writer {
	struct buf *out;
	uint64_t before;		/* bytes the caller has taken away */
	size_t seen;			/* out->len when it was looked at last */
	const struct parquet_out_column *col;
	size_t cols;
	enum parquet_packing packing;
	struct zst_out *zst;
	struct written_group *group;
	size_t groups;
	int64_t rows;
	struct buf page, packed;
};

struct parquet_writer *
parquet_writer_new(struct buf *out, const struct parquet_out_column *col,
    size_t cols, enum parquet_packing packing)
{
	struct parquet_writer *w = xalloc(1, sizeof(*w));

	w->out = out;
	w->col = col;
	w->cols = cols;
	w->packing = packing;
	if (packing == PARQUET_PACK_ZSTD)
		w->zst = zst_out_new(ZSTD_LEVEL);
	buf_init(&w->page, BUF_CAP_DATA);
	buf_init(&w->packed, BUF_CAP_DATA);
	buf_adds(out, "PAR1");
	w->seen = out->len;
	return w;
}

void
parquet_writer_free(struct parquet_writer *w)
{
	if (w == NULL)
		return;
	for (size_t g = 0; g < w->groups; g++) {
		for (size_t i = 0; i < w->cols; i++)
			encoded_stats_release(&w->group[g].chunk[i].stats);
		free(w->group[g].chunk);
	}
	free(w->group);
	zst_out_free(w->zst);
	buf_free(&w->page);
	buf_free(&w->packed);
	free(w);
}

static int64_t
file_place(const struct parquet_writer *w)
{
	return (int64_t)(w->before + w->out->len);
}

/* The bytes in w->page as a page of that kind. */
static int
put_page(struct parquet_writer *w, struct written_chunk *c, bool dictionary,
    size_t values, int encoding, struct err *e)
{
	struct thrift_out t = { .out = w->out };
	struct buf *body = &w->page;
	int64_t at = file_place(w);

	buf_clear(&w->packed);
	if (w->packing == PARQUET_PACK_SNAPPY)
		snappy_pack(&w->packed, body->data, body->len);
	else if (w->packing == PARQUET_PACK_ZSTD && zst_out_add(w->zst,
	    &w->packed, body->data, body->len, true, e) != 0)
		return -1;
	if (w->packing != PARQUET_PACK_NONE)
		body = &w->packed;
	if (buf_check(&w->page, e) != 0 || buf_check(body, e) != 0)
		return -1;
	if (w->page.len > PARQUET_PAGE_BYTES)
		return err_set(e, ERR_TOOBIG, "a column whose values are too "
		    "long for a page");
	thrift_put_i32(&t, 1, dictionary ? 2 : 0);
	thrift_put_i32(&t, 2, (int32_t)w->page.len);
	thrift_put_i32(&t, 3, (int32_t)body->len);
	thrift_put_i32(&t, 4, (int32_t)gz_crc32(body->data, body->len));
	thrift_begin(&t, dictionary ? 7 : 5);
	thrift_put_i32(&t, 1, (int32_t)values);
	thrift_put_i32(&t, 2, encoding);
	if (!dictionary) {
		thrift_put_i32(&t, 3, ENC_RLE);
		thrift_put_i32(&t, 4, ENC_RLE);
	}
	thrift_end(&t);
	buf_addc(w->out, 0);
	c->unpacked += file_place(w) - at + (int64_t)w->page.len;
	buf_add(w->out, body->data, body->len);
	c->packed += file_place(w) - at;
	return buf_check(w->out, e);
}

static int
put_chunk(struct parquet_writer *w, struct written_chunk *c, size_t i,
    size_t rows, const struct parquet_out_data *d, struct err *e)
{
	const struct parquet_out_column *col = &w->col[i];

	c->values = (int64_t)rows;
	c->dict_at = -1;
	encode_stats(&c->stats, col, d->index != NULL ? &d->dict : &d->values,
	    rows - d->present);
	if (d->index != NULL) {
		c->dict_at = file_place(w);
		buf_clear(&w->page);
		encode_plain(&w->page, col->physical, &d->dict);
		if (put_page(w, c, true, d->dict.n, ENC_PLAIN, e) != 0)
			return -1;
	}
	c->data_at = file_place(w);
	buf_clear(&w->page);
	encode_levels(&w->page, d->there, rows);
	if (d->index != NULL)
		encode_indices(&w->page, d->index, d->present, d->dict.n);
	else
		encode_plain(&w->page, col->physical, &d->values);
	return put_page(w, c, false, rows, d->index != NULL ? ENC_RLE_DICT :
	    ENC_PLAIN, e);
}

int
parquet_write_group(struct parquet_writer *w, size_t rows,
    const struct parquet_out_data *data, struct err *e)
{
	struct written_group *g;

	if (w->out->len < w->seen)
		w->before += w->seen;	/* it was taken away */
	w->group = xresize(w->group, w->groups + 1, sizeof(*w->group));
	g = &w->group[w->groups++];
	g->rows = rows;
	g->chunk = xalloc(w->cols + 1, sizeof(*g->chunk));
	w->rows += (int64_t)rows;
	for (size_t i = 0; i < w->cols; i++)
		if (put_chunk(w, &g->chunk[i], i, rows, &data[i], e) != 0)
			return err_wrap(e, "column '%.100s'", w->col[i].name);
	w->seen = w->out->len;
	return 0;
}

/* ---- footer ---- */

static void
put_element(struct thrift_out *t, const struct parquet_out_column *c)
{
	thrift_begin(t, 0);
	thrift_put_i32(t, 1, (int32_t)c->physical);
	thrift_put_i32(t, 3, 1);		/* optional */
	thrift_put_bytes(t, 4, c->name, strlen(c->name));
	if (c->logical == PARQUET_TEXT) {
		thrift_put_i32(t, 6, 0);
		thrift_begin(t, 10);
		thrift_begin(t, 1);
		thrift_end(t);
		thrift_end(t);
	} else if (c->logical == PARQUET_TIMESTAMP) {
		thrift_put_i32(t, 6, 10);
		thrift_begin(t, 10);
		thrift_begin(t, 8);
		thrift_put_bool(t, 1, true);	/* UTC */
		thrift_begin(t, 2);
		thrift_begin(t, 2);		/* microseconds */
		thrift_end(t);
		thrift_end(t);
		thrift_end(t);
		thrift_end(t);
	}
	thrift_end(t);
}

static void
put_chunk_meta(struct thrift_out *t, const struct parquet_writer *w,
    const struct written_chunk *c, size_t i)
{
	static const int codec[] = { PARQUET_ZSTD, PARQUET_SNAPPY,
	    PARQUET_STORED };
	const char *name = w->col[i].name;
	bool dict = c->dict_at >= 0;

	thrift_begin(t, 0);
	thrift_put_i64(t, 2, 0);
	thrift_begin(t, 3);
	thrift_put_i32(t, 1, (int32_t)w->col[i].physical);
	thrift_put_list(t, 2, 5, dict ? 3 : 2);
	thrift_add_int(t, ENC_PLAIN);
	thrift_add_int(t, ENC_RLE);
	if (dict)
		thrift_add_int(t, ENC_RLE_DICT);
	thrift_put_list(t, 3, 8, 1);
	thrift_add_bytes(t, name, strlen(name));
	thrift_put_i32(t, 4, codec[w->packing]);
	thrift_put_i64(t, 5, c->values);
	thrift_put_i64(t, 6, c->unpacked);
	thrift_put_i64(t, 7, c->packed);
	thrift_put_i64(t, 9, c->data_at);
	if (dict)
		thrift_put_i64(t, 11, c->dict_at);
	thrift_begin(t, 12);
	thrift_put_i64(t, 3, (int64_t)c->stats.missing);
	if (c->stats.known) {
		thrift_put_bytes(t, 5, c->stats.max, c->stats.max_n);
		thrift_put_bytes(t, 6, c->stats.min, c->stats.min_n);
	}
	thrift_end(t);
	thrift_end(t);
	thrift_end(t);
}

static void
put_group(struct thrift_out *t, const struct parquet_writer *w,
    const struct written_group *g)
{
	int64_t bytes = 0;

	thrift_begin(t, 0);
	thrift_put_list(t, 1, 12, w->cols);
	for (size_t i = 0; i < w->cols; i++) {
		put_chunk_meta(t, w, &g->chunk[i], i);
		bytes += g->chunk[i].unpacked;
	}
	thrift_put_i64(t, 2, bytes);
	thrift_put_i64(t, 3, (int64_t)g->rows);
	thrift_end(t);
}

int
parquet_write_end(struct parquet_writer *w, struct err *e)
{
	struct thrift_out t = { .out = &w->page };

	buf_clear(&w->page);
	thrift_put_i32(&t, 1, 2);
	thrift_put_list(&t, 2, 12, w->cols + 1);
	thrift_begin(&t, 0);
	thrift_put_bytes(&t, 4, "schema", 6);
	thrift_put_i32(&t, 5, (int32_t)w->cols);
	thrift_end(&t);
	for (size_t i = 0; i < w->cols; i++)
		put_element(&t, &w->col[i]);
	thrift_put_i64(&t, 3, w->rows);
	thrift_put_list(&t, 4, 12, w->groups);
	for (size_t g = 0; g < w->groups; g++)
		put_group(&t, w, &w->group[g]);
	thrift_put_bytes(&t, 6, CREATED_BY, strlen(CREATED_BY));
	thrift_put_list(&t, 7, 12, w->cols);
	for (size_t i = 0; i < w->cols; i++) {	/* the order of its type */
		thrift_begin(&t, 0);
		thrift_begin(&t, 1);
		thrift_end(&t);
		thrift_end(&t);
	}
	buf_addc(&w->page, 0);
	if (buf_check(&w->page, e) != 0)
		return -1;
	buf_add(w->out, w->page.data, w->page.len);
	buf_le32(w->out, (uint32_t)w->page.len);
	buf_adds(w->out, "PAR1");
	return buf_check(w->out, e);
}
