/* A folder served over standard input and output. */
#include "remote/transport/serve.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "remote/transport/transport.h"
#include "remote/transport/duplex.h"

#define BODY_MAX ((uint64_t)1 << 31)
#define WORDS 5

static const struct {
	enum err_code code;
	const char *word;
} known[] = {
	{ ERR_NOENT, "noent" }, { ERR_MOVED, "moved" }, { ERR_BUSY, "busy" },
	{ ERR_CORRUPT, "corrupt" }, { ERR_USAGE, "usage" },
};
#define KNOWN (sizeof(known) / sizeof(*known))

const char *
serve_word(enum err_code code)
{
	for (size_t i = 0; i < KNOWN; i++)
		if (known[i].code == code)
			return known[i].word;
	return "io";
}

enum err_code
serve_code(const char *word)
{
	for (size_t i = 0; i < KNOWN; i++)
		if (strcmp(known[i].word, word) == 0)
			return known[i].code;
	return ERR_IO;
}

struct server {
	struct duplex *d;
	struct transport *t;
	struct buf body;
	bool lost;	/* cut within counted bytes: no line can follow */
};

static int
say_line(struct server *s, const char *line, struct err *e)
{
	return duplex_write(s->d, line, strlen(line), e);
}

static int
send_data(void *ctx, const void *p, size_t n, struct err *e)
{
	struct server *s = ctx;
	char line[40];

	snprintf(line, sizeof(line), "data %zu\n", n);
	if (n && (say_line(s, line, e) < 0 || duplex_write(s->d, p, n, e) < 0))
		s->lost = true;
	return s->lost ? -1 : 0;
}

static void
put_listed(void *ctx, const char *name, uint64_t bytes)
{
	struct server *s = ctx;

	buf_addf(&s->body, "%s %llu\n", name, (unsigned long long)bytes);
}

static int
send_list(struct server *s, const char *folder, struct err *e)
{
	buf_clear(&s->body);
	if (s->t->ops->list(s->t, folder, put_listed, s, e) < 0 ||
	    buf_check(&s->body, e) < 0)
		return -1;
	return send_data(s, s->body.data, s->body.len, e);
}

/* Is it a version that we speak? */
static bool
knows_version(const char *line)
{
	static const char begin[] = "mlv-remote ";
	size_t n = sizeof(begin) - 1;
	uint64_t v;

	return strncmp(line, begin, n) == 0 && num_parse_u64(line + n,
	    strlen(line + n), &v) && v >= SERVE_FIRST && v <= SERVE_LAST;
}

/* The words of a request, cut apart in place. */
static size_t
cut_words(char *line, char *word[WORDS])
{
	size_t n = 0;

	while (*line && n < WORDS) {
		word[n++] = line;
		line += strcspn(line, " ");
		if (*line)
			*line++ = '\0';
	}
	return n;
}

static bool
parse_count(const char *s, uint64_t *n)
{
	return num_parse_u64(s, strlen(s), n);
}

/* What was asked, done: the answer's last line in `last`. */
static int
do_request(struct server *s, char **word, size_t n, char *last, size_t room,
    struct err *e)
{
	struct sink to = { send_data, s }, body = sink_buf(&s->body);
	struct tag tag = { "" }, was = { "" };
	uint64_t from, count;
	bool existed, wanted;

	if (n == 5 && strcmp(word[0], "get") == 0 &&
	    parse_count(word[2], &from) && parse_count(word[3], &count)) {
		wanted = strcmp(word[4], "1") == 0;
		if (s->t->ops->get(s->t, word[1], from, count, &to, wanted ?
		    &tag : NULL, e) < 0)
			return -1;
		snprintf(last, room, "ok %s\n", wanted ? tag.text : "-");
		return 0;
	}
	if (n == 2 && strcmp(word[0], "remove") == 0) {
		if (s->t->ops->remove(s->t, word[1], e) < 0)
			return -1;
		snprintf(last, room, "ok -\n");
		return 0;
	}
	if (n == 2 && strcmp(word[0], "list") == 0) {
		snprintf(last, room, "ok -\n");
		return send_list(s, word[1], e);
	}
	if (n == 3 && strcmp(word[0], "sweep") == 0 &&
	    parse_count(word[1], &count)) {
		if (s->t->ops->sweep(s->t, count, strcmp(word[2], "1") == 0,
		    &from, e) < 0)
			return -1;
		snprintf(last, room, "ok %llu\n", (unsigned long long)from);
		return 0;
	}
	buf_clear(&s->body);
	if (n < 3 || !parse_count(word[n - 1], &count) || count > BODY_MAX)
		return err_set(e, ERR_USAGE, "a request that is not known");
	if (duplex_read(s->d, count, &body, e) < 0) {
		s->lost = true;
		return -1;
	}
	if (n == 3 && strcmp(word[0], "put") == 0) {
		if (s->t->ops->put_new(s->t, word[1], s->body.data,
		    s->body.len, &existed, e) < 0)
			return -1;
		snprintf(last, room, existed ? "existed -\n" : "ok -\n");
		return 0;
	}
	if (n != 4 || strcmp(word[0], "match") != 0)
		return err_set(e, ERR_USAGE, "a request that is not known");
	if (strcmp(word[2], "-") != 0)
		snprintf(was.text, sizeof(was.text), "%s", word[2]);
	if (s->t->ops->put_match(s->t, word[1], s->body.data, s->body.len,
	    &was, &tag, e) < 0)
		return -1;
	snprintf(last, room, "ok %s\n", tag.text);
	return 0;
}

static int
answer_one(struct server *s, char *line, struct err *e)
{
	struct err mine = ERR_INIT;
	char *word[WORDS], last[TAG_MAX + 1200];

	if (do_request(s, word, cut_words(line, word), last, sizeof(last),
	    &mine) < 0) {
		/* an answer would be taken for the bytes that are missing, and
		 * both sides would wait for ever */
		if (s->lost) {
			*e = mine;
			return -1;
		}
		for (char *p = mine.msg; *p; p++)
			if (*p == '\n')
				*p = ' ';
		snprintf(last, sizeof(last), "error %s %s\n",
		    serve_word(mine.code), mine.msg);
	}
	return say_line(s, last, e);
}

int
remote_serve(const char *path, int in, int out, struct err *e)
{
	struct server s = { .t = NULL };
	struct err mine = ERR_INIT;
	char hello[60];
	struct buf line;
	int r = -1;

	s.d = duplex_over(in, out, "the other side");
	buf_init(&s.body, (size_t)BODY_MAX + 1);
	buf_init(&line, BUF_CAP_SMALL);
	snprintf(hello, sizeof(hello), "mlv-remote %d %d\n", SERVE_FIRST,
	    SERVE_LAST);
	if (transport_open_folder(&s.t, path, e) < 0) {
		snprintf(hello, sizeof(hello), "error %s ",
		    serve_word(e->code));
		mine = *e;
		if (say_line(&s, hello, &mine) == 0 &&
		    say_line(&s, e->msg, &mine) == 0)
			(void)say_line(&s, "\n", &mine);
		goto done;
	}
	if (say_line(&s, hello, e) < 0)
		goto done;
	if (duplex_line(&line, s.d, &mine) == 0 &&
	    !knows_version(line.data)) {
		err_set(e, ERR_UNSUPPORTED, "the other side wants another "
		    "version: '%.80s'", line.data);
		goto done;
	}
	r = 0;
	while (r == 0 && mine.code == ERR_NONE &&
	    duplex_line(&line, s.d, &mine) == 0)
		r = answer_one(&s, line.data, e);
done:
	transport_free(s.t);
	duplex_free(s.d);
	buf_free(&s.body);
	buf_free(&line);
	return r;
}
