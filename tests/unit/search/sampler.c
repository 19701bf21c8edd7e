/* Every sampler: draws within its space, the same for the same past, and
 * better than chance where it learns. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "search/ask.h"
#include "search/front.h"
#include "search/sampler.h"
#include "search/tell.h"
#include "../tap.h"

static char top[64];
static struct os quick;			/* nothing here must outlive a crash */

static int
no_sync(int fd)
{
	(void)fd;
	return 0;
}

static const char mixed[] =
    "kind: {type: categorical, choices: [a, b, c]}\n"
    "lr: {type: float, low: 1e-4, high: 1, log: true}\n"
    "depth: {type: int, low: 1, high: 9, step: 2}\n"
    "leaves: {type: int, low: 2, high: 300, log: true, when: {kind: [a, b]}}\n"
    "drop: {type: float, low: 0, high: 0.5, step: 0.1, when: {kind: a}}\n"
    "only: {type: categorical, choices: [x]}\n"
    "point: {type: float, low: 2, high: 2}\n";
static const char floats[] =
    "x: {type: float, low: -3, high: 5}\n"
    "y: {type: float, low: -2, high: 2}\n"
    "z: {type: float, low: 1e-3, high: 1e3, log: true}\n";

struct search {
	const char *sampler, *space;
	bool maximize[2];
	size_t n_objectives;
	struct study_setup setup;
	struct study *study;
};

static int
begin_search(struct search *k, struct err *e)
{
	struct study_place at = { .name = "s", .os = &quick };
	char path[96];
	bool made;

	snprintf(path, sizeof(path), "%s/j", top);
	(void)unlink(path);
	at.journal = path;
	if (space_parse(&k->setup.space, k->space, strlen(k->space), e) < 0 ||
	    setup_choose(&k->setup, k->sampler, "none", e) < 0)
		return -1;
	k->setup.seed = 5;
	if (study_open(&k->study, &at, true, e) < 0)
		return -1;
	return study_make(&made, k->study, &k->setup, k->maximize, k->n_objectives, e);
}

static void
end_search(struct search *k)
{
	study_close(k->study);
	setup_release(&k->setup);
	memset(&k->setup, 0, sizeof(k->setup));
	k->study = NULL;
}

static double
value_of(const struct search *k, size_t number, const char *name)
{
	size_t i = space_find(&k->setup.space, name, strlen(name));

	return study_value(k->study, number, study_find_column(k->study, name),
	    &k->setup.space.param[i]);
}

/* Ask, check, tell n trials; 0 where all was well. */
static int
run_search(struct search *k, int n, double (*f)(const struct search *, size_t, int),
    struct err *e)
{
	const struct ask_request rq = { .lease_s = 0 };
	struct asked asked;

	for (int i = 0; i < n; i++) {
		double v[2];
		struct trial_end end = { TRIAL_COMPLETE, v, k->n_objectives, NULL, 0, NULL };

		if (study_ask(&asked, k->study, &k->setup, &rq, e) < 0)
			return -1;
		for (size_t m = 0; m < k->n_objectives; m++)
			v[m] = f(k, (size_t)asked.number, (int)m);
		if (i % 8 == 7)
			end = (struct trial_end){ .state = TRIAL_FAIL };
		if (study_tell(k->study, asked.number, &end, e) < 0)
			return -1;
	}
	return 0;
}

static double
mixed_value(const struct search *k, size_t number, int m)
{
	double kind = value_of(k, number, "kind"), drop = value_of(k, number, "drop");

	(void)m;
	return fabs(log10(value_of(k, number, "lr")) + 2) + kind +
	    fabs(value_of(k, number, "depth") - 5) / 4 + (isnan(drop) ? 0 : drop);
}

/* What is active is in its range, what is not is not there. */
static bool
is_valid(const struct search *k, size_t number)
{
	double kind = value_of(k, number, "kind");
	bool good = kind >= 0;

	for (size_t i = 0; i < k->setup.space.n; i++) {
		const struct space_param *p = &k->setup.space.param[i];
		bool there = p->n_when == 0 || kind == 0 ||
		    (kind == 1 && strcmp(p->name, "leaves") == 0);

		good &= isnan(value_of(k, number, p->name)) == !there;
	}
	return good;
}

static void
test_mixed(const char *sampler)
{
	struct search k = { .sampler = sampler, .space = mixed, .n_objectives = 1 };
	double value[40 * 7];
	struct err e = ERR_INIT;
	bool good = true, same = true;
	int r;

	r = begin_search(&k, &e) == 0 ? run_search(&k, 40, mixed_value, &e) : -1;
	for (size_t i = 0; r == 0 && i < 40; i++) {
		good &= is_valid(&k, i);
		for (size_t c = 0; c < 7; c++)
			value[i * 7 + c] = value_of(&k, i, k.setup.space.param[c].name);
	}
	ok(r == 0 && good, "%s draws within a conditional space %s", sampler, e.msg);
	end_search(&k);
	r = begin_search(&k, &e) == 0 ? run_search(&k, 40, mixed_value, &e) : -1;
	for (size_t i = 0; r == 0 && i < 40; i++)
		for (size_t c = 0; c < 7; c++) {
			double v = value_of(&k, i, k.setup.space.param[c].name);

			same &= v == value[i * 7 + c] || (isnan(v) && isnan(value[i * 7 + c]));
		}
	ok(r == 0 && same, "%s draws the same again %s", sampler, e.msg);
	end_search(&k);
}

static double
bowl_value(const struct search *k, size_t number, int m)
{
	double x = value_of(k, number, "x") - 1, y = value_of(k, number, "y") + 0.5;
	double z = log10(value_of(k, number, "z")) - 1;

	return m == 0 ? x * x + y * y + z * z : (x - 2) * (x - 2) + y * y + z * z;
}

/* The best of 64 trials on a bowl; chance alone comes to about 0.5. */
static void
test_bowl(const char *sampler, double most)
{
	struct search k = { .sampler = sampler, .space = floats, .n_objectives = 1 };
	struct arena a = { NULL, 0 };
	struct err e = ERR_INIT;
	const size_t *front;
	double best = INFINITY;

	if (begin_search(&k, &e) == 0 && run_search(&k, 64, bowl_value, &e) == 0 &&
	    study_front(&front, &a, k.study) == 1)
		best = study_objectives(k.study, front[0])[0];
	ok(best < most, "%s finds the bottom of a bowl: %g %s", sampler, best, e.msg);
	arena_free(&a);
	end_search(&k);
}

/* Two bowls: the front lies between their bottoms. */
static void
test_two(const char *sampler)
{
	struct search k = { .sampler = sampler, .space = floats, .n_objectives = 2 };
	struct arena a = { NULL, 0 };
	struct err e = ERR_INIT;
	const size_t *front;
	size_t n = 0;

	if (begin_search(&k, &e) == 0 && run_search(&k, 64, bowl_value, &e) == 0)
		n = study_front(&front, &a, k.study);
	ok(n >= 2, "%s has a front of two values: %zu trials %s", sampler, n, e.msg);
	arena_free(&a);
	end_search(&k);
}

static double
any_value(const struct search *k, size_t number, int m)
{
	(void)k;
	(void)m;
	return (double)number;
}

/* Each point once, then no more: 3 of kind b and c with 3 leaves, 1 of a. */
static void
test_grid(void)
{
	struct search k = { .sampler = "grid", .n_objectives = 1, .space =
	    "kind: {type: categorical, choices: [a, b, c]}\n"
	    "leaves: {type: int, low: 1, high: 3, when: {kind: [b, c]}}\n" };
	struct search endless = { .sampler = "grid", .n_objectives = 1,
	    .space = floats };
	const struct ask_request rq = { .lease_s = 0 };
	struct err e = ERR_INIT;
	struct asked asked;
	int seen[12] = { 0 }, r;

	r = begin_search(&k, &e) == 0 ? run_search(&k, 7, any_value, &e) : -1;
	for (size_t i = 0; r == 0 && i < 7; i++) {
		double leaves = value_of(&k, i, "leaves");

		seen[(int)(value_of(&k, i, "kind") * 4 + (isnan(leaves) ? 0 : leaves))]++;
	}
	r = r < 0 ? r : seen[0] == 1 && seen[5] == 1 && seen[6] == 1 && seen[7] == 1 &&
	    seen[9] == 1 && seen[10] == 1 && seen[11] == 1;
	ok(r == 1, "grid has each point of a conditional space once %s", e.msg);
	ok(study_ask(&asked, k.study, &k.setup, &rq, &e) < 0 && e.code == ERR_NO,
	    "then it has no more: %s", e.msg);
	end_search(&k);
	ok(begin_search(&endless, &e) < 0 && e.code == ERR_USAGE,
	    "grid refuses a range without a step: %s", e.msg);
	end_search(&endless);
}

/* Of 64 points each sixteenth of every range has four. */
static void
test_sobol(void)
{
	struct search k = { .sampler = "sobol", .n_objectives = 1, .space =
	    "a: {type: float, low: 0, high: 1}\nb: {type: float, low: 0, high: 1}\n"
	    "c: {type: float, low: 0, high: 1}\nd: {type: float, low: 0, high: 1}\n"
	    "e: {type: float, low: 0, high: 1}\nf: {type: float, low: 0, high: 1}\n"
	    "g: {type: float, low: 0, high: 1}\nh: {type: float, low: 0, high: 1}\n"
	    "i: {type: float, low: 0, high: 1}\nj: {type: float, low: 0, high: 1}\n" };
	struct err e = ERR_INIT;
	bool even = true;
	int r;

	r = begin_search(&k, &e) == 0 ? run_search(&k, 64, any_value, &e) : -1;
	for (size_t d = 0; r == 0 && d < 10; d++) {
		int n[16] = { 0 };

		for (size_t i = 0; i < 64; i++)
			n[(int)(value_of(&k, i, k.setup.space.param[d].name) * 16)]++;
		for (int i = 0; i < 16; i++)
			even &= n[i] == 4;
	}
	ok(r == 0 && even, "sobol fills every range evenly %s", e.msg);
	end_search(&k);
}

int
main(void)
{
	char path[96];

	snprintf(top, sizeof(top), "/tmp/mlv-unit.XXXXXX");
	if (mkdtemp(top) == NULL)
		return 1;
	quick = *os_real();
	quick.fdatasync = no_sync;
	test_mixed("random");
	test_mixed("sobol");
	test_mixed("tpe");
	test_mixed("cmaes");
	test_mixed("gp");
	test_mixed("nsga2");
	test_bowl("random", 3);
	test_bowl("sobol", 3);
	test_bowl("tpe", 0.4);
	test_bowl("cmaes", 0.4);
	test_bowl("gp", 0.05);
	test_bowl("nsga2", 2);
	test_two("tpe");
	test_two("nsga2");
	test_grid();
	test_sobol();
	snprintf(path, sizeof(path), "rm -rf %s", top);
	return system(path) == 0 ? tap_done() : 1;
}
