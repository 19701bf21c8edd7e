/* Metrics as they come down a pipe, appended to a journal. */
#include "track/stdin.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/lines.h"
#include "base/mem.h"
#include "base/num.h"
#include "codec/tensorboard/events.h"
#include "track/event.h"

#define LINE_MAX_BYTES ((size_t)1 << 20)
#define NAME_MAX_BYTES 250
#define FLUSH_BYTES ((size_t)1 << 18)
#define TABLE_MAX 16384		/* columns */

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

	if (p->n != 4 && p->n != 5 && p->n != 9)
		return NO_STEP;
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

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\0';
}

static void
split_words(struct metric_stream *s, struct metric_points *out,
    const char *line, size_t n)
{
	size_t at = 0, len, part;

	while (at < n) {
		for (; at < n && (is_blank(line[at]) || line[at] == ',');
		    at++)
			;
		for (len = 0; at + len < n && !is_blank(line[at + len]);
		    len++)
			;
		part = part_length(line + at, len);
		if (part)
			read_word(s, out, line + at, part);
		at += part;
	}
}

static void
split_json(struct metric_stream *s, struct metric_points *out,
    const char *line, size_t n)
{
	struct err ignored;
	struct json *j;

	if (json_parse(&j, &s->arena, line, n, JSON_NAN, &ignored) < 0 ||
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

/* ---- tables ---- */

static size_t
count_tabs(const char *line, size_t n)
{
	size_t tabs = 0;

	for (size_t i = 0; i < n; i++)
		tabs += line[i] == '\t';
	return tabs;
}

/* The cell at *at, which goes behind it. */
static size_t
next_cell(const char **cell, const char **at, const char *end)
{
	const char *tab = memchr(*at, '\t', (size_t)(end - *at));
	size_t n;

	*cell = *at;
	n = (size_t)((tab ? tab : end) - *at);
	*at = tab ? tab + 1 : end;
	return n && (*cell)[n - 1] == '\r' ? n - 1 : n;
}

/* Names, all of them, none a number or an assignment? */
static bool
is_heading(const char *line, size_t n)
{
	const char *at = line, *end = line + n, *cell;
	size_t tabs = count_tabs(line, n), k;
	double d;

	if (tabs == 0 || tabs >= TABLE_MAX || memchr(line, '=', n))
		return false;
	for (size_t i = 0; i <= tabs; i++) {
		k = next_cell(&cell, &at, end);
		if (k == 0 || num_parse_f64(cell, k, &d))
			return false;
	}
	return true;
}

static void
take_heading(struct metric_stream *s, const char *line, size_t n)
{
	const char *at = line, *end = line + n, *cell;
	size_t k;

	s->n_columns = count_tabs(line, n) + 1;
	s->column = xalloc(s->n_columns, sizeof(*s->column));
	for (size_t i = 0; i < s->n_columns; i++) {
		k = next_cell(&cell, &at, end);
		s->column[i] = xstrndup(cell, k);
	}
}

static void
split_row(struct metric_stream *s, struct metric_points *out,
    const char *line, size_t n)
{
	const char *at = line, *end = line + n, *cell;

	for (size_t i = 0; i < s->n_columns; i++) {
		struct metric_point p = { .name = s->column[i],
		    .n = strlen(s->column[i]) };
		size_t k = next_cell(&cell, &at, end);

		if (k == 0 || (k == 2 && memcmp(cell, "\\N", 2) == 0))
			continue;
		p.whole = num_parse_i64(cell, k, &p.step);
		if (num_parse_f64(cell, k, &p.value))
			add_point(out, &p);
		else if (step_claim(&p) == STEP || strchr("+-.0123456789",
		    *cell))
			refuse_value(s, cell, k);
	}
}

/* ---- points of a line ---- */

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

void
metric_stream_init(struct metric_stream *s, struct journal *j)
{
	memset(s, 0, sizeof(*s));
	s->j = j;
	s->next_step = 1;
	s->found = xalloc(1, sizeof(*s->found));
	buf_init(&s->out, BUF_CAP_DOC);
}

void
metric_stream_release(struct metric_stream *s)
{
	if (s->found)
		free(s->found->v);
	free(s->found);
	for (size_t i = 0; i < s->n_columns; i++)
		free(s->column[i]);
	free(s->column);
	arena_free(&s->arena);
	buf_free(&s->out);
	memset(s, 0, sizeof(*s));
}

int
metric_stream_flush(struct metric_stream *s, struct err *e)
{
	int r = s->out.len ? journal_append(s->j, &s->out, e) : 0;

	buf_clear(&s->out);
	return r;
}

int
metric_stream_point(struct metric_stream *s, const char *name, size_t n,
    int64_t step, double value, int64_t us, struct err *e)
{
	if (n > NAME_MAX_BYTES)
		return 0;
	event_put_metric(&s->out, name, n, step, value, us);
	s->points++;
	return s->out.len < FLUSH_BYTES ? 0 : metric_stream_flush(s, e);
}

static int
add_points(struct metric_stream *s, const struct metric_points *l,
    struct err *e)
{
	const struct metric_point *says = find_step(l);
	int64_t step = says ? says->step : s->next_step;
	uint64_t before = s->points;
	int r = 0;

	for (size_t i = 0; i < l->n && r == 0; i++) {
		const struct metric_point *p = &l->v[i];
		int claim = step_claim(p);

		if (claim == STEP && !p->whole)
			refuse_value(s, p->name, p->n);
		if (p != says && claim != STEP)
			r = metric_stream_point(s, p->name, p->n, step,
			    p->value, s->us, e);
	}
	if (s->points == before)
		s->skipped++;
	else
		s->next_step = step < INT64_MAX ? step + 1 : step;
	return r;
}

int
metric_stream_line(struct metric_stream *s, const char *line, size_t n,
    struct err *e)
{
	struct metric_points *l = s->found;

	if (s->us == 0)
		s->us = clock_wall_us();
	l->n = 0;
	if (++s->lines == 1 && is_heading(line, n)) {
		take_heading(s, line, n);
		return 0;
	}
	if (n == 0)
		return 0;
	if (line[0] == '{') {
		split_json(s, l, line, n);
	} else if (s->column && memchr(line, '=', n) == NULL &&
	    count_tabs(line, n) == s->n_columns - 1) {
		split_row(s, l, line, n);
	} else {
		split_words(s, l, line, n);
	}
	if (add_points(s, l, e) < 0)
		return -1;
	if (line[0] == '{')
		arena_clear(&s->arena);
	return 0;
}

/* ---- all that comes ---- */

static int
copy_bytes(int to, const void *p, size_t n, struct err *e)
{
	return to < 0 ? 0 : file_write_fd(os_real(), to, p, n,
	    "standard output", e);
}

static int
take_event(struct metric_stream *s, const uint8_t *message, size_t n,
    struct err *e)
{
	struct tb_event event;
	struct tb_value v;

	s->lines++;
	if (!tb_event(&event, message, n))
		return err_set(e, ERR_FORMAT, "event %llu is damaged",
		    (unsigned long long)s->lines);
	while (tb_value(&v, &event.summary))
		if (v.scalar && v.n && metric_stream_point(s,
		    (const char *)v.tag, v.n, event.step, v.value, event.us,
		    e) < 0)
			return -1;
	return 0;
}

/* Records that have come whole. */
static int
take_events(struct metric_stream *s, const struct tb *tb, struct lines *in,
    int copy_to, struct err *e)
{
	const uint8_t *p, *message;
	int64_t used;
	size_t n;

	for (;; in->at += (size_t)used) {
		p = (const uint8_t *)in->buf.data + in->at;
		used = tb_record(tb, &message, &n, p, in->buf.len - in->at);
		if (used == 0)
			return 0;
		if (used < 0)
			return err_set(e, ERR_FORMAT, "the event file is "
			    "damaged behind event %llu",
			    (unsigned long long)s->lines);
		if (take_event(s, message, n, e) < 0 ||
		    copy_bytes(copy_to, p, (size_t)used, e) < 0)
			return -1;
	}
}

static int
take_lines(struct metric_stream *s, struct lines *in, int copy_to,
    struct err *e)
{
	struct line line;

	while (lines_next(in, &line))
		if (metric_stream_line(s, line.s, line.n, e) < 0 ||
		    copy_bytes(copy_to, line.s, line.n + line.whole, e) < 0)
			return -1;
	return 0;
}

/* Does it begin as an event file?  The first 12 bytes tell, and a text has no
 * NUL among them. */
static int
wait_for_kind(bool *events, const struct tb *tb, struct lines *in,
    struct err *e)
{
	int more;

	do
		more = lines_wait(in, e);
	while (more > 0 && in->buf.len < 12 && memchr(in->buf.data, '\0',
	    in->buf.len));
	*events = more >= 0 && in->buf.len >= 12 && tb_begins(tb,
	    (const uint8_t *)in->buf.data);
	if (*events)
		in->buf.cap = TB_RECORD_MAX + 16;
	return more;
}

int
metric_stream_read(struct metric_stream *s, int fd, int copy_to, struct err *e)
{
	struct lines in;
	bool events;
	struct tb tb;
	int more, r = 0;

	tb_init(&tb);
	lines_init(&in, fd, "standard input", LINE_MAX_BYTES);
	more = wait_for_kind(&events, &tb, &in, e);
	while (more >= 0) {
		s->us = clock_wall_us();
		r = events ? take_events(s, &tb, &in, copy_to, e) :
		    take_lines(s, &in, copy_to, e);
		if (r == 0)
			r = metric_stream_flush(s, e);
		if (r < 0 || more == 0)
			break;
		more = lines_wait(&in, e);
	}
	lines_release(&in);
	return r < 0 || more < 0 ? -1 : 0;
}
