/*
 * read/records.h - the rows of a table in memory as the bytes they are, for
 * whoever passes them on unchanged (splits, quarantine) or checks them.
 */
#ifndef READ_RECORDS_H
#define READ_RECORDS_H

#include "base/buf.h"
#include "read/options.h"

struct records;

/* A row that is not blank, good until the next one or records_close. */
struct record {
	const char *raw;	/* with its line end where it has one */
	size_t raw_n;
	const char *s, *end;	/* the same to be parsed: ends a line */
	const char *limit;	/* bytes may be read up to here */
	uint64_t row, line;	/* from 1; the line on which it starts */
};

/* `bytes` stay where they are until records_close. */
int records_open(struct records **l, const char *bytes, size_t n,
    const struct table_read_opts *o, struct err *e);
void records_close(struct records *l);
/* The header line(s) with BOM and line end as they stand; n 0: none. */
const char *records_header(const struct records *l, size_t *n);
/* TABLE_CSV or TABLE_JSONL. */
enum table_format records_format(const struct records *l);
/* "\n", "\r\n" or "\r": what ends a line here. */
const char *records_line_end(const struct records *l);

/* 1 with the next row, 0 at the end, -1 (ERR_FORMAT with the line; *rec is what
 * cannot be cut). */
int records_next(struct records *l, struct record *rec, struct err *e);

/* No more of them are left: lines. */
uint64_t records_most(const struct records *l);

/* Back to a record that was given or cannot be cut: it is its first line alone,
 * and the next one begins behind that.  ERR_FORMAT when that was asked for so
 * often that it would take too long. */
int records_first_line(struct records *l, struct record *rec, struct err *e);

/* Append the text of columns `names` of the row given last to *out, a 0x1f
 * between them; nothing for a missing one.  ERR_NOENT: no such column. */
int records_key(struct records *l, struct buf *out, const char *const *names,
    size_t n, struct err *e);

/* Whoever is handed each record in turn: 0 to go on, 1 when it has seen
 * enough, -1 with the error. */
struct record_consumer {
	int (*record)(void *ctx, const struct record *rec, struct err *e);
	void *ctx;
};

/* All records that are left.  0 at the end, else what the consumer said; -1
 * also when a record cannot be cut. */
int records_scan(struct records *l, const struct record_consumer *c,
    struct err *e);

/* Is every row of the bytes whole: as many cells as there are columns, or
 * one JSON object?  ERR_FORMAT lists the first that are not. */
int records_check(const char *bytes, size_t n,
    const struct table_read_opts *o, struct err *e);

/* For lib/read: the sniffed input (read/sniff.h); and opened so that the
 * line after the header plays no part in messages, as in a stream. */
struct sniffed;
struct sniffed *records_input(struct records *l);
int records_open_alone(struct records **l, const char *bytes, size_t n,
    const struct table_read_opts *o, struct err *e);

#endif
