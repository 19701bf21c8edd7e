/* What needs what: edges by paths, an order, cycles, and selection. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/nearest.h"
#include "base/mem.h"
#include "base/path.h"
#include "pipeline/pipeline.h"

bool
pipeline_dep_is_name(const char *dep)
{
	size_t n = strspn(dep, "abcdefghijklmnopqrstuvwxyz0123456789");

	return strcmp(dep, "-") == 0 || (n && dep[n] == ':');
}

const char *
pipeline_path(struct arena *a, const struct stage *s, const char *path)
{
	char *clean = path_clean(*path == '/' ? path :
	    arena_printf(a, "%s/%s", s->wdir, path));
	const char *kept = arena_strdup(a, clean);

	free(clean);
	return kept;
}

/* Which stage makes a path. */
struct maker {
	const char *path;
	size_t stage;
};

static int
compare_makers(const void *x, const void *y)
{
	const struct maker *a = x, *b = y;
	int r = strcmp(a->path, b->path);

	return r ? r : (a->stage > b->stage) - (a->stage < b->stage);
}

static const struct maker *
find_maker(const struct maker *m, size_t n, const char *path, size_t len)
{
	size_t low = 0;

	while (low < n) {
		size_t mid = low + (n - low) / 2;
		int r = strncmp(m[mid].path, path, len);

		if (r == 0 && m[mid].path[len] == '\0')
			return &m[mid];
		if (r < 0)
			low = mid + 1;
		else
			n = mid;
	}
	return NULL;
}

/* The maker of a path, or of a folder that it is in. */
static const struct maker *
find_maker_above(const struct maker *m, size_t n, const char *path)
{
	size_t len = strlen(path);
	const struct maker *found;

	while (len) {
		if ((found = find_maker(m, n, path, len)))
			return found;
		while (len && path[len - 1] != '/')
			len--;
		if (len)
			len--;
	}
	return NULL;
}

static int
list_makers(struct maker **out, size_t *n_out, struct pipeline *p,
    struct err *e)
{
	struct maker *m = NULL;
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		n += p->stage[i].n_outs;
	m = arena_alloc(&p->arena, (n + 1) * sizeof(*m));
	n = 0;
	for (size_t i = 0; i < p->n; i++)
		for (size_t k = 0; k < p->stage[i].n_outs; k++)
			m[n++] = (struct maker){ pipeline_path(&p->arena,
			    &p->stage[i], p->stage[i].out[k].path), i };
	qsort(m, n, sizeof(*m), compare_makers);
	for (size_t i = 1; i < n; i++)
		if (strcmp(m[i - 1].path, m[i].path) == 0)
			return err_set(e, ERR_FORMAT, "'%s' is made by stage '%s' "
			    "and by stage '%s'", m[i].path,
			    p->stage[m[i - 1].stage].name,
			    p->stage[m[i].stage].name);
	for (size_t i = 0; i < n; i++) {
		const char *slash = strrchr(m[i].path, '/');
		const struct maker *above = slash == NULL ? NULL :
		    find_maker_above(m, n, arena_strndup(&p->arena, m[i].path,
		    (size_t)(slash - m[i].path)));

		if (above)
			return err_set(e, ERR_FORMAT, "'%s' of stage '%s' lies in "
			    "'%s', which stage '%s' makes", m[i].path,
			    p->stage[m[i].stage].name, above->path,
			    p->stage[above->stage].name);
	}
	*out = m;
	*n_out = n;
	return 0;
}

static void
add_edge(struct pipeline *p, struct stage *s, size_t to, size_t *room)
{
	for (size_t i = 0; i < s->n_after; i++)
		if (s->after[i] == to)
			return;
	s->after = arena_grow(&p->arena, s->after, s->n_after, room,
	    sizeof(*s->after));
	s->after[s->n_after++] = to;
}

/* The first maker of something in the folder `path`, or n. */
static size_t
first_below(const struct maker *m, size_t n, const char *path, size_t len)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int r = strncmp(m[mid].path, path, len);

		if (r < 0 || (r == 0 && m[mid].path[len] < '/'))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool
lies_below(const char *path, const char *folder, size_t len)
{
	return strncmp(path, folder, len) == 0 && path[len] == '/';
}

/* From a stage to those that make what lies at `path`. */
static void
find_edges_to(struct pipeline *p, struct stage *s, const struct maker *m,
    size_t n, const char *path, size_t *room)
{
	const struct maker *by = find_maker_above(m, n, path);
	size_t len = strlen(path);

	if (by)
		add_edge(p, s, by->stage, room);
	/* a folder is made by all that make something in it */
	for (size_t j = by ? n : first_below(m, n, path, len);
	    j < n && lies_below(m[j].path, path, len); j++)
		add_edge(p, s, m[j].stage, room);
}

static void
find_edges(struct pipeline *p, const struct maker *m, size_t n)
{
	for (size_t i = 0; i < p->n; i++) {
		struct stage *s = &p->stage[i];
		size_t room = 0;

		s->after = NULL;
		s->n_after = 0;
		for (size_t k = 0; k < s->n_deps; k++)
			if (!pipeline_dep_is_name(s->dep[k]))
				find_edges_to(p, s, m, n, pipeline_path(
				    &p->arena, s, s->dep[k]), &room);
		for (size_t k = 0; k < s->n_found; k++)
			find_edges_to(p, s, m, n, s->found[k], &room);
	}
}

/* Depth first, with a list for a stack: chains may be long.  A stage on the
 * stack that is met again closes a cycle. */
struct visit {
	size_t stage, next;
};

static int
tell_cycle(const struct pipeline *p, const struct visit *stack, size_t n,
    size_t again, struct err *e)
{
	char way[512] = "";
	size_t i = 0, len = 0;

	while (i < n && stack[i].stage != again)
		i++;
	for (; i < n && len < sizeof(way); i++)
		len += (size_t)snprintf(way + len, sizeof(way) - len, "%s needs ",
		    p->stage[stack[i].stage].name);
	return err_set(e, ERR_FORMAT, "a cycle: %s%s", way,
	    p->stage[again].name);
}

static int
visit_from(size_t *order, size_t *n_order, uint8_t *seen,
    struct visit *stack, size_t root, const struct pipeline *p, struct err *e)
{
	size_t n = 0;

	if (seen[root])
		return 0;
	stack[n++] = (struct visit){ root, 0 };
	seen[root] = 1;
	while (n) {
		struct visit *v = &stack[n - 1];
		const struct stage *s = &p->stage[v->stage];
		size_t to;

		if (v->next == s->n_after) {
			seen[v->stage] = 2;
			order[(*n_order)++] = v->stage;
			n--;
			continue;
		}
		to = s->after[v->next++];
		if (seen[to] == 1)
			return tell_cycle(p, stack, n, to, e);
		if (seen[to] == 0) {
			seen[to] = 1;
			stack[n++] = (struct visit){ to, 0 };
		}
	}
	return 0;
}

/* Put the stages in this order; `after` holds their new places. */
static void
apply_order(struct pipeline *p, const size_t *order)
{
	struct stage *old = arena_alloc(&p->arena, (p->n + 1) * sizeof(*old));
	size_t *place = arena_alloc(&p->arena, (p->n + 1) * sizeof(*place));

	memcpy(old, p->stage, p->n * sizeof(*old));
	for (size_t i = 0; i < p->n; i++) {
		p->stage[i] = old[order[i]];
		place[order[i]] = i;
	}
	for (size_t i = 0; i < p->n; i++)
		for (size_t k = 0; k < p->stage[i].n_after; k++)
			p->stage[i].after[k] = place[p->stage[i].after[k]];
}

static int
refuse_twins(const struct pipeline *p, struct err *e)
{
	struct maker *names = xalloc(p->n + 1, sizeof(*names));
	int r = 0;

	for (size_t i = 0; i < p->n; i++)
		names[i] = (struct maker){ p->stage[i].name, i };
	qsort(names, p->n, sizeof(*names), compare_makers);
	for (size_t i = 1; i < p->n && r == 0; i++)
		if (strcmp(names[i - 1].path, names[i].path) == 0)
			r = err_set(e, ERR_FORMAT, "there are two stages '%s'",
			    names[i].path);
	free(names);
	return r;
}

int
pipeline_order(struct pipeline *p, struct err *e)
{
	size_t n = 0, n_order = 0, *order;
	struct visit *stack;
	struct maker *m = NULL;
	uint8_t *seen;
	int r = 0;

	if (refuse_twins(p, e) < 0 || list_makers(&m, &n, p, e) < 0)
		return -1;
	find_edges(p, m, n);
	order = xalloc(p->n + 1, sizeof(*order));
	stack = xalloc(p->n + 1, sizeof(*stack));
	seen = xalloc(p->n + 1, 1);
	for (size_t i = 0; i < p->n && r == 0; i++)
		r = visit_from(order, &n_order, seen, stack, i, p, e);
	if (r == 0 && p->n > 0)
		apply_order(p, order);
	free(seen);
	free(stack);
	free(order);
	return r;
}

/* Mark what one target names; how many stages that were. */
static size_t
mark_target(bool *want, const struct pipeline *p, const char *target)
{
	struct arena a = { NULL, 0 };
	char *path = path_clean(target);
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++) {
		const struct stage *s = &p->stage[i];
		bool is = strcmp(s->name, target) == 0 ||
		    strcmp(s->group, target) == 0;

		for (size_t k = 0; k < s->n_outs && !is; k++)
			is = strcmp(pipeline_path(&a, s, s->out[k].path),
			    path) == 0;
		want[i] |= is;
		n += is;
	}
	free(path);
	arena_free(&a);
	return n;
}

static int
refuse_target(const struct pipeline *p, const char *target, struct err *e)
{
	const char **names = xalloc(p->n + 1, sizeof(*names));
	const char *near;

	for (size_t i = 0; i < p->n; i++)
		names[i] = p->stage[i].name;
	near = nearest_word(target, names, p->n);
	err_set(e, ERR_NOENT, "'%s' has no stage or output '%s'%s%s%s",
	    p->file ? p->file : "the pipeline", target,
	    near ? " (do you mean '" : "", near ? near : "", near ? "'?)" : "");
	free(names);
	return -1;
}

int
pipeline_select(bool *want, const struct pipeline *p,
    const char *const *targets, size_t n, const struct pipeline_want *how,
    struct err *e)
{
	for (size_t i = 0; i < p->n; i++)
		want[i] = n == 0;
	for (size_t i = 0; i < n; i++)
		if (mark_target(want, p, targets[i]) == 0)
			return refuse_target(p, targets[i], e);
	if (how && how->down)
		for (size_t i = 0; i < p->n; i++)
			for (size_t k = 0; k < p->stage[i].n_after; k++)
				want[i] |= want[p->stage[i].after[k]];
	if (how == NULL || !(how->alone || how->down))
		for (size_t i = p->n; i-- > 0; )
			for (size_t k = 0; want[i] && k < p->stage[i].n_after; k++)
				want[p->stage[i].after[k]] = true;
	return 0;
}
