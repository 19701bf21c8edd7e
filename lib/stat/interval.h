/*
 * stat/interval.h - 95 % intervals of shares that have a closed form, also
 * where the rows leave no spread to go by: that all of five were right does
 * not make it certain.
 */
#ifndef STAT_INTERVAL_H
#define STAT_INTERVAL_H

#define Z95 1.959963984540054

struct interval {
	double low, high;
};

/* Of a share p of n rows (Wilson 1927); n 0: nothing is known. */
struct interval interval_wilson(double p, double n);
/* Of an area under the ROC curve of P positives and N negatives (Newcombe
 * 2006, method 5). */
struct interval interval_newcombe(double auc, double P, double N);

#endif
