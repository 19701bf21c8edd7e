/*
 * base/lines.h - the lines of a descriptor, each as soon as it has come.
 *
 *	lines_init(&l, 0, "standard input", LINE_MAX_BYTES);
 *	do {
 *		more = lines_wait(&l, e);
 *		while (more >= 0 && lines_next(&l, &line))
 *			...			work on line.s, line.n
 *		...				nothing more has come yet
 *	} while (more > 0);
 *	lines_release(&l);
 */
#ifndef BASE_LINES_H
#define BASE_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

struct lines {
	int fd;				/* stays the caller's */
	const char *name;		/* of it, for errors; borrowed */
	struct buf buf;
	size_t at;			/* where the next line begins */
	bool ended;			/* nothing comes any more */
};

struct line {
	const char *s;			/* n bytes, until lines_wait */
	size_t n;
	bool whole;			/* s[n] is its newline; only what comes
					 * last may have none */
};

void lines_init(struct lines *l, int fd, const char *name, size_t line_max);
void lines_release(struct lines *l);

/* Read what there is, waiting for something if need be.  1; 0 at the end;
 * -1 with ERR_IO, or ERR_TOOBIG when a line is longer than line_max. */
int lines_wait(struct lines *l, struct err *e);
/* The next line that has come; false: lines_wait for it. */
bool lines_next(struct lines *l, struct line *line);

#endif
