/*
 * stat/internal.h - the tests of twosample.h one by one: those of numbers in
 * twosample.c (ks with the distribution of ks.h, exact for small samples), of
 * categories and counts in counts.c; how much chance explains in chance.c.
 * Private to lib/stat.
 */
#ifndef STAT_INTERNAL_H
#define STAT_INTERNAL_H

#include "stat/twosample.h"

#define TEST(name) \
	int test_##name(double *score, const struct twosample *s, \
	    struct err *e)
TEST(ks);
TEST(wasserstein);
TEST(energy);
TEST(mann_whitney);
TEST(cramer);
TEST(anderson);
TEST(chisquare);
TEST(z);
TEST(jensenshannon);
TEST(psi);
TEST(kl);
TEST(hellinger);
TEST(t);
TEST(g);
TEST(fisher);
#undef TEST

/* The chance behind ts_chance, of counts. */
int counts_chance(double *p, const struct twosample *s, struct err *e);

#endif
