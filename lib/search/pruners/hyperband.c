/* Hyperband: brackets of successive halving that begin at different rungs;
 * a trial's number and the study's name decide which one it is in. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "search/pruners/halving.h"

enum { MIN_RESOURCE, MAX_RESOURCE, REDUCTION, BOOTSTRAP };

static const struct setting hyperband_settings[] = {
	{ "min_resource", 1, 1, 1e9, true },
	/* 0: the steps of the trial that completed first */
	{ "max_resource", 0, 0, 1e9, true },
	{ "reduction_factor", 3, 2, 1000, true },
	{ "bootstrap_count", 0, 0, 1e6, true },
	{ NULL, 0, 0, 0, false }
};

struct brackets {
	size_t n, mine;
	uint64_t budget[RUNGS_MAX], total;
};

/* IEEE 802.3, a bit at a time: names are short. */
static uint32_t
crc32_of(const char *s, size_t n, uint32_t crc)
{
	for (size_t i = 0; i < n; i++) {
		crc ^= (unsigned char)s[i];
		for (int k = 0; k < 8; k++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return crc;
}

static size_t
bracket_of(const struct brackets *b, const struct study *s, size_t number)
{
	char tail[32];
	uint32_t crc = crc32_of(s->name, strlen(s->name), UINT32_MAX);
	uint64_t at;

	snprintf(tail, sizeof(tail), "_%zu", number);
	at = ~crc32_of(tail, strlen(tail), crc) % b->total;
	for (size_t i = 0; i < b->n; i++) {
		if (at < b->budget[i])
			return i;
		at -= b->budget[i];
	}
	return 0;
}

static bool
is_in_bracket(const void *ctx, const struct study *s, size_t number)
{
	const struct brackets *b = ctx;

	return bracket_of(b, s, number) == b->mine;
}

static bool
make_brackets(struct brackets *b, const struct study *s, const double *set)
{
	double most = set[MAX_RESOURCE], power;

	if (most == 0 && s->first_last_step >= 0)
		most = (double)s->first_last_step + 1;
	if (most < set[MIN_RESOURCE])
		return false;
	/* The quotient of two rounded logarithms, as Optuna has it, with the
	 * C library's, as Python has it: 3^5 and 3 give 4, not 5. */
	b->n = (size_t)floor(log(most / set[MIN_RESOURCE]) / log(set[REDUCTION])) + 1;
	if (b->n > RUNGS_MAX)
		b->n = RUNGS_MAX;
	b->total = 0;
	for (size_t i = 0; i < b->n; i++) {
		size_t k = b->n - 1 - i;

		power = 1;
		for (size_t j = 0; j < k; j++)
			power *= set[REDUCTION];
		b->budget[i] = (uint64_t)ceil((double)b->n * power / ((double)k + 1));
		b->total += b->budget[i];
	}
	return true;
}

static void
judge_hyperband(struct verdict *v, const struct study *s, size_t number,
    const double *set)
{
	struct bracket bracket = { .min_resource = set[MIN_RESOURCE],
	    .reduction = set[REDUCTION], .bootstrap = set[BOOTSTRAP],
	    .has = is_in_bracket };
	struct brackets b;

	if (!make_brackets(&b, s, set))
		return;
	b.mine = bracket_of(&b, s, number);
	bracket.first_rung = (double)b.mine;
	bracket.ctx = &b;
	halving_judge(v, s, number, &bracket);
}

const struct pruner pruner_hyperband = {
	.name = "hyperband", .settings = hyperband_settings,
	.judge = judge_hyperband,
};
