/*
 * base/listener.h - a socket that clients connect to: at an IPv4 address, at
 * a path, or handed over by whoever started us.
 *
 * It is opened before a process gives up rights and begins when there is
 * somebody to answer: until then who connects is refused.
 *
 * At a path it appears when it begins and is taken away when it is closed.
 * What a server that was killed left there is taken over; a socket that
 * somebody listens at (ERR_BUSY) and a file of another kind (ERR_EXISTS) are
 * not.
 */
#ifndef BASE_LISTENER_H
#define BASE_LISTENER_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

#define LISTENER_TEXT_MAX 160

struct listener {
	int fd;				/* -1: none; does not block */
	int port;			/* 0 at a path */
	bool local;			/* only this host reaches it */
	bool inherited;			/* others may listen at it after us */
	char where[LISTENER_TEXT_MAX];	/* "http://127.0.0.1:8080", or
					 * "unix:/run/a.sock" */
	/* of a path */
	char *path, *temp;		/* temp: its name until it begins */
	dev_t device;
	ino_t inode;
};

/* `host` NULL: 127.0.0.1; port 0: any free one. */
int listener_open(struct listener *l, const char *host, int port,
    struct err *e);
/* With these rights for others to connect. */
int listener_open_path(struct listener *l, const char *path, mode_t mode,
    struct err *e);
/* A descriptor that was handed over, which listens already. */
int listener_adopt(struct listener *l, int fd, struct err *e);
/* The port is known before; connections come from here on. */
int listener_begin(struct listener *l, struct err *e);
/* No more connections: who comes now is refused, unless it was inherited. */
void listener_deafen(struct listener *l);
void listener_close(struct listener *l);

/*
 * Descriptors handed over as systemd does: in LISTEN_FDS from 3 on, with the
 * names of LISTEN_FDNAMES, whose values these are, or NULL.  Fills at most
 * `most`; returns how many there are, 0 when they are not for us.
 */
struct inherited {
	int fd;
	char name[64];			/* "" without */
};
int listener_inherited(struct inherited *out, int most, const char *count,
    const char *pid, const char *names);

#endif
