/* The file of tokens: entries made, listed and taken out. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access/internal.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/rng.h"
#include "base/secret.h"

#define LOCK_MS 30000
#define SECRET_BYTES 32
#define ID_DIGITS 8
#define LABEL "sha256:"

void
token_id(char out[TOKEN_ID_MAX], const struct token *t)
{
	char hex[SHA256_HEX + 1];

	hex_encode(hex, t->digest, SHA256_BYTES);
	memcpy(out, LABEL, 7);
	memcpy(out + 7, hex, ID_DIGITS);
	out[7 + ID_DIGITS] = '\0';
}

int
tokens_list(struct token **out, size_t *n, const char *path, struct err *e)
{
	struct buf b;
	int r = secret_check(path, TOKENS_SECRET, e);

	if (r < 0)
		return -1;
	buf_init(&b, TOKENS_FILE_BYTES);
	r = file_read(&b, path, e);
	if (r == 0 && (r = tokens_parse(out, n, &b, e)) < 0)
		err_wrap(e, "'%s'", path);
	buf_free(&b);
	return r;
}

/* ---- changing it ---- */

/* The file is replaced, so its lock counts only while it has the name. */
static int
open_locked(const char *path, struct err *e)
{
	struct stat named, ours;

	for (;;) {
		int fd = os_real()->open(path, O_RDWR | O_CREAT | O_CLOEXEC,
		    0600);

		if (fd < 0)
			return err_sys(e, "cannot open '%s'", path);
		if (file_lock(fd, FILE_EXCLUSIVE, 0, 0, LOCK_MS, e) < 0) {
			close(fd);
			return err_wrap(e, "'%s'", path);
		}
		if (fstat(fd, &ours) == 0 && stat(path, &named) == 0 &&
		    ours.st_ino == named.st_ino &&
		    ours.st_dev == named.st_dev)
			return fd;
		close(fd);
	}
}

/* The text as it is, checked, under a lock that *fd holds. */
static int
begin_change(int *fd, struct buf *text, const struct token_file *f,
    struct err *e)
{
	struct token *v = NULL;
	size_t n;

	buf_init(text, TOKENS_FILE_BYTES);
	if ((*fd = open_locked(f->path, e)) < 0)
		return -1;
	if (secret_check_fd(*fd, f->path, TOKENS_SECRET, e) < 0 ||
	    file_read_fd(text, *fd, f->path, e) < 0)
		return -1;
	if (tokens_parse(&v, &n, text, e) < 0)
		return err_wrap(e, "'%s'", f->path);
	free(v);
	if (text->len && text->data[text->len - 1] != '\n')
		buf_addc(text, '\n');
	return buf_check(text, e);
}

static int
replace_file(const struct token_file *f, const struct buf *text, struct err *e)
{
	if (buf_check(text, e) < 0)
		return -1;
	return (f->own ? file_replace_own : file_replace)(os_real(), f->path,
	    text->data ? text->data : "", text->len, 0600, e);
}

static void
end_change(int fd, struct buf *text)
{
	if (fd >= 0)
		close(fd);
	buf_free(text);
}

static void
make_secret(struct token *t, char secret[TOKEN_SECRET_MAX])
{
	uint8_t random[SECRET_BYTES];

	rng_system(random, sizeof(random));
	memcpy(secret, "mlv_", 4);
	hex_encode(secret + 4, random, sizeof(random));
	sha256_of(secret, strlen(secret), t->digest);
}

int
tokens_add(struct token *t, char secret[TOKEN_SECRET_MAX],
    const struct token_file *f, struct err *e)
{
	char scopes[SCOPES_TEXT_MAX], hex[SHA256_HEX + 1];
	char until[CLOCK_TEXT_MAX];
	struct buf text;
	int fd, r;

	make_secret(t, secret);
	r = begin_change(&fd, &text, f, e);
	if (r == 0) {
		scopes_print(scopes, t->scopes);
		hex_encode(hex, t->digest, SHA256_BYTES);
		buf_addf(&text, "%s %s " LABEL "%s", t->name, scopes, hex);
		if (t->expires_us) {
			clock_print(until, t->expires_us);
			buf_addf(&text, " %s", until);
		}
		buf_addc(&text, '\n');
		r = replace_file(f, &text, e);
	}
	end_change(fd, &text);
	return r;
}

/* Is it an id, of at least as many digits as are shown? */
static bool
is_id(const char *who)
{
	size_t n = strlen(who);

	return n >= 7 + ID_DIGITS && n <= 7 + SHA256_HEX &&
	    memcmp(who, LABEL, 7) == 0;
}

static bool
is_meant(const struct token *t, const char *who)
{
	char hex[SHA256_HEX + 1];

	if (!is_id(who))
		return strcmp(t->name, who) == 0;
	hex_encode(hex, t->digest, SHA256_BYTES);
	return memcmp(hex, who + 7, strlen(who) - 7) == 0;
}

int
tokens_revoke(size_t *n, const struct token_file *f, const char *who,
    struct err *e)
{
	const char *line, *end, *stop;
	struct buf text, left;
	struct stat st;
	int fd, r;

	*n = 0;
	if (stat(f->path, &st) < 0)
		return err_sys(e, "cannot open '%s'", f->path);
	r = begin_change(&fd, &text, f, e);
	buf_init(&left, TOKENS_FILE_BYTES);
	line = text.data;
	end = line + text.len;
	for (; r == 0 && line < end; line = stop) {
		struct token t;
		bool is_one;

		stop = (const char *)memchr(line, '\n', (size_t)(end - line)) +
		    1;
		r = token_parse_line(&t, &is_one, line, (size_t)(stop - 1 -
		    line), 0, e);
		if (r == 0 && is_one && is_meant(&t, who))
			++*n;
		else
			buf_add(&left, line, (size_t)(stop - line));
	}
	if (r == 0 && *n == 0)
		r = err_set(e, ERR_NOENT, "no token in '%s' is called '%s'",
		    f->path, who);
	if (r == 0 && *n > 1 && is_id(who))
		r = err_set(e, ERR_USAGE, "several tokens begin with '%s'",
		    who);
	if (r == 0)
		r = replace_file(f, &left, e);
	end_change(fd, &text);
	buf_free(&left);
	return r;
}
