/* mlv-serve http: a model behind HTTP. */
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/machine.h"
#include "base/notify.h"
#include "base/num.h"
#include "base/stop.h"
#include "catalog/catalog.h"
#include "cli/environment.h"
#include "deploy/metrics.h"
#include "flow/serve.h"
#include "flow/serve/announcer.h"
#include "remote/config.h"
#include "reqlog/policy.h"
#include "gateway.h"
#include "listen.h"
#include "sandbox.h"
#include "verbs.h"

struct http_verb {
	struct texts columns, metrics, textfile;
	struct listen_words at;
	const char *models, *canary, *name, *log, *log_policy, *share_file,
	    *features, *store, *service, *remote, *cache, *feedback,
	    *events;
	int sandbox, events_mode;
	int64_t poll, threads, drain, grace, timeout, load_timeout, max_wait;
	double cost_per_hour;
};

static const struct http_verb http_defaults = { .at = { .port = -1,
    .health_port = -1, .usual_port = 8080 }, .drain = 30, .grace = 1, .timeout = 30,
    .load_timeout = 120, .max_wait = 10000, .poll = 10 };

#define SCHEME_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

static const struct opt_word events_modes[] = {
	{ "structured", ANNOUNCER_STRUCTURED }, { "binary", ANNOUNCER_BINARY },
	{ "batch", ANNOUNCER_BATCH }, { NULL, 0 }
};

static const struct opt http_options[] = {
	{ OPT_TEXT, 0, "models", offsetof(struct http_verb, models), "FILE",
	    "serve the models of a file, which is read again when it changes" },
	{ OPT_TEXT, 0, "host", offsetof(struct http_verb, at.host), "ADDRESS",
	    "IPv4 address to listen on, instead of 127.0.0.1; others need "
	    "--token-file" },
	{ OPT_TEXT, 0, "listen", offsetof(struct http_verb, at.at),
	    "ADDRESS", "unix:PATH, or ADDRESS:PORT" },
	{ OPT_TEXT, 0, "socket-mode", offsetof(struct http_verb, at.mode),
	    "MODE", "rights of the socket at unix:PATH, 0600 by default" },
	{ OPT_TEXT, 0, "token-file", offsetof(struct http_verb, at.tokens),
	    "FILE", "who may ask, see token new" },
	{ OPT_FLAG, 0, "anyone", offsetof(struct http_verb, at.anyone), NULL,
	    "let all ask who reach the --host, without tokens" },
	LISTEN_TLS_OPTIONS(struct http_verb),
	{ OPT_TEXT, 0, "grpc", offsetof(struct http_verb, at.grpc), "ADDRESS",
	    "let clients of gRPC ask, too, at unix:PATH or ADDRESS:PORT" },
	{ OPT_INT, 'p', "port", offsetof(struct http_verb, at.port), "N",
	    "port, 8080 by default; 0 takes a free one",
	    .high = 65535, .excludes = "listen" },
	{ OPT_INT, 0, "health-port", offsetof(struct http_verb,
	    at.health_port), "N", "answer for health and metrics at a port of their own, too; 0 "
	    "takes a free one",
	    .high = 65535 },
	{ OPT_TEXT, 'c', "canary", offsetof(struct http_verb, canary),
	    "MODEL=PERCENT", "let another model answer a share of the units" },
	{ OPT_LIST, 0, "textfile", offsetof(struct http_verb, textfile),
	    "FILE,...", "textfiles that /metrics has, too, as mlv-drift alert "
	    "--prom writes" },
	{ OPT_TEXT, 0, "share-file", offsetof(struct http_verb, share_file),
	    "FILE", "the canary's percentage, read again when it changes",
	    .with = "canary" },
	{ OPT_TEXT, 0, "name", offsetof(struct http_verb, name), "NAME",
	    "serve the model under this name" },
	{ OPT_LIST, 0, "columns", offsetof(struct http_verb, columns),
	    "NAME,...", "columns for a model with one matrix input, in order" },
	{ OPT_TEXT, 'l', "log", offsetof(struct http_verb, log), "FOLDER",
	    "write a request log there" },
	{ OPT_TEXT, 0, "log-policy", offsetof(struct http_verb, log_policy),
	    "FILE", "what of it is left out or masked, and how long it is "
	    "kept", .with = "log" },
	{ OPT_TEXT, 0, "events", offsetof(struct http_verb, events),
	    "URL|COMMAND", "send what is logged there, as CloudEvents",
	    .with = "log" },
	{ OPT_WORD, 0, "events-mode", offsetof(struct http_verb, events_mode),
	    "MODE", "to a URL: structured, by default, binary, or batch",
	    .words = events_modes, .with = "events" },
	{ OPT_TEXT, 0, "feedback", offsetof(struct http_verb, feedback),
	    "FILE", "append there what clients say later of their answers" },
	{ OPT_LIST, 0, "metrics", offsetof(struct http_verb, metrics),
	    "NAME,...", "metrics by the names of tfs, mlserver and kserve, too; "
	    "those of triton are always there" },
	{ OPT_NUM, 0, "cost-per-hour", offsetof(struct http_verb,
	    cost_per_hour), "PRICE", "what the server costs, for mlv_cost_total of /metrics",
	    .high = 1e9 },
	{ OPT_TEXT, 0, "features", offsetof(struct http_verb, features),
	    "FILE", "answer POST /get-online-features, as features.yaml says" },
	{ OPT_TEXT, 0, "feature-store", offsetof(struct http_verb, store),
	    "STORE", "a file, not .mlv/features/online.mdb, or redis://...",
	    .with = "features" },
	{ OPT_TEXT, 0, "service", offsetof(struct http_verb, service),
	    "SERVICE", "its features are joined by key before a model scores",
	    .with = "features" },
	{ OPT_TEXT, 'r', "remote", offsetof(struct http_verb, remote),
	    "NAME", "serve what the model means at this remote, or at the one "
	    "at a URL" },
	{ OPT_INT, 0, "poll", offsetof(struct http_verb, poll), "SECONDS",
	    "between two looks at the remote, 10 by default",
	    .low = 1, .high = 86400, .with = "remote" },
	{ OPT_TEXT, 0, "cache", offsetof(struct http_verb, cache), "FOLDER",
	    "keep there what came from the remote", .with = "remote" },
	{ OPT_TEXT, 0, "user", offsetof(struct http_verb, at.user), "NAME",
	    "become that user before a model is read; a socket at unix:PATH is "
	    "his" },
	{ OPT_WORD, 0, "sandbox", offsetof(struct http_verb, sandbox), "HOW",
	    "off; required: refuse to start without; auto by default",
	    .words = sandbox_words },
	{ OPT_INT, 't', "threads", offsetof(struct http_verb, threads), "N",
	    "threads, instead of one a processor",
	    .high = 64 },
	{ OPT_INT, 0, "drain", offsetof(struct http_verb, drain), "SECONDS",
	    "wait at most so long for requests at the end, 30 by default",
	    .high = 86400 },
	{ OPT_INT, 0, "grace", offsetof(struct http_verb, grace), "SECONDS",
	    "after SIGTERM, say not ready so long before connections are "
	    "refused, 1 by default",
	    .high = 86400 },
	{ OPT_INT, 0, "timeout", offsetof(struct http_verb, timeout), "SECONDS",
	    "for a client to send a request, take the answer, or say nothing, "
	    "30 by default",
	    .low = 1, .high = 86400 },
	{ OPT_INT, 0, "max-wait", offsetof(struct http_verb, max_wait), "MS",
	    "refuse requests that waited longer in the server, 10000 by "
	    "default; 0: none",
	    .high = 86400000 },
	{ OPT_INT, 0, "load-timeout", offsetof(struct http_verb, load_timeout),
	    "SECONDS", "give up loading a model that takes longer, 120 by "
	    "default",
	    .low = 1, .high = 86400 },
	OPT_END
};

/* MODEL=PERCENT, or MODEL alone beside --share-file. */
static int
read_canary(struct cli *c, struct endpoint_opts *p, const struct http_verb *o)
{
	const char *eq = o->canary ? strrchr(o->canary, '=') : NULL;

	p->share_file = o->share_file;
	if (o->canary == NULL)
		return 0;
	if (eq == NULL && o->share_file) {
		p->source[VARIANT_CANARY] = cli_model_name(c, o->canary);
		return 0;
	}
	if (eq == NULL || eq == o->canary)
		return cli_usage(c, "--canary is MODEL=PERCENT, not '%s'",
		    o->canary);
	if (!num_parse_f64(eq + 1, strlen(eq + 1), &p->share) ||
	    !(p->share >= 0) || p->share > 100)
		return cli_usage(c, "--canary is MODEL=PERCENT, and PERCENT is "
		    "0 to 100, not '%s'", eq + 1);
	p->source[VARIANT_CANARY] = cli_model_name(c, arena_strndup(&c->arena,
	    o->canary, (size_t)(eq - o->canary)));
	return 0;
}

/* The end of the server, and who else is told how it fares. */
struct watching {
	struct stop *stop;
	struct tls *tls;		/* NULL: without */
	struct gateway *gateway;	/* of gRPC; NULL: without */
	struct notifier notifier;
	struct confined sandbox;
};

/* Until we are asked to stop, or nobody answers gRPC any more: 0.  SIGHUP only
 * polls for other versions.  Who watches over us hears that we live as long as
 * some thread gets round. */
static int
wait_for_end(struct server *server, const struct http_server *http,
    struct watching *w)
{
	int64_t watchdog_us = w->notifier.watchdog_us;
	int wait_ms = watchdog_us ? (int)(watchdog_us / 3000) + 1 : -1;

	for (;;) {
		struct pollfd p[] = { { w->stop->fd, POLLIN, 0 },
		    { w->gateway ? w->gateway->out : -1, POLLIN, 0 } };
		int sig;

		(void)poll(p, 2, wait_ms);
		if (watchdog_us && http_is_alive(http, watchdog_us))
			notifier_tell(&w->notifier, "WATCHDOG=1");
		sig = stop_signal(w->stop);
		if (sig == SIGHUP) {
			notifier_tell_reload(&w->notifier);
			server_poll(server);
			if (w->tls)
				tls_follow(w->tls);
			notifier_tell(&w->notifier, "READY=1");
		} else if (sig || p[1].revents) {
			notifier_tell(&w->notifier, "STOPPING=1");
			return sig;
		}
	}
}

#define HEALTH_CONNECTIONS 64
#define HEALTH_TIMEOUT_S 5

/* A second listener, which clients of the model cannot fill; *out is NULL
 * when none is asked for. */
static int
start_health(struct http_server **out, struct server *server,
    struct listening *l, struct err *e)
{
	const struct http_opts ho = { .listener = &l->health, .threads = 1,
	    .body_max = 65536, .connections_max = HEALTH_CONNECTIONS,
	    .timeout_s = HEALTH_TIMEOUT_S, .admit = server_admit,
	    .answer = server_answer_health, .ctx = server };

	*out = NULL;
	return l->health.fd < 0 ? 0 : http_start(out, &ho, e);
}

static int
print_urls(struct cli *c, const struct listening *l,
    const struct watching *w, struct err *e)
{
	out_begin(&c->out, "mlv.server/1");
	out_text(&c->out, "url", l->main.where);
	if (l->health.fd >= 0)
		out_text(&c->out, "health", l->health.where);
	if (l->grpc.fd >= 0)
		out_text(&c->out, "grpc", l->grpc.where);
	out_only(&c->out, OUT_JSON);
	if (l->main.path || l->grpc.path)
		out_text(&c->out, "mode", arena_printf(&c->arena, "%04o",
		    (unsigned)l->mode));
	out_text(&c->out, "sandbox", sandbox_text(c, &w->sandbox));
	out_end(&c->out);
	return out_flush(&c->out, e);
}

static int
serve_requests(struct cli *c, struct server *server, struct listening *l,
    struct watching *w, const struct http_verb *o, struct err *e)
{
	struct http_opts ho = { .listener = &l->main, .tls = l->tls,
	    .threads = (int)o->threads, .timeout_s = (unsigned)o->timeout,
	    .admit = server_admit, .answer = server_answer, .ctx = server };
	struct http_server *http, *health;
	int sig;

	if (http_start(&http, &ho, e) < 0)
		return -1;
	if (start_health(&health, server, l, e) < 0) {
		http_stop(http, 0, 0);
		return -1;
	}
	if (print_urls(c, l, w, e) < 0) {
		http_stop(http, 0, 0);
		http_stop(health, 0, 0);
		return -1;
	}
	notifier_tell(&w->notifier, arena_printf(&c->arena,
	    "READY=1\nSTATUS=answers at %s", l->main.where));
	w->tls = l->tls;
	sig = wait_for_end(server, http, w);
	server_retire(server);
	if (w->gateway)
		gateway_retire(w->gateway);
	/* a second signal does not wait any more */
	signal(SIGHUP, SIG_IGN);
	stop_close(w->stop);
	http_stop(http, sig == SIGTERM ? o->grace * 1000 : 0, o->drain * 1000);
	http_stop(health, 0, 0);
	return sig ? 0 : err_set(e, ERR_IO, "the helper that speaks gRPC ended: "
	    "start again");
}

/* It starts while we still may start programs. */
static int
start_gateway(struct watching *w, struct gateway *g, struct listening *l,
    const struct http_verb *o, struct err *e)
{
	const struct gateway_opts go = { .listener = &l->grpc,
	    .to = l->main.where, .tokens = o->at.tokens, .tls = &o->at.tls,
	    .grace_ms = o->grace * 1000, .drain_ms = o->drain * 1000 };

	if (l->grpc.fd < 0)
		return 0;
	if (gateway_start(g, &go, e) < 0)
		return -1;
	w->gateway = g;
	return 0;
}

/* So does what takes the events; NULL where nothing does. */
static int
start_announcer(struct announcer **out, struct cli *c,
    const struct http_verb *o, struct err *e)
{
	const struct announcer_opts ao = { .to = o->events,
	    .mode = (enum announcer_mode)o->events_mode,
	    .http = cli_helper(c, "mlv-http"), .log = &c->log };

	return o->events ? announcer_open(out, &ao, e) : 0;
}

static int
read_metrics(struct cli *c, int *names, const struct http_verb *o)
{
	for (size_t i = 0; i < o->metrics.n; i++) {
		int bit = metrics_names_bit(o->metrics.v[i]);

		if (bit < 0)
			return cli_usage(c, "--metrics is a list of triton, tfs, "
			    "mlserver and kserve, not '%s'", o->metrics.v[i]);
		*names |= bit;
	}
	return 0;
}

/* What is said in the file of models, or is for one model alone. */
static int
check_models(struct cli *c, const struct http_verb *o, int argc)
{
	const struct {
		bool given;
		const char *option;
	} single[] = {
		{ o->canary != NULL, "--canary" },
		{ o->share_file != NULL, "--share-file" },
		{ o->name != NULL, "--name" },
		{ o->columns.n > 0, "--columns" },
		{ o->remote != NULL, "--remote" },
		{ o->service != NULL, "--service" },
	};

	if (o->models == NULL)
		return argc == 1 ? 0 : cli_usage(c, "http takes one model, or "
		    "--models FILE");
	if (argc != 0)
		return cli_usage(c, "http takes a model or --models FILE, not "
		    "both");
	for (size_t i = 0; i < sizeof(single) / sizeof(single[0]); i++)
		if (single[i].given)
			return cli_usage(c, "%s is for one model: %s",
			    single[i].option, i < 4 ? "say it in the file of "
			    "--models" : "it does not go with --models");
	return 0;
}

/* Where what came from a remote is kept: by its URL below the repository's
 * cache, or the user's. */
static int
find_cache(struct cli *c, struct mirror_opts *m, const char *folder,
    struct err *e)
{
	const struct repo *repo = catalog_repo(c->catalog);
	const char *home = getenv("HOME"), *xdg = getenv("XDG_CACHE_HOME");
	char hex[OID_HEX + 1];
	struct oid id;

	oid_of(&id, m->url, strlen(m->url));
	oid_hex(hex, &id);
	if (folder)
		m->folder = folder;
	else if (repo)
		m->folder = arena_printf(&c->arena, "%s/cache/mirrors/url-"
		    "%.16s", repo_folder(repo), hex);
	else if (xdg && *xdg == '/')
		m->folder = arena_printf(&c->arena, "%s/mlv/mirrors/url-%.16s",
		    xdg, hex);
	else if (home && *home == '/')
		m->folder = arena_printf(&c->arena, "%s/.cache/mlv/mirrors/"
		    "url-%.16s", home, hex);
	else
		return err_set(e, ERR_USAGE, "there is no HOME to keep the "
		    "model in: say with --cache where");
	return 0;
}

static int
find_remote(struct cli *c, struct mirror_opts *m, const struct http_verb *o,
    struct remote_environment *env, struct err *e)
{
	struct remote_list l;
	const struct remote_entry *found;
	int r = 0;

	m->url = o->remote;
	m->env = env;
	m->log = &c->log;
	m->poll_ms = o->poll * 1000;
	cli_remote_environment(env, c);
	if (strchr(o->remote, '/') == NULL) {
		if (catalog_need_repo(c->catalog, o->remote, e) < 0 ||
		    remote_list_read(&l, catalog_repo(c->catalog), e) < 0)
			return -1;
		r = remote_list_find(&found, &l, o->remote, e);
		if (r == 0)
			m->url = arena_strdup(&c->arena, found->url);
		remote_list_release(&l);
	}
	return r < 0 ? -1 : find_cache(c, m, o->cache, e);
}

/* What can be seen of --events before anything is sent: else all would be lost,
 * and be told of only when the first request has come. */
static int
check_events(struct cli *c, const struct http_verb *o)
{
	const char *to = o->events, *scheme = to + strspn(to, SCHEME_LETTERS);
	const char *host = scheme + 3, *port;
	int64_t n;

	if (*to == '\0')
		return cli_usage(c, "--events is a URL or a command, not "
		    "nothing");
	if (scheme == to || strncmp(scheme, "://", 3) != 0)
		return o->events_mode == ANNOUNCER_STRUCTURED ? 0 : cli_usage(c,
		    "--events-mode is for a URL: a command reads JSON Lines");
	if (!announcer_is_url(to))
		return cli_usage(c, "the URL of --events is of http:// or "
		    "https://, not '%s'", to);
	for (const char *s = to; *s; s++)
		if ((unsigned char)*s <= ' ' || *s == 127)
			return cli_usage(c, "the URL of --events has a space or "
			    "a control character");
	port = host + strcspn(host, "/?#");
	if (port == host || *host == ':')
		return cli_usage(c, "the URL of --events has no host: '%s'", to);
	while (port > host && port[-1] >= '0' && port[-1] <= '9')
		port--;
	if (port > host && port[-1] == ':' && (!num_parse_i64(port, strspn(port,
	    "0123456789"), &n) || n < 1 || n > 65535))
		return cli_usage(c, "the port in the URL of --events is 1 to "
		    "65535: '%s'", to);
	return 0;
}

/* Words that do not go together. */
static int
check_words(struct cli *c, const struct http_verb *o, int argc)
{
	int r = check_models(c, o, argc);

	if (r == 0 && o->events)
		r = check_events(c, o);
	return r != 0 ? r : listen_check(c, &o->at);
}

static int
give_up_rights(struct watching *w, struct server_opts *so, struct cli *c,
    const struct listening *l, const struct http_verb *o, struct err *e)
{
	const struct sandbox_folders f = { o->log, o->feedback, o->store,
	    so->mirror.folder, l->main.path, l->grpc.path, o->remote != NULL };
	int r = sandbox_enter(&w->sandbox, c, (enum sandbox)o->sandbox, &f, e);

	so->seccomp = w->sandbox.seccomp;
	so->landlock = w->sandbox.landlock;
	return r;
}

static int
http_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct http_verb *o = opts;
	const struct bind_opts score = { .columns = o->columns.v,
	    .n_columns = o->columns.n };
	struct server_opts so = { .models = o->models, .log_folder = o->log,
	    .tokens = o->at.tokens, .feedback = o->feedback,
	    .max_wait_us = o->max_wait * 1000,
	    .cost_per_hour = o->cost_per_hour,
	    .textfile = o->textfile.v, .n_textfiles = o->textfile.n,
	    .features = o->features, .feature_store = o->store,
	    .redis_password = getenv("REDISCLI_AUTH"),
	    .service = o->service, .endpoint = {
	    .as = o->name, .score = &score, .log = &c->log,
	    .load_ms = o->load_timeout * 1000 } };
	struct remote_environment env;
	struct err e = ERR_INIT;
	struct server *server;
	struct reqlog_policy policy = { 0 };
	struct listening at;
	struct stop stop;
	struct watching w = { .stop = &stop };
	struct gateway gateway;
	int r;

	if ((r = check_words(c, o, argc)) != 0)
		return r;
	if (o->name && endpoint_check_name(o->name, "--name", &e) < 0)
		return cli_fail(c, &e);
	if ((r = read_metrics(c, &so.metrics_names, o)) != 0 ||
	    (r = read_canary(c, &so.endpoint, o)) != 0)
		return r;
	if (argc)
		so.endpoint.source[VARIANT_STABLE] = cli_model_name(c, argv[0]);
	if (o->remote && find_remote(c, &so.mirror, o, &env, &e) < 0)
		return cli_fail(c, &e);
	if (o->log_policy && reqlog_policy_load(&policy, o->log_policy,
	    &e) < 0)
		return cli_fail(c, &e);
	so.log_policy = o->log_policy ? &policy : NULL;
	signal(SIGPIPE, SIG_IGN);
	machine_raise_files();		/* a connection is a file */
	if (listening_open(&at, &o->at, &c->log, &e) < 0)
		return cli_fail(c, &e);
	if (stop_open(&stop, &e) < 0) {
		listening_close(&at);
		return cli_fail(c, &e);
	}
	r = start_gateway(&w, &gateway, &at, o, &e);
	if (r == 0)
		r = start_announcer(&so.announcer, c, o, &e);
	if (r == 0)
		r = give_up_rights(&w, &so, c, &at, o, &e);
	notifier_open(&w.notifier, getenv("NOTIFY_SOCKET"),
	    getenv("WATCHDOG_USEC"), getenv("WATCHDOG_PID"));
	so.endpoint.stop = &stop;
	if (r == 0)
		r = server_new(&server, &so, &e);
	if (r == 0) {
		r = serve_requests(c, server, &at, &w, o, &e);
		server_free(server);
	} else {
		(void)stop_signal(&stop);	/* it is obeyed */
	}
	announcer_close(so.announcer);
	stop_close(&stop);
	if (w.gateway && gateway_stop(&gateway, r == 0 ? &e : NULL) < 0)
		r = -1;
	notifier_close(&w.notifier);
	listening_close(&at);
	reqlog_policy_release(&policy);
	return r < 0 && e.code != ERR_STOPPED ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_http = {
	.name = "http",
	.summary = "serve models over HTTP, with canaries and hot reload",
	.synopsis = "[--port N] [--canary MODEL=PERCENT] [--log FOLDER] MODEL | "
	    "--models FILE",
	.about =
"Speaks the Open Inference Protocol v2 (/v2/models/NAME/infer ...), with tensors\n"
"as JSON or bytes, TensorFlow Serving's and KServe's REST\n"
"(/v1/models/NAME:predict ...), MLflow's and SageMaker's /invocations,\n"
"TorchServe's /predictions/NAME; /openapi.json lists all paths, /metrics is for\n"
"Prometheus.  Prints its URL when it is ready.  Listens on loopback; with --host\n"
"for others, who bring a token of --token-file.  With --tls-cert and --tls-key in\n"
"TLS 1.2 or 1.3, but for --health-port; both files are followed.\n"
"A socket that systemd hands over is used in its place, and systemd is told.\n"
"\n"
"When an alias moves (mlv-registry set) or a file changes, the other version is\n"
"loaded and checked beside the old one and takes over between two requests,\n"
"unless it takes other inputs or answers otherwise: then the old one stays.\n"
"With --models several answer, each by its name, as models.yaml says: a map from\n"
"names to models, see mlv-models(5).  The file is followed, too: what is new is\n"
"loaded beside the rest, /readyz waits for the first load of all.\n"
"With --remote the model is the one at a remote (a folder, ssh://, s3://): it is\n"
"fetched into a cache, checked, and followed there; no repository is needed.\n"
"SIGHUP looks at once.  SIGTERM: not ready, finish what has come, exit 0.\n"
"\n"
"With --features, POST /get-online-features answers as Feast's feature server\n"
"does, from what mlv-data feature load has kept.  With --service besides, a\n"
"request carries keys in place of that service's features: these are looked\n"
"up before the model scores, in every dialect.\n"
"\n"
"With --grpc ADDRESS clients of gRPC ask the same models there, as mlv-serve grpc\n"
"has it, from the moment the models answer.\n"
"\n"
"A canary answers a share of the units; a unit is the header X-Unit-Id, else\n"
"the request's id, else its body, and stays where it is as the share grows.\n"
"\n"
"example: mlv-serve http model:churn@champion --canary model:churn@candidate=10 \\\n"
"             --port 8080 --log .mlv/requests\n",
	.options = http_options, .opts_size = sizeof(struct http_verb),
	.defaults = &http_defaults, .flags = VERB_JSON | VERB_CATALOG, .run = http_run,
};
