/*
 * serve/lanes.h - a lock for what every request reads and hardly anything
 * changes: a thread that reads locks a lane of its own, so that readers do
 * not meet; who changes something locks them all.
 *
 *	int i = lanes_enter(&l);	... read; change what is lane i's ...
 *	lanes_leave(&l, i);
 */
#ifndef SERVE_LANES_H
#define SERVE_LANES_H

#include <pthread.h>

#define LANES 32

struct lane {
	pthread_mutex_t lock;
	/* two lanes share no cache line */
	char apart[128 - sizeof(pthread_mutex_t) % 128];
};

struct lanes {
	struct lane lane[LANES];
};

void lanes_init(struct lanes *l);
void lanes_destroy(struct lanes *l);
/* Which lane: the same for every call of a thread. */
int lanes_enter(struct lanes *l);
void lanes_leave(struct lanes *l, int lane);
/* Nobody is in any lane in between. */
void lanes_close(struct lanes *l);
void lanes_open(struct lanes *l);

#endif
