/*
 * doc/doc.h - a document of headings, paragraphs, tables and plots, written
 * as Markdown or as one self-contained HTML page.
 *
 * The caller says what is there, this folder how it looks; it is the only
 * place that escapes, so a cell of a data set can never become markup.  The
 * page has no script, no outside reference and says so in a
 * Content-Security-Policy; plots are inline SVG (doc/plot.h), drawn from
 * aggregates, in the reader's light or dark scheme.  The same calls give
 * the same bytes.
 *
 *	struct doc d;
 *	doc_open(&d, &out, DOC_HTML, "Model card: churn");
 *	doc_heading(&d, 2, "Evaluation");
 *	doc_table_open(&d, (const char *const[]){ "metric", "value" }, 2, "lr");
 *	doc_row(&d, (const char *const[]){ "auc", "0.84" });
 *	doc_table_close(&d);
 *	doc_close(&d);
 *
 * Facts, tiles and plots that follow one another are set together: a list,
 * a row, two beside each other; whatever else comes ends that.
 *
 * Everything is appended to the caller's buffer, whose cap is the limit;
 * buf_check tells at the end.
 */
#ifndef DOC_DOC_H
#define DOC_DOC_H

#include <stddef.h>

#include "base/buf.h"

enum doc_form { DOC_MARKDOWN, DOC_HTML };

struct parallel;
struct plot;

enum doc_in { DOC_IN_TEXT, DOC_IN_FACTS, DOC_IN_TILES, DOC_IN_PLOTS };

struct doc {
	struct buf *out;
	enum doc_form form;
	enum doc_in in;	/* what is open: facts, tiles or plots */
	size_t columns;		/* of the open table */
	char align[16];		/* 'l', 'r' for each of them */
	int plots;		/* so far, for unique ids */
};

void doc_open(struct doc *d, struct buf *out, enum doc_form form,
    const char *title);
void doc_close(struct doc *d);

void doc_heading(struct doc *d, int level, const char *text);
void doc_paragraph(struct doc *d, const char *text);
/* A remark that must be seen: something is missing or failed. */
void doc_notice(struct doc *d, const char *text);
void doc_list_open(struct doc *d);
void doc_item(struct doc *d, const char *text);
void doc_list_close(struct doc *d);
/* `label: text`, as one line of a list of facts. */
void doc_fact(struct doc *d, const char *label, const char *text);
/* The same of text that its author wrote as Markdown: in Markdown it passes
 * through, on a page a small part of it is set (doc/markdown.h).  More than a
 * line of words stands in paragraphs of its own. */
void doc_note(struct doc *d, const char *label, const char *text);
/* A number to be seen at once, with its name and a remark ("" for none). */
void doc_tile(struct doc *d, const char *label, const char *value,
    const char *remark);
/* At most 16 columns; align holds 'l' or 'r' for each, NULL is all left. */
void doc_table_open(struct doc *d, const char *const *heads, size_t n,
    const char *align);
void doc_row(struct doc *d, const char *const *cells);
void doc_table_close(struct doc *d);
/* Text as it is, in a fixed-width block. */
void doc_code(struct doc *d, const char *text, size_t n);
/* HTML: an SVG figure with its caption.  Markdown: bars with their names, in
 * block characters; of other plots a table says more, which is the caller's. */
void doc_plot(struct doc *d, const struct plot *p);
/* HTML: the lines, as wide as the page (doc/parallel.h).  Markdown: nothing. */
void doc_parallel(struct doc *d, const struct parallel *p);

#endif
