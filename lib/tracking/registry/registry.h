/*
 * tracking/registry/registry.h - registered models and their versions, as MLflow asks
 * for them: model:NAME is the registered model, the book has the words about
 * it.  Private to lib/tracking.
 */
#ifndef TRACKING_REGISTRY_REGISTRY_H
#define TRACKING_REGISTRY_REGISTRY_H

#include "store/ref.h"
#include "tracking/internal.h"

/* A registered model; everything is the call's arena's. */
struct model_entry {
	const char *base;		/* model:BASE */
	const char *name;		/* as clients call it */
	const struct json *doc;		/* of the book; an empty map without */
	struct ref_value *version;	/* (n), those that were not removed */
	size_t n;
	struct model_alias {
		const char *alias;
		uint32_t version;
	} *alias;
	size_t aliases, room;
};

/* -1, answered: there is none of that name. */
int find_model(struct model_entry *m, struct call *k, const char *name);
/* Every one that is there, as long as the call; fn returns 0 to go on. */
int each_model(struct call *k, int (*fn)(void *ctx, struct call *k,
    const struct model_entry *m), void *ctx);
/* The name that a model of that name goes by here. */
const char *model_base(struct call *k, const char *name);
/* Is there one of that name? */
bool model_is_there(struct call *k, const char *name);

/* What the request's "key" and "value" change of an entry's tags; -1,
 * answered: they are no tag. */
int read_tag(struct json **patch, struct call *k, bool set);
/* "3" or 3 of the field "version"; NULL, answered: there is none. */
const struct ref_value *find_version(struct call *k,
    const struct model_entry *m, const char *number);
const struct json *version_doc(struct call *k, const struct model_entry *m,
    uint32_t number);
const char *version_stage(const struct json *doc);

void put_version(struct call *k, const char *key,
    const struct model_entry *m, const struct ref_value *v);
/* Patches with the time of change; -1: answered. */
int change_model(struct call *k, const char *base, struct json *patch);
int change_version(struct call *k, const struct model_entry *m,
    uint32_t number, struct json *patch);
/* model:BASE@ALIAS means a version (0: none), as the rules allow. */
int move_alias(struct call *k, const struct model_entry *m,
    const char *alias, uint32_t version);

#endif
