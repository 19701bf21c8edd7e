/*
 * read/members.h - the members of JSON objects put into the columns of a
 * builder.  Private to lib/read.
 */
#ifndef READ_MEMBERS_H
#define READ_MEMBERS_H

#include "codec/json.h"
#include "read/builder.h"

#define MEMBERS_OTHER 1000

struct members {
	struct intern *names;
	struct member_target {
		size_t want, keep;	/* columns + 1; 0: none */
	} *slot;		/* by number of the name */
	uint32_t *seen;			/* a column: the round it was set in */
	bool *ever;			/* ... whether it ever was */
	struct intern *other;		/* names of no column, the first few */
	uint32_t round;
};

void members_init(struct members *m, const struct builder *b);
void members_release(struct members *m);
/* The members of an object whose '{' was pulled become row `row`. */
int members_read_row(struct members *m, struct builder *b, size_t row,
    struct json_pull *p, const struct na_words *na, struct err *e);

#endif
