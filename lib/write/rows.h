/*
 * write/rows.h - rows that come as text, CSV or JSON Lines, to a file in the
 * format that its ending says.
 *
 * Where that is the text's own the rows go out as they come.  Else they wait
 * for the commit, CSV in a nameless file of FILE_SCRATCH_FOLDER, JSON Lines in
 * memory, and become what mlv-data convert makes of them.
 */
#ifndef WRITE_ROWS_H
#define WRITE_ROWS_H

#include "read/options.h"
#include "write/write.h"

struct rows_out {
	struct target to;
	struct write_opts o;
	bool told;		/* the ending, or `format`, says the format */
	bool waits;		/* for the commit: */
	int scratch;		/* those of CSV, or -1 */
	struct buf waiting;	/* the others, or what is yet to go there */
	struct table_read_opts text;
	struct arena arena;	/* names in it */
};

/* `format`: what is asked for, whatever the ending; or NULL. */
int rows_out_open(struct rows_out *r, const char *path,
    const enum write_format *format, bool durable, struct err *e);
/* Is this the format of text that goes out as it comes?  False also where any
 * does. */
bool rows_out_takes(const struct rows_out *r, enum table_format format);
/* Before the first bytes: how they are written, and what types columns have,
 * which are found out where nothing is said. */
void rows_out_text(struct rows_out *r, const struct table_read_opts *how);
int rows_out_add(struct rows_out *r, const void *p, size_t n, struct err *e);
int rows_out_flush(struct rows_out *r, struct err *e);
int rows_out_commit(struct rows_out *r, struct err *e);
void rows_out_drop(struct rows_out *r);

#endif
