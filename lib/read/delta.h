/*
 * read/delta.h - Delta Lake tables: a folder of Parquet files and the log that
 * says which of them are the table.
 *
 * The newest version is read: a checkpoint, if there is one, and the commits
 * behind it.  What a reader may not pass over is refused by name (ERR_
 * UNSUPPORTED): deletion vectors, mapped columns, features of readers that we
 * do not know.
 */
#ifndef READ_DELTA_H
#define READ_DELTA_H

#include "read/typed.h"

/* Where the files are: in a folder, in a version of one. */
struct delta_files {
	const char *name;		/* for messages */
	/* The names in its _delta_log, in order; the caller frees them with
	 * folder_names_free. */
	int (*names)(void *ctx, char ***names, size_t *n, struct err *e);
	/* Append a file's bytes; `path` is below the table's folder. */
	int (*read)(void *ctx, struct buf *out, const char *path,
	    struct err *e);
	void *ctx;
};

/* Is there a folder _delta_log in it? */
bool delta_table_is(const char *folder);
/* Of a folder; its path is borrowed, as ctx and as name. */
struct delta_files delta_files_of(const char *folder);
/* What the log says now, read once: whoever commits to the table meanwhile
 * changes nothing of what is read by it. */
struct delta_snapshot;
int delta_snapshot_read(struct delta_snapshot **out,
    const struct delta_files *files, struct err *e);
void delta_snapshot_free(struct delta_snapshot *s);	/* NULL is fine */
/* The rows, columns in the schema's order, file after file by their paths: the
 * same with a checkpoint and without.  A column that a file does not have, or
 * that is a partition's, is text.  The snapshot, and what ctx points to, stay
 * until typed_rows_close. */
void delta_rows_open(struct typed_rows *r, const struct delta_snapshot *s,
    const struct delta_files *files);
/* Append them as CSV with a header. */
int delta_table_read(struct buf *out, const struct delta_snapshot *s,
    const struct delta_files *files, struct err *e);

#endif
