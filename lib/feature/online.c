/* The newest rows of views by key, for serving. */
#include "feature/online.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "feature/key.h"

#define COMMIT_BLOCKS 64
#define EVENT_TAIL 24
#define MARK_BYTES (1 + 4 * 8 + 2 * SHA256_BYTES)
#define KEY_HEAD 13		/* bytes of a pair's key beside the key */

/* ---- pairs ---- */

static void
put_be64(struct buf *b, uint64_t v)
{
	for (int i = 56; i >= 0; i -= 8)
		buf_addc(b, (char)(v >> i));
}

/* Sorts as the number does. */
static void
put_time(struct buf *b, int64_t t)
{
	put_be64(b, (uint64_t)t ^ (uint64_t)1 << 63);
}

static int64_t
get_time(const char *p)
{
	uint64_t v = 0;

	for (int i = 0; i < 8; i++)
		v = v << 8 | (unsigned char)p[i];
	return (int64_t)(v ^ (uint64_t)1 << 63);
}

/* Fingerprint, length and text of the key. */
static void
put_prefix(struct buf *b, const struct feature_view *v,
    const struct buf *key, char what)
{
	buf_clear(b);
	put_be64(b, v->kept_as);
	buf_le32(b, (uint32_t)key->len);
	buf_add(b, key->data, key->len);
	buf_addc(b, what);
}

static void
put_cells(struct buf *b, const struct feed_block *from, size_t row)
{
	for (size_t i = 0; i < from->columns; i++) {
		const struct raw_cell c = feed_cell(from, row, i);

		buf_addc(b, (char)((c.s != NULL) | c.quoted << 1 |
		    c.json << 2));
		buf_le32(b, c.s ? c.n : 0);
		if (c.s)
			buf_add(b, c.s, c.n);
	}
}

static int
damaged(struct err *e)
{
	return err_set(e, ERR_CORRUPT, "the online store is damaged: remove "
	    "its file and load again");
}

/* The next cell of a pair, from *p on; ERR_CORRUPT when it is not what
 * put_cells writes. */
static int
get_cell(struct raw_cell *c, const char **p, const char *end, struct err *e)
{
	if (end - *p < 5 || get_le32(*p + 1) > (size_t)(end - *p - 5))
		return damaged(e);
	*c = (struct raw_cell){ **p & 1 ? *p + 5 : NULL, get_le32(*p + 1),
	    **p & 2, **p & 4 };
	*p += 5 + c->n;
	return 0;
}

/* ---- loading ---- */

/* A pair that is there already is not written: a load that is run again
 * touches few pages. */
static int
put_changed(struct kv *kv, const struct buf *key, const struct buf *value,
    struct err *e)
{
	struct kv_bytes old;
	int r = kv_get(&old, kv, key->data, key->len, e);

	if (r < 0 || (r > 0 && old.n == value->len &&
	    memcmp(old.p, value->data, old.n) == 0))
		return r < 0 ? -1 : 0;
	return kv_put(kv, key->data, key->len, value->data, value->len, e);
}

/* By the view's name, its fingerprint: a changed one is seen. */
static int
note_definition(struct online_load *l, struct err *e)
{
	struct kv_bytes old;
	struct buf key, value;
	int r;

	buf_init(&key, BUF_CAP_SMALL);
	buf_init(&value, BUF_CAP_SMALL);
	buf_addf(&key, "view %s", l->view->name);
	put_be64(&value, l->view->kept_as);
	r = kv_get(&old, l->kv, key.data, key.len, e);
	l->anew = r > 0 && (old.n != value.len || memcmp(old.p, value.data,
	    old.n) != 0);
	if (r >= 0)
		r = put_changed(l->kv, &key, &value, e);
	buf_free(&key);
	buf_free(&value);
	return r;
}

struct loading {
	struct online_load *l;
	struct buf key, pair, value;
	/* how far all rows are in the store */
	struct table_mark mark;
	uint64_t timeless;		/* of those */
	bool marked, all;		/* there is a mark; ... of the end of
					 * `content` */
	uint8_t content[SHA256_BYTES];
};

/* Under its time and what it is called by; without a name under when it was
 * created and its place.  Of what came again the first created counts. */
static int
put_event(struct loading *k, const struct feed_block *b, size_t i,
    struct err *e)
{
	const struct feature_view *v = k->l->view;
	struct raw_cell name = { .s = NULL };
	struct kv_bytes old;
	uint64_t mark[2];
	int r;

	put_time(&k->pair, b->time[i]);
	if (v->event != NULL)
		name = feed_cell(b, i, v->event_at);
	if (!key_event(mark, &name)) {
		put_time(&k->pair, b->created[i]);
		put_be64(&k->pair, k->l->first ? k->l->first - 1 + b->first +
		    i : hash64(k->value.data, k->value.len, 0));
		return put_changed(k->l->kv, &k->pair, &k->value, e);
	}
	put_be64(&k->pair, mark[0]);
	put_be64(&k->pair, mark[1]);
	r = kv_get(&old, k->l->kv, k->pair.data, k->pair.len, e);
	if (r < 0 || (r > 0 && old.n >= 16 && get_time((const char *)old.p +
	    8) <= b->created[i]))
		return r < 0 ? -1 : 0;
	return kv_put(k->l->kv, k->pair.data, k->pair.len, k->value.data,
	    k->value.len, e);
}

static int
load_row(struct loading *k, const struct feed_block *b, size_t i,
    struct err *e)
{
	const struct feature_view *v = k->l->view;
	int64_t time = b->time[i], created = b->created[i];
	struct kv_bytes old;
	const char *p;
	int r;

	buf_clear(&k->key);
	buf_add(&k->key, b->text + b->key[i].at, b->key[i].n);
	buf_clear(&k->value);
	put_time(&k->value, time);
	put_time(&k->value, created);
	put_cells(&k->value, b, i);
	put_prefix(&k->pair, v, &k->key, 'N');
	if (buf_check(&k->value, e) < 0 || (r = kv_get(&old, k->l->kv,
	    k->pair.data, k->pair.len, e)) < 0)
		return -1;
	p = old.p;
	if (r == 0 || old.n < 16 || get_time(p) < time ||
	    (get_time(p) == time && get_time(p + 8) <= created)) {
		bool other = r == 0 || old.n != k->value.len ||
		    memcmp(old.p, k->value.data, old.n) != 0;

		k->l->newer += other;
		if (other && kv_put(k->l->kv, k->pair.data, k->pair.len,
		    k->value.data, k->value.len, e) < 0)
			return -1;
	}
	if (!v->windowed)
		return 0;
	k->pair.data[k->pair.len - 1] = 'E';
	return put_event(k, b, i, e);
}

bool
online_takes(struct online_load *l, const struct feed_block *b, size_t i)
{
	l->rows++;
	if (b->time[i] == FEED_NO_TIME) {
		l->timeless++;
		return false;
	}
	if (b->time[i] > l->until || b->created[i] > l->until) {
		l->waiting++;
		return false;
	}
	return b->key[i].n > 0;
}

static int
load_block(struct loading *k, const struct feed_block *b, struct err *e)
{
	for (size_t i = 0; i < b->rows; i++)
		if (online_takes(k->l, b, i) && load_row(k, b, i, e) < 0)
			return -1;
	return 0;
}

/* ---- marks ---- */

static void
put_mark_key(struct buf *b, const struct online_load *l)
{
	uint8_t digest[SHA256_BYTES];

	sha256_of(l->source.p, l->source.n, digest);
	buf_clear(b);
	buf_adds(b, "mark ");
	put_be64(b, l->view->kept_as);
	buf_addc(b, l->first ? 'P' : 'C');
	buf_add(b, digest, sizeof(digest));
}

/* One that is not understood is none. */
static int
read_mark(struct loading *k, struct err *e)
{
	struct online_load *l = k->l;
	struct kv_bytes b;
	const char *p;
	int r;

	if (l->source.n == 0 || l->whole)
		return 0;
	put_mark_key(&k->key, l);
	if (kv_begin(l->kv, false, e) < 0)
		return -1;
	r = kv_get(&b, l->kv, k->key.data, k->key.len, e);
	p = b.p;
	if (r > 0 && b.n == MARK_BYTES && (p[0] & ~1) == 0) {
		k->marked = true;
		k->all = p[0] & 1;
		k->mark = (struct table_mark){ .bytes = get_le64(p + 1),
		    .rows = get_le64(p + 9), .lines = get_le64(p + 17) };
		k->timeless = get_le64(p + 25);
		memcpy(k->mark.digest, p + 33, SHA256_BYTES);
		memcpy(k->content, p + 33 + SHA256_BYTES, SHA256_BYTES);
	}
	kv_abort(l->kv);
	l->rows = l->skipped = k->mark.rows;
	l->timeless = k->timeless;
	return r < 0 ? -1 : 0;
}

/* Behind a block, while none of its rows waits. */
static void
move_mark(struct loading *k, const struct feed_block *b)
{
	if (k->l->source.n == 0 || k->l->waiting > 0)
		return;
	k->mark = b->end;
	k->timeless = k->l->timeless;
	k->marked = true;
	k->all = false;
}

/* In the transaction of the rows before it. */
static int
write_mark(struct loading *k, struct err *e)
{
	static const uint8_t none[SHA256_BYTES];

	if (!k->marked)
		return 0;
	put_mark_key(&k->key, k->l);
	buf_clear(&k->value);
	buf_addc(&k->value, (char)k->all);
	buf_le64(&k->value, k->mark.bytes);
	buf_le64(&k->value, k->mark.rows);
	buf_le64(&k->value, k->mark.lines);
	buf_le64(&k->value, k->timeless);
	buf_add(&k->value, k->mark.digest, SHA256_BYTES);
	buf_add(&k->value, k->all ? k->content : none, SHA256_BYTES);
	return put_changed(k->l->kv, &k->key, &k->value, e);
}

/* All of it is in the store, and it says what it is. */
static int
write_end(struct loading *k, struct err *e)
{
	if (k->l->content != NULL && k->l->waiting == 0 && k->marked) {
		k->all = true;
		memcpy(k->content, k->l->content, SHA256_BYTES);
	}
	return write_mark(k, e) < 0 ? -1 : kv_commit(k->l->kv, e);
}

/* ---- blocks ---- */

static int
load_blocks(struct loading *k, struct feed *feed, struct err *e)
{
	const struct feed_block *b = NULL;
	bool begun = true;
	int n = 0, got;

	if (kv_begin(k->l->kv, true, e) < 0 || note_definition(k->l, e) < 0)
		return -1;
	for (;;) {
		/* nobody else can write while one has begun: none is open
		 * while a pipe is waited for */
		if (begun && (k->l->live || n == COMMIT_BLOCKS)) {
			if (write_mark(k, e) < 0 || kv_commit(k->l->kv, e) < 0)
				return -1;
			begun = false;
			n = 0;
		}
		if ((got = feed_next(&b, feed, e)) <= 0)
			break;
		if (!begun && kv_begin(k->l->kv, true, e) < 0)
			return -1;
		begun = true;
		n++;
		if (load_block(k, b, e) < 0)
			return -1;
		move_mark(k, b);
	}
	if (got >= 0 && !begun && k->l->source.n > 0) {
		got = kv_begin(k->l->kv, true, e);
		begun = got == 0;
	}
	return got < 0 ? -1 : begun ? write_end(k, e) : 0;
}

static int
load_source(struct loading *k, struct source *from,
    const struct table_read_opts *read, struct err *e)
{
	const bool marks = k->l->source.n > 0;
	const struct table_mark mark = k->mark;
	const struct feed_opts o = { .read = read, .copy = -1,
	    .eager = k->l->live, .marks = marks,
	    .after = k->marked ? &mark : NULL };
	struct feed *feed;
	int got;

	if (feed_open(&feed, k->l->view, from, &o, e) < 0)
		return -1;
	got = load_blocks(k, feed, e);
	feed_free(feed);
	return got;
}

/* What is there already: the definition is noted all the same. */
static int
load_nothing(struct loading *k, struct err *e)
{
	if (kv_begin(k->l->kv, true, e) < 0 || note_definition(k->l, e) < 0)
		return -1;
	return kv_commit(k->l->kv, e);
}

int
online_load(struct online_load *l, struct source *from,
    const struct table_read_opts *read, struct err *e)
{
	struct loading k = { .l = l };
	int got;

	buf_init(&k.key, BUF_CAP_SMALL);
	buf_init(&k.pair, BUF_CAP_SMALL);
	buf_init(&k.value, BUF_CAP_DOC);
	got = read_mark(&k, e);
	if (got == 0 && k.all && l->content != NULL && memcmp(k.content,
	    l->content, SHA256_BYTES) == 0)
		got = load_nothing(&k, e);
	else if (got == 0)
		got = load_source(&k, from, read, e);
	kv_abort(l->kv);
	buf_free(&k.key);
	buf_free(&k.pair);
	buf_free(&k.value);
	return got;
}

/* ---- reading ---- */

/* What put_prefix appends, for the newest row. */
static void
write_prefix(struct online_row *r, const struct feature_view *v,
    const struct buf *key)
{
	/* which has room for all: it never grows */
	struct buf b = { .data = r->key, .alloc = sizeof(r->key),
	    .cap = sizeof(r->key) - 1 };

	put_prefix(&b, v, key, 'N');
	r->key_n = b.len;
}

int
online_find(struct online_row *r, struct arena *a, struct kv *kv,
    const struct feature_view *v, const struct buf *key, struct err *e)
{
	struct kv_bytes b;
	const char *p, *end;
	int got;

	r->view = v;
	r->found = false;
	r->key_n = 0;
	if (key->len == 0 || key->len > KV_KEY_MAX - KEY_HEAD)
		return 0;
	write_prefix(r, v, key);
	got = kv_get(&b, kv, r->key, r->key_n, e);
	if (got <= 0)
		return got;
	if (b.n < 16)
		return damaged(e);
	p = b.p;
	end = p + b.n;
	r->found = true;
	r->time = get_time(p);
	r->created = get_time(p + 8);
	r->cell = arena_alloc(a, (v->columns + 1) * sizeof(*r->cell));
	p += 16;
	for (size_t i = 0; i < v->columns; i++)
		if (get_cell(&r->cell[i], &p, end, e) < 0)
			return -1;
	return 0;
}

/* One event more; its pair stays where it is until the transaction ends. */
static int
add_event(struct window *w, const struct feature *f, struct kv_bytes value,
    struct err *e)
{
	const char *p = (const char *)value.p + 16;
	const char *end = (const char *)value.p + value.n;
	struct raw_cell c = { .s = NULL };

	for (size_t i = 0; !f->counts_rows && i <= f->column; i++)
		if (get_cell(&c, &p, end, e) < 0)
			return -1;
	return window_add(w, &c, e);
}

/* Events from the window's begin. */
static int
fold_events(struct raw_cell *out, struct arena *a, const struct online_row *r,
    struct kv *kv, const struct feature *f, int64_t now, struct err *e)
{
	size_t prefix = r->key_n;
	struct window w = { 0 };
	struct kv_bytes key, value;
	struct buf from;
	int got;

	buf_init(&from, BUF_CAP_SMALL);
	buf_add(&from, r->key, prefix - 1);
	buf_addc(&from, 'E');
	put_time(&from, now - f->window + 1);
	window_begin(&w, f);
	got = kv_next(&key, &value, kv, from.data, from.len, e);
	while (got > 0 && key.n == prefix + EVENT_TAIL && value.n >= 16 &&
	    memcmp(key.p, from.data, prefix) == 0 &&
	    get_time((const char *)key.p + prefix) <= now) {
		if (get_time((const char *)value.p + 8) <= now &&
		    add_event(&w, f, value, e) < 0)
			got = -1;
		else
			got = kv_next(&key, &value, kv, NULL, 0, e);
	}
	if (got >= 0)
		got = window_end(out, a, &w, e);
	window_release(&w);
	buf_free(&from);
	return got < 0 ? -1 : 0;
}

int
online_value(struct raw_cell *out, enum feature_status *status,
    struct arena *a, const struct online_row *r, struct kv *kv,
    const struct feature *f, int64_t now, struct err *e)
{
	*out = (struct raw_cell){ .s = NULL };
	*status = FEATURE_NOT_FOUND;
	if (!r->found)
		return 0;
	*status = FEATURE_OUTSIDE_MAX_AGE;
	if (f->agg == AGG_NONE && r->view->ttl > 0 &&
	    now - r->time > r->view->ttl)
		return 0;
	if (f->agg == AGG_NONE && f->expr == NULL)
		*out = r->cell[f->column];
	else if (f->agg != AGG_NONE ? fold_events(out, a, r, kv, f, now, e) < 0 :
	    feature_value(out, a, f, (struct feature_row){ NULL, r->cell },
	    e) < 0)
		return -1;
	*status = out->s ? FEATURE_PRESENT : FEATURE_NULL_VALUE;
	return 0;
}
