/*
 * search/study/oplog.h - the file behind studies: an Optuna journal, one
 * operation a line, appended only, by processes of any host and by Optuna.
 *
 * Whoever appends holds a lock of the kernel on one byte far behind the end,
 * which queues the processes of one machine, and then FILE.lock, made only
 * if it is not there, which is Optuna's lock and holds where the kernel's
 * does not, as on some network file systems.  A killed owner's FILE.lock is
 * broken at once by its own machine, and after 30 s without a change by
 * others, as Optuna does.
 *
 * A last line that was torn by a kill or a full disk is no operation: readers
 * pass over it, and whoever locks cuts it off, since Optuna refuses to read
 * past one.
 */
#ifndef SEARCH_OPLOG_H
#define SEARCH_OPLOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/os.h"

#define OPLOG_MAX ((uint64_t)1 << 36)	/* bytes */

struct oplog {
	const struct os *os;
	const struct log *log;		/* told what was cut off; may be NULL */
	char *path, *lock_path;
	int fd;
	bool by_kernel;			/* the file system has locks */
	bool locked;
	int64_t *held;			/* (n_held): trials of this process */
	size_t n_held;
};

/* With `make` it need not be there.  ERR_NOENT, ERR_IO. */
int oplog_open(struct oplog *l, const struct os *os, const struct log *log,
    const char *path, bool make, struct err *e);
void oplog_close(struct oplog *l);

/* One process at a time from here to oplog_unlock; ERR_BUSY after a minute. */
int oplog_lock(struct oplog *l, struct err *e);
void oplog_unlock(struct oplog *l);

/* Append to *out whole lines from byte `from` on, at most `most` bytes (0:
 * all), less a torn one.  What is not there is nothing. */
int oplog_read(struct buf *out, const struct oplog *l, uint64_t from,
    uint64_t most, struct err *e);
int oplog_size(uint64_t *out, const struct oplog *l, struct err *e);
/* Whole lines, while locked; all of them or, on failure, none.  With `sync`
 * they are on the disk on return, else with the next that is. */
int oplog_append(struct oplog *l, const struct buf *lines, bool sync,
    struct err *e);

/* A trial (its id) that this process, or what it forks, works on: held until
 * it is dropped or they have ended, however they end.  Does a process of this
 * machine hold it, this one too?  1, 0, -1. */
int oplog_hold(struct oplog *l, int64_t trial, struct err *e);
void oplog_drop(struct oplog *l, int64_t trial);
int oplog_is_held(const struct oplog *l, int64_t trial, struct err *e);

#endif
