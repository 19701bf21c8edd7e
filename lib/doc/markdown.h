/*
 * doc/markdown.h - text that its author wrote as Markdown.  Private to lib/doc.
 *
 * In a Markdown document it passes through; only what would break the
 * document around it is changed: headings go down three levels, an open
 * fence or comment is closed.  On a page paragraphs, line breaks, `- `
 * lists, **bold**, *italic* and `code` are set, headings as bold lines;
 * everything is escaped, so nothing else is markup.
 */
#ifndef DOC_MARKDOWN_H
#define DOC_MARKDOWN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Without the white space around it, is it more than a line of words? */
bool note_is_block(const char *s, size_t n);
void note_markdown(struct buf *out, const char *s, size_t n);
void note_html_line(struct buf *out, const char *s, size_t n);
void note_html(struct buf *out, const char *s, size_t n);

#endif
