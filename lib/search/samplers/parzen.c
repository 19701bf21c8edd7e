/* Parzen estimators: built, drawn from, evaluated. */
#include "search/samplers/parzen.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "math/elem.h"
#include "search/samplers/truncnorm.h"

#define LOG_SQRT_2PI 0.91893853320467274178
#define FRESH 25			/* the newest trials weigh 1 */
#define FAR 8.3			/* beyond so many sigmas there is no mass */
#define NOTHING (-80.0)			/* e to it adds nothing to 1 */

/* --- weights --------------------------------------------------------------- */

static void
set_weights(struct parzen *p, struct arena *a, size_t n, bool alike)
{
	double *w = arena_alloc(a, (n + 1) * sizeof(*w)), sum = 0;
	size_t ramp = !alike && n > FRESH ? n - FRESH : 0;
	double first = n ? 1 / (double)n : 1;

	for (size_t i = 0; i <= n; i++)
		w[i] = i >= ramp || (i + 1 == ramp && ramp > 1) ? 1 : ramp == 1 ?
		    first : first + (double)i * ((1 - first) / ((double)ramp - 1));
	for (size_t i = 0; i <= n; i++)
		sum += w[i];
	p->weight = w;
	p->log_weight = arena_alloc(a, (n + 1) * sizeof(*w));
	for (size_t i = 0; i <= n; i++) {
		w[i] /= sum;
		p->log_weight[i] = m_log(w[i]);
	}
}

/* --- categories ------------------------------------------------------------ */

static void
build_categories(struct parzen_dim *d, struct arena *a, const double *x,
    size_t stride, size_t n)
{
	size_t c = d->param->n_choices;
	double share = n ? 1 / ((double)n + 1) : 1;

	d->weight = arena_alloc(a, (n + 1) * c * sizeof(*d->weight));
	d->log_weight = arena_alloc(a, (n + 1) * c * sizeof(*d->weight));
	for (size_t i = 0; i <= n; i++) {
		double *row = d->weight + i * c, sum = 0;

		for (size_t k = 0; k < c; k++)
			row[k] = share;
		if (i < n)
			row[(size_t)x[i * stride]] += 1;
		for (size_t k = 0; k < c; k++)
			sum += row[k];
		for (size_t k = 0; k < c; k++) {
			row[k] /= sum;
			d->log_weight[i * c + k] = m_log(row[k]);
		}
	}
}

/* --- numbers --------------------------------------------------------------- */

struct place {
	double mu;
	size_t i;
};

/* Stable: equal values stay in the order of their trials. */
static void
sort_places(struct place *v, struct place *spare, size_t n)
{
	for (size_t i = 0; i < n; i += 8)	/* short runs, then merged */
		for (size_t j = i + 1; j < n && j < i + 8; j++) {
			struct place p = v[j];
			size_t k = j;

			for (; k > i && v[k - 1].mu > p.mu; k--)
				v[k] = v[k - 1];
			v[k] = p;
		}
	for (size_t run = 8; run < n; run *= 2) {
		for (size_t i = 0; i < n; i += 2 * run) {
			size_t b = i + run < n ? i + run : n, l = i, r = b;
			size_t end = i + 2 * run < n ? i + 2 * run : n;

			for (size_t k = i; k < end; k++)
				spare[k] = l < b && (r >= end || v[l].mu <= v[r].mu) ?
				    v[l++] : v[r++];
		}
		memcpy(v, spare, n * sizeof(*v));
	}
}

/* The larger gap to a neighbour; the outermost have one neighbour. */
static double
find_sigma(const struct parzen_dim *d, const struct place *v, size_t i,
    size_t n)
{
	double left = i ? v[i].mu - v[i - 1].mu : v[i].mu - d->low;
	double right = i + 1 < n ? v[i + 1].mu - v[i].mu : d->high - v[i].mu;

	if (n >= 2 && i == 0)
		return right;
	if (n >= 2 && i + 1 == n)
		return left;
	return left > right ? left : right;
}

/* Equal kernels, which are neighbours, have one kind. */
static void
number_kinds(struct parzen_dim *d, const struct place *v, size_t n)
{
	d->n_kinds = 0;
	for (size_t i = 0; i < n; i++) {
		size_t k = v[i].i, last = i ? v[i - 1].i : 0;

		if (i == 0 || d->mu[k] != d->mu[last] || d->sigma[k] != d->sigma[last])
			d->n_kinds++;
		d->kind[k] = d->n_kinds - 1;
	}
	d->kind[n] = d->n_kinds++;
}

static void
set_scales(struct parzen_dim *d, size_t n)
{
	double low = d->low, high = d->high, sigma = 0, log_sigma = 0;
	double normal = d->param->step == 0 ? LOG_SQRT_2PI : 0;

	for (size_t i = 0; i <= n; i++) {
		double mu = d->mu[i];

		if (d->sigma[i] != sigma) {
			sigma = d->sigma[i];
			log_sigma = d->param->step == 0 ? m_log(sigma) : 0;
		}
		d->inverse[i] = 1 / sigma;
		d->scale[i] = -normal - log_sigma;
		if (mu - low < FAR * sigma || high - mu < FAR * sigma)
			d->scale[i] -= log_normal_mass((low - mu) / sigma, (high - mu) / sigma);
	}
}

static void
build_numbers(struct parzen_dim *d, struct arena *a, struct place *v,
    const double *x, size_t stride, size_t n)
{
	double least, most;

	d->low = d->param->low - d->param->step / 2;
	d->high = d->param->high + d->param->step / 2;
	if (d->param->log) {
		d->low = m_log(d->low);
		d->high = m_log(d->high);
	}
	d->mu = arena_alloc(a, (n + 1) * sizeof(*d->mu));
	d->sigma = arena_alloc(a, (n + 1) * sizeof(*d->sigma));
	d->scale = arena_alloc(a, (n + 1) * sizeof(*d->scale));
	d->inverse = arena_alloc(a, (n + 1) * sizeof(*d->inverse));
	if (d->param->step > 0)
		d->kind = arena_alloc(a, (n + 1) * sizeof(*d->kind));
	for (size_t i = 0; i < n; i++) {
		d->mu[i] = d->param->log ? m_log(x[i * stride]) : x[i * stride];
		v[i] = (struct place){ d->mu[i], i };
	}
	sort_places(v, v + n, n);
	most = d->high - d->low;
	least = most / fmin(100, 2 + (double)n);
	for (size_t i = 0; i < n; i++) {
		double sigma = find_sigma(d, v, i, n);

		sigma = sigma < least ? least : sigma;
		d->sigma[v[i].i] = sigma > most ? most : sigma;
	}
	d->mu[n] = 0.5 * (d->low + d->high);
	d->sigma[n] = most;
	if (d->kind)
		number_kinds(d, v, n);
	set_scales(d, n);
}

void
parzen_build(struct parzen *p, struct arena *a,
    const struct space_param *const *param, size_t n_dims,
    const double *observed, size_t n, bool alike)
{
	struct place *v = arena_alloc(a, (2 * n + 2) * sizeof(*v));

	p->n_dims = n_dims;
	p->n_kernels = n + 1;
	p->dim = arena_alloc(a, (n_dims + 1) * sizeof(*p->dim));
	set_weights(p, a, n, alike);
	for (size_t i = 0; i < n_dims; i++) {
		p->dim[i].param = param[i];
		if (param[i]->kind == SPACE_CATEGORICAL)
			build_categories(&p->dim[i], a, observed + i, n_dims, n);
		else
			build_numbers(&p->dim[i], a, v, observed + i, n_dims, n);
	}
}

/* --- drawing --------------------------------------------------------------- */

static size_t
draw_place(const double *weight, size_t n, struct rng *rng)
{
	double u = rng_f64(rng), sum = 0;

	for (size_t i = 0; i + 1 < n; i++) {
		sum += weight[i];
		if (u < sum)
			return i;
	}
	return n - 1;
}

void
parzen_draw(double *x, const struct parzen *p, struct rng *rng)
{
	size_t k = draw_place(p->weight, p->n_kernels, rng);

	for (size_t i = 0; i < p->n_dims; i++) {
		const struct parzen_dim *d = &p->dim[i];
		size_t c = d->param->n_choices;

		if (d->weight) {
			x[i] = (double)draw_place(d->weight + k * c, c, rng);
			continue;
		}
		x[i] = draw_truncnorm(rng, d->mu[k], d->sigma[k], d->low, d->high);
		x[i] = space_round(d->param, d->param->log ? m_exp(x[i]) : x[i]);
	}
}

/* --- evaluating ------------------------------------------------------------ */

static void
add_categories(double *sum, const struct parzen_dim *d, double x, size_t n)
{
	const double *w = d->log_weight + (size_t)x;

	for (size_t k = 0; k < n; k++)
		sum[k] += w[k * d->param->n_choices];
}

static void
add_numbers(double *sum, const struct parzen_dim *d, double x, size_t n)
{
	const double *mu = d->mu, *inverse = d->inverse, *scale = d->scale;
	double v = d->param->log ? m_log(x) : x;

	for (size_t k = 0; k < n; k++) {
		double z = (v - mu[k]) * inverse[k];

		sum[k] += scale[k] - z * z * 0.5;
	}
}

/* The mass of the step around x; once for each kind of kernel. */
static void
add_steps(double *sum, const struct parzen_dim *d, double x, size_t n,
    double *mass)
{
	double left = x - d->param->step / 2, right = x + d->param->step / 2;

	if (d->param->log) {
		left = m_log(left);
		right = m_log(right);
	}
	for (size_t k = 0; k < d->n_kinds; k++)
		mass[k] = NAN;
	for (size_t k = 0; k < n; k++) {
		double *m = &mass[d->kind[k]];

		if (isnan(*m))
			*m = d->scale[k] + log_normal_mass((left - d->mu[k]) /
			    d->sigma[k], (right - d->mu[k]) / d->sigma[k]);
		sum[k] += *m;
	}
}

static double
log_sum(const double *v, size_t n)
{
	double most = -INFINITY, sum = 0;

	for (size_t i = 0; i < n; i++)
		most = v[i] > most ? v[i] : most;
	if (isinf(most))
		return most;
	for (size_t i = 0; i < n; i++)
		if (v[i] - most > NOTHING)
			sum += m_exp(v[i] - most);
	return m_log(sum) + most;
}

void
parzen_log_density(double *out, struct arena *a, const struct parzen *p,
    const double *x, size_t n)
{
	size_t kernels = p->n_kernels;
	double *sum = arena_alloc(a, 2 * kernels * sizeof(*sum));

	for (size_t j = 0; j < n; j++) {
		memcpy(sum, p->log_weight, kernels * sizeof(*sum));
		for (size_t i = 0; i < p->n_dims; i++) {
			const struct parzen_dim *d = &p->dim[i];
			double v = x[j * p->n_dims + i];

			if (d->weight)
				add_categories(sum, d, v, kernels);
			else if (d->param->step > 0)
				add_steps(sum, d, v, kernels, sum + kernels);
			else
				add_numbers(sum, d, v, kernels);
		}
		out[j] = log_sum(sum, kernels);
	}
}
