/*
 * The index of a study: what its journal came to, so that an ask reads the
 * last lines instead of all.  It is a cache of this machine: binary, checked
 * by a hash, written anew and thrown away at will.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "search/study/internal.h"

#define MAGIC "mlv.studyindex.1"
#define LOOK 4096		/* bytes of the journal that must be the same */
#define SLOW 32768		/* bytes read without it that make it worth it */
#define HEAD (16 + 8)

static char *
index_path(const struct study *s)
{
	return xprintf("%s.index", s->log.path);
}

/* Of the journal's beginning and of what comes before `offset`. */
static int
hash_journal(uint64_t *out, const struct study *s, uint64_t offset)
{
	uint64_t from = offset > LOOK ? offset - LOOK : 0;
	struct err ignored;
	struct buf b;
	int r = -1;

	buf_init(&b, BUF_CAP_SMALL);
	if (oplog_read(&b, &s->log, 0, offset < LOOK ? offset : LOOK, &ignored) == 0 &&
	    oplog_read(&b, &s->log, from, offset - from, &ignored) == 0) {
		*out = hash64(b.data, b.len, offset);
		r = 0;
	}
	buf_free(&b);
	return r;
}

/* A program whose trials are laid out otherwise does not read ours. */
static uint64_t
hash_index(const struct buf *b)
{
	return hash64(b->data + HEAD, b->len - HEAD, sizeof(struct trial));
}

/* --- writing --------------------------------------------------------------- */

static void
put_text(struct buf *b, const char *s, size_t n)
{
	buf_le64(b, s ? n : UINT64_MAX);
	if (s)
		buf_add(b, s, n);
}

static void
put_trial(struct buf *b, const struct study *s, size_t number)
{
	const struct trial *t = &s->trial[number];
	struct trial flat = *t;

	flat.step = NULL;
	flat.rung = NULL;
	flat.fixed = NULL;
	buf_add(b, &flat, sizeof(flat));
	if (t->n_steps)
		buf_add(b, t->step, t->n_steps * sizeof(*t->step));
	if (t->n_rungs)
		buf_add(b, t->rung, t->n_rungs * sizeof(*t->rung));
	put_text(b, t->fixed, t->fixed ? strlen(t->fixed) : 0);
	buf_add(b, s->x + number * s->columns_room, s->n_columns * sizeof(*s->x));
	buf_add(b, s->y + number * s->n_objectives, s->n_objectives * sizeof(*s->y));
}

static void
put_study(struct buf *b, const struct study *s)
{
	buf_le64(b, s->offset);
	buf_le64(b, s->lines);
	put_text(b, s->name, strlen(s->name));
	buf_le64(b, (uint64_t)s->id);
	buf_le64(b, s->n_objectives);
	buf_add(b, s->maximize, sizeof(s->maximize));
	put_text(b, s->setup, s->setup ? strlen(s->setup) : 0);
	buf_le64(b, (uint64_t)s->first_last_step);
	buf_le64(b, s->n_studies);
	for (size_t i = 0; i < s->n_studies; i++)
		put_text(b, s->study_name[i], s->study_name[i] ? strlen(s->study_name[i]) : 0);
	buf_le64(b, s->n_ids);
	buf_add(b, s->number_of, s->n_ids * sizeof(*s->number_of));
	buf_le64(b, s->n_columns);
	for (size_t i = 0; i < s->n_columns; i++) {
		put_text(b, s->column[i].param.name, strlen(s->column[i].param.name));
		put_text(b, s->column[i].seen, s->column[i].seen_n);
		buf_le64(b, s->column[i].shifted);
	}
	buf_le64(b, s->n);
	for (size_t i = 0; i < s->n; i++)
		put_trial(b, s, i);
}

void
index_write(struct study *s)
{
	struct err ignored;
	uint64_t journal;
	struct out_file f;
	struct buf b;
	char *path;

	if (s->offset - s->indexed < SLOW + s->indexed / 32 || s->id == STUDY_NONE)
		return;
	for (size_t i = 0; i < s->n_columns; i++)
		if (s->column[i].shifted)
			return;		/* choices that changed: read them all */
	if (hash_journal(&journal, s, s->offset) < 0)
		return;
	path = index_path(s);
	buf_init(&b, (size_t)1 << 32);
	buf_adds(&b, MAGIC);
	buf_le64(&b, 0);
	buf_le64(&b, journal);
	put_study(&b, s);
	if (!b.failed) {
		uint64_t sum = hash_index(&b);

		memcpy(b.data + 16, &sum, 8);
		/* not synced: one that a power cut spoils is no harm */
		if (out_file_open_own(&f, s->log.os, path, NULL, 0666, false, &ignored) == 0) {
			if (out_file_add(&f, b.data, b.len, &ignored) == 0 &&
			    out_file_commit(&f, &ignored) == 0)
				s->indexed = s->offset;
			out_file_drop(&f);
		}
	}
	buf_free(&b);
	free(path);
}

/* --- reading --------------------------------------------------------------- */

struct cursor {
	const char *at, *end;
	bool bad;
};

static const void *
take(struct cursor *c, size_t n, size_t size)
{
	const char *p = c->at;
	size_t bytes;

	if (c->bad || !size_mul(&bytes, n, size) || bytes > (size_t)(c->end - c->at)) {
		c->bad = true;
		return NULL;
	}
	c->at += bytes;
	return p;
}

static uint64_t
take_u64(struct cursor *c)
{
	const void *p = take(c, 1, 8);

	return p ? get_le64(p) : 0;
}

/* To be freed; NULL is a text, too. */
static char *
take_text(struct cursor *c, size_t *n)
{
	uint64_t len = take_u64(c);
	const char *p;

	*n = 0;
	if (c->bad || len == UINT64_MAX || (p = take(c, (size_t)len, 1)) == NULL)
		return NULL;
	*n = (size_t)len;
	return xstrndup(p, *n);
}

/* n of `size` bytes, copied; NULL for none. */
static void *
take_copy(struct cursor *c, size_t n, size_t size)
{
	const void *p = take(c, n, size);
	void *out = p && n ? mem_array(n, size) : NULL;

	if (out)
		memcpy(out, p, n * size);
	else if (n)
		c->bad = true;
	return out;
}

static void
take_trial(struct cursor *c, struct study *s)
{
	const void *flat = take(c, 1, sizeof(struct trial)), *x, *y;
	struct trial t;
	char *fixed;
	size_t n;

	if (flat == NULL)
		return;
	memcpy(&t, flat, sizeof(t));
	t.fixed = NULL;
	t.steps_room = t.n_steps;
	t.step = take_copy(c, t.n_steps, sizeof(*t.step));
	t.rung = take_copy(c, t.n_rungs, sizeof(*t.rung));
	if ((fixed = take_text(c, &n)) != NULL)
		t.fixed = arena_strndup(&s->arena, fixed, n);
	free(fixed);
	x = take(c, s->n_columns, sizeof(*s->x));
	y = take(c, s->n_objectives, sizeof(*s->y));
	s->trial[s->n] = t;
	if (!c->bad) {
		double *row = s->x + s->n * s->columns_room;

		memcpy(row, x, s->n_columns * sizeof(*s->x));
		for (size_t k = s->n_columns; k < s->columns_room; k++)
			row[k] = NAN;
		memcpy(s->y + s->n * s->n_objectives, y, s->n_objectives * sizeof(*s->y));
	}
	s->n++;
}

static void
take_columns(struct cursor *c, struct study *s)
{
	uint64_t columns = take_u64(c);
	struct err ignored;

	if (c->bad || columns > SPACE_MAX * 4 ||
	    study_room_columns(s, (size_t)columns, &ignored) < 0) {
		c->bad = true;
		return;
	}
	for (uint64_t i = 0; i < columns && !c->bad; i++) {
		size_t n, seen_n;
		char *name = take_text(c, &n), *seen = take_text(c, &seen_n);

		(void)take_u64(c);
		if (c->bad || name == NULL || seen == NULL ||
		    study_add_column(s, name, seen, seen_n, &ignored) < 0)
			c->bad = true;
		free(name);
		free(seen);
	}
}

static void
take_names(struct cursor *c, struct study *s)
{
	uint64_t n = take_u64(c);
	size_t len;

	if (c->bad || n > (size_t)(c->end - c->at) / 8 ||
	    (s->study_name = mem_zeroed((size_t)n + 1, sizeof(char *))) == NULL) {
		c->bad = true;
		return;
	}
	while (s->n_studies < n)
		s->study_name[s->n_studies++] = take_text(c, &len);
}

static void
take_study(struct cursor *c, struct study *s)
{
	const void *maximize;
	struct err ignored;
	size_t len;
	char *name;
	uint64_t n;

	s->offset = take_u64(c);
	s->lines = take_u64(c);
	name = take_text(c, &len);
	if (name == NULL || strcmp(name, s->name) != 0)
		c->bad = true;
	free(name);
	s->id = (int64_t)take_u64(c);
	s->n_objectives = (size_t)take_u64(c);
	if ((maximize = take(c, 1, sizeof(s->maximize))) != NULL)
		memcpy(s->maximize, maximize, sizeof(s->maximize));
	s->setup = take_text(c, &len);
	s->first_last_step = (int64_t)take_u64(c);
	take_names(c, s);
	n = take_u64(c);
	s->number_of = take_copy(c, (size_t)n, sizeof(*s->number_of));
	s->n_ids = s->ids_room = s->number_of ? (size_t)n : 0;
	take_columns(c, s);
	n = take_u64(c);
	if (c->bad || s->n_objectives > STUDY_OBJECTIVES_MAX ||
	    study_room_columns(s, 1, &ignored) < 0 ||
	    study_room_trials(s, (size_t)n, &ignored) < 0)
		c->bad = true;
	while (!c->bad && s->n < n)
		take_trial(c, s);
}

static bool
is_sound_trial(const struct study *s, size_t number)
{
	const struct trial *t = &s->trial[number];

	for (size_t i = 0; i < s->n_columns; i++) {
		const struct space_param *p = &s->column[i].param;
		double v = s->x[number * s->columns_room + i];

		if (p->kind == SPACE_CATEGORICAL && !isnan(v) &&
		    !(v >= 0 && v < (double)p->n_choices))
			return false;
	}
	return (unsigned)t->state <= TRIAL_WAITING && t->id >= 0 &&
	    (uint64_t)t->id < s->n_ids && memchr(t->boot, '\0', sizeof(t->boot)) &&
	    memchr(t->run, '\0', sizeof(t->run));
}

/* Whoever made it: nothing in it leads outside of what was read. */
static bool
is_sound(const struct study *s)
{
	for (size_t i = 0; i < s->n_ids; i++)
		if (s->number_of[i] < STUDY_NONE || s->number_of[i] >= (int64_t)s->n)
			return false;
	for (size_t i = 0; i < s->n; i++)
		if (!is_sound_trial(s, i))
			return false;
	return s->n_objectives > 0 && s->id >= 0 && (uint64_t)s->id < s->n_studies;
}

void
index_read(struct study *s)
{
	struct cursor c = { .bad = false };
	struct err ignored;
	uint64_t journal, size;
	char *path = index_path(s);
	struct buf b;

	buf_init(&b, (size_t)1 << 32);
	if (file_read_own(&b, path, &ignored) == 0 && b.len > HEAD + 8 &&
	    memcmp(b.data, MAGIC, 16) == 0 &&
	    get_le64(b.data + 16) == hash_index(&b)) {
		c.at = b.data + HEAD + 8;
		c.end = b.data + b.len;
		take_study(&c, s);
		if (c.bad || !is_sound(s) || oplog_size(&size, &s->log, &ignored) < 0 || size < s->offset ||
		    hash_journal(&journal, s, s->offset) < 0 ||
		    journal != get_le64(b.data + HEAD))
			study_forget(s);
		s->indexed = s->offset;
	}
	buf_free(&b);
	free(path);
}
