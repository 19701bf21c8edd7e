/* OpenLineage events around the run of a verb, as the environment says. */
#include "cli/events.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "catalog/put.h"
#include "cli/cli.h"
#include "cli/environment.h"
#include "codec/yaml.h"
#include "lineage/deliver.h"
#include "lineage/event.h"

/* An environment variable that is not empty, or what there was. */
static const char *
setting(const char *name, const char *before)
{
	const char *v = getenv(name);

	return v && *v ? v : before;
}

static bool
is_yes(const char *v)
{
	return v && (strcmp(v, "true") == 0 || strcmp(v, "True") == 0 ||
	    strcmp(v, "1") == 0);
}

/* "transport:" of an openlineage.yml. */
static int
read_config(struct delivery *to, const char **type, struct cli *c,
    const char *path, struct err *e)
{
	const struct json *t;
	struct json *j;
	struct buf b;
	int r;

	buf_init(&b, YAML_BYTES_MAX);
	r = file_read(&b, path, e);
	if (r == 0)
		r = yaml_parse(&j, &c->arena, b.data, b.len, e);
	buf_free(&b);
	if (r < 0)
		return err_wrap(e, "OPENLINEAGE_CONFIG");
	if ((t = json_get(j, "transport")) == NULL)
		return 0;
	*type = json_text(t, "type", *type);
	to->url = json_text(t, "url", NULL);
	to->endpoint = json_text(t, "endpoint", NULL);
	to->file = json_text(t, "log_file_path", NULL);
	to->key = json_text(json_get(t, "auth"), "apiKey",
	    json_text(json_get(t, "auth"), "api_key", NULL));
	return 0;
}

/* 1: events have a place, 0: they are not wanted, -1. */
static int
find_delivery(struct delivery *to, struct cli *c, struct err *e)
{
	const char *config = setting("OPENLINEAGE_CONFIG", NULL);
	const char *type = NULL;

	*to = (struct delivery){ .http = cli_helper(c, "mlv-http") };
	if (is_yes(getenv("OPENLINEAGE_DISABLED")))
		return 0;
	if (config && read_config(to, &type, c, config, e) < 0)
		return -1;
	if (setting("OPENLINEAGE_URL", NULL)) {
		to->url = getenv("OPENLINEAGE_URL");
		to->endpoint = setting("OPENLINEAGE_ENDPOINT", NULL);
		to->key = setting("OPENLINEAGE_API_KEY", NULL);
		type = "http";
	}
	type = setting("OPENLINEAGE__TRANSPORT__TYPE", type);
	to->url = setting("OPENLINEAGE__TRANSPORT__URL", to->url);
	to->endpoint = setting("OPENLINEAGE__TRANSPORT__ENDPOINT",
	    to->endpoint);
	to->file = setting("OPENLINEAGE__TRANSPORT__LOG_FILE_PATH", to->file);
	if (type == NULL)
		return 0;
	if (strcmp(type, "console") == 0)
		to->file = "-";
	else if (strcmp(type, "file") != 0)
		to->file = NULL;
	if (strcmp(type, "file") == 0 && to->file == NULL)
		return err_set(e, ERR_USAGE, "OpenLineage's transport is a "
		    "file, but log_file_path is not set");
	if (strcmp(type, "http") == 0 && to->url == NULL)
		return err_set(e, ERR_USAGE, "OpenLineage's transport is "
		    "http, but there is no url");
	if (to->file == NULL && strcmp(type, "http") != 0)
		return err_set(e, ERR_USAGE, "OpenLineage's transport '%s' is "
		    "none of http, file and console", type);
	return 1;
}

static void
send_event(struct cli *c, enum event_type type, const char *message)
{
	struct err e = ERR_INIT;
	struct delivery to;
	struct buf line;
	void (*before)(int);
	bool r;

	buf_init(&line, BUF_CAP_DOC);
	lineage_event_write(&line, c->event, type, clock_wall_us(), message);
	/* a helper that ends is an error with words */
	before = signal(SIGPIPE, SIG_IGN);
	r = find_delivery(&to, c, &e) < 0 || buf_check(&line, &e) < 0 ||
	    deliver_events(&to, line.data, line.len, &e) < 0;
	signal(SIGPIPE, before);
	if (r)
		log_warn(&c->log, "an OpenLineage event was not delivered: %s",
		    e.msg);
	buf_free(&line);
}

static void
note_made(void *ctx, const struct catalog_put *p)
{
	struct cli *c = ctx;
	struct err e = ERR_INIT;

	if (lineage_event_made(c->event, &p->id, p->label, &e) < 0)
		log_warn(&c->log, "an OpenLineage event lacks %s: %s", p->label,
		    e.msg);
}

/* An option's words, but for where what is made goes. */
static void
note_option(struct cli *c, const struct opt *o, const void *opts)
{
	const char *at = (const char *)opts + o->at;
	const struct texts *list = (const void *)at;

	if (o->letter == 'o' || strcmp(o->name, "name") == 0)
		return;
	if (o->type == OPT_TEXT && *(const char *const *)(const void *)at)
		lineage_event_reads(c->event,
		    *(const char *const *)(const void *)at);
	for (size_t i = 0; (o->type == OPT_TEXTS || o->type == OPT_LIST) &&
	    i < list->n; i++)
		lineage_event_reads(c->event, list->v[i]);
}

/* What is added is made, not read. */
static void
note_reads(struct cli *c, const void *opts, int argc, char **argv)
{
	for (int i = 0; strcmp(c->verb->name, "add") != 0 && i < argc; i++)
		lineage_event_reads(c->event, argv[i]);
	for (const struct opt *o = c->verb->options; o && o->name; o++)
		note_option(c, o, opts);
}

void
events_begin(struct cli *c, const void *opts, int argc, char **argv)
{
	struct err e = ERR_INIT;
	struct delivery to;
	int r;

	if ((c->verb->flags & VERB_EVENTS) == 0)
		return;
	if ((r = find_delivery(&to, c, &e)) < 0)
		log_warn(&c->log, "no OpenLineage events: %s", e.msg);
	if (r <= 0)
		return;
	c->event = lineage_event_new(arena_printf(&c->arena, "%s %s",
	    c->tool->name, c->verb->name), setting("OPENLINEAGE_NAMESPACE",
	    NULL), c->catalog);
	if (c->catalog)
		catalog_on_put(c->catalog, note_made, c);
	note_reads(c, opts, argc, argv);
	send_event(c, EVENT_START, NULL);
}

void
events_end(struct cli *c, int status)
{
	bool failed;

	if (c->event == NULL)
		return;
	failed = lineage_event_failed(c->event) || (status != EXIT_YES &&
	    status != EXIT_NO && status != EXIT_UNPROVEN);
	send_event(c, failed ? EVENT_FAIL : EVENT_COMPLETE, *c->failure ?
	    c->failure : NULL);
	lineage_event_free(c->event);
	c->event = NULL;
}
