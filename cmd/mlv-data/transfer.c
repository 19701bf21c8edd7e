/* What push, fetch, pull and clone share. */
#include "transfer.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/name.h"
#include "cli/environment.h"

/* "model/churn@champion" as model:churn@champion, "data/churn" as
 * data:churn@3. */
static void
print_change(void *ctx, const struct remote_change *h)
{
	struct cli *c = ctx;
	const char *slash = strchr(h->ref, '/');
	int kind = (int)(slash - h->ref);
	char *name = h->version && strchr(h->ref, '@') == NULL ?
	    arena_printf(&c->arena, "%.*s:%s@%u", kind, h->ref, slash + 1,
	    h->version) :
	    arena_printf(&c->arena, "%.*s:%s", kind, h->ref, slash + 1);

	c->committed |= h->fate != FATE_REFUSED && h->fate != FATE_CONFLICT;
	out_begin(&c->out, "mlv.remote.name/1");
	out_text(&c->out, "name", name);
	out_text(&c->out, "state", remote_fate_text(h->fate));
	if (h->version)
		out_int(&c->out, "version", h->version);
	else
		out_null(&c->out, "version");
	if (h->was)
		out_int(&c->out, "was", h->was);
	else
		out_null(&c->out, "was");
	out_text(&c->out, "user", h->user);
	out_text(&c->out, "host", h->host);
	out_text(&c->out, "time", h->time);
	out_end(&c->out);
}

static int
read_names(struct cli *c, const char ***refs, int argc, char **argv,
    struct err *e)
{
	const char **v = arena_alloc(&c->arena, ((size_t)argc + 1) *
	    sizeof(*v));
	int r = 0;

	for (int i = 0; r == 0 && i < argc; i++) {
		struct name n;
		char *ref;

		if (name_parse(&n, argv[i], e) < 0)
			return -1;
		if (!name_is_ref(&n) || n.path) {
			r = err_set(e, ERR_USAGE, "'%s' is no name that a "
			    "remote keeps: write KIND:NAME or "
			    "KIND:NAME@ALIAS", argv[i]);
		} else if (n.version) {
			r = err_set(e, ERR_USAGE, "'%s' names one version: "
			    "names are carried whole, write %.*s", argv[i],
			    (int)strcspn(argv[i], "@"), argv[i]);
		} else {
			ref = name_ref(&n);
			v[i] = arena_strdup(&c->arena, ref);
			free(ref);
		}
		name_free(&n);
	}
	*refs = v;
	return r;
}

static void
print_done(struct cli *c, const struct remote *r,
    const struct remote_done *done)
{
	out_begin(&c->out, "mlv.remote.transfer/1");
	out_text(&c->out, "remote", remote_name(r));
	out_text(&c->out, "verdict", done->refused ? "refused" :
	    done->names || done->objects ? "done" : "current");
	out_int(&c->out, "names", (int64_t)done->names);
	out_int(&c->out, "refused", (int64_t)done->refused);
	out_int(&c->out, "objects", (int64_t)done->objects);
	out_int(&c->out, "packs", (int64_t)done->packs);
	out_int(&c->out, "bytes", (int64_t)done->bytes);
	out_end(&c->out);
}

int
transfer_run(struct cli *c, const char *remote, transfer_fn *fn,
    struct remote_request *rq, int argc, char **argv)
{
	struct remote_environment env;
	struct remote_done done = { .names = 0 };
	struct err e = ERR_INIT;
	struct remote *r = NULL;
	const char **refs;
	int result;

	cli_remote_environment(&env, c);
	/* a helper or ssh that ended is an error with words */
	signal(SIGPIPE, SIG_IGN);
	rq->fn = print_change;
	rq->ctx = c;
	rq->progress = &c->progress;
	if (read_names(c, &refs, argc, argv, &e) < 0)
		return cli_fail(c, &e);
	rq->refs = refs;
	rq->n = (size_t)argc;
	if (remote_open(&r, c->catalog, remote, &env, &e) < 0)
		return cli_fail(c, &e);
	result = fn(&done, r, rq, &e);
	if (result == 0)
		print_done(c, r, &done);
	remote_close(r);
	signal(SIGPIPE, SIG_DFL);
	if (result < 0)
		return cli_fail(c, &e);
	return done.refused ? EXIT_NO : EXIT_YES;
}
