/* What a server counts. */
#include "deploy/stats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void
server_stats_init(struct server_stats *all)
{
	memset(all, 0, sizeof(*all));
	mutex_init(&all->lock);
}

void
server_stats_release(struct server_stats *all)
{
	struct version_stats *s = atomic_load(&all->first), *next;
	struct feature_stats *f, *last;
	struct endpoint_stats *p, *after;

	for (; s; s = next) {
		next = s->next;
		free(s);
	}
	for (f = atomic_load(&all->feature); f; f = last) {
		last = f->next;
		free(f);
	}
	for (p = all->endpoint; p; p = after) {
		after = p->next;
		free(p);
	}
	atomic_store(&all->first, NULL);
	atomic_store(&all->feature, NULL);
	all->endpoint = NULL;
	mutex_release(&all->lock);
}

/* --- endpoints ------------------------------------------------------------ */

struct endpoint_stats *
server_stats_open(struct server_stats *all, const char *model,
    const char *label)
{
	struct endpoint_stats **at = &all->endpoint, *p;

	mutex_lock(&all->lock);
	while (*at && ((*at)->open || strcmp((*at)->model, model) != 0 ||
	    strcmp((*at)->label, label) != 0))
		at = &(*at)->next;
	if ((p = *at) == NULL) {
		p = *at = xalloc(1, sizeof(*p));
		snprintf(p->model, sizeof(p->model), "%s", model);
		snprintf(p->label, sizeof(p->label), "%s", label);
	}
	p->open = true;
	mutex_unlock(&all->lock);
	return p;
}

void
server_stats_close(struct server_stats *all, struct endpoint_stats *p)
{
	if (p == NULL)
		return;
	mutex_lock(&all->lock);
	p->open = false;
	memset(p->now, 0, sizeof(p->now));
	p->why[0] = '\0';
	for (int v = 0; v < VARIANTS; v++)
		atomic_store(&p->held_back[v], false);
	mutex_unlock(&all->lock);
}

void
server_stats_serve(struct server_stats *all, struct endpoint_stats *p,
    enum variant variant, const struct served *what)
{
	static const struct served nothing;

	mutex_lock(&all->lock);
	p->now[variant] = what ? *what : nothing;
	mutex_unlock(&all->lock);
}

void
server_stats_explain(struct server_stats *all, struct endpoint_stats *p,
    const char *why)
{
	mutex_lock(&all->lock);
	snprintf(p->why, sizeof(p->why), "%s", why);
	mutex_unlock(&all->lock);
}

void
server_stats_why(char *why, size_t room, struct server_stats *all,
    const struct endpoint_stats *p)
{
	mutex_lock(&all->lock);
	snprintf(why, room, "%s", p->why);
	mutex_unlock(&all->lock);
}

/* --- versions ------------------------------------------------------------- */

/* Under the lock. */
static struct version_stats *
find_version(struct server_stats *all, enum variant variant,
    const char *model, const char *number, size_t *others)
{
	struct version_stats *s;

	*others = 0;
	for (s = atomic_load(&all->first); s; s = s->next) {
		if (s->variant != variant || strcmp(s->model, model) != 0)
			continue;
		if (strcmp(s->number, number) == 0)
			return s;
		++*others;
	}
	return NULL;
}

static struct version_stats *
add_version(struct server_stats *all, enum variant variant,
    const char *model, const char *number)
{
	struct version_stats *s = xalloc(1, sizeof(*s));

	s->variant = variant;
	snprintf(s->model, sizeof(s->model), "%s", model);
	snprintf(s->number, sizeof(s->number), "%s", number);
	s->next = atomic_load(&all->first);
	atomic_store(&all->first, s);
	return s;
}

struct version_stats *
server_stats_of(struct server_stats *all, enum variant variant,
    const char *model, const char *number)
{
	struct version_stats *s;
	size_t others;

	mutex_lock(&all->lock);
	s = find_version(all, variant, model, number, &others);
	if (s == NULL && others >= STATS_VERSIONS_MAX) {
		number = "other";
		s = find_version(all, variant, model, number, &others);
	}
	if (s == NULL)
		s = add_version(all, variant, model, number);
	mutex_unlock(&all->lock);
	return s;
}

/* --- features ------------------------------------------------------------- */

/* Under the lock. */
static struct feature_stats *
find_feature(struct server_stats *all, const char *model,
    const char *feature, size_t *others)
{
	struct feature_stats *f;

	*others = 0;
	for (f = atomic_load(&all->feature); f; f = f->next) {
		if (strcmp(f->model, model) != 0)
			continue;
		if (strcmp(f->feature, feature) == 0)
			return f;
		++*others;
	}
	return NULL;
}

struct feature_stats *
server_stats_feature(struct server_stats *all, const char *model,
    const char *feature, bool profiled)
{
	struct feature_stats *f;
	size_t others;
	char name[sizeof(f->feature)];

	snprintf(name, sizeof(name), "%s", feature);
	mutex_lock(&all->lock);
	f = find_feature(all, model, name, &others);
	if (f == NULL && others >= STATS_FEATURES_MAX) {
		snprintf(name, sizeof(name), "%s", "");
		f = find_feature(all, model, name, &others);
	}
	if (f == NULL) {
		f = xalloc(1, sizeof(*f));
		snprintf(f->model, sizeof(f->model), "%s", model);
		memcpy(f->feature, name, sizeof(name));
		f->next = atomic_load(&all->feature);
		atomic_store(&all->feature, f);
	}
	f->profiled = f->profiled || profiled;
	mutex_unlock(&all->lock);
	return f;
}

/* --- counting ------------------------------------------------------------- */

void
stats_add(_Atomic uint64_t *counter, uint64_t n)
{
	if (n)
		atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

static void
count_time(struct stats_histogram *h, int64_t nanos)
{
	int b = 0;

	if (nanos < 0)
		nanos = 0;
	while (b < STATS_BUCKETS && nanos > (int64_t)10000 << b)
		b++;
	stats_add(&h->bucket[b], 1);
	stats_add(&h->nanos, (uint64_t)nanos);
}

static void
count_request(struct version_stats *s, const struct stats_times *t)
{
	int64_t all = 0;

	for (int i = 0; i < STATS_PHASES; i++)
		all += t->phase_ns[i];
	count_time(&s->latency, all);
	stats_add(&s->queue_nanos, (uint64_t)t->queue_ns);
}

void
version_stats_answered(struct version_stats *s, uint64_t rows,
    uint64_t unseen, const struct stats_times *t)
{
	count_request(s, t);
	for (int i = 0; i < STATS_PHASES; i++)
		count_time(&s->phase[i], t->phase_ns[i]);
	stats_add(&s->rows, rows);
	stats_add(&s->unseen, unseen);
	if (t->cpu_ns < 0)
		return;
	stats_add(&s->cpu_nanos, (uint64_t)t->cpu_ns);
	stats_add(&s->cpu_rows, rows);
}

void
version_stats_failed(struct version_stats *s, enum stats_failure why,
    const struct stats_times *t)
{
	count_request(s, t);
	stats_add(&s->failed[why], 1);
}
