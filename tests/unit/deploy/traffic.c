/* The traffic split: who answers which unit, and who is found by name. */
#include <stdio.h>

#include "../tap.h"
#include "../../echo_model.h"
#include "deploy/traffic.h"

#define UNITS 1000

/* Which of many units go to the canary; how many. */
static int
choose_all(struct traffic *t, bool *canary)
{
	int n = 0;

	for (int i = 0; i < UNITS; i++) {
		char unit[16];
		int len = snprintf(unit, sizeof(unit), "u%d", i);
		struct version *v = traffic_choose(t, NULL, unit, (size_t)len);

		canary[i] = v == t->now[VARIANT_CANARY];
		n += canary[i];
		version_release(v);
	}
	return n;
}

static void
set_share(struct traffic *t, const char *rollout, double percent)
{
	struct split split = { .percent = percent };

	snprintf(split.rollout, sizeof(split.rollout), "%s", rollout);
	traffic_set_split(t, &split);
}

static void
splits_by_unit(struct traffic *t)
{
	static bool small[UNITS], large[UNITS], other[UNITS];
	bool within = true, same = true;
	int n;

	is_int(choose_all(t, small), 0, "without a share the canary answers nobody");
	set_share(t, "", 20);
	n = choose_all(t, small);
	ok(n > 150 && n < 250, "about a fifth goes to the canary: %d", n);
	set_share(t, "", 50);
	n = choose_all(t, large);
	for (int i = 0; i < UNITS; i++)
		within &= !small[i] || large[i];
	ok(within, "a larger share only adds units");
	ok(n > 440 && n < 560, "about half goes to the canary: %d", n);
	traffic_set_name(t, "other");
	(void)choose_all(t, other);
	for (int i = 0; i < UNITS; i++)
		same &= large[i] == other[i];
	ok(!same, "an endpoint by another name splits otherwise");
	set_share(t, "", 100);
	is_int(choose_all(t, large), UNITS, "a hundred percent is everybody");
}

/* In a rollout: its id instead of the name, and each choice says how. */
static void
tells_the_rollout(struct traffic *t)
{
	static bool plain[UNITS], small[UNITS], large[UNITS], next[UNITS];
	bool within = true, same = true, again = true;
	struct choice how;

	set_share(t, "", 20);
	(void)choose_all(t, plain);
	version_release(traffic_choose(t, &how, "u1", 2));
	is_text(how.split.rollout, "", "a choice without a rollout names none");
	set_share(t, "echo/1", 20);
	(void)choose_all(t, small);
	set_share(t, "echo/1", 50);
	(void)choose_all(t, large);
	set_share(t, "echo/2", 20);
	(void)choose_all(t, next);
	for (int i = 0; i < UNITS; i++) {
		within &= !small[i] || large[i];
		same &= plain[i] == small[i];
		again &= next[i] == small[i];
	}
	ok(within, "a rollout's larger share only adds units");
	ok(!same, "a rollout begins with other units than a plain canary");
	ok(!again, "the next rollout begins with other units");
	version_release(traffic_choose(t, &how, "u1", 2));
	is_text(how.split.rollout, "echo/2", "a choice names the rollout");
	is_near(how.split.percent, 20, 0, "and its share");
}

static void
finds_by_name(struct traffic *t)
{
	struct version *v = traffic_find(t, "echo", 4, "7", 1);

	ok(v == t->now[VARIANT_STABLE], "of two by the same name, the stable one is found");
	version_release(v);
	ok(traffic_find(t, "echo", 4, "8", 1) == NULL, "another number is not");
	ok(traffic_find(t, "ech", 3, "7", 1) == NULL, "nor is half a name");
	ok(traffic_find(t, "", 0, "", 0) == NULL, "nor nothing");
}

static void
keeps_what_is_held(struct traffic *t)
{
	struct version *held = traffic_hold(t, VARIANT_CANARY);
	struct version *old = traffic_replace(t, VARIANT_CANARY, NULL);

	ok(old == held, "the one before is handed out");
	version_release(old);
	is_text(held->name, "echo", "and lives while somebody holds it");
	version_release(held);
	ok(traffic_hold(t, VARIANT_CANARY) == NULL, "nobody is the canary now");
	held = traffic_choose(t, NULL, "u1", 2);
	ok(held == t->now[VARIANT_STABLE], "and the stable version answers its units");
	version_release(held);
}

int
main(void)
{
	struct traffic t;

	traffic_init(&t);
	traffic_set_name(&t, "echo");
	ok(traffic_replace(&t, VARIANT_STABLE, echo_model(0)) == NULL, "a stable version");
	ok(traffic_replace(&t, VARIANT_CANARY, echo_model(0)) == NULL, "a canary");
	splits_by_unit(&t);
	tells_the_rollout(&t);
	finds_by_name(&t);
	keeps_what_is_held(&t);
	traffic_release(&t);
	return tap_done();
}
