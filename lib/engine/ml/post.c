/*
 * post_transform and class labels, shared by linear models, SVMs and trees.
 */
#include "engine/ml/post.h"

#include <math.h>
#include <string.h>

#include "base/num.h"
#include "math/elem.h"

int
post_of(enum post *p, const struct step *s, struct err *e)
{
	static const char *const names[] = { "NONE", "LOGISTIC", "SOFTMAX",
	    "SOFTMAX_ZERO", "PROBIT" };
	const char *t = attr_text(s, "post_transform", "NONE");

	for (int i = 0; i < 5; i++)
		if (strcmp(t, names[i]) == 0) {
			*p = (enum post)i;
			return 0;
		}
	return step_bad(s, e, "unknown post_transform '%s'", t);
}

static void
softmax(float *v, size_t n, bool keep_zero)
{
	float top = -INFINITY, sum = 0, scale;

	for (size_t i = 0; i < n; i++)
		if (v[i] > top)
			top = v[i];
	scale = m_expf(-top);
	for (size_t i = 0; i < n; i++) {
		if (keep_zero && fabsf(v[i]) < 1e-7f)
			v[i] *= scale;
		else
			v[i] = m_expf(v[i] - top);
		sum += v[i];
	}
	for (size_t i = 0; i < n; i++)
		v[i] /= sum;
}

/* sqrt 2 erfinv(2x - 1), by Winitzki's formula with a = 0.147. */
static float
probit(float x)
{
	float y = 2 * x - 1, sign = y < 0 ? -1.0f : 1.0f;
	float l = m_logf((1 - y) * (1 + y)), v, v2;

	v = 2 / (3.14159f * 0.147f) + 0.5f * l;
	v2 = 1 / 0.147f * l;
	return 1.41421356f * sign * sqrtf(-v + sqrtf(v * v - v2));
}

void
post_apply(enum post p, float *v, size_t n)
{
	switch (p) {
	case POST_LOGISTIC:
		for (size_t i = 0; i < n; i++)
			v[i] = m_sigmoidf(v[i]);
		break;
	case POST_SOFTMAX:
	case POST_SOFTMAX_ZERO:
		softmax(v, n, p == POST_SOFTMAX_ZERO);
		break;
	case POST_PROBIT:
		for (size_t i = 0; i < n; i++)
			v[i] = probit(v[i]);
		break;
	default:
		break;
	}
}

int
labels_of(struct labels *l, const struct step *s, struct model *m,
    struct err *e)
{
	const struct onnx_attr *t = attr_list(s, "classlabels_strings",
	    ONNX_ATTR_TEXTS);
	const struct onnx_attr *i = attr_list(s, "classlabels_int64s", ONNX_ATTR_INTS);
	char text[NUM_TEXT_MAX];

	if (i == NULL)
		i = attr_list(s, "classlabels_ints", ONNX_ATTR_INTS);
	memset(l, 0, sizeof(*l));
	if (t) {
		l->texts = t->texts;
		l->n = t->n;
	} else if (i) {
		l->ints = i->ints;
		l->n = i->n;
	} else {
		return step_bad(s, e, "it names no classes");
	}
	l->names = arena_alloc(&m->arena, l->n * sizeof(*l->names));
	for (size_t k = 0; k < l->n; k++) {
		if (l->texts) {
			l->names[k] = l->texts[k].s;
			continue;
		}
		num_print_i64(text, l->ints[k]);
		l->names[k] = arena_strdup(&m->arena, text);
	}
	return 0;
}

struct tensor *
labels_out(struct model_run *r, const struct step *s, const struct labels *l,
    size_t n, struct err *e)
{
	int64_t dim = (int64_t)n;

	return step_out(r, s, 0, l->texts ? ONNX_TEXT : ONNX_INT64, 1, &dim,
	    e);
}

void
labels_set(struct tensor *out, size_t row, const struct labels *l,
    size_t which)
{
	if (l->texts)
		((struct text *)out->data)[row] = l->texts[which];
	else
		((int64_t *)out->data)[row] = l->ints[which];
}

int
rows_of_floats(const float **x, size_t *n, size_t *f, struct model_run *r,
    const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0);
	float *copy;

	if (a == NULL)
		return step_bad(s, e, "an input is needed");
	if (a->rank < 1 || a->rank > 2)
		return step_bad(s, e, "rows of values are needed, not %d "
		    "dimensions", a->rank);
	*n = a->rank == 2 ? (size_t)a->dim[0] : 1;
	*f = (size_t)a->dim[a->rank - 1];
	if (a->elem == ONNX_FLOAT) {
		*x = a->data;
		return 0;
	}
	if (a->elem != ONNX_DOUBLE && a->elem != ONNX_INT64 &&
	    a->elem != ONNX_INT32)
		return step_bad_type(s, a->elem, e);
	if ((copy = step_room(r, s, a->n, sizeof(*copy), e)) == NULL)
		return -1;
	for (size_t i = 0; i < a->n; i++)
		copy[i] = a->elem == ONNX_DOUBLE ?
		    (float)((const double *)a->data)[i] :
		    a->elem == ONNX_INT64 ?
		    (float)((const int64_t *)a->data)[i] :
		    (float)((const int32_t *)a->data)[i];
	*x = copy;
	return 0;
}
