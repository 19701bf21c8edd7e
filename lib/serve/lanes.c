#include "serve/lanes.h"

#include <stdatomic.h>

void
lanes_init(struct lanes *l)
{
	for (int i = 0; i < LANES; i++)
		pthread_mutex_init(&l->lane[i].lock, NULL);
}

void
lanes_destroy(struct lanes *l)
{
	for (int i = 0; i < LANES; i++)
		pthread_mutex_destroy(&l->lane[i].lock);
}

/* Threads are numbered as they first come; 0: not yet. */
static int
my_lane(void)
{
	static _Atomic unsigned threads;
	static _Thread_local unsigned number;

	if (number == 0)
		number = 1 + atomic_fetch_add(&threads, 1) % LANES;
	return (int)number - 1;
}

int
lanes_enter(struct lanes *l)
{
	int i = my_lane();

	pthread_mutex_lock(&l->lane[i].lock);
	return i;
}

void
lanes_leave(struct lanes *l, int lane)
{
	pthread_mutex_unlock(&l->lane[lane].lock);
}

void
lanes_close(struct lanes *l)
{
	for (int i = 0; i < LANES; i++)
		pthread_mutex_lock(&l->lane[i].lock);
}

void
lanes_open(struct lanes *l)
{
	for (int i = LANES - 1; i >= 0; i--)
		pthread_mutex_unlock(&l->lane[i].lock);
}
