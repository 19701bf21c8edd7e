/* mlv-data feature load and get: the online store. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/num.h"
#include "cli/cli.h"
#include "cli/when.h"
#include "flow/features/online.h"
#include "flow/features/source.h"
#include "verbs.h"

/* ---- load ---- */

struct load_verb {
	const char *until, *store, *view;
};

static const struct opt load_options[] = {
	{ OPT_TEXT, 0, "until", offsetof(struct load_verb, until), "TIME",
	    "rows that are later, or were created later, wait (now)" },
	{ OPT_TEXT, 0, "view", offsetof(struct load_verb, view), "VIEW",
	    "that one alone" },
	{ OPT_TEXT, 0, "store", offsetof(struct load_verb, store), "STORE",
	    "a file, not .mlv/features/online.mdb, or redis://HOST:PORT" },
	OPT_END
};

/* A moment in words, or now. */
static int
parse_moment(int64_t *us, struct cli *c, const char *option, const char *text)
{
	*us = clock_wall_us();
	return when_option(us, c, option, text);
}

static void
print_loaded(struct cli *c, const struct online_load *l)
{
	if (l->anew)
		cli_warn(c, "view '%s': its definition was changed, so it was "
		    "loaded anew", l->view->name);
	out_begin(&c->out, "mlv.feature.loaded/1");
	out_text(&c->out, "view", l->view->name);
	out_int(&c->out, "rows", (int64_t)l->rows);
	out_int(&c->out, "newer", (int64_t)l->newer);
	out_int(&c->out, "waiting", (int64_t)l->waiting);
	out_int(&c->out, "timeless", (int64_t)l->timeless);
	out_only(&c->out, OUT_JSON);
	out_int(&c->out, "skipped", (int64_t)l->skipped);
	out_bool(&c->out, "anew", l->anew);
	out_end(&c->out);
}

/* Rows that come while they are made, as from a FIFO. */
static bool
is_pipe(const char *source)
{
	struct stat st;

	return strcmp(source, "-") == 0 || (stat(source, &st) == 0 &&
	    !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode));
}

static int
load_views(struct cli *c, const struct load_verb *o, int argc, char **argv,
    int64_t until, struct err *e)
{
	struct feature_spec *spec;
	const struct feature_store_at at = { o->store,
	    getenv("REDISCLI_AUTH") };
	struct feature_store store;
	char *folder;
	int r;

	if (feature_spec_load(&spec, &folder, &c->arena, argv[0], e) < 0)
		return -1;
	if (argc > 1 && o->view == NULL && spec->views > 1)
		return err_set(e, ERR_USAGE, "say with --view whose rows '%s' "
		    "holds", argv[1]);
	if (o->view != NULL && feature_view_find(spec, o->view) == NULL)
		return err_set(e, ERR_NOENT, "there is no view '%.100s'",
		    o->view);
	r = feature_store_open(&store, c->catalog, &at, true, e);
	for (size_t i = 0; r == 0 && i < spec->views; i++) {
		struct online_load l = { .view = &spec->view[i],
		    .until = until, .first = argc > 1 ? 0 : 1,
		    .live = argc > 1 && is_pipe(argv[1]) };

		if (o->view != NULL && strcmp(l.view->name, o->view) != 0)
			continue;
		r = feature_load_view(&l, &store, c->catalog, folder,
		    argc > 1 ? argv[1] : NULL, e);
		c->committed = c->committed || r == 0;
		if (r == 0)
			print_loaded(c, &l);
	}
	feature_store_close(&store);
	return r;
}

static int
load_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct load_verb *o = opts;
	struct err e = ERR_INIT;
	int64_t until;
	int status;

	if (argc < 1 || argc > 2)
		return cli_usage(c, "give features.yaml, and for one --view "
		    "another source");
	if ((status = parse_moment(&until, c, "until", o->until)) != 0)
		return status;
	return load_views(c, o, argc, argv, until, &e) < 0 ?
	    cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_feature_load = {
	.name = "feature load",
	.summary = "put the newest rows of views into the online store",
	.synopsis = "[--until TIME] [--store STORE] FEATURES.yaml\n"
	    "[--view VIEW] [--until TIME] FEATURES.yaml SOURCE",
	.about =
"Reads the source of each view, or SOURCE (- is standard input) for the only one\n"
"or that of --view, and keeps for each key what mlv-data feature get and\n"
"mlv-serve answer with.\n"
"Of a source that only grew since, the rows behind those that were loaded are\n"
"read.  Loading again changes nothing that is not newer, so a load that was\n"
"cut short is run again and goes on, and late rows do no harm.  Who reads\n"
"meanwhile sees whole rows.  Prints view, rows of the source (with --json: how\n"
"many of them were skipped), keys that have a newer row, rows that wait for a\n"
"later --until, and rows without a time.\n"
"\n"
"example: mlv-data feature load features.yaml\n",
	.options = load_options, .opts_size = sizeof(struct load_verb),
	.flags = VERB_JSON | VERB_NUL | VERB_TABLE | VERB_CATALOG | VERB_EVENTS,
	.run = load_run,
};

/* ---- get ---- */

struct get_verb {
	const char *service, *store, *at;
};

static const struct opt get_options[] = {
	{ OPT_TEXT, 's', "service", offsetof(struct get_verb, service),
	    "SERVICE", "whose features to get",
	    .needed = "say with --service which features to get" },
	{ OPT_TEXT, 0, "at", offsetof(struct get_verb, at), "TIME",
	    "the moment that ages and windows are counted from (now)" },
	{ OPT_TEXT, 0, "store", offsetof(struct get_verb, store), "STORE",
	    "a file, not .mlv/features/online.mdb, or redis://HOST:PORT" },
	OPT_END
};

/* Numbers and truth as such, lists as they are, all else text. */
static struct json *
value_json(struct arena *a, const struct raw_cell *v)
{
	struct json *j, *holder = json_new(a, JSON_LIST);
	struct err ignored = ERR_INIT;

	if (v->s == NULL)
		return json_new(a, JSON_NULL);
	if (!v->quoted && json_parse(&j, a, v->s, v->n, 0, &ignored) == 0)
		return j;
	return json_add_textn(a, holder, NULL, v->s, v->n);
}

static void
print_answer(struct cli *c, const struct feature_ref *f,
    const struct feature_answer *v)
{
	char when[CLOCK_TEXT_MAX];

	if (v->found)
		clock_print(when, v->time);
	out_begin(&c->out, "mlv.feature.value/1");
	out_text(&c->out, "feature", arena_printf(&c->arena, "%s__%s",
	    f->view->name, f->view->feature[f->feature].name));
	out_only(&c->out, OUT_TEXT);
	if (v->value.s)
		out_textn(&c->out, "value", v->value.s, v->value.n);
	else
		out_text(&c->out, "value", NULL);
	out_only(&c->out, OUT_JSON);
	out_tree(&c->out, "value", value_json(&c->arena, &v->value));
	out_only(&c->out, OUT_BOTH);
	out_text(&c->out, "status", feature_status_name(v->status));
	out_text(&c->out, "event_timestamp", v->found ? when : NULL);
	out_end(&c->out);
}

static int
get_features(struct cli *c, const struct get_verb *o, const char *path,
    const char *const *column, const struct raw_cell *value, size_t keys,
    int64_t now, struct err *e)
{
	const struct feature_service *s;
	struct feature_answer *answer;
	struct feature_lookup look;
	struct feature_spec *spec;
	const struct feature_store_at at = { o->store,
	    getenv("REDISCLI_AUTH") };
	struct feature_store store;
	char *folder;
	int r;

	if (feature_spec_load(&spec, &folder, &c->arena, path, e) < 0 ||
	    feature_service_find(&s, spec, o->service, e) < 0 ||
	    feature_lookup_init(&look, &c->arena, s, column, keys, e) < 0 ||
	    feature_store_open(&store, c->catalog, &at, false, e) < 0)
		return -1;
	answer = arena_alloc(&c->arena, s->refs * sizeof(*answer));
	r = feature_store_begin(&store, e);
	if (r == 0)
		r = feature_get(answer, &c->arena, &store, &look, value, 1,
		    now, e);
	for (size_t i = 0; r == 0 && i < s->refs; i++)
		print_answer(c, &s->ref[i], &answer[i]);
	feature_store_end(&store);
	feature_store_close(&store);
	return r;
}

static int
get_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct get_verb *o = opts;
	struct raw_cell *value;
	const char **column, *text;
	struct err e = ERR_INIT;
	int64_t now;
	int status;

	if (argc < 2)
		return cli_usage(c, "give features.yaml and KEY=VALUE");
	column = arena_alloc(&c->arena, (size_t)argc * sizeof(*column));
	value = arena_alloc(&c->arena, (size_t)argc * sizeof(*value));
	for (int i = 1; i < argc; i++) {
		if (!cli_key_value(c, argv[i], &column[i - 1], &text))
			return cli_usage(c, "a key is COLUMN=VALUE, not '%s'",
			    argv[i]);
		value[i - 1] = (struct raw_cell){ .s = text,
		    .n = (uint32_t)strlen(text) };
	}
	if ((status = parse_moment(&now, c, "at", o->at)) != 0)
		return status;
	return get_features(c, o, argv[0], column, value,
	    (size_t)argc - 1, now, &e) < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_feature_get = {
	.name = "feature get",
	.summary = "the features of a key from the online store",
	.synopsis = "--service SERVICE FEATURES.yaml KEY=VALUE...",
	.about =
"Prints feature, value, status and the time of the row it is from, for each\n"
"feature of the service.  The status is PRESENT, NULL_VALUE (the newest row\n"
"has none), OUTSIDE_MAX_AGE (it is older than the view's ttl) or NOT_FOUND\n"
"(nothing is known of the key); without PRESENT there is no value.\n"
"\n"
"example: mlv-data feature get features.yaml --service churn customer_id=42\n",
	.options = get_options, .opts_size = sizeof(struct get_verb),
	.flags = VERB_JSON | VERB_NUL | VERB_TABLE | VERB_CATALOG | VERB_EVENTS,
	.run = get_run,
};
