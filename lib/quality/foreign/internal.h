/*
 * quality/foreign/internal.h - schemas of other tools as trees of ours.
 * Private to lib/quality/foreign.
 */
#ifndef QUALITY_FOREIGN_INTERNAL_H
#define QUALITY_FOREIGN_INTERNAL_H

#include <stdarg.h>

#include "quality/foreign.h"

/* The tree that grows. */
struct foreign {
	struct arena *a;
	struct json *top;
	struct json *columns;
	struct schema_left *left;
	bool too_long;			/* a text did not fit */
};

/* tree.c: something that has no counterpart. */
void leave_out(struct foreign *f, const char *fmt, ...) MLV_PRINTF(2, 3);
/* A text that was put together is no longer needed; one that did not fit ends
 * the reading with ERR_TOOBIG. */
void text_free(struct foreign *f, struct buf *b);
/* The column's map, made with that type if it is new; a type other than NULL
 * replaces the text that was assumed. */
struct json *need_column(struct foreign *f, const char *name,
    const char *type);
/* The list of that name at the top. */
struct json *need_list(struct foreign *f, const char *name);
/* A member that is taken over as it is. */
void copy_value(struct foreign *f, struct json *to, const char *key,
    const struct json *v);
/* A name as lib/expr writes it. */
const char *quoted_name(struct arena *a, const char *name);

int read_expectations(struct foreign *f, const struct json *suite,
    struct err *e);
int read_table_schema(struct foreign *f, const struct json *schema,
    struct err *e);
int read_tfdv(struct foreign *f, const char *s, size_t n, struct err *e);

#endif
