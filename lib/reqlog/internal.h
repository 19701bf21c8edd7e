/*
 * reqlog/internal.h - segments and lines of a log.  Private to lib/reqlog.
 */
#ifndef REQLOG_INTERNAL_H
#define REQLOG_INTERNAL_H

#include <stdbool.h>

#include "codec/json.h"
#include "reqlog/reqlog.h"

/* Segments of a folder, oldest first; a file is one of its own. */
int reqlog_segments(char ***out, size_t *n, const char *path, struct err *e);
void reqlog_segments_free(char **segment, size_t n);
/* By its name: may a row of it pass? */
bool reqlog_may_pass(const char *path, const struct reqlog_filter *f);
bool reqlog_passes(const struct json *line, const struct reqlog_filter *f);
/* How many rows a line holds; 0: it is none of a request log. */
size_t reqlog_line_rows(const struct json *line);

#endif
