/*
 * reqlog/reqlog.h - what a server was asked and what it answered: written in
 * write.c, read back in read.c.
 *
 * A folder of segments (reqlog/segment.h), each JSON Lines, append-only,
 * named by the time it was begun, ended at a size or an age, then packed.  One
 * line a request of one row:
 *
 *	{"time":"..","id":"r1","unit":"u7","model":"churn","version":"3",
 *	 "digest":"sha256:..","variant":"stable",
 *	 "inputs":{"tenure":12,"Contract":"Two year"},
 *	 "outputs":{"label":"No","probabilities.Yes":0.12}}
 *
 * Of a rollout there are also lines that are no rows (reqlog/entry.h): whoever
 * reads rows passes over them.
 *
 * Several rows are one line for each REQLOG_LINE_ROWS of them, in which every
 * value is a list with an element a row ("inputs":{"tenure":[12,3],...}): names
 * and ids do not come again with each row.
 *
 * Loss: lines are written every flush_ms and at close (with before_answer when
 * they are added), not synced: a kill loses what was not yet written, a power
 * cut what the kernel had not.  A reader skips a last line without its newline.
 * Lines that cannot be written (full disk) are dropped and counted, and `log`
 * is told once; the segment goes on when there is room, and one that was
 * removed is followed by another.
 */
#ifndef REQLOG_REQLOG_H
#define REQLOG_REQLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/os.h"

struct reqlog;
struct reqlog_policy;

struct reqlog_opts {
	const struct os *os;		/* NULL: os_real() */
	const struct log *log;		/* borrowed; or NULL */
	uint64_t segment_bytes;		/* 0: 64 MiB */
	int64_t segment_ms, flush_ms;	/* 0: one hour, 200 ms */
	int64_t keep_ms;		/* since written; 0: for ever */
	uint64_t keep_bytes;		/* of a folder; 0: any */
	bool before_answer;		/* reqlog_add writes, too */
	void (*also)(void *ctx, const struct buf *lines);	/* hears of all */
	void *also_ctx;			/* lines, as they are added; or NULL */
};

/* Opens (and makes) the folder; nothing is written before the first line.
 * Starts a thread that flushes. */
int reqlog_open(struct reqlog **l, const char *folder,
    const struct reqlog_opts *o, struct err *e);

#define REQLOG_LINE_ROWS 1024
/* What a rollout makes of a request. */
struct reqlog_placed {
	const char *rollout;		/* its id */
	double share;			/* per cent that the candidate got */
	uint64_t place;			/* of the unit: its hash */
};

/* What all rows of one request share; NULL members are left out. */
struct reqlog_request {
	int64_t time_us;
	const char *id, *unit, *model, *version, *digest, *variant;
	int64_t micros;			/* until it was answered; 0: left out,
					 * as in all lines but its first */
	const struct reqlog_placed *placed;	/* or NULL */
	const struct buf *features;	/* a JSON object; or NULL */
	const struct reqlog_policy *policy;	/* or NULL */
};
/* Append one line to *out, masked.  `inputs` and `outputs` are JSON objects as
 * text, without newlines: of values, or of lists of equal length. */
void reqlog_line(struct buf *out, const struct reqlog_request *r,
    const struct buf *inputs, const struct buf *outputs);
/* A request of a rollout that was not answered, but with that HTTP status. */
void reqlog_failure(struct buf *out, const struct reqlog_request *r,
    int status);
/* What a shadow would have answered, beside what was; `shadow` NULL: it could
 * not. */
void reqlog_shadow(struct buf *out, const struct reqlog_request *r,
    const struct buf *answered, const struct buf *shadow);
/* Hand over lines that hold `rows` rows; those of a buffer that failed are
 * lost, and counted.  Thread-safe, never fails, and waits for the disk only
 * with before_answer. */
void reqlog_add(struct reqlog *l, const struct buf *lines, uint64_t rows);
uint64_t reqlog_rows(struct reqlog *l);
uint64_t reqlog_dropped(struct reqlog *l);	/* rows lost to write errors */
void reqlog_flush(struct reqlog *l);
void reqlog_close(struct reqlog *l);

/*
 * Read it back as rows: each line whose inputs and outputs are plain values,
 * or lists of them of one length (others are skipped), becomes flat JSON
 * objects of the inputs, then the outputs ("output.NAME" where an input has
 * the name), then, with_meta, "mlv.time", id, unit, model, version, variant.
 * Appended to *out as JSON Lines; `path` is a folder or one segment.  Of a
 * folder, segments a day or more from what passes are not opened.
 */
struct reqlog_filter {
	int64_t since_us, until_us;	/* 0: no limit; until is exclusive */
	const char *model, *version, *variant;	/* NULL: any */
	int with_meta;
};
int reqlog_read(struct buf *out, uint64_t *rows, uint64_t *skipped,
    const char *path, const struct reqlog_filter *f, struct err *e);
/* The same of bytes that were read already: a segment, or some in a row. */
int reqlog_read_bytes(struct buf *out, uint64_t *rows, uint64_t *skipped,
    const char *s, size_t n, const struct reqlog_filter *f, struct err *e);

/*
 * Its rows one by one, for whoever needs some columns and not all rows at
 * once: a segment is in memory at a time.  A name is an input's, else an
 * output's ("output.NAME" where both have it), else a member of the line's own
 * ("mlv.id", or "id" alone); value[i] is NULL where the row has none.
 */
struct json;
struct reqlog_row {
	int64_t time_us;
	bool timed;
	const struct json *const *value;	/* (n) plain ones */
};
struct reqlog_wanted {
	const char *const *name;
	size_t n;
	int (*row)(void *ctx, const struct reqlog_row *row, struct err *e);
	void *ctx;
};
int reqlog_each(uint64_t *skipped, const char *path,
    const struct reqlog_filter *f, const struct reqlog_wanted *w, struct err *e);
/* The same of bytes; those of whole lines are *used, of the rest another call
 * may come. */
int reqlog_each_bytes(size_t *used, uint64_t *skipped, const char *s, size_t n,
    const struct reqlog_filter *f, const struct reqlog_wanted *w, struct err *e);
/* The lines that hold rows, whole; and the rows, as reqlog_read has them. */
struct reqlog_lines {
	int (*line)(void *, const struct json *line, size_t rows, struct err *);
	void *ctx;
};
int reqlog_each_line(uint64_t *skipped, const char *path,
    const struct reqlog_filter *f, const struct reqlog_lines *to, struct err *e);
void reqlog_put_rows(struct buf *out, const struct json *line, size_t rows,
    bool with_meta);
/* The first line that holds rows, in the arena; *line NULL: there is none. */
int reqlog_first(struct json **line, struct arena *a, const char *path,
    struct err *e);

/* Is line one of these bytes one of a segment? */
int reqlog_is_bytes(const char *s, size_t n);
/* Is this a request-log folder or segment?  Looks at names and line one. */
int reqlog_is(const char *path);

#endif
