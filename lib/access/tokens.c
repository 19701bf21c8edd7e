/* Tokens as a server knows them: read again when the file changes. */
#include "access/tokens.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "access/internal.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/stamp.h"
#include "base/thread.h"
#include "codec/base64.h"

#define HEADER_MAX 4096

struct tokens {
	char *path;
	const struct log *log;
	struct mutex lock;		/* of all below */
	struct token *v;
	size_t n;
	struct stamp seen;		/* of the file as it was read */
	bool read, failing;		/* and it was told */
};

/* ---- the file ---- */

static int
read_again(struct tokens *t, struct err *e)
{
	struct token *v = NULL;
	struct stamp now;
	struct buf b;
	size_t n = 0;
	int r;

	if (!stamp_of_file(&now, t->path))
		return err_sys(e, "cannot read '%s'", t->path);
	if (t->read && stamp_same(&now, &t->seen))
		return 0;
	if (tokens_check_mode(t->path, e) < 0)
		return -1;
	buf_init(&b, TOKENS_FILE_BYTES);
	r = file_read(&b, t->path, e);
	if (r == 0 && (r = tokens_parse(&v, &n, &b, e)) < 0)
		err_wrap(e, "'%s'", t->path);
	buf_free(&b);
	if (r < 0)
		return -1;
	free(t->v);
	t->v = v;
	t->n = n;
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
	mutex_init(&t->lock);
	r = read_again(t, e);
	if (r == 0 && t->n == 0)
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
	mutex_release(&t->lock);
	free(t->path);
	free(t->v);
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

/* A file that cannot be read any more lets nobody in. */
static bool
is_readable(struct tokens *t)
{
	struct err e = ERR_INIT;
	int r = read_again(t, &e);

	if (r < 0 && !t->failing)
		log_warn(t->log, "nobody is let in: %s", e.msg);
	t->failing = r < 0;
	return r == 0;
}

/* All are looked at, whichever it is. */
static const struct token *
find_digest(const struct tokens *t, const uint8_t *digest, const char *name)
{
	const struct token *found = NULL;

	for (size_t i = 0; i < t->n; i++)
		if (same_digest(t->v[i].digest, digest) && (name == NULL ||
		    strcmp(name, t->v[i].name) == 0))
			found = &t->v[i];
	return found;
}

enum token_found
tokens_find(struct token *out, struct tokens *t, const char *header)
{
	enum token_found r = TOKEN_MISSING;
	const char *name, *secret;
	const struct token *found;
	uint8_t digest[SHA256_BYTES];
	struct buf room;

	buf_init(&room, HEADER_MAX);
	if (header && read_header(&name, &secret, &room, header)) {
		sha256_of(secret, strlen(secret), digest);
		mutex_lock(&t->lock);
		if (!is_readable(t)) {
			r = TOKEN_UNREADABLE;
		} else if ((found = find_digest(t, digest, name)) == NULL) {
			r = TOKEN_UNKNOWN;
		} else {
			*out = *found;
			r = found->expires_us && found->expires_us <=
			    clock_wall_us() ? TOKEN_EXPIRED : TOKEN_FOUND;
		}
		mutex_unlock(&t->lock);
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
