/* Objects that are missing here or damaged, fetched again from a remote. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "remote/incoming.h"
#include "store/odb.h"
#include "store/pack/exchange.h"

/* One that is stored whole: its bytes are put anew, which replaces a damaged
 * copy. */
static int
repair_object(struct remote *r, size_t pack, const struct pack_entry *t,
    struct err *e)
{
	char *key = remote_key("packs", &r->known.pack[pack].of.name);
	struct buf stored, plain;
	struct oid found;
	int result = 0;

	buf_init(&stored, PACK_STORED_MAX);
	buf_init(&plain, PACK_STORED_MAX);
	if (t->stored)
		result = transport_get_range(&stored, r->t, key, t->at,
		    t->stored, e);
	if (result == 0 && stored.len != t->stored)
		result = err_set(e, ERR_CORRUPT, "%s is cut short", key);
	if (result == 0)
		result = pack_decode(&plain, t, stored.data, e);
	oid_of(&found, plain.data, plain.len);
	if (result == 0 && !oid_eq(&found, &t->id))
		result = err_set(e, ERR_CORRUPT, "an object in %s is damaged "
		    "there, too", key);
	if (result == 0)
		result = odb_put(&found, catalog_odb(r->c), plain.data,
		    plain.len, e);
	buf_free(&stored);
	buf_free(&plain);
	free(key);
	return result;
}

/* One in parts: its list, and those parts that are missing or damaged. */
static int
repair_parts(struct remote *r, struct incoming *in, const struct oid *id,
    struct err *e)
{
	struct pack_entry t;
	struct pack_part part;
	struct buf list;
	size_t pack;
	int result;

	if (!incoming_want(in, id) || incoming_fetch(in, e) < 0)
		return -1;
	buf_init(&list, PACK_STORED_MAX);
	result = exchange_stored(&t, &list, r->repo, id, e);
	for (size_t i = 0; result == 0 && t.encoding == PACK_PARTS &&
	    i < pack_part_count(&t); i++) {
		struct err ignored = ERR_INIT;
		struct pack_entry one;
		uint64_t size;

		pack_part_at(&part, list.data, i);
		if (odb_check(&size, catalog_odb(r->c), &part.id,
		    &ignored) < 0 && known_find(&pack, &one, &r->known,
		    &part.id))
			result = repair_object(r, pack, &one, e);
	}
	buf_free(&list);
	return result;
}

int
remote_repair(uint64_t *got, struct remote *r, const struct oid *id, size_t n,
    struct err *e)
{
	struct remote_request rq = { .n = 0 };
	struct incoming in = { .n = 0 };
	int result;

	*got = 0;
	if (remote_lock(r, &rq, "repairing from", e) < 0)
		return -1;
	result = remote_refresh(r, e);
	if (result == 0)
		result = incoming_begin(&in, r, e);
	for (size_t i = 0; result == 0 && i < n; i++) {
		struct pack_entry t;
		size_t pack;

		if (!known_find(&pack, &t, &r->known, &id[i]))
			continue;
		result = t.encoding == PACK_PARTS ? repair_parts(r, &in,
		    &id[i], e) : repair_object(r, pack, &t, e);
		if (result == 0)
			++*got;
	}
	if (result == 0)
		result = incoming_prove(&in, e);
	if (in.r)
		incoming_release(&in);
	remote_unlock(r);
	return result < 0 ? remote_wrap(r, e) : 0;
}
