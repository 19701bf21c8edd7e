/*
 * cli/reading.h - the options that say how a table is to be read, the same
 * for every verb that reads one.
 *
 *	struct fit_opts { struct reading read; ... };
 *	static const struct opt fit_options[] = {
 *		READING_OPTIONS(struct fit_opts, read),
 *		OPT_END
 *	};
 *	...
 *	if ((status = reading_opts(&r, c, &o->read)) != 0)
 *		return status;
 */
#ifndef CLI_READING_H
#define CLI_READING_H

#include "cli/cli.h"
#include "read/whole.h"

struct reading {
	struct texts columns, na, types;
	const char *encoding, *member, *delimiter, *quote, *escape, *comment;
	int format;		/* enum table_format */
	bool header, no_header;
	int64_t skip;
};

extern const struct opt_word reading_formats[];

#define READING_OPTIONS(s, m) \
	{ OPT_LIST, 0, "columns", offsetof(s, m.columns), "NAME,...", \
	    "column names; of a file without a header line, unless --header" }, \
	{ OPT_FLAG, 0, "header", offsetof(s, m.header), NULL, \
	    "the first line is a header, even if it holds numbers" }, \
	{ OPT_FLAG, 0, "no-header", offsetof(s, m.no_header), NULL, \
	    "the first line is data: column_1, column_2 ...", \
	    .excludes = "header" }, \
	{ OPT_TEXTS, 0, "na", offsetof(s, m.na), "TEXT", \
	    "a cell that means missing, besides the empty one" }, \
	{ OPT_TEXTS, 0, "type", offsetof(s, m.types), "NAME=TYPE", \
	    "int64, float64, boolean, datetime, category, text; money, " \
	    "comma, percent, date-dmy ..." }, \
	{ OPT_TEXT, 0, "encoding", offsetof(s, m.encoding), "NAME", \
	    "of the text, as iconv calls it, instead of UTF-8" }, \
	{ OPT_TEXT, 0, "member", offsetof(s, m.member), "NAME", \
	    "the file in a zip or tar archive, where it holds several" }, \
	{ OPT_INT, 0, "skip-lines", offsetof(s, m.skip), "N", \
	    "pass over N lines before the header or the data", \
	    .high = INFINITY }, \
	{ OPT_TEXT, 0, "delimiter", offsetof(s, m.delimiter), "CHAR", \
	    "between cells, instead of finding out" }, \
	{ OPT_TEXT, 0, "quote", offsetof(s, m.quote), "CHAR", \
	    "around cells, instead of \"; none: no quotes" }, \
	{ OPT_TEXT, 0, "escape", offsetof(s, m.escape), "CHAR", \
	    "takes the meaning from the next character, as \\ in \\\"" }, \
	{ OPT_TEXT, 0, "comment", offsetof(s, m.comment), "CHAR", \
	    "pass over lines that begin with it" }, \
	{ OPT_WORD, 0, "format", offsetof(s, m.format), "FORMAT", \
	    "csv, jsonl or parquet, instead of finding out", \
	    .words = reading_formats }

/* 0, or the exit status after a message.  What *r points to lives as long
 * as the invocation; progress is set. */
int reading_opts(struct table_read_opts *r, struct cli *c,
    const struct reading *o);

#endif
