/* Two sorted sides merged by key: each prediction finds its label. */
#include <string.h>

#include "judge/late/internal.h"

/* The label of one key. */
struct labelled {
	struct buf key;			/* its record's text part */
	bool any, conflict;
	bool found;			/* it has a prediction */
	uint32_t class;
	double value;
	/* the next key's first record, already read */
	struct buf ahead;
	bool ended;
};

/* What a record's text part was; for messages. */
static void
note_key(struct late *l, struct late_count *c, const uint8_t *p, size_t n)
{
	char text[80];
	size_t len = 0;

	for (size_t i = 0; i + 1 < n && len < sizeof(text); i++)
		text[len++] = p[i] == 1 ? (char)(p[++i] - 1) : (char)p[i];
	late_note(l->r, c, text, len);
}

static void
take_label(struct labelled *k, size_t key)
{
	const uint8_t *p = (const uint8_t *)k->ahead.data + key + 8;

	k->class = sorter_get_u32(p);
	k->value = sorter_get_falling(p + 4);
}

static int
read_ahead(struct labelled *k, struct late *l, struct err *e)
{
	const void *p;
	size_t n;
	int r = sorter_next(&p, &n, l->labels, e);

	buf_clear(&k->ahead);
	k->ended = r == 0;
	if (r > 0)
		buf_add(&k->ahead, p, n);
	return r < 0 ? -1 : buf_check(&k->ahead, e);
}

/* All labels of the next key. */
static int
next_key(struct labelled *k, struct late *l, struct err *e)
{
	size_t n = sorter_text_bytes(k->ahead.data, k->ahead.len);

	k->any = !k->ended;
	k->conflict = k->found = false;
	if (!k->any)
		return 0;
	buf_clear(&k->key);
	buf_add(&k->key, k->ahead.data, n);
	take_label(k, n);
	for (;;) {
		struct labelled before = *k;

		if (read_ahead(k, l, e) < 0)
			return -1;
		if (k->ended || k->ahead.len < n || memcmp(k->ahead.data,
		    k->key.data, n) != 0)
			break;
		take_label(k, n);
		if (k->class == before.class && k->value == before.value)
			note_key(l, &l->r->repeated, (const uint8_t *)
			    k->key.data, n);
		else
			k->conflict = true;
	}
	if (k->conflict)
		note_key(l, &l->r->conflicting, (const uint8_t *)k->key.data,
		    n);
	return 0;
}

static int
order_keys(const struct buf *a, const uint8_t *b, size_t n)
{
	int r = memcmp(a->data, b, a->len < n ? a->len : n);

	return r != 0 ? r : (a->len > n) - (a->len < n);
}

/* ---- one prediction with its label, or without ---- */

static int
add_curves(struct late *l, uint32_t group, const struct late_row *row,
    uint32_t truth, bool labelled, struct err *e)
{
	size_t classes = l->o.task == TASK_BINARY ? 1 : l->width;

	if (l->o.task == TASK_REGRESSION || (!labelled && (!l->o.estimate ||
	    l->o.task == TASK_MULTICLASS)))
		return 0;
	for (size_t k = 0; k < classes; k++) {
		/* binary: the one score is class 1's */
		uint32_t class = l->o.task == TASK_BINARY ? 1 : (uint32_t)k;

		buf_clear(&l->record);
		sorter_put_u32(&l->record, group);
		sorter_put_u32(&l->record, (uint32_t)k);
		buf_add(&l->record, row->score + 8 * k, 8);
		buf_addc(&l->record, labelled ? truth == class : 2);
		buf_addc(&l->record, row->answer == class);
		if (sorter_add(l->curves, l->record.data, l->record.len, e) <
		    0)
			return -1;
	}
	return 0;
}

static int
add_reference(struct late *l, const struct late_row *row, uint32_t truth,
    struct err *e)
{
	if (!l->o.estimate || (l->o.reference_until != 0 && row->time_us >=
	    l->o.reference_until))
		return 0;
	for (size_t k = 0; k < l->width; k++) {
		uint32_t class = l->o.task == TASK_BINARY ? 1 : (uint32_t)k;

		buf_clear(&l->record);
		sorter_put_u32(&l->record, (uint32_t)k);
		buf_add(&l->record, row->score + 8 * k, 8);
		sorter_put_u64(&l->record, row->number);
		buf_addc(&l->record, truth == class);
		buf_addc(&l->record, row->answer == class);
		if (sorter_add(l->reference, l->record.data, l->record.len,
		    e) < 0)
			return -1;
	}
	return 0;
}

static int
add_row(struct late *l, const struct late_row *row, const struct labelled *k,
    struct err *e)
{
	bool labelled = k != NULL;

	if (labelled && l->o.labelled != NULL)
		l->o.labelled(l->o.ctx, row->number, l->o.task ==
		    TASK_REGRESSION ? sorter_get_falling(row->score) -
		    k->value : k->class != row->answer,
		    l->o.reference_until == 0 || row->time_us <
		    l->o.reference_until);
	for (size_t i = 0; i < 2 + l->o.n_by; i++) {
		uint32_t group = sorter_get_u32(row->group + 4 * i);
		struct late_sums *s = &l->sums[group];

		s->predictions++;
		s->labelled += labelled;
		if (add_curves(l, group, row, labelled ? k->class : 0,
		    labelled, e) < 0)
			return -1;
		if (labelled && l->o.task != TASK_REGRESSION) {
			s->confusion[k->class * l->o.n_classes +
			    row->answer]++;
		} else if (labelled) {
			double d = sorter_get_falling(row->score) - k->value;

			ranked_mean_add(&s->absolute, d < 0 ? -d : d);
			ranked_mean_add(&s->square, d * d);
			ranked_mean_add(&s->truth, k->value);
		}
	}
	if (l->rows != NULL && classes_keep(l, row, e) < 0)
		return -1;
	return labelled ? add_reference(l, row, k->class, e) : 0;
}

static struct late_row
read_row(const struct late *l, const uint8_t *p)
{
	struct late_row r;

	r.number = sorter_get_u64(p);
	r.time_us = (int64_t)sorter_get_u64(p + 8);
	r.group = p + 16;
	p += 16 + 4 * (2 + l->o.n_by);
	r.answer = sorter_get_u32(p);
	r.score = p + 4;
	return r;
}

/* Labels below the key have no prediction. */
static int
pass_labels(struct labelled *k, struct late *l, const uint8_t *key, size_t n,
    struct err *e)
{
	while (k->any && (key == NULL || order_keys(&k->key, key, n) < 0)) {
		if (!k->found)
			note_key(l, &l->r->unknown, (const uint8_t *)
			    k->key.data, k->key.len);
		if (next_key(k, l, e) < 0)
			return -1;
	}
	return 0;
}

/* A key of several predictions is told once. */
struct seen_key {
	struct buf key;
	uint64_t times;
};

static void
note_shared(struct seen_key *s, struct late *l, const uint8_t *key, size_t n)
{
	if (s->times > 0 && order_keys(&s->key, key, n) == 0) {
		if (s->times++ == 1 && n > 1)
			note_key(l, &l->r->shared, key, n);
		return;
	}
	buf_clear(&s->key);
	buf_add(&s->key, key, n);
	s->times = 1;
}

static int
join_one(struct late *l, struct labelled *k, struct seen_key *seen,
    const uint8_t *p, size_t size, struct err *e)
{
	size_t n = sorter_text_bytes(p, size);
	struct late_row row = read_row(l, p + n);
	bool found;

	if (pass_labels(k, l, p, n, e) < 0)
		return -1;
	note_shared(seen, l, p, n);
	found = k->any && order_keys(&k->key, p, n) == 0;
	k->found |= found;
	if (found && ((k->conflict && !l->o.latest) || k->class ==
	    LATE_NO_CLASS))
		return add_row(l, &row, NULL, e);
	l->r->labelled += found;
	if (!found)
		note_key(l, &l->r->unlabelled, p, n);
	return add_row(l, &row, found ? k : NULL, e);
}

int
late_join(struct late *l, struct err *e)
{
	struct labelled k = { 0 };
	struct seen_key seen = { 0 };
	const void *p;
	size_t n;
	int r = -1;

	buf_init(&k.key, BUF_CAP_SMALL);
	buf_init(&k.ahead, BUF_CAP_SMALL);
	buf_init(&seen.key, BUF_CAP_SMALL);
	if (sorter_sort(l->predictions, e) == 0 && sorter_sort(l->labels, e) ==
	    0 && read_ahead(&k, l, e) == 0 && next_key(&k, l, e) == 0)
		r = 0;
	while (r >= 0 && (r = sorter_next(&p, &n, l->predictions, e)) > 0)
		r = join_one(l, &k, &seen, p, n, e);
	if (r == 0)
		r = pass_labels(&k, l, NULL, 0, e);
	buf_free(&k.key);
	buf_free(&k.ahead);
	buf_free(&seen.key);
	return r;
}
