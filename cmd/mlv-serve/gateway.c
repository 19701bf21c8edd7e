/* The helper that speaks gRPC: started, and asked to end. */
#define _GNU_SOURCE
#include "gateway.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/child.h"
#include "base/libexec.h"

static int
add_file(const char **argv, int n, const char *word, const char *path)
{
	if (path == NULL)
		return n;
	argv[n++] = word;
	argv[n++] = path;
	return n;
}

static int
start_child(struct gateway *g, const struct gateway_opts *o, int in, int out,
    struct err *e)
{
	char *program = libexec_path("mlv-grpc");
	char fd[24], grace[24], drain[24];
	const char *argv[14] = { program, fd, o->to, grace, drain };
	const struct child_setup how = { .in = in, .out = out, .err = -1,
	    .keep = o->listener->fd };
	int n = 5, r;

	n = add_file(argv, n, "tokens", o->tokens);
	n = add_file(argv, n, "cert", o->tls->cert);
	n = add_file(argv, n, "key", o->tls->key);
	(void)add_file(argv, n, "client-ca", o->tls->client_ca);
	snprintf(fd, sizeof(fd), "%d", o->listener->fd);
	snprintf(grace, sizeof(grace), "%lld", (long long)o->grace_ms);
	snprintf(drain, sizeof(drain), "%lld", (long long)o->drain_ms);
	r = child_start_with(&g->pid, argv, &how, e);
	free(program);
	return r;
}

/* Its first line; what it says instead is on standard error already. */
static int
wait_ready(struct gateway *g, struct err *e)
{
	char line[16];
	ssize_t n;

	do
		n = read(g->out, line, sizeof(line));
	while (n < 0 && errno == EINTR);
	return n > 0 ? 0 : err_set(e, ERR_IO, "the helper that speaks gRPC did "
	    "not start: is libnghttp2 there?");
}

int
gateway_start(struct gateway *g, const struct gateway_opts *o, struct err *e)
{
	int in[2] = { -1, -1 }, out[2] = { -1, -1 }, r;

	if (listener_begin(o->listener, e) < 0)
		return -1;
	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
		r = err_sys(e, "cannot make a pipe");
	else
		r = start_child(g, o, in[0], out[1], e);
	if (in[0] >= 0)
		close(in[0]);
	if (out[1] >= 0)
		close(out[1]);
	g->in = in[1];
	g->out = out[0];
	if (r == 0 && wait_ready(g, e) < 0) {
		(void)gateway_stop(g, NULL);
		return -1;
	}
	if (r < 0 && g->in >= 0)
		close(g->in);
	if (r < 0 && g->out >= 0)
		close(g->out);
	return r;
}

void
gateway_retire(struct gateway *g)
{
	if (g->in >= 0)
		close(g->in);
	g->in = -1;
}

int
gateway_stop(struct gateway *g, struct err *e)
{
	struct err ignored;
	int status = 0;

	gateway_retire(g);
	if (child_wait(g->pid, &status, NULL, e ? e : &ignored) < 0)
		return -1;
	close(g->out);
	return status == 0 || e == NULL ? 0 : err_set(e, ERR_IO, "the helper "
	    "that speaks gRPC ended with %d", status);
}
