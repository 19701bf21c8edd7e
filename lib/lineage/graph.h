/*
 * lineage/graph.h - what was made from what, over all names of a repository:
 * data and their splits, runs, models, profiles, evaluations, verdicts,
 * request logs and cards.
 *
 * A node is a version of a name, found by its manifest; or a file that no
 * name holds.  An edge leads from what was used to what was made of it, and
 * says by which relation (mlv-manifests(5)); "served" leads from a model to
 * the log of its requests.  Bytes are known by their SHA-256: where several
 * versions hold the same bytes, or several runs put them out, all are there
 * and their edges marked, for nobody can say which it was.
 *
 * What a run read is its edge alone: data -> run -> model stands for the link
 * that the model has to the data, too.
 */
#ifndef LINEAGE_GRAPH_H
#define LINEAGE_GRAPH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "catalog/catalog.h"
#include "store/oid.h"

struct lineage_node {
	struct oid id;			/* of the manifest, or of the bytes */
	struct oid content;		/* bytes of the version; or none */
	/* "data" "split" "run" "model" "profile" "evaluation" "verdict"
	 * "report" "card" "feature" "requests" "file" */
	const char *kind;
	const char *name;		/* the first of its names */
	const char **names;		/* all of them, oldest first */
	size_t n_names;
	const struct json *manifest;	/* or NULL */
};

struct lineage_edge {
	size_t from, to;		/* nodes */
	const char *rel;
	bool one_of_several;
};

struct lineage {
	struct arena arena;
	struct lineage_node *node;
	struct lineage_edge *edge;	/* each pair of nodes once */
	size_t nodes, edges;
	size_t node_room, edge_room;
};

#define LINEAGE_NONE ((size_t)-1)

/* The whole repository.  ERR_CORRUPT when a manifest cannot be read. */
int lineage_read(struct lineage *g, struct catalog *c, struct err *e);
void lineage_release(struct lineage *g);

/* The node of a manifest, or of bytes: the newest version that holds them;
 * LINEAGE_NONE. */
size_t lineage_find(const struct lineage *g, const struct oid *id);

/* Walks from a node along its edges, up (what it was made from) or down,
 * depth first, neighbours in order of their names.  fn gets the node, the
 * edge that led there (NULL for the first), its depth, and whether it was
 * there before: then what is beyond it is not walked again.  `last`: no more
 * of the same parent follow.  fn returns 0 to go on. */
struct lineage_step {
	size_t node;
	const struct lineage_edge *edge;
	size_t depth;
	bool seen, last;
};
int lineage_walk(const struct lineage *g, size_t from, bool down,
    int (*fn)(void *ctx, const struct lineage_step *s, struct err *e),
    void *ctx, struct err *e);

#endif
