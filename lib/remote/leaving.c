/* Files of a remote that gc took out of its records. */
#include "remote/leaving.h"

#include <string.h>

#include "base/clock.h"
#include "base/hash.h"

#define SECOND 1000000

void
leaving_add(struct leaving *l, struct arena *a, const struct leaving_file *f)
{
	l->v = arena_grow(a, l->v, l->n, &l->room, sizeof(*l->v));
	l->v[l->n++] = *f;
}

void
leaving_take_back(struct leaving *l, const char *folder,
    const struct oid *name)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].gone || strcmp(l->v[i].folder, folder) != 0 ||
		    !oid_eq(&l->v[i].name, name))
			l->v[n++] = l->v[i];
	l->n = n;
}

size_t
leaving_advance(struct leaving *l, int64_t now_s, int64_t grace_s)
{
	size_t n = 0, moved = 0;

	for (size_t i = 0; i < l->n; i++) {
		struct leaving_file f = l->v[i];
		int64_t age = now_s - f.since_s;

		if (f.gone && age >= LEAVING_FORGET_S) {
			moved++;
			continue;
		}
		if (!f.gone && age >= grace_s) {
			f.gone = true;
			f.since_s = now_s;
			moved++;
		}
		l->v[n++] = f;
	}
	l->n = n;
	return moved;
}

bool
leaving_salt(struct buf *out, const struct leaving *l)
{
	struct sha256 *h = sha256_new();
	uint8_t sha[SHA256_BYTES];
	char hex[SHA256_HEX + 1];
	bool any = false;

	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].gone) {
			sha256_add(h, l->v[i].name.b, OID_BYTES);
			any = true;
		}
	sha256_done(h, sha);
	sha256_free(h);
	hex_encode(hex, sha, SHA256_BYTES);
	if (any)
		buf_addf(out, "mlv.remote.salt %s\n", hex);
	return any;
}

void
leaving_print(struct buf *out, const struct leaving *l)
{
	char hex[OID_HEX + 1], since[CLOCK_TEXT_MAX];

	buf_adds(out, ",\"leaving\":[");
	for (size_t i = 0; i < l->n; i++) {
		const struct leaving_file *f = &l->v[i];

		clock_print(since, f->since_s * SECOND);
		buf_addf(out, "%s\n{\"key\":\"%s/%s\",\"bytes\":%llu,"
		    "\"since\":\"%s\",\"gone\":%s}", i ? "," : "", f->folder,
		    oid_hex(hex, &f->name), (unsigned long long)f->bytes,
		    since, f->gone ? "true" : "false");
	}
	buf_addc(out, ']');
}

int
leaving_parse(struct leaving *l, struct arena *a, const struct json *list,
    struct err *e)
{
	static const char *const folders[] = { "packs", "records" };

	if (list == NULL || list->type != JSON_LIST)
		return err_set(e, ERR_CORRUPT, "its head does not say what "
		    "was removed");
	for (const struct json *c = list->child; c; c = c->next) {
		const char *key = json_text(c, "key", "");
		const char *since = json_text(c, "since", "");
		int64_t bytes = json_int(c, "bytes", -1), us = 0;
		struct leaving_file f = { .folder = NULL };

		for (size_t i = 0; i < 2; i++) {
			size_t n = strlen(folders[i]);

			if (strncmp(key, folders[i], n) == 0 &&
			    key[n] == '/' && hex_decode(f.name.b, OID_BYTES,
			    key + n + 1, strlen(key + n + 1)) == 0)
				f.folder = folders[i];
		}
		if (f.folder == NULL || bytes < 0 ||
		    !clock_parse(since, strlen(since), &us))
			return err_set(e, ERR_CORRUPT, "its head tells badly "
			    "what was removed");
		f.bytes = (uint64_t)bytes;
		f.since_s = us / SECOND;
		f.gone = json_bool(c, "gone", false);
		leaving_add(l, a, &f);
	}
	return 0;
}
