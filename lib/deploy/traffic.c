/* The traffic split: who answers a unit, under a lock that readers on
 * different threads do not contend for. */
#include "deploy/traffic.h"

#include <string.h>

#include "base/hash.h"
#include "catalog/name.h"

#define PLACES 10000
#define NAME_SEED 0x6d6c762d756e6974u	/* "mlv-unit" */

void
traffic_init(struct traffic *t)
{
	memset(t, 0, sizeof(*t));
	brlock_init(&t->lock);
}

void
traffic_release(struct traffic *t)
{
	for (int v = 0; v < VARIANTS; v++)
		version_release(t->now[v]);
	brlock_release(&t->lock);
}

void
traffic_set_name(struct traffic *t, const char *endpoint)
{
	brlock_write_enter(&t->lock);
	t->name_seed = hash64(endpoint, strlen(endpoint), NAME_SEED);
	if (*t->split.rollout == '\0')
		t->seed = t->name_seed;
	brlock_write_leave(&t->lock);
}

void
traffic_set_split(struct traffic *t, const struct split *split)
{
	size_t n = strlen(split->rollout);

	brlock_write_enter(&t->lock);
	t->split = *split;
	t->seed = n ? hash64(split->rollout, n, NAME_SEED) : t->name_seed;
	t->canary_places = (uint64_t)(split->percent * (PLACES / 100.0) +
	    0.5);
	brlock_write_leave(&t->lock);
}

/* Under the lock. */
static bool
is_split(const struct traffic *t)
{
	return t->now[VARIANT_CANARY] || t->now[VARIANT_SHADOW];
}

bool
traffic_is_split(struct traffic *t)
{
	int slot = brlock_read_enter(&t->lock);
	bool split = is_split(t);

	brlock_read_leave(&t->lock, slot);
	return split;
}

bool
traffic_is_loaded(struct traffic *t)
{
	int slot = brlock_read_enter(&t->lock);
	bool loaded = t->now[VARIANT_STABLE] != NULL;

	brlock_read_leave(&t->lock, slot);
	return loaded;
}

struct version *
traffic_replace(struct traffic *t, enum variant variant,
    struct version *fresh)
{
	struct version *old;

	brlock_write_enter(&t->lock);
	old = t->now[variant];
	t->now[variant] = fresh;
	brlock_write_leave(&t->lock);
	return old;
}

struct version *
traffic_choose(struct traffic *t, struct choice *how, const char *unit,
    size_t n)
{
	enum variant variant = VARIANT_STABLE;
	struct version *v;
	int slot = brlock_read_enter(&t->lock);
	uint64_t place = is_split(t) ? hash64(unit, n, t->seed) : 0;

	if (how)
		how->split.rollout[0] = '\0';
	if (how && is_split(t) && *t->split.rollout)
		*how = (struct choice){ t->split, place };
	if (t->now[VARIANT_CANARY] && place % PLACES < t->canary_places)
		variant = VARIANT_CANARY;
	v = t->now[variant];
	version_hold(v);	/* before the lock is left, or it may be gone */
	brlock_read_leave(&t->lock, slot);
	return v;
}

struct version *
traffic_hold(struct traffic *t, enum variant variant)
{
	struct version *v;
	int slot = brlock_read_enter(&t->lock);

	v = t->now[variant];
	version_hold(v);
	brlock_read_leave(&t->lock, slot);
	return v;
}

static bool
is_text(const char *s, const char *text, size_t n)
{
	return strlen(s) == n && memcmp(s, text, n) == 0;
}

struct version *
traffic_find(struct traffic *t, const char *name, size_t n_name,
    const char *number, size_t n_number)
{
	struct version *found = NULL;
	int slot = brlock_read_enter(&t->lock);

	for (int i = 0; i < VARIANTS && found == NULL; i++) {
		struct version *v = t->now[i];

		if (v && is_text(v->name, name, n_name) &&
		    is_text(v->number, number, n_number))
			found = v;
	}
	version_hold(found);
	brlock_read_leave(&t->lock, slot);
	return found;
}
