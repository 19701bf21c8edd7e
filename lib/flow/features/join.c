/* Entities and their features, joined as of their times. */
#include "flow/features/join.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "feature/gather.h"
#include "feature/key.h"
#include "flow/features/source.h"
#include "read/stream.h"
#include "store/odb.h"
#include "table/write.h"

/* What the rows of one time need besides those of their views. */
#define ROW_BYTES 64

struct join {
	const struct feature_join *j;
	struct arena *a;
	struct feature_joined *done;
	struct feature_source rows;	/* the entities */
	struct feature_pass asked, told;	/* ... read ahead, and behind */
	struct table_reader *ahead, *behind;
	size_t chunk;			/* rows at a time */
	/* of each entity of the service */
	const struct feature_entity **entity;
	struct moments *moments;
	size_t entities;
	/* of each view */
	const struct feature_view **view;
	struct feature_source *source;
	struct gathered *got;
	size_t *entity_of, views;
	int *copy;			/* of its rows, or -1 */
	bool more;			/* entities may be left */
	size_t *view_of;		/* of each feature */
	struct column *made;		/* the features of a block */
	char **name;
	struct table_want *want;
	size_t *key_at;			/* of each entity, among the wanted */
	struct buf key, out;
	struct sink *to;
};

/* ---- what is needed ---- */

static size_t
need_entity(struct join *k, const struct feature_entity *t)
{
	size_t i = 0;

	while (i < k->entities && k->entity[i] != t)
		i++;
	if (i == k->entities)
		k->entity[k->entities++] = t;
	return i;
}

static size_t
need_view(struct join *k, const struct feature_view *v)
{
	size_t i = 0;

	while (i < k->views && k->view[i] != v)
		i++;
	if (i == k->views) {
		k->view[i] = v;
		k->entity_of[i] = need_entity(k, v->entity);
		k->views++;
	}
	return i;
}

static void
plan(struct join *k)
{
	const struct feature_service *s = k->j->service;
	size_t n = s->refs, bytes = ROW_BYTES;

	k->entity = arena_alloc(k->a, n * sizeof(*k->entity));
	k->view = arena_alloc(k->a, n * sizeof(*k->view));
	k->entity_of = arena_alloc(k->a, n * sizeof(*k->entity_of));
	k->view_of = arena_alloc(k->a, n * sizeof(*k->view_of));
	k->made = arena_alloc(k->a, n * sizeof(*k->made));
	k->name = arena_alloc(k->a, n * sizeof(*k->name));
	for (size_t i = 0; i < n; i++)
		k->view_of[i] = need_view(k, s->ref[i].view);
	k->moments = arena_alloc(k->a, k->entities * sizeof(*k->moments));
	k->source = arena_alloc(k->a, k->views * sizeof(*k->source));
	k->got = arena_alloc(k->a, k->views * sizeof(*k->got));
	k->copy = arena_alloc(k->a, k->views * sizeof(*k->copy));
	for (size_t i = 0; i < k->views; i++)
		k->copy[i] = -1;
	for (size_t i = 0; i < k->views; i++)
		bytes += gathered_bytes(k->view[i]);
	for (size_t i = 0; i < k->entities; i++)
		bytes += 2 * ROW_BYTES;
	k->chunk = k->j->memory / bytes / TABLE_BLOCK_ROWS * TABLE_BLOCK_ROWS;
	if (k->chunk == 0)
		k->chunk = TABLE_BLOCK_ROWS;
}

/* ---- names ---- */

static bool
taken(const struct join *k, const char *name, const char *const *column,
    size_t n)
{
	const struct feature_service *s = k->j->service;
	size_t same = 0;

	for (size_t i = 0; i < n; i++)
		if (strcmp(column[i], name) == 0)
			return true;
	for (size_t i = 0; i < s->refs; i++)
		same += strcmp(s->ref[i].view->feature[s->ref[i].feature].name,
		    name) == 0;
	return same > 1;
}

static int
name_features(struct join *k, const char *const *column, size_t n,
    struct err *e)
{
	const struct feature_service *s = k->j->service;

	for (size_t i = 0; i < s->refs; i++) {
		const struct feature_view *v = s->ref[i].view;
		const char *name = v->feature[s->ref[i].feature].name;

		k->name[i] = k->j->short_names && !taken(k, name, column, n) ?
		    arena_strdup(k->a, name) :
		    arena_printf(k->a, "%s__%s", v->name, name);
		for (size_t c = 0; c < n; c++)
			if (strcmp(column[c], k->name[i]) == 0)
				return err_set(e, ERR_FORMAT, "%.200s has a "
				    "column '%.100s' already: leave it out or "
				    "rename it", k->rows.bytes.item.label,
				    k->name[i]);
		k->made[i].name = k->name[i];
		k->made[i].type = COL_RAW;
		k->made[i].raw = xalloc(TABLE_BLOCK_ROWS,
		    sizeof(*k->made[i].raw));
	}
	return 0;
}

/* ---- reading ---- */

static int
open_reader(struct table_reader **r, struct feature_pass *p, struct join *k,
    const struct table_reader_opts *o, struct err *e)
{
	return feature_pass_begin(p, &k->rows, e) < 0 ? -1 :
	    table_reader_open(r, &p->source, o, e);
}

static int
open_all(struct join *k, struct err *e)
{
	struct table_reader_opts ahead = { .block_rows = TABLE_BLOCK_ROWS },
	    behind = { .keep_all = true, .lax = true,
	    .block_rows = TABLE_BLOCK_ROWS };
	size_t n = 1;

	if (feature_source_open(&k->rows, k->j->catalog, k->j->entities, NULL,
	    k->j->read, e) < 0)
		return -1;
	for (size_t i = 0; i < k->views; i++)
		if (feature_source_open(&k->source[i], k->j->catalog,
		    k->view[i]->source, k->j->folder, NULL, e) < 0)
			return err_wrap(e, "view '%.100s'", k->view[i]->name);
	for (size_t i = 0; i < k->entities; i++)
		n += k->entity[i]->keys;
	k->want = arena_alloc(k->a, n * sizeof(*k->want));
	k->key_at = arena_alloc(k->a, (k->entities + 1) * sizeof(*k->key_at));
	k->want[0] = (struct table_want){ k->j->timestamp, COL_DATETIME,
	    false };
	n = 1;
	for (size_t i = 0; i < k->entities; i++) {
		k->key_at[i] = n;
		for (size_t c = 0; c < k->entity[i]->keys; c++)
			k->want[n++] = (struct table_want){
			    k->entity[i]->key[c], COL_RAW, false };
	}
	ahead.want = k->want;
	ahead.n_want = n;
	ahead.read = behind.read = k->rows.read;
	return open_reader(&k->ahead, &k->asked, k, &ahead, e) < 0 ||
	    open_reader(&k->behind, &k->told, k, &behind, e) < 0 ? -1 : 0;
}

/* The keys and times of the next rows: 1 some, 0 none are left. */
static int
read_moments(size_t *rows, struct join *k, struct err *e)
{
	struct table *t;
	int r = 1;

	*rows = 0;
	while (*rows + TABLE_BLOCK_ROWS <= k->chunk &&
	    (r = table_reader_next(&t, k->ahead, e)) > 0) {
		for (size_t i = 0; i < t->rows; i++)
			for (size_t m = 0; m < k->entities; m++) {
				key_text(&k->key, &t->col[k->key_at[m]],
				    k->entity[m]->keys, i);
				if (column_missing(&t->col[0], i))
					buf_clear(&k->key);
				if (moments_add(&k->moments[m], &k->key,
				    t->col[0].i64[i], e) < 0)
					return -1;
			}
		*rows += t->rows;
	}
	for (size_t m = 0; r >= 0 && m < k->entities; m++)
		if (moments_sort(&k->moments[m], e) < 0)
			return -1;
	if (r == 0 && feature_pass_end(&k->asked, e) < 0)
		return -1;
	k->more = r > 0;
	return r < 0 ? -1 : *rows > 0;
}

static void
warn_of_view(const struct join *k, const struct gathered *g)
{
	const struct log *log = k->j->log;
	const char *name = g->view->name;

	if (g->timeless > 0)
		log_warn(log, "view '%.100s': %llu of %llu rows have no %s "
		    "and are passed over", name,
		    (unsigned long long)g->timeless,
		    (unsigned long long)g->rows, g->view->created ?
		    "timestamp or created" : "timestamp");
	if (g->view->created == NULL)
		log_warn(log, "view '%.100s' names no created column: rows "
		    "filled in later cannot be told from those known at the "
		    "time", name);
	if (g->early > 0)
		log_warn(log, "view '%.100s' looks into the future: %llu of "
		    "%llu rows were created before their %s", name,
		    (unsigned long long)g->early,
		    (unsigned long long)g->rows, g->view->timestamp);
}

static int
gather_view(struct join *k, size_t i, struct err *e)
{
	struct gathered *g = &k->got[i];
	int r;

	if (gathered_init(g, k->view[i], &k->moments[k->entity_of[i]],
	    k->j->memory, e) < 0)
		return -1;
	r = feature_source_gather(g, &k->source[i], k->more ||
	    k->copy[i] >= 0 ? &k->copy[i] : NULL, e);
	if (r == 0 && k->done->passes == 1)
		warn_of_view(k, g);
	return r;
}

/* ---- writing ---- */

static int
pour(struct join *k, struct err *e)
{
	int r = buf_check(&k->out, e);

	if (r == 0)
		r = k->to->write(k->to->ctx, k->out.data, k->out.len, e);
	buf_clear(&k->out);
	return r;
}

static int
make_features(struct join *k, size_t first, size_t rows, struct arena *text,
    struct err *e)
{
	const struct feature_service *s = k->j->service;
	enum feature_status status;

	for (size_t i = 0; rows > 0 && i < k->views; i++)
		gathered_fetch(&k->got[i], first, rows);
	for (size_t f = 0; f < s->refs; f++) {
		struct gathered *g = &k->got[k->view_of[f]];

		for (size_t i = 0; i < rows; i++) {
			struct raw_cell *to = &k->made[f].raw[i];

			if (gathered_value(to, &status, text, g,
			    &g->view->feature[s->ref[f].feature], first + i,
			    e) < 0)
				return err_wrap(e, "view '%.100s'",
				    g->view->name);
			k->done->missing += to->s == NULL;
		}
	}
	return 0;
}

static int
write_block(struct join *k, const struct table *t, size_t first,
    struct err *e)
{
	const struct feature_service *s = k->j->service;
	size_t n = t->cols + s->refs;
	const struct column **col = xalloc(n, sizeof(*col));
	struct arena text = { NULL, 0 };
	int r = -1;

	for (size_t c = 0; c < t->cols; c++)
		col[c] = &t->col[c];
	for (size_t c = 0; c < s->refs; c++) {
		col[t->cols + c] = &k->made[c];
		k->made[c].rows = t->rows;
	}
	if (make_features(k, first, t->rows, &text, e) == 0) {
		if (k->done->rows == 0 && !k->j->jsonl)
			table_write_header(&k->out, col, n, NULL);
		if (k->j->jsonl)
			table_write_jsonl(&k->out, col, n, 0, t->rows);
		else
			table_write_csv(&k->out, col, n, 0, t->rows, NULL);
		k->done->rows += t->rows;
		r = pour(k, e);
	}
	arena_free(&text);
	free(col);
	return r;
}

/* So many rows, with their features. */
static int
write_rows(struct join *k, size_t rows, struct err *e)
{
	const char *const *names;
	struct table *t;
	size_t done = 0, n;
	int r;

	while (done < rows) {
		if ((r = table_reader_next(&t, k->behind, e)) < 0)
			return -1;
		if (r == 0 || t->rows > rows - done)
			return err_set(e, ERR_MOVED, "'%.200s' was changed "
			    "while it was read: run it again",
			    k->rows.bytes.item.label);
		names = table_reader_names(k->behind, &n);
		if (k->done->rows == 0 && name_features(k, names, n, e) < 0)
			return -1;
		if (write_block(k, t, done, e) < 0)
			return -1;
		done += t->rows;
	}
	return 0;
}

/* A table without rows has a header all the same. */
static int
write_empty(struct join *k, struct err *e)
{
	const char *const *names;
	struct table t = { 0 };
	size_t n;
	int r = -1;

	names = table_reader_names(k->behind, &n);
	t.col = xalloc(n + 1, sizeof(*t.col));
	t.cols = n;
	for (size_t i = 0; i < n; i++) {
		t.col[i].name = (char *)names[i];
		t.col[i].type = COL_RAW;
	}
	if (name_features(k, names, n, e) == 0)
		r = write_block(k, &t, 0, e);
	free(t.col);
	return r;
}

static int
join_chunk(struct join *k, size_t rows, struct err *e)
{
	k->done->passes++;
	for (size_t i = 0; i < k->views; i++)
		if (gather_view(k, i, e) < 0)
			return -1;
	return write_rows(k, rows, e);
}

/* The rows, as many at a time as fit. */
static int
join_rows(struct join *k, struct err *e)
{
	struct table *t;
	size_t rows;
	int r, more;

	do {
		for (size_t m = 0; m < k->entities; m++)
			moments_init(&k->moments[m]);
		more = r = read_moments(&rows, k, e);
		if (more > 0 || (more == 0 && k->done->passes == 0))
			r = join_chunk(k, rows, e);
		for (size_t i = 0; i < k->views; i++) {
			if (k->got[i].moments != NULL)
				gathered_release(&k->got[i]);
			memset(&k->got[i], 0, sizeof(k->got[i]));
		}
		for (size_t m = 0; m < k->entities; m++)
			moments_release(&k->moments[m]);
	} while (more > 0 && r == 0);
	if (r < 0)
		return -1;
	if ((r = table_reader_next(&t, k->behind, e)) != 0)
		return r < 0 ? -1 : err_set(e, ERR_MOVED, "'%.200s' was "
		    "changed while it was read: run it again",
		    k->rows.bytes.item.label);
	if (k->done->rows == 0 && write_empty(k, e) < 0)
		return -1;
	return feature_pass_end(&k->told, e);
}

/* ---- what it was made of ---- */

static int
link_source(struct join *k, struct feature_source *s, struct err *e)
{
	struct link *l = &k->done->from[k->done->n_from++];
	const struct catalog_item *item = &s->bytes.item;

	*l = (struct link){ .rel = "data", .name = arena_strdup(k->a,
	    item->label), .type = s->bytes.type ? s->bytes.type : TYPE_BYTES,
	    .id = s->content, .size = s->size };
	if (item->kind != NAME_DATA)
		return 0;
	l->type = TYPE_DATASET;
	l->id = item->id;
	return odb_size(&l->size, catalog_odb(k->j->catalog), &l->id, e);
}

int
feature_join(struct feature_joined *out, struct arena *a,
    const struct feature_join *j, struct sink *to, struct err *e)
{
	struct join k = { .j = j, .a = a, .done = out, .to = to };
	int r = -1;

	memset(out, 0, sizeof(*out));
	buf_init(&k.key, BUF_CAP_DOC);
	buf_init(&k.out, BUF_CAP_DATA);
	plan(&k);
	if (open_all(&k, e) == 0 && join_rows(&k, e) == 0) {
		out->from = arena_alloc(a, (k.views + 1) * sizeof(*out->from));
		r = link_source(&k, &k.rows, e);
		for (size_t i = 0; r == 0 && i < k.views; i++)
			r = link_source(&k, &k.source[i], e);
	}
	table_reader_free(k.ahead);
	table_reader_free(k.behind);
	feature_pass_close(&k.asked);
	feature_pass_close(&k.told);
	feature_source_close(&k.rows);
	for (size_t i = 0; i < k.views; i++) {
		feature_source_close(&k.source[i]);
		if (k.copy[i] >= 0)
			close(k.copy[i]);
	}
	for (size_t i = 0; i < j->service->refs; i++)
		free(k.made[i].raw);
	buf_free(&k.key);
	buf_free(&k.out);
	return r;
}
