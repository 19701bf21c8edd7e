/*
 * base/groupsync.h - files of one folder synced together: whoever asks while
 * others are being synced shares the next sync.
 *
 *	ticket = group_sync_ask(g, fd);		under the caller's own lock
 *	...
 *	group_sync_wait(g, ticket, e);		without it
 *
 * By several threads at once.
 */
#ifndef BASE_GROUPSYNC_H
#define BASE_GROUPSYNC_H

#include <stdint.h>

#include "base/err.h"
#include "base/os.h"

struct group_sync;

/* Files of that folder, whose new names are synced, too. */
struct group_sync *group_sync_new(const struct os *os, const char *folder);
/* Nobody waits any more; NULL is fine. */
void group_sync_free(struct group_sync *g);
/* Takes over the descriptor. */
uint64_t group_sync_ask(struct group_sync *g, int fd);
/* Until what was asked with the ticket is on disk. */
int group_sync_wait(struct group_sync *g, uint64_t ticket, struct err *e);

#endif
