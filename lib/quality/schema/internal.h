/*
 * quality/schema/internal.h - members of a schema's tree taken over one by
 * one.  Private to lib/quality/schema.
 *
 * All take what is at j; ERR_FORMAT names the member with its line.
 */
#ifndef QUALITY_SCHEMA_INTERNAL_H
#define QUALITY_SCHEMA_INTERNAL_H

#include "quality/schema.h"

/* member.c: ERR_FORMAT about the member, with its line where it has one. */
int bad_member(const struct json *j, const char *what, struct err *e);
int unknown_member(const struct json *j, const char *const *known, size_t n,
    struct err *e);
/* The place of j's name among the known, or n. */
size_t member_place(const struct json *j, const char *const *known, size_t n);

int get_flag(bool *out, const struct json *j, struct err *e);
int get_share(double *out, const struct json *j, struct err *e);
int get_count(bool *has, int64_t *out, const struct json *j, struct err *e);
int get_text(const char **out, struct arena *a, const struct json *j,
    struct err *e);
int get_bound(bool *has, struct num *out, const struct json *j, struct err *e);
int get_severity(enum severity *out, const struct json *j, struct err *e);
/* A list of words; numbers and booleans are taken as they print.  One word
 * alone is a list, too, if `alone`. */
int get_words(const char *const **out, size_t *n, struct arena *a,
    const struct json *j, bool alone, struct err *e);
/* "90s", "12h", "7d": microseconds. */
int get_duration(int64_t *us, const struct json *j, struct err *e);

/* column.c: a column whose type is known, or a rule about it. */
int get_column(struct schema_column *c, struct arena *a, const struct json *j,
    bool rule, struct err *e);

/* rules.c: what is about several columns, once those are known. */
int get_keys(struct schema *s, struct arena *a, const struct json *j,
    struct err *e);
int get_rules(struct schema *s, struct arena *a, const struct json *j,
    struct err *e);
int get_references(struct schema *s, struct arena *a, const struct json *j,
    struct err *e);
int get_freshness(struct schema *s, struct arena *a, const struct json *j,
    struct err *e);
int get_trend(struct schema *s, struct arena *a, const struct json *j,
    struct err *e);

#endif
