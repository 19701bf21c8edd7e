/* E-processes for ratios of rates, one rate, and differences of means. */
#include "stat/sequential/eprocess.h"

#include <math.h>
#include <string.h>

#include "math/elem.h"

/* By what a ratio may be beyond its bound, as powers of two: from 4 per cent
 * to 64 times. */
static const double exponent[] = {
	0.0625, 0.125, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6
};
#define RATIOS (sizeof(exponent) / sizeof(*exponent))

/* Parts of what a bet may lose at most; none loses all. */
static const double fraction[SEQ_BETS] = {
	0.0078125, 0.015625, 0.03125, 0.0625, 0.125, 0.25, 0.5, 0.9
};

/* log of the mean of e^x[i], without overflow, in order. */
static double
log_mean_exp(const double *x, size_t n)
{
	double most = x[0], sum = 0;

	for (size_t i = 1; i < n; i++)
		most = x[i] > most ? x[i] : most;
	for (size_t i = 0; i < n; i++)
		sum += m_exp(x[i] - most);
	return most + m_log(sum / (double)n);
}

/* The chance that an event is one of the arm. */
static double
arm_chance(double share, double ratio)
{
	return share * ratio / (share * ratio + (1 - share));
}

/* log likelihood ratio of two ratios. */
static double
log_ratio(const struct share_count *c, size_t n, double to, double from)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++) {
		double q1 = arm_chance(c[i].share, to);
		double q0 = arm_chance(c[i].share, from);

		if (c[i].arm)
			sum += (double)c[i].arm * m_log(q1 / q0);
		if (c[i].all > c[i].arm)
			sum += (double)(c[i].all - c[i].arm) *
			    m_log((1 - q1) / (1 - q0));
	}
	return sum;
}

static double
ratio_beyond(const struct share_count *c, size_t n, double ratio, int sign)
{
	double x[RATIOS];

	for (size_t i = 0; i < RATIOS; i++)
		x[i] = log_ratio(c, n, ratio * m_pow(2, sign * exponent[i]),
		    ratio);
	return log_mean_exp(x, RATIOS);
}

double
seq_ratio_above(const struct share_count *c, size_t n, double ratio)
{
	return ratio_beyond(c, n, ratio, 1);
}

double
seq_ratio_below(const struct share_count *c, size_t n, double ratio)
{
	return ratio_beyond(c, n, ratio, -1);
}

double
seq_ratio_other(const struct share_count *c, size_t n)
{
	const double x[2] = { seq_ratio_above(c, n, 1),
	    seq_ratio_below(c, n, 1) };

	return log_mean_exp(x, 2);
}

double
seq_rate_above(uint64_t hits, uint64_t all, double max)
{
	const struct share_count c = { max, hits, all };

	if (max <= 0)
		return hits ? INFINITY : 0;
	return seq_ratio_above(&c, 1, 1);
}

double
seq_rate_below(uint64_t hits, uint64_t all, double max)
{
	const struct share_count c = { max, hits, all };

	return seq_ratio_below(&c, 1, 1);
}

void
seq_difference_init(struct seq_difference *d, double margin)
{
	memset(d, 0, sizeof(*d));
	d->margin = margin;
}

/* Bets on z, which lies between low and high. */
static void
bet(struct seq_difference *d, double z, double low, double high)
{
	for (int i = 0; i < SEQ_BETS; i++) {
		d->above[i] += m_log1p(fraction[i] * (z - d->margin) /
		    (d->margin - low));
		d->below[i] += m_log1p(fraction[i] * (d->margin - z) /
		    (high - d->margin));
	}
}

void
seq_difference_add(struct seq_difference *d, double share, bool in_arm,
    double y)
{
	double n = (double)(d->n[0] + d->n[1]);
	double m = n > 0 ? (d->sum[0] + d->sum[1]) / n : 0;

	y = y > 0 ? y < 1 ? y : 1 : 0;
	/* z lies between all the arm's and all the other's */
	bet(d, in_arm ? (y - m) / share : -(y - m) / (1 - share),
	    -fmax(m / share, (1 - m) / (1 - share)),
	    fmax((1 - m) / share, m / (1 - share)));
	d->n[in_arm]++;
	d->sum[in_arm] += y;
}

void
seq_difference_add_pair(struct seq_difference *d, double z)
{
	bet(d, z > -1 ? z < 1 ? z : 1 : -1, -1, 1);
	d->n[0]++;
	d->n[1]++;
}

double
seq_difference_above(const struct seq_difference *d)
{
	return log_mean_exp(d->above, SEQ_BETS);
}

double
seq_difference_below(const struct seq_difference *d)
{
	return log_mean_exp(d->below, SEQ_BETS);
}
