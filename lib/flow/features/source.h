/*
 * flow/features/source.h - the tables behind features: opened by name, hashed
 * as they are read, so that what was made of them can say of which bytes.
 */
#ifndef FLOW_FEATURES_SOURCE_H
#define FLOW_FEATURES_SOURCE_H

#include "base/source.h"
#include "catalog/bytes.h"
#include "catalog/open_table.h"
#include "feature/gather.h"
#include "feature/spec.h"

struct feature_source {
	struct catalog *catalog;
	struct catalog_bytes bytes;
	struct table_read_opts read;
	bool open;
	bool known;			/* `content` is that of a whole read */
	struct oid content;
	uint64_t size;
};

/* `folder` (NULL: the current one) is where a relative path begins.  Nothing
 * is read yet. */
int feature_source_open(struct feature_source *s, struct catalog *c,
    const char *name, const char *folder, const struct table_read_opts *user,
    struct err *e);
void feature_source_close(struct feature_source *s);

/* One reading of it. */
struct feature_pass {
	struct feature_source *of;
	struct source in, source;	/* read from `source` */
	struct sha256 *hash;
	uint64_t size;
	bool ended;
};
int feature_pass_begin(struct feature_pass *p, struct feature_source *s,
    struct err *e);
/* After the last byte, once or more: ERR_MOVED when another reading gave other bytes. */
int feature_pass_end(struct feature_pass *p, struct err *e);
void feature_pass_close(struct feature_pass *p);

/* The rows of its view, to their end, offered to g.  Where `copy` is given it
 * begins as -1: a nameless file that they are copied to, and come from the
 * next time. */
int feature_source_gather(struct gathered *g, struct feature_source *s,
    int *copy, struct err *e);

/* features.yaml at `path`; the folder of its relative sources is *folder. */
int feature_spec_load(struct feature_spec **out, char **folder,
    struct arena *a, const char *path, struct err *e);

/* What the definitions are called in records: the id of their canonical
 * JSON. */
int feature_spec_id(struct oid *id, const struct feature_spec *s,
    struct err *e);

#endif
