/*
 * remote/gc/strays.h - packs and records that lie at a remote and that no head
 * lists: of a push or a gc that was cut before it wrote one.
 *
 * Some may be of a push that goes on just now.  So they are only doomed, as a
 * pack that is of no use is, by the conditional write of a head: then that push
 * loses its race, looks again, and takes back what it brought or brings it
 * under another name.  How old a file is is asked of nobody; its grace period
 * begins when it is found.
 */
#ifndef REMOTE_GC_STRAYS_H
#define REMOTE_GC_STRAYS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/intern.h"
#include "remote/internal.h"
#include "remote/leaving.h"

#define STRAYS_MAX 20000	/* at once, for a head to list */

/* Zeroed it is empty. */
struct strays {
	struct arena arena;
	struct intern *listed;	/* folder and name of what is no stray */
	const char *folder;	/* that is being listed */
	struct leaving_file *v;	/* since_s is not set */
	size_t n, room;
	bool told;		/* the other side can list */
};

/* After remote_refresh. */
int strays_find(struct strays *s, struct remote *r, struct err *e);
void strays_release(struct strays *s);

#endif
