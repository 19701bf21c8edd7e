/* Plots as SVG: curves, bars and intervals on axes. */
#include "doc/plot.h"

#include <math.h>
#include <string.h>

#include "base/utf8.h"
#include "doc/doc.h"
#include "doc/escape.h"

/* As wide as half a page; the plot area leaves room for words. */
#define WIDTH 520.0
#define HEIGHT 300.0
#define SQUARE 340.0
#define LEFT 52.0
#define RIGHT 16.0
#define TOP 28.0
#define BOTTOM 48.0
#define BAR_HEIGHT 22.0
#define BAR_LEFT 150.0
#define BAR_RIGHT 64.0
#define BAR_VALUE 48.0		/* more for each further series */
#define BAR_NAME 21		/* characters of a name */
#define SERIES_MAX 4

static const char *const colors[SERIES_MAX] = {
	"var(--a)", "var(--b)", "var(--c)", "var(--d)"
};

struct frame {
	double x0, x1, y0, y1;		/* data */
	double width, height;		/* the whole drawing */
};

size_t
plot_ticks(double out[8], int *decimals, double low, double high)
{
	double raw = (high - low) / 5, step = 1;
	int power = 0;
	size_t n = 0;

	*decimals = 0;
	if (!(raw > 0) || !isfinite(raw)) {
		out[0] = low;
		return 1;
	}
	/* powers of ten by multiplication: no libm, the same everywhere */
	for (; step > raw && power > -300; power--)
		step /= 10;
	for (; step * 10 <= raw && power < 300; power++)
		step *= 10;
	if (raw > step * 5) {
		step *= 10;
		power++;
	} else {
		step *= raw > step * 2 ? 5 : raw > step ? 2 : 1;
	}
	*decimals = power < 0 ? -power : 0;
	for (double t = ceil(low / step) * step; t <= high + step * 1e-9 &&
	    n < 8; t += step)
		out[n++] = fabs(t) < step * 1e-9 ? 0 : t;
	return n;
}

static void
widen_range(double *low, double *high, double v)
{
	if (!isfinite(v))
		return;
	if (v < *low)
		*low = v;
	if (v > *high)
		*high = v;
}

static struct frame
frame_of(const struct plot *p)
{
	struct frame f = { INFINITY, -INFINITY, INFINITY, -INFINITY, WIDTH,
	    p->unit_square ? SQUARE : HEIGHT };

	for (size_t s = 0; s < p->n_series && s < SERIES_MAX; s++)
		for (size_t i = 0; i < p->series[s].n; i++) {
			widen_range(&f.x0, &f.x1, p->series[s].x[i]);
			widen_range(&f.y0, &f.y1, p->series[s].y[i]);
		}
	if (p->unit_square || !(f.x0 <= f.x1) || !(f.y0 <= f.y1)) {
		f.x0 = f.y0 = 0;
		f.x1 = f.y1 = 1;
	}
	if (p->from_zero && f.y0 > 0)
		f.y0 = 0;
	if (f.x0 == f.x1)
		f.x1 = f.x0 + 1;
	if (f.y0 == f.y1)
		f.y1 = f.y0 + 1;
	return f;
}

static double
at_x(const struct frame *f, double x)
{
	return LEFT + (x - f->x0) / (f->x1 - f->x0) * (f->width - LEFT - RIGHT);
}

static double
at_y(const struct frame *f, double y)
{
	return f->height - BOTTOM -
	    (y - f->y0) / (f->y1 - f->y0) * (f->height - TOP - BOTTOM);
}

static void
put_label(struct buf *out, double x, double y, const char *anchor, const char *s)
{
	buf_addf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y,
	    anchor);
	escape_html(out, s, strlen(s));
	buf_adds(out, "</text>\n");
}

static void
open_svg(struct buf *out, const struct plot *p, int id, double w, double h)
{
	buf_addf(out, "<svg viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\""
	    "%.0f\" role=\"img\" aria-labelledby=\"plot%d\" font-size=\"12\" "
	    "fill=\"currentColor\">\n<title id=\"plot%d\">", w, h, w, h, id, id);
	escape_html(out, p->title, strlen(p->title));
	buf_adds(out, "</title>\n");
}

static void
put_axes(struct buf *out, const struct plot *p, const struct frame *f)
{
	char tick[32];
	double t[8];
	int dec;
	size_t n = plot_ticks(t, &dec, f->x0, f->x1);
	struct buf word;

	buf_init(&word, sizeof(tick));
	for (size_t i = 0; i < n; i++) {
		buf_clear(&word);
		buf_addf(&word, "%.*f", dec, t[i]);
		put_label(out, at_x(f, t[i]), f->height - BOTTOM + 16, "middle",
		    word.data);
	}
	n = plot_ticks(t, &dec, f->y0, f->y1);
	for (size_t i = 0; i < n; i++) {
		buf_addf(out, "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" "
		    "y2=\"%.1f\" stroke=\"var(--line)\"/>\n", LEFT,
		    f->width - RIGHT, at_y(f, t[i]), at_y(f, t[i]));
		buf_clear(&word);
		buf_addf(&word, "%.*f", dec, t[i]);
		put_label(out, LEFT - 6, at_y(f, t[i]) + 4, "end", word.data);
	}
	buf_free(&word);
	if (p->x_label)
		put_label(out, (LEFT + f->width - RIGHT) / 2, f->height - 10,
		    "middle", p->x_label);
	if (p->y_label)
		put_label(out, LEFT, TOP - 14, "start", p->y_label);
	if (p->diagonal)
		buf_addf(out, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" "
		    "y2=\"%.1f\" stroke=\"var(--soft)\" stroke-dasharray=\""
		    "4 4\"/>\n", at_x(f, f->x0), at_y(f, f->x0 > f->y0 ?
		    f->x0 : f->y0), at_x(f, f->x1), at_y(f, f->x1 < f->y1 ?
		    f->x1 : f->y1));
}

static void
draw_line(struct buf *out, const struct plot_series *s, const struct frame *f,
    const char *color)
{
	const char *op = "M";

	buf_addf(out, "<path fill=\"none\" stroke-width=\"2\" stroke=\"%s\" d=\"",
	    color);
	for (size_t i = 0; i < s->n; i++) {
		if (!isfinite(s->x[i]) || !isfinite(s->y[i]))
			continue;
		buf_addf(out, "%s%.1f %.1f", op, at_x(f, s->x[i]),
		    at_y(f, s->y[i]));
		op = "L";
	}
	buf_adds(out, "\"/>\n");
}

/* Steps from each x to the next, filled: counts of equal bins. */
static void
draw_area(struct buf *out, const struct plot_series *s, const struct frame *f,
    const char *color)
{
	buf_addf(out, "<path fill=\"%s\" fill-opacity=\"0.3\" stroke=\"%s\" "
	    "stroke-width=\"1.5\" d=\"M%.1f %.1f", color, color,
	    at_x(f, s->n ? s->x[0] : 0), at_y(f, 0));
	for (size_t i = 0; i + 1 < s->n; i++)
		buf_addf(out, "L%.1f %.1fL%.1f %.1f", at_x(f, s->x[i]),
		    at_y(f, s->y[i]), at_x(f, s->x[i + 1]), at_y(f, s->y[i]));
	buf_addf(out, "L%.1f %.1fZ\"/>\n", at_x(f, s->n ? s->x[s->n - 1] : 0),
	    at_y(f, 0));
}

static void
draw_points(struct buf *out, const struct plot_series *s,
    const struct frame *f, const char *color)
{
	for (size_t i = 0; i < s->n; i++)
		if (isfinite(s->x[i]) && isfinite(s->y[i]))
			buf_addf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" "
			    "fill=\"%s\"/>\n", at_x(f, s->x[i]),
			    at_y(f, s->y[i]), color);
}

static void
put_legend(struct buf *out, const struct plot *p, double width)
{
	double x = width - RIGHT;

	for (size_t i = p->n_series < SERIES_MAX ? p->n_series : SERIES_MAX;
	    i-- > 0;) {
		const char *name = p->series[i].name;

		if (name == NULL)
			continue;
		x -= 7.0 * (double)strlen(name);
		put_label(out, x, 16, "start", name);
		buf_addf(out, "<rect x=\"%.1f\" y=\"7\" width=\"10\" height=\""
		    "10\" fill=\"%s\"/>\n", x - 15, colors[i]);
		x -= 30;
	}
}

static void
svg_xy(struct buf *out, const struct plot *p, int id)
{
	struct frame f = frame_of(p);

	open_svg(out, p, id, f.width, f.height);
	put_axes(out, p, &f);
	for (size_t i = 0; i < p->n_series && i < SERIES_MAX; i++) {
		if (p->kind == PLOT_LINES && p->series[i].area)
			draw_area(out, &p->series[i], &f, colors[i]);
		else if (p->kind == PLOT_LINES)
			draw_line(out, &p->series[i], &f, colors[i]);
		else
			draw_points(out, &p->series[i], &f, colors[i]);
	}
	put_legend(out, p, f.width);
	buf_adds(out, "</svg>");
}

/* --- one line a label ------------------------------------------------------ */

static double
end_of(const struct plot_series *s, size_t i)
{
	double v = fabs(s->y[i]);

	if (s->high && isfinite(s->high[i]) && s->high[i] > v)
		v = s->high[i];
	return isfinite(v) ? v : 0;
}

/* What a bar's length or a dot's place is measured by. */
static double
scale_of(const struct plot *p, size_t kinds, size_t rows)
{
	double most = 0;

	for (size_t s = 0; s < kinds; s++)
		for (size_t i = 0; i < rows; i++)
			if (end_of(&p->series[s], i) > most)
				most = end_of(&p->series[s], i);
	return p->kind == PLOT_RANGES && most <= 1 ? 1 : most > 0 ? most : 1;
}

static void
put_whisker(struct buf *out, double low, double high, double y, const char *color)
{
	buf_addf(out, "<path stroke=\"%s\" stroke-width=\"2\" d=\"M%.1f %.1f"
	    "H%.1fM%.1f %.1fv8M%.1f %.1fv8\"/>\n", color, low, y, high, low,
	    y - 4, high, y - 4);
}

static void
draw_row(struct buf *out, const struct plot *p, size_t s, size_t i,
    double per, double y, double thick)
{
	const struct plot_series *of = &p->series[s];
	double v = isfinite(of->y[i]) ? of->y[i] : 0, w = fabs(v) * per;
	double mid = y + thick / 2;
	bool range = of->low && of->high && isfinite(of->low[i]) &&
	    isfinite(of->high[i]);

	if (p->kind == PLOT_BARS)
		buf_addf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
		    "height=\"%.1f\" fill=\"%s\"/>\n", BAR_LEFT, y, w, thick,
		    colors[s]);
	if (range)
		put_whisker(out, BAR_LEFT + (of->low[i] > 0 ? of->low[i] : 0) *
		    per, BAR_LEFT + (of->high[i] > 0 ? of->high[i] : 0) * per,
		    mid, p->kind == PLOT_BARS ? "currentColor" : colors[s]);
	if (p->kind == PLOT_RANGES)
		buf_addf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4.5\" "
		    "fill=\"%s\"/>\n", BAR_LEFT + w, mid, colors[s]);
}

/* A name is cut where the page ends. */
static void
put_row_name(struct buf *out, double y, const char *name, struct buf *word)
{
	size_t n = strlen(name), keep = utf8_cut(name, n, BAR_NAME);

	buf_clear(word);
	buf_add(word, name, keep);
	buf_adds(word, keep < n ? "\xe2\x80\xa6" : "");
	put_label(out, BAR_LEFT - 8, y + 13, "end", word->data);
}

/* The values of a row behind its longest bar. */
static void
put_row_values(struct buf *out, const struct plot *p, size_t kinds, size_t i,
    double per, double y, struct buf *word)
{
	double end = 0;

	buf_clear(word);
	for (size_t s = 0; s < kinds; s++) {
		double v = end_of(&p->series[s], i);

		end = v > end ? v : end;
		buf_addf(word, "%s%.3g", s > 0 ? " / " : "",
		    p->series[s].y[i]);
	}
	if (kinds > 0)
		put_label(out, BAR_LEFT + end * per + 8, y + 13, "start",
		    word->data);
}

/* Horizontal, for names are longer than numbers. */
static void
svg_rows(struct buf *out, const struct plot *p, int id)
{
	size_t rows = p->n_series ? p->series[0].n : 0;
	size_t kinds = p->n_series < SERIES_MAX ? p->n_series : SERIES_MAX;
	double thick = (BAR_HEIGHT - 6) / (double)(kinds ? kinds : 1);
	double most = scale_of(p, kinds, rows);
	double right = BAR_RIGHT + (kinds > 1 ? BAR_VALUE * (double)(kinds -
	    1) : 0), per = (WIDTH - BAR_LEFT - right) / most;
	struct buf word;

	buf_init(&word, 64);
	open_svg(out, p, id, WIDTH, TOP + BAR_HEIGHT * (double)rows + 8);
	for (size_t i = 0; i < rows; i++) {
		double y = TOP + BAR_HEIGHT * (double)i;

		put_row_name(out, y, p->labels[i], &word);
		buf_addf(out, "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" "
		    "y2=\"%.1f\" stroke=\"var(--line)\"/>\n", BAR_LEFT,
		    WIDTH - right, y + BAR_HEIGHT, y + BAR_HEIGHT);
		for (size_t s = 0; s < kinds; s++)
			draw_row(out, p, s, i, per, y + 2 + thick * (double)s,
			    thick);
		put_row_values(out, p, kinds, i, per, y, &word);
	}
	buf_free(&word);
	put_legend(out, p, WIDTH);
	buf_adds(out, "</svg>");
}

void
plot_svg(struct buf *out, const struct plot *p, int id)
{
	if (p->kind == PLOT_BARS || p->kind == PLOT_RANGES)
		svg_rows(out, p, id);
	else
		svg_xy(out, p, id);
}
