/*
 * base/brlock.h - a big-reader lock: for state that every request reads and
 * that hardly ever changes.  A thread that reads locks one of many slots, its
 * own, so that readers on different cores do not contend; a writer locks
 * every slot.  It costs memory (one cache line pair a slot) and makes writing
 * slow; reading is one uncontended mutex.
 *
 *	int slot = brlock_read_enter(&l);
 *	...			read; change what belongs to that slot alone
 *	brlock_read_leave(&l, slot);
 */
#ifndef BASE_BRLOCK_H
#define BASE_BRLOCK_H


#include "base/thread.h"

#define BRLOCK_SLOTS 32

struct brlock_slot {
	struct mutex lock;
	/* two slots share no cache line */
	char apart[128 - sizeof(struct mutex) % 128];
};

struct brlock {
	struct brlock_slot slot[BRLOCK_SLOTS];
};

void brlock_init(struct brlock *l);
void brlock_release(struct brlock *l);
/* Returns the slot: 0 to BRLOCK_SLOTS - 1, the same for every call of a
 * thread. */
int brlock_read_enter(struct brlock *l);
void brlock_read_leave(struct brlock *l, int slot);
/* No reader is inside between these two. */
void brlock_write_enter(struct brlock *l);
void brlock_write_leave(struct brlock *l);

#endif
