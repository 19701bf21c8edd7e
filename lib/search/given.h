/*
 * search/given.h - trials a study is given, beside those it asks for: what was
 * found out before, and what is to be tried first.
 */
#ifndef SEARCH_GIVEN_H
#define SEARCH_GIVEN_H

#include "search/space.h"
#include "search/study/study.h"

/* x (space n) from a map of parameters, NAN for those whose condition does
 * not hold.  ERR_NO: one is missing, or has a value that the space does not
 * have; it is named. */
int given_values(double *x, const struct space *space, const struct json *params,
    struct err *e);
/* A complete trial of these values; its number.  ERR_EXISTS: there is one of
 * that run (not NULL) already. */
int study_add_given(int64_t *number, struct study *s, const struct space *space,
    const double *x, const double *value, const char *run, struct err *e);
/* One that is asked next, with the values of a map for some parameters or all.
 * ERR_USAGE: one that is no parameter, or a value it cannot have. */
int study_queue(int64_t *number, struct study *s, const struct space *space,
    const struct json *fixed, struct err *e);

#endif
