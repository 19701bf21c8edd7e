/* Bringing a pipeline up to date: what is stale, and doing a stage. */
#include "flow/repro.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/path.h"
#include "exec/memo.h"
#include "track/journal.h"

/* A stage as a command to run. */
struct stage_request {
	struct command_request rq;
	const char *command[4];
};

const char *
repro_state_text(enum repro_state s)
{
	static const char *const text[] = { "unchanged", "restore", "run",
	    "after", "frozen" };

	return text[s];
}

static void
fill_outputs(struct stage_request *r, struct arena *a, const struct stage *s)
{
	const char **out = arena_alloc(a, (s->n_outs + 1) * sizeof(*out));
	const char **gone = arena_alloc(a, (s->n_outs + 1) * sizeof(*gone));
	const char **told = arena_alloc(a, (s->n_outs + 1) * sizeof(*told));

	for (size_t i = 0; i < s->n_outs; i++) {
		out[i] = pipeline_path(a, s, s->out[i].path);
		if (!s->out[i].persist)
			gone[r->rq.n_remove++] = out[i];
		if (s->out[i].metric)
			told[r->rq.n_metrics++] = out[i];
		if (s->out[i].depfile)
			r->rq.depfile = out[i];
	}
	r->rq.outs = out;
	r->rq.n_outs = s->n_outs;
	r->rq.remove = gone;
	r->rq.metrics = told;
}

/* Paths as seen from the pipeline's folder; the command goes to its own. */
static int
fill_request(struct stage_request *r, struct arena *a, const struct stage *s,
    struct err *e)
{
	const char **dep = arena_alloc(a, (s->n_deps + 1) * sizeof(*dep));
	struct param *param = arena_alloc(a, (s->n_params + 1) *
	    sizeof(*param));

	memset(r, 0, sizeof(*r));
	for (size_t i = 0; i < s->n_deps; i++)
		dep[i] = pipeline_dep_is_name(s->dep[i]) ? s->dep[i] :
		    pipeline_path(a, s, s->dep[i]);
	for (size_t i = 0; i < s->n_params; i++) {
		const struct stage_param *p = &s->param[i];

		if (p->value == NULL)
			return err_set(e, ERR_NOENT, p->name ? "stage '%s' needs "
			    "'%s', which is not in '%s'" : "stage '%s' needs "
			    "%s'%s', which is not there", s->name,
			    p->name ? p->name : "", p->file);
		param[i] = (struct param){ p->label, pipeline_param_text(a, p->value) };
	}
	r->command[0] = "sh";
	r->command[1] = "-c";
	r->command[2] = pipeline_shell_text(a, s);
	r->rq = (struct command_request){ .command = r->command,
	    .name = s->name, .deps = dep, .n_deps = s->n_deps, .params = param,
	    .n_params = s->n_params,
	    /* one that reads and makes nothing is there for what it does */
	    .repeatable = s->n_outs > 0 && !s->always_changed,
	    .force = s->always_changed };
	fill_outputs(r, a, s);
	r->rq.depfile_folder = pipeline_path(a, s, ".");
	return 0;
}

int
repro_find(struct catalog *c, struct pipeline *p, struct err *e)
{
	struct stage_request r;
	const char **found;
	struct err why = ERR_INIT;
	bool any = false;

	for (size_t i = 0; i < p->n; i++) {
		struct stage *s = &p->stage[i];

		/* one whose parameters are not there says so when it is due */
		if (stage_depfile(s) == NULL ||
		    fill_request(&r, &p->arena, s, &why) < 0)
			continue;
		if (command_found(&found, &s->n_found, &p->arena, c, &r.rq,
		    e) < 0)
			return -1;
		s->found = found;
		any = any || s->n_found;
	}
	if (!any || pipeline_order(p, &why) == 0)
		return 0;
	/* the pipeline was changed since: what was found then is old */
	for (size_t i = 0; i < p->n; i++)
		p->stage[i].n_found = 0;
	return pipeline_order(p, e);
}

/* What a stage is called in the repository, to remember its last run and to
 * lock it; s NULL: the whole pipeline. */
static int
name_stage(char out[SHA256_HEX + 1], struct arena *a, struct catalog *c,
    const struct pipeline *p, const struct stage *s, struct err *e)
{
	struct json *m = json_new(a, JSON_MAP);
	char *here = getcwd(NULL, 0), *below = here ?
	    path_relative(repo_top(catalog_repo(c)), here) : NULL;

	json_add_text(a, m, "folder", below ? below : "");
	json_add_text(a, m, "file", path_base(p->file));
	if (s)
		json_add_text(a, m, "stage", s->name);
	free(below);
	free(here);
	return memo_name(out, m, e);
}

/* --- why it is stale */

static void
add_reason(struct buf *why, const char *before, const char *what,
    const char *after)
{
	buf_addf(why, "%s%s%s%s", why->len ? "; " : "", before, what, after);
}

static bool
same_value(struct arena *a, const struct json *x, const char *text)
{
	return x && strcmp(pipeline_param_text(a, x),
	    pipeline_param_text(a, journal_value(a, text))) == 0;
}

/* Did the run read it?  A name's link says the version too. */
static bool
is_input_named(const struct link *l, const char *dep)
{
	size_t n = strcspn(l->name, "@");

	if (strcmp(l->rel, "output") == 0)
		return false;
	return strcmp(l->name, dep) == 0 || (pipeline_dep_is_name(dep) &&
	    strlen(dep) == n && memcmp(l->name, dep, n) == 0);
}

static void
explain_inputs(struct buf *why, const struct run *run,
    const struct command_look *look)
{
	for (size_t i = 0; i < look->n; i++) {
		const struct link *was = NULL;

		for (size_t k = 0; k < run->n_links && was == NULL; k++)
			if (is_input_named(&run->link[k], look->name[i]))
				was = &run->link[k];
		if (was == NULL)
			add_reason(why, "input '", look->name[i], "' is new");
		else if (!oid_eq(&was->id, &look->dep[i]))
			add_reason(why, "input '", look->name[i], "' changed");
	}
}

/* Those that were found at run time and went since. */
static void
explain_gone(struct buf *why, const struct stage *s)
{
	for (size_t i = 0; i < s->n_found; i++)
		if (access(s->found[i], F_OK) < 0)
			add_reason(why, "input '", s->found[i], "' is gone");
}

static void
explain_params(struct buf *why, struct arena *a, const struct run *run,
    const struct command_request *rq)
{
	for (size_t i = 0; i < rq->n_params; i++) {
		const struct json *was = json_get(run->params,
		    rq->params[i].name);

		if (same_value(a, was, rq->params[i].value))
			continue;
		add_reason(why, "parameter '", rq->params[i].name,
		    arena_printf(a, "' is %s, was %s", rq->params[i].value,
		    was ? pipeline_param_text(a, was) : "not there"));
	}
}

static void
explain_outputs(struct buf *why, const struct command_request *rq)
{
	for (size_t i = 0; i < rq->n_outs; i++)
		add_reason(why, "output '", rq->outs[i],
		    access(rq->outs[i], F_OK) == 0 ? "' was changed" :
		    "' is not there");
}

static const char *
explain_stage(struct arena *a, struct catalog *c, const char *memo,
    const struct stage *s, const struct command_request *rq,
    const struct command_look *look)
{
	const struct json *word;
	const char *text;
	struct run run;
	struct buf why;
	size_t i = 0;

	if (memo_read(&run, c, memo) == 0)
		return look->state == COMMAND_DONE ? "done before, not as this "
		    "stage" : "never done";
	buf_init(&why, BUF_CAP_SMALL);
	for (word = run.command ? run.command->child : NULL; word && rq->command[i]
	    && word->type == JSON_TEXT && strcmp(word->s, rq->command[i]) == 0;
	    word = word->next)
		i++;
	if (word || rq->command[i])
		add_reason(&why, "the command changed", "", "");
	explain_inputs(&why, &run, look);
	explain_gone(&why, s);
	explain_params(&why, a, &run, rq);
	run_free(&run);
	if (why.len == 0)
		explain_outputs(&why, rq);
	if (why.len == 0)
		add_reason(&why, "other inputs, parameters or outputs are "
		    "named", "", "");
	text = arena_strndup(a, why.data, why.len);
	buf_free(&why);
	return text;
}

/* --- looking */

/* A stage that waits for another, or reads what is not there. */
static const struct stage *
find_stale_need(const struct pipeline *p, const struct repro_look *look,
    const bool *want, const struct stage *s)
{
	for (size_t i = 0; i < s->n_after; i++) {
		size_t k = s->after[i];

		if (want[k] && (look[k].state == REPRO_RUN ||
		    look[k].state == REPRO_RESTORE ||
		    look[k].state == REPRO_AFTER))
			return &p->stage[k];
	}
	return NULL;
}

static int
look_at_stage(struct repro_look *out, struct arena *a, struct catalog *c,
    const struct pipeline *p, const struct stage *s, bool force,
    struct err *e)
{
	struct stage_request r;
	struct command_look look;
	char memo[SHA256_HEX + 1];

	if (fill_request(&r, a, s, e) < 0)
		return -1;
	if (command_look(&look, a, c, &r.rq, e) < 0)
		return err_wrap(e, "stage '%s'", s->name);
	out->why = "";
	out->state = look.state == COMMAND_IN_PLACE ? REPRO_SAME :
	    look.state == COMMAND_DONE ? REPRO_RESTORE : REPRO_RUN;
	if (force || s->always_changed) {
		out->state = REPRO_RUN;
		out->why = force ? "forced" : "always changed";
	} else if (s->n_deps == 0 && s->n_outs == 0) {
		out->why = "it reads nothing and makes nothing";
	} else if (out->state != REPRO_SAME) {
		if (name_stage(memo, a, c, p, s, e) < 0)
			return -1;
		out->why = explain_stage(a, c, memo, s, &r.rq, &look);
	}
	return 0;
}

int
repro_look(struct repro_look *look, struct arena *a, struct catalog *c,
    const struct pipeline *p, const bool *want, bool force, struct err *e)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct stage *s = &p->stage[i], *need;

		look[i] = (struct repro_look){ REPRO_SAME, "" };
		if (!want[i])
			continue;
		need = find_stale_need(p, look, want, s);
		if (s->frozen)
			look[i].state = REPRO_FROZEN;
		else if (need)
			look[i] = (struct repro_look){ REPRO_AFTER,
			    arena_printf(a, "needs '%s'", need->name) };
		else if (look_at_stage(&look[i], a, c, p, s, force, e) < 0)
			return -1;
	}
	return 0;
}

/* --- doing */

static int
lock_named(int *fd, struct catalog *c, const char *name, int64_t wait_ms,
    struct err *e)
{
	struct repo *s = catalog_repo(c);
	char *folder = repo_path(s, "locks"), *path = path_join(folder, name);
	int r = file_make_folders(repo_os(s), folder, e);

	*fd = -1;
	if (r == 0)
		r = file_open_own(fd, repo_os(s), path, O_RDWR | O_CREAT, 0666, e);
	if (r == 0)
		r = file_lock(*fd, FILE_EXCLUSIVE, 0, 0, wait_ms, e);
	if (r < 0 && *fd >= 0) {
		close(*fd);
		*fd = -1;
	}
	free(path);
	free(folder);
	return r;
}

int
repro_lock(int *fd, struct catalog *c, const struct pipeline *p, bool wait,
    struct err *e)
{
	struct arena a = { NULL, 0 };
	char name[SHA256_HEX + 1];
	int r = name_stage(name, &a, c, p, NULL, e);

	*fd = -1;
	if (r == 0)
		r = lock_named(fd, c, arena_printf(&a, "repro-%s", name),
		    wait ? -1 : 0, e);
	arena_free(&a);
	return r < 0 && e->code == ERR_BUSY ? err_set(e, ERR_BUSY, "another "
	    "repro is at work on this pipeline; try again") : r;
}

int
repro_stage(struct command_outcome *out, struct catalog *c,
    const struct pipeline *p, size_t i, bool force, const struct log *log,
    struct err *e)
{
	const struct stage *s = &p->stage[i];
	struct arena a = { NULL, 0 };
	struct stage_request r;
	char memo[SHA256_HEX + 1];
	int fd = -1, result = -1;

	memset(out, 0, sizeof(*out));
	if (name_stage(memo, &a, c, p, s, e) < 0 ||
	    fill_request(&r, &a, s, e) < 0 ||
	    /* one left over from a killed make ends before it is done again */
	    lock_named(&fd, c, arena_printf(&a, "stage-%s", memo), -1, e) < 0)
		goto done;
	r.rq.force |= force;
	r.rq.log = log;
	result = command_run(out, c, &r.rq, e);
	if (result == 0 && (out->finished || out->restored))
		memo_write(catalog_repo(c), memo, out->id, log);
done:
	if (fd >= 0)
		close(fd);
	arena_free(&a);
	return result;
}
