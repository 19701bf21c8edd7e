/*
 * doc/escape.h - text made harmless in HTML and in Markdown.  Whatever is not
 * ours (names, notes, messages) goes through here before it is in a document.
 */
#ifndef DOC_ESCAPE_H
#define DOC_ESCAPE_H

#include <stddef.h>

#include "base/buf.h"

/* For text and attribute values; control bytes become spaces. */
void escape_html(struct buf *out, const char *s, size_t n);
/* On one line: line ends and control bytes become spaces. */
void escape_markdown(struct buf *out, const char *s, size_t n);

#endif
