/* The file of --log-policy. */
#include "reqlog/policy.h"

#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/nearest.h"
#include "base/rng.h"
#include "base/secret.h"
#include "codec/yaml.h"

#define FILE_BYTES ((size_t)1 << 20)
#define SALT_MIN 16
#define SALT_MAX 4096
#define COLUMNS_MAX 10000
#define SAMPLE_SEED UINT64_C(0x6d6c762d73616d70)	/* other than a
							 * rollout's */

enum member {
	P_SEGMENT_BYTES, P_SEGMENT_SECONDS, P_KEEP_DAYS, P_KEEP_BYTES,
	P_SAMPLE, P_BEFORE_ANSWER, P_COLUMNS, P_UNIT, P_ID, P_SALT, MEMBERS
};

static const char *const members[MEMBERS] = {
	[P_SEGMENT_BYTES] = "segment_bytes",
	[P_SEGMENT_SECONDS] = "segment_seconds", [P_KEEP_DAYS] = "keep_days",
	[P_KEEP_BYTES] = "keep_bytes", [P_SAMPLE] = "sample",
	[P_BEFORE_ANSWER] = "before_answer", [P_COLUMNS] = "columns",
	[P_UNIT] = "unit", [P_ID] = "id", [P_SALT] = "salt",
};

static int
read_count(int64_t *out, const struct json *j, int64_t low, int64_t high,
    struct err *e)
{
	if (j->type == JSON_INT && j->i >= low && j->i <= high) {
		*out = j->i;
		return 0;
	}
	return err_set(e, ERR_FORMAT, "line %u: '%s' is a whole number from "
	    "%lld to %lld", j->line, j->key, (long long)low, (long long)high);
}

/* "drop", "hash" or {truncate: N}. */
static int
read_mask(struct reqlog_masked *m, const struct json *j, bool whole,
    struct err *e)
{
	const struct json *most = j->type == JSON_MAP && j->n == 1 && !whole ?
	    json_get(j, "truncate") : NULL;
	int64_t n = 0;

	m->name = j->key;
	m->how = MASK_NONE;
	if (j->type == JSON_TEXT && strcmp(j->s, "hash") == 0)
		m->how = MASK_HASH;
	else if (j->type == JSON_TEXT && strcmp(j->s, "drop") == 0)
		m->how = MASK_DROP;
	if (m->how != MASK_NONE)
		return 0;
	if (most == NULL)
		return err_set(e, ERR_FORMAT, "line %u: '%.100s' is drop%s",
		    j->line, j->key, whole ? " or hash" : ", hash or "
		    "{truncate: CHARACTERS}");
	m->how = MASK_TRUNCATE;
	if (read_count(&n, most, 0, 100000, e) < 0)
		return -1;
	m->most = (size_t)n;
	return 0;
}

static int
read_columns(struct reqlog_policy *p, const struct json *j, struct err *e)
{
	if (j->type != JSON_MAP || j->n > COLUMNS_MAX)
		return err_set(e, ERR_FORMAT, "line %u: 'columns' is a map of "
		    "names, as {email: hash, name: drop}", j->line);
	p->column = arena_alloc(&p->arena, (j->n + 1) * sizeof(*p->column));
	for (const struct json *m = j->child; m; m = m->next)
		if (read_mask(&p->column[p->n++], m, false, e) < 0)
			return -1;
	return 0;
}

static int
read_salt(struct reqlog_policy *p, const char *path, struct err *e)
{
	struct buf b;
	size_t n;

	if (secret_check(path, "is a salt", e) < 0)
		return -1;
	buf_init(&b, SALT_MAX);
	if (file_read(&b, path, e) < 0) {
		buf_free(&b);
		return -1;
	}
	n = b.len;
	while (n && b.data[n - 1] == '\n')
		n--;
	p->salt = (const uint8_t *)arena_strndup(&p->arena, b.data ?
	    b.data : "", n);
	p->n_salt = n;
	buf_free(&b);
	return n >= SALT_MIN ? 0 : err_set(e, ERR_FORMAT, "'%s' is no salt: it "
	    "has %zu bytes, not %d or more, as head -c 32 /dev/urandom | "
	    "base64 makes them", path, n, SALT_MIN);
}

static int
read_member(struct reqlog_policy *p, enum member which, const struct json *m,
    struct err *e)
{
	struct reqlog_masked whole;
	int64_t n = 0;
	int r = 0;

	switch (which) {
	case P_SEGMENT_BYTES:
		r = read_count(&n, m, 65536, (int64_t)1 << 30, e);
		p->segment_bytes = (uint64_t)n;
		return r;
	case P_SEGMENT_SECONDS:
		r = read_count(&n, m, 1, 86400, e);
		p->segment_ms = n * 1000;
		return r;
	case P_KEEP_DAYS:
		r = read_count(&n, m, 1, 36500, e);
		p->keep_ms = n * 86400000;
		return r;
	case P_KEEP_BYTES:
		r = read_count(&n, m, 1 << 20, (int64_t)1 << 50, e);
		p->keep_bytes = (uint64_t)n;
		return r;
	case P_SAMPLE:
		if ((m->type != JSON_REAL && m->type != JSON_INT) ||
		    !(m->d > 0) || m->d > 1)
			return err_set(e, ERR_FORMAT, "line %u: 'sample' is a "
			    "share of the units, above 0 and at most 1",
			    m->line);
		p->sample = m->d;
		return 0;
	case P_BEFORE_ANSWER:
		if (m->type != JSON_BOOL)
			return err_set(e, ERR_FORMAT, "line %u: "
			    "'before_answer' is true or false", m->line);
		p->before_answer = m->b;
		return 0;
	case P_COLUMNS:
		return read_columns(p, m, e);
	case P_UNIT:
	case P_ID:
		r = read_mask(&whole, m, true, e);
		*(which == P_UNIT ? &p->unit : &p->id) = whole.how;
		return r;
	case P_SALT:
		return m->type == JSON_TEXT ? read_salt(p, m->s, e) :
		    err_set(e, ERR_FORMAT, "line %u: 'salt' is the path of a "
		    "file", m->line);
	default:
		return 0;
	}
}

/* Without a salt it is this process's alone. */
static void
make_place_key(struct reqlog_policy *p)
{
	static const char what[] = "place";

	if (p->salt)
		hmac_sha256(p->place_key, p->salt, p->n_salt, what,
		    sizeof(what) - 1);
	else
		rng_system(p->place_key, sizeof(p->place_key));
}

static int
read_members(struct reqlog_policy *p, const struct json *j, struct err *e)
{
	bool hashes;

	if (j->type != JSON_MAP)
		return err_set(e, ERR_FORMAT, "it is a map, as {sample: 0.1}");
	for (const struct json *m = j->child; m; m = m->next) {
		size_t i = 0;
		const char *near;

		while (i < MEMBERS && strcmp(members[i], m->key) != 0)
			i++;
		near = i == MEMBERS ? nearest_word(m->key, members, MEMBERS) :
		    NULL;
		if (i == MEMBERS)
			return err_set(e, ERR_FORMAT, "line %u: unknown member "
			    "'%.100s'%s%s%s", m->line, m->key, near ? "; did "
			    "you mean '" : "", near ? near : "", near ? "'?" :
			    "");
		if (read_member(p, (enum member)i, m, e) < 0)
			return -1;
	}
	hashes = p->unit == MASK_HASH || p->id == MASK_HASH;
	for (size_t i = 0; i < p->n; i++)
		hashes |= p->column[i].how == MASK_HASH;
	make_place_key(p);
	return !hashes || p->salt ? 0 : err_set(e, ERR_FORMAT, "a hash needs "
	    "'salt', the path of a file: without one it can be guessed");
}

int
reqlog_policy_load(struct reqlog_policy *p, const char *path, struct err *e)
{
	struct json *j;
	struct buf b;
	int r;

	memset(p, 0, sizeof(*p));
	p->sample = 1;
	buf_init(&b, FILE_BYTES);
	r = file_read(&b, path, e);
	if (r == 0 && ((r = yaml_parse(&j, &p->arena, b.data ? b.data : "",
	    b.len, e)) < 0 || (r = read_members(p, j, e)) < 0))
		err_wrap(e, "'%s'", path);
	buf_free(&b);
	if (r < 0)
		reqlog_policy_release(p);
	return r;
}

void
reqlog_policy_release(struct reqlog_policy *p)
{
	arena_free(&p->arena);
	memset(p, 0, sizeof(*p));
}

bool
reqlog_policy_takes(const struct reqlog_policy *p, const void *unit, size_t n)
{
	return p == NULL || p->sample >= 1 || (double)(hash64(unit, n,
	    SAMPLE_SEED) >> 11) * 0x1p-53 < p->sample;
}
