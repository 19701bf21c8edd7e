/*
 * rollout/internal.h - what the files of lib/rollout share.
 */
#ifndef ROLLOUT_INTERNAL_H
#define ROLLOUT_INTERNAL_H

#include <stdint.h>

#include "codec/json.h"
#include "rollout/policy.h"

/* Refusals of a policy's words, which name the line. */
int policy_refuse_member(const struct json *j, const char *const *known,
    size_t n, struct err *e);
/* Which of the known words it is. */
int policy_word(size_t *out, const struct json *j, const char *const *known,
    size_t n, struct err *e);
int policy_number(double *out, const struct json *j, double low, double high,
    struct err *e);
/* Of the list or map, or NULL; p->kind is known. */
int policy_guards(struct rollout_policy *p, const struct json *j,
    struct err *e);
int policy_goal(struct rollout_policy *p, const struct json *j,
    struct err *e);

/* Units and what is known of them: a flag word each, 0 at first. */
struct unit_set;
struct unit_set *unit_set_new(void);
void unit_set_free(struct unit_set *s);
/* The unit's flags, until the next call. */
uint64_t *unit_set_add(struct unit_set *s, uint64_t unit);

#endif
