/* mlv-serve track: runs and models behind MLflow's API. */
#include <poll.h>
#include <signal.h>

#include "base/machine.h"
#include "base/stop.h"
#include "flow/tracking/server.h"
#include "listen.h"
#include "verbs.h"

/* Most of them wait for the disk. */
#define THREADS 32
#define ARTIFACT_MAX ((size_t)1 << 30)

struct track_verb {
	struct listen_words at;
	const char *pages, *gate;
	int64_t threads, lease, drain;
};

static const struct track_verb track_defaults = { .at = { .port = -1,
    .health_port = -1, .usual_port = 5000, .single = true }, .lease = 21600, .drain = 30 };

static const struct opt track_options[] = {
	{ OPT_TEXT, 0, "host", offsetof(struct track_verb, at.host), "ADDRESS",
	    "IPv4 address to listen on, instead of 127.0.0.1; others need "
	    "--token-file" },
	{ OPT_INT, 'p', "port", offsetof(struct track_verb, at.port), "N",
	    "port, 5000 by default; 0 takes a free one", .high = 65535 },
	{ OPT_TEXT, 0, "token-file", offsetof(struct track_verb, at.tokens),
	    "FILE", "who may ask, see token new" },
	{ OPT_FLAG, 0, "anyone", offsetof(struct track_verb, at.anyone), NULL,
	    "let all ask who reach the --host, without tokens" },
	LISTEN_TLS_OPTIONS(struct track_verb),
	{ OPT_TEXT, 0, "ui", offsetof(struct track_verb, pages), "DIR",
	    "serve the pages of a web interface, as MLflow's" },
	{ OPT_TEXT, 0, "gate", offsetof(struct track_verb, gate), "FILE",
	    "an alias moves only if this policy holds, see mlv-policy(5)" },
	{ OPT_INT, 0, "lease", offsetof(struct track_verb, lease), "SECONDS",
	    "a run not heard of for so long is killed, 21600 by default",
	    .low = 1, .high = 31536000 },
	{ OPT_INT, 't', "threads", offsetof(struct track_verb, threads), "N",
	    "threads, instead of one a processor", .high = 64 },
	{ OPT_INT, 0, "drain", offsetof(struct track_verb, drain), "SECONDS",
	    "wait at most so long for requests at the end, 30 by default",
	    .high = 86400 },
	OPT_END
};

static int
print_url(struct cli *c, const struct listening *l, struct err *e)
{
	out_begin(&c->out, "mlv.tracker/1");
	out_text(&c->out, "url", l->main.where);
	out_end(&c->out);
	return out_flush(&c->out, e);
}

static int
answer_requests(struct cli *c, struct track_server *server,
    struct listening *l, struct stop *stop, const struct track_verb *o,
    struct err *e)
{
	const struct http_opts ho = { .listener = &l->main, .tls = l->tls,
	    .threads = o->threads ? (int)o->threads : THREADS,
	    .waiting = true, .body_max = ARTIFACT_MAX,
	    .timeout_s = 300, .answer = track_server_answer, .ctx = server };
	struct pollfd p = { stop->fd, POLLIN, 0 };
	struct http_server *http;
	int r;

	if (http_start(&http, &ho, e) < 0)
		return -1;
	r = print_url(c, l, e);
	while (r == 0) {
		int sig;

		(void)poll(&p, 1, -1);
		sig = stop_signal(stop);
		if (sig && sig != SIGHUP)
			break;
		if (sig && l->tls)
			tls_follow(l->tls);
	}
	http_stop(http, 0, r == 0 ? o->drain * 1000 : 0);
	return r;
}

static int
track_check(struct cli *c, void *opts, int argc, char **argv)
{
	const struct track_verb *o = opts;

	if (argc)
		return cli_usage(c, "track takes no argument, not '%s'",
		    argv[0]);
	return listen_check(c, &o->at);
}

static int
track_run(struct cli *c, void *opts, int argc, char **argv)
{
	const struct track_verb *o = opts;
	const struct track_server_opts so = { .catalog = c->catalog,
	    .pages = o->pages, .tokens = o->at.tokens, .gate = o->gate,
	    .log = &c->log, .lease_s = o->lease };
	struct track_server *server;
	struct err e = ERR_INIT;
	struct listening at;
	struct stop stop;
	int r;

	(void)argc;
	(void)argv;
	signal(SIGPIPE, SIG_IGN);
	machine_raise_files();		/* a connection is a file */
	if (listening_open(&at, &o->at, &c->log, &e) < 0)
		return cli_fail(c, &e);
	if (stop_open(&stop, &e) < 0) {
		listening_close(&at);
		return cli_fail(c, &e);
	}
	r = track_server_new(&server, &so, &e);
	if (r == 0) {
		r = answer_requests(c, server, &at, &stop, o, &e);
		track_server_free(server);
	}
	stop_close(&stop);
	listening_close(&at);
	return r < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_track = {
	.name = "track",
	.summary = "serve runs and models to clients of MLflow",
	.synopsis = "[--port N] [--host ADDRESS] [--token-file FILE] [--ui DIR] [--gate FILE]",
	.about =
"Answers MLflow's REST API 2.0: experiments, runs, metrics, artifacts, logged\n"
"models and the model registry, for the clients people have (Python, R, Java).\n"
"Prints its URL when it is ready: MLFLOW_TRACKING_URI for them.\n"
"\n"
"The files are those of the command line.  A run of a client is a run here:\n"
"mlv-train runs, show and compare see it while it goes on, and what mlv-train\n"
"ran is seen by the clients.  A run that is not heard of for --lease reads as\n"
"killed, until it is heard of again.  A registered model is model:NAME; its\n"
"aliases move as mlv-registry set moves them, under the policy of --gate.\n"
"\n"
"Listens on loopback.  With --token-file requests need a user: HTTP's Basic\n"
"(MLFLOW_TRACKING_USERNAME and _PASSWORD) or a bearer (MLFLOW_TRACKING_TOKEN),\n"
"of the scope read, write or promote: mlv-serve token new makes them.  With\n"
"--tls-cert and --tls-key it speaks TLS 1.2 or 1.3; both files are followed.\n"
"\n"
"example: mlv-serve track --port 0\n",
	.options = track_options, .opts_size = sizeof(struct track_verb),
	.defaults = &track_defaults, .flags = VERB_JSON | VERB_REPOSITORY,
	.check = track_check, .run = track_run,
};
