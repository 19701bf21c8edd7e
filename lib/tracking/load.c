/* Runs read from the repository into memory. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/folder.h"
#include "base/mem.h"
#include "store/ref.h"
#include "store/repo.h"
#include "track/find.h"
#include "tracking/runs.h"

#define LOOK_US 500000
#define TICK_NS 1000000000	/* of the coarsest clock of a file system */
#define FEW 16			/* so many are read one by one */
#define SUFFIX ".jsonl"

static void
run_clear(struct tracked_run *r)
{
	for (size_t i = 0; i < r->n_params; i++)
		free(r->param[i].value);
	for (size_t i = 0; i < r->n_tags; i++)
		free(r->tag[i].value);
	r->n_params = r->n_tags = r->n_metrics = 0;
	tracked_set_text(&r->datasets, NULL);
	tracked_set_text(&r->model_inputs, NULL);
	tracked_set_text(&r->model_outputs, NULL);
}

static void
run_free_tracked(struct tracked_run *r)
{
	run_clear(r);
	free(r->param);
	free(r->tag);
	free(r->metric);
	free(r->id);
	free(r->experiment);
	free(r->name);
	free(r->user);
	free(r);
}

/* ---- one run ---- */

static char *
json_as_text(const struct json *v)
{
	struct buf b;

	if (v->type == JSON_TEXT)
		return xstrdup(v->s);
	buf_init(&b, BUF_CAP_DOC);
	json_write(&b, v);
	return buf_detach(&b, NULL);
}

static void
copy_list(char **to, const struct json *facts, const char *key)
{
	const struct json *v = json_get(facts, key);

	if (v && v->type == JSON_LIST) {
		free(*to);
		*to = json_as_text(v);
	}
}

/* What MLflow's page shows of a run that the command line made. */
static void
add_own_tags(struct runs *rs, struct tracked_run *t, const struct run *r)
{
	const struct json *git = json_get(r->facts, "git");
	struct buf b;

	buf_init(&b, BUF_CAP_SMALL);
	if (r->command)
		for (const struct json *w = r->command->child; w; w = w->next)
			buf_addf(&b, "%s%s", b.len ? " " : "", w->s);
	tracked_set_tag(rs, t, "mlflow.source.name", b.len ? b.data :
	    r->verb);
	tracked_set_tag(rs, t, "mlflow.source.type", "LOCAL");
	tracked_set_tag(rs, t, "mlflow.user", r->user);
	if (git && *json_text(git, "commit", ""))
		tracked_set_tag(rs, t, "mlflow.source.git.commit",
		    json_text(git, "commit", ""));
	buf_free(&b);
}

static void
take_facts(struct runs *rs, struct tracked_run *t, const struct run *r)
{
	const struct json *tags = json_get(r->facts, "tags");

	t->lease_s = json_int(r->facts, "lease_s", 0);
	if (t->lease_s == 0)
		add_own_tags(rs, t, r);
	if (tags && tags->type == JSON_MAP)
		for (const struct json *v = tags->child; v; v = v->next)
			if (v->type == JSON_TEXT)
				tracked_set_tag(rs, t, v->key, v->s);
	if (t->experiment == NULL || json_get(r->facts, "experiment"))
		tracked_set_text(&t->experiment, json_text(r->facts,
		    "experiment", ""));
	t->deleted = json_get(r->facts, "deleted") != NULL &&
	    json_get(r->facts, "deleted")->type != JSON_NULL;
	t->scheduled = json_bool(r->facts, "scheduled", false);
	copy_list(&t->datasets, r->facts, "datasets");
	copy_list(&t->model_inputs, r->facts, "model_inputs");
	copy_list(&t->model_outputs, r->facts, "model_outputs");
}

static void
take_points(struct runs *rs, struct tracked_run *t, const struct run *r)
{
	for (size_t i = 0; i < r->n_metrics; i++) {
		const struct run_metric *m = &r->metric[i];

		if (m->n == 0)
			tracked_add_point(rs, t, m->name, 0, t->end_ms,
			    m->summary);
		for (size_t j = 0; j < m->n; j++)
			tracked_add_point(rs, t, m->name, m->step[j],
			    m->time_us[j] ? m->time_us[j] / 1000 : t->end_ms,
			    m->n == 1 ? m->summary : m->value[j]);
		/* what the index says, whether the rest was read or not */
		if (t->sealed)
			t->metric[i].value = m->summary;
	}
}

static void
take_run(struct runs *rs, struct tracked_run *t, const struct run *r)
{
	run_clear(t);
	t->status = r->status;
	t->start_ms = r->begin_us / 1000;
	t->end_ms = r->end_us / 1000;
	t->heard_us = clock_wall_us();
	t->sealed = !oid_is_none(&r->manifest);
	tracked_set_text(&t->user, r->user);
	take_facts(rs, t, r);
	tracked_set_text(&t->name, *r->name ? r->name : r->verb);
	tracked_set_tag(rs, t, "mlflow.runName", t->name);
	for (const struct json *v = r->params->child; v; v = v->next) {
		char *text = json_as_text(v);

		tracked_set_param(rs, t, v->key, text);
		free(text);
	}
	take_points(rs, t, r);
}

/* One that other processes sealed keeps what is known of it when it cannot be
 * read now. */
static void
load_run(struct runs *rs, const char *id)
{
	struct err ignored = ERR_INIT;
	struct tracked_run *t;
	struct run r;
	char *name;

	name = xprintf("run:%s", id);
	if (run_read(&r, rs->c, name, &ignored) == 0) {
		t = runs_find(rs, id);
		t = t ? t : runs_add(rs, id);
		take_run(rs, t, &r);
		t->brief = false;
		run_free(&r);
	}
	free(name);
}

struct tracked_run *
runs_complete(struct runs *rs, struct tracked_run *r)
{
	if (r->brief)
		load_run(rs, r->id);
	r->brief = false;
	return r;
}

/* ---- all of them ---- */

/* Sealed runs that are new, were ended, or got another version. */
struct changed {
	struct runs *rs;
	struct stamped {
		char *id;
		uint64_t stamp;
	} *v;				/* by id */
	size_t n, room;
};

static int
add_changed(void *ctx, const char *base, uint64_t stamp, struct err *e)
{
	struct changed *c = ctx;
	struct tracked_run *t;

	(void)e;
	if (strchr(base, '@'))
		return 0;
	t = runs_find(c->rs, base);
	if (t && t->sealed && t->stamp == stamp)
		return 0;
	if (c->n == c->room) {
		c->room = c->room ? c->room * 2 : 256;
		c->v = xresize(c->v, c->room, sizeof(*c->v));
	}
	c->v[c->n++] = (struct stamped){ xstrdup(base), stamp };
	return 0;
}

static int
compare_ids(const void *id, const void *one)
{
	return strcmp(id, ((const struct stamped *)one)->id);
}

/* One that a journal which is a file goes on with is read from there. */
static int
take_row(void *ctx, const struct run *r, struct err *e)
{
	struct changed *c = ctx;
	struct stamped *s = bsearch(r->id, c->v, c->n, sizeof(*c->v),
	    compare_ids);
	struct tracked_run *t;

	(void)e;
	if (s == NULL)
		return 0;
	t = runs_find(c->rs, r->id);
	if (t && t->size) {
		load_run(c->rs, r->id);
	} else {
		t = t ? t : runs_add(c->rs, r->id);
		take_run(c->rs, t, r);
		t->brief = t->n_metrics > 0;
	}
	if (t->sealed)
		t->stamp = s->stamp;
	return 0;
}

/* The stamps were read before the index: what changed between is looked at
 * again the next time.  One run that cannot be read has no index, and keeps
 * none of the others from being known. */
static int
load_changed(struct runs *rs, struct err *e)
{
	struct changed c = { .rs = rs };
	struct err ignored = ERR_INIT;
	struct tracked_run *t;
	int r = ref_each_stamp(catalog_repo(rs->c), "run", add_changed, &c, e);

	if (r == 0 && (c.n <= FEW || run_each_sealed(rs->c, take_row, &c,
	    &ignored) < 0)) {
		for (size_t i = 0; i < c.n; i++) {
			load_run(rs, c.v[i].id);
			t = runs_find(rs, c.v[i].id);
			if (t && t->sealed)
				t->stamp = c.v[i].stamp;
		}
	}
	for (size_t i = 0; i < c.n; i++)
		free(c.v[i].id);
	free(c.v);
	return r;
}

void
tracked_is_read(const struct runs *rs, struct tracked_run *r)
{
	char *name = xprintf("run/%s", r->id);

	r->stamp = ref_stamp(catalog_repo(rs->c), name);
	free(name);
}

/* Who runs a command line is killed without a word in the journal. */
static bool
may_be_killed(const struct runs *rs, const struct tracked_run *t)
{
	return t->status == RUN_RUNNING && t->lease_s == 0 && !t->sealed &&
	    !run_is_held(rs->c, t->id);
}

/* Journals that grew since, or whose writer is gone. */
static int
load_journals(struct runs *rs, const char *folder, struct err *e)
{
	size_t count, s = sizeof(SUFFIX) - 1;
	char **names;
	int r = folder_names(&names, &count, folder, e);

	for (size_t i = 0; i < count; i++) {
		size_t n = strlen(names[i]);
		struct tracked_run *t;
		struct stat st;
		char *path;

		if (n <= s || strcmp(names[i] + n - s, SUFFIX) != 0)
			continue;
		path = xprintf("%s/%s", folder, names[i]);
		names[i][n - s] = '\0';
		t = runs_find(rs, names[i]);
		if (stat(path, &st) == 0 && (t == NULL || t->size !=
		    (uint64_t)st.st_size || may_be_killed(rs, t))) {
			load_run(rs, names[i]);
			t = runs_find(rs, names[i]);
			if (t) {
				t->size = (uint64_t)st.st_size;
				t->heard_us = (int64_t)st.st_mtim.tv_sec *
				    1000000;
			}
		}
		free(path);
	}
	folder_names_free(names, count);
	return r;
}

static int64_t
changed_ns(const char *folder)
{
	struct stat st;

	return stat(folder, &st) < 0 ? 0 : (int64_t)st.st_mtim.tv_sec *
	    1000000000 + st.st_mtim.tv_nsec;
}

/* A folder whose time is that of now may change once more within it. */
static int64_t
past_ns(int64_t ns, int64_t now_ns)
{
	return ns < now_ns - TICK_NS ? ns : -1;
}

int
runs_refresh(struct runs *rs, struct err *e)
{
	struct repo *repo = catalog_repo(rs->c);
	char *refs, *journals;
	int64_t us = clock_mono_us(), now_ns = clock_wall_us() * 1000;
	int64_t refs_ns;
	int r = 0;

	if (rs->looked_us && us - rs->looked_us < LOOK_US)
		return 0;
	rs->looked_us = us;
	refs = repo_path(repo, "refs/run");
	journals = repo_path(repo, "runs");
	refs_ns = changed_ns(refs);
	if (refs_ns != rs->seen_ns)
		r = load_changed(rs, e);
	if (r == 0)
		r = load_journals(rs, journals, e);
	if (r == 0)
		rs->seen_ns = past_ns(refs_ns, now_ns);
	free(refs);
	free(journals);
	return r;
}

int
runs_init(struct runs *rs, struct catalog *c, struct err *e)
{
	memset(rs, 0, sizeof(*rs));
	rs->c = c;
	rs->keys = intern_new();
	rs->ids = intern_new();
	return runs_refresh(rs, e);
}

void
runs_release(struct runs *rs)
{
	for (size_t i = 0; rs->ids && i < runs_count(rs); i++)
		run_free_tracked(rs->v[i]);
	free(rs->v);
	if (rs->keys)
		intern_free(rs->keys);
	if (rs->ids)
		intern_free(rs->ids);
}
