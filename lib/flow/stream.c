#include "flow/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "codec/json.h"
#include "read/json_rows.h"
#include "table/write.h"

struct stream {
	struct stream_count *count;
	struct scorer *scorer;
	struct json_rows *rows;
	size_t n_wants, n_keep;
	const struct column **col;	/* kept, then answers */
	struct buf out;
};

static void
refuse(struct stream *s, const struct err *why)
{
	s->count->refused++;
	buf_adds(&s->out, "{\"error\":");
	json_quote(&s->out, why->msg, strlen(why->msg));
	buf_addf(&s->out, ",\"line\":%llu}\n",
	    (unsigned long long)s->count->lines);
}

static void
answer(struct stream *s, const char *line, size_t n)
{
	struct err e = ERR_INIT;
	struct table *block, *got;
	size_t k = 0;

	s->count->lines++;
	while (n && strchr(" \t\r", line[n - 1]))
		n--;
	if (n == 0)
		return;
	json_rows_clear(s->rows);
	if (json_rows_add_text(s->rows, line, n, &e) < 0) {
		refuse(s, &e);
		return;
	}
	block = json_rows_block(s->rows);
	if (scorer_run(&got, s->scorer, block, &e) < 0) {
		refuse(s, &e);
		return;
	}
	for (size_t i = 0; i < s->n_keep; i++)
		s->col[k++] = &block->col[s->n_wants + i];
	for (size_t i = 0; i < got->cols; i++)
		s->col[k++] = &got->col[i];
	table_write_jsonl(&s->out, s->col, k, 0, 1);
}

/* Every whole line of the buffer; with `end` what is left, too. */
static void
answer_lines(struct stream *s, struct buf *b, bool end)
{
	size_t at = 0;
	char *nl;

	while ((nl = memchr(b->data + at, '\n', b->len - at)) != NULL) {
		answer(s, b->data + at, (size_t)(nl - (b->data + at)));
		at = (size_t)(nl - b->data) + 1;
	}
	if (end && at < b->len) {
		answer(s, b->data + at, b->len - at);
		at = b->len;
	}
	memmove(b->data, b->data + at, b->len - at);
	b->len -= at;
}

static int
send(struct stream *s, int out, struct err *e)
{
	int r = buf_check(&s->out, e) < 0 ? -1 : file_write_fd(os_real(), out,
	    s->out.data, s->out.len, "standard output", e);

	buf_clear(&s->out);
	return r;
}

static int
pump(struct stream *s, int in, int out, struct err *e)
{
	struct buf b;
	int r = -1;

	buf_init(&b, STREAM_LINE_MAX);
	for (;;) {
		size_t want = b.cap - b.len < 65536 ? b.cap - b.len : 65536;
		char *at = want ? buf_reserve(&b, want) : NULL;
		ssize_t n;

		if (at == NULL) {
			err_set(e, ERR_TOOBIG, "line %llu is longer than %zu "
			    "bytes", (unsigned long long)s->count->lines + 1,
			    STREAM_LINE_MAX);
			break;
		}
		n = read(in, at, want);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			err_sys(e, "cannot read standard input");
			break;
		}
		buf_grew(&b, (size_t)n);
		if (b.len)
			answer_lines(s, &b, n == 0);
		if (send(s, out, e) < 0)
			break;
		if (n == 0) {
			r = 0;
			break;
		}
	}
	buf_free(&b);
	return r;
}

int
stream_run(struct stream_count *count, const struct binding *binding, int in,
    int out, const struct stream_opts *o, struct err *e)
{
	struct stream s = { .count = count, .n_keep = o->n_keep };
	const struct table_want *want = binding_wants(binding, &s.n_wants);
	size_t n_out;
	int r;

	*count = (struct stream_count){ 0, 0 };
	if (binding_by_place(binding))
		return err_set(e, ERR_USAGE, "the model takes a matrix: name "
		    "its columns with --columns");
	if (json_rows_new(&s.rows, want, s.n_wants, o->keep, o->n_keep, e) < 0)
		return -1;
	(void)binding_columns(binding, &n_out);
	s.col = xalloc(o->n_keep + n_out + 1, sizeof(*s.col));
	s.scorer = scorer_new(binding);
	buf_init(&s.out, BUF_CAP_DOC);
	r = pump(&s, in, out, e);
	buf_free(&s.out);
	scorer_free(s.scorer);
	json_rows_free(s.rows);
	free(s.col);
	return r;
}
