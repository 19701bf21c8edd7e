/*
 * The remote behind ssh: 'mlv-data remote serve PATH' over there, talked with
 * over its standard input and output, as git does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/shellword.h"
#include "remote/transport/transport.h"
#include "remote/transport/duplex.h"
#include "remote/transport/serve.h"

struct ssh {
	struct transport t;
	struct duplex *d;	/* from the first request on */
	char *program, *port, *host, *command;
	uint64_t version;	/* of the talk, known after the greeting */
};

static struct ssh *
ssh_of(struct transport *t)
{
	return (struct ssh *)t;
}

/* The other side ended: ssh or the program over there has said why. */
static int
err_ended(const struct ssh *s, struct err *e)
{
	return err_set(e, ERR_IO, "the connection to %s ended: see that 'ssh "
	    "%s mlv-data --version' works", s->host, s->host);
}

/* "error CODE TEXT" as an error. */
static int
err_said(const struct ssh *s, const char *line, struct err *e)
{
	char word[20];
	size_t n;

	line += strlen("error ");
	n = strcspn(line, " ");
	snprintf(word, sizeof(word), "%.*s", n < 19 ? (int)n : 19, line);
	return err_set(e, serve_code(word), "%s: %.800s", s->host, line + n +
	    (line[n] == ' '));
}

static int
greet(struct ssh *s, struct err *e)
{
	uint64_t first = 0, last = 0;
	char said[40];
	const char *at;
	struct buf line;
	int r = -1;

	buf_init(&line, BUF_CAP_SMALL);
	if (duplex_line(&line, s->d, e) < 0) {
		err_ended(s, e);
		goto done;
	}
	if (strncmp(line.data, "error ", 6) == 0) {
		err_said(s, line.data, e);
		/* no folder is not an empty remote */
		e->code = ERR_IO;
		goto done;
	}
	at = line.data + strcspn(line.data, " ");
	at += *at == ' ';
	if (strncmp(line.data, "mlv-remote ", 11) != 0 ||
	    !num_parse_u64(at, strcspn(at, " "), &first) ||
	    !num_parse_u64(at + strcspn(at, " ") + 1, strlen(at +
	    strcspn(at, " ") + 1), &last)) {
		err_set(e, ERR_IO, "%s said '%.80s' first: what its shell "
		    "prints at a login must not come to standard output",
		    s->host, line.data);
		goto done;
	}
	if (first > SERVE_LAST || last < SERVE_FIRST) {
		err_set(e, ERR_UNSUPPORTED, "mlv-data on %s speaks versions "
		    "%llu to %llu, this one %d to %d: bring the older one up "
		    "to date", s->host, (unsigned long long)first,
		    (unsigned long long)last, SERVE_FIRST, SERVE_LAST);
		goto done;
	}
	s->version = last < SERVE_LAST ? last : SERVE_LAST;
	snprintf(said, sizeof(said), "mlv-remote %d\n", (int)s->version);
	r = duplex_write(s->d, said, strlen(said), e);
done:
	buf_free(&line);
	return r;
}

static int
connect_once(struct ssh *s, struct err *e)
{
	const char *argv[8];
	size_t n = 0;

	if (s->d)
		return 0;
	argv[n++] = s->program;
	if (s->port) {
		argv[n++] = "-p";
		argv[n++] = s->port;
	}
	argv[n++] = "--";
	argv[n++] = s->host;
	argv[n++] = s->command;
	argv[n] = NULL;
	if (duplex_start(&s->d, argv, e) < 0)
		return e->code == ERR_NOENT ? err_set(e, ERR_IO, "there is no "
		    "program '%s' here", s->program) : -1;
	return greet(s, e);
}

/* Ask, with a body of n bytes where `p` is not NULL, and hear the answer; its
 * last line is in *last. */
static int
ask(struct buf *last, struct ssh *s, const char *request, const void *p,
    size_t n, struct sink *to, struct err *e)
{
	uint64_t count;

	if (connect_once(s, e) < 0)
		return -1;
	if (duplex_write(s->d, request, strlen(request), e) < 0 ||
	    (p && duplex_write(s->d, p, n, e) < 0))
		return err_ended(s, e);
	for (;;) {
		if (duplex_line(last, s->d, e) < 0)
			return err_ended(s, e);
		if (strncmp(last->data, "data ", 5) != 0)
			break;
		if (to == NULL || !num_parse_u64(last->data + 5,
		    strlen(last->data + 5), &count))
			return err_set(e, ERR_IO, "%s said '%.80s'", s->host,
			    last->data);
		if (duplex_read(s->d, count, to, e) < 0)
			return e->code == ERR_IO ? err_ended(s, e) : -1;
	}
	if (strncmp(last->data, "error ", 6) == 0)
		return err_said(s, last->data, e);
	return 0;
}

static int
take_tag(struct tag *tag, const struct ssh *s, const struct buf *last,
    struct err *e)
{
	if (strncmp(last->data, "ok ", 3) != 0 || last->len - 3 >= TAG_MAX)
		return err_set(e, ERR_IO, "%s said '%.80s'", s->host,
		    last->data);
	if (tag)
		snprintf(tag->text, sizeof(tag->text), "%s", last->data + 3);
	return 0;
}

static int
ssh_get(struct transport *t, const char *key, uint64_t from, uint64_t n,
    struct sink *to, struct tag *tag, struct err *e)
{
	char *request = xprintf("get %s %llu %llu %d\n", key,
	    (unsigned long long)from, (unsigned long long)n, tag != NULL);
	struct buf last;
	int r;

	buf_init(&last, BUF_CAP_SMALL);
	r = ask(&last, ssh_of(t), request, NULL, 0, to, e);
	if (r == 0)
		r = take_tag(tag, ssh_of(t), &last, e);
	buf_free(&last);
	free(request);
	return r;
}

static int
ssh_put_new(struct transport *t, const char *key, const void *p, size_t n,
    bool *existed, struct err *e)
{
	char *request = xprintf("put %s %zu\n", key, n);
	struct buf last;
	int r;

	buf_init(&last, BUF_CAP_SMALL);
	r = ask(&last, ssh_of(t), request, p, n, NULL, e);
	if (r == 0) {
		*existed = strncmp(last.data, "existed", 7) == 0;
		if (!*existed)
			r = take_tag(NULL, ssh_of(t), &last, e);
	}
	buf_free(&last);
	free(request);
	return r;
}

static int
ssh_put_match(struct transport *t, const char *key, const void *p, size_t n,
    const struct tag *was, struct tag *tag, struct err *e)
{
	char *request = xprintf("match %s %s %zu\n", key, *was->text ?
	    was->text : "-", n);
	struct buf last;
	int r;

	buf_init(&last, BUF_CAP_SMALL);
	r = ask(&last, ssh_of(t), request, p, n, NULL, e);
	if (r == 0)
		r = take_tag(tag, ssh_of(t), &last, e);
	buf_free(&last);
	free(request);
	return r;
}

static int
ssh_remove(struct transport *t, const char *key, struct err *e)
{
	struct ssh *s = ssh_of(t);
	struct buf last;
	char *request;
	int r;

	if (connect_once(s, e) < 0)
		return -1;
	if (s->version < 2)
		return err_set(e, ERR_UNSUPPORTED, "mlv-data on %s is too old "
		    "to remove anything: bring it up to date", s->host);
	request = xprintf("remove %s\n", key);
	buf_init(&last, BUF_CAP_SMALL);
	r = ask(&last, s, request, NULL, 0, NULL, e);
	if (r == 0)
		r = take_tag(NULL, s, &last, e);
	buf_free(&last);
	free(request);
	return r;
}

/* Lines "NAME BYTES"; any other is passed over. */
static void
pass_listed(char *line, transport_listed_fn *fn, void *ctx)
{
	for (char *end; *line; line = end) {
		char *space;
		uint64_t bytes;

		end = line + strcspn(line, "\n");
		if (*end)
			*end++ = '\0';
		space = strchr(line, ' ');
		if (space == NULL || !num_parse_u64(space + 1,
		    strlen(space + 1), &bytes))
			continue;
		*space = '\0';
		fn(ctx, line, bytes);
	}
}

static int
ssh_list(struct transport *t, const char *folder, transport_listed_fn *fn,
    void *ctx, struct err *e)
{
	struct ssh *s = ssh_of(t);
	struct buf last, list;
	struct sink to = sink_buf(&list);
	char *request;
	int r;

	if (connect_once(s, e) < 0)
		return -1;
	if (s->version < 3)
		return err_set(e, ERR_UNSUPPORTED, "mlv-data on %s is too old "
		    "to list anything: bring it up to date", s->host);
	request = xprintf("list %s\n", folder);
	buf_init(&last, BUF_CAP_SMALL);
	buf_init(&list, BUF_CAP_DOC);
	r = ask(&last, s, request, NULL, 0, &to, e);
	if (r == 0)
		r = take_tag(NULL, s, &last, e);
	if (r == 0)
		pass_listed(list.data, fn, ctx);
	buf_free(&list);
	buf_free(&last);
	free(request);
	return r;
}

static int
ssh_sweep(struct transport *t, uint64_t grace_s, bool look_only,
    uint64_t *bytes, struct err *e)
{
	struct ssh *s = ssh_of(t);
	struct tag count;
	struct buf last;
	char *request;
	int r;

	if (connect_once(s, e) < 0)
		return -1;
	if (s->version < 4)
		return err_set(e, ERR_UNSUPPORTED, "mlv-data on %s is too old "
		    "to remove what was left: bring it up to date", s->host);
	request = xprintf("sweep %llu %d\n", (unsigned long long)grace_s,
	    look_only);
	buf_init(&last, BUF_CAP_SMALL);
	r = ask(&last, s, request, NULL, 0, NULL, e);
	if (r == 0)
		r = take_tag(&count, s, &last, e);
	if (r == 0 && !num_parse_u64(count.text, strlen(count.text), bytes))
		r = err_set(e, ERR_IO, "%s said '%.80s'", s->host, last.data);
	buf_free(&last);
	free(request);
	return r;
}

static void
ssh_free(struct transport *t)
{
	struct ssh *s = ssh_of(t);

	duplex_free(s->d);
	free(s->program);
	free(s->port);
	free(s->host);
	free(s->command);
	free(s);
}

static const struct transport_ops ssh_ops = {
	.get = ssh_get, .put_new = ssh_put_new, .put_match = ssh_put_match,
	.remove = ssh_remove, .list = ssh_list, .sweep = ssh_sweep,
	.lanes = 1, .free = ssh_free,
};

/* ssh://[USER@]HOST[:PORT]/PATH */
int
transport_open_ssh(struct transport **t, const char *url,
    const struct remote_environment *env, struct err *e)
{
	const char *host = url + 6, *path = host + strcspn(host, "/");
	const char *colon = memchr(host, ':', (size_t)(path - host));
	const char *end = colon ? colon : path;
	struct buf command;
	struct ssh *s;

	if (*host == '-' || end == host || *path == '\0')
		return err_set(e, ERR_USAGE, "'%.200s' is not "
		    "ssh://HOST/PATH", url);
	if (colon && (path == colon + 1 || strspn(colon + 1, "0123456789") !=
	    (size_t)(path - colon - 1)))
		return err_set(e, ERR_USAGE, "'%.200s' has no number for a "
		    "port", url);
	s = xalloc(1, sizeof(*s));
	s->t.ops = &ssh_ops;
	s->program = xstrdup(env->ssh ? env->ssh : "ssh");
	s->host = xstrndup(host, (size_t)(end - host));
	s->port = colon ? xstrndup(colon + 1, (size_t)(path - colon - 1)) :
	    NULL;
	buf_init(&command, BUF_CAP_SMALL);
	buf_addf(&command, "%s remote serve ", env->peer ? env->peer :
	    "mlv-data");
	shellword_add(&command, path);
	s->command = buf_detach(&command, NULL);
	*t = &s->t;
	return 0;
}
