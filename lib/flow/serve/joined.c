/* Online features put into the rows of a request, and the record of it. */
#include <string.h>

#include "base/clock.h"
#include "codec/json.h"
#include "feature/key.h"
#include "flow/serve/feature_server.h"
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

static int
build_key(struct buf *key, const struct feature_entity *t,
    const struct table *block, size_t row, struct err *e)
{
	char room[COLUMN_PRINT_MAX];
	bool whole = true;

	buf_clear(key);
	for (size_t i = 0; i < t->keys; i++) {
		struct raw_cell c = { .s = NULL };
		size_t at = 0, n = 0;

		while (strcmp(block->col[at].name, t->key[i]) != 0)
			at++;
		c.s = column_print(&block->col[at], row, room, &n);
		c.n = (uint32_t)n;
		whole = whole && c.s != NULL && n > 0;
		if (whole)
			key_part(key, &c, t->keys == 1);
	}
	if (!whole)
		buf_clear(key);
	return buf_check(key, e);
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

static int
fill_view(struct joined *j, struct kv *kv, size_t view, size_t row,
    struct table *block, const struct buf *key, struct err *e)
{
	const struct feature_view *v = j->view[view];
	struct joined_row *to = &j->row[row * j->views + view];
	struct arena text = { NULL, 0 };
	enum feature_status status;
	struct online_row found;
	struct raw_cell value;
	int r = online_find(&found, kv, v, key, e);

	*to = (struct joined_row){ found.found, found.time, found.created };
	for (size_t i = 0; r >= 0 && i < j->features; i++) {
		const struct feature *f = &v->feature[j->ref[i].feature];

		if (j->ref[i].view != v)
			continue;
		r = online_value(&value, &status, &text, &found, kv, f, j->at,
		    e);
		if (r == 0)
			r = fill_cell(&block->col[j->column[i]], row, &value,
			    f, e);
		j->status[i * j->rows + row] = (uint8_t)status;
	}
	online_row_release(&found);
	if (text.block)
		arena_free(&text);
	return r < 0 ? -1 : 0;
}

static int
fill_rows(struct joined *j, struct kv *kv, struct table *block,
    struct err *e)
{
	struct buf key;
	int r = 0;

	buf_init(&key, BUF_CAP_SMALL);
	for (size_t row = 0; r == 0 && row < j->rows; row++)
		for (size_t i = 0; r == 0 && i < j->views; i++) {
			r = build_key(&key, j->view[i]->entity, block, row, e);
			if (r == 0)
				r = fill_view(j, kv, i, row, block, &key, e);
		}
	buf_free(&key);
	return r;
}

int
features_join(struct joined *j, struct feature_server *f,
    const struct version *v, struct table *block, struct err *e)
{
	int r;

	memset(j, 0, sizeof(*j));
	j->rows = block->rows;
	if (j->rows > FEATURE_ROWS_MAX)
		return err_set(e, ERR_TOOBIG, "at most %d rows a request "
		    "where features are joined", FEATURE_ROWS_MAX);
	plan_join(j, f, v);
	if (refuse_sent(j, block, e) < 0)
		return -1;
	j->at = clock_wall_us();
	mutex_lock(&f->lock);
	r = kv_begin(f->kv, false, e);
	if (r == 0) {
		r = fill_rows(j, f->kv, block, e);
		kv_abort(f->kv);
	}
	mutex_unlock(&f->lock);
	return r;
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
