/* mlv-data gc --remote: remove what nothing leads to at a remote. */
#include "gc_remote.h"

#include <signal.h>
#include <string.h>

#include "base/clock.h"
#include "catalog/catalog.h"
#include "cli/environment.h"
#include "remote/gc/collect.h"

#define SECOND 1000000

static void
print_version(void *ctx, const struct remote_gc_version *v)
{
	struct cli *c = ctx;
	const char *slash = strchr(v->ref, '/');
	struct err ignored = ERR_INIT;
	const struct json *m;
	char text[OID_TEXT];

	if (catalog_manifest(&m, &c->arena, c->catalog, &v->id, &ignored) < 0)
		m = NULL;
	out_begin(&c->out, "mlv.gc.version/1");
	out_text(&c->out, "name", arena_printf(&c->arena, "%.*s:%s@%u",
	    (int)(slash - v->ref), v->ref, slash + 1, v->number));
	out_text(&c->out, "id", oid_print(text, &v->id));
	if (m)
		out_int(&c->out, "bytes", json_int(m, "bytes", 0));
	else
		out_null(&c->out, "bytes");
	out_end(&c->out);
}

static void
print_file(void *ctx, const struct remote_gc_file *f)
{
	struct cli *c = ctx;
	char hex[OID_HEX + 1], since[CLOCK_TEXT_MAX];

	clock_print(since, f->since_s * SECOND);
	out_begin(&c->out, "mlv.gc.remote.file/1");
	out_text(&c->out, "file", arena_printf(&c->arena, "%s/%s", f->folder,
	    oid_hex(hex, &f->name)));
	out_text(&c->out, "state", f->state);
	out_int(&c->out, "bytes", (int64_t)f->bytes);
	out_text(&c->out, "since", since);
	out_end(&c->out);
}

static void
print_report(struct cli *c, const char *name, const struct remote_gc_report *r,
    bool dry_run)
{
	out_begin(&c->out, "mlv.gc.remote/1");
	out_text(&c->out, "remote", name);
	out_text(&c->out, "verdict", dry_run ? "dry run" : "done");
	out_int(&c->out, "versions", (int64_t)r->versions);
	out_int(&c->out, "doomed", (int64_t)r->doomed);
	out_int(&c->out, "waiting", (int64_t)r->waiting);
	out_int(&c->out, "removed", (int64_t)r->removed);
	out_int(&c->out, "objects", (int64_t)r->objects);
	out_int(&c->out, "written", (int64_t)r->copied);
	out_int(&c->out, "packs", (int64_t)r->packs);
	out_int(&c->out, "live", (int64_t)r->live);
	if (r->told)
		out_int(&c->out, "unlisted", (int64_t)r->unlisted);
	else
		out_null(&c->out, "unlisted");
	if (r->swept)
		out_int(&c->out, "unfinished", (int64_t)r->unfinished);
	else
		out_null(&c->out, "unfinished");
	out_end(&c->out);
}

int
gc_remote_run(struct cli *c, const char *name, int64_t grace_s, bool dry_run)
{
	struct remote_gc_request rq = { .now_s = clock_wall_us() / SECOND,
	    .grace_s = grace_s, .dry_run = dry_run, .version = print_version,
	    .file = print_file, .ctx = c, .progress = &c->progress };
	struct remote_environment env;
	struct remote_gc_report report;
	struct err e = ERR_INIT;
	struct remote *r = NULL;
	int result;

	cli_remote_environment(&env, c);
	/* a helper or ssh that ended is an error with words */
	signal(SIGPIPE, SIG_IGN);
	if (remote_open(&r, c->catalog, name, &env, &e) < 0)
		return cli_fail(c, &e);
	result = remote_gc(&report, r, &rq, &e);
	if (result == 0) {
		c->committed = !dry_run;
		print_report(c, remote_name(r), &report, dry_run);
	}
	remote_close(r);
	signal(SIGPIPE, SIG_DFL);
	return result < 0 ? cli_fail(c, &e) : EXIT_YES;
}
