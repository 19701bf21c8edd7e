/*
 * base/confine.h - giving up what a process does not need: another user, no
 * writing outside some folders, no programs, no calls that only an intruder
 * makes.  What the kernel does not have is left out, and told.
 */
#ifndef BASE_CONFINE_H
#define BASE_CONFINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* Become that user, with his groups, for good.  ERR_NOENT: there is none;
 * ERR_USAGE: only the superuser may. */
int confine_user(const char *name, struct err *e);

struct confine_opts {
	const char *const *writable;	/* (n) folders; what is not there is
					 * passed over */
	size_t n;
	bool programs;			/* others are run, and they connect */
};

/* How far it came. */
struct confined {
	bool seccomp;
	int landlock;			/* version of the kernel's, 0: none */
};

/* This thread and those that it starts.  ERR_IO when the kernel has a means
 * and refuses it. */
int confine_process(struct confined *out, const struct confine_opts *o,
    struct err *e);

#endif
