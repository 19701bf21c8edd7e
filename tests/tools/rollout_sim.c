/*
 * rollout_sim ROLLOUTS REQUESTS RATE RATIO SHARE: made-up rollouts in which
 * the champion errs at RATE and the candidate, at SHARE per cent of the units,
 * RATIO times as often, watched at every request by
 *
 *	verdict	ours: guards, goal and split of a policy at alpha 0.05
 *	z-test	two proportions, |z| > 1.96 with the candidate worse, after
 *		30 requests of each
 *	checks	every 500 requests the candidate's success rate since the
 *		last check, 99 % at least; rolled back at ten failed checks, as
 *		in the example of Flagger's documentation
 *
 * Prints a line each: how many rollouts of all were rolled back, and the median
 * of the requests, and of the candidate's, until then.
 */
#include <math.h>
#include <stdlib.h>

#include "../simulate.h"
#include "base/mem.h"

#define INTERVAL 500
#define SUCCESS 0.99
#define CHECKS 10

static const char *const method[] = { "verdict", "z-test", "checks" };
#define METHODS 3

struct plan {
	int rollouts, requests;
	double rate, ratio, share;
};

/* What the two others remember. */
struct counts {
	double n[SIDES], errors[SIDES];
	int checked, failed, checks;
};

static bool
z_alarm(const struct counts *c)
{
	double p[SIDES], all = c->n[0] + c->n[1];
	double mean = (c->errors[0] + c->errors[1]) / all;

	if (c->n[0] < 30 || c->n[1] < 30 || mean <= 0 || mean >= 1)
		return false;
	for (int i = 0; i < SIDES; i++)
		p[i] = c->errors[i] / c->n[i];
	return p[1] - p[0] > 1.96 * sqrt(mean * (1 - mean) * (1 / c->n[0] +
	    1 / c->n[1]));
}

static bool
check_alarm(struct counts *c, const struct simulated *s, int request)
{
	c->checked += s->candidate;
	c->failed += s->candidate && s->failed;
	if ((request + 1) % INTERVAL == 0) {
		c->checks += c->checked && c->failed > (1 - SUCCESS) *
		    c->checked;
		c->checked = c->failed = 0;
	}
	return c->checks >= CHECKS;
}

/* Requests until each of them cries, at[m] and of[m] the candidate's; -1:
 * never. */
static int
run(int at[METHODS], int of[METHODS], const struct plan *p, uint64_t seed)
{
	struct counts c = { .checks = 0 };
	struct simulated s;
	char policy[200];

	snprintf(policy, sizeof(policy), "kind: canary\nsteps: [%g]\n"
	    "guards: [{metric: errors, ratio: 1}]\nmin_rows: 1\nwait: 0\n",
	    p->share);
	if (simulate_begin(&s, policy, seed) < 0)
		return -1;
	for (int m = 0; m < METHODS; m++)
		at[m] = of[m] = -1;
	for (int i = 0; i < p->requests; i++) {
		bool alarm[METHODS];

		simulate_request(&s, p->rate, p->rate * p->ratio);
		c.n[s.candidate]++;
		c.errors[s.candidate] += s.failed;
		alarm[0] = at[0] < 0 && simulate_judge(&s) == WORD_ROLLBACK;
		alarm[1] = at[1] < 0 && z_alarm(&c);
		alarm[2] = check_alarm(&c, &s, i);
		for (int m = 0; m < METHODS; m++)
			if (alarm[m] && at[m] < 0) {
				at[m] = i + 1;
				of[m] = (int)c.n[SIDE_CANDIDATE];
			}
		if (at[0] >= 0 && at[1] >= 0 && at[2] >= 0)
			break;
	}
	simulate_end(&s);
	return 0;
}

static int
by_value(const void *a, const void *b)
{
	const int *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void
report(const char *name, int *at, int *of, int n, int all)
{
	qsort(at, (size_t)n, sizeof(*at), by_value);
	qsort(of, (size_t)n, sizeof(*of), by_value);
	printf("%s\t%d of %d\t%.1f %%", name, n, all, 100.0 * n / all);
	if (n)
		printf("\t%d requests\t%d of the candidate\n", at[n / 2],
		    of[n / 2]);
	else
		printf("\t-\t-\n");
}

int
main(int argc, char **argv)
{
	struct plan p;
	int *at[METHODS], *of[METHODS], n[METHODS] = { 0 };

	if (argc != 6) {
		fputs("usage: rollout_sim ROLLOUTS REQUESTS RATE RATIO "
		    "SHARE\n", stderr);
		return 2;
	}
	p = (struct plan){ atoi(argv[1]), atoi(argv[2]), atof(argv[3]),
	    atof(argv[4]), atof(argv[5]) };
	for (int m = 0; m < METHODS; m++) {
		at[m] = xalloc((size_t)p.rollouts + 1, sizeof(int));
		of[m] = xalloc((size_t)p.rollouts + 1, sizeof(int));
	}
	for (int i = 0; i < p.rollouts; i++) {
		int when[METHODS], whose[METHODS];

		if (run(when, whose, &p, (uint64_t)i + 1) < 0)
			return 2;
		for (int m = 0; m < METHODS; m++)
			if (when[m] >= 0) {
				at[m][n[m]] = when[m];
				of[m][n[m]++] = whose[m];
			}
	}
	for (int m = 0; m < METHODS; m++) {
		report(method[m], at[m], of[m], n[m], p.rollouts);
		free(at[m]);
		free(of[m]);
	}
	return 0;
}
