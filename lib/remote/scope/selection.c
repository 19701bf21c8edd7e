/* The refs that a push or pull is about. */
#include "remote/scope/selection.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct gather {
	struct intern *names;
	const struct remote_request *rq;
	bool *found;		/* (rq->n) */
};

/* "data/churn" asks for "data/churn@golden", and the other way round, too. */
static bool
is_asked(const char *name, const char *word)
{
	size_t n = strcspn(name, "@"), m = strcspn(word, "@");

	if (n != m || strncmp(name, word, n) != 0)
		return false;
	return name[n] == '\0' || word[m] == '\0' ||
	    strcmp(name + n, word + m) == 0;
}

static int
gather_name(void *ctx, const char *name, struct err *e)
{
	struct gather *g = ctx;
	bool asked = g->rq->n == 0;

	(void)e;
	for (size_t i = 0; i < g->rq->n; i++) {
		if (!is_asked(name, g->rq->refs[i]))
			continue;
		asked = true;
		/* the name of an alias is not the alias */
		if (strchr(name, '@') || !strchr(g->rq->refs[i], '@') ||
		    g->rq->content)
			g->found[i] = true;
	}
	if (asked)
		intern_add(g->names, name, strlen(name));
	return 0;
}

static int
by_name(const void *a, const void *b)
{
	const struct selected *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int
fill_in(struct selection *s, struct remote *r, struct err *e)
{
	for (size_t i = 0; i < s->n; i++) {
		struct selected *at = &s->v[i];
		struct err mine = ERR_INIT;
		struct selected key;

		at->base = i;
		at->there = remote_state_ref(&r->state, at->name);
		if (ref_read(&at->here, r->repo, at->name, &mine) < 0 &&
		    mine.code != ERR_NOENT) {
			*e = mine;
			return -1;
		}
		compare_values(&at->how, &at->here, at->there);
		at->alias = strchr(at->name, '@') != NULL;
		if (!at->alias)
			continue;
		key.name = arena_strndup(&s->arena, at->name,
		    strcspn(at->name, "@"));
		key.alias = false;
		for (size_t j = i; j-- > 0;)
			if (by_name(&s->v[j], &key) == 0) {
				at->base = j;
				break;
			}
	}
	return 0;
}

static int
check_found(const struct gather *g, struct remote *r, bool there_too,
    struct err *e)
{
	struct arena a = { NULL, 0 };
	int result = 0;

	for (size_t i = 0; result == 0 && i < g->rq->n; i++)
		if (!g->found[i])
			result = err_set(e, ERR_NOENT, "there is no %s here%s"
			    "%s", ref_words(&a, g->rq->refs[i]), there_too ?
			    ", nor on remote " : "", there_too ? r->name : "");
	arena_free(&a);
	return result;
}

int
selection_read(struct selection *s, struct remote *r,
    const struct remote_request *rq, bool there_too, struct err *e)
{
	struct gather g = { .names = intern_new(), .rq = rq,
	    .found = xalloc(rq->n + 1, sizeof(bool)) };
	int result;

	*s = (struct selection){ .names = g.names };
	result = ref_each(r->repo, "", gather_name, &g, e);
	for (size_t i = 0; there_too && result == 0 && i < r->state.n_refs; i++)
		result = gather_name(&g, r->state.ref[i].name, e);
	if (result == 0)
		result = check_found(&g, r, there_too, e);
	if (result == 0)
		result = selection_extend(s, r, e);
	free(g.found);
	if (result < 0)
		selection_release(s);
	return result;
}

static void
drop_list(struct selection *s)
{
	for (size_t i = 0; i < s->n; i++)
		ref_free(&s->v[i].here);
	arena_free(&s->arena);
	s->arena = (struct arena){ NULL, 0 };
	s->v = NULL;
	s->n = 0;
}

int
selection_extend(struct selection *s, struct remote *r, struct err *e)
{
	size_t n = intern_count(s->names);

	drop_list(s);
	s->v = arena_alloc(&s->arena, (n + 1) * sizeof(*s->v));
	for (uint32_t i = 0; i < n; i++)
		s->v[s->n++] = (struct selected){ .name = arena_strdup(
		    &s->arena, intern_text(s->names, i, NULL)) };
	if (s->n)
		qsort(s->v, s->n, sizeof(*s->v), by_name);
	return fill_in(s, r, e);
}

void
selection_release(struct selection *s)
{
	drop_list(s);
	if (s->names)
		intern_free(s->names);
	s->names = NULL;
}

bool
selection_gone_here(const struct selection *s, size_t i, uint32_t number)
{
	const struct ref *versions = &s->v[s->v[i].base].here;

	return number && number <= versions->n &&
	    versions->value[number - 1].removed;
}

bool
selection_gone_there(const struct selection *s, struct remote *r, size_t i,
    uint32_t number)
{
	char *list = xprintf("%.*s@" REF_REMOVED,
	    (int)strcspn(s->v[i].name, "@"), s->v[i].name);
	const struct remote_ref *there = remote_state_ref(&r->state, list);
	bool gone = false;

	/* removed, brought back, and so on */
	for (size_t j = 0; there && j < there->n; j++)
		gone ^= there->value[j].number == number;
	free(list);
	return number && gone;
}
