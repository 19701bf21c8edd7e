/* Pre-processing of ai.onnx.ml: impute, encode, pick, join. */
#include <math.h>
#include <string.h>

#include "base/intern.h"
#include "engine/step.h"
#include "engine/ml/post.h"

/* --- Imputer -------------------------------------------------------------- */

static int
run_imputer(struct model_run *r, const struct step *s, struct err *e)
{
	const struct onnx_attr *with = attr_list(s, "imputed_value_floats",
	    ONNX_ATTR_FLOATS);
	const struct onnx_attr *whole = attr_list(s, "imputed_value_int64s",
	    ONNX_ATTR_INTS);
	const struct tensor *a = step_in(r, s, 0);
	float gone = attr_float(s, "replaced_value_float", 0);
	int64_t gone_whole = attr_int(s, "replaced_value_int64", 0);
	struct tensor *out;
	size_t f;

	if (a == NULL || a->rank < 1)
		return step_bad(s, e, "rows of values are needed");
	if (a->elem == ONNX_INT64)
		with = whole;
	f = (size_t)a->dim[a->rank - 1];
	if ((a->elem != ONNX_FLOAT && a->elem != ONNX_INT64))
		return step_bad_type(s, a->elem, e);
	if (with == NULL || (with->n != 1 && with->n != f))
		return step_bad(s, e, "one value a feature is needed");
	if ((out = step_out(r, s, 0, a->elem, a->rank, a->dim, e)) == NULL)
		return -1;
	for (size_t i = 0; i < a->n; i++) {
		size_t k = with->n == 1 ? 0 : i % f;

		if (a->elem == ONNX_FLOAT) {
			float x = ((const float *)a->data)[i];
			bool hit = isnan(gone) ? isnan(x) : x == gone;

			((float *)out->data)[i] = hit ? with->floats[k] : x;
		} else {
			int64_t x = ((const int64_t *)a->data)[i];

			((int64_t *)out->data)[i] = x == gone_whole ?
			    with->ints[k] : x;
		}
	}
	return 0;
}

/* --- LabelEncoder, CategoryMapper ----------------------------------------- */

/* Keys by their bytes: text as it is, numbers as 8 bytes. */
struct encoder {
	struct intern *keys;
	enum onnx_elem from, to;
	void *values;			/* by key number, then the default */
	size_t n;
};

static void
key_bytes(char out[8], const void *data, enum onnx_elem elem, size_t i)
{
	double d;

	if (elem == ONNX_INT64) {
		memcpy(out, (const int64_t *)data + i, 8);
		return;
	}
	d = elem == ONNX_FLOAT ? (double)((const float *)data)[i] :
	    ((const double *)data)[i];
	/* one zero and one NaN */
	d = d == 0 ? 0 : d;
	d = isnan(d) ? NAN : d;
	memcpy(out, &d, 8);
}

/* keys_X / values_X: by attribute lists or, from version 4, a tensor. */
static int
find_list(const void **data, size_t *n, enum onnx_elem *elem,
    const struct step *s, const char *prefix, struct err *e)
{
	static const struct {
		const char *end;
		enum onnx_elem elem;
		enum onnx_attr_type type;
	} kinds[] = { { "strings", ONNX_TEXT, ONNX_ATTR_TEXTS },
	    { "int64s", ONNX_INT64, ONNX_ATTR_INTS },
	    { "floats", ONNX_FLOAT, ONNX_ATTR_FLOATS },
	    { "tensor", ONNX_NONE, ONNX_ATTR_TENSOR } };
	char name[32];

	for (int k = 0; k < 4; k++) {
		const struct onnx_attr *a;
		size_t p = strlen(prefix);

		memcpy(name, prefix, p);
		memcpy(name + p, kinds[k].end, strlen(kinds[k].end) + 1);
		a = onnx_find_attr(s->node, name);
		if (a == NULL || a->type != kinds[k].type)
			continue;
		if (a->type == ONNX_ATTR_TENSOR) {
			*data = a->t->data;
			*n = a->t->n;
			*elem = a->t->elem;
		} else {
			*data = a->type == ONNX_ATTR_TEXTS ?
			    (const void *)a->texts : a->type == ONNX_ATTR_INTS ?
			    (const void *)a->ints : (const void *)a->floats;
			*n = a->n;
			*elem = kinds[k].elem;
		}
		return 0;
	}
	return step_bad(s, e, "it has no %s", prefix[0] == 'k' ? "keys" :
	    "values");
}

static void
set_default(struct encoder *c, const struct step *s, void *at)
{
	const struct onnx_attr *t = onnx_find_attr(s->node, "default_tensor");
	size_t size = onnx_elem_size(c->to);
	float f = attr_float(s, "default_float", -0.0f);
	int64_t i = attr_int(s, "default_int64", -1);
	double d = (double)f;
	struct text x;

	x.s = attr_text(s, "default_string", "_Unused");
	x.n = strlen(x.s);
	if (t && t->type == ONNX_ATTR_TENSOR && t->t->elem == c->to &&
	    t->t->n == 1)
		memcpy(at, t->t->data, size);
	else
		memcpy(at, c->to == ONNX_TEXT ? (void *)&x : c->to ==
		    ONNX_INT64 ? (void *)&i : c->to == ONNX_DOUBLE ?
		    (void *)&d : (void *)&f, size);
}

static int
prepare_label_encoder(struct step *s, struct model *m, struct err *e)
{
	struct encoder *c = arena_alloc(&m->arena, sizeof(*c));
	const void *keys, *values;
	size_t n_keys, n_values, size;
	char bytes[8];

	if (find_list(&keys, &n_keys, &c->from, s, "keys_", e) < 0 ||
	    find_list(&values, &n_values, &c->to, s, "values_", e) < 0)
		return -1;
	if (n_keys != n_values)
		return step_bad(s, e, "%zu keys and %zu values", n_keys,
		    n_values);
	if (c->from != ONNX_TEXT && c->from != ONNX_INT64 &&
	    c->from != ONNX_FLOAT && c->from != ONNX_DOUBLE)
		return step_bad_type(s, c->from, e);
	if (c->to != ONNX_TEXT && c->to != ONNX_INT64 && c->to != ONNX_FLOAT &&
	    c->to != ONNX_DOUBLE)
		return step_bad_type(s, c->to, e);
	size = onnx_elem_size(c->to);
	c->keys = intern_new();
	s->state = c;
	step_keep_dict(m, c->keys);
	c->values = arena_alloc(&m->arena, (n_keys + 1) * size);
	for (size_t i = 0; i < n_keys; i++) {
		uint32_t at;

		if (c->from == ONNX_TEXT) {
			const struct text *t = (const struct text *)keys + i;

			at = intern_add(c->keys, t->s, t->n);
		} else {
			key_bytes(bytes, keys, c->from, i);
			at = intern_add(c->keys, bytes, 8);
		}
		/* of equal keys the last one counts */
		memcpy((char *)c->values + at * size, (const char *)values + i *
		    size, size);
	}
	c->n = intern_count(c->keys);
	set_default(c, s, (char *)c->values + c->n * size);
	return 0;
}

/* Version 1: names to their places or, of integers, back. */
struct class_list {
	const struct onnx_attr *classes;
	struct intern *places;
	struct text unknown;
	int64_t nowhere;
};

static int
prepare_class_list(struct step *s, struct model *m, struct err *e)
{
	struct class_list *c = arena_alloc(&m->arena, sizeof(*c));

	c->classes = attr_list(s, "classes_strings", ONNX_ATTR_TEXTS);
	if (c->classes == NULL)
		return step_bad(s, e, "it has no classes_strings");
	c->unknown.s = attr_text(s, "default_string", "_Unused");
	c->unknown.n = strlen(c->unknown.s);
	c->nowhere = attr_int(s, "default_int64", -1);
	c->places = intern_new();
	step_keep_dict(m, c->places);
	s->state = c;
	for (size_t i = 0; i < c->classes->n; i++)
		if (intern_add(c->places, c->classes->texts[i].s,
		    c->classes->texts[i].n) != i)
			return step_bad(s, e, "a class stands twice");
	return 0;
}

/* Element i is in no list: remember its row, where the rows are the model's. */
static void
note_unseen(struct model_run *r, const struct tensor *a, size_t i)
{
	const struct tensor *in = r->m->n_inputs ?
	    &r->value[r->m->input_value[0]] : NULL;
	size_t rows = in && in->rank ? (size_t)in->dim[0] : 0;
	char *mark;

	if (((const struct text *)a->data)[i].n == 0 || a->rank == 0 ||
	    rows == 0 || (size_t)a->dim[0] != rows)
		return;
	if (r->unseen.len == 0) {
		if ((mark = buf_reserve(&r->unseen, rows)) == NULL)
			return;
		memset(mark, 0, rows);
		buf_grew(&r->unseen, rows);
	}
	r->unseen.data[i / (a->n / rows)] = 1;
}

/* Where the integers of texts go, or the texts of integers; NULL: refused. */
static struct tensor *
other_kind_out(struct model_run *r, const struct step *s,
    const struct tensor *a, struct err *e)
{
	if (a == NULL)
		(void)step_bad(s, e, "an input is needed");
	else if (a->elem != ONNX_TEXT && a->elem != ONNX_INT64)
		(void)step_bad_type(s, a->elem, e);
	else
		return step_out(r, s, 0, a->elem == ONNX_TEXT ? ONNX_INT64 :
		    ONNX_TEXT, a->rank, a->dim, e);
	return NULL;
}

/* Integers where texts are asked for, and texts where integers are. */
static int
run_class_list(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0);
	const struct class_list *c = s->state;
	struct tensor *out;

	if ((out = other_kind_out(r, s, a, e)) == NULL)
		return -1;
	for (size_t i = 0; i < a->n; i++) {
		const struct text *t = (const struct text *)a->data + i;
		uint32_t at;

		if (a->elem == ONNX_INT64) {
			int64_t k = ((const int64_t *)a->data)[i];

			((struct text *)out->data)[i] = k >= 0 &&
			    (uint64_t)k < c->classes->n ?
			    c->classes->texts[k] : c->unknown;
			continue;
		}
		at = intern_find(c->places, t->s, t->n);
		if (at == INTERN_NONE)
			note_unseen(r, a, i);
		((int64_t *)out->data)[i] = at == INTERN_NONE ? c->nowhere :
		    (int64_t)at;
	}
	return 0;
}

/* CategoryMapper: pairs of a name and an integer, either way. */
struct category_map {
	const struct onnx_attr *names, *numbers;
	struct intern *by_name, *by_number;
	struct text unknown;
	int64_t nowhere;
};

static int
prepare_category_map(struct step *s, struct model *m, struct err *e)
{
	struct category_map *c = arena_alloc(&m->arena, sizeof(*c));

	c->names = attr_list(s, "cats_strings", ONNX_ATTR_TEXTS);
	c->numbers = attr_list(s, "cats_int64s", ONNX_ATTR_INTS);
	if (c->names == NULL || c->numbers == NULL ||
	    c->names->n != c->numbers->n)
		return step_bad(s, e, "names and numbers do not agree");
	c->unknown.s = attr_text(s, "default_string", "_Unused");
	c->unknown.n = strlen(c->unknown.s);
	c->nowhere = attr_int(s, "default_int64", -1);
	c->by_name = intern_new();
	step_keep_dict(m, c->by_name);
	c->by_number = intern_new();
	step_keep_dict(m, c->by_number);
	s->state = c;
	for (size_t i = 0; i < c->names->n; i++)
		if (intern_add(c->by_name, c->names->texts[i].s,
		    c->names->texts[i].n) != i ||
		    intern_add(c->by_number,
		    (const char *)&c->numbers->ints[i], 8) != i)
			return step_bad(s, e, "a category stands twice");
	return 0;
}

static int
run_category_map(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0);
	const struct category_map *c = s->state;
	struct tensor *out;

	if ((out = other_kind_out(r, s, a, e)) == NULL)
		return -1;
	for (size_t i = 0; i < a->n; i++) {
		const struct text *t = (const struct text *)a->data + i;
		uint32_t at = a->elem == ONNX_TEXT ?
		    intern_find(c->by_name, t->s, t->n) :
		    intern_find(c->by_number,
		    (const char *)((const int64_t *)a->data + i), 8);

		if (a->elem == ONNX_TEXT && at == INTERN_NONE)
			note_unseen(r, a, i);
		if (a->elem == ONNX_TEXT)
			((int64_t *)out->data)[i] = at == INTERN_NONE ?
			    c->nowhere : c->numbers->ints[at];
		else
			((struct text *)out->data)[i] = at == INTERN_NONE ?
			    c->unknown : c->names->texts[at];
	}
	return 0;
}

static int
run_label_encoder(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0);
	const struct encoder *c = s->state;
	size_t size = onnx_elem_size(c->to);
	struct tensor *out;
	char bytes[8];

	if (a == NULL || a->elem != c->from)
		return a ? step_bad_type(s, a->elem, e) :
		    step_bad(s, e, "an input is needed");
	if ((out = step_out(r, s, 0, c->to, a->rank, a->dim, e)) == NULL)
		return -1;
	for (size_t i = 0; i < a->n; i++) {
		uint32_t at;

		if (c->from == ONNX_TEXT) {
			const struct text *t = (const struct text *)a->data + i;

			at = intern_find(c->keys, t->s, t->n);
			if (at == INTERN_NONE)
				note_unseen(r, a, i);
		} else {
			key_bytes(bytes, a->data, c->from, i);
			at = intern_find(c->keys, bytes, 8);
		}
		memcpy((char *)out->data + i * size, (const char *)c->values +
		    (at == INTERN_NONE ? c->n : at) * size, size);
	}
	return 0;
}

/* --- OneHotEncoder -------------------------------------------------------- */

struct onehot {
	struct intern *keys;
	bool text;
	size_t n;
	bool zeros;
};

static int
prepare_onehot(struct step *s, struct model *m, struct err *e)
{
	const struct onnx_attr *t = attr_list(s, "cats_strings", ONNX_ATTR_TEXTS);
	const struct onnx_attr *i = attr_list(s, "cats_int64s", ONNX_ATTR_INTS);
	struct onehot *c = arena_alloc(&m->arena, sizeof(*c));

	if ((t == NULL) == (i == NULL))
		return step_bad(s, e, "it needs one list of categories");
	c->text = t != NULL;
	c->n = t ? t->n : i->n;
	c->zeros = attr_int(s, "zeros", 1) != 0;
	c->keys = intern_new();
	s->state = c;
	step_keep_dict(m, c->keys);
	for (size_t k = 0; k < c->n; k++) {
		uint32_t at = t ? intern_add(c->keys, t->texts[k].s,
		    t->texts[k].n) : intern_add(c->keys,
		    (const char *)&i->ints[k], 8);

		if (at != k)
			return step_bad(s, e, "a category stands twice");
	}
	return 0;
}

static int
run_onehot(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0);
	const struct onehot *c = s->state;
	int64_t dim[ONNX_RANK_MAX];
	struct tensor *out;

	if (a == NULL || a->rank == ONNX_RANK_MAX)
		return step_bad(s, e, "an input is needed");
	if (c->text != (a->elem == ONNX_TEXT))
		return step_bad_type(s, a->elem, e);
	memcpy(dim, a->dim, sizeof(dim));
	dim[a->rank] = (int64_t)c->n;
	if ((out = step_out(r, s, 0, ONNX_FLOAT, a->rank + 1, dim, e)) == NULL)
		return -1;
	memset(out->data, 0, out->n * sizeof(float));
	for (size_t i = 0; i < a->n; i++) {
		const struct text *t = (const struct text *)a->data + i;
		int64_t whole = 0;
		uint32_t at;

		if (a->elem == ONNX_INT64)
			whole = ((const int64_t *)a->data)[i];
		else if (a->elem == ONNX_INT32)
			whole = ((const int32_t *)a->data)[i];
		else if (a->elem == ONNX_FLOAT || a->elem == ONNX_DOUBLE) {
			/* towards zero, as onnxruntime does */
			double d = a->elem == ONNX_FLOAT ?
			    (double)((const float *)a->data)[i] :
			    ((const double *)a->data)[i];

			whole = d > -9e18 && d < 9e18 ? (int64_t)d : INT64_MIN;
		}
		at = c->text ? intern_find(c->keys, t->s, t->n) :
		    intern_find(c->keys, (const char *)&whole, 8);
		if (at != INTERN_NONE)
			((float *)out->data)[i * c->n + at] = 1;
		else if (!c->zeros && !r->trial)
			return c->text ? step_bad(s, e, "'%.*s' is no category "
			    "it knows", (int)(t->n < 60 ? t->n : 60), t->s) :
			    step_bad(s, e, "%lld is no category it knows",
			    (long long)whole);
		else if (c->text)
			note_unseen(r, a, i);
	}
	return 0;
}

/* --- Binarizer, ArrayFeatureExtractor, FeatureVectorizer, ZipMap ---------- */

static int
run_binarizer(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0);
	float t = attr_float(s, "threshold", 0);
	struct tensor *out;
	const float *x;
	size_t n, f;

	if (rows_of_floats(&x, &n, &f, r, s, e) < 0 ||
	    (out = step_out(r, s, 0, ONNX_FLOAT, a->rank, a->dim, e)) == NULL)
		return -1;
	for (size_t i = 0; i < out->n; i++)
		((float *)out->data)[i] = x[i] > t;
	return 0;
}

static int
run_extract(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0), *ix = step_in(r, s, 1);
	int64_t dim[ONNX_RANK_MAX], last;
	size_t size, rows;
	struct tensor *out;
	int rank;

	if (a == NULL || ix == NULL || a->rank < 1 || ix->elem != ONNX_INT64 ||
	    ix->n == 0)
		return step_bad(s, e, "values and places are needed");
	last = a->dim[a->rank - 1];
	rows = last ? a->n / (size_t)last : 0;
	rank = a->rank == 1 ? 2 : a->rank;
	memcpy(dim, a->dim, sizeof(dim));
	if (a->rank == 1)
		dim[0] = 1;
	dim[rank - 1] = (int64_t)ix->n;
	if ((out = step_out(r, s, 0, a->elem, rank, dim, e)) == NULL)
		return -1;
	size = onnx_elem_size(a->elem);
	for (size_t k = 0; k < ix->n; k++) {
		int64_t at = ((const int64_t *)ix->data)[k];

		at = r->trial && at < 0 && last ? 0 : at;
		if (at < 0 || at >= last)
			return step_bad(s, e, "place %lld of %lld",
			    (long long)at, (long long)last);
		for (size_t i = 0; i < rows; i++)
			memcpy((char *)out->data + (i * ix->n + k) * size,
			    (const char *)a->data + (i * (size_t)last +
			    (size_t)at) * size, size);
	}
	return 0;
}

static int
run_vectorize(struct model_run *r, const struct step *s, struct err *e)
{
	int64_t dim[2] = { 0, 0 };
	struct tensor *out;
	size_t at = 0;

	for (size_t k = 0; k < s->n_in; k++) {
		const struct tensor *a = step_in(r, s, k);
		int64_t n;

		if (a == NULL || a->rank < 1 || a->rank > 2 || (a->elem !=
		    ONNX_FLOAT && a->elem != ONNX_DOUBLE && a->elem !=
		    ONNX_INT64 && a->elem != ONNX_INT32))
			return step_bad(s, e, "rows of numbers are needed");
		n = a->rank == 2 ? a->dim[0] : 1;
		if (k && n != dim[0])
			return step_bad(s, e, "inputs have different rows");
		dim[0] = n;
		dim[1] += a->dim[a->rank - 1];
	}
	if ((out = step_out(r, s, 0, ONNX_FLOAT, 2, dim, e)) == NULL)
		return -1;
	for (size_t k = 0; k < s->n_in; k++) {
		const struct tensor *a = step_in(r, s, k);
		size_t f = (size_t)a->dim[a->rank - 1];

		for (size_t i = 0; i < a->n; i++)
			((float *)out->data)[i / f * (size_t)dim[1] + at +
			    i % f] = a->elem == ONNX_FLOAT ?
			    ((const float *)a->data)[i] :
			    a->elem == ONNX_DOUBLE ?
			    (float)((const double *)a->data)[i] :
			    a->elem == ONNX_INT64 ?
			    (float)((const int64_t *)a->data)[i] :
			    (float)((const int32_t *)a->data)[i];
		at += f;
	}
	return 0;
}

/* Maps are never made: the scores stay a tensor whose columns have names. */
static int
prepare_zipmap(struct step *s, struct model *m, struct err *e)
{
	struct labels *l = arena_alloc(&m->arena, sizeof(*l));

	if (labels_of(l, s, m, e) < 0)
		return -1;
	s->state = l;
	if (s->n_out)
		step_name_output(m, s, 0, l->names, l->n);
	return 0;
}

static int
run_zipmap(struct model_run *r, const struct step *s, struct err *e)
{
	const struct tensor *a = step_in(r, s, 0);
	const struct labels *l = s->state;

	if (a == NULL || a->elem != ONNX_FLOAT || a->rank < 1)
		return step_bad(s, e, "scores are needed");
	if (a->dim[a->rank - 1] != (int64_t)l->n)
		return step_bad(s, e, "%lld scores came for %zu classes",
		    (long long)a->dim[a->rank - 1], l->n);
	return step_alias(r, s, 0, a, a->rank, a->dim, e);
}

#define ML "ai.onnx.ml"
const struct op ops_encode[] = {
	{ ML, "Imputer", 1, 0, NULL, run_imputer, 0 },
	{ ML, "LabelEncoder", 1, 1, prepare_class_list, run_class_list, 0 },
	{ ML, "CategoryMapper", 1, 0, prepare_category_map, run_category_map,
	    0 },
	{ ML, "LabelEncoder", 2, 0, prepare_label_encoder, run_label_encoder,
	    0 },
	{ ML, "OneHotEncoder", 1, 0, prepare_onehot, run_onehot, 0 },
	{ ML, "Binarizer", 1, 0, NULL, run_binarizer, 0 },
	{ ML, "ArrayFeatureExtractor", 1, 0, NULL, run_extract, 0 },
	{ ML, "FeatureVectorizer", 1, 0, NULL, run_vectorize, 0 },
	{ ML, "ZipMap", 1, 0, prepare_zipmap, run_zipmap, 0 },
	{ NULL, NULL, 0, 0, NULL, NULL, 0 }
};
