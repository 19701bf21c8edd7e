/* mlv-serve grpc: gRPC in front of a server that speaks HTTP. */
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/notify.h"
#include "base/stop.h"
#include "gateway.h"
#include "listen.h"
#include "verbs.h"

struct grpc_verb {
	struct listen_words at;
	const char *to;
	int64_t drain, grace;
};

static const struct grpc_verb grpc_defaults = { .at = { .port = -1,
    .health_port = -1, .usual_port = 8081, .single = true },
    .to = "http://127.0.0.1:8080", .drain = 30,
    .grace = 1 };

static const struct opt grpc_options[] = {
	{ OPT_TEXT, 0, "to", offsetof(struct grpc_verb, to), "SERVER",
	    "the mlv-serve http that answers: unix:PATH or http://HOST:PORT, "
	    "http://127.0.0.1:8080 by default" },
	{ OPT_TEXT, 0, "host", offsetof(struct grpc_verb, at.host), "ADDRESS",
	    "IPv4 address to listen on, instead of 127.0.0.1; others need "
	    "--token-file" },
	{ OPT_TEXT, 0, "listen", offsetof(struct grpc_verb, at.at),
	    "ADDRESS", "unix:PATH, or ADDRESS:PORT" },
	{ OPT_TEXT, 0, "socket-mode", offsetof(struct grpc_verb, at.mode),
	    "MODE", "rights of the socket at unix:PATH, 0600 by default" },
	{ OPT_TEXT, 0, "token-file", offsetof(struct grpc_verb, at.tokens),
	    "FILE", "who may ask, see token new" },
	{ OPT_FLAG, 0, "anyone", offsetof(struct grpc_verb, at.anyone), NULL,
	    "let all ask who reach the --host, as far as the server lets "
	    "them" },
	LISTEN_TLS_OPTIONS(struct grpc_verb),
	{ OPT_INT, 'p', "port", offsetof(struct grpc_verb, at.port), "N",
	    "port, 8081 by default; 0 takes a free one", .high = 65535,
	    .excludes = "listen" },
	{ OPT_INT, 0, "drain", offsetof(struct grpc_verb, drain), "SECONDS",
	    "wait at most so long for calls at the end, 30 by default",
	    .high = 86400 },
	{ OPT_INT, 0, "grace", offsetof(struct grpc_verb, grace), "SECONDS",
	    "after SIGTERM, tell clients so long before new calls are "
	    "refused, 1 by default", .high = 86400 },
	OPT_END
};

static int
print_url(struct cli *c, const struct listening *l, struct err *e)
{
	out_begin(&c->out, "mlv.server/1");
	out_text(&c->out, "url", l->main.where);
	out_only(&c->out, OUT_JSON);
	if (l->main.path)
		out_text(&c->out, "mode", arena_printf(&c->arena, "%04o",
		    (unsigned)l->mode));
	out_end(&c->out);
	return out_flush(&c->out, e);
}

/* Until we are asked to stop, or it ends by itself: that is trouble. */
static int
wait_for_end(const struct gateway *g, struct stop *stop, struct err *e)
{
	for (;;) {
		struct pollfd p[] = { { stop->fd, POLLIN, 0 },
		    { g->out, POLLIN, 0 } };
		int sig;

		(void)poll(p, 2, -1);
		sig = stop_signal(stop);
		if (sig == SIGTERM || sig == SIGINT)
			return 0;
		if (p[1].revents)
			return err_set(e, ERR_IO, "the helper that speaks gRPC "
			    "ended: start again");
	}
}

static int
serve_calls(struct cli *c, struct listening *l, struct stop *stop,
    const struct grpc_verb *o, struct err *e)
{
	const struct gateway_opts go = { .listener = &l->main, .to = o->to,
	    .tokens = o->at.tokens, .tls = &o->at.tls, .grace_ms = o->grace * 1000,
	    .drain_ms = o->drain * 1000 };
	struct notifier notifier;
	struct gateway g;
	int r;

	if (gateway_start(&g, &go, e) < 0)
		return -1;
	notifier_open(&notifier, getenv("NOTIFY_SOCKET"), NULL, NULL);
	r = print_url(c, l, e);
	if (r == 0) {
		notifier_tell(&notifier, arena_printf(&c->arena,
		    "READY=1\nSTATUS=answers at %s", l->main.where));
		r = wait_for_end(&g, stop, e);
		notifier_tell(&notifier, "STOPPING=1");
	}
	if (gateway_stop(&g, r == 0 ? e : NULL) < 0)
		r = -1;
	notifier_close(&notifier);
	return r;
}

static int
grpc_check(struct cli *c, void *opts, int argc, char **argv)
{
	const struct grpc_verb *o = opts;

	if (argc)
		return cli_usage(c, "grpc takes no argument, not '%s': the "
		    "server that answers is said with --to", argv[0]);
	if (strncmp(o->to, "unix:", 5) != 0 &&
	    strncmp(o->to, "http://", 7) != 0)
		return cli_usage(c, "--to is unix:PATH or http://HOST:PORT, not "
		    "'%s'", o->to);
	return listen_check(c, &o->at);
}

static int
grpc_run(struct cli *c, void *opts, int argc, char **argv)
{
	const struct grpc_verb *o = opts;
	struct err e = ERR_INIT;
	struct listening at;
	struct stop stop;
	int r;

	(void)argc;
	(void)argv;
	signal(SIGPIPE, SIG_IGN);
	if (listening_open(&at, &o->at, &c->log, &e) < 0)
		return cli_fail(c, &e);
	r = stop_open(&stop, &e);
	if (r == 0) {
		r = serve_calls(c, &at, &stop, o, &e);
		stop_close(&stop);
	}
	listening_close(&at);
	return r < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_grpc = {
	.name = "grpc",
	.summary = "let clients of gRPC ask a server of models",
	.synopsis = "[--to SERVER] [--port N] [--token-file FILE]",
	.about =
"Speaks the Open Inference Protocol v2 over gRPC (inference.\n"
"GRPCInferenceService: ServerLive, ServerReady, ModelReady, ServerMetadata,\n"
"ModelMetadata, ModelInfer, and RepositoryIndex; grpc.health.v1.Health/Check)\n"
"and asks the mlv-serve http at --to, over connections that stay open.  Tensors\n"
"come as raw_input_contents or as typed contents, and go as they came.  A\n"
"deadline, the token of the metadata authorization, and x-unit-id, are carried\n"
"on; what the server refuses is a status of gRPC with its words.\n"
"\n"
"Prints its URL when it is ready.  With --tls-cert and --tls-key in TLS 1.2 or\n"
"1.3, else in plain text; both files are followed.\n"
"Listens on loopback; with --host for others, who bring a token of --token-file.\n"
"SIGTERM: clients are told to go elsewhere, begun calls are answered, exit 0.\n"
"\n"
"example: mlv-serve http --listen unix:/run/churn.sock model:churn@champion &\n"
"         mlv-serve grpc --to unix:/run/churn.sock --port 8001\n",
	.options = grpc_options, .opts_size = sizeof(struct grpc_verb),
	.defaults = &grpc_defaults, .flags = VERB_JSON,
	.check = grpc_check, .run = grpc_run,
};
