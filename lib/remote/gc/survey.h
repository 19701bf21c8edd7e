/*
 * remote/gc/survey.h - which objects of a remote its names lead to, and so
 * which of its packs are of any use.
 *
 * For that its manifests, folders and lists of parts are read; those that are
 * not here are fetched, and stay like anything that nothing leads to.
 */
#ifndef REMOTE_GC_SURVEY_H
#define REMOTE_GC_SURVEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/intern.h"
#include "remote/incoming.h"
#include "remote/internal.h"
#include "remote/scope/selection.h"

enum pack_fate {
	PACK_STAYS,
	PACK_POOR,		/* less than half of it is of use */
	PACK_DEAD
};

struct surveyed_pack {
	enum pack_fate fate;
	uint64_t useful;	/* bytes stored */
	uint8_t *dead;		/* by the order of ids, of one that stays */
	size_t n;		/* bytes of them; 0: all of it is of use */
};

struct survey {
	struct remote *r;
	struct selection s;
	struct incoming in;
	struct intern *live;	/* ids that names lead to */
	struct surveyed_pack *pack;	/* (r->known.n) */
	struct oid *copy;	/* live objects that are in poor packs alone */
	size_t n_copy, room;
};

/* After remote_refresh.  ERR_CORRUPT where a name leads to what is not
 * there: then nothing may be removed. */
int survey_run(struct survey *s, struct remote *r, struct err *e);
void survey_release(struct survey *s);
bool survey_lives(const struct survey *s, const struct oid *id);

#endif
