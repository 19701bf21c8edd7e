/*
 * flow/check/data.h - data behind a name held against a schema, with what the
 * schema says to look at beside it: other tables, profiles of earlier versions.
 */
#ifndef FLOW_CHECK_DATA_H
#define FLOW_CHECK_DATA_H

#include "catalog/bytes.h"
#include "quality/check.h"

struct check_data {
	struct catalog *catalog;
	const struct schema *schema;
	const struct table_read_opts *user;	/* how to read; or NULL */
	const struct check_rows *to;		/* or NULL */
	bool has_now;
	int64_t now;			/* for freshness */
	size_t memory;			/* for keys; 0: CHECK_MEMORY */
	const char *folder;		/* for what memory does not hold; or
					 * NULL */
};

/* `b` is open already.  As check_table; ERR_NOENT: another table is not there.
 * A profile that is not there yet says nothing. */
int check_data(struct check *out, struct catalog_bytes *b,
    const struct check_data *o, struct err *e);

#endif
