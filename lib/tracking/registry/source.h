/*
 * tracking/registry/source.h - what a version of a registered model is made
 * of: a URI of a client, and the objects it leads to.
 */
#ifndef TRACKING_REGISTRY_SOURCE_H
#define TRACKING_REGISTRY_SOURCE_H

#include "catalog/manifest.h"
#include "tracking/internal.h"

struct source_model {
	struct link content;		/* the model file, a folder, or the URI
					 * where the bytes are elsewhere */
	struct link folder;		/* of a model file, around it; or size 0 */
	const char *uri;
	const char *run, *logged;	/* that it came of, or NULL */
	uint32_t number;		/* by source_put */
};

/* "models:/m-..." and "models:/NAME/VERSION" as the URI where the artifacts
 * are; any other as it is. */
const char *model_source_location(struct call *k, const char *uri);
/* -1: answered. */
int model_source_read(struct source_model *s, struct call *k, const char *uri,
    const char *model_id, const char *run_id);
/* The next version of model:BASE, with what its run recorded; -1: answered. */
int model_source_put(struct source_model *s, struct call *k, const char *base);

#endif
