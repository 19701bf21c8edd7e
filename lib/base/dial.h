/*
 * base/dial.h - a stream to another program: by TCP, as a client.
 */
#ifndef BASE_DIAL_H
#define BASE_DIAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Connect to `port` (digits or a service's name) of `host`, whichever of its
 * addresses answers first within the time; reads and writes then fail after
 * as long without a byte.  ERR_IO names both, with *fd -1. */
int dial_tcp(int *fd, const char *host, const char *port, int timeout_ms,
    struct err *e);
/* All n bytes. */
int dial_write(int fd, const void *p, size_t n, struct err *e);
/* Some bytes, at most n: how many; 0 at the end, -1, and DIAL_LATE when none
 * came in time. */
#define DIAL_LATE (-2)
int64_t dial_read(int fd, void *p, size_t n, struct err *e);

#endif
