/*
 * search/printed.h - the value of a trial among the words its command
 * printed.
 */
#ifndef SEARCH_PRINTED_H
#define SEARCH_PRINTED_H

#include <stddef.h>

/*
 * The last one counts.  With a metric: "auc=0.84" among words, or a line that
 * is a JSON object with that member, or with it in "metrics".  Without: a line
 * that is a number, or that has one NAME=NUMBER and no other.  1; 0 when there
 * is none; -1 when the last line that could be it names several.
 */
int printed_value(double *v, const char *text, size_t n, const char *metric);

#endif
