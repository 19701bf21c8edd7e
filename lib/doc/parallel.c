/* Parallel coordinates as SVG. */
#include "doc/parallel.h"

#include <math.h>
#include <string.h>

#include "base/utf8.h"
#include "doc/escape.h"

#define HEIGHT 340.0
#define TOP 40.0
#define BOTTOM 16.0
#define SIDE 60.0
#define WIDTH 900.0		/* of few axes; more are APART each */
#define APART 75.0
#define WORD_MAX 16		/* bytes of a label that are shown */

static const char *const colors[PARALLEL_SHADES] = {
	"var(--a)", "var(--b)", "var(--c)", "var(--d)"
};

static double
axes_apart(size_t n)
{
	double even = n > 1 ? (WIDTH - 2 * SIDE) / (double)(n - 1) : 0;

	return even < APART ? APART : even > 3 * APART ? 3 * APART : even;
}

static double
axis_x(const struct parallel *p, size_t k)
{
	return SIDE + axes_apart(p->n_axes) * (double)k;
}

static double
axis_y(double at)
{
	return HEIGHT - BOTTOM - at * (HEIGHT - TOP - BOTTOM);
}

/* The beginning of a word, cut between characters. */
static void
put_word(struct buf *out, const char *s)
{
	size_t n = strlen(s);

	if (n > WORD_MAX) {
		escape_html(out, s, utf8_cut(s, n, WORD_MAX - 1));
		buf_adds(out, "\xe2\x80\xa6");
	} else {
		escape_html(out, s, n);
	}
}

static void
put_title(struct buf *out, const char *s)
{
	buf_adds(out, "<title>");
	escape_html(out, s, strlen(s));
	buf_adds(out, "</title>");
}

static void
draw_axis(struct buf *out, const struct parallel *p, size_t k)
{
	const struct parallel_axis *axis = &p->axis[k];
	double x = axis_x(p, k);

	buf_addf(out, "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" "
	    "stroke=\"var(--soft)\"/>\n<text x=\"%.1f\" y=\"16\" "
	    "text-anchor=\"middle\" font-weight=\"600\">", x, x,
	    axis_y(1), axis_y(0), x);
	put_title(out, axis->name);
	put_word(out, axis->name);
	buf_adds(out, "</text>\n");
	for (size_t i = 0; i < axis->n_labels; i++) {
		buf_addf(out, "<text x=\"%.1f\" y=\"%.1f\" fill=\"var(--soft)"
		    "\">", x + 5, axis_y(axis->at[i]) + 4);
		put_word(out, axis->label[i]);
		buf_adds(out, "</text>\n");
	}
}

/* A point alone between two gaps is a dot. */
static void
draw_line(struct buf *out, const struct parallel *p, size_t i)
{
	const double *at = p->at + i * p->n_axes;
	const char *color = colors[p->shade[i]];
	bool joined = false;

	buf_addf(out, "<g fill=\"none\" stroke=\"%s\" stroke-width=\"1.6\" "
	    "stroke-opacity=\"0.7\">", color);
	put_title(out, p->name[i]);
	buf_adds(out, "<path d=\"");
	for (size_t k = 0; k < p->n_axes; k++) {
		if (!isfinite(at[k])) {
			joined = false;
			continue;
		}
		buf_addf(out, "%s%.1f %.1f", joined ? "L" : "M", axis_x(p, k),
		    axis_y(at[k]));
		joined = true;
	}
	buf_adds(out, "\"/>");
	for (size_t k = 0; k < p->n_axes; k++)
		if (isfinite(at[k]))
			buf_addf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" "
			    "r=\"2\" fill=\"%s\"/>", axis_x(p, k), axis_y(at[k]),
			    color);
	buf_adds(out, "</g>\n");
}

void
parallel_svg(struct buf *out, const struct parallel *p, int id)
{
	double width = 2 * SIDE + axes_apart(p->n_axes) * (double)(p->n_axes ?
	    p->n_axes - 1 : 0);

	buf_addf(out, "<svg viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\""
	    "%.0f\" role=\"img\" aria-labelledby=\"plot%d\" font-size=\"12\" "
	    "fill=\"currentColor\">\n<title id=\"plot%d\">", width, HEIGHT,
	    width, HEIGHT, id, id);
	escape_html(out, p->title, strlen(p->title));
	buf_adds(out, "</title>\n");
	for (int shade = 0; shade < PARALLEL_SHADES; shade++)
		for (size_t i = 0; i < p->n_lines; i++)
			if (p->shade[i] == shade)
				draw_line(out, p, i);
	for (size_t k = 0; k < p->n_axes; k++)
		draw_axis(out, p, k);
	buf_adds(out, "</svg>");
}
