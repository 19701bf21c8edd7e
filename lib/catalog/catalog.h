/*
 * catalog/catalog.h - what names mean.
 *
 * A catalog is a repository seen through names: data:churn is a dataset
 * manifest, whose "content" link is the bytes.  Plain paths and "-" need no
 * repository, so catalog_open always succeeds and catalog_repo says
 * whether there is one.
 *
 * Which version a name without one means: the one in the pointer file
 * (churn.csv.mlv beside the data) where there is one, so that a git
 * checkout decides; else the newest.
 */
#ifndef CATALOG_CATALOG_H
#define CATALOG_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "catalog/manifest.h"
#include "catalog/name.h"
#include "codec/json.h"
#include "store/repo.h"

struct catalog;

/* Open the repository around `from` (NULL: the current folder), if any.
 * Fails only when there is one and it cannot be read. */
int catalog_open(struct catalog **c, const char *from,
    const struct repo_opts *o, struct err *e);
/* The same, but ERR_NOENT without a repository ("run mlv-data init"). */
int catalog_open_repository(struct catalog **c, const char *from,
    const struct repo_opts *o, struct err *e);
void catalog_close(struct catalog *c);
/* NULL outside a repository. */
struct repo *catalog_repo(const struct catalog *c);
/* Its objects; NULL outside a repository. */
struct odb *catalog_odb(const struct catalog *c);
/* Where words to the user go; may be NULL. */
const struct log *catalog_log(const struct catalog *c);
/* ERR_NOENT with advice unless there is a repository. */
int catalog_need_repo(struct catalog *c, const char *what, struct err *e);

/* What a name stands for. */
struct catalog_item {
	enum name_kind kind;
	char *base;		/* "churn"; a path as given; "" for an object */
	char *label;		/* "data:churn@2", "sha256:..", or the path */
	uint32_t version;	/* 0: none (path, object, pointer to a version
				 * this repository has no number for) */
	struct oid id;		/* of the manifest (refs) or the object; none
				 * for a path */
	char *path;		/* the part after the second colon, or NULL */
	bool pointed;		/* a pointer file said which version */
};

/* ERR_NOENT says which part is missing.  Objects are not read. */
int catalog_resolve(struct catalog_item *item, struct catalog *c,
    const char *name, struct err *e);
/* The same of a name parsed already, or put together. */
int catalog_resolve_name(struct catalog_item *item, struct catalog *c,
    const struct name *n, struct err *e);
void catalog_item_free(struct catalog_item *item);
/* A word in the log, once, when a pointer file decided and the file beside
 * it is no longer what it stands for: whoever goes on reads the stored
 * version.  catalog_open_bytes does it; call it where an item is used by
 * its id. */
void catalog_warn_changed(struct catalog *c, const struct catalog_item *item);

/* The manifest with this id as a tree in the arena; ERR_FORMAT when the
 * object is not one. */
int catalog_manifest(const struct json **m, struct arena *a, struct catalog *c,
    const struct oid *id, struct err *e);

/*
 * The bytes behind any name: a path, "-", sha256:, data: (the file), model:
 * (the model file), run:ID:PATH (an output), profile:, report:, card: (the
 * content, or the manifest when it has none).  Verified against the id when
 * they come from the store.  Works with c == NULL for paths and "-".
 */
struct catalog_bytes {
	const char *data;	/* n bytes, then a NUL when not mapped */
	size_t n;
	struct catalog_item item;
	struct oid content;	/* SHA-256 of the bytes; none for "-" and
				 * paths until catalog_bytes_id is asked */
	const char *type;	/* TYPE_CSV ...; by extension for a path */
	const struct json *manifest;	/* or NULL; lives as long as this */
	/* private */
	struct arena arena;
	void *owned;
	bool mapped;
};
int catalog_open_bytes(struct catalog_bytes *b, struct catalog *c,
    const char *name, struct err *e);
void catalog_bytes_close(struct catalog_bytes *b);
/* The content's id, hashed now when it is not known yet. */
const struct oid *catalog_bytes_id(struct catalog_bytes *b);

/* What a put made or found. */
struct catalog_put {
	struct oid id;		/* the manifest's */
	struct oid content;	/* the bytes', when there are any */
	uint32_t version;
	bool added;		/* false: the same manifest was newest already */
	char label[300];	/* "data:churn@3" */
};

/*
 * A dataset.  Exactly one of `path` and `data` gives the bytes.  With
 * `path` inside the work tree the pointer file and the .gitignore entry are
 * written too (unless no_pointer), and the name must be free or already
 * mean this path (ERR_EXISTS).  `rows` < 0: not a table.
 */
struct catalog_dataset {
	const char *name;		/* NULL: from the path's stem */
	const char *path;
	const void *data;
	const struct oid *content;	/* the path's bytes, stored already */
	size_t n;			/* of data, or of the content */
	const char *type;		/* NULL: by extension */
	int64_t rows;
	const struct json *columns;	/* [{name, type}], or NULL */
	const struct json *read;	/* how to read it: see open_table.h */
	const struct json *extra;	/* further members, or NULL */
	const struct link *from;	/* what it was derived from */
	size_t n_from;
	bool no_pointer;
};
int catalog_put_dataset(struct catalog_put *put, struct catalog *c,
    const struct catalog_dataset *d, struct err *e);

/*
 * A version of a model: `content` is the stored model file.  Lineage goes
 * into links: rel "run", "data" (what it was fitted on), and "code".
 */
struct catalog_model {
	const char *name;
	struct oid content;
	uint64_t size;
	const char *type;		/* NULL: TYPE_ONNX */
	const struct json *metrics;	/* {name: number}, or NULL */
	const struct json *params;	/* or NULL */
	const struct json *code;	/* {commit, dirty, ...}, or NULL */
	const struct link *links;
	size_t n_links;
};
int catalog_put_model(struct catalog_put *put, struct catalog *c,
    const struct catalog_model *m, struct err *e);

/* Any manifest as the next version of kind:name; for profiles, cards and
 * reports.  Everything it links to must be stored, in the size it says.  `kind` one of name.h's. */
int catalog_put_manifest(struct catalog_put *put, struct catalog *c,
    enum name_kind kind, const char *name, const struct json *m,
    const char *note, struct err *e);
/* Bytes as an object of their own, to be linked from a manifest. */
int catalog_put_bytes(struct oid *id, struct catalog *c, const void *p,
    size_t n, struct err *e);

/*
 * Everything `id` was made from: its manifest, then what that links to, to
 * any depth, each object once.  `depth` 0 is `id` itself; `l` describes the
 * link that led there (rel "" for the first).  fn returns 0 to go on.
 */
int catalog_lineage(struct catalog *c, const struct oid *id,
    int (*fn)(void *ctx, int depth, const struct link *l, struct err *e),
    void *ctx, struct err *e);

/* A number that changes when model:NAME@ALIAS (or the versions of NAME)
 * may have moved: one stat, to be polled by a server. */
uint64_t catalog_stamp(struct catalog *c, const struct name *n);

#endif
