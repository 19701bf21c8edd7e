/*
 * reqlog/internal.h - segments and lines of a log.  Private to lib/reqlog.
 */
#ifndef REQLOG_INTERNAL_H
#define REQLOG_INTERNAL_H

#include <stdbool.h>

#include "codec/json.h"
#include "reqlog/reqlog.h"
#include "reqlog/segment.h"

bool reqlog_is_segment_name(const char *name);
/* By its name: may a row of it pass? */
bool reqlog_may_pass(const char *path, const struct reqlog_filter *f);
bool reqlog_passes(const struct json *line, const struct reqlog_filter *f);
/* How many rows a line holds; 0: it is none of a request log. */
size_t reqlog_line_rows(const struct json *line);
/* Is it one of a rollout that holds no rows: a refusal, a shadow's answers? */
bool reqlog_is_note(const struct json *line);

/* ---- what becomes of segments that have ended ---- */

/* Pack the segment, whose writer is gone, and take it away: at any moment of
 * a kill its rows are there once.  A small one stays. */
int reqlog_pack(const struct os *os, const char *path, struct err *e);
/* Pack what others left, take away what is older or more than is kept. */
void reqlog_tidy(const struct os *os, const char *folder, int64_t keep_ms,
    uint64_t keep_bytes, const struct log *log);

#endif
