/* Users and tokens of a tracking server. */
#include "flow/tracking/tokens.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/thread.h"
#include "codec/base64.h"
#include "deploy/fingerprint.h"

#define FILE_BYTES ((size_t)1 << 20)
#define USERS_MAX 10000
#define HEADER_MAX 4096

struct token {
	char user[TOKEN_USER_MAX];
	enum tracking_scope scope;
	uint8_t digest[SHA256_BYTES];
};

struct tokens {
	char *path;
	struct mutex lock;		/* of all below */
	struct token *v;
	size_t n;
	struct fingerprint seen;	/* of the file as it was read */
};

/* ---- the file ---- */

static bool
scope_named(enum tracking_scope *scope, const char *word)
{
	for (int i = SCOPE_READ; i <= SCOPE_PROMOTE; i++)
		if (strcmp(tracking_scope_word((enum tracking_scope)i),
		    word) == 0) {
			*scope = (enum tracking_scope)i;
			return true;
		}
	return false;
}

static int
parse_line(struct token *t, char *line, size_t number, struct err *e)
{
	char *rest, *user = strtok_r(line, " \t\r", &rest);
	char *scope = strtok_r(NULL, " \t\r", &rest);
	char *token = strtok_r(NULL, " \t\r", &rest);

	if (token == NULL || strtok_r(NULL, " \t\r", &rest))
		return err_set(e, ERR_FORMAT, "line %zu: three words make a "
		    "user: USER SCOPE TOKEN", number);
	if (strlen(user) >= TOKEN_USER_MAX || strchr(user, ':'))
		return err_set(e, ERR_FORMAT, "line %zu: a user's name has at "
		    "most %d bytes and no ':'", number, TOKEN_USER_MAX - 1);
	if (!scope_named(&t->scope, scope))
		return err_set(e, ERR_FORMAT, "line %zu: the scope is read, "
		    "write or promote, not '%.60s'", number, scope);
	memcpy(t->user, user, strlen(user) + 1);
	if (strncmp(token, "sha256:", 7) != 0)
		sha256_of(token, strlen(token), t->digest);
	else if (hex_decode(t->digest, SHA256_BYTES, token + 7,
	    strlen(token + 7)) < 0)
		return err_set(e, ERR_FORMAT, "line %zu: 64 hex digits follow "
		    "'sha256:'", number);
	return 0;
}

static int
parse_file(struct token **out, size_t *n, char *text, struct err *e)
{
	struct token *v = NULL;
	size_t number = 0, used = 0;
	char *line, *next;

	for (line = text; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		number++;
		if (line[strspn(line, " \t\r")] == '\0' || *line == '#')
			continue;
		if (used == USERS_MAX) {
			free(v);
			return err_set(e, ERR_TOOBIG, "there are more than %d "
			    "users", USERS_MAX);
		}
		v = xresize(v, used + 1, sizeof(*v));
		if (parse_line(&v[used++], line, number, e) < 0) {
			free(v);
			return -1;
		}
	}
	*out = v;
	*n = used;
	return 0;
}

static int
read_again(struct tokens *t, struct err *e)
{
	struct token *v = NULL;
	struct fingerprint now;
	struct stat st;
	struct buf b;
	size_t n = 0;
	int r;

	if (!fingerprint_of_file(&now, t->path))
		return err_sys(e, "cannot read '%s'", t->path);
	if (t->v && fingerprint_same(&now, &t->seen))
		return 0;
	if (stat(t->path, &st) < 0)
		return err_sys(e, "cannot read '%s'", t->path);
	if (st.st_mode & 077)
		return err_set(e, ERR_USAGE, "'%s' holds secrets and others "
		    "can open it: chmod 600 it", t->path);
	buf_init(&b, FILE_BYTES);
	r = file_read(&b, t->path, e);
	if (r == 0 && (r = parse_file(&v, &n, b.data, e)) < 0)
		err_wrap(e, "'%s'", t->path);
	buf_free(&b);
	if (r < 0)
		return -1;
	if (n == 0) {
		free(v);
		return err_set(e, ERR_FORMAT, "'%s' names no user", t->path);
	}
	free(t->v);
	t->v = v;
	t->n = n;
	t->seen = now;
	return 0;
}

int
tokens_open(struct tokens **out, const char *path, struct err *e)
{
	struct tokens *t = xalloc(1, sizeof(*t));

	t->path = xstrdup(path);
	mutex_init(&t->lock);
	if (read_again(t, e) < 0) {
		tokens_close(t);
		return -1;
	}
	*out = t;
	return 0;
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

/* In a time that does not tell where they differ. */
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
	*name = room->data;
	*secret = colon + 1;
	return true;
}

bool
tokens_user(char user[TOKEN_USER_MAX], enum tracking_scope *scope,
    struct tokens *t, const struct http_request *request)
{
	const char *header = http_header(request, "Authorization");
	const char *name, *secret;
	uint8_t digest[SHA256_BYTES];
	struct err e = ERR_INIT;
	bool found = false;
	struct buf room;
	size_t n;

	buf_init(&room, HEADER_MAX);
	if (header && read_header(&name, &secret, &room, header)) {
		sha256_of(secret, strlen(secret), digest);
		mutex_lock(&t->lock);
		/* a file that cannot be read any more lets nobody in */
		n = read_again(t, &e) == 0 ? t->n : 0;
		for (size_t i = 0; i < n && !found; i++) {
			const struct token *v = &t->v[i];

			if (!same_digest(v->digest, digest) ||
			    (name && strcmp(name, v->user) != 0))
				continue;
			memcpy(user, v->user, sizeof(v->user));
			*scope = v->scope;
			found = true;
		}
		mutex_unlock(&t->lock);
	}
	buf_free(&room);
	return found;
}
