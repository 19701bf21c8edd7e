/*
 * read/options.h - how the bytes of a table are to be read, and that as JSON.
 */
#ifndef READ_OPTIONS_H
#define READ_OPTIONS_H

#include "base/arena.h"
#include "base/progress.h"
#include "codec/json.h"
#include "table/column.h"

/* Parquet is told by its first bytes: the word refuses what is none. */
enum table_format { TABLE_AUTO, TABLE_CSV, TABLE_JSONL, TABLE_PARQUET };
enum table_header { TABLE_HEADER_AUTO, TABLE_HEADER_YES, TABLE_HEADER_NO };

struct csv_form;
struct expr;

/* A column's type said by the user. */
struct table_type {
	const char *name;
	enum col_type type;
	enum cell_form form;
};

/* All zero is a good default.  What it points to is borrowed. */
struct table_read_opts {
	enum table_format format;
	enum table_format likely;	/* what a schema says: where `format`
					 * is AUTO, and the first line is not
					 * plainly of the other */
	const char *encoding;		/* as iconv calls it; NULL: UTF-8, or
					 * UTF-16 with a byte order mark */
	const char *member;		/* the file in a zip or tar archive;
					 * NULL: the only one */
	uint64_t skip;			/* lines before the data, passed over;
					 * blank ones count */
	char delimiter;			/* 0: detected */
	char quote;			/* 0: '"' */
	bool no_quote;			/* none at all */
	char escape;			/* takes the meaning from the next
					 * byte; 0: none */
	char comment;			/* lines that begin so are none; 0 */
	enum table_header header;	/* NO: column_1, column_2 ... */
	const struct csv_form *form;	/* of CSV whose beginning was looked
					 * at: the bytes are rows behind it.
					 * NULL: they begin the file */
	const char *const *columns;	/* names; no header line, unless it
					 * holds them, or `header` is YES:
					 * then instead of its names */
	size_t n_columns;
	const char *const *na;		/* further words for missing */
	size_t n_na;
	const struct table_type *types;	/* forced; a cell that does not fit
					 * is an error with its line */
	size_t n_types;
	const bool *fractions;		/* of CSV, a column in file order: it
					 * holds fractions in other parts, so
					 * whole numbers are such; or NULL */
	const char *const *only;	/* read these alone, in file order */
	size_t n_only;
	const struct expr *where;	/* row groups of Parquet in which it
					 * can hold nowhere are passed over;
					 * whoever says so picks the rows (read/
					 * where.h).  NULL: none */
	const char *folder;		/* for an archive from a pipe; NULL:
					 * FILE_SCRATCH_FOLDER */
	int threads;			/* 0: pool_default_threads() */
	bool shape;			/* only rows, names and types count: of
					 * CSV no cell is kept */
	bool text;			/* they are text: nothing is unpacked;
					 * for bytes that came by network */
	const char *name;		/* for messages; NULL: "input" */
	const struct progress *progress;
	const struct log *log;		/* what was put right in reading; or
					 * NULL */
};

/*
 * How to read, as JSON, for a manifest or a schema: {"format":"csv",
 * "delimiter":";", "quote":"'" (or "" for none), "escape":"\\",
 * "comment":"#", "header":false, "columns":[..], "na":["?"],
 * "types":{"zip":"category"}}; members at their default are left out, so a
 * plain CSV is {}.  From JSON: what it points to lives in the arena;
 * unknown members are refused by name.
 */
struct json *table_opts_json(struct arena *a, const struct table_read_opts *o);
int table_opts_from_json(struct table_read_opts *o, struct arena *a,
    const struct json *j, struct err *e);

#endif
