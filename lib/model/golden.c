/* Golden rows: written with their answers, read back and replayed. */
#include "model/golden.h"

#include <string.h>

#include "base/arena.h"
#include "codec/json.h"
#include "model/meta.h"
#include "model/score.h"
#include "read/stream.h"

/* A cell so that it reads back to the same bits. */
static void
write_cell(struct buf *out, const struct column *c, size_t i)
{
	char room[COLUMN_PRINT_MAX];
	const char *s;
	size_t n;

	s = column_print(c, i, room, &n);
	if (s == NULL) {
		buf_adds(out, "null");
	} else if (col_type_is_text(c->type) || c->type == COL_DATETIME ||
	    (n && (s[n - 1] == 'N' || s[n - 1] == 'y'))) {
		json_quote(out, s, n);	/* NaN, Infinity: as text */
	} else {
		buf_add(out, s, n);
	}
}

static void
write_row(struct buf *out, const char *name, const struct table *t, size_t cols,
    size_t row)
{
	buf_addf(out, "\"%s\":{", name);
	for (size_t k = 0; k < cols; k++) {
		if (k)
			buf_addc(out, ',');
		json_quote(out, t->col[k].name, strlen(t->col[k].name));
		buf_addc(out, ':');
		write_cell(out, &t->col[k], row);
	}
	buf_addc(out, '}');
}

int
golden_write(struct buf *out, const struct binding *b,
    const struct table *block, size_t n, struct err *e)
{
	struct scorer *s = scorer_new(b);
	struct table *got;
	size_t n_wants;
	int r;

	(void)binding_wants(b, &n_wants);
	if (n > block->rows)
		n = block->rows;
	r = scorer_run_part(&got, s, block, 0, n, e);
	buf_adds(out, "{\"rows\":[");
	for (size_t i = 0; r == 0 && i < n; i++) {
		buf_adds(out, i ? ",{" : "{");
		write_row(out, "in", block, n_wants, i);
		buf_addc(out, ',');
		write_row(out, "out", got, got->cols, i);
		buf_addc(out, '}');
	}
	buf_adds(out, "]}");
	scorer_free(s);
	return r < 0 ? -1 : buf_check(out, e);
}

static int
check_row(const struct table *got, size_t row, const struct json *want,
    struct err *e)
{
	for (size_t k = 0; k < got->cols; k++) {
		const struct json *w = json_get(want, got->col[k].name);
		struct buf a, b;
		bool same;

		if (w == NULL)
			return err_set(e, ERR_CORRUPT, "golden row %zu does "
			    "not have '%s'", row + 1, got->col[k].name);
		buf_init(&a, BUF_CAP_SMALL);
		buf_init(&b, BUF_CAP_SMALL);
		write_cell(&a, &got->col[k], row);
		/* a float's text is not a double's: compare as read back */
		if (got->col[k].type == COL_FLOAT32 && w->type != JSON_TEXT) {
			float f = (float)w->d;

			same = memcmp(&f, &got->col[k].f32[row], 4) == 0;
		} else {
			json_write(&b, w);
			same = strcmp(a.data, b.data) == 0;
		}
		if (!same)
			err_set(e, ERR_CORRUPT, "golden row %zu: the model says "
			    "%s = %.100s, not what it said when it was made",
			    row + 1, got->col[k].name, a.data);
		buf_free(&a);
		buf_free(&b);
		if (!same)
			return -1;
	}
	return 0;
}

/* Read the rows of the list like any others. */
static int
read_golden(struct json_rows **out, const struct binding *b,
    const struct json *list, struct err *e)
{
	const struct json *row = list ? list->child : NULL;
	size_t n_wants;
	const struct table_want *want = binding_wants(b, &n_wants);
	struct buf line;
	int r = json_rows_new(out, want, n_wants, NULL, 0, e);

	if (r < 0)
		return -1;
	buf_init(&line, BUF_CAP_SMALL);
	for (; r == 0 && row; row = row->next) {
		const struct json *in = json_get(row, "in");

		buf_clear(&line);
		if (in)
			json_write(&line, in);
		r = json_rows_add_text(*out, line.data, line.len, e);
	}
	buf_free(&line);
	return r < 0 ? err_wrap(e, "golden rows") : 0;
}

/* *list is NULL when the model has none. */
static int
golden_list(const struct json **list, struct arena *a,
    const struct binding *b, struct err *e)
{
	const char *text = model_meta(binding_model(b), META_GOLDEN);
	struct json *all;

	*list = NULL;
	if (text == NULL)
		return 0;
	if (json_parse(&all, a, text, strlen(text), 0, e) < 0)
		return err_wrap(e, "golden rows");
	*list = json_get(all, "rows");
	return 0;
}

int
golden_asked(struct json_rows **out, const struct binding *b, struct err *e)
{
	struct arena a = { 0 };
	const struct json *list;
	int r;

	*out = NULL;
	r = golden_list(&list, &a, b, e);
	if (r == 0 && list)
		r = read_golden(out, b, list, e);
	if (r < 0) {
		json_rows_free(*out);
		*out = NULL;
	}
	arena_free(&a);
	return r;
}

/* Score the rows and compare them with what the list says. */
static int
replay_rows(struct scorer *s, const struct table *block,
    const struct json *list, struct err *e)
{
	const struct json *row = list ? list->child : NULL;
	struct table *got;
	size_t i = 0;
	int r = scorer_run(&got, s, block, e);

	for (; r == 0 && row; row = row->next)
		r = check_row(got, i++, json_get(row, "out"), e);
	return r;
}

int
golden_check(const struct binding *b, struct err *e)
{
	struct json_rows *rows = NULL;
	struct scorer *s = NULL;
	struct arena a = { 0 };
	const struct json *list;
	struct err why = ERR_INIT, ignored;
	int r;

	r = golden_list(&list, &a, b, e);
	if (r < 0 || list == NULL || (r = read_golden(&rows, b, list, e)) < 0)
		goto done;
	s = scorer_new(b);
	scorer_bound(s);
	r = replay_rows(s, json_rows_block(rows), list, &why);
	/* rows written when leaf values were still added in float */
	if (r < 0 && why.code == ERR_CORRUPT &&
	    model_forests(binding_model(b)) > 0) {
		scorer_float_sums(s);
		r = replay_rows(s, json_rows_block(rows), list, &ignored);
	}
	if (r < 0)
		*e = why;
done:
	scorer_free(s);
	json_rows_free(rows);
	arena_free(&a);
	return r;
}
