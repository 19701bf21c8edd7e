/* Yesterday's requests asked again. */
#include "flow/rollout/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/score.h"
#include "read/json_rows.h"
#include "table/write.h"

struct replay {
	const struct replay_opts *o;
	struct replay_count *count;
	const struct table_want *want;	/* (n_want) columns of the model */
	size_t n_want;
	struct scorer *scorer;
	struct json_rows *rows;
	const struct column **col;	/* of answers */
	struct buf text;
	struct arena arena;		/* of one line's answers */
};

/* Row i of a line, as a row of the block. */
static int
add_row(struct replay *p, const struct reqlog_entry *entry, size_t i,
    struct err *e)
{
	const char *between = "";

	buf_clear(&p->text);
	buf_addc(&p->text, '{');
	for (const struct json *v = entry->inputs->child; v; v = v->next) {
		const struct json *x = reqlog_value(v, i);

		buf_adds(&p->text, between);
		json_quote(&p->text, v->key, strlen(v->key));
		buf_addc(&p->text, ':');
		if (x)
			json_write(&p->text, x);
		else
			buf_adds(&p->text, "null");
		between = ",";
	}
	buf_addc(&p->text, '}');
	if (buf_check(&p->text, e) < 0)
		return -1;
	return json_rows_add_text(p->rows, p->text.data, p->text.len, e);
}

/* The answers to rows [from, to) of a line, as a map of lists. */
static int
score(struct json **answers, struct replay *p,
    const struct reqlog_entry *entry, size_t from, size_t to, struct err *e)
{
	struct table *t;

	json_rows_clear(p->rows);
	for (size_t i = from; i < to; i++)
		if (add_row(p, entry, i, e) < 0)
			return -1;
	if (scorer_run(&t, p->scorer, json_rows_block(p->rows), e) < 0)
		return -1;
	for (size_t i = 0; i < t->cols; i++)
		p->col[i] = &t->col[i];
	buf_clear(&p->text);
	table_write_lists(&p->text, p->col, t->cols, 0, t->rows);
	arena_clear(&p->arena);
	if (buf_check(&p->text, e) < 0)
		return -1;
	return json_parse(answers, &p->arena, p->text.data, p->text.len, 0, e);
}

/* What row i says: its answer, else all of it. */
static void
print_answer(struct buf *out, const struct json *outputs, size_t i,
    const char *output)
{
	const struct json *v;
	const char *between = "{";

	if (output == NULL)
		output = answer_output(outputs);
	if (output) {
		v = reqlog_value(json_get(outputs, output), i);
		if (v)
			json_write(out, v);
		return;
	}
	for (v = outputs->child; v; v = v->next) {
		const struct json *x = reqlog_value(v, i);

		buf_adds(out, between);
		json_quote(out, v->key, strlen(v->key));
		buf_addc(out, ':');
		if (x)
			json_write(out, x);
		else
			buf_adds(out, "null");
		between = ",";
	}
	buf_addc(out, '}');
}

/* `answers` NULL: the model refused the row. */
static int
tell(struct replay *p, const struct reqlog_entry *entry, size_t i,
    const struct json *answers, size_t at, const struct row_difference *d,
    const char *refused, struct err *e)
{
	struct replay_row row = { .entry = entry, .row = i,
	    .difference = d->size, .refused = refused };
	int r;

	buf_init(&row.was, BUF_CAP_DOC);
	buf_init(&row.would, BUF_CAP_DOC);
	print_answer(&row.was, entry->outputs, i, p->o->output);
	if (answers)
		print_answer(&row.would, answers, at, p->o->output);
	r = buf_check(&row.was, e) < 0 || buf_check(&row.would, e) < 0 ? -1 :
	    p->o->fn(p->o->ctx, &row, e);
	buf_free(&row.was);
	buf_free(&row.would);
	return r;
}

static int
compare(struct replay *p, const struct reqlog_entry *entry, size_t from,
    size_t to, const struct json *answers, struct err *e)
{
	struct row_difference d;
	int r = 0;

	for (size_t i = from; r == 0 && i < to; i++) {
		compare_rows(&d, entry->outputs, i, answers, i - from,
		    p->o->output, p->o->tolerance);
		compared_add(&p->count->compared, &d);
		if (d.flip)
			r = tell(p, entry, i, answers, i - from, &d, NULL, e);
	}
	return r;
}

static int
refuse(struct replay *p, const struct reqlog_entry *entry, size_t i,
    const struct err *why, struct err *e)
{
	static const struct row_difference none = { .flip = true };

	if (p->count->refused++ == 0)
		snprintf(p->count->why, sizeof(p->count->why), "%.255s",
		    why->msg);
	return tell(p, entry, i, NULL, 0, &none, why->msg, e);
}

/* A column that the model takes and the log does not have as it was. */
static const struct json *
find_masked(const struct replay *p, const struct reqlog_entry *entry)
{
	const struct json *m = entry->masked && entry->masked->type ==
	    JSON_MAP ? entry->masked->child : NULL;

	for (; m; m = m->next)
		for (size_t i = 0; i < p->n_want; i++)
			if (m->type == JSON_TEXT && strcmp(m->key,
			    p->want[i].name) == 0)
				return m;
	return NULL;
}

/* All rows of a line at once, and where one of them is refused each alone. */
static int
ask_entry(void *ctx, const struct reqlog_entry *entry, struct err *e)
{
	struct replay *p = ctx;
	struct err why = ERR_INIT;
	const struct json *masked = find_masked(p, entry);
	struct json *answers;
	int r = 0;

	if (masked) {
		err_set(&why, ERR_UNSUPPORTED, "what the column '%.100s' was "
		    "is not in the log (%.20s)", masked->key, masked->s);
		for (size_t i = 0; r == 0 && i < entry->rows; i++)
			r = refuse(p, entry, i, &why, e);
		return r;
	}
	if (score(&answers, p, entry, 0, entry->rows, &why) == 0)
		return compare(p, entry, 0, entry->rows, answers, e);
	for (size_t i = 0; r == 0 && i < entry->rows; i++) {
		why = (struct err)ERR_INIT;
		r = score(&answers, p, entry, i, i + 1, &why) == 0 ?
		    compare(p, entry, i, i + 1, answers, e) :
		    refuse(p, entry, i, &why, e);
	}
	return r;
}

/* A column that neither side has would compare as the same. */
static int
check_output(const struct binding *b, const char *output, struct err *e)
{
	size_t n;
	const struct binding_column *col = binding_columns(b, &n);
	struct buf known;
	int r;

	for (size_t i = 0; i < n; i++)
		if (output == NULL || strcmp(col[i].name, output) == 0)
			return 0;
	buf_init(&known, BUF_CAP_SMALL);
	for (size_t i = 0; i < n; i++)
		buf_addf(&known, "%s'%s'", i ? ", " : "", col[i].name);
	r = buf_check(&known, e) < 0 ? -1 : err_set(e, ERR_USAGE, "the model "
	    "has no output '%s'; it has %.*s", output, (int)known.len,
	    known.data);
	buf_free(&known);
	return r;
}

int
replay_run(struct replay_count *count, const struct binding *binding,
    const struct replay_opts *o, struct err *e)
{
	struct replay p = { .o = o, .count = count };
	size_t n_out;
	int r;

	p.want = binding_wants(binding, &p.n_want);
	memset(count, 0, sizeof(*count));
	if (check_output(binding, o->output, e) < 0)
		return -1;
	(void)binding_columns(binding, &n_out);
	if (json_rows_new(&p.rows, p.want, p.n_want, NULL, 0, e) < 0)
		return -1;
	p.scorer = scorer_new(binding);
	p.col = xalloc(n_out + 1, sizeof(*p.col));
	buf_init(&p.text, BUF_CAP_DOC);
	r = 0;
	for (size_t i = 0; r == 0 && i < o->n_paths; i++)
		r = reqlog_each_entry(o->path[i], NULL, &o->filter, ask_entry,
		    &p, e);
	if (r == 0 && count->compared.rows + count->refused == 0)
		r = err_set(e, ERR_NOENT, "no row of a request log is in '%s'"
		    "%s", o->path[0], o->n_paths > 1 ? " and the others" : "");
	arena_free(&p.arena);
	buf_free(&p.text);
	free(p.col);
	scorer_free(p.scorer);
	json_rows_free(p.rows);
	return r;
}
