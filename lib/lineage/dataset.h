/*
 * lineage/dataset.h - versions and files as OpenLineage datasets with their
 * facets.  Private to lib/lineage.
 */
#ifndef LINEAGE_DATASET_H
#define LINEAGE_DATASET_H

#include "base/arena.h"
#include "base/err.h"
#include "catalog/catalog.h"
#include "codec/json.h"
#include "store/oid.h"

#define OL_SPEC "https://openlineage.io/spec/"
#define OL_PRODUCER "urn:mlv:" MLV_VERSION

struct dataset_lists {
	struct arena *arena;
	struct catalog *catalog;	/* or NULL */
	struct json *inputs, *outputs;
};

void dataset_lists_init(struct dataset_lists *d, struct arena *a,
    struct catalog *c);
/* A version that was made is an output, what it links to inputs. */
int dataset_add_version(struct dataset_lists *d, const struct oid *id,
    const struct json *m, const char *label, struct err *e);
/* A version that is read is an input. */
void dataset_add_input(struct dataset_lists *d, const struct oid *id,
    const struct json *m, const char *label);
/* What a sealed run read and put out. */
int dataset_add_run(struct dataset_lists *d, const struct json *m,
    struct err *e);
/* An empty input facet of the input that is called so. */
struct json *dataset_input_facet(struct dataset_lists *d, const char *label,
    const struct oid *content, const char *key, const char *url);

/* A map with the two members of every facet. */
struct json *ol_facet(struct arena *a, struct json *facets, const char *key,
    const char *url);

#endif
