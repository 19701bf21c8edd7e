/* Predictions and late labels, collected to be sorted. */
#include "judge/late/late.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/utf8.h"
#include "judge/late/internal.h"

/* Numbers and truth values in one form: 1, 1.0 and true are the same. */
static size_t
plain_text(char room[NUM_TEXT_MAX], const char **s, size_t n)
{
	double v;

	if ((n == 4 && (memcmp(*s, "true", 4) == 0 || memcmp(*s, "True", 4) ==
	    0 || memcmp(*s, "TRUE", 4) == 0)) || (n == 5 && (memcmp(*s,
	    "false", 5) == 0 || memcmp(*s, "False", 5) == 0 || memcmp(*s,
	    "FALSE", 5) == 0))) {
		*room = n == 4 ? '1' : '0';
	} else if (n > 0 && n < 32 && num_parse_f64(*s, n, &v) &&
	    isfinite(v)) {
		n = num_print_f64(room, v);
		*s = room;
		return n;
	} else {
		return n;
	}
	*s = room;
	return 1;
}

uint32_t
late_class(const struct late *l, const struct late_text *t)
{
	char room[NUM_TEXT_MAX];
	const char *s = t->s;
	size_t n = plain_text(room, &s, t->n);
	uint32_t at = intern_find(l->classes, s, n);

	if (at == INTERN_NONE && l->o.classes[0] == NULL)
		return 0;
	return at == INTERN_NONE ? LATE_NO_CLASS : at;
}

void
late_note(struct late_report *r, struct late_count *c, const char *s,
    size_t n)
{
	if (c->n++ == 0)
		c->first = arena_strndup(&r->arena, s, n < 80 ? n : 80);
}

void
late_new(struct late **out, const struct late_opts *o)
{
	struct late *l = xalloc(1, sizeof(*l));

	l->o = *o;
	l->o.estimate = o->estimate && o->task != TASK_REGRESSION;
	l->width = o->task == TASK_MULTICLASS ? o->n_classes : 1;
	l->predictions = sorter_new(o->memory, o->folder);
	l->labels = sorter_new(o->memory, o->folder);
	l->curves = sorter_new(o->memory, o->folder);
	l->reference = sorter_new(o->memory, o->folder);
	if (l->o.estimate && o->task == TASK_MULTICLASS) {
		l->rows = sorter_new(o->memory, o->folder);
		l->expected = sorter_new(o->memory, o->folder);
	}
	l->last = xalloc(2 + o->n_by, sizeof(*l->last));
	l->groups = intern_new();
	l->classes = intern_new();
	for (size_t i = 0; i < o->n_classes; i++) {
		char room[NUM_TEXT_MAX];
		const char *s = o->classes[i] == NULL ? "\1" :
		    o->classes[i];
		size_t n = plain_text(room, &s, strlen(s));

		intern_add(l->classes, s, n);
	}
	l->cbpe = xalloc(l->width, sizeof(*l->cbpe));
	for (size_t i = 0; i < l->width; i++)
		cbpe_init(&l->cbpe[i]);
	l->r = &l->counted;
	buf_init(&l->record, SORTER_RECORD_MAX);
	buf_init(&l->key, BUF_CAP_SMALL);
	*out = l;
}

void
late_free(struct late *l)
{
	if (l == NULL)
		return;
	sorter_free(l->predictions);
	sorter_free(l->labels);
	sorter_free(l->curves);
	sorter_free(l->reference);
	sorter_free(l->rows);
	sorter_free(l->expected);
	for (size_t i = 0; i < intern_count(l->groups) && i < l->sums_room;
	    i++)
		free(l->sums[i].confusion);
	free(l->sums);
	free(l->last);
	intern_free(l->groups);
	intern_free(l->classes);
	for (size_t i = 0; i < l->width; i++)
		cbpe_release(&l->cbpe[i]);
	free(l->cbpe);
	late_report_release(&l->counted);
	buf_free(&l->record);
	buf_free(&l->key);
	free(l);
}

void
late_report_release(struct late_report *r)
{
	arena_free(&r->arena);
}

/* ---- groups ---- */

/* The group's number; its text is a letter for what it is by, and its value
 * unless that is missing. */
static int
find_group(uint32_t *out, struct late *l, size_t by, const char *s, size_t n,
    struct err *e)
{
	size_t have = intern_count(l->groups);

	buf_clear(&l->key);
	buf_addc(&l->key, (char)('A' + by % 26));
	buf_addc(&l->key, (char)('A' + by / 26));
	if (s != NULL) {
		buf_addc(&l->key, '=');
		buf_add(&l->key, s, n);
	}
	if (buf_check(&l->key, e) < 0)
		return -1;
	*out = intern_add(l->groups, l->key.data, l->key.len);
	if (*out < have)
		return 0;
	if (have == LATE_GROUPS_MAX)
		return err_set(e, ERR_TOOBIG, "more than %d days and segments"
		    "%s%s: give columns of few values", LATE_GROUPS_MAX, by <
		    BY_COLUMN ? "" : ", the last of column ", by < BY_COLUMN ?
		    "" : l->o.by[by - BY_COLUMN]);
	if (*out >= l->sums_room) {
		size_t room = l->sums_room ? 2 * l->sums_room : 64;

		l->sums = xresize(l->sums, room, sizeof(*l->sums));
		memset(l->sums + l->sums_room, 0, (room - l->sums_room) *
		    sizeof(*l->sums));
		l->sums_room = room;
	}
	if (l->o.task != TASK_REGRESSION)
		l->sums[*out].confusion = xalloc(l->o.n_classes *
		    l->o.n_classes, sizeof(*l->sums->confusion));
	return 0;
}

static int
put_groups(struct late *l, const struct late_prediction *p, struct err *e)
{
	char day[CLOCK_TEXT_MAX];

	if (p->timed)
		clock_print(day, p->time_us);
	if (find_group(&l->last[BY_ALL], l, BY_ALL, NULL, 0, e) < 0 ||
	    find_group(&l->last[BY_DAY], l, BY_DAY, p->timed ? day : NULL, 10,
	    e) < 0)
		return -1;
	for (size_t i = 0; i < l->o.n_by; i++)
		if (find_group(&l->last[BY_COLUMN + i], l, BY_COLUMN + i,
		    p->by[i].s, p->by[i].n, e) < 0)
			return -1;
	for (size_t i = 0; i < BY_COLUMN + l->o.n_by; i++)
		sorter_put_u32(&l->record, l->last[i]);
	return 0;
}

const uint32_t *
late_groups(const struct late *l)
{
	return l->last;
}

/* ---- rows ---- */

static int
find_answer(uint32_t *out, const struct late *l,
    const struct late_prediction *p, struct err *e)
{
	*out = 0;
	if (l->o.task == TASK_REGRESSION)
		return 0;
	if (p->answer.s != NULL) {
		*out = late_class(l, &p->answer);
		if (*out == LATE_NO_CLASS)
			return err_set(e, ERR_FORMAT, "the answer '%.*s' is "
			    "none of the classes", (int)utf8_cut(p->answer.s,
			    p->answer.n, 40), p->answer.s);
	} else if (l->o.task == TASK_BINARY) {
		*out = p->score[0] >= l->o.threshold;
	} else {
		for (size_t i = 1; i < l->width; i++)
			if (p->score[i] > p->score[*out])
				*out = (uint32_t)i;
	}
	return 0;
}

int
late_prediction(struct late *l, const struct late_prediction *p,
    struct err *e)
{
	uint32_t answer;

	l->r->predictions++;
	for (size_t i = 0; i < l->width; i++)
		if (!isfinite(p->score[i]))
			return err_set(e, ERR_FORMAT, "a score is no finite "
			    "number");
	if (find_answer(&answer, l, p, e) < 0)
		return -1;
	buf_clear(&l->record);
	if (p->key.s == NULL)
		l->r->unkeyed++;
	sorter_put_text(&l->record, p->key.s == NULL ? "" : p->key.s,
	    p->key.n);
	sorter_put_u64(&l->record, l->r->predictions);
	sorter_put_u64(&l->record, (uint64_t)p->time_us);
	if (put_groups(l, p, e) < 0)
		return -1;
	sorter_put_u32(&l->record, answer);
	for (size_t i = 0; i < l->width; i++)
		sorter_put_falling(&l->record, p->score[i]);
	if (l->record.failed)
		return err_set(e, ERR_TOOBIG, "a key is longer than %zu bytes",
		    SORTER_RECORD_MAX);
	return sorter_add(l->predictions, l->record.data, l->record.len, e);
}

int
late_label(struct late *l, const struct late_text *key,
    const struct late_text *label, struct err *e)
{
	double v = 0;
	uint32_t class = 0;

	l->r->labels++;
	if (key->s == NULL || key->n == 0 || label->s == NULL) {
		l->r->empty++;
		return 0;
	}
	if (l->o.task == TASK_REGRESSION) {
		if (!num_parse_f64(label->s, label->n, &v) || !isfinite(v))
			return err_set(e, ERR_FORMAT, "the label '%.*s' is no "
			    "number", (int)utf8_cut(label->s, label->n, 40),
			    label->s);
	} else if ((class = late_class(l, label)) == LATE_NO_CLASS) {
		late_note(l->r, &l->r->strange, label->s, label->n);
	}
	buf_clear(&l->record);
	sorter_put_text(&l->record, key->s, key->n);
	sorter_put_u64(&l->record, l->r->labels);
	sorter_put_u32(&l->record, class);
	sorter_put_falling(&l->record, v);
	if (l->record.failed)
		return err_set(e, ERR_TOOBIG, "a key is longer than %zu bytes",
		    SORTER_RECORD_MAX);
	return sorter_add(l->labels, l->record.data, l->record.len, e);
}
