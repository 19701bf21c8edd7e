/*
 * quality/foreign.h - schemas that other tools wrote: suites of Great
 * Expectations (JSON), table schemas of Frictionless Data (JSON, YAML), schemas
 * of TensorFlow Data Validation (text).
 *
 * They become schemas of ours; what has no counterpart is listed, never left
 * out in silence.
 */
#ifndef QUALITY_FOREIGN_H
#define QUALITY_FOREIGN_H

#include "quality/schema.h"

struct schema_left {
	const char **what;		/* "expectation 3, expect_...: why" */
	size_t n, room;
};

enum schema_kind {
	SCHEMA_OURS, SCHEMA_EXPECTATIONS, SCHEMA_FRICTIONLESS, SCHEMA_TFDV
};

/* Whose it is, by its text; ours where that is not plainly another's. */
enum schema_kind schema_kind_of(const char *s, size_t n);
/* "Great Expectations" ... */
const char *schema_kind_name(enum schema_kind kind);
/* What is left out goes to *left, which the arena owns.  ERR_FORMAT: it is not
 * what it looks like. */
int schema_import(struct schema **out, struct schema_left *left,
    struct arena *a, const char *s, size_t n, struct err *e);

#endif
