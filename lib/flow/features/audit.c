/* Served features beside what a join of the same moments gives now. */
#include "flow/features/audit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/num.h"
#include "feature/gather.h"
#include "feature/key.h"
#include "flow/features/source.h"
#include "table/cell.h"

#define NO_TIME INT64_MIN

/* One row of a request. */
struct audit_row {
	int64_t at;
	const char *id;			/* in the part's arena, or NULL */
	const char **key;		/* by entity, in words */
	bool redefined;
};

/* What was served of one feature. */
struct audit_value {
	uint32_t row;
	struct feature_ref ref;
	int64_t time, created;		/* NO_TIME: there was no row */
	bool expired;
	struct held value;
};

struct audit {
	const struct feature_audit *o;
	struct audit_counts *counts;
	char id[OID_TEXT];		/* of the definitions now */
	/* the part at hand */
	struct arena arena;
	struct audit_row *row;
	struct audit_value *value;
	size_t rows, row_room, values, value_room;
	uint64_t bytes, row_bytes;
	struct moments *moments;	/* by entity */
	bool *used;			/* by view */
	struct gathered *got;		/* by view */
};

const char *
audit_reason_name(enum audit_reason r)
{
	static const char *const names[] = { "definition", "expired", "late",
	    "source", "window" };

	return names[r];
}

/* ---- a part of the log ---- */

static void
begin_part(struct audit *k)
{
	for (size_t i = 0; i < k->o->spec->entities; i++)
		moments_init(&k->moments[i]);
	memset(k->used, 0, k->o->spec->views * sizeof(*k->used));
	memset(k->got, 0, k->o->spec->views * sizeof(*k->got));
	k->rows = k->values = 0;
	k->bytes = 0;
}

static void
end_part(struct audit *k)
{
	for (size_t i = 0; i < k->o->spec->views; i++)
		if (k->got[i].moments != NULL)
			gathered_release(&k->got[i]);
	for (size_t i = 0; i < k->o->spec->entities; i++)
		moments_release(&k->moments[i]);
	for (size_t i = 0; i < k->values; i++)
		held_release(&k->value[i].value, 1);
	arena_free(&k->arena);
}

/* The k-th of a list, or the value itself. */
static const struct json *
element(const struct json *v, size_t k)
{
	if (v == NULL || v->type != JSON_LIST)
		return v;
	v = v->child;
	for (; v != NULL && k > 0; k--)
		v = v->next;
	return v;
}

/* A plain value as a cell; its text may be written to `b`. */
static struct raw_cell
cell_of(struct buf *b, const struct json *v)
{
	struct raw_cell c = { .s = NULL };

	if (v == NULL || v->type == JSON_NULL)
		return c;
	if (v->type == JSON_TEXT) {
		c.s = v->s;
		c.n = (uint32_t)strlen(v->s);
		c.quoted = true;
		return c;
	}
	buf_clear(b);
	json_write(b, v);
	c.s = b->data;
	c.n = (uint32_t)b->len;
	return c;
}

/* The key of one entity, added to its moments; its words. */
static int
add_key(const char **words, struct audit *k, size_t entity,
    const struct json *line, size_t row, int64_t at, struct err *e)
{
	const struct feature_entity *t = &k->o->spec->entity[entity];
	const struct json *in = json_get(line, "inputs");
	struct buf key, text, part;
	bool whole = true;
	int r;

	buf_init(&key, BUF_CAP_DOC);
	buf_init(&text, BUF_CAP_DOC);
	buf_init(&part, BUF_CAP_DOC);
	for (size_t i = 0; i < t->keys; i++) {
		struct raw_cell c = cell_of(&part, element(json_get(in,
		    t->key[i]), row));

		c.quoted = false;	/* as when it was looked up */
		whole = whole && c.s != NULL && c.n > 0;
		if (whole)
			key_part(&key, &c, t->keys == 1);
		buf_addf(&text, "%s%s=", i ? " " : "", t->key[i]);
		if (c.s != NULL)
			buf_add(&text, c.s, c.n);
	}
	if (!whole)
		buf_clear(&key);
	*words = arena_strdup(&k->arena, text.data);
	r = buf_check(&key, e);
	if (r == 0)
		r = moments_add(&k->moments[entity], &key, at, e);
	buf_free(&key);
	buf_free(&text);
	buf_free(&part);
	return r;
}

static int64_t
time_of(const struct json *view, const char *member, size_t row)
{
	const struct json *v = element(json_get(view, member), row);
	int64_t t;

	return v != NULL && v->type == JSON_TEXT && clock_parse(v->s,
	    strlen(v->s), &t) ? t : NO_TIME;
}

static struct audit_value *
next_value(struct audit *k)
{
	if (k->values == k->value_room) {
		k->value_room = k->value_room ? 2 * k->value_room : 4096;
		k->value = xresize(k->value, k->value_room,
		    sizeof(*k->value));
	}
	memset(&k->value[k->values], 0, sizeof(*k->value));
	return &k->value[k->values++];
}

static int
add_value(struct audit *k, const struct feature_ref *ref,
    const struct json *line, const struct json *input, size_t row,
    struct err *e)
{
	const struct json *f = json_get(line, "features");
	const struct json *view = json_get(json_get(f, "views"),
	    ref->view->name);
	const struct json *why = element(json_get(json_get(f, "missing"),
	    input->key), row);
	struct audit_value *v = next_value(k);
	struct raw_cell c;
	struct buf b;
	int r;

	buf_init(&b, BUF_CAP_DOC);
	v->row = (uint32_t)k->rows - 1;
	v->ref = *ref;
	v->time = time_of(view, "event_timestamp", row);
	v->created = ref->view->created ? time_of(view, "created", row) :
	    v->time;
	v->expired = why != NULL && why->type == JSON_TEXT &&
	    strcmp(why->s, "OUTSIDE_MAX_AGE") == 0;
	c = cell_of(&b, element(input, row));
	r = held_set(&v->value, &c, e);
	k->used[ref->view - k->o->spec->view] = true;
	k->bytes += sizeof(*v) + c.n;
	k->counts->values++;
	buf_free(&b);
	return r;
}

static int
add_row(struct audit *k, const struct feature_service *s,
    const struct json *line, size_t row, struct err *e)
{
	const struct json *f = json_get(line, "features");
	const char *when = json_text(f, "at", ""), *id;
	struct audit_row *to;

	if (k->rows == k->row_room) {
		k->row_room = k->row_room ? 2 * k->row_room : 4096;
		k->row = xresize(k->row, k->row_room, sizeof(*k->row));
	}
	to = &k->row[k->rows++];
	id = json_text(line, "id", NULL);
	*to = (struct audit_row){ .id = id ? arena_strdup(&k->arena, id) :
	    NULL, .redefined = strcmp(json_text(f, "definition", ""), k->id) !=
	    0 };
	to->key = arena_alloc(&k->arena, (k->o->spec->entities + 1) *
	    sizeof(*to->key));
	if (!clock_parse(when, strlen(when), &to->at))
		return err_set(e, ERR_FORMAT, "%.200s: a line says of no "
		    "moment when its features were joined", k->o->requests);
	for (size_t i = 0; i < k->o->spec->entities; i++)
		if (add_key(&to->key[i], k, i, line, row, to->at, e) < 0)
			return -1;
	k->bytes += k->row_bytes;
	for (const struct json *in = json_get(line, "inputs")->child; in;
	    in = in->next) {
		size_t ref = feature_service_column(s, in->key);

		if (ref < s->refs && add_value(k, &s->ref[ref], line, in, row,
		    e) < 0)
			return -1;
	}
	return 0;
}

/* ---- now ---- */

static bool
same_value(const struct raw_cell *a, const struct raw_cell *b)
{
	double x, y;
	uint8_t p, q;
	int64_t s, t;

	if (a->s == NULL || b->s == NULL)
		return a->s == b->s;
	if (a->n == b->n && memcmp(a->s, b->s, a->n) == 0)
		return true;
	/* as the model's column read it */
	return (num_parse_f64(a->s, a->n, &x) && num_parse_f64(b->s, b->n,
	    &y) && x == y) || (cell_bool(a->s, a->n, &p) && cell_bool(b->s,
	    b->n, &q) && p == q) || (clock_parse(a->s, a->n, &s) &&
	    clock_parse(b->s, b->n, &t) && s == t);
}

static enum audit_reason
find_reason(const struct audit *k, const struct audit_value *v,
    const struct winner *w)
{
	int order;

	if (k->row[v->row].redefined)
		return AUDIT_DEFINITION;
	if (w == NULL)
		return AUDIT_SOURCE;
	order = v->time != w->time ? (v->time < w->time ? -1 : 1) :
	    (v->created > w->created) - (v->created < w->created);
	if (order < 0)
		return v->expired ? AUDIT_EXPIRED : AUDIT_LATE;
	return order > 0 || v->ref.view->feature[v->ref.feature].agg ==
	    AGG_NONE ? AUDIT_SOURCE : AUDIT_WINDOW;
}

static int
compare_value(struct audit *k, const struct audit_value *v,
    struct arena *text, struct err *e)
{
	const struct feature_view *view = v->ref.view;
	const struct feature *f = &view->feature[v->ref.feature];
	struct gathered *g = &k->got[view - k->o->spec->view];
	const struct audit_row *row = &k->row[v->row];
	const struct winner *w = gathered_row(g, v->row);
	struct audit_difference d = { row->id,
	    row->key[view->entity - k->o->spec->entity], row->at, view->name,
	    f->name, held_cell(&v->value), { .s = NULL }, v->time,
	    w ? w->time : NO_TIME, AUDIT_SOURCE };
	enum feature_status status;

	if (gathered_value(&d.now, &status, text, g, f, v->row, e) < 0)
		return err_wrap(e, "view '%.100s'", view->name);
	if (same_value(&d.served, &d.now))
		return 0;
	d.reason = find_reason(k, v, w);
	k->counts->differ++;
	k->counts->reason[d.reason]++;
	return k->o->differs(k->o->ctx, &d, e);
}

static int
gather_view(struct audit *k, size_t i, struct err *e)
{
	const struct feature_view *v = &k->o->spec->view[i];
	struct feature_source s;
	int r;

	if (gathered_init(&k->got[i], v, &k->moments[v->entity -
	    k->o->spec->entity], k->o->memory, e) < 0)
		return -1;
	r = feature_source_open(&s, k->o->catalog, v->source, k->o->folder,
	    NULL, e) < 0 ? err_wrap(e, "view '%.100s'", v->name) :
	    feature_source_gather(&k->got[i], &s, NULL, e);
	feature_source_close(&s);
	return r;
}

static int
judge_part(struct audit *k, struct err *e)
{
	struct arena text = { NULL, 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < k->o->spec->entities; i++)
		r = moments_sort(&k->moments[i], e);
	for (size_t i = 0; r == 0 && i < k->o->spec->views; i++)
		if (k->used[i])
			r = gather_view(k, i, e);
	for (size_t i = 0; r == 0 && i < k->values; i++) {
		r = compare_value(k, &k->value[i], &text, e);
		if (i % 4096 == 0)
			arena_free(&text);
	}
	arena_free(&text);
	end_part(k);
	begin_part(k);
	return r;
}

/* ---- all of it ---- */

static int
add_line(void *ctx, const struct json *line, size_t rows, struct err *e)
{
	struct audit *k = ctx;
	const struct json *f = json_get(line, "features");
	const struct feature_service *s;
	int r = 0;

	if (f == NULL || f->type != JSON_MAP) {
		k->counts->plain += rows;
		return 0;
	}
	if (feature_service_find(&s, k->o->spec, json_text(f, "service", ""),
	    e) < 0)
		return err_wrap(e, "%.200s", k->o->requests);
	for (size_t i = 0; r == 0 && i < rows; i++) {
		r = add_row(k, s, line, i, e);
		k->counts->rows++;
	}
	return r == 0 && k->bytes > k->o->memory ? judge_part(k, e) : r;
}

static int
no_rows(const struct audit *k, struct err *e)
{
	const struct reqlog_filter *f = &k->o->filter;
	const char *name = k->o->requests;

	if (k->counts->plain > 0)
		return err_set(e, ERR_NOENT, "%.200s: no request had features "
		    "joined: serve with --features and --service", name);
	if (f->since_us != 0 || f->until_us != 0)
		return err_set(e, ERR_NOENT, "%.200s: no request lies in the "
		    "time asked for: give an earlier --since or a later "
		    "--until", name);
	return err_set(e, ERR_NOENT, "%.200s holds no requests", name);
}

/* A log that nobody wrote yet is told with who would write it. */
static int
find_log(const char *path, struct err *e)
{
	struct stat st;

	if (stat(path, &st) == 0 || errno != ENOENT)
		return 0;	/* what else is wrong the reader says */
	return err_set(e, ERR_NOENT, "there is no request log '%.200s': "
	    "mlv-serve http --features --service --log writes one", path);
}

int
feature_audit(struct audit_counts *out, const struct feature_audit *o,
    struct err *e)
{
	struct audit k = { .o = o, .counts = out };
	const struct reqlog_lines to = { add_line, &k };
	struct oid id;
	int r = -1;

	memset(out, 0, sizeof(*out));
	k.moments = xalloc(o->spec->entities + 1, sizeof(*k.moments));
	k.used = xalloc(o->spec->views + 1, sizeof(*k.used));
	k.got = xalloc(o->spec->views + 1, sizeof(*k.got));
	k.row_bytes = sizeof(struct audit_row) + 64 * o->spec->entities;
	for (size_t i = 0; i < o->spec->views; i++)
		k.row_bytes += gathered_bytes(&o->spec->view[i]);
	begin_part(&k);
	if (find_log(o->requests, e) == 0 && feature_spec_id(&id, o->spec,
	    e) == 0) {
		oid_print(k.id, &id);
		r = reqlog_each_line(&out->skipped, o->requests, &o->filter,
		    &to, e);
	}
	if (r == 0 && k.rows > 0)
		r = judge_part(&k, e);
	if (r == 0 && out->rows == 0)
		r = no_rows(&k, e);
	end_part(&k);
	free(k.row);
	free(k.value);
	free(k.moments);
	free(k.used);
	free(k.got);
	return r;
}
