/* A rollout begun: what is refused before a single unit moves. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "catalog/bytes.h"
#include "flow/rollout/internal.h"
#include "model/contract.h"
#include "model/open.h"
#include "promote/gate.h"

#define POLICY_MAX ((size_t)1 << 18)

/* What is looked at before it begins. */
struct beginning {
	struct catalog *c;
	const struct rollout_start *o;
	struct rollout_policy policy;
	struct buf text, gate;		/* of both policies */
	bool gated;
	uint32_t champion, candidate;
	struct binding *of_champion, *of_candidate;
};

static int
read_text(struct buf *b, const char *path, struct err *e)
{
	if (file_read(b, path, e) < 0)
		return -1;
	if (memchr(b->data, '\0', b->len))
		return err_set(e, ERR_FORMAT, "'%s' is no text", path);
	return 0;
}

/* The gate's path is beside the policy that names it. */
static int
read_gate(struct beginning *g, struct err *e)
{
	const char *gate = g->policy.gate;
	struct catalog_item item;
	struct policy p;
	struct gate judged;
	char *folder, *path;
	int r;

	if (gate == NULL)
		return 0;
	folder = xstrndup(g->o->policy, (size_t)(path_base(g->o->policy) -
	    g->o->policy));
	path = *gate == '/' ? xstrdup(gate) : xprintf("%s%s", folder, gate);
	r = read_text(&g->gate, path, e);
	if (r == 0 && (r = policy_parse(&p, g->gate.data, g->gate.len,
	    e)) < 0)
		err_wrap(e, "'%s'", path);
	if (r == 0) {
		g->gated = true;
		r = catalog_resolve(&item, g->c, g->o->candidate, e);
		if (r == 0) {
			r = gate_judge(&judged, g->c, &item, &p, e);
			if (r == 0 && judged.failed)
				r = gate_refuse(&judged, item.label, e);
			gate_release(&judged);
			catalog_item_free(&item);
		}
		policy_release(&p);
	}
	free(path);
	free(folder);
	return r;
}

/* A version of the model by that name, and the model itself. */
static int
open_version(uint32_t *version, struct binding **b, struct catalog *c,
    const char *model, const char *name, struct err *e)
{
	struct catalog_bytes bytes;
	int r;

	if (catalog_open_bytes(&bytes, c, name, e) < 0)
		return -1;
	if (bytes.item.kind != NAME_MODEL || strcmp(bytes.item.base,
	    model) != 0 || bytes.item.version == 0)
		r = err_set(e, ERR_USAGE, "'%s' is no version of model:%s in "
		    "the registry", name, model);
	else if ((r = binding_open(b, bytes.data, bytes.n, NULL, e)) < 0)
		err_wrap(e, "%s", name);
	*version = bytes.item.version;
	catalog_bytes_close(&bytes);
	return r;
}

static int
open_models(struct beginning *g, struct err *e)
{
	const char *model = g->o->name;
	char *alias = xprintf("model:%s@%s", model, g->policy.alias);
	struct buf why;
	int r;

	buf_init(&why, BUF_CAP_SMALL);
	r = open_version(&g->champion, &g->of_champion, g->c, model, alias, e);
	if (r == 0)
		r = open_version(&g->candidate, &g->of_candidate, g->c, model,
		    g->o->candidate, e);
	if (r == 0 && g->champion == g->candidate)
		r = err_set(e, ERR_NO, "%s means version %u already", alias,
		    g->champion);
	else if (r == 0 && !contract_kept(&why, g->of_champion,
	    g->of_candidate))
		r = err_set(e, ERR_NO, "version %u does not keep the contract "
		    "of version %u, which %s means: %.600s", g->candidate,
		    g->champion, alias, why.data);
	buf_free(&why);
	free(alias);
	return r;
}

/* --- measures that the model cannot have ---------------------------------- */

static const struct binding_column *
find_output(const struct binding *b, const char *name)
{
	size_t n;
	const struct binding_column *col = binding_columns(b, &n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(col[i].name, name) == 0)
			return &col[i];
	return NULL;
}

/* The answer a model is judged by, where nobody says which. */
static const struct binding_column *
usual_output(const struct binding *b)
{
	const struct binding_column *label = find_output(b, "label");
	size_t n;
	const struct binding_column *col = binding_columns(b, &n);

	if (label == NULL)
		label = find_output(b, "output_label");
	for (size_t i = 0; label == NULL && i < n; i++)
		if (col_type_is_text(col[i].type) || n == 1)
			label = &col[i];
	return label;
}

static int
check_measure(const struct beginning *g, const struct rollout_measure *m,
    struct err *e)
{
	const struct binding_column *c;
	bool number;

	if (m->metric != METRIC_SHIFT && m->metric != METRIC_MISTAKES &&
	    m->metric != METRIC_FLIPS)
		return 0;
	c = m->output ? find_output(g->of_candidate, m->output) :
	    usual_output(g->of_candidate);
	if (c == NULL && m->output)
		return err_set(e, ERR_USAGE, "%s: the model has no output "
		    "'%s'", m->name, m->output);
	if (c == NULL && m->metric != METRIC_FLIPS)
		return err_set(e, ERR_USAGE, "%s: say with 'output' which of "
		    "the model's outputs", m->name);
	number = c && (c->type == COL_FLOAT32 || c->type == COL_FLOAT64);
	if (number && m->metric == METRIC_SHIFT && m->n_edges == 0)
		return err_set(e, ERR_USAGE, "shift: '%s' is a number: give "
		    "'edges' between which it is counted", c->name);
	return 0;
}

static int
check_measures(const struct beginning *g, struct err *e)
{
	for (size_t i = 0; i < g->policy.n_guards; i++)
		if (check_measure(g, &g->policy.guard[i].measure, e) < 0)
			return -1;
	return check_measure(g, &g->policy.goal, e);
}

/* --- the state ------------------------------------------------------------ */

/* Absolute: it is read from anywhere. */
static char *
log_path(const struct beginning *g)
{
	const char *log = g->o->log;
	char *here, *path;

	if (log == NULL)
		return repo_path(catalog_repo(g->c), "requests");
	if (*log == '/' || (here = getcwd(NULL, 0)) == NULL)
		return xstrdup(log);
	path = path_join(here, log);
	free(here);
	return path;
}

/* Servers make the folder with their first answer. */
static int
check_log(const struct beginning *g, struct err *e)
{
	char *log = log_path(g);
	struct stat st;
	int r = 0;

	if (stat(log, &st) == 0 && !S_ISDIR(st.st_mode))
		r = err_set(e, ERR_USAGE, "the request log '%s' is no folder",
		    log);
	free(log);
	return r;
}

static void
fill_state(struct rollout_state *s, const struct beginning *g, int64_t number)
{
	struct arena *a = &s->arena;
	char *log = log_path(g);

	memset(s, 0, sizeof(*s));
	s->name = arena_strdup(a, g->o->name);
	s->number = number;
	s->id = arena_printf(a, "%s/%lld", s->name, (long long)number);
	s->phase = ROLLOUT_RUNNING;
	s->kind = g->policy.kind;
	s->share = g->policy.n_steps ? g->policy.step[0] : 0;
	s->alias = arena_strdup(a, g->policy.alias);
	s->champion = g->champion;
	s->candidate = g->candidate;
	s->started_us = s->stepped_us = clock_wall_us();
	s->log = arena_strdup(a, log);
	s->policy = arena_strndup(a, g->text.data, g->text.len);
	s->gate = g->gated ? arena_strndup(a, g->gate.data, g->gate.len) :
	    NULL;
	s->verdict = s->why = s->report = "";
	free(log);
}

/* How many there were; ERR_EXISTS when one runs. */
static int
count_before(int64_t *number, struct catalog *c, const char *name,
    struct err *e)
{
	struct rollout_state before;
	struct err why = ERR_INIT;
	int r = 0;

	*number = 0;
	if (rollout_state_read(&before, catalog_repo(c), name, &why) < 0) {
		if (why.code == ERR_NOENT)
			return 0;
		*e = why;
		return -1;
	}
	*number = before.number;
	if (rollout_is_open(before.phase))
		r = err_set(e, ERR_EXISTS, "rollout %s is running: 'mlv-serve "
		    "rollout abort %s' ends it", before.id, name);
	rollout_state_release(&before);
	return r;
}

static int
begin(struct rollout_state *s, struct beginning *g, struct err *e)
{
	int64_t number;
	int r;

	if (count_before(&number, g->c, g->o->name, e) < 0)
		return -1;
	fill_state(s, g, number + 1);
	r = record_and_write(s, g->c, "start", NULL, e);
	if (r < 0 && e->code != ERR_UNPROVEN)
		rollout_state_release(s);
	return r;
}

int
rollout_begin(struct rollout_state *s, struct catalog *c,
    const struct rollout_start *o, struct err *e)
{
	struct beginning g = { .c = c, .o = o };
	int fd = -1, r = -1;

	if (!name_base_ok(o->name))
		return err_set(e, ERR_USAGE, "'%s' is no name of a model",
		    o->name);
	buf_init(&g.text, POLICY_MAX);
	buf_init(&g.gate, POLICY_MAX);
	if (read_text(&g.text, o->policy, e) < 0)
		goto done;
	if (rollout_policy_parse(&g.policy, g.text.data, g.text.len, e) < 0) {
		err_wrap(e, "'%s'", o->policy);
		goto done;
	}
	if (check_log(&g, e) < 0 || open_models(&g, e) < 0 ||
	    check_measures(&g, e) < 0 || read_gate(&g, e) < 0 ||
	    rollout_lock(&fd, catalog_repo(c), o->name, e) < 0)
		goto done;
	r = begin(s, &g, e);
done:
	if (fd >= 0)
		close(fd);
	binding_free(g.of_champion);
	binding_free(g.of_candidate);
	rollout_policy_release(&g.policy);
	buf_free(&g.text);
	buf_free(&g.gate);
	return r;
}
