/* lineage/internal.h - what the files of lib/lineage share; nobody else's. */
#ifndef LINEAGE_INTERNAL_H
#define LINEAGE_INTERNAL_H

#include "lineage/graph.h"

size_t graph_add_node(struct lineage *g, const struct lineage_node *n);
void graph_add_edge(struct lineage *g, size_t from, size_t to,
    const char *rel, bool one_of_several);

#endif
