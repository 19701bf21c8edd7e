/* Lines in, answers out, in step. */
#include "flow/stream.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/lines.h"
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
refuse_line(struct stream *s, const struct err *why)
{
	s->count->refused++;
	buf_adds(&s->out, "{\"error\":");
	json_quote(&s->out, why->msg, strlen(why->msg));
	buf_addf(&s->out, ",\"line\":%llu}\n",
	    (unsigned long long)s->count->lines);
}

static void
answer_line(struct stream *s, const char *line, size_t n)
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
		refuse_line(s, &e);
		return;
	}
	block = json_rows_block(s->rows);
	if (scorer_run(&got, s->scorer, block, &e) < 0) {
		refuse_line(s, &e);
		return;
	}
	for (size_t i = 0; i < s->n_keep; i++)
		s->col[k++] = &block->col[s->n_wants + i];
	for (size_t i = 0; i < got->cols; i++)
		s->col[k++] = &got->col[i];
	table_write_jsonl(&s->out, s->col, k, 0, 1);
}

static int
write_answers(struct stream *s, int out, struct err *e)
{
	int r = buf_check(&s->out, e) < 0 ? -1 : file_write_fd(os_real(), out,
	    s->out.data, s->out.len, "standard output", e);

	buf_clear(&s->out);
	return r;
}

/* Until the end of the input; what has come is answered and written before
 * more is waited for. */
static int
answer_lines(struct stream *s, int in, int out, struct err *e)
{
	struct lines lines;
	struct line line;
	int more, r = 0;

	lines_init(&lines, in, "standard input", STREAM_LINE_MAX);
	do {
		more = lines_wait(&lines, e);
		if (more < 0)
			break;
		while (lines_next(&lines, &line))
			answer_line(s, line.s, line.n);
		r = write_answers(s, out, e);
	} while (r == 0 && more > 0);
	lines_release(&lines);
	if (more < 0 && e->code == ERR_TOOBIG)
		err_set(e, ERR_TOOBIG, "line %llu is longer than %zu bytes",
		    (unsigned long long)s->count->lines + 1, STREAM_LINE_MAX);
	return r < 0 || more < 0 ? -1 : 0;
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
	r = answer_lines(&s, in, out, e);
	buf_free(&s.out);
	scorer_free(s.scorer);
	json_rows_free(s.rows);
	free(s.col);
	return r;
}
