/* A big-reader lock: one mutex a slot; readers take their own, writers all. */
#include "base/brlock.h"

#include <stdatomic.h>

void
brlock_init(struct brlock *l)
{
	for (int i = 0; i < BRLOCK_SLOTS; i++)
		mutex_init(&l->slot[i].lock);
}

void
brlock_release(struct brlock *l)
{
	for (int i = 0; i < BRLOCK_SLOTS; i++)
		mutex_release(&l->slot[i].lock);
}

/* Threads are numbered as they first come; 0: not yet. */
static int
slot_of_thread(void)
{
	static _Atomic unsigned threads;
	static _Thread_local unsigned number;

	if (number == 0)
		number = 1 + atomic_fetch_add(&threads, 1) % BRLOCK_SLOTS;
	return (int)number - 1;
}

int
brlock_read_enter(struct brlock *l)
{
	int i = slot_of_thread();

	mutex_lock(&l->slot[i].lock);
	return i;
}

void
brlock_read_leave(struct brlock *l, int slot)
{
	mutex_unlock(&l->slot[slot].lock);
}

void
brlock_write_enter(struct brlock *l)
{
	for (int i = 0; i < BRLOCK_SLOTS; i++)
		mutex_lock(&l->slot[i].lock);
}

void
brlock_write_leave(struct brlock *l)
{
	for (int i = BRLOCK_SLOTS - 1; i >= 0; i--)
		mutex_unlock(&l->slot[i].lock);
}
