/* Tests that may be looked at after every unit: how often they cry without a
 * reason, and how soon with one. */
#include "stat/sequential/eprocess.h"

#include "base/rng.h"
#include "math/elem.h"
#include "../../tap.h"

#define LOG_20 2.995732273553991	/* alpha 0.05 */

/* One rollout looked at after every unit.  Its first `turn` units at a share
 * of 0.1, the others at 0.5. */
struct rollout {
	double stable, canary;		/* rates */
	int units, turn;
};

struct seen {
	bool ratio, other, rate, above, below;
	int ratio_at;			/* units of the canary until then */
};

static void
watch(struct seen *w, const struct rollout *r, double max, double margin,
    uint64_t seed)
{
	struct share_count c[2] = { { .share = 0.1 }, { .share = 0.5 } };
	struct seq_difference d;
	uint64_t hits = 0, all = 0;
	struct rng rng;

	memset(w, 0, sizeof(*w));
	rng_seed(&rng, seed, 7);
	seq_difference_init(&d, margin);
	for (int i = 0; i < r->units; i++) {
		struct share_count *now = &c[i >= r->turn];
		bool arm = rng_f64(&rng) < now->share;
		bool event = rng_f64(&rng) < (arm ? r->canary : r->stable);

		seq_difference_add(&d, now->share, arm, event);
		w->above |= seq_difference_above(&d) >= LOG_20;
		w->below |= seq_difference_below(&d) >= LOG_20;
		all += arm;
		hits += arm && event;
		if (arm)
			w->rate |= seq_rate_above(hits, all, max) >= LOG_20;
		if (!event)
			continue;
		now->all++;
		now->arm += arm;
		w->other |= seq_ratio_other(c, 2) >= LOG_20;
		if (!w->ratio && seq_ratio_above(c, 2, 1) >= LOG_20) {
			w->ratio = true;
			w->ratio_at = (int)all;
		}
	}
}

#define RUNS 200

static void
test_null(double rate)
{
	const struct rollout r = { rate, rate, 2000, 800 };
	int ratio = 0, other = 0, single = 0, above = 0, below = 0;
	struct seen w;

	for (int i = 0; i < RUNS; i++) {
		watch(&w, &r, rate, 0, (uint64_t)i + 1);
		ratio += w.ratio;
		other += w.other;
		single += w.rate;
		above += w.above;
		below += w.below;
	}
	printf("# at %g: %d %d %d %d %d of %d\n", rate, ratio, other, single,
	    above, below, RUNS);
	/* 200 draws of 5 per cent are more than 20 once in a thousand times */
	ok(ratio <= 20, "equal rates of %g: the ratio is not called higher in "
	    "more than alpha of the rollouts", rate);
	ok(other <= 20, "equal rates of %g: nor other", rate);
	ok(single <= 20, "a rate of %g is not called above it in more than "
	    "alpha", rate);
	ok(above <= 20 && below <= 20, "equal means of %g: neither is called "
	    "better in more than alpha", rate);
}

static void
test_power(void)
{
	const struct rollout twice = { 0.05, 0.10, 12000, 0 };
	const struct rollout four = { 0.01, 0.04, 12000, 0 };
	int found = 0, above = 0, rate = 0, found4 = 0;
	struct seen w;
	long at = 0;

	for (int i = 0; i < 40; i++) {
		watch(&w, &twice, 0.05, 0, (uint64_t)i + 1);
		found += w.ratio;
		above += w.above;
		rate += w.rate;
		watch(&w, &four, 0.01, 0, (uint64_t)i + 1);
		found4 += w.ratio;
		at += w.ratio_at;
	}
	ok(found == 40 && above == 40 && rate == 40, "twice the rate is found "
	    "by ratio, difference and limit");
	ok(found4 == 40, "four times the rate is found");
	printf("# four times 1%%: found after %ld units of the canary\n",
	    at / 40);
	ok(at / 40 < 700, "... within 700 units of the canary");
}

static void
test_same_rate_is_shown(void)
{
	const struct rollout r = { 0.01, 0.01, 12000, 0 };
	int below = 0;
	struct seen w;

	for (int i = 0; i < 20; i++) {
		watch(&w, &r, 0.05, 0.02, (uint64_t)i + 1);
		below += w.below;
	}
	ok(below == 20, "an equal rate is shown to be less than 0.02 higher");
}

static void
test_edges(void)
{
	const struct share_count none = { 0.1, 0, 0 };
	const struct share_count c = { 0.5, 60, 100 }, half[2] = {
		{ 0.5, 20, 40 }, { 0.5, 40, 60 }
	};
	struct seq_difference d;

	is_near(seq_ratio_above(&none, 1, 1), 0, 0, "no events are no "
	    "evidence");
	is_near(seq_rate_above(0, 100, 0), 0, 0, "no hit is no evidence "
	    "against a limit of 0");
	ok(isinf(seq_rate_above(1, 100, 0)), "one hit is, without end");
	is_near(seq_ratio_above(&c, 1, 1), seq_ratio_above(half, 2, 1), 1e-12,
	    "events may be cut into parts of one share");
	ok(seq_ratio_above(&c, 1, 3) < 0, "a ratio of 1.5 is no evidence for "
	    "more than 3");
	ok(seq_ratio_below(&c, 1, 3) > LOG_20, "... but for less");
	seq_difference_init(&d, 0);
	for (int i = 0; i < 2000; i++)
		seq_difference_add(&d, 0.5, i & 1, i & 1 ? 5 : -3);
	ok(isfinite(seq_difference_above(&d)) && seq_difference_above(&d) >
	    100 && seq_difference_below(&d) < 0, "values beyond 0 and 1 are "
	    "taken as these");
}

int
main(void)
{
	test_null(0.02);
	test_null(0.3);
	test_power();
	test_same_rate_is_shown();
	test_edges();
	return tap_done();
}
