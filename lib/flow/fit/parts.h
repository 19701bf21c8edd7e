/*
 * flow/fit/parts.h - a column of rows that are read in parts: its type, and
 * where its values go.  Private to flow/fit.
 */
#ifndef FLOW_FIT_PARTS_H
#define FLOW_FIT_PARTS_H

#include <stdatomic.h>

#include "flow/fit/internal.h"

/* As it is; with types that the last attempt did not have; as a whole. */
enum outcome { GOES_ON, AGAIN, READ_WHOLE };

struct part_column {
	bool feature, dropped;
	bool forced;			/* its type is the user's */
	bool rounds;			/* numbers may be keys: --numeric */
	enum col_type type;		/* of the values so far */
	bool known;			/* ... of which there were some */
	size_t place;			/* in the file, if it is of numbers */
};

/* Float32, a column after the other, each with room for so many rows. */
struct part_file {
	int fd;
	size_t room;
	atomic_bool rounded;		/* some number is none */
};

/* Do its values go to the file? */
bool part_column_is_number(const struct part_column *p);
/* Column c of a part takes the type of those before it, or says that they were
 * read as the wrong one. */
enum outcome part_column_settle(struct part_column *p, struct column *c);
/* The values of `from` become rows `at` and on.  False: only the reader of
 * whole files knows what to make of them. */
bool part_column_add(struct column *to, const struct part_column *p,
    const struct column *from, struct part_file *file, size_t at);
/* Would the reader of whole files have something to say of its words? */
bool part_column_is_odd(const struct part_column *p, const struct column *c);

#endif
