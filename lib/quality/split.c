/*
 * Rows dealt out to the parts of a split by hash or by time.
 */
#include "quality/split.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/intern.h"
#include "base/mem.h"
#include "quality/deal.h"
#include "quality/moments.h"
#include "read/records.h"

struct split {
	struct split_part *part;
	size_t parts;
	double total;
	const struct split_opts *o;
	uint8_t *chosen;		/* by time or value: a row's part */
	size_t rows;
};

/* The part whose share of [0, 1) holds u. */
static size_t
part_at(const struct split *s, double u)
{
	double edge = 0;

	for (size_t i = 0; i + 1 < s->parts; i++) {
		edge += s->part[i].weight;
		if (u < edge / s->total)
			return i;
	}
	return s->parts - 1;
}

static size_t
part_of_key(const struct split *s, const char *key, size_t n)
{
	return part_at(s, (double)(hash64(key, n, s->o->seed) >> 11) *
	    0x1p-53);
}

/* Which part every row belongs to, by its place in time. */
static int
order_rows(struct split *s, const char *bytes, size_t n,
    const struct table_read_opts *read, struct err *e)
{
	struct table_read_opts only = *read;
	struct moment *w = NULL;
	struct table *t = NULL;
	int r = -1;

	only.only = &s->o->time;
	only.n_only = 1;
	if (table_read(&t, bytes, n, &only, e) != 0)
		return -1;
	if (moments_of(&w, &t->col[0], t->rows, e) < 0)
		goto done;
	s->chosen = mem_array(t->rows + 1, 1);
	if (s->chosen == NULL) {
		err_set(e, ERR_NOMEM, "out of memory");
		goto done;
	}
	/* rows of one moment stay together */
	for (size_t i = 0; i < t->rows; i++)
		s->chosen[w[i].row] = i && w[i].at == w[i - 1].at ?
		    s->chosen[w[i - 1].row] : (uint8_t)part_at(s, (double)i /
		    (double)t->rows);
	s->rows = t->rows;
	r = 0;
done:
	free(w);
	table_free(t);
	return r;
}

/* A row without its line end. */
static size_t
line_length(const struct record *rec)
{
	size_t n = rec->raw_n;

	while (n > 0 && (rec->raw[n - 1] == '\n' || rec->raw[n - 1] == '\r'))
		n--;
	return n;
}

struct strata {
	struct split *s;
	struct records *l;
	struct intern *known;
	struct buf key;
	uint64_t *hash;
	uint32_t *stratum;
	size_t n, room;
};

static int
add_to_stratum(void *ctx, const struct record *rec, struct err *e)
{
	struct strata *t = ctx;

	if (t->n == t->room) {
		t->room = t->room ? 2 * t->room : 1024;
		t->hash = xresize(t->hash, t->room, sizeof(*t->hash));
		t->stratum = xresize(t->stratum, t->room,
		    sizeof(*t->stratum));
	}
	buf_clear(&t->key);
	if (records_key(t->l, &t->key, &t->s->o->stratify, 1, e) != 0)
		return -1;
	t->hash[t->n] = hash64(rec->raw, line_length(rec), t->s->o->seed);
	t->stratum[t->n++] = intern_add(t->known, t->key.data ? t->key.data :
	    "", t->key.len);
	return 0;
}

/* Which part every row belongs to, so that each has its share of the values
 * of a column. */
static int
stratify_rows(struct split *s, const char *bytes, size_t n,
    const struct table_read_opts *read, struct err *e)
{
	struct strata t = { .s = s };
	const struct record_consumer each = { add_to_stratum, &t };
	double *place = NULL;
	int r = -1;

	if (records_open(&t.l, bytes, n, read, e) != 0)
		return -1;
	t.known = intern_new();
	buf_init(&t.key, BUF_CAP_DATA);
	if (records_scan(t.l, &each, e) != 0)
		goto done;
	place = mem_array(t.n + 1, sizeof(*place));
	s->chosen = mem_array(t.n + 1, 1);
	if (place == NULL || s->chosen == NULL) {
		err_set(e, ERR_NOMEM, "out of memory");
		goto done;
	}
	if (deal_places(place, t.hash, t.stratum, t.n, s->o->seed, e) != 0)
		goto done;
	for (size_t i = 0; i < t.n; i++)
		s->chosen[i] = (uint8_t)part_at(s, place[i]);
	s->rows = t.n;
	r = 0;
done:
	free(place);
	free(t.hash);
	free(t.stratum);
	buf_free(&t.key);
	intern_free(t.known);
	records_close(t.l);
	return r;
}

static int
choose_part(size_t *part, struct split *s, struct records *l,
    const struct record *rec, struct buf *key, struct err *e)
{
	size_t row = rec->row - 1;

	if (s->chosen != NULL) {
		if (row >= s->rows)
			return err_set(e, ERR_FORMAT, "more rows than before");
		*part = s->chosen[row];
		return 0;
	}
	buf_clear(key);
	if (s->o->n_by == 0) {
		*part = part_of_key(s, rec->raw, line_length(rec));
		return 0;
	}
	if (records_key(l, key, s->o->by, s->o->n_by, e) != 0)
		return -1;
	*part = part_of_key(s, key->data, key->len);
	return 0;
}

static int
deal_rows(struct split *s, struct records *l, struct err *e)
{
	const char *end = records_line_end(l);
	struct record rec;
	struct buf key;
	size_t k = 0;
	int r;

	buf_init(&key, BUF_CAP_DATA);
	while ((r = records_next(l, &rec, e)) > 0) {
		if ((r = choose_part(&k, s, l, &rec, &key, e)) != 0)
			break;
		s->part[k].rows++;
		buf_add(&s->part[k].bytes, rec.raw, rec.raw_n);
		if (rec.raw[rec.raw_n - 1] != end[strlen(end) - 1])
			buf_adds(&s->part[k].bytes, end);
	}
	buf_free(&key);
	return r;
}

int
split_rows(struct split_part *part, size_t parts, const char *bytes,
    size_t n, struct table_read_opts *read, const struct split_opts *o,
    struct err *e)
{
	struct split s = { .part = part, .parts = parts, .o = o };
	struct table_read_opts again = *read;
	struct records *l = NULL;
	const char *header;
	size_t header_n;
	int r = -1;

	again.log = NULL;		/* it is told once */
	for (size_t i = 0; i < parts; i++) {
		s.total += part[i].weight;
		part[i].rows = 0;
		buf_init(&part[i].bytes, BUF_CAP_DATA);
	}
	if (records_check(bytes, n, read, e) != 0 ||
	    records_open(&l, bytes, n, &again, e) != 0)
		return -1;
	read->format = records_format(l);
	if ((o->time != NULL && order_rows(&s, bytes, n, &again, e) != 0) ||
	    (o->stratify != NULL &&
	    stratify_rows(&s, bytes, n, &again, e) != 0))
		goto done;
	header = records_header(l, &header_n);
	for (size_t i = 0; i < parts; i++)
		buf_add(&part[i].bytes, header, header_n);
	r = deal_rows(&s, l, e);
	for (size_t i = 0; i < parts && r == 0; i++)
		r = buf_check(&part[i].bytes, e);
done:
	free(s.chosen);
	records_close(l);
	return r;
}

const struct split_part *
split_lopsided(const struct split_part *part, size_t parts, double *expected)
{
	const struct split_part *worst = NULL;
	double total = 0, rows = 0, most = 6;	/* standard deviations */

	for (size_t i = 0; i < parts; i++) {
		total += part[i].weight;
		rows += (double)part[i].rows;
	}
	for (size_t i = 0; i < parts; i++) {
		double share = part[i].weight / total, mean = rows * share;
		double off = (fabs((double)part[i].rows - mean) - 1) /
		    sqrt(mean * (1 - share) + 1);

		if (off > most) {
			most = off;
			worst = &part[i];
			*expected = mean;
		}
	}
	return worst;
}
