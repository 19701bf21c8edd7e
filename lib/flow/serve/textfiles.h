/*
 * flow/serve/textfiles.h - metrics that others wrote for Prometheus, as a part
 * of the server's own page.
 */
#ifndef FLOW_SERVE_TEXTFILES_H
#define FLOW_SERVE_TEXTFILES_H

#include <stddef.h>

#include "base/buf.h"

/* The files as they are now, behind what `page` has, and
 * mlv_textfile_readable of each; one that is not there, or is none, or would
 * make too much of it, is left out.  HELP and TYPE stand once. */
void textfiles_write(struct buf *page, const char *const *path, size_t n);

#endif
