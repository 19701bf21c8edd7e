/* The online store in Redis, as Feast lays it out. */
#include "feature/redis.h"

#include <stdlib.h>
#include <string.h>

#include "base/intern.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/percent.h"
#include "codec/pb.h"
#include "feature/feed.h"
#include "feature/key.h"
#include "feature/resp.h"
#include "table/cell.h"

#define SCHEME "redis://"

/* feast.types.ValueType of keys, and the members of feast.types.Value. */
enum { TYPE_STRING = 2, TYPE_INT32 = 3, TYPE_INT64 = 4 };
enum { MEMBER_BYTES = 1, MEMBER_STRING, MEMBER_INT32, MEMBER_INT64, MEMBER_DOUBLE,
    MEMBER_FLOAT, MEMBER_BOOL, MEMBER_TIME };

struct redis {
	struct resp resp;
	char *host, *port, *user, *password, *project;
	size_t user_n, password_n;
	uint64_t database;
	int keys;			/* a type, or 0: as each key looks */
	struct buf key, field, value, part;
};

/* ---- where it is ---- */

bool
redis_is_url(const char *where)
{
	return where != NULL && (strncmp(where, SCHEME, 8) == 0 ||
	    strncmp(where, "rediss://", 9) == 0);
}

static int
parse_option(struct redis *r, const char *s, size_t n, struct err *e)
{
	static const struct {
		const char *name;
		int type;
	} types[] = { { "keys=string", TYPE_STRING }, { "keys=int32",
	    TYPE_INT32 }, { "keys=int64", TYPE_INT64 } };

	if (n > 8 && strncmp(s, "project=", 8) == 0) {
		free(r->project);
		r->project = xstrndup(s + 8, n - 8);
		return 0;
	}
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (strlen(types[i].name) == n && memcmp(s, types[i].name,
		    n) == 0) {
			r->keys = types[i].type;
			return 0;
		}
	return err_set(e, ERR_USAGE, "'%.*s' is no option of a Redis store: "
	    "project=NAME, keys=string, int32 or int64", (int)(n < 60 ? n :
	    60), s);
}

static int
parse_options(struct redis *r, const char *s, struct err *e)
{
	while (*s != '\0') {
		size_t n = strcspn(s, "&");

		if (parse_option(r, s, n, e) < 0)
			return -1;
		s += n + (s[n] == '&');
	}
	return 0;
}

/* What has a slash or an @ in a URL has it as %2F or %40; a NUL may be among
 * the *len bytes. */
static char *
plain(size_t *len, const char *s, size_t n)
{
	char *out = xstrndup(s, n);

	*len = percent_decode(out, n);
	return out;
}

static void
parse_user(struct redis *r, const char *s, size_t n)
{
	const char *colon = memchr(s, ':', n);

	if (colon == NULL)
		colon = s;
	else if (colon > s)
		r->user = plain(&r->user_n, s, (size_t)(colon - s));
	colon += *colon == ':';
	free(r->password);
	r->password = plain(&r->password_n, colon, n - (size_t)(colon - s));
}

static int
parse_url(struct redis *r, const char *url, const char *password,
    struct err *e)
{
	const char *s = url + strlen(SCHEME), *at, *port;
	size_t n, host;
	int64_t db = 0;

	if (strncmp(url, SCHEME, 8) != 0)
		return err_set(e, ERR_USAGE, "rediss is Redis behind TLS, "
		    "which is not spoken: go through stunnel or ssh");
	if (password != NULL) {
		r->password = xstrdup(password);
		r->password_n = strlen(password);
	}
	r->project = xstrdup("mlv");
	n = strcspn(s, "/?");
	for (at = s + n; at > s && at[-1] != '@'; at--)
		;
	if (at > s)
		parse_user(r, s, (size_t)(at - 1 - s));
	n -= (size_t)(at - s);
	s = at;
	/* [::1]:6379 has colons in its host */
	host = n > 0 && *s == '[' ? strcspn(s, "]") : 0;
	port = host < n ? memchr(s + host, ':', n - host) : NULL;
	host = port ? (size_t)(port - s) : n;
	if (host > 2 && *s == '[' && s[host - 1] == ']')
		r->host = xstrndup(s + 1, host - 2);
	else
		r->host = host > 0 ? xstrndup(s, host) : xstrdup("localhost");
	r->port = port ? xstrndup(port + 1, n - host - 1) : xstrdup("6379");
	s += n;
	if (*s == '/') {
		n = strcspn(++s, "?");
		if (n > 0 && (!num_parse_i64(s, n, &db) || db < 0))
			return err_set(e, ERR_USAGE, "'%.*s' is no number of "
			    "a database", (int)(n < 60 ? n : 60), s);
		s += n;
	}
	r->database = (uint64_t)db;
	return *s == '?' ? parse_options(r, s + 1, e) : 0;
}

static int
expect_word(struct redis *r, struct err *e)
{
	struct resp_reply reply;

	return resp_send(&r->resp, e) < 0 ? -1 : resp_read(&reply, &r->resp,
	    e);
}

static int
greet(struct redis *r, struct err *e)
{
	char text[NUM_TEXT_MAX];
	size_t n;

	if (r->password != NULL) {
		resp_command(&r->resp, r->user ? 3 : 2);
		resp_text(&r->resp, "AUTH");
		if (r->user)
			resp_arg(&r->resp, r->user, r->user_n);
		resp_arg(&r->resp, r->password, r->password_n);
		if (expect_word(r, e) < 0)
			return -1;
	}
	if (r->database != 0) {
		n = num_print_u64(text, r->database);
		resp_command(&r->resp, 2);
		resp_text(&r->resp, "SELECT");
		resp_arg(&r->resp, text, n);
		if (expect_word(r, e) < 0)
			return -1;
	}
	resp_command(&r->resp, 1);
	resp_text(&r->resp, "PING");
	return expect_word(r, e);
}

static int
dial(struct redis *r, struct err *e)
{
	if (resp_open(&r->resp, r->host, r->port, e) < 0 || greet(r, e) < 0)
		return err_wrap(e, "Redis");
	return 0;
}

int
redis_open(struct redis **out, const char *url, const char *password,
    int timeout_ms, struct err *e)
{
	struct redis *r = xalloc(1, sizeof(*r));

	resp_init(&r->resp);
	if (timeout_ms > 0)
		r->resp.timeout_ms = timeout_ms;
	buf_init(&r->key, BUF_CAP_DOC);
	buf_init(&r->field, BUF_CAP_SMALL);
	buf_init(&r->value, BUF_CAP_DOC);
	buf_init(&r->part, BUF_CAP_DOC);
	if (parse_url(r, url, password, e) < 0 || dial(r, e) < 0) {
		redis_close(r);
		return -1;
	}
	*out = r;
	return 0;
}

void
redis_close(struct redis *r)
{
	if (r == NULL)
		return;
	resp_release(&r->resp);
	buf_free(&r->key);
	buf_free(&r->field);
	buf_free(&r->value);
	buf_free(&r->part);
	free(r->host);
	free(r->port);
	free(r->user);
	free(r->password);
	free(r->project);
	free(r);
}

bool
redis_is_lost(const struct redis *r, bool *late)
{
	*late = r->resp.late;
	return r->resp.lost;
}

void
redis_drop(struct redis *r)
{
	resp_close(&r->resp);
}

int
redis_reconnect(struct redis *r, struct err *e)
{
	resp_close(&r->resp);
	return dial(r, e);
}

/* ---- names ---- */

/* murmur3 of 32 bits, with seed 0. */
static uint32_t
murmur3(const char *s, size_t n)
{
	uint32_t h = 0, k;
	size_t i = 0;

	for (; i + 4 <= n; i += 4) {
		k = get_le32(s + i) * 0xcc9e2d51u;
		k = (k << 15 | k >> 17) * 0x1b873593u;
		h ^= k;
		h = (h << 13 | h >> 19) * 5 + 0xe6546b64u;
	}
	k = 0;
	for (size_t left = n - i; left-- > 0;)
		k = k << 8 | (unsigned char)s[i + left];
	k *= 0xcc9e2d51u;
	h ^= (k << 15 | k >> 17) * 0x1b873593u;
	h ^= (uint32_t)n;
	h = (h ^ h >> 16) * 0x85ebca6bu;
	h = (h ^ h >> 13) * 0xc2b2ae35u;
	return h ^ h >> 16;
}

static void
put_field(struct redis *r, const struct feature_view *v, size_t feature)
{
	struct buf b;

	buf_clear(&r->field);
	buf_addf(&r->field, "%s:%s", v->name, v->feature[feature].name);
	buf_init(&b, BUF_CAP_SMALL);
	buf_le32(&b, murmur3(r->field.data, r->field.len));
	resp_arg(&r->resp, b.data, b.len);
	buf_free(&b);
}

static void
put_mark(struct redis *r, const char *mark, const struct feature_view *v)
{
	buf_clear(&r->field);
	buf_addf(&r->field, "%s:%s", mark, v->name);
	resp_arg(&r->resp, r->field.data, r->field.len);
}

/* "007" is a text that would not come back from a number. */
static bool
has_leading_zero(const char *s, size_t n)
{
	size_t i = n > 0 && (*s == '-' || *s == '+');

	return i + 1 < n && s[i] == '0' && s[i + 1] >= '0' && s[i + 1] <= '9';
}

static void
put_key_value(struct redis *r, const struct raw_cell *c)
{
	struct buf *b = &r->key;
	int64_t v;
	bool whole;

	buf_clear(&r->part);
	key_part(&r->part, c, true);
	whole = r->keys != TYPE_STRING && !has_leading_zero(r->part.data,
	    r->part.len) && num_parse_i64(r->part.data, r->part.len, &v);
	if (whole && r->keys == TYPE_INT32 && v == (int32_t)v) {
		buf_le32(b, TYPE_INT32);
		buf_le32(b, 4);
		buf_le32(b, (uint32_t)v);
	} else if (whole) {
		buf_le32(b, TYPE_INT64);
		buf_le32(b, 8);
		buf_le64(b, (uint64_t)v);
	} else {
		buf_le32(b, TYPE_STRING);
		buf_le32(b, (uint32_t)r->part.len);
		buf_add(b, r->part.data, r->part.len);
	}
}

/* The name of the hash: join keys by name, then their values. */
static void
make_key(struct redis *r, const struct feature_view *v,
    const struct raw_cell *key)
{
	const struct feature_entity *t = v->entity;
	size_t order[FEATURE_KEYS_MAX];

	for (size_t i = 0; i < t->keys; i++) {
		size_t at = i;

		for (; at > 0 && strcmp(t->key[order[at - 1]], t->key[i]) > 0;
		    at--)
			order[at] = order[at - 1];
		order[at] = i;
	}
	buf_clear(&r->key);
	buf_le32(&r->key, (uint32_t)t->keys);
	for (size_t i = 0; i < t->keys; i++) {
		const char *name = t->key[order[i]];

		buf_le32(&r->key, TYPE_STRING);
		buf_le32(&r->key, (uint32_t)strlen(name));
		buf_adds(&r->key, name);
	}
	for (size_t i = 0; i < t->keys; i++)
		put_key_value(r, &key[order[i]]);
	buf_adds(&r->key, r->project);
}

/* ---- values ---- */

static void
put_time(struct redis *r, int64_t us)
{
	int64_t s = us / 1000000, rest = us % 1000000;

	if (rest < 0) {
		rest += 1000000;
		s--;
	}
	buf_clear(&r->value);
	if (s != 0)
		pb_put_varint(&r->value, 1, (uint64_t)s);
	if (rest != 0)
		pb_put_varint(&r->value, 2, (uint64_t)rest * 1000);
	resp_arg(&r->resp, r->value.data, r->value.len);
}

static int64_t
get_time(const struct resp_reply *reply)
{
	struct pb p = pb_over(reply->s, reply->n);
	int64_t s = 0, ns = 0;
	struct pb_field f;

	while (pb_next(&p, &f))
		if (f.number == 1)
			s = (int64_t)f.v;
		else if (f.number == 2)
			ns = (int64_t)f.v;
	if (s > INT64_MAX / 2000000 || s < INT64_MIN / 2000000)
		return 0;
	return s * 1000000 + ns % 1000000000 / 1000;
}

static void
put_value(struct redis *r, const struct raw_cell *c)
{
	struct num v;
	uint8_t truth;
	uint64_t bits;

	buf_clear(&r->value);
	if (c->s == NULL) {
		;			/* an empty message */
	} else if (!c->quoted && !c->json &&
	    !has_leading_zero(c->s, c->n) && num_parse(c->s, c->n, &v)) {
		if (v.whole) {
			pb_put_varint(&r->value, MEMBER_INT64, (uint64_t)v.i);
		} else {
			memcpy(&bits, &v.d, sizeof(bits));
			buf_addc(&r->value, MEMBER_DOUBLE << 3 | PB_FIXED64);
			buf_le64(&r->value, bits);
		}
	} else if (!c->quoted && cell_bool(c->s, c->n, &truth)) {
		pb_put_varint(&r->value, MEMBER_BOOL, truth);
	} else {
		pb_put_bytes(&r->value, MEMBER_STRING, c->s, c->n);
	}
	resp_arg(&r->resp, r->value.data, r->value.len);
}

static void
text_of(struct raw_cell *out, struct arena *a, const char *s, size_t n,
    bool quoted)
{
	out->s = arena_strndup(a, s, n);
	out->n = (uint32_t)n;
	out->quoted = quoted;
}

/* ERR_CORRUPT: also a value of a kind that is no cell. */
static int
get_value(struct raw_cell *out, struct arena *a, const char *s, size_t n,
    struct err *e)
{
	struct pb p = pb_over(s, n);
	char text[NUM_TEXT_MAX];
	struct pb_field f;
	double v;

	memset(out, 0, sizeof(*out));
	if (!pb_next(&p, &f))
		return p.bad ? err_set(e, ERR_CORRUPT, "a value in Redis is "
		    "no feast.types.Value") : 0;
	if (f.wire == PB_VARINT && (f.number == MEMBER_INT32 ||
	    f.number == MEMBER_INT64 || f.number == MEMBER_TIME)) {
		n = num_print_i64(text, (int64_t)f.v);
		text_of(out, a, text, n, false);
	} else if (f.wire == PB_FIXED64 && f.number == MEMBER_DOUBLE) {
		memcpy(&v, &f.v, sizeof(v));
		number_cell(out, a, v);
	} else if (f.wire == PB_FIXED32 && f.number == MEMBER_FLOAT) {
		n = num_print_f32(text, pb_float(&f));
		text_of(out, a, text, n, false);
	} else if (f.wire == PB_VARINT && f.number == MEMBER_BOOL) {
		text_of(out, a, f.v ? "true" : "false", f.v ? 4 : 5, false);
	} else if (f.wire == PB_BYTES && (f.number == MEMBER_STRING ||
	    f.number == MEMBER_BYTES)) {
		text_of(out, a, (const char *)f.s, f.n, true);
	} else {
		return err_set(e, ERR_CORRUPT, "a value in Redis is of a kind "
		    "that is not read (member %u of feast.types.Value)",
		    f.number);
	}
	return 0;
}

/* ---- asking ---- */

void
redis_ask(struct redis *r, const struct feature_view *v,
    const struct raw_cell *key, const size_t *feature, size_t n)
{
	make_key(r, v, key);
	resp_command(&r->resp, n + 4);
	resp_text(&r->resp, "HMGET");
	resp_arg(&r->resp, r->key.data, r->key.len);
	put_mark(r, "_ts", v);
	put_mark(r, "_created", v);
	for (size_t i = 0; i < n; i++)
		put_field(r, v, feature[i]);
}

int
redis_send(struct redis *r, struct err *e)
{
	return resp_send(&r->resp, e) < 0 ? err_wrap(e, "Redis") : 0;
}

/* The times of a key's row; *found: there is one. */
static int
read_times(bool *found, int64_t *time, int64_t *created, struct redis *r,
    size_t values, struct err *e)
{
	struct resp_reply reply;

	if (resp_read(&reply, &r->resp, e) < 0)
		return -1;
	if (reply.type != RESP_LIST || reply.n != values + 2)
		return err_set(e, ERR_CORRUPT, "an answer of another length "
		    "than asked for");
	if (resp_read(&reply, &r->resp, e) < 0)
		return -1;
	*found = reply.type == RESP_BYTES;
	*time = *created = *found ? get_time(&reply) : 0;
	if (resp_read(&reply, &r->resp, e) < 0)
		return -1;
	if (reply.type == RESP_BYTES)
		*created = get_time(&reply);
	return 0;
}

int
redis_answer(struct feature_answer *answer, struct arena *a, struct redis *r,
    const struct feature_view *v, const size_t *feature, size_t n,
    int64_t now, struct err *e)
{
	struct resp_reply reply;
	int64_t time, created;
	bool found;

	if (read_times(&found, &time, &created, r, n, e) < 0)
		return err_wrap(e, "Redis");
	for (size_t i = 0; i < n; i++) {
		struct feature_answer *to = &answer[i];

		if (resp_read(&reply, &r->resp, e) < 0)
			return err_wrap(e, "Redis");
		*to = (struct feature_answer){ .status = FEATURE_NOT_FOUND,
		    .found = found, .time = time, .created = created };
		if (!found)
			continue;
		to->status = FEATURE_OUTSIDE_MAX_AGE;
		if (v->ttl > 0 && now - time > v->ttl)
			continue;
		if (reply.type == RESP_BYTES && get_value(&to->value, a,
		    reply.s, reply.n, e) < 0)
			return err_wrap(e, "feature '%.100s'",
			    v->feature[feature[i]].name);
		to->status = to->value.s ? FEATURE_PRESENT :
		    FEATURE_NULL_VALUE;
	}
	return 0;
}

/* ---- loading ---- */

/* The newest row of a key in a block. */
struct redis_row {
	size_t row;
	bool write;
};

struct redis_loading {
	struct redis *r;
	struct online_load *l;
	const struct feed_block *b;
	struct intern *keys;		/* of the block */
	struct redis_row *row;		/* of each */
	struct raw_cell *cell;		/* of a row */
};

/* The parts of a key as key_text put them together. */
static void
split_key(struct raw_cell *part, const struct feature_view *v,
    const struct feed_block *b, size_t row)
{
	const char *s = b->text + b->key[row].at;
	size_t keys = v->entity->keys;

	if (keys == 1)
		part[0] = (struct raw_cell){ .s = s, .n = b->key[row].n };
	for (size_t i = 0; keys > 1 && i < keys; i++) {
		part[i] = (struct raw_cell){ .s = s + 4, .n = get_le32(s) };
		s += 4 + part[i].n;
	}
}

static bool
is_newer(const struct feed_block *b, size_t row, size_t than)
{
	if (b->time[row] != b->time[than])
		return b->time[row] > b->time[than];
	return b->created[row] >= b->created[than];
}

/* Of each key that rows may be taken of, the newest. */
static void
choose_rows(struct redis_loading *k)
{
	const struct feed_block *b = k->b;
	struct online_load *l = k->l;

	for (size_t i = 0; i < b->rows; i++) {
		size_t known = intern_count(k->keys), at;

		if (!online_takes(l, b, i))
			continue;
		at = intern_add(k->keys, b->text + b->key[i].at, b->key[i].n);
		if (at == known || is_newer(b, i, k->row[at].row))
			k->row[at] = (struct redis_row){ i, false };
	}
}

/* Which of them Redis does not have already. */
static int
compare_rows(struct redis_loading *k, struct err *e)
{
	struct raw_cell part[FEATURE_KEYS_MAX];
	size_t n = intern_count(k->keys);
	int64_t time, created;
	bool found;

	for (size_t i = 0; i < n; i++) {
		split_key(part, k->l->view, k->b, k->row[i].row);
		redis_ask(k->r, k->l->view, part, NULL, 0);
	}
	if (resp_send(&k->r->resp, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		size_t row = k->row[i].row;
		int64_t t = k->b->time[row], c = k->b->created[row];

		if (read_times(&found, &time, &created, k->r, 0, e) < 0)
			return -1;
		k->row[i].write = !found || t > time || (t == time &&
		    c >= created);
		k->l->newer += !found || t > time || (t == time &&
		    c > created);
	}
	return 0;
}

static int
write_row(struct redis_loading *k, size_t row, struct err *e)
{
	const struct feature_view *v = k->l->view;
	struct raw_cell part[FEATURE_KEYS_MAX], value;
	struct arena a = { NULL, 0 };
	struct redis *r = k->r;
	int rc = 0;

	for (size_t c = 0; c < v->columns; c++)
		k->cell[c] = feed_cell(k->b, row, c);
	split_key(part, v, k->b, row);
	make_key(r, v, part);
	resp_command(&r->resp, 2 * v->features + 6);
	resp_text(&r->resp, "HSET");
	resp_arg(&r->resp, r->key.data, r->key.len);
	put_mark(r, "_ts", v);
	put_time(r, k->b->time[row]);
	put_mark(r, "_created", v);
	put_time(r, k->b->created[row]);
	for (size_t i = 0; rc == 0 && i < v->features; i++) {
		rc = feature_value(&value, &a, &v->feature[i],
		    (struct feature_row){ NULL, k->cell }, e);
		put_field(r, v, i);
		put_value(r, &value);
	}
	arena_free(&a);
	return rc;
}

static int
write_rows(struct redis_loading *k, struct err *e)
{
	struct resp_reply reply;
	size_t n = intern_count(k->keys);

	for (size_t i = 0; i < n; i++)
		if (k->row[i].write && write_row(k, k->row[i].row, e) < 0)
			return -1;
	if (resp_send(&k->r->resp, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (k->row[i].write && resp_read(&reply, &k->r->resp, e) < 0)
			return -1;
	return 0;
}

static int
load_blocks(struct redis_loading *k, struct feed *feed, struct err *e)
{
	int r;

	while ((r = feed_next(&k->b, feed, e)) > 0) {
		k->keys = intern_new();
		k->row = xalloc(k->b->rows + 1, sizeof(*k->row));
		choose_rows(k);
		if (compare_rows(k, e) < 0 || write_rows(k, e) < 0)
			r = -1;
		intern_free(k->keys);
		free(k->row);
		if (r < 0)
			break;
	}
	return r;
}

int
redis_load(struct redis *r, struct online_load *l, struct source *from,
    const struct table_read_opts *read, struct err *e)
{
	struct redis_loading k = { .r = r, .l = l };
	const struct feed_opts o = { .read = read, .copy = -1,
	    .eager = l->live };
	struct feed *feed;
	int rc;

	if (l->view->windowed)
		return err_set(e, ERR_USAGE, "it has windows, which need "
		    "every row: Redis holds the newest alone; load it into a "
		    "store of your own with --store FILE");
	if (feed_open(&feed, l->view, from, &o, e) < 0)
		return -1;
	k.cell = xalloc(l->view->columns + 1, sizeof(*k.cell));
	rc = load_blocks(&k, feed, e);
	free(k.cell);
	feed_free(feed);
	return rc;
}
