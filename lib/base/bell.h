/*
 * base/bell.h - something that happened, as a descriptor: readable once it
 * was rung, for whoever polls it beside others.
 */
#ifndef BASE_BELL_H
#define BASE_BELL_H

#include "base/err.h"

struct bell {
	int fd;
};

int bell_open(struct bell *b, struct err *e);
void bell_close(struct bell *b);
/* From any thread, any number of times. */
void bell_ring(struct bell *b);

#endif
