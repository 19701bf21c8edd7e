/* Rows added one by one from JSON objects. */
#include "read/json_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "read/members.h"

struct json_rows {
	struct builder block;
	struct members members;
	struct na_words na;
	size_t rows;
};

int
json_rows_new(struct json_rows **out, const struct table_want *want,
    size_t n_want, const char *const *keep, size_t n_keep, struct err *e)
{
	struct json_rows *t = xalloc(1, sizeof(*t));

	if (builder_init(&t->block, want, n_want, keep, n_keep, 16, e) != 0) {
		json_rows_free(t);
		return -1;
	}
	members_init(&t->members, &t->block);
	na_words_init(&t->na, NULL, 0);
	*out = t;
	return 0;
}

void
json_rows_free(struct json_rows *t)
{
	if (t == NULL)
		return;
	builder_release(&t->block);
	members_release(&t->members);
	free(t);
}

/* Forget what a row that failed half-way has set. */
static void
undo_row(struct json_rows *t)
{
	for (size_t i = 0; i < t->block.t->cols; i++) {
		struct column *c = &t->block.t->col[i];

		if (c->valid != NULL && column_missing(c, t->rows)) {
			c->valid[t->rows >> 6] |= (uint64_t)1 <<
			    (t->rows & 63);
			c->missing--;
		}
	}
}

int
json_rows_add_members(struct json_rows *t, struct json_pull *p,
    struct err *e)
{
	if (t->rows == t->block.room &&
	    builder_grow(&t->block, t->block.room * 2, e) != 0)
		return -1;
	if (members_read_row(&t->members, &t->block, t->rows, p, &t->na,
	    e) != 0) {
		undo_row(t);
		return -1;
	}
	t->rows++;
	return 0;
}

int
json_rows_add(struct json_rows *t, struct json_pull *p, struct err *e)
{
	enum json_token k = json_pull(p, e);

	if (k == JSON_BAD)
		return -1;
	if (k != JSON_T_MAP)
		return err_set(e, ERR_FORMAT, "a row must be a JSON object");
	return json_rows_add_members(t, p, e);
}

int
json_rows_add_text(struct json_rows *t, const char *s, size_t n,
    struct err *e)
{
	struct json_pull p;
	int r;

	json_pull_init(&p, s, n, JSON_NAN);
	r = json_rows_add(t, &p, e);
	if (r == 0 && json_pull(&p, e) == JSON_BAD) {
		t->rows--;
		undo_row(t);
		r = -1;
	}
	json_pull_free(&p);
	return r;
}

struct table *
json_rows_block(struct json_rows *t)
{
	return builder_done(&t->block, t->rows);
}

void
json_rows_clear(struct json_rows *t)
{
	builder_clear(&t->block);
	t->rows = 0;
}
