/* Columns that are not logged as they are. */
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/utf8.h"
#include "codec/json.h"
#include "reqlog/policy.h"

#define HASH_BYTES 16

static const char *const words[] = {
	[MASK_DROP] = "drop", [MASK_HASH] = "hash",
	[MASK_TRUNCATE] = "truncate"
};

void
reqlog_mask_hash(struct buf *out, const struct reqlog_policy *p,
    const char *s, size_t n)
{
	uint8_t digest[SHA256_BYTES];
	char hex[2 * HASH_BYTES + 1];

	hmac_sha256(digest, p->salt, p->n_salt, s, n);
	hex_encode(hex, digest, HASH_BYTES);
	buf_addf(out, "\"%s\"", hex);
}

uint64_t
reqlog_mask_place(const struct reqlog_policy *p, uint64_t place)
{
	uint8_t digest[SHA256_BYTES];
	char text[17];

	/* it may be the hash of an id, or of a body with its columns */
	if (p == NULL || (p->unit == MASK_NONE && p->id == MASK_NONE &&
	    p->n == 0))
		return place;
	snprintf(text, sizeof(text), "%016llx", (unsigned long long)place);
	hmac_sha256(digest, p->place_key, sizeof(p->place_key), text, 16);
	return get_le64(digest);
}

static const struct reqlog_masked *
find_mask(const struct reqlog_policy *p, const char *name)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->column[i].name, name) == 0)
			return &p->column[i];
	return NULL;
}

/* Bytes of the first `most` characters. */
static size_t
first_characters(const char *s, size_t n, size_t most)
{
	size_t at = 0;

	while (most-- && at < n) {
		size_t one = utf8_at(s + at, n - at);

		at += one ? one : 1;
	}
	return at;
}

/* A number that is to be truncated has no beginning: nothing of it stays. */
static void
mask_value(struct buf *out, const struct reqlog_policy *p,
    const struct reqlog_masked *m, const struct json *v)
{
	struct buf text;

	if (v->type == JSON_NULL || (m->how == MASK_TRUNCATE &&
	    v->type != JSON_TEXT)) {
		buf_adds(out, "null");
	} else if (m->how == MASK_TRUNCATE) {
		json_quote(out, v->s, first_characters(v->s, v->n, m->most));
	} else if (v->type == JSON_TEXT) {
		reqlog_mask_hash(out, p, v->s, v->n);
	} else {
		buf_init(&text, BUF_CAP_DOC);
		json_write(&text, v);
		reqlog_mask_hash(out, p, text.data ? text.data : "",
		    text.len);
		out->failed |= text.failed;
		buf_free(&text);
	}
}

static void
mask_member(struct buf *out, const struct reqlog_policy *p,
    const struct reqlog_masked *m, const struct json *v)
{
	if (v->type != JSON_LIST) {
		mask_value(out, p, m, v);
		return;
	}
	buf_addc(out, '[');
	for (const struct json *x = v->child; x; x = x->next) {
		mask_value(out, p, m, x);
		if (x->next)
			buf_addc(out, ',');
	}
	buf_addc(out, ']');
}

static void
put_key(struct buf *out, const char *key, char *between)
{
	if (*between)
		buf_addc(out, *between);
	*between = ',';
	json_quote(out, key, strlen(key));
	buf_addc(out, ':');
}

void
reqlog_mask_object(struct buf *out, struct buf *masked,
    const struct reqlog_policy *p, const struct buf *object)
{
	struct arena a = { NULL, 0 };
	struct err ignored = ERR_INIT;
	char between = '\0', next = masked->len ? ',' : '\0';
	struct json *j;

	out->failed |= object->failed;
	if (p == NULL || p->n == 0) {
		buf_add(out, object->data, object->len);
		return;
	}
	/* what we wrote ourselves; else nothing of it is logged */
	if (json_parse(&j, &a, object->data, object->len, JSON_NAN,
	    &ignored) < 0 || j->type != JSON_MAP) {
		out->failed = true;
		arena_free(&a);
		return;
	}
	buf_addc(out, '{');
	for (const struct json *v = j->child; v; v = v->next) {
		const struct reqlog_masked *m = find_mask(p, v->key);

		if (m) {
			put_key(masked, v->key, &next);
			buf_addf(masked, "\"%s\"", words[m->how]);
		}
		if (m && m->how == MASK_DROP)
			continue;
		put_key(out, v->key, &between);
		if (m)
			mask_member(out, p, m, v);
		else
			json_write(out, v);
	}
	buf_addc(out, '}');
	arena_free(&a);
}
