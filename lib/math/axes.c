/* Jacobi's rotations. */
#include "math/axes.h"

#include <math.h>
#include <string.h>

#define SWEEPS 60

static void
rotate_pair(double *m, double *v, size_t d, size_t p, size_t q)
{
	double theta = (m[q * d + q] - m[p * d + p]) / (2 * m[p * d + q]);
	double t = (theta >= 0 ? 1 : -1) / (fabs(theta) + sqrt(theta * theta + 1));
	double c = 1 / sqrt(t * t + 1), s = t * c;

	for (size_t i = 0; i < d; i++) {
		double a = m[i * d + p], b = m[i * d + q];

		m[i * d + p] = c * a - s * b;
		m[i * d + q] = s * a + c * b;
	}
	for (size_t i = 0; i < d; i++) {
		double a = m[p * d + i], b = m[q * d + i];

		m[p * d + i] = c * a - s * b;
		m[q * d + i] = s * a + c * b;
		a = v[i * d + p];
		b = v[i * d + q];
		v[i * d + p] = c * a - s * b;
		v[i * d + q] = s * a + c * b;
	}
}

void
symmetric_axes(double *m, double *axis, size_t d)
{
	memset(axis, 0, d * d * sizeof(*axis));
	for (size_t i = 0; i < d; i++)
		axis[i * d + i] = 1;
	for (int sweep = 0; sweep < SWEEPS; sweep++) {
		double off = 0;

		for (size_t p = 0; p < d; p++)
			for (size_t q = p + 1; q < d; q++) {
				off = fmax(off, fabs(m[p * d + q]));
				if (fabs(m[p * d + q]) > 1e-300)
					rotate_pair(m, axis, d, p, q);
			}
		if (off < 1e-15)
			break;
	}
}
