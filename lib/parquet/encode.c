/* Values, levels and bounds as the pages of a Parquet file hold them. */
#include "parquet/encode.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "parquet/levels.h"

void
encode_plain(struct buf *out, enum parquet_physical physical,
    const struct parquet_values *v)
{
	uint8_t bits = 0;

	switch (physical) {
	case PARQUET_BOOLEAN:
		for (size_t i = 0; i < v->n; i++) {
			bits |= (uint8_t)(v->b[i] << (i & 7));
			if ((i & 7) == 7 || i + 1 == v->n) {
				buf_addc(out, (char)bits);
				bits = 0;
			}
		}
		break;
	case PARQUET_BYTES:
		for (size_t i = 0; i < v->n; i++) {
			buf_le32(out, v->bytes[i].n);
			buf_add(out, v->bytes[i].s, v->bytes[i].n);
		}
		break;
	case PARQUET_FLOAT:
		if (v->n > 0)
			buf_add(out, v->f32, v->n * 4);
		break;
	default:
		if (v->n > 0)
			buf_add(out, v->data, v->n * 8);
	}
}

static void
put_varint(struct buf *out, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		buf_addc(out, (char)(v | 0x80));
	buf_addc(out, (char)v);
}

/* Eight numbers of `width` bits. */
static void
put_eight(struct buf *out, const uint32_t v[8], int width)
{
	uint64_t bits = 0;
	int have = 0;

	for (int i = 0; i < 8; i++) {
		bits |= (uint64_t)v[i] << have;
		for (have += width; have >= 8; have -= 8) {
			buf_addc(out, (char)bits);
			bits >>= 8;
		}
	}
}

static uint32_t
number_at(const uint8_t *small, const uint32_t *large, size_t i)
{
	return small != NULL ? small[i] : large[i];
}

static size_t
run_length(const uint8_t *small, const uint32_t *large, size_t at, size_t n)
{
	uint32_t v = number_at(small, large, at);
	size_t k = 1;

	while (at + k < n && number_at(small, large, at + k) == v)
		k++;
	return k;
}

/* Runs of eight or more as such, what stands between them packed. */
static void
put_runs(struct buf *out, const uint8_t *small, const uint32_t *large,
    size_t n, int width)
{
	size_t at = 0, end, run;
	uint32_t eight[8];

	while (at < n) {
		if ((run = run_length(small, large, at, n)) >= 8) {
			put_varint(out, (uint64_t)run << 1);
			for (int b = 0; b < width; b += 8)
				buf_addc(out, (char)(number_at(small, large,
				    at) >> b));
			at += run;
			continue;
		}
		/* groups of eight, up to the next run of eight */
		for (end = at; end < n; end += 8)
			if (end > at && run_length(small, large, end, n) >= 8)
				break;
		put_varint(out, (uint64_t)((end - at) / 8) << 1 | 1);
		for (; at < end; at += 8) {
			for (size_t i = 0; i < 8; i++)
				eight[i] = at + i < n ? number_at(small, large,
				    at + i) : 0;
			put_eight(out, eight, width);
		}
	}
}

void
encode_levels(struct buf *out, const uint8_t *there, size_t n)
{
	size_t at = out->len;

	buf_le32(out, 0);
	put_runs(out, there, NULL, n, 1);
	if (!out->failed)
		for (int i = 0; i < 4; i++)
			out->data[at + (size_t)i] = (char)((out->len - at - 4)
			    >> 8 * i);
}

void
encode_indices(struct buf *out, const uint32_t *index, size_t n,
    size_t entries)
{
	int width = levels_width(entries > 0 ? (uint32_t)entries - 1 : 0);

	buf_addc(out, (char)width);
	put_runs(out, NULL, index, n, width);
}

/* ---- bounds ---- */

/* Below, at or above 0. */
static int
compare_values(enum parquet_physical physical, const struct parquet_values *v,
    size_t a, size_t b)
{
	const struct parquet_bytes *x, *y;
	int r;

	switch (physical) {
	case PARQUET_BOOLEAN:
		return v->b[a] - v->b[b];
	case PARQUET_FLOAT:
		return (v->f32[a] > v->f32[b]) - (v->f32[a] < v->f32[b]);
	case PARQUET_DOUBLE:
		return (v->f64[a] > v->f64[b]) - (v->f64[a] < v->f64[b]);
	case PARQUET_BYTES:
		x = &v->bytes[a];
		y = &v->bytes[b];
		r = memcmp(x->s, y->s, x->n < y->n ? x->n : y->n);
		return r != 0 ? r : (x->n > y->n) - (x->n < y->n);
	default:
		return (v->i64[a] > v->i64[b]) - (v->i64[a] < v->i64[b]);
	}
}

/* One value in PLAIN, zero with the sign that bounds both zeros. */
static char *
bound_value(size_t *n, enum parquet_physical physical,
    const struct parquet_values *v, size_t i, bool least)
{
	double d = 0;
	float f = 0;
	const void *p;

	switch (physical) {
	case PARQUET_BOOLEAN:
		*n = 1;
		p = &v->b[i];
		break;
	case PARQUET_BYTES:
		*n = v->bytes[i].n;
		p = v->bytes[i].s;
		break;
	case PARQUET_FLOAT:
		f = v->f32[i] != 0 ? v->f32[i] : least ? -0.0f : 0.0f;
		*n = 4;
		p = &f;
		break;
	case PARQUET_DOUBLE:
		d = v->f64[i] != 0 ? v->f64[i] : least ? -0.0 : 0.0;
		*n = 8;
		p = &d;
		break;
	default:
		*n = 8;
		p = &v->i64[i];
	}
	return xstrndup(p, *n);
}

void
encode_stats(struct encoded_stats *s, const struct parquet_out_column *c,
    const struct parquet_values *v, size_t missing)
{
	size_t least = 0, most = 0;

	s->missing = missing;
	for (size_t i = 1; i < v->n; i++) {
		if (compare_values(c->physical, v, i, least) < 0)
			least = i;
		if (compare_values(c->physical, v, i, most) > 0)
			most = i;
	}
	if (v->n == 0 || (c->physical == PARQUET_BYTES &&
	    (v->bytes[least].n > STATS_TEXT_MAX ||
	    v->bytes[most].n > STATS_TEXT_MAX)))
		return;
	s->known = true;
	s->min = bound_value(&s->min_n, c->physical, v, least, true);
	s->max = bound_value(&s->max_n, c->physical, v, most, false);
}

void
encoded_stats_release(struct encoded_stats *s)
{
	free(s->min);
	free(s->max);
}
