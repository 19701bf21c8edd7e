/* Tokens as a server knows them: read again when the file changes. */
#include "access/tokens.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "access/internal.h"
#include "base/brlock.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/stamp.h"
#include "base/thread.h"
#include "codec/base64.h"

#define HEADER_MAX 4096
#define LOOK_US 100000			/* between two looks at the file */
#define PREFIX_BYTES 8			/* of a digest, that it is found by */

/* One reading of the file: never changed, replaced whole. */
struct table {
	struct token *v;		/* as they stand there */
	const struct token **by;	/* by digest, of one by their place */
	size_t n;
};

struct tokens {
	char *path;
	const struct log *log;
	struct brlock lock;		/* of the table: who asks only reads */
	struct table table;
	atomic_bool failing;		/* it cannot be read, and it was told */
	_Atomic int64_t due_us;		/* the file is looked at then */
	struct mutex looking;		/* of the rest */
	struct stamp seen;		/* of the file as it was read */
	bool read;
};

/* ---- the file ---- */

static int
by_digest(const void *a, const void *b)
{
	const struct token *x = *(const struct token *const *)a;
	const struct token *y = *(const struct token *const *)b;
	int c = memcmp(x->digest, y->digest, SHA256_BYTES);

	return c ? c : (x > y) - (x < y);
}

static void
replace_table(struct tokens *t, struct table *with)
{
	struct table old;

	with->by = xalloc(with->n + 1, sizeof(*with->by));
	for (size_t i = 0; i < with->n; i++)
		with->by[i] = &with->v[i];
	qsort(with->by, with->n, sizeof(*with->by), by_digest);
	brlock_write_enter(&t->lock);
	old = t->table;
	t->table = *with;
	brlock_write_leave(&t->lock);
	free(old.by);
	free(old.v);
}

static int
read_again(struct tokens *t, struct err *e)
{
	struct table table = { .n = 0 };
	struct stamp now;
	struct buf b;
	int r;

	if (!stamp_of_file(&now, t->path))
		return err_sys(e, "cannot read '%s'", t->path);
	if (t->read && stamp_same(&now, &t->seen))
		return 0;
	if (secret_check(t->path, TOKENS_SECRET, e) < 0)
		return -1;
	buf_init(&b, TOKENS_FILE_BYTES);
	r = file_read(&b, t->path, e);
	if (r == 0 && (r = tokens_parse(&table.v, &table.n, &b, e)) < 0)
		err_wrap(e, "'%s'", t->path);
	buf_free(&b);
	if (r < 0)
		return -1;
	replace_table(t, &table);
	t->seen = now;
	t->read = true;
	return 0;
}

int
tokens_open(struct tokens **out, const char *path, const struct log *log,
    struct err *e)
{
	struct tokens *t = xalloc(1, sizeof(*t));
	int r;

	t->path = xstrdup(path);
	t->log = log;
	brlock_init(&t->lock);
	mutex_init(&t->looking);
	r = read_again(t, e);
	if (r == 0 && t->table.n == 0)
		r = err_set(e, ERR_FORMAT, "'%s' names nobody: make a token "
		    "with mlv-serve token new", path);
	if (r < 0)
		tokens_close(t);
	else
		*out = t;
	return r;
}

void
tokens_close(struct tokens *t)
{
	if (t == NULL)
		return;
	mutex_release(&t->looking);
	brlock_release(&t->lock);
	free(t->path);
	free(t->table.by);
	free(t->table.v);
	free(t);
}

/* ---- requests ---- */

static bool
same_digest(const uint8_t *a, const uint8_t *b)
{
	uint8_t differ = 0;

	for (int i = 0; i < SHA256_BYTES; i++)
		differ |= a[i] ^ b[i];
	return differ == 0;
}

/* *name (NULL: any) and the secret of a header; *room is freed by the caller,
 * whoever it names.  False: the header is none of the two kinds. */
static bool
read_header(const char **name, const char **secret, struct buf *room,
    const char *header)
{
	char *colon;

	*name = NULL;
	if (strncasecmp(header, "Bearer ", 7) == 0) {
		*secret = header + 7 + strspn(header + 7, " ");
		return true;
	}
	if (strncasecmp(header, "Basic ", 6) != 0)
		return false;
	header += 6 + strspn(header + 6, " ");
	if (!base64_decode(room, header, strlen(header)) ||
	    (colon = memchr(room->data, ':', room->len)) == NULL)
		return false;
	*colon = '\0';
	*name = *room->data ? room->data : NULL;
	*secret = colon + 1;
	return true;
}

/* Of many requests one looks, and the others go on by what was known.  A file
 * that cannot be read any more lets nobody in. */
static void
follow_file(struct tokens *t)
{
	int64_t now = clock_mono_us(), due = atomic_load(&t->due_us);
	struct err e = ERR_INIT;
	int r;

	if (now < due || !atomic_compare_exchange_strong(&t->due_us, &due,
	    now + LOOK_US))
		return;
	mutex_lock(&t->looking);
	r = read_again(t, &e);
	if (r < 0 && !t->failing)
		log_warn(t->log, "nobody is let in: %s", e.msg);
	t->failing = r < 0;
	mutex_unlock(&t->looking);
}

/* A search tells by its time where a digest lies among the others, and nothing
 * of the secrets behind them; whether it is one is told by none.  Of a secret
 * that stands there twice the later line counts. */
static const struct token *
find_digest(const struct table *t, const uint8_t *digest, const char *name)
{
	const struct token *found = NULL;
	size_t low = 0, high = t->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (memcmp(t->by[middle]->digest, digest, PREFIX_BYTES) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < t->n && memcmp(t->by[low]->digest, digest,
	    PREFIX_BYTES) == 0; low++)
		if (same_digest(t->by[low]->digest, digest) && (name == NULL ||
		    strcmp(name, t->by[low]->name) == 0))
			found = t->by[low];
	return found;
}

static enum token_found
find_token(struct token *out, struct tokens *t, const uint8_t *digest,
    const char *name)
{
	int slot = brlock_read_enter(&t->lock);
	const struct token *found = find_digest(&t->table, digest, name);

	if (found)
		*out = *found;
	brlock_read_leave(&t->lock, slot);
	if (found == NULL)
		return TOKEN_UNKNOWN;
	return out->expires_us && out->expires_us <= clock_wall_us() ?
	    TOKEN_EXPIRED : TOKEN_FOUND;
}

enum token_found
tokens_find(struct token *out, struct tokens *t, const char *header)
{
	enum token_found r = TOKEN_MISSING;
	const char *name, *secret;
	uint8_t digest[SHA256_BYTES];
	struct buf room;

	buf_init(&room, HEADER_MAX);
	if (header && read_header(&name, &secret, &room, header)) {
		follow_file(t);
		sha256_of(secret, strlen(secret), digest);
		r = t->failing ? TOKEN_UNREADABLE : find_token(out, t, digest,
		    name);
	}
	buf_free(&room);
	return r;
}

const char *
token_found_text(enum token_found f)
{
	static const char *const text[] = {
		[TOKEN_FOUND] = "the token is known",
		[TOKEN_MISSING] = "say who asks: send the header "
		    "'Authorization: Bearer TOKEN'",
		[TOKEN_UNKNOWN] = "the token is not known here",
		[TOKEN_EXPIRED] = "the token has expired",
		[TOKEN_UNREADABLE] = "the server cannot read who may ask",
	};

	return text[f];
}
