/* Features from the online store, in the words of Feast's feature server. */
#include <string.h>

#include "base/clock.h"
#include "base/intern.h"
#include "codec/json.h"
#include "flow/online/server.h"

#define EPOCH "1970-01-01T00:00:00Z"

/* ---- the request ---- */

struct asked {
	struct feature_service service;	/* what is asked for */
	const struct feature_names *names;	/* of a known one, or NULL */
	const struct feature_plan *plan;	/* likewise */
	const struct json *entities;
	size_t rows;
	bool full_names;
};

static int
read_refs(struct asked *q, struct arena *a, const struct feature_server *f,
    const struct json *j, struct err *e)
{
	const struct json *list = json_get(j, "features");
	const struct json *name = json_get(j, "feature_service");
	const struct feature_service *s;

	if ((list == NULL) == (name == NULL))
		return err_set(e, ERR_FORMAT, "give 'features' or "
		    "'feature_service'");
	if (name != NULL) {
		if (name->type != JSON_TEXT)
			return err_set(e, ERR_FORMAT, "'feature_service' must "
			    "be a name");
		if (feature_service_find(&s, f->spec, name->s, e) < 0)
			return -1;
		q->service = *s;
		q->names = &f->names[2 * (s - f->spec->service) +
		    q->full_names];
		q->plan = &f->plan[s - f->spec->service];
		return 0;
	}
	q->service.name = "features";
	if (list->type != JSON_LIST || list->n == 0)
		return err_set(e, ERR_FORMAT, "'features' must be a list of "
		    "view:feature");
	for (const struct json *c = list->child; c != NULL; c = c->next) {
		if (c->type != JSON_TEXT)
			return err_set(e, ERR_FORMAT, "'features' must be a "
			    "list of view:feature");
		if (feature_refs_add(&q->service.ref, &q->service.refs, a,
		    f->spec, c->s, e) < 0)
			return -1;
	}
	return 0;
}

static int
read_asked(struct asked *q, struct arena *a, const struct feature_server *f,
    const char *body, size_t n, struct err *e)
{
	struct json *j;

	memset(q, 0, sizeof(*q));
	if (json_parse(&j, a, body, n, 0, e) < 0)
		return -1;
	q->entities = json_get(j, "entities");
	q->full_names = json_bool(j, "full_feature_names", false);
	if (q->entities == NULL || q->entities->type != JSON_MAP ||
	    q->entities->n == 0)
		return err_set(e, ERR_FORMAT, "'entities' must be a map from "
		    "key columns to lists of values");
	for (const struct json *c = q->entities->child; c; c = c->next) {
		if (c->type != JSON_LIST)
			return err_set(e, ERR_FORMAT, "'%.100s' must be a "
			    "list of values", c->key);
		if (c != q->entities->child && c->n != q->rows)
			return err_set(e, ERR_FORMAT, "'%.100s' has %zu "
			    "values, '%.100s' has %zu", c->key, c->n,
			    q->entities->child->key, q->rows);
		q->rows = c->n;
	}
	if (q->rows > FEATURE_ROWS_MAX)
		return err_set(e, ERR_TOOBIG, "at most %d keys a request",
		    FEATURE_ROWS_MAX);
	return read_refs(q, a, f, j, e);
}

/* ---- names ---- */

/* What the features are called in the answer, as JSON; the first name that
 * two have. */
void
feature_names_init(struct feature_names *n, const struct feature_service *s,
    bool full, struct arena *a)
{
	struct intern *set = intern_new();
	struct buf b, name;

	memset(n, 0, sizeof(*n));
	buf_init(&b, BUF_CAP_DOC);
	buf_init(&name, BUF_CAP_SMALL);
	for (size_t i = 0; i < s->refs; i++) {
		const struct feature_view *v = s->ref[i].view;

		buf_clear(&name);
		buf_addf(&name, "%s%s%s", full ? v->name : "", full ? "__" :
		    "", v->feature[s->ref[i].feature].name);
		if (intern_add(set, name.data, name.len) != i && !n->twice)
			n->twice = arena_strdup(a, name.data);
		buf_addc(&b, ',');
		json_quote(&b, name.data, name.len);
	}
	n->json = arena_strndup(a, b.data, b.len);
	n->bytes = b.len;
	n->set = set;
	buf_free(&b);
	buf_free(&name);
}

void
feature_names_release(struct feature_names *n)
{
	intern_free(n->set);
}

static int
refuse_twice(const struct asked *q, struct err *e)
{
	const char *twice = q->names->twice;

	for (const struct json *c = q->entities->child; !twice && c;
	    c = c->next)
		if (intern_find(q->names->set, c->key, strlen(c->key)) !=
		    INTERN_NONE)
			twice = c->key;
	return twice == NULL ? 0 : err_set(e, ERR_FORMAT, "two columns are "
	    "called '%.100s': ask for full_feature_names", twice);
}

/* ---- the answer ---- */

/* A whole or decimal number of few digits, as JSON writes one. */
static bool
is_plain_number(const char *s, size_t n)
{
	size_t i = n > 0 && *s == '-', begin = i;
	bool point = false;

	if (n > 20 || i == n || (s[i] == '0' && i + 1 < n && s[i + 1] != '.'))
		return false;
	for (; i < n; i++) {
		if (s[i] >= '0' && s[i] <= '9')
			continue;
		if (s[i] != '.' || point || i == begin || i + 1 == n)
			return false;
		point = true;
	}
	return true;
}

static void
write_value(struct buf *out, struct arena *a, const struct raw_cell *v)
{
	struct err ignored = ERR_INIT;
	struct json *j;

	if (v->s == NULL)
		buf_add(out, "null", 4);
	else if (!v->quoted && is_plain_number(v->s, v->n))
		buf_add(out, v->s, v->n);
	else if (!v->quoted && json_parse(&j, a, v->s, v->n, 0,
	    &ignored) == 0)
		json_write(out, j);
	else
		json_quote(out, v->s, v->n);
}

/* What follows the values of a feature: of one row it is the same for most
 * features of a view, so the last is kept. */
struct column_end {
	enum feature_status status;
	int64_t time;
	size_t n, time_n;
	char text[128], time_text[CLOCK_TEXT_MAX];
};

static void
write_time(struct buf *out, int64_t time, struct column_end *last)
{
	if (time != last->time || last->time_n == 0) {
		last->time = time;
		last->n = 0;
		clock_print(last->time_text, time);
		last->time_n = strlen(last->time_text);
	}
	buf_addc(out, '"');
	buf_add(out, last->time_text, last->time_n);
	buf_addc(out, '"');
}

static void
write_end(struct buf *out, const struct feature_answer *answer, size_t stride,
    size_t rows, struct column_end *last)
{
	size_t from = out->len;

	buf_adds(out, "],\"statuses\":[");
	for (size_t i = 0; i < rows; i++) {
		buf_adds(out, i > 0 ? ",\"" : "\"");
		buf_adds(out, feature_status_name(answer[i * stride].status));
		buf_addc(out, '"');
	}
	buf_adds(out, "],\"event_timestamps\":[");
	for (size_t i = 0; i < rows; i++) {
		if (i > 0)
			buf_addc(out, ',');
		write_time(out, answer[i * stride].time, last);
	}
	buf_adds(out, "]}");
	if (rows == 1 && out->len - from <= sizeof(last->text) &&
	    !out->failed) {
		last->status = answer->status;
		last->n = out->len - from;
		memcpy(last->text, out->data + from, last->n);
	}
}

/* A number with the same end as the last, which is what most are. */
static bool
write_like_last(struct buf *out, const struct feature_answer *answer,
    const struct column_end *last)
{
	static const char begin[] = ",{\"values\":[";
	const struct raw_cell *v = &answer->value;
	size_t n = sizeof(begin) - 1 + v->n + last->n;
	char *p;

	if (last->n == 0 || last->time != answer->time ||
	    last->status != answer->status || v->s == NULL || v->quoted ||
	    !is_plain_number(v->s, v->n) || (p = buf_reserve(out, n)) == NULL)
		return false;
	memcpy(p, begin, sizeof(begin) - 1);
	p += sizeof(begin) - 1;
	memcpy(p, v->s, v->n);
	memcpy(p + v->n, last->text, last->n);
	buf_grew(out, n);
	return true;
}

/* The three lists of a feature. */
static void
write_column(struct buf *out, struct arena *a,
    const struct feature_answer *answer, size_t stride, size_t rows,
    struct column_end *last)
{
	if (rows == 1 && write_like_last(out, answer, last))
		return;
	buf_adds(out, ",{\"values\":[");
	for (size_t i = 0; i < rows; i++) {
		if (i > 0)
			buf_addc(out, ',');
		write_value(out, a, &answer[i * stride].value);
	}
	write_end(out, answer, stride, rows, last);
}

/* A key column comes back as it was sent. */
static void
write_key(struct buf *out, const struct json *c)
{
	buf_adds(out, "{\"values\":");
	json_write(out, c);
	buf_adds(out, ",\"statuses\":[");
	for (size_t i = 0; i < c->n; i++)
		buf_adds(out, i > 0 ? ",\"PRESENT\"" : "\"PRESENT\"");
	buf_adds(out, "],\"event_timestamps\":[");
	for (size_t i = 0; i < c->n; i++)
		buf_adds(out, i > 0 ? ",\"" EPOCH "\"" : "\"" EPOCH "\"");
	buf_adds(out, "]}");
}

static void
write_answer(struct buf *out, struct arena *a, const struct asked *q,
    const struct feature_answer *answer)
{
	struct column_end last = { .time_n = 0 };
	const char *comma = "";

	if (q->rows == 1)
		(void)buf_reserve(out, q->service.refs * 128 + 256);
	buf_adds(out, "{\"results\":[");
	for (const struct json *c = q->entities->child; c; c = c->next) {
		buf_adds(out, comma);
		write_key(out, c);
		comma = ",";
	}
	for (size_t i = 0; i < q->service.refs; i++)
		write_column(out, a, answer + i, q->service.refs, q->rows,
		    &last);
	buf_adds(out, "],\"metadata\":{\"feature_names\":[");
	comma = "";
	for (const struct json *c = q->entities->child; c; c = c->next) {
		buf_adds(out, comma);
		json_quote(out, c->key, strlen(c->key));
		comma = ",";
	}
	buf_add(out, q->names->json, q->names->bytes);
	buf_adds(out, "]}}");
}

/* ---- keys ---- */

/* A key as text; null is no key. */
static struct raw_cell
key_of(struct arena *a, const struct json *v)
{
	struct raw_cell c = { .s = NULL };
	struct buf b;

	if (v->type == JSON_TEXT) {
		c.s = v->s;
		c.n = (uint32_t)v->n;
	} else if (v->type != JSON_NULL) {
		buf_init(&b, BUF_CAP_SMALL);
		json_write(&b, v);
		c.s = arena_strndup(a, b.data, b.len);
		c.n = (uint32_t)b.len;
		buf_free(&b);
	}
	return c;
}

static int
answer_rows(struct buf *out, struct arena *a, struct feature_server *f,
    const struct asked *q, struct err *e)
{
	const struct feature_service *s = &q->service;
	size_t keys = q->entities->n, k = 0;
	const struct feature_lookup *l = q->plan ? &q->plan->lookup : NULL;
	bool planned = l != NULL && l->columns == keys;
	const char **column = arena_alloc(a, keys * sizeof(*column));
	struct raw_cell *value = arena_alloc(a, (q->rows * keys + 1) *
	    sizeof(*value));
	struct feature_answer *answer;
	struct feature_store *from;
	struct feature_lookup own;
	int r;

	for (const struct json *c = q->entities->child; c; c = c->next, k++) {
		size_t row = 0;

		column[k] = c->key;
		planned = planned && strcmp(c->key, q->plan->column[k]) == 0;
		for (const struct json *v = c->child; v; v = v->next)
			value[row++ * keys + k] = key_of(a, v);
	}
	if (!planned) {
		if (feature_lookup_init(&own, a, s, column, keys, e) < 0)
			return -1;
		l = &own;
	}
	answer = arena_alloc(a, (q->rows * s->refs + 1) * sizeof(*answer));
	if (feature_stores_take(&from, f->stores, e) < 0)
		return -1;
	r = feature_get(answer, a, from, l, value, q->rows, clock_wall_us(),
	    e);
	if (r == 0)
		write_answer(out, a, q, answer);
	return feature_stores_give(f->stores, from, r, e);
}

int
feature_server_answer(struct buf *out, struct feature_server *f,
    const char *body, size_t n, struct err *e)
{
	struct arena a = { NULL, 0 };
	struct feature_names own = { 0 };
	struct asked q;
	int r = -1;

	if (read_asked(&q, &a, f, body, n, e) < 0)
		goto done;
	if (q.rows * q.service.refs > FEATURE_VALUES_MAX) {
		err_set(e, ERR_TOOBIG, "at most %d values a request",
		    FEATURE_VALUES_MAX);
		goto done;
	}
	if (q.names == NULL) {
		feature_names_init(&own, &q.service, q.full_names, &a);
		q.names = &own;
	}
	if (refuse_twice(&q, e) == 0)
		r = answer_rows(out, &a, f, &q, e);
done:
	feature_names_release(&own);
	arena_free(&a);
	return r;
}
