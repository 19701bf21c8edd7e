/* Sources that look at, unpack and recode what another gives. */
#include "read/door/stages.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "codec/charset.h"
#include "codec/pack/gz.h"
#include "codec/zst.h"

#define INPUT_BYTES ((size_t)1 << 16)
#define UNPACKED_LEAST ((uint64_t)1 << 30)
#define UNPACKED_TIMES 1024
#define MARK_BYTES 2		/* of UTF-16 */

/* ---- what comes first ---- */

struct peek {
	struct source in;
	char first[STAGE_PEEK];
	size_t n, at;
};

static int64_t
read_peeked(void *ctx, void *p, size_t n, struct err *e)
{
	struct peek *k = ctx;
	size_t left = k->n - k->at;

	if (left == 0)
		return source_read(&k->in, p, n, e);
	left = left < n ? left : n;
	memcpy(p, k->first + k->at, left);
	k->at += left;
	return (int64_t)left;
}

static void
close_peeked(void *ctx)
{
	struct peek *k = ctx;

	source_close(&k->in);
	free(k);
}

/* Too few to tell? */
static bool
may_be_packed(const char *s, size_t n)
{
	static const char *const marks[] = { "PAR1\x15", "PARE\x15",
	    "\x1f\x8b", "\x28\xb5\x2f\xfd", "\xff\xfe", "\xfe\xff" };

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (n < strlen(marks[i]) && memcmp(s, marks[i], n) == 0)
			return true;
	/* a tar archive begins with a name, not with a line */
	return n > 0 && n < STAGE_PEEK && memchr(s, '\n', n) == NULL;
}

int
stage_peek(struct source *s, char first[STAGE_PEEK], size_t *n,
    struct err *e)
{
	struct peek *k = xalloc(1, sizeof(*k));
	int64_t got;

	k->in = *s;
	do {
		got = source_read(&k->in, k->first + k->n, STAGE_PEEK - k->n,
		    e);
		k->n += got > 0 ? (size_t)got : 0;
	} while (got > 0 && may_be_packed(k->first, k->n));
	if (got < 0) {
		close_peeked(k);
		return -1;
	}
	memcpy(first, k->first, k->n);
	*n = k->n;
	*s = (struct source){ read_peeked, close_peeked, k, s->name };
	return 0;
}

/* ---- packed ---- */

struct unpack {
	struct source in;
	struct gz_in *gz;
	struct zst_in *zst;		/* one of both */
	char buf[INPUT_BYTES];
	size_t n, at;
	bool done, eof;			/* behind a whole member */
	uint64_t read, made;
};

enum stage_packing
stage_packing_of(const char *first, size_t n)
{
	if (n >= 2 && memcmp(first, "\x1f\x8b", 2) == 0)
		return STAGE_GZIP;
	return n >= 4 && memcmp(first, "\x28\xb5\x2f\xfd", 4) == 0 ?
	    STAGE_ZSTD : STAGE_PLAIN;
}

static int
fill_input(struct unpack *u, struct err *e)
{
	int64_t got;

	if (u->at < u->n || u->eof)
		return 0;
	if ((got = source_read(&u->in, u->buf, sizeof(u->buf), e)) < 0)
		return -1;
	u->n = (size_t)got;
	u->at = 0;
	u->read += (size_t)got;
	u->eof = got == 0;
	return 0;
}

/* A step; 0 in *made with nothing left to read is the end. */
static int
unpack_step(struct unpack *u, void *p, size_t n, size_t *made, struct err *e)
{
	size_t used = 0;
	int r;

	r = u->gz != NULL ? gz_in_step(u->gz, p, n, made, u->buf + u->at,
	    u->n - u->at, &used, &u->done, e) : zst_in_step(u->zst, p, n,
	    made, u->buf + u->at, u->n - u->at, &used, &u->done, e);
	u->at += used;
	u->made += *made;
	return r != 0 ? err_wrap(e, "%s", u->in.name ? u->in.name : "input") :
	    0;
}

static int64_t
read_unpacked(void *ctx, void *p, size_t n, struct err *e)
{
	struct unpack *u = ctx;
	const char *name = u->in.name ? u->in.name : "input";
	size_t made = 0;

	while (made == 0) {
		if (fill_input(u, e) != 0)
			return -1;
		if (u->eof && u->done)
			return 0;
		if (unpack_step(u, p, n, &made, e) != 0)
			return -1;
		if (made == 0 && u->eof && !u->done)
			return err_set(e, ERR_CORRUPT, "%s: the packed file "
			    "is cut short", name);
	}
	if (u->made > UNPACKED_LEAST && u->made / UNPACKED_TIMES > u->read)
		return err_set(e, ERR_TOOBIG, "%s: it unpacks to far more "
		    "than its size", name);
	return (int64_t)made;
}

static void
close_unpacked(void *ctx)
{
	struct unpack *u = ctx;

	source_close(&u->in);
	gz_in_free(u->gz);
	zst_in_free(u->zst);
	free(u);
}

void
stage_unpack(struct source *s, enum stage_packing packing)
{
	struct unpack *u = xalloc(1, sizeof(*u));

	u->in = *s;
	if (packing == STAGE_GZIP)
		u->gz = gz_in_new();
	else
		u->zst = zst_in_new();
	*s = (struct source){ read_unpacked, close_unpacked, u, s->name };
}

/* ---- recoded ---- */

struct recode {
	struct source in;
	struct charset_in *charset;
	const char *encoding;
	char buf[INPUT_BYTES];
	size_t n, at;
	bool eof;
	uint64_t before;		/* bytes of it before buf */
};

const char *
stage_utf16(const char *first, size_t n)
{
	if (n < MARK_BYTES)
		return NULL;
	return memcmp(first, "\xff\xfe", 2) == 0 ? "UTF-16LE" :
	    memcmp(first, "\xfe\xff", 2) == 0 ? "UTF-16BE" : NULL;
}

static int
fill_recode(struct recode *c, struct err *e)
{
	int64_t got;

	memmove(c->buf, c->buf + c->at, c->n - c->at);
	c->before += c->at;
	c->n -= c->at;
	c->at = 0;
	if ((got = source_read(&c->in, c->buf + c->n, sizeof(c->buf) - c->n,
	    e)) < 0)
		return -1;
	c->n += (size_t)got;
	c->eof = got == 0;
	return 0;
}

static int64_t
read_recoded(void *ctx, void *p, size_t n, struct err *e)
{
	struct recode *c = ctx;
	size_t made = 0, used = 0;

	while (made == 0) {
		if (c->at < c->n && charset_step(c->charset, p, n, &made,
		    c->buf + c->at, c->n - c->at, &used, c->eof, e) != 0 &&
		    made == 0)
			return err_set(e, ERR_FORMAT, "%s: byte %llu: not "
			    "text in %s", c->in.name ? c->in.name : "input",
			    (unsigned long long)(c->before + c->at + used + 1),
			    c->encoding);
		c->at += used;
		if (made > 0)
			break;
		if (c->eof && c->at == c->n)
			return 0;
		if (!c->eof && fill_recode(c, e) != 0)
			return -1;
		used = 0;
	}
	return (int64_t)made;
}

static void
close_recoded(void *ctx)
{
	struct recode *c = ctx;

	source_close(&c->in);
	charset_in_free(c->charset);
	free(c);
}

int
stage_recode(struct source *s, const char *encoding, struct err *e)
{
	struct recode *c = xalloc(1, sizeof(*c));
	const char *utf16 = NULL;

	c->in = *s;
	*s = (struct source){ read_recoded, close_recoded, c, s->name };
	if (fill_recode(c, e) != 0) {
		close_recoded(c);
		return -1;
	}
	if (encoding == NULL || strncasecmp(encoding, "utf-16", 6) == 0 ||
	    strncasecmp(encoding, "utf16", 5) == 0)
		utf16 = stage_utf16(c->buf, c->n);
	c->at = utf16 != NULL ? MARK_BYTES : 0;
	c->encoding = utf16 != NULL ? utf16 : encoding;
	c->charset = charset_in_new(c->encoding);
	if (c->charset != NULL)
		return 0;
	close_recoded(c);
	return err_set(e, ERR_USAGE, "no encoding is called '%.60s'; iconv -l "
	    "lists them", encoding);
}
