/*
 * table/input.h - the bytes of a table before their cells are read: format,
 * form, header, body.  Private to lib/table.
 */
#ifndef TABLE_INPUT_H
#define TABLE_INPUT_H

#include "table/cell.h"

#define TABLE_COLS_MAX 65536

struct input {
	const char *name;		/* for messages */
	enum table_format format;
	struct csv_form form;
	char **names;			/* CSV: the columns */
	size_t cols;
	const char *body;		/* first data byte */
	uint64_t lines;			/* before the body */
};

/* Format by the first byte, form by the first lines. */
void input_sniff(struct input *in, const char *s, size_t n,
    const struct table_read_opts *o);
/* CSV: names from the first record in [s, end) or from the options; sets
 * body.  `end[-1]` ends a line. */
int input_header(struct input *in, const char *s, const char *end,
    const struct table_read_opts *o, struct err *e);
void input_free(struct input *in);

/* A copy of the cell's text, quotes undone. */
char *cell_dup(const struct csv_cell *c);
/* A line of nothing but white space? */
bool line_blank(const struct csv_form *f, const char *p);
/* Line ends in [from, to). */
uint64_t lines_in(const struct csv_form *f, const char *from, const char *to);

int table_read_csv(struct table **out, const char *s, size_t n,
    const struct table_read_opts *o, struct err *e);
int table_read_jsonl(struct table **out, const char *s, size_t n,
    const struct table_read_opts *o, struct err *e);

#endif
