/*
 * quality/schema.h - what a table should look like (mlv-schema(5)).
 *
 * Made from data by schema_infer, edited by people as YAML, committed, and
 * used to check new data (quality/check.h) and to fix the types of a read.
 * The JSON and YAML trees have the same members.
 */
#ifndef QUALITY_SCHEMA_H
#define QUALITY_SCHEMA_H

#include "base/arena.h"
#include "codec/json.h"
#include "quality/aggregate.h"
#include "read/whole.h"
#include "table/table.h"

#define SCHEMA_VALUES_MAX 100	/* categories an inferred schema lists */

enum severity { SEVERITY_ERROR, SEVERITY_WARN };

/* A column, or a rule about one that is declared too. */
struct schema_column {
	const char *name;
	enum col_type type;
	enum cell_form form;		/* of numbers and dates */
	bool optional;			/* the column may be absent */
	double min_fraction;		/* of rows with a value, 0 to 1 */
	struct schema_bounds range;
	const char *const *values;	/* NULL: any; sorted */
	size_t n_values;
	const char *const *not_values;	/* NULL: any; sorted */
	size_t n_not_values;
	bool unique;
	bool has_min_length, has_max_length;
	int64_t min_length, max_length;	/* characters (code points) */
	const char *pattern;		/* PCRE2, whole value; NULL: any */
	const char *not_pattern;	/* ... that must not match; NULL */
	struct schema_aggregate *aggregate;
	size_t aggregates;
	const char *when;		/* lib/expr: the rows that count; or
					 * NULL: all */
	double mostly;			/* share of values that must fit */
	enum severity severity;
	const char *label;		/* of a rule, or NULL */
	/* what inference saw; not rules */
	double missing;			/* share, NaN: not known */
	double distinct;		/* count, NaN: not known */
};

struct schema_rule {
	const char *name;		/* or NULL */
	const char *expr;		/* lib/expr, true for a good row */
	const char *when;		/* or NULL */
	double mostly;
	enum severity severity;
};

/* Rows that have no key: where any column is missing, all are, or none. */
enum key_skip { KEY_SKIP_ANY, KEY_SKIP_ALL, KEY_SKIP_NONE };

struct schema_key {
	const char *const *columns;	/* together unique */
	size_t n;
	enum key_skip skip;
	const char *when;		/* or NULL */
	double mostly;
	enum severity severity;
};

/* The columns' values are those of a row in another table. */
struct schema_reference {
	const char *const *columns;
	size_t n;
	const char *data;		/* a name or path */
	const char *const *to;		/* (n) its columns */
	const char *when;		/* or NULL */
	double mostly;
	enum severity severity;
};

/* The newest date of the column is no older than so many microseconds. */
struct schema_freshness {
	const char *column;
	const char *age;		/* as it was written: "1d" */
	int64_t most;
	enum severity severity;
};

/* No farther than a share from the median of the last versions of a profile;
 * of missing cells: the difference of shares.  NaN: not asked. */
struct schema_trend {
	const char *profile;		/* NULL: none */
	int64_t last;
	double rows, mean, missing;
	enum severity severity;
};

struct schema {
	struct schema_column *col;
	size_t cols;
	bool ordered;			/* columns stand in this order */
	bool extra;			/* columns not named here are fine */
	bool has_min_rows, has_max_rows;
	int64_t min_rows, max_rows;
	enum severity rows_severity;
	struct schema_column *on;	/* further rules about columns */
	size_t ons;
	struct schema_rule *rule;
	size_t rules;
	struct schema_key *key;
	size_t keys;
	struct schema_reference *reference;
	size_t references;
	struct schema_freshness *fresh;
	size_t freshs;
	struct schema_trend trend;
	struct table_read_opts read;	/* how to read the file */
};

/* All of these put what they make into the arena. */

/* Of no column and no rule. */
struct schema *schema_new(struct arena *a);
/* From a table; `read` (may be NULL) is how it was read.  ERR_FORMAT when a
 * column's name is not UTF-8; values that are not are left out. */
int schema_infer(struct schema **out, struct arena *a, const struct table *t,
    const struct table_read_opts *read, struct err *e);
struct json *schema_json(struct arena *a, const struct schema *s);
/* ERR_FORMAT names the member and its line; unknown members are refused
 * with the nearest known word. */
int schema_from_json(struct schema **out, struct arena *a,
    const struct json *j, struct err *e);
/* From the text of a YAML or JSON file. */
int schema_parse(struct schema **out, struct arena *a, const char *s, size_t n,
    struct err *e);

/* From a file; one that another tool wrote (quality/foreign.h) is read as what
 * it says, or refused with what it says that has no counterpart. */
int schema_load(struct schema **out, struct arena *a, const char *path,
    struct err *e);

/* Nothing asked for. */
void schema_column_init(struct schema_column *c, const char *name);
/* The values a column may have; v is sorted here and must live as long. */
void schema_set_values(struct schema_column *c, const char **v, size_t n);
const struct schema_column *schema_find(const struct schema *s,
    const char *name);
/* The schema's types and way of reading, for table_read: where *o says
 * nothing. */
void schema_read_opts(struct table_read_opts *o, struct arena *a,
    const struct schema *s);

#endif
