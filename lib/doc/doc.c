/* A document written once, as HTML or as Markdown. */
#include "doc/doc.h"

#include <string.h>

#include "doc/escape.h"
#include "doc/markdown.h"
#include "doc/parallel.h"
#include "doc/plot.h"
#include "doc/spark.h"

/* Readable in light and dark, printable, and small. */
static const char style[] =
    ":root{color-scheme:light dark;--ink:#1c2733;--soft:#5b6b7b;--line:#d5dde5;"
    "--page:#fff;--card:#f5f7fa;--a:#2563a8;--b:#c2571a;--c:#2f7d4f;--d:#7a4aa0;"
    "--warn:#fff4d6}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e4eaf0;--soft:#9fb0c0;"
    "--line:#33404d;--page:#151b21;--card:#1d252d;--a:#6aa9e9;--b:#f0955a;"
    "--c:#6fc492;--d:#b98be0;--warn:#4a3d14}}"
    "body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);"
    "background:var(--page);max-width:72rem;margin:2rem auto;padding:0 1rem}"
    "h1,h2,h3{line-height:1.2;margin:1.6em 0 .6em}h1{margin-top:0}"
    "h1,h2,h3,figcaption{overflow-wrap:anywhere}p:not(.notice),li,dl{max-width:60rem}"
    "h2{border-bottom:2px solid var(--line);padding-bottom:.25em}"
    "table{border-collapse:collapse;margin:1em 0;display:block;overflow-x:auto}"
    "th,td{padding:.3em .8em;border-bottom:1px solid var(--line);"
    "text-align:left;vertical-align:top}th{color:var(--soft);font-weight:600}"
    ".r{text-align:right;font-variant-numeric:tabular-nums}td{white-space:pre-wrap}"
    "td.r{white-space:pre}"
    "pre{background:var(--card);border:1px solid var(--line);border-radius:6px;"
    "padding:.8em;overflow-x:auto}"
    ".notice{background:var(--warn);padding:.6em .9em;border-left:4px solid var(--b)}"
    ".tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));"
    "gap:.8rem;margin:1em 0}"
    ".tiles div{background:var(--card);border:1px solid var(--line);"
    "border-radius:8px;padding:.7em .9em}.tiles b{display:block;font-size:1.5em;"
    "line-height:1.3;font-variant-numeric:tabular-nums}"
    ".tiles span,.tiles small{display:block;color:var(--soft)}"
    ".plots{display:grid;gap:1rem;margin:1em 0;"
    "grid-template-columns:repeat(auto-fill,minmax(min(26rem,100%),1fr))}"
    "figure{margin:0;background:var(--card);border:1px solid var(--line);"
    "border-radius:8px;padding:.8em}svg{max-width:100%;height:auto}"
    "figcaption{font-weight:600;margin-bottom:.4em}"
    "dl{display:grid;grid-template-columns:minmax(9rem,max-content) 1fr;"
    "gap:.25em 1.2em;margin:1em 0}dt{color:var(--soft)}"
    "dd{margin:0;overflow-wrap:anywhere}dd p,dd ul{margin:0 0 .5em}"
    "@media(max-width:40rem){dl{grid-template-columns:1fr}dd{margin-bottom:.5em}"
    "th,td{padding:.3em .4em}td:first-child:not(.r){min-width:6rem;overflow-wrap:anywhere}"
    "figure{padding:.4em}svg text:not([text-anchor=end]){font-size:14px}}"
    "@media print{body{max-width:none;margin:0;font-size:11pt}"
    "pre{white-space:pre-wrap}tr,figure,.tiles div,.notice{break-inside:avoid}"
    "h2,h3{break-after:avoid}.plots{grid-template-columns:1fr 1fr}"
    "table{display:table}}";

static void
put_text(struct doc *d, const char *s)
{
	if (d->form == DOC_HTML)
		escape_html(d->out, s, strlen(s));
	else
		escape_markdown(d->out, s, strlen(s));
}

static void
put_wrapped(struct doc *d, const char *open, const char *s, const char *close)
{
	buf_adds(d->out, open);
	put_text(d, s);
	buf_adds(d->out, close);
}

/* End what is open, or begin what follows. */
static void
open_section(struct doc *d, enum doc_in in)
{
	static const char *const open[] = { "", "<dl>\n",
	    "<div class=\"tiles\">\n", "<div class=\"plots\">\n" };
	static const char *const close[] = { "", "</dl>\n", "</div>\n",
	    "</div>\n" };

	if (d->in == in)
		return;
	if (d->form == DOC_HTML) {
		buf_adds(d->out, close[d->in]);
		buf_adds(d->out, open[in]);
	} else if (d->in == DOC_IN_FACTS || d->in == DOC_IN_TILES) {
		buf_addc(d->out, '\n');
	}
	d->in = in;
}

void
doc_open(struct doc *d, struct buf *out, enum doc_form form, const char *title)
{
	memset(d, 0, sizeof(*d));
	d->out = out;
	d->form = form;
	if (form == DOC_HTML) {
		buf_adds(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
		    "<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-"
		    "Security-Policy\" content=\"default-src 'none'; style-src "
		    "'unsafe-inline'\">\n<meta name=\"viewport\" content=\""
		    "width=device-width, initial-scale=1\">\n");
		put_wrapped(d, "<title>", title, "</title>\n<style>");
		buf_adds(out, style);
		buf_adds(out, "</style>\n</head>\n<body>\n");
	}
	doc_heading(d, 1, title);
}

void
doc_close(struct doc *d)
{
	open_section(d, DOC_IN_TEXT);
	if (d->form == DOC_HTML)
		buf_adds(d->out, "</body>\n</html>\n");
}

void
doc_heading(struct doc *d, int level, const char *s)
{
	open_section(d, DOC_IN_TEXT);
	if (d->form == DOC_HTML) {
		buf_addf(d->out, "<h%d>", level);
		put_text(d, s);
		buf_addf(d->out, "</h%d>\n", level);
		return;
	}
	buf_addf(d->out, "%s%.*s ", level > 1 ? "\n" : "", level, "######");
	put_wrapped(d, "", s, "\n\n");
}

void
doc_paragraph(struct doc *d, const char *s)
{
	open_section(d, DOC_IN_TEXT);
	if (d->form == DOC_HTML)
		put_wrapped(d, "<p>", s, "</p>\n");
	else
		put_wrapped(d, "", s, "\n\n");
}

void
doc_notice(struct doc *d, const char *s)
{
	open_section(d, DOC_IN_TEXT);
	if (d->form == DOC_HTML)
		put_wrapped(d, "<p class=\"notice\">", s, "</p>\n");
	else
		put_wrapped(d, "> **Note:** ", s, "\n\n");
}

void
doc_list_open(struct doc *d)
{
	open_section(d, DOC_IN_TEXT);
	if (d->form == DOC_HTML)
		buf_adds(d->out, "<ul>\n");
}

void
doc_item(struct doc *d, const char *s)
{
	if (d->form == DOC_HTML)
		put_wrapped(d, "<li>", s, "</li>\n");
	else
		put_wrapped(d, "- ", s, "\n");
}

void
doc_list_close(struct doc *d)
{
	buf_adds(d->out, d->form == DOC_HTML ? "</ul>\n" : "\n");
}

void
doc_fact(struct doc *d, const char *label, const char *s)
{
	open_section(d, DOC_IN_FACTS);
	if (d->form == DOC_HTML) {
		put_wrapped(d, "<dt>", label, "</dt>");
		put_wrapped(d, "<dd>", s, "</dd>\n");
		return;
	}
	put_wrapped(d, "- **", label, ":** ");
	put_wrapped(d, "", s, "\n");
}

void
doc_note(struct doc *d, const char *label, const char *s)
{
	size_t n = strlen(s);
	bool block;

	while (n && strchr(" \t\r\n", s[n - 1]))
		n--;
	while (n && strchr("\r\n", *s)) {
		s++;
		n--;
	}
	block = note_is_block(s, n);
	if (d->form == DOC_HTML) {
		open_section(d, DOC_IN_FACTS);
		put_wrapped(d, "<dt>", label, "</dt><dd>");
		if (block)
			note_html(d->out, s, n);
		else
			note_html_line(d->out, s, n);
		buf_adds(d->out, "</dd>\n");
	} else if (block) {
		open_section(d, DOC_IN_TEXT);
		put_wrapped(d, "**", label, "**\n\n");
		note_markdown(d->out, s, n);
		buf_addc(d->out, '\n');
	} else {
		open_section(d, DOC_IN_FACTS);
		put_wrapped(d, "- **", label, ":** ");
		buf_add(d->out, s, n);
		buf_addc(d->out, '\n');
	}
}

void
doc_tile(struct doc *d, const char *label, const char *value,
    const char *remark)
{
	open_section(d, DOC_IN_TILES);
	if (d->form == DOC_HTML) {
		put_wrapped(d, "<div><span>", label, "</span>");
		put_wrapped(d, "<b>", value, "</b>");
		put_wrapped(d, "<small>", remark, "</small></div>\n");
		return;
	}
	put_wrapped(d, "- **", label, ":** ");
	put_wrapped(d, "", value, *remark ? " (" : "\n");
	if (*remark)
		put_wrapped(d, "", remark, ")\n");
}

static void
put_cells(struct doc *d, const char *tag, const char *const *v)
{
	if (d->form == DOC_MARKDOWN) {
		for (size_t i = 0; i < d->columns; i++)
			put_wrapped(d, i ? " | " : "| ", v[i], "");
		buf_adds(d->out, " |\n");
		return;
	}
	buf_adds(d->out, "<tr>");
	for (size_t i = 0; i < d->columns; i++) {
		buf_addf(d->out, "<%s%s>", tag,
		    d->align[i] == 'r' ? " class=\"r\"" : "");
		put_text(d, v[i]);
		buf_addf(d->out, "</%s>", tag);
	}
	buf_adds(d->out, "</tr>\n");
}

void
doc_table_open(struct doc *d, const char *const *heads, size_t n,
    const char *align)
{
	open_section(d, DOC_IN_TEXT);
	d->columns = n < sizeof(d->align) ? n : sizeof(d->align);
	memset(d->align, 'l', sizeof(d->align));
	if (align)
		memcpy(d->align, align, d->columns);
	if (d->form == DOC_HTML) {
		buf_adds(d->out, "<table>\n<thead>");
		put_cells(d, "th", heads);
		buf_adds(d->out, "</thead>\n<tbody>\n");
		return;
	}
	put_cells(d, "th", heads);
	for (size_t i = 0; i < d->columns; i++)
		buf_adds(d->out, d->align[i] == 'r' ? "|---:" : "|---");
	buf_adds(d->out, "|\n");
}

void
doc_row(struct doc *d, const char *const *v)
{
	put_cells(d, "td", v);
}

void
doc_table_close(struct doc *d)
{
	buf_adds(d->out, d->form == DOC_HTML ? "</tbody>\n</table>\n" : "\n");
}

void
doc_code(struct doc *d, const char *s, size_t n)
{
	open_section(d, DOC_IN_TEXT);
	if (d->form == DOC_HTML) {
		buf_adds(d->out, "<pre>");
		escape_html(d->out, s, n);
		buf_adds(d->out, "</pre>\n");
		return;
	}
	/* an indented block needs no fence that the text could close; a
	 * carriage return would end its line, too */
	for (size_t at = 0; at < n;) {
		buf_adds(d->out, "    ");
		for (; at < n && s[at] != '\n'; at++)
			buf_addc(d->out, s[at] == '\r' ? ' ' : s[at]);
		buf_addc(d->out, '\n');
		at++;
	}
	buf_addc(d->out, '\n');
}

/* Bars with their names, as a block of text. */
static void
put_bars(struct doc *d, const struct plot *p)
{
	const struct plot_series *s = &p->series[0];
	double most = 0;
	struct buf b;

	buf_init(&b, BUF_CAP_DOC);
	for (size_t i = 0; i < s->n; i++)
		most = s->y[i] > most ? s->y[i] : most;
	for (size_t i = 0; i < s->n; i++) {
		buf_addf(&b, "%-24s %10.3g  ", p->labels[i], s->y[i]);
		plot_bar(&b, most > 0 ? s->y[i] / most : 0, 24);
		buf_addc(&b, '\n');
	}
	put_wrapped(d, "", p->title, ":\n\n");
	doc_code(d, b.data, b.len);
	buf_free(&b);
}

void
doc_plot(struct doc *d, const struct plot *p)
{
	open_section(d, DOC_IN_PLOTS);
	d->plots++;
	if (d->form == DOC_HTML) {
		put_wrapped(d, "<figure>\n<figcaption>", p->title,
		    "</figcaption>\n");
		plot_svg(d->out, p, d->plots);
		buf_adds(d->out, "\n</figure>\n");
		return;
	}
	if (p->kind == PLOT_BARS && p->n_series)
		put_bars(d, p);
}

void
doc_parallel(struct doc *d, const struct parallel *p)
{
	open_section(d, DOC_IN_TEXT);
	if (d->form != DOC_HTML)
		return;
	d->plots++;
	put_wrapped(d, "<figure>\n<figcaption>", p->title, "</figcaption>\n");
	parallel_svg(d->out, p, d->plots);
	buf_adds(d->out, "\n</figure>\n");
}
