/* Thompson sampling of two arms, as a chance. */
#include <math.h>

#include "rollout/verdict.h"
#include "stat/special.h"

#define CELLS 512
#define DEVIATIONS 8

/* Beta(good + 1, bad + 1). */
struct posterior {
	double a, b;
};

static struct posterior
posterior_of(const struct seq_difference *bad, int arm)
{
	double n = (double)bad->n[arm];

	return (struct posterior){ n - bad->sum[arm] + 1, bad->sum[arm] + 1 };
}

static double
chance_below(const struct posterior *p, double x)
{
	return beta_i(p->a, p->b, x, 1 - x);
}

/* The champion's posterior is cut into cells; in each the candidate is
 * better with the chance that it lies above the middle. */
static double
chance_better(const struct posterior *champion,
    const struct posterior *candidate)
{
	double n = champion->a + champion->b, mean = champion->a / n;
	double deviation = sqrt(mean * (1 - mean) / (n + 1));
	double low = fmax(0, mean - DEVIATIONS * deviation);
	double high = fmin(1, mean + DEVIATIONS * deviation);
	double below = chance_below(champion, low), sum = 0;

	for (int i = 0; i < CELLS; i++) {
		double width = (high - low) / CELLS;
		double middle = low + (i + 0.5) * width;
		double to = chance_below(champion, low + (i + 1) * width);

		sum += (to - below) * (1 - chance_below(candidate, middle));
		below = to;
	}
	return fmin(1, fmax(0, sum));
}

double
bandit_share(const struct seq_difference *bad, double floor)
{
	const struct posterior champion = posterior_of(bad, 0);
	const struct posterior candidate = posterior_of(bad, 1);
	double share = 100 * chance_better(&champion, &candidate);

	/* places are of 10,000 */
	share = rint(share * 100) / 100;
	return fmin(100 - floor, fmax(floor, share));
}
