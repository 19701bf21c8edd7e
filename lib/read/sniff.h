/*
 * read/sniff.h - the bytes of a table before their cells are read: format,
 * form, header, body.  Private to lib/read.
 */
#ifndef READ_SNIFF_H
#define READ_SNIFF_H

#include "read/options.h"
#include "table/cell.h"

#define TABLE_COLS_MAX 65536
/* Of a stream so many bytes are there to be looked at, where it has them. */
#define SNIFF_BUFFER ((size_t)1 << 20)

struct sniffed {
	const char *name;		/* for messages */
	enum table_format format;
	struct csv_form form;
	char **names;			/* CSV: the columns */
	size_t cols;
	bool header;			/* CSV: the first line is one, its
					 * names used or not */
	const char *body;		/* first data byte */
	uint64_t lines;			/* before the body */
	bool before;			/* lines were passed over, or "sep=;" */
	bool separator;			/* ... and it says the delimiter */
	struct csv_guess other;		/* a delimiter that fits better than
					 * the one found */
	const struct log *log;		/* or NULL */
};

/* Format by the first byte, form by the first lines, both behind those that
 * are passed over; sets body and lines.  ERR_FORMAT: no table
 * at all, but a packed file, UTF-16, a JSON list ...; says what helps. */
int sniff_input(struct sniffed *in, const char *s, size_t n,
    const struct table_read_opts *o, struct err *e);
/* CSV: names from the first record in [s, end) or from the options; sets
 * body.  `end[-1]` ends a line. */
int sniff_header(struct sniffed *in, const char *s, const char *end,
    const struct table_read_opts *o, struct err *e);
/* The same of a whole input from in->body to `end`, whose first line may lack
 * its end; *body is what follows. */
int sniff_whole_header(struct sniffed *in, const char **body, const char *end,
    const struct table_read_opts *o, struct err *e);
void sniffed_release(struct sniffed *in);

/* -1 with ERR_NOENT: no such column, and the nearest one there is. */
int sniffed_no_column(const struct sniffed *in, const char *name,
    struct err *e);

/* What a message says behind "name: ", where it begins so. */
const char *behind_name(const char *name, const char *msg);

/* A copy of the cell's text, quotes undone. */
char *cell_dup(const struct csv_cell *c);
/* A line of nothing but white space? */
bool line_blank(const struct csv_form *f, const char *p);
/* Line ends in [from, to). */
uint64_t lines_in(const struct csv_form *f, const char *from, const char *to);

#endif
