/* Einsum: products of tensors summed over axes that letters name. */
#include <string.h>

#include "engine/ops/number.h"

#define AXES_MAX 32
#define TERMS_MAX 16

/* Axes of the whole sum: what "..." stands for first, then the letters in
 * the order they appear. */
struct sum {
	int n_axes, n_dots;		/* how many of them are the dots' */
	char letter[AXES_MAX];
	int64_t dim[AXES_MAX];		/* 0: not known yet */
	bool known[AXES_MAX];
	int n_terms;
	const struct tensor *in[TERMS_MAX];
	int64_t stride[TERMS_MAX][AXES_MAX];
	int out[AXES_MAX], n_out;	/* axes of the result */
	int gone[AXES_MAX], n_gone;	/* and those summed over */
};

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A term's letters without blanks, '.' for the dots; how far it reaches. */
static const char *
read_term(char out[AXES_MAX], int *n, const char *from, const struct step *s,
    struct err *e)
{
	bool dots = false;

	*n = 0;
	for (; *from && *from != ',' && strncmp(from, "->", 2) != 0; from++) {
		if (*from == ' ')
			continue;
		if (strncmp(from, "...", 3) == 0 && !dots) {
			dots = true;
			from += 2;
		} else if (!is_letter(*from)) {
			step_bad(s, e, "a bad equation");
			return NULL;
		}
		if (*n == AXES_MAX - 1) {
			step_bad(s, e, "too many axes in its equation");
			return NULL;
		}
		out[(*n)++] = *from;
	}
	return from;
}

static int
axis_of(struct sum *m, char letter)
{
	for (int i = m->n_dots; i < m->n_axes; i++)
		if (m->letter[i] == letter)
			return i;
	return -1;
}

/* Axis `axis` of the sum is dimension d of term t. */
static int
meet_axis(struct sum *m, int t, int axis, int d, int64_t stride,
    const struct step *s, struct err *e)
{
	int64_t n = m->in[t]->dim[d];

	if (m->known[axis] && n != m->dim[axis] && n != 1 && m->dim[axis] != 1)
		return step_bad(s, e, "dimensions of %lld and %lld under one "
		    "letter", (long long)m->dim[axis], (long long)n);
	if (!m->known[axis] || m->dim[axis] == 1)
		m->dim[axis] = n;
	m->known[axis] = true;
	m->stride[t][axis] += n == 1 ? 0 : stride;
	return 0;
}

static int
add_term(struct sum *m, int t, const char *term, int n, const struct step *s,
    struct err *e)
{
	const struct tensor *a = m->in[t];
	bool dots = memchr(term, '.', (size_t)n) != NULL;
	int under = a->rank - (n - dots), d = 0;
	int64_t stride[ONNX_RANK_MAX], k = 1;

	if (under < 0 || (!dots && under != 0) || under > m->n_dots)
		return step_bad(s, e, "input %d has %d dimensions, another "
		    "number than its letters", t, a->rank);
	for (int i = a->rank - 1; i >= 0; i--) {
		stride[i] = k;
		k *= a->dim[i];
	}
	for (int i = 0; i < n; i++) {
		int axis;

		for (int j = 0; term[i] == '.' && j < under; j++, d++)
			if (meet_axis(m, t, m->n_dots - under + j, d,
			    stride[d], s, e) < 0)
				return -1;
		if (term[i] == '.')
			continue;
		axis = axis_of(m, term[i]);
		if (axis < 0) {
			if (m->n_axes == AXES_MAX)
				return step_bad(s, e, "too many axes");
			axis = m->n_axes++;
			m->letter[axis] = term[i];
		}
		if (meet_axis(m, t, axis, d, stride[d], s, e) < 0)
			return -1;
		d++;
	}
	return 0;
}

/* Letters that appear once, in the alphabet's order, after the dots. */
static void
default_result(struct sum *m, const char *equation)
{
	for (int i = 0; i < m->n_dots; i++)
		m->out[m->n_out++] = i;
	for (int c = 'A'; c <= 'z'; c++) {
		int times = 0;

		for (const char *p = equation; *p; p++)
			times += *p == c;
		if (is_letter((char)c) && times == 1)
			m->out[m->n_out++] = axis_of(m, (char)c);
	}
}

static int
given_result(struct sum *m, const char *term, int n, const struct step *s,
    struct err *e)
{
	for (int i = 0; i < n; i++) {
		int axis;

		for (int j = 0; term[i] == '.' && j < m->n_dots; j++)
			m->out[m->n_out++] = j;
		if (term[i] == '.')
			continue;
		axis = axis_of(m, term[i]);
		/* so it can hold no more than the sum has */
		if (axis < 0 || memchr(term, term[i], (size_t)i) != NULL)
			return step_bad(s, e, "a bad result in its equation");
		m->out[m->n_out++] = axis;
	}
	return 0;
}

static int
plan_sum(struct sum *m, struct model_run *r, const struct step *s,
    struct err *e)
{
	const char *equation = attr_text(s, "equation", ""), *at = equation;
	char term[TERMS_MAX][AXES_MAX];
	int n[TERMS_MAX];

	memset(m, 0, sizeof(*m));
	for (;; at++) {
		int t = m->n_terms, under;

		if (t == TERMS_MAX || (size_t)t >= s->n_in)
			return step_bad(s, e, "its equation has more terms "
			    "than inputs");
		if ((at = read_term(term[t], &n[t], at, s, e)) == NULL)
			return -1;
		m->in[t] = step_in(r, s, (size_t)t);
		NEED(m->in[t], s, e);
		if (m->in[t]->elem != m->in[0]->elem ||
		    number_type(m->in[t]->elem) < 0)
			return step_bad_type(s, m->in[t]->elem, e);
		under = memchr(term[t], '.', (size_t)n[t]) ?
		    m->in[t]->rank - n[t] + 1 : 0;
		m->n_dots = under > m->n_dots ? under : m->n_dots;
		m->n_terms++;
		if (*at != ',')
			break;
	}
	if ((size_t)m->n_terms != s->n_in)
		return step_bad(s, e, "its equation has fewer terms than "
		    "inputs");
	m->n_axes = m->n_dots;
	for (int t = 0; t < m->n_terms; t++)
		if (add_term(m, t, term[t], n[t], s, e) < 0)
			return -1;
	if (*at == '\0') {
		default_result(m, equation);
		return 0;
	}
	at = read_term(term[0], &n[0], at + 2, s, e);
	if (at == NULL || *at)
		return at ? step_bad(s, e, "a bad equation") : -1;
	return given_result(m, term[0], n[0], s, e);
}

/* Step through the axes in `axis`, the last fastest; false at the end. */
static bool
next_place(int64_t *at, int64_t *from, const struct sum *m, const int *axis,
    int n)
{
	for (int k = n - 1; k >= 0; k--) {
		int a = axis[k];

		at[a]++;
		for (int t = 0; t < m->n_terms; t++)
			from[t] += m->stride[t][a];
		if (at[a] < m->dim[a])
			return true;
		for (int t = 0; t < m->n_terms; t++)
			from[t] -= m->stride[t][a] * at[a];
		at[a] = 0;
	}
	return false;
}

static void
sum_products(struct tensor *out, const struct sum *m, bool empty)
{
	int64_t at[AXES_MAX] = { 0 }, from[TERMS_MAX] = { 0 };
	bool real = number_is_real(out->elem);

	for (size_t i = 0; i < out->n; i++) {
		uint64_t whole = 0;
		double sum = 0;

		do {
			uint64_t w = 1;
			double d = 1;

			for (int t = 0; t < m->n_terms && !empty; t++) {
				if (real)
					d *= number_at(m->in[t],
					    (size_t)from[t]);
				else
					w *= (uint64_t)number_whole_at(m->in[t],
					    (size_t)from[t]);
			}
			sum += empty ? 0 : d;
			whole += empty ? 0 : w;
		} while (next_place(at, from, m, m->gone, m->n_gone) &&
		    !empty);
		switch (number_type(out->elem)) {
		case N_F32:
			((float *)out->data)[i] = (float)sum;
			break;
		case N_F64:
			((double *)out->data)[i] = sum;
			break;
#define CASE(T, N, suffix) case N: ((T *)out->data)[i] = (T)whole; break;
		NUMBERS_WHOLE(CASE)
#undef CASE
		}
		next_place(at, from, m, m->out, m->n_out);
	}
}

static int
run_einsum(struct model_run *r, const struct step *s, struct err *e)
{
	int64_t dim[ONNX_RANK_MAX];
	size_t products = 1;
	struct tensor *out;
	struct sum m;

	if (plan_sum(&m, r, s, e) < 0)
		return -1;
	if (m.n_out > ONNX_RANK_MAX)
		return step_bad(s, e, "too many dimensions");
	for (int i = 0; i < m.n_out; i++)
		dim[i] = m.dim[m.out[i]];
	for (int a = 0; a < m.n_axes; a++) {
		bool kept = false;

		for (int i = 0; i < m.n_out; i++)
			kept |= m.out[i] == a;
		if (kept)
			continue;
		m.gone[m.n_gone++] = a;
		if (m.dim[a] && products > TENSOR_N_MAX / (size_t)m.dim[a])
			return err_set(e, ERR_TOOBIG, "Einsum node '%s' sums "
			    "over too much", s->node->name);
		products *= (size_t)m.dim[a];
	}
	if ((out = step_out(r, s, 0, m.in[0]->elem, m.n_out, dim, e)) == NULL ||
	    step_work(r, s, out->n * (size_t)m.n_terms, products, e) < 0)
		return -1;
	sum_products(out, &m, products == 0);
	return 0;
}

const struct op ops_einsum[] = {
	{ "", "Einsum", 12, 0, NULL, run_einsum, 0 },
	{ NULL, NULL, 0, 0, NULL, NULL, 0 }
};
