/* Sorted pairs of bytes, through LMDB. */
#include "feature/kv.h"

#include <lmdb.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"

#define MAP_BYTES ((size_t)1 << 36)
#define READERS_MAX 1000	/* at once, of all processes; LMDB's is 126 */

struct kv {
	MDB_env *env;
	bool shared;		/* its environment is another's */
	MDB_txn *txn;
	MDB_txn *idle;		/* of reading, to be gone on with */
	MDB_cursor *cursor;
	MDB_dbi dbi;
	bool reading;
};

static int
failed(int rc, const char *what, struct err *e)
{
	return err_set(e, rc == MDB_MAP_FULL ? ERR_TOOBIG : rc == MDB_CORRUPTED ||
	    rc == MDB_INVALID || rc == MDB_VERSION_MISMATCH ? ERR_CORRUPT :
	    rc == MDB_READERS_FULL ? ERR_BUSY : ERR_IO, "cannot %s: %s", what,
	    mdb_strerror(rc));
}

int
kv_open(struct kv **out, const char *path, bool write, struct err *e)
{
	unsigned flags = MDB_NOSUBDIR | MDB_NOTLS | MDB_NORDAHEAD |
	    (write ? 0 : MDB_RDONLY);
	struct kv *k = xalloc(1, sizeof(*k));
	int rc;

	if (!write && access(path, F_OK) != 0) {
		free(k);
		return err_set(e, ERR_NOENT, "there is no '%.200s'", path);
	}
	if ((rc = mdb_env_create(&k->env)) == 0 &&
	    (rc = mdb_env_set_mapsize(k->env, MAP_BYTES)) == 0 &&
	    (rc = mdb_env_set_maxreaders(k->env, READERS_MAX)) == 0 &&
	    (rc = mdb_env_open(k->env, path, flags, 0644)) == 0 &&
	    (rc = mdb_txn_begin(k->env, NULL, write ? 0 : MDB_RDONLY,
	    &k->txn)) == 0 &&
	    (rc = mdb_dbi_open(k->txn, NULL, 0, &k->dbi)) == 0) {
		rc = mdb_txn_commit(k->txn);
		k->txn = NULL;
	}
	if (rc != 0) {
		failed(rc, "open", e);
		err_wrap(e, "'%.200s'", path);
		kv_close(k);
		return -1;
	}
	*out = k;
	return 0;
}

struct kv *
kv_share(const struct kv *k)
{
	struct kv *one = xalloc(1, sizeof(*one));

	one->env = k->env;
	one->dbi = k->dbi;
	one->shared = true;
	return one;
}

void
kv_close(struct kv *k)
{
	if (k == NULL)
		return;
	kv_abort(k);
	if (k->idle)
		mdb_txn_abort(k->idle);
	if (k->env && !k->shared)
		mdb_env_close(k->env);
	free(k);
}

int
kv_begin(struct kv *k, bool write, struct err *e)
{
	bool again = !write && k->idle != NULL;
	int rc = again ? mdb_txn_renew(k->idle) : mdb_txn_begin(k->env, NULL,
	    write ? 0 : MDB_RDONLY, &k->txn);

	if (again && rc == 0) {
		k->txn = k->idle;
		k->idle = NULL;
	}
	k->reading = rc == 0 && !write;
	return rc == 0 ? 0 : failed(rc, "begin", e);
}

static void
end_cursor(struct kv *k)
{
	if (k->cursor)
		mdb_cursor_close(k->cursor);
	k->cursor = NULL;
}

int
kv_commit(struct kv *k, struct err *e)
{
	int rc;

	end_cursor(k);
	rc = mdb_txn_commit(k->txn);
	k->txn = NULL;
	return rc == 0 ? 0 : failed(rc, "commit", e);
}

void
kv_abort(struct kv *k)
{
	end_cursor(k);
	if (k->txn && k->reading && k->idle == NULL) {
		mdb_txn_reset(k->txn);
		k->idle = k->txn;
	} else if (k->txn) {
		mdb_txn_abort(k->txn);
	}
	k->txn = NULL;
	k->reading = false;
}

int
kv_get(struct kv_bytes *value, struct kv *k, const void *key, size_t n,
    struct err *e)
{
	MDB_val at = { n, (void *)key }, v;
	int rc;

	if (n == 0 || n > KV_KEY_MAX)
		return 0;
	rc = mdb_get(k->txn, k->dbi, &at, &v);
	if (rc != 0)
		return rc == MDB_NOTFOUND ? 0 : failed(rc, "read", e);
	*value = (struct kv_bytes){ v.mv_data, v.mv_size };
	return 1;
}

int
kv_put(struct kv *k, const void *key, size_t n, const void *value,
    size_t value_n, struct err *e)
{
	MDB_val at = { n, (void *)key }, v = { value_n, (void *)value };
	int rc;

	if (n > KV_KEY_MAX)
		return err_set(e, ERR_TOOBIG, "a key of %zu bytes: at most "
		    "%d", n, KV_KEY_MAX);
	rc = mdb_put(k->txn, k->dbi, &at, &v, 0);
	return rc == 0 ? 0 : failed(rc, "write", e);
}

int
kv_next(struct kv_bytes *key_out, struct kv_bytes *value, struct kv *k,
    const void *key, size_t n, struct err *e)
{
	MDB_val at = { n, (void *)key }, v;
	int rc = 0;

	if (key != NULL && (n == 0 || n > KV_KEY_MAX))
		return 0;
	if (k->cursor == NULL)
		rc = mdb_cursor_open(k->txn, k->dbi, &k->cursor);
	if (rc == 0)
		rc = mdb_cursor_get(k->cursor, &at, &v, key ? MDB_SET_RANGE :
		    MDB_NEXT);
	if (rc != 0)
		return rc == MDB_NOTFOUND ? 0 : failed(rc, "read", e);
	*key_out = (struct kv_bytes){ at.mv_data, at.mv_size };
	*value = (struct kv_bytes){ v.mv_data, v.mv_size };
	return 1;
}
