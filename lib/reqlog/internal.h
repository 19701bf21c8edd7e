/*
 * reqlog/internal.h - segments and lines of a log.  Private to lib/reqlog.
 */
#ifndef REQLOG_INTERNAL_H
#define REQLOG_INTERNAL_H

#include <stdbool.h>

#include "codec/json.h"
#include "reqlog/reqlog.h"

/* By its name: may a row of it pass? */
bool reqlog_may_pass(const char *path, const struct reqlog_filter *f);
bool reqlog_passes(const struct json *line, const struct reqlog_filter *f);
/* How many rows a line holds; 0: it is none of a request log. */
size_t reqlog_line_rows(const struct json *line);
/* Is it one of a rollout that holds no rows: a refusal, a shadow's answers? */
bool reqlog_is_note(const struct json *line);

#endif
