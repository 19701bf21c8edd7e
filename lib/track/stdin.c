/* Metrics as they come down a pipe, appended to a journal. */
#include "track/stdin.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/lines.h"
#include "base/mem.h"
#include "base/num.h"

#define LINE_MAX_BYTES ((size_t)1 << 20)
#define NAME_MAX_BYTES 250

/* A name and its value, pointing into the line or the arena. */
struct metric_point {
	const char *name;
	size_t n;
	double value;
	bool whole;		/* ... is an integer, step */
	int64_t step;
};

struct metric_points {
	struct metric_point *v;
	size_t n, room;
};

static void
add_point(struct metric_points *l, const struct metric_point *p)
{
	if (l->n == l->room) {
		l->room = l->room ? l->room * 2 : 16;
		l->v = xresize(l->v, l->room, sizeof(*l->v));
	}
	l->v[l->n++] = *p;
}

static void
refuse_value(struct metric_stream *s, const char *text, size_t n)
{
	if (s->refused++ > 0)
		return;
	s->first_line = s->lines;
	snprintf(s->first, sizeof(s->first), "%.*s", n > 60 ? 60 : (int)n,
	    text);
}

/* How strongly a name claims to be the step; 0: not at all. */
enum { NO_STEP, EPOCH, ITERATION, STEP };

static int
step_claim(const struct metric_point *p)
{
	static const char *const words[] = { [EPOCH] = "epoch",
	    [ITERATION] = "iteration", [STEP] = "step" };

	for (int i = STEP; i > NO_STEP; i--)
		if (p->n == strlen(words[i]) &&
		    memcmp(p->name, words[i], p->n) == 0)
			return i;
	return NO_STEP;
}

/* NAME=VALUE.  Words of other programs, as "lr=auto", are passed over; what
 * begins as a number and is none is refused, and any step that is none. */
static void
read_word(struct metric_stream *s, struct metric_points *out, const char *w,
    size_t len)
{
	const char *eq = memchr(w, '=', len);
	struct metric_point p = { .name = w };
	size_t n;

	if (eq == NULL || eq == w)
		return;
	p.n = (size_t)(eq - w);
	n = len - p.n - 1;
	p.whole = num_parse_i64(eq + 1, n, &p.step);
	if (num_parse_f64(eq + 1, n, &p.value))
		add_point(out, &p);
	else if (step_claim(&p) == STEP || (n && strchr("+-.0123456789",
	    eq[1])))
		refuse_value(s, w, len);
}

/* Bytes of the word at w that end before a comma; a comma with digits and no
 * '=' behind it is part of the number, as in 0,31. */
static size_t
part_length(const char *w, size_t len)
{
	const char *end = w + len, *comma = memchr(w, ',', len), *next;

	while (comma && comma + 1 < end && comma[1] >= '0' &&
	    comma[1] <= '9') {
		next = memchr(comma + 1, ',', (size_t)(end - comma - 1));
		if (memchr(comma, '=', (size_t)((next ? next : end) - comma)))
			break;
		comma = next;
	}
	return comma ? (size_t)(comma - w) : len;
}

static void
split_words(struct metric_stream *s, struct metric_points *out,
    const char *line, size_t n)
{
	size_t at = 0, len, part;

	while (at < n) {
		for (; at < n && strchr(" \t\r,", line[at]); at++)
			;
		for (len = 0; at + len < n && !strchr(" \t\r",
		    line[at + len]); len++)
			;
		part = part_length(line + at, len);
		if (part)
			read_word(s, out, line + at, part);
		at += part;
	}
}

static void
split_json(struct metric_stream *s, struct metric_points *out,
    struct arena *a, const char *line, size_t n)
{
	struct err ignored;
	struct json *j;

	if (json_parse(&j, a, line, n, JSON_NAN, &ignored) < 0 ||
	    j->type != JSON_MAP)
		return;
	for (j = j->child; j; j = j->next) {
		struct metric_point p = { .name = j->key, .n = strlen(j->key),
		    .value = j->d };

		if (j->type == JSON_INT) {
			p.whole = true;
			p.step = j->i;
		} else if (j->type == JSON_REAL && j->d == floor(j->d) &&
		    fabs(j->d) < 0x1p53) {
			p.whole = true;
			p.step = (int64_t)j->d;
		}
		if (j->type == JSON_INT || j->type == JSON_REAL)
			add_point(out, &p);
		else if (step_claim(&p) == STEP)
			refuse_value(s, "step", 4);
	}
}

/* The point that says the step, or NULL. */
static const struct metric_point *
find_step(const struct metric_points *l)
{
	const struct metric_point *best = NULL;

	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].whole && step_claim(&l->v[i]) > (best ?
		    step_claim(best) : NO_STEP))
			best = &l->v[i];
	return best;
}

static int
add_points(struct metric_stream *s, const struct metric_points *l,
    struct err *e)
{
	const struct metric_point *says = find_step(l);
	int64_t step = says ? says->step : s->next_step;
	char name[NAME_MAX_BYTES + 1];
	size_t used = 0;
	int r = 0;

	for (size_t i = 0; i < l->n && r == 0; i++) {
		const struct metric_point *p = &l->v[i];

		if (step_claim(p) == STEP && !p->whole)
			refuse_value(s, p->name, p->n);
		if (p == says || step_claim(p) == STEP ||
		    p->n > NAME_MAX_BYTES)
			continue;
		memcpy(name, p->name, p->n);
		name[p->n] = '\0';
		r = journal_metric(s->j, name, step, p->value, e);
		used++;
	}
	s->points += used;
	s->skipped += used == 0;
	if (used)
		s->next_step = step < INT64_MAX ? step + 1 : step;
	return r;
}

int
metric_stream_line(struct metric_stream *s, const char *line, size_t n,
    struct err *e)
{
	struct metric_points l = { NULL, 0, 0 };
	struct arena a = { 0 };
	int r;

	s->lines++;
	if (n == 0)
		return 0;
	if (line[0] == '{')
		split_json(s, &l, &a, line, n);
	else
		split_words(s, &l, line, n);
	r = add_points(s, &l, e);
	free(l.v);
	arena_free(&a);
	return r;
}

static int
read_line(struct metric_stream *s, const struct line *line, int copy_to,
    struct err *e)
{
	if (metric_stream_line(s, line->s, line->n, e) < 0)
		return -1;
	if (copy_to < 0)
		return 0;
	return file_write_fd(os_real(), copy_to, line->s, line->n +
	    line->whole, "standard output", e);
}

int
metric_stream_read(struct metric_stream *s, int fd, int copy_to, struct err *e)
{
	struct lines lines;
	struct line line;
	int more, r = 0;

	lines_init(&lines, fd, "standard input", LINE_MAX_BYTES);
	do {
		more = lines_wait(&lines, e);
		while (r == 0 && more >= 0 && lines_next(&lines, &line))
			r = read_line(s, &line, copy_to, e);
	} while (r == 0 && more > 0);
	lines_release(&lines);
	return r < 0 || more < 0 ? -1 : 0;
}
