/* Runs that were recorded, as the stages of a pipeline. */
#include "flow/history.h"

#include <string.h>

#include "base/path.h"
#include "base/shellword.h"
#include "pipeline/template.h"
#include "track/find.h"

/* Stages being collected: of a path that was made twice the first counts. */
struct history {
	struct pipeline *p;
	size_t room;
};

static bool
is_output(const struct link *l)
{
	return strcmp(l->rel, "output") == 0 && *l->name;
}

static bool
is_made_already(const struct pipeline *p, const char *path)
{
	for (size_t i = 0; i < p->n; i++)
		for (size_t k = 0; k < p->stage[i].n_outs; k++)
			if (strcmp(p->stage[i].out[k].path, path) == 0)
				return true;
	return false;
}

static bool
is_name_taken(const struct pipeline *p, const char *name)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->stage[i].name, name) == 0)
			return true;
	return false;
}

/* The run's name, or its first output without the ending. */
static const char *
name_stage(struct history *h, const struct run *r, const char *output)
{
	struct arena *a = &h->p->arena;
	const char *base = path_base(output), *dot = strrchr(base, '.');
	const char *name = *r->name ? arena_strdup(a, r->name) :
	    arena_strndup(a, base, dot && dot > base ? (size_t)(dot - base) :
	    strlen(base));
	const char *again = name;

	for (size_t i = 2; is_name_taken(h->p, again); i++)
		again = arena_printf(a, "%s-%zu", name, i);
	return again;
}

/* "sh -c TEXT" is the text; other commands are quoted words. */
static const char *
command_text(struct arena *a, const struct json *command)
{
	const struct json *first = command->child;
	const char *text;
	struct buf b;

	if (command->n == 3 && strcmp(first->s, "sh") == 0 &&
	    strcmp(first->next->s, "-c") == 0)
		return arena_strdup(a, first->next->next->s);
	buf_init(&b, BUF_CAP_SMALL);
	for (const struct json *w = first; w; w = w->next) {
		if (b.len)
			buf_addc(&b, ' ');
		shellword_add(&b, w->s);
	}
	text = arena_strndup(a, b.data, b.len);
	buf_free(&b);
	return text;
}

/* A name without its version: the pipeline reads what it stands for then. */
static const char *
dep_of_link(struct arena *a, const struct link *l)
{
	return pipeline_dep_is_name(l->name) ?
	    arena_strndup(a, l->name, strcspn(l->name, "@")) :
	    arena_strdup(a, l->name);
}

static void
add_params(struct history *h, struct stage *s, const struct run *r)
{
	struct arena *a = &h->p->arena;
	size_t room = 0;

	for (const struct json *v = r->params->child; v; v = v->next) {
		const char *name = arena_strdup(a, v->key);

		s->param = arena_grow(a, s->param, s->n_params, &room,
		    sizeof(*s->param));
		s->param[s->n_params++] = (struct stage_param){
		    .file = "params.yaml", .name = name, .label = name,
		    .value = template_copy(a, NULL, NULL, v) };
	}
}

static int
add_run(void *ctx, const struct run *r, struct err *e)
{
	struct history *h = ctx;
	struct arena *a = &h->p->arena;
	struct stage s = { .wdir = "." };
	size_t room = 0, dep_room = 0;

	(void)e;
	if (r->status != RUN_FINISHED || r->command == NULL ||
	    r->command->n == 0)
		return 0;
	for (const struct json *w = r->command->child; w; w = w->next)
		if (w->type != JSON_TEXT)
			return 0;
	for (size_t i = 0; i < r->n_links; i++) {
		const struct link *l = &r->link[i];

		if (is_output(l) && is_made_already(h->p, l->name))
			return 0;
		if (is_output(l)) {
			s.out = arena_grow(a, s.out, s.n_outs, &room,
			    sizeof(*s.out));
			s.out[s.n_outs++] = (struct stage_out){ .path =
			    arena_strdup(a, l->name) };
		} else if (*l->name && (run_reads(l) ||
		    strcmp(l->rel, "code") == 0)) {
			s.dep = arena_grow(a, s.dep, s.n_deps, &dep_room,
			    sizeof(*s.dep));
			s.dep[s.n_deps++] = dep_of_link(a, l);
		}
	}
	if (s.n_outs == 0 || h->p->n == PIPELINE_STAGES_MAX)
		return 0;
	s.name = s.group = name_stage(h, r, s.out[0].path);
	s.command = command_text(a, r->command);
	add_params(h, &s, r);
	h->p->stage = arena_grow(a, h->p->stage, h->p->n, &h->room, sizeof(s));
	h->p->stage[h->p->n++] = s;
	return 0;
}

/* Keep the stages that `runs` are, and what they need. */
static int
keep_named(struct pipeline *p, struct catalog *c, const char *const *runs,
    size_t n, struct err *e)
{
	const char **targets = arena_alloc(&p->arena, (n + 1) *
	    sizeof(*targets));
	bool *want = arena_alloc(&p->arena, p->n + 1);
	size_t kept = 0;
	struct run r;

	for (size_t i = 0; i < n; i++) {
		if (run_read(&r, c, runs[i], e) < 0)
			return -1;
		for (size_t k = 0; k < r.n_links && targets[i] == NULL; k++)
			if (is_output(&r.link[k]))
				targets[i] = arena_strdup(&p->arena,
				    r.link[k].name);
		run_free(&r);
		if (targets[i] == NULL)
			return err_set(e, ERR_NOENT, "'%s' made no file", runs[i]);
	}
	if (pipeline_select(want, p, targets, n, NULL, e) < 0)
		return -1;
	for (size_t i = 0; i < p->n; i++)
		if (want[i])
			p->stage[kept++] = p->stage[i];
	p->n = kept;
	return pipeline_order(p, e);
}

int
pipeline_of_runs(struct pipeline *p, struct catalog *c,
    const char *const *runs, size_t n, struct err *e)
{
	struct history h = { .p = p };
	int r;

	memset(p, 0, sizeof(*p));
	p->folder = ".";
	if (catalog_need_repo(c, "recorded runs", e) < 0)
		return -1;
	/* those named come first: they count where a path was made again */
	for (size_t i = 0; i < n; i++) {
		struct run one;

		if (run_read(&one, c, runs[i], e) < 0)
			return -1;
		r = add_run(&h, &one, e);
		run_free(&one);
		if (r < 0)
			return -1;
	}
	if (run_each(c, add_run, &h, e) < 0)
		return -1;
	if (p->n == 0)
		return err_set(e, ERR_NOENT, "no recorded run made a file");
	if (pipeline_order(p, e) < 0)
		return err_wrap(e, "the recorded runs");
	return n ? keep_named(p, c, runs, n, e) : 0;
}
