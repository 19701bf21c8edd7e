/*
 * read/delta/log.h - what the log of a Delta Lake table says.  Private to
 * lib/read/delta.
 */
#ifndef READ_DELTA_LOG_H
#define READ_DELTA_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "codec/json.h"
#include "read/delta.h"

struct delta_file {
	const char *path;		/* below the table's folder */
	const struct json *partition;	/* a map of texts; or NULL */
	bool removed;
};

struct delta_log {
	struct arena arena;		/* of all that it points to */
	struct delta_files in;
	const char *folder;		/* its name */
	struct delta_file *file;	/* in the order of adding */
	size_t files, room;
	struct intern *paths;		/* of files, by number */
	const struct json *schema;	/* schemaString, parsed */
	const char **partition;		/* columns whose values are not in the
					 * files */
	size_t partitions;
};

/* To be released also after a failure. */
int delta_log_read(struct delta_log *l, const struct delta_files *in,
    struct err *e);
void delta_log_release(struct delta_log *l);

/* An action of the log, wherever it stood. */
int delta_take_protocol(struct delta_log *l, const struct json *j,
    struct err *e);
int delta_take_metadata(struct delta_log *l, const struct json *j,
    struct err *e);
int delta_take_add(struct delta_log *l, const struct json *j, struct err *e);
int delta_take_remove(struct delta_log *l, const char *path, struct err *e);

/* checkpoint.c: all actions of a checkpoint's file. */
int delta_read_checkpoint(struct delta_log *l, const char *path,
    struct err *e);

#endif
