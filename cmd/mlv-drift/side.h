/*
 * side.h - one side of a comparison: a table or a profile by its name, or
 * the request log of a server, a span of it.
 */
#ifndef MLV_DRIFT_SIDE_H
#define MLV_DRIFT_SIDE_H

#include "catalog/bytes.h"
#include "drift/compare.h"
#include "read/whole.h"

struct reqlog_filter;

struct side {
	struct catalog_bytes b;
	struct table *t;
	struct profile *p;
	bool open;			/* b is */
	bool log;			/* of requests; NULL t: no row passed */
	uint64_t skipped;		/* lines of it that are none */
};

/* Zeroed before; close it after failure, too. */
int side_open(struct side *in, struct catalog *c, const char *name,
    const struct table_read_opts *user, struct err *e);
/* Segments and folders of a request log, or "-" alone. */
int side_open_log(struct side *in, char *const *path, size_t n,
    const struct reqlog_filter *f, const struct table_read_opts *user,
    struct err *e);
void side_close(struct side *in);

/* Tables with tables, profiles with profiles: a table beside a profile
 * becomes one. */
int side_match(struct side *ref, struct side *cur, struct err *e);

#endif
