/* Documents: what is escaped, what a page must not hold, stable bytes. */
#include <stdlib.h>

#include "doc/doc.h"
#include "doc/plot.h"
#include "../tap.h"

static void
write_all(struct doc *d, struct buf *out, enum doc_form form)
{
	const char *const heads[] = { "metric", "value" };
	const char *const row[] = { "<auc> & |x|", "0.84" };
	const double x[] = { 0, 0.5, 1 }, y[] = { 0, NAN, 1 };
	const struct plot_series s = { .name = "test", .x = x, .y = y,
	    .n = 3 };
	const struct plot p = { .kind = PLOT_LINES, .title = "ROC <test>",
	    .x_label = "false positive rate", .series = &s, .n_series = 1,
	    .diagonal = true, .unit_square = true };

	doc_open(d, out, form, "Card of <script>alert(1)</script>");
	doc_heading(d, 2, "Evaluation");
	doc_table_open(d, heads, 2, "lr");
	doc_row(d, row);
	doc_table_close(d);
	doc_plot(d, &p);
	doc_notice(d, "a `tick` and *stars*");
	doc_fact(d, "owner", "ann@example.com");
	doc_code(d, "a < b\nc", 7);
	doc_close(d);
}

static void
forms(void)
{
	struct buf a, b;
	struct doc d;

	buf_init(&a, BUF_CAP_DOC);
	buf_init(&b, BUF_CAP_DOC);
	write_all(&d, &a, DOC_HTML);
	write_all(&d, &b, DOC_HTML);
	is_text(a.data, b.data, "the same calls give the same bytes");
	ok(strstr(a.data, "<script") == NULL, "no markup comes from data");
	ok(strstr(a.data, "http://") == NULL && strstr(a.data, "https://") ==
	    NULL, "a page fetches nothing");
	ok(strstr(a.data, "Content-Security-Policy") != NULL,
	    "a page says that it fetches nothing");
	ok(strstr(a.data, "nan") == NULL, "a value that is not finite is left out");
	ok(strstr(a.data, "&lt;auc&gt; &amp; |x|") != NULL, "cells are escaped");
	buf_clear(&b);
	write_all(&d, &b, DOC_MARKDOWN);
	ok(strstr(b.data, "| metric | value |\n|---|---:|\n") != NULL, "a table in Markdown");
	ok(strstr(b.data, "&lt;auc&gt; &amp; \\|x\\|") != NULL,
	    "a cell cannot break the table");
	ok(strstr(b.data, "a \\`tick\\` and \\*stars\\*") != NULL, "text cannot be emphasis");
	ok(strstr(b.data, "\n    a < b\n    c\n") != NULL, "code is indented");
	buf_free(&a);
	buf_free(&b);
}

static void
ticks(void)
{
	double t[8];
	int dec;
	size_t n = plot_ticks(t, &dec, 0, 1);

	ok(n == 6 && dec == 1 && fabs(t[1] - 0.2) < 1e-12, "0 to 1 in fifths");
	n = plot_ticks(t, &dec, 0.83, 0.86);
	ok(n >= 3 && n <= 8 && dec == 2, "0.83 to 0.86 in hundredths");
	n = plot_ticks(t, &dec, 0, 12345);
	ok(n >= 3 && n <= 8 && dec == 0, "0 to 12345 in whole numbers");
	n = plot_ticks(t, &dec, 3, 3);
	is_int(n, 1, "one value has one tick");
}

int
main(void)
{
	forms();
	ticks();
	return tap_done();
}
