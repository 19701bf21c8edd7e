/* The pages of a column in one row group: unpacked, checked, cut into levels
 * and values. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "codec/pack/gz.h"
#include "parquet/chunk.h"
#include "parquet/levels.h"
#include "parquet/thrift.h"

#define HEADER_MAX ((size_t)1 << 20)
#define HEADER_SLACK 100

static int
corrupt(struct err *e, const char *what)
{
	return err_set(e, ERR_CORRUPT, "%s", what);
}

/* ---- headers ---- */

/* The header of data (5, 8) or of a dictionary (7). */
static void
read_kind(struct page_header *h, struct thrift *t,
    const struct thrift_struct *at)
{
	const bool v1 = at->id == 5, v2 = at->id == 8;
	struct thrift_struct s = THRIFT_STRUCT_INIT;

	if (!thrift_enter(t, at))
		return;
	h->has_header = true;
	h->packed = true;
	while (thrift_field(t, &s)) {
		if (s.id == 1)
			h->values = thrift_int(t, &s);
		else if (s.id == (v2 ? 4 : 2))
			h->encoding = (int)thrift_int(t, &s);
		else if (v1 && s.id == 3)
			h->def_encoding = (int)thrift_int(t, &s);
		else if (v1 && s.id == 4)
			h->rep_encoding = (int)thrift_int(t, &s);
		else if (v2 && s.id == 5)
			h->def_bytes = thrift_int(t, &s);
		else if (v2 && s.id == 6)
			h->rep_bytes = thrift_int(t, &s);
		else if (v2 && s.id == 7)
			h->packed = thrift_bool(t, &s);
		else
			thrift_skip(t, &s);
	}
	thrift_leave(t);
}

static int
read_header(struct page_header *h, struct parquet_chunk *c, struct err *e)
{
	size_t left = (size_t)(c->end - c->p);
	struct thrift t = { (const uint8_t *)c->p, (const uint8_t *)c->p +
	    (left < HEADER_MAX ? left : HEADER_MAX), false, 0 };
	struct thrift_struct s = THRIFT_STRUCT_INIT;

	memset(h, 0, sizeof(*h));
	h->type = h->unpacked_n = h->packed_n = -1;
	while (thrift_field(&t, &s))
		switch (s.id) {
		case 1: h->type = thrift_int(&t, &s); break;
		case 2: h->unpacked_n = thrift_int(&t, &s); break;
		case 3: h->packed_n = thrift_int(&t, &s); break;
		case 4:
			h->has_crc = true;
			h->crc = (uint32_t)thrift_int(&t, &s);
			break;
		case 5:
		case 7:
		case 8: read_kind(h, &t, &s); break;
		default: thrift_skip(&t, &s);
		}
	if (t.bad || h->type < 0 || h->unpacked_n < 0 || h->packed_n < 0)
		return corrupt(e, "a page header that cannot be read");
	c->p = (const char *)t.p;
	if (h->packed_n > c->end - c->p)
		return corrupt(e, "a page that is longer than its column");
	if ((uint64_t)h->unpacked_n > PARQUET_PAGE_BYTES)
		return err_set(e, ERR_CORRUPT, "a page of %lld bytes: more "
		    "than %zu MiB", (long long)h->unpacked_n,
		    PARQUET_PAGE_BYTES >> 20);
	if (h->values < 0 || (uint64_t)h->values > PARQUET_PAGE_VALUES)
		return corrupt(e, "a page with too many values");
	h->bytes = c->p;
	c->p += h->packed_n;
	if (h->has_crc && gz_crc32(h->bytes, (size_t)h->packed_n) != h->crc)
		return corrupt(e, "a page does not match its checksum");
	return 0;
}

/* ---- bytes ---- */

/* Room for `n` bytes, with slack that is zero. */
static char *
page_room(struct parquet_chunk *c, size_t n, struct err *e)
{
	if (n + UNPACK_SLACK > c->room) {
		char *to = mem_resize(c->unpacked, n + UNPACK_SLACK, 1);

		if (to == NULL) {
			err_set(e, ERR_NOMEM, "no memory for a page");
			return NULL;
		}
		c->unpacked = to;
		c->room = n + UNPACK_SLACK;
	}
	memset(c->unpacked + n, 0, UNPACK_SLACK);
	return c->unpacked;
}

/* The page's bytes in *p: where they stand, when nothing packs them. */
static int
unpack_page(const uint8_t **p, const uint8_t **end, struct parquet_chunk *c,
    const struct page_header *h, size_t bare, struct err *e)
{
	size_t n = (size_t)h->unpacked_n, packed = (size_t)h->packed_n;
	enum parquet_codec codec = h->packed ? (enum parquet_codec)
	    c->meta->codec : PARQUET_STORED;
	char *to;

	if (codec == PARQUET_STORED) {
		if (n != packed)
			return corrupt(e, "a page of two sizes");
		*p = (const uint8_t *)h->bytes;
		*end = *p + n;
		return 0;
	}
	if ((to = page_room(c, n, e)) == NULL)
		return -1;
	if (bare > 0)
		memcpy(to, h->bytes, bare);
	/* values that are all missing need no bytes, packed or not */
	if (n > bare && unpacker_run(to + bare, n - bare, &c->unpack,
	    h->bytes + bare, packed - bare, e) != 0)
		return err_wrap(e, "a page");
	*p = (const uint8_t *)to;
	*end = *p + n;
	return 0;
}

/* ---- levels ---- */

static int
level_room(struct parquet_chunk *c, size_t n, struct err *e)
{
	if (n <= c->levels)
		return 0;
	free(c->def);
	free(c->rep);
	c->levels = 0;
	c->def = mem_array(n + 1, 1);
	c->rep = mem_array(n + 1, 1);
	if (c->def == NULL || c->rep == NULL)
		return err_set(e, ERR_NOMEM, "no memory for a page");
	c->levels = n;
	return 0;
}

/* Levels as the first writers packed them: from the high bit down. */
static bool
read_bit_packed(uint8_t *out, size_t n, int width, uint8_t most,
    const uint8_t **p, const uint8_t *end)
{
	size_t bytes = (n * (size_t)width + 7) / 8, bit = 0;
	uint8_t worst = 0;

	if (bytes > (size_t)(end - *p))
		return false;
	for (size_t i = 0; i < n; i++) {
		unsigned v = 0;

		for (int k = 0; k < width; k++, bit++)
			v = v << 1 | ((*p)[bit >> 3] >> (7 - (bit & 7)) & 1);
		out[i] = (uint8_t)v;
		worst = out[i] > worst ? out[i] : worst;
	}
	*p += bytes;
	return worst <= most;
}

/* Levels of a page of the first version, with their size before them. */
static bool
read_levels(uint8_t *out, size_t n, uint8_t most, int encoding,
    const uint8_t **p, const uint8_t *end)
{
	int width = levels_width(most);
	uint32_t len;

	if (encoding == ENC_BIT_PACKED)
		return read_bit_packed(out, n, width, most, p, end);
	if (encoding != ENC_RLE || end - *p < 4)
		return false;
	len = get_le32(*p);
	*p += 4;
	if (len > (size_t)(end - *p) ||
	    !levels_read8(out, n, width, most, *p, *p + len))
		return false;
	*p += len;
	return true;
}

static int
take_levels(struct parquet_page *page, struct parquet_chunk *c,
    const struct page_header *h, const uint8_t **p, const uint8_t *end,
    struct err *e)
{
	const struct parquet_column *col = c->col;
	size_t n = (size_t)h->values;
	bool ok = true;

	page->n = page->present = n;
	if (level_room(c, n, e) != 0)
		return -1;
	if (h->type == PAGE_DATA_V2) {
		const uint8_t *def = *p + h->rep_bytes;

		ok = (col->max_rep == 0 || levels_read8(c->rep, n,
		    levels_width(col->max_rep), col->max_rep, *p, def)) &&
		    (col->max_def == 0 || levels_read8(c->def, n,
		    levels_width(col->max_def), col->max_def, def,
		    def + h->def_bytes));
		*p = def + h->def_bytes;
	} else {
		ok = (col->max_rep == 0 || read_levels(c->rep, n, col->max_rep,
		    h->rep_encoding, p, end)) && (col->max_def == 0 ||
		    read_levels(c->def, n, col->max_def, h->def_encoding, p,
		    end));
	}
	if (!ok)
		return corrupt(e, "a page with broken levels");
	page->rep = col->max_rep ? c->rep : NULL;
	page->def = col->max_def ? c->def : NULL;
	if (page->def != NULL)
		page->present = levels_count8(c->def, n, col->max_def);
	return 0;
}

/* ---- pages ---- */

static int
read_dictionary(struct parquet_chunk *c, const struct page_header *h,
    struct err *e)
{
	const uint8_t *p, *end;

	if (c->has_dict || !h->has_header || (h->encoding != ENC_PLAIN &&
	    h->encoding != ENC_PLAIN_DICT))
		return corrupt(e, "a dictionary that makes no sense");
	if (unpack_page(&p, &end, c, h, 0, e) != 0 ||
	    values_read(&c->dict, &c->dict_room, c->col, ENC_PLAIN,
	    (size_t)h->values, p, end, e) != 0)
		return -1;
	/* its strings stay; the next page is unpacked elsewhere */
	if (p == (const uint8_t *)c->unpacked) {
		c->dict_bytes = c->unpacked;
		c->unpacked = NULL;
		c->room = 0;
	}
	c->has_dict = true;
	return 0;
}

static int
read_indices(struct parquet_page *page, struct parquet_chunk *c,
    const uint8_t *p, const uint8_t *end, struct err *e)
{
	size_t n = page->present;
	int width;

	if (!c->has_dict)
		return corrupt(e, "a page without its dictionary");
	page->dict = &c->dict;
	if (n > c->indices) {
		free(c->index);
		c->indices = 0;
		c->index = mem_array(n, sizeof(*c->index));
		if (c->index == NULL)
			return err_set(e, ERR_NOMEM, "no memory for a page");
		c->indices = n;
	}
	page->index = c->index;
	if (n == 0)
		return 0;
	width = p < end ? *p++ : 33;
	if (width > 32 || c->dict.n == 0 || !levels_read32(c->index, n, width,
	    (uint32_t)c->dict.n - 1, p, end))
		return corrupt(e, "a page with broken dictionary indices");
	return 0;
}

static int
read_data(struct parquet_page *page, struct parquet_chunk *c,
    const struct page_header *h, struct err *e)
{
	const uint8_t *p, *end;
	size_t bare = 0;

	if (!h->has_header)
		return corrupt(e, "a page without a header of its kind");
	if (h->values > c->left)
		return corrupt(e, "more values than its row group has");
	if (h->type == PAGE_DATA_V2) {
		if (h->def_bytes < 0 || h->rep_bytes < 0 ||
		    h->def_bytes > h->unpacked_n || h->rep_bytes >
		    h->unpacked_n - h->def_bytes || h->def_bytes +
		    h->rep_bytes > h->packed_n)
			return corrupt(e, "a page with broken levels");
		bare = (size_t)(h->def_bytes + h->rep_bytes);
	}
	memset(page, 0, sizeof(*page));
	if (unpack_page(&p, &end, c, h, bare, e) != 0 ||
	    take_levels(page, c, h, &p, end, e) != 0)
		return -1;
	c->left -= h->values;
	if (h->encoding == ENC_RLE_DICT || h->encoding == ENC_PLAIN_DICT)
		return read_indices(page, c, p, end, e);
	return values_read(&page->values, &c->value_room, c->col, h->encoding,
	    page->present, p, end, e);
}

int
parquet_chunk_next(struct parquet_page *page, struct parquet_chunk *c,
    struct err *e)
{
	struct page_header h;

	while (c->left > 0) {
		if (read_header(&h, c, e) != 0)
			return -1;
		if (h.type == PAGE_DICTIONARY) {
			if (read_dictionary(c, &h, e) != 0)
				return -1;
			continue;
		}
		if (h.type != PAGE_DATA && h.type != PAGE_DATA_V2)
			continue;
		if (read_data(page, c, &h, e) != 0)
			return -1;
		if (page->n > 0)
			return 1;
	}
	return 0;
}

/* Where its pages begin and end, inside the file's body. */
static int
place_chunk(struct parquet_chunk *c, const struct parquet_file *f,
    struct err *e)
{
	const struct chunk_meta *m = c->meta;
	int64_t at = m->data_at;

	if (m->dict_at > 0 && m->dict_at < at)
		at = m->dict_at;
	if (at < 4 || m->packed < 0 || (uint64_t)at > f->body ||
	    (uint64_t)m->packed > f->body - (uint64_t)at)
		return corrupt(e, "it lies outside of the file");
	c->p = f->bytes + at;
	c->end = c->p + m->packed;
	/* the size that early writers wrote left out a header or two */
	c->end += f->bytes + f->body - c->end < HEADER_SLACK ?
	    f->bytes + f->body - c->end : HEADER_SLACK;
	return 0;
}

int
parquet_chunk_open(struct parquet_chunk **out, const struct parquet_file *f,
    size_t group, size_t col, struct err *e)
{
	const struct chunk_meta *m = &f->group[group].chunk[col];
	struct unpacker unpack;
	struct parquet_chunk *c;

	if (m->encrypted)
		return err_set(e, ERR_UNSUPPORTED, "it is encrypted");
	if (!m->there || m->values < 0 || (f->col[col].max_rep == 0 &&
	    m->values != f->group[group].rows))
		return corrupt(e, "it does not have as many values as its row "
		    "group has rows");
	if (unpacker_init(&unpack, (enum parquet_codec)m->codec, e) != 0)
		return -1;
	c = xalloc(1, sizeof(*c));
	c->unpack = unpack;
	c->col = &f->col[col];
	c->meta = m;
	c->left = m->values;
	if (c->left > 0 && place_chunk(c, f, e) != 0) {
		parquet_chunk_close(c);
		return -1;
	}
	*out = c;
	return 0;
}

void
parquet_chunk_close(struct parquet_chunk *c)
{
	if (c == NULL)
		return;
	values_release(&c->dict_room);
	values_release(&c->value_room);
	unpacker_release(&c->unpack);
	free(c->dict_bytes);
	free(c->unpacked);
	free(c->def);
	free(c->rep);
	free(c->index);
	free(c);
}
