/* Online features put into the rows of a request, and the record of it. */
#include <string.h>

#include "base/clock.h"
#include "codec/json.h"
#include "flow/online/server.h"
#include "table/column_set.h"

/* ---- what is needed ---- */

static void
add_view(struct joined *j, const struct feature_view *v)
{
	for (size_t i = 0; i < j->views; i++)
		if (j->view[i] == v)
			return;
	j->view[j->views++] = v;
}

static void
plan_join(struct joined *j, const struct feature_server *f,
    const struct version *v)
{
	struct arena *a = &j->arena;
	size_t n = v->n_model_wants;

	j->view = arena_alloc(a, n * sizeof(*j->view));
	j->column = arena_alloc(a, n * sizeof(*j->column));
	j->ref = arena_alloc(a, n * sizeof(*j->ref));
	for (size_t i = 0; i < n; i++) {
		if (v->fill[i] == NOT_FILLED)
			continue;
		j->column[j->features] = i;
		j->ref[j->features] = f->service->ref[v->fill[i]];
		add_view(j, j->ref[j->features++].view);
	}
	j->row = arena_alloc(a, j->rows * j->views * sizeof(*j->row));
	j->status = arena_alloc(a, j->rows * j->features);
}

static int
refuse_sent(const struct joined *j, const struct table *block, struct err *e)
{
	for (size_t i = 0; i < j->features; i++)
		for (size_t k = 0; k < j->rows; k++)
			if (!column_missing(&block->col[j->column[i]], k))
				return err_set(e, ERR_FORMAT, "'%.100s' is a "
				    "feature, looked up by key: leave it out",
				    block->col[j->column[i]].name);
	return 0;
}

/* ---- the lookup ---- */

/* The values of key columns, a row after the other. */
static const struct raw_cell *
read_keys(struct joined *j, const struct table *block,
    const char *const *column, size_t columns)
{
	struct raw_cell *all = arena_alloc(&j->arena, (j->rows * columns + 1) *
	    sizeof(*all));
	char room[COLUMN_PRINT_MAX];

	for (size_t k = 0; k < columns; k++) {
		size_t at = 0, n;

		while (strcmp(block->col[at].name, column[k]) != 0)
			at++;
		for (size_t row = 0; row < j->rows; row++) {
			struct raw_cell *to = &all[row * columns + k];
			const char *s = column_print(&block->col[at], row,
			    room, &n);

			to->s = s ? arena_strndup(&j->arena, s, n) : NULL;
			to->n = (uint32_t)n;
		}
	}
	return all;
}

static int
fill_cell(struct column *to, size_t row, const struct raw_cell *v,
    const struct feature *f, struct err *e)
{
	struct err why = ERR_INIT;

	if (v->s == NULL) {
		column_set_missing(to, row);
		return 0;
	}
	if (column_set_text(to, row, v->s, v->n, &why) == 0)
		return 0;
	/* the store's fault, and not the client's */
	return err_set(e, why.code == ERR_NOMEM ? ERR_NOMEM : ERR_CORRUPT,
	    "feature '%.100s': %.300s", f->name, why.msg);
}

/* Answers into the rows, and what is to be said of them. */
static int
fill_rows(struct joined *j, const struct feature_answer *answer,
    struct table *block, struct err *e)
{
	for (size_t row = 0; row < j->rows; row++)
		for (size_t i = 0; i < j->features; i++) {
			const struct feature_answer *from = &answer[row *
			    j->features + i];
			const struct feature_view *v = j->ref[i].view;
			size_t view = 0;

			while (j->view[view] != v)
				view++;
			j->row[row * j->views + view] = (struct joined_row){
			    from->found, from->time, from->created };
			j->status[i * j->rows + row] = (uint8_t)from->status;
			if (fill_cell(&block->col[j->column[i]], row,
			    &from->value, &v->feature[j->ref[i].feature],
			    e) < 0)
				return -1;
		}
	return 0;
}

static int
look_up(struct joined *j, struct feature_store *from, struct table *block,
    struct err *e)
{
	const struct feature_service s = { .name = "features",
	    .ref = j->ref, .refs = j->features };
	struct feature_answer *answer = arena_alloc(&j->arena, (j->rows *
	    j->features + 1) * sizeof(*answer));
	struct feature_lookup l;
	size_t columns;
	const char **column = feature_key_columns(&columns, &j->arena, &s);

	if (feature_lookup_init(&l, &j->arena, &s, column, columns, e) < 0 ||
	    feature_get(answer, &j->arena, from, &l, read_keys(j, block,
	    column, columns), j->rows, j->at, e) < 0)
		return -1;
	return fill_rows(j, answer, block, e);
}

int
features_join(struct joined *j, struct feature_server *f,
    const struct version *v, struct table *block, struct err *e)
{
	struct feature_store *from;

	memset(j, 0, sizeof(*j));
	j->rows = block->rows;
	if (j->rows > FEATURE_ROWS_MAX)
		return err_set(e, ERR_TOOBIG, "at most %d rows a request "
		    "where features are joined", FEATURE_ROWS_MAX);
	plan_join(j, f, v);
	if (refuse_sent(j, block, e) < 0)
		return -1;
	j->at = clock_wall_us();
	if (feature_stores_take(&from, f->stores, e) < 0)
		return -1;
	return feature_stores_give(f->stores, from, look_up(j, from, block,
	    e), e);
}

void
joined_release(struct joined *j)
{
	arena_free(&j->arena);
}

/* ---- the record ---- */

static void
write_time(struct buf *out, int64_t t)
{
	char when[CLOCK_TEXT_MAX];

	clock_print(when, t);
	buf_addf(out, "\"%s\"", when);
}

/* One value of one row, a list of those of many. */
static void
write_times(struct buf *out, const struct joined *j, size_t view, size_t from,
    size_t to, bool created)
{
	bool list = to - from > 1;

	if (list)
		buf_addc(out, '[');
	for (size_t k = from; k < to; k++) {
		const struct joined_row *r = &j->row[k * j->views + view];

		if (k > from)
			buf_addc(out, ',');
		if (r->found)
			write_time(out, created ? r->created : r->time);
		else
			buf_adds(out, "null");
	}
	if (list)
		buf_addc(out, ']');
}

static void
write_views(struct buf *out, const struct joined *j, size_t from, size_t to)
{
	buf_adds(out, ",\"views\":{");
	for (size_t i = 0; i < j->views; i++) {
		if (i > 0)
			buf_addc(out, ',');
		json_quote(out, j->view[i]->name, strlen(j->view[i]->name));
		buf_adds(out, ":{\"event_timestamp\":");
		write_times(out, j, i, from, to, false);
		if (j->view[i]->created) {
			buf_adds(out, ",\"created\":");
			write_times(out, j, i, from, to, true);
		}
		buf_addc(out, '}');
	}
	buf_addc(out, '}');
}

static void
write_missing(struct buf *out, const struct joined *j,
    const struct table *block, size_t from, size_t to)
{
	const char *comma = ",\"missing\":{";

	for (size_t i = 0; i < j->features; i++) {
		const uint8_t *status = j->status + i * j->rows;
		const char *name = block->col[j->column[i]].name;
		size_t k = from;

		while (k < to && status[k] == FEATURE_PRESENT)
			k++;
		if (k == to)
			continue;
		buf_adds(out, comma);
		comma = ",";
		json_quote(out, name, strlen(name));
		buf_adds(out, to - from > 1 ? ":[" : ":");
		for (k = from; k < to; k++)
			if (status[k] == FEATURE_PRESENT)
				buf_adds(out, k > from ? ",null" : "null");
			else
				buf_addf(out, "%s\"%s\"", k > from ? "," :
				    "", feature_status_name(status[k]));
		if (to - from > 1)
			buf_addc(out, ']');
	}
	if (comma[1] == '\0')
		buf_addc(out, '}');
}

void
joined_write(struct buf *out, const struct joined *j,
    const struct feature_server *f, const struct table *block, size_t from,
    size_t to)
{
	buf_adds(out, "{\"service\":");
	json_quote(out, f->service->name, strlen(f->service->name));
	buf_addf(out, ",\"definition\":\"%s\",\"at\":", f->id);
	write_time(out, j->at);
	write_views(out, j, from, to);
	write_missing(out, j, block, from, to);
	buf_addc(out, '}');
}

void
joined_tell(struct buf *out, const struct joined *j)
{
	size_t count[FEATURE_STATUSES] = { 0 };

	for (size_t i = 0; i < j->features * j->rows; i++)
		count[j->status[i]]++;
	for (int s = FEATURE_PRESENT + 1; s < FEATURE_STATUSES; s++)
		if (count[s] > 0)
			buf_addf(out, "%s%s=%zu", out->len ? ", " : "",
			    feature_status_name(s), count[s]);
}
