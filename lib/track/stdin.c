/* Metrics as they come down a pipe, appended to a journal. */
#include "track/stdin.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/num.h"

#define LINE_MAX_BYTES ((size_t)1 << 20)
#define NAME_MAX_BYTES 250

/* A metric's name and value, pointing into the line. */
struct metric_point {
	const char *name;
	size_t n;
	double value;
};

struct metric_points {
	struct metric_point *v;
	size_t n, room;
};

static void
add_point(struct metric_points *l, const char *name, size_t n, double value)
{
	if (l->n == l->room) {
		l->room = l->room ? l->room * 2 : 16;
		l->v = xresize(l->v, l->room, sizeof(*l->v));
	}
	l->v[l->n++] = (struct metric_point){ name, n, value };
}

static bool
is_step(const struct metric_point *p)
{
	static const char *const words[] = { "step", "epoch", "iteration" };

	for (size_t i = 0; i < 3; i++)
		if (p->n == strlen(words[i]) &&
		    memcmp(p->name, words[i], p->n) == 0)
			return true;
	return false;
}

static void
split_words(struct metric_points *out, const char *s, size_t n)
{
	size_t at = 0;

	while (at < n) {
		const char *w, *eq;
		double value;
		size_t len;

		while (at < n && strchr(" \t\r,", s[at]))
			at++;
		w = s + at;
		while (at < n && !strchr(" \t\r,", s[at]))
			at++;
		len = (size_t)(s + at - w);
		eq = memchr(w, '=', len);
		if (eq != NULL && eq != w && num_parse_f64(eq + 1,
		    (size_t)(w + len - eq - 1), &value))
			add_point(out, w, (size_t)(eq - w), value);
	}
}

static void
split_json(struct metric_points *out, struct arena *a, const char *s, size_t n)
{
	struct err ignored;
	struct json *j;

	if (json_parse(&j, a, s, n, JSON_NAN, &ignored) < 0 ||
	    j->type != JSON_MAP)
		return;
	for (j = j->child; j; j = j->next)
		if (j->type == JSON_INT || j->type == JSON_REAL)
			add_point(out, j->key, strlen(j->key), j->d);
}

int
metric_stream_line(struct metric_stream *s, const char *line, size_t n,
    struct err *e)
{
	struct metric_points l = { NULL, 0, 0 };
	struct arena a = { 0 };
	char name[NAME_MAX_BYTES + 1];
	int64_t step = s->next_step;
	size_t used = 0;
	int r = 0;

	s->lines++;
	if (n && line[0] == '{')
		split_json(&l, &a, line, n);
	else
		split_words(&l, line, n);
	for (size_t i = 0; i < l.n; i++)
		if (is_step(&l.v[i]) && fabs(l.v[i].value) < 9e15)
			step = (int64_t)l.v[i].value;
	for (size_t i = 0; i < l.n && r == 0; i++) {
		const struct metric_point *p = &l.v[i];

		if (is_step(p) || p->n > NAME_MAX_BYTES)
			continue;
		memcpy(name, p->name, p->n);
		name[p->n] = '\0';
		r = journal_metric(s->j, name, step, p->value, e);
		used++;
	}
	free(l.v);
	arena_free(&a);
	s->points += used;
	s->skipped += used == 0 && n > 0;
	if (used)
		s->next_step = step + 1;
	return r;
}

static int
take_lines(struct metric_stream *s, struct buf *b, int copy_to, bool end,
    struct err *e)
{
	size_t at = 0;
	char *nl;

	while ((nl = memchr(b->data + at, '\n', b->len - at)) != NULL ||
	    (end && at < b->len)) {
		size_t n = nl ? (size_t)(nl - (b->data + at)) : b->len - at;

		if (metric_stream_line(s, b->data + at, n, e) < 0)
			return -1;
		if (copy_to >= 0 && file_write_fd(os_real(), copy_to,
		    b->data + at, n + (nl != NULL), "standard output", e) < 0)
			return -1;
		at += n + (nl != NULL);
	}
	memmove(b->data, b->data + at, b->len - at);
	b->len -= at;
	return 0;
}

int
metric_stream_read(struct metric_stream *s, int fd, int copy_to, struct err *e)
{
	struct buf b;
	int r = -1;

	buf_init(&b, LINE_MAX_BYTES);
	for (;;) {
		size_t want = b.cap - b.len < 65536 ? b.cap - b.len : 65536;
		char *at = buf_reserve(&b, want);
		ssize_t n = 0;

		if (want == 0 || at == NULL) {
			err_set(e, ERR_TOOBIG, "a line is longer than %zu bytes",
			    LINE_MAX_BYTES);
			break;
		}
		n = read(fd, at, want);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			err_sys(e, "cannot read standard input");
			break;
		}
		buf_grew(&b, (size_t)n);
		if ((b.len && take_lines(s, &b, copy_to, n == 0, e) < 0))
			break;
		if (n == 0) {
			r = 0;
			break;
		}
	}
	buf_free(&b);
	return r;
}
