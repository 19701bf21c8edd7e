/* A fitted linear model as ONNX: imputing, scaling, one-hot, scores. */
#include "learn/linear/emit.h"

#include <math.h>
#include <string.h>

#include "learn/emit.h"
#include "learn/objective.h"
#include "onnx/build.h"

/* The numbers side by side, imputed and standardised: "scaled". */
static void
number_steps(struct arena *a, struct onnx_model *m, const struct frame *f,
    const struct design *d)
{
	const char *numbers = emit_own(a, f, "numbers");
	const char *imputed = emit_own(a, f, "imputed");
	struct onnx_node *n = onnx_add_node(a, m, "", "Concat", numbers);

	for (size_t i = 0; i < f->n_features; i++)
		if (!f->feature[i].category)
			onnx_node_in(a, n, f->feature[i].name);
	onnx_node_out(a, n, numbers);
	onnx_attr_int(a, n, "axis", 1);
	n = emit_chain(a, m, EMIT_ML, "Imputer", numbers, imputed);
	onnx_attr_floats(a, n, "imputed_value_floats", d->impute,
	    d->n_numbers);
	onnx_attr_float(a, n, "replaced_value_float", NAN);
	n = emit_chain(a, m, EMIT_ML, "Scaler", imputed, emit_own(a, f, "scaled"));
	onnx_attr_floats(a, n, "offset", d->offset, d->n_numbers);
	onnx_attr_floats(a, n, "scale", d->scale, d->n_numbers);
}

/* Category i as one column a level: "onehot_i". */
static void
onehot_steps(struct arena *a, struct onnx_model *m, const struct frame *f,
    size_t i)
{
	const struct feature *x = &f->feature[i];
	const char *hot = emit_own_of(a, f, "hot", i);
	const char *shape = emit_own_of(a, f, "shape", i);
	int64_t dims[2] = { -1, (int64_t)x->n_levels }, two = 2;
	struct onnx_node *n = emit_chain(a, m, EMIT_ML, "OneHotEncoder", x->name, hot);

	onnx_attr_texts(a, n, "cats_strings", emit_texts(a, x->levels,
	    x->n_levels), x->n_levels);
	onnx_attr_int(a, n, "zeros", 1);
	onnx_add_initializer(a, m, shape, ONNX_INT64, 1, &two, dims);
	n = emit_chain(a, m, "", "Reshape", hot, emit_own_of(a, f, "onehot", i));
	onnx_node_in(a, n, shape);
}

static const char *
design_steps(struct arena *a, struct onnx_model *m, const struct frame *f,
    const struct design *d)
{
	struct onnx_node *n;
	size_t parts = d->n_numbers > 0;
	const char *scaled = emit_own(a, f, "scaled"), *one = scaled, *all;

	if (d->n_numbers)
		number_steps(a, m, f, d);
	for (size_t i = 0; i < f->n_features; i++)
		if (f->feature[i].category && f->feature[i].n_levels) {
			onehot_steps(a, m, f, i);
			one = emit_own_of(a, f, "onehot", i);
			parts++;
		}
	if (parts == 1)
		return one;
	all = emit_own(a, f, "features");
	n = onnx_add_node(a, m, "", "Concat", all);
	if (d->n_numbers)
		onnx_node_in(a, n, scaled);
	for (size_t i = 0; i < f->n_features; i++)
		if (f->feature[i].category && f->feature[i].n_levels)
			onnx_node_in(a, n, emit_own_of(a, f, "onehot", i));
	onnx_node_out(a, n, all);
	onnx_attr_int(a, n, "axis", 1);
	return all;
}

/* The columns [from, from + n) of the weights, an output after the other. */
static const double *
weights_of(struct arena *a, const struct linear_fit *fit, size_t from,
    size_t n)
{
	double *out = arena_alloc(a, (fit->k * n + 1) * sizeof(*out));

	for (size_t k = 0; k < fit->k; k++)
		memcpy(out + k * n, fit->weight + k * (fit->p + 1) + from,
		    n * sizeof(*out));
	return out;
}

void
linear_emit(struct arena *a, struct onnx_model *m, const struct frame *f,
    const struct design *d, const struct linear_fit *fit)
{
	const char *features = design_steps(a, m, f, d);
	/* one row of coefficients scores the last class */
	double sign = f->task == TASK_BINARY && f->positive == 0 ? -1 : 1;
	struct onnx_node *n;

	if (f->task == TASK_REGRESSION) {
		n = emit_chain(a, m, EMIT_ML, "LinearRegressor", features, "prediction");
		onnx_attr_int(a, n, "targets", 1);
	} else {
		n = emit_chain(a, m, EMIT_ML, "LinearClassifier", features, "label");
		onnx_node_out(a, n, "probabilities");
		onnx_attr_texts(a, n, "classlabels_strings", emit_texts(a,
		    f->classes, f->n_classes), f->n_classes);
		onnx_attr_int(a, n, "multi_class", 0);
	}
	onnx_attr_text(a, n, "post_transform", objective_of(f->task)->transform);
	onnx_attr_floats(a, n, "coefficients", emit_floats(a, weights_of(a,
	    fit, 0, fit->p), fit->k * fit->p, sign), fit->k * fit->p);
	onnx_attr_floats(a, n, "intercepts", emit_floats(a, weights_of(a, fit,
	    fit->p, 1), fit->k, sign), fit->k);
}
