/*
 * deploy/fleet.h - the endpoints of a server, by name: some of them under a
 * label besides, beside the endpoint that has the name alone.
 *
 * Every request looks one up and holds it until it is answered, on many
 * threads; one thread replaces the list as a whole.  What is no longer listed
 * is closed by that thread, once nobody holds it.
 */
#ifndef DEPLOY_FLEET_H
#define DEPLOY_FLEET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/brlock.h"
#include "deploy/endpoint.h"

struct fleet_entry {
	struct endpoint *endpoint;	/* owned */
	char *label;			/* owned; NULL: asked by name alone */
	void *owner;			/* of whoever made it */
	/* private */
	_Atomic int users;
};

/* Takes the endpoint over; the list that it is put on is its first user. */
struct fleet_entry *fleet_entry_new(struct endpoint *p, const char *label);
/* After it was taken off the list: does nobody hold it any more? */
bool fleet_entry_is_unused(struct fleet_entry *t);
/* Of one that is not used, or after the last request.  NULL is fine. */
void fleet_entry_free(struct fleet_entry *t);

struct fleet {
	struct brlock lock;		/* of the rest */
	struct fleet_entry **entry;	/* (n) */
	size_t n;
	/* what a path without a name asks; NULL: nobody */
	struct fleet_entry *standard;
};

void fleet_init(struct fleet *f);
/* Closes what is listed. */
void fleet_release(struct fleet *f);
/* List these n, copied, from now on.  The caller gives up what it listed
 * before and does not list now: fleet_entry_is_unused tells when. */
void fleet_list(struct fleet *f, struct fleet_entry *const *entry, size_t n,
    struct fleet_entry *standard);

/* These return an entry held, or NULL. */
struct fleet_entry *fleet_find(struct fleet *f, const char *name, size_t n);
struct fleet_entry *fleet_find_label(struct fleet *f, const char *name,
    size_t n, const char *label, size_t n_label);
struct fleet_entry *fleet_standard(struct fleet *f);
/* Entry i of the list, in its order; NULL beyond its end. */
struct fleet_entry *fleet_at(struct fleet *f, size_t i);
/* NULL is fine. */
void fleet_let_go(struct fleet_entry *t);

/* A version held, by name and number, under whatever label; or NULL. */
struct version *fleet_find_version(struct fleet *f, const char *name,
    size_t n, const char *number, size_t n_number);
/* Is there any, and does somebody answer for each of them? */
bool fleet_is_loaded(struct fleet *f);

#endif
