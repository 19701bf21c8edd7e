/* The audit logs of other repositories: kept, made longer, checked. */
#include "store/peer/peer_log.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/hash.h"
#include "base/mem.h"
#include "store/internal.h"

#define PEER_MAX ((size_t)1 << 32)
#define PREFIX "peer."

/* To be freed. */
static char *
peer_path(struct repo *repo, const struct oid *name)
{
	char hex[OID_HEX + 1];

	return xprintf("%s/audit/" PREFIX "%s", repo->layout.folder,
	    oid_hex(hex, name));
}

static int
read_file(struct buf *b, const char *path, struct err *e)
{
	struct err mine = ERR_INIT;

	if (file_read_own(b, path, &mine) == 0 || mine.code == ERR_NOENT)
		return 0;
	*e = mine;
	return -1;
}

struct search {
	const struct oid *want;
	bool found;
};

static int
look_for(void *ctx, const struct audit_record *r, struct err *e)
{
	struct search *s = ctx;

	(void)e;
	s->found |= oid_eq(&r->hash, s->want);
	return 0;
}

/* Is it a chain, and in it the record that it is named after? */
static int
check_log(struct audit_summary *sum, const struct buf *b,
    const struct oid *name, struct err *e)
{
	struct search s = { .want = name };

	if (audit_check_lines(sum, b->data, b->len, look_for, &s, e) < 0)
		return -1;
	return b->len == 0 || s.found ? 0 : err_set(e, ERR_CORRUPT,
	    "another repository's audit log lacks the record that it is "
	    "named after");
}

int
peer_log_read(struct audit_summary *sum, struct repo *repo,
    const struct oid *name, struct err *e)
{
	char *path = peer_path(repo, name);
	struct buf b;
	int r;

	memset(sum, 0, sizeof(*sum));
	buf_init(&b, PEER_MAX);
	r = read_file(&b, path, e);
	if (r == 0)
		r = check_log(sum, &b, name, e);
	buf_free(&b);
	free(path);
	return r;
}

/* Where line `number` (from 1) begins; the end when there are fewer. */
static size_t
line_start(const char *p, size_t n, uint64_t number)
{
	size_t at = 0;

	for (; number > 1 && at < n; number--) {
		const char *stop = memchr(p + at, '\n', n - at);

		at = stop ? (size_t)(stop + 1 - p) : n;
	}
	return at;
}

int
peer_log_add(struct repo *repo, const struct oid *name, uint64_t from,
    const char *lines, size_t n, struct err *e)
{
	struct audit_summary sum = { .records = 0 };
	char *path = peer_path(repo, name);
	size_t at, have;
	struct buf b;
	int fd, r = -1;

	buf_init(&b, PEER_MAX);
	if (refs_lock(&fd, repo, false, e) < 0)
		goto done;
	if (read_file(&b, path, e) < 0)
		goto locked;
	have = b.len;
	at = line_start(b.data, b.len, from);
	if (have - at > n ? memcmp(b.data + at, lines, n) != 0 :
	    memcmp(b.data + at, lines, have - at) != 0) {
		err_set(e, ERR_CORRUPT, "another repository's audit log is "
		    "not what it was: its history was rewritten");
		goto locked;
	}
	if (have - at >= n) {
		r = 0;
		goto locked;
	}
	buf_add(&b, lines + (have - at), n - (have - at));
	if (buf_check(&b, e) == 0 && check_log(&sum, &b, name, e) == 0)
		r = file_replace_own(repo->os, path, b.data, b.len, 0666, e);
locked:
	refs_unlock(fd);
done:
	buf_free(&b);
	free(path);
	return r;
}

int
peer_log_each(struct repo *repo, int (*fn)(void *ctx, const char *name,
    const struct audit_summary *sum, const struct err *why, struct err *e),
    void *ctx, struct err *e)
{
	char *folder = repo_path(repo, "audit"), **names;
	struct audit_summary sum;
	struct oid first;
	size_t n;
	int r = folder_names(&names, &n, folder, e);

	for (size_t i = 0; r == 0 && i < n; i++) {
		const char *hex = names[i] + sizeof(PREFIX) - 1;
		struct err why = ERR_INIT;

		if (strncmp(names[i], PREFIX, sizeof(PREFIX) - 1) != 0 ||
		    hex_decode(first.b, OID_BYTES, hex, strlen(hex)) < 0)
			continue;
		if (peer_log_read(&sum, repo, &first, &why) < 0)
			r = fn(ctx, names[i], NULL, &why, e);
		else
			r = fn(ctx, names[i], &sum, NULL, e);
	}
	folder_names_free(names, n);
	free(folder);
	return r;
}
