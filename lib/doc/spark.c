/* Sparklines: a distribution as a small row of bars, in SVG and in text. */
#include "doc/spark.h"

#include <math.h>

/* U+2581 to U+2588 rise from the bottom, U+258F to U+2588 from the left. */
static void
add_block(struct buf *out, unsigned code)
{
	char s[3] = { (char)0xe2, (char)(0x80 | (code >> 6 & 63)),
	    (char)(0x80 | (code & 63)) };

	buf_add(out, s, 3);
}

static double
mean_of(const double *v, size_t n)
{
	double sum = 0;
	size_t m = 0;

	for (size_t i = 0; i < n; i++)
		if (isfinite(v[i])) {
			sum += v[i];
			m++;
		}
	return m ? sum / (double)m : NAN;
}

static void
draw_bars(struct buf *out, const double *v, size_t n, size_t width, double low,
    double high)
{
	size_t cells = n < width ? n : width;

	for (size_t i = 0; i < cells; i++) {
		size_t a = i * n / cells, b = (i + 1) * n / cells;
		double m = mean_of(v + a, b - a);
		double share = high > low ? (m - low) / (high - low) : 0.5;

		if (isfinite(m))
			add_block(out, 0x2581 + (unsigned)(share * 7.0 + 0.5));
		else
			buf_addc(out, ' ');
	}
}

static double
largest_bar(const double *v, size_t n, double high)
{
	for (size_t i = 0; i < n; i++)
		if (isfinite(v[i]) && v[i] > high)
			high = v[i];
	return high;
}

void
plot_spark(struct buf *out, const double *v, size_t n, size_t width)
{
	double low = INFINITY;

	for (size_t i = 0; i < n; i++)
		if (isfinite(v[i]) && v[i] < low)
			low = v[i];
	draw_bars(out, v, n, width, low, largest_bar(v, n, -INFINITY));
}

void
plot_shares(struct buf *out, const double *v, size_t n, size_t width)
{
	draw_bars(out, v, n, width, 0, largest_bar(v, n, 0));
}

void
plot_bar(struct buf *out, double share, size_t width)
{
	double eighths = share * (double)width * 8;
	size_t left = eighths > 0 ? (size_t)(eighths + 0.5) : 0;

	if (left > width * 8)
		left = width * 8;
	for (; left >= 8; left -= 8)
		add_block(out, 0x2588);
	if (left)
		add_block(out, 0x2588 + (unsigned)(8 - left));
}
