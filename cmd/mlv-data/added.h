/*
 * added.h - the record of a version that was added or imported.
 */
#ifndef MLV_DATA_ADDED_H
#define MLV_DATA_ADDED_H

struct catalog_added;
struct cli;

void print_added(struct cli *c, const struct catalog_added *added,
    const char *path);

#endif
