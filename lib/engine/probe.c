/* Made-up rows asked alone, together and in another order: a model that
 * answers differently mixes them. */
#include "engine/probe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/step.h"

#define ROWS 8			/* of a model that is quick to ask, */
#define FEW_ROWS 3		/* and of one whose row costs more than this */
#define COSTLY_WORK ((uint64_t)1 << 20)
#define TEXTS_MAX 64

struct probe {
	const struct model *m;
	const size_t *width;		/* by input */
	size_t row[ROWS];		/* those that are answered alone */
	size_t n;
	struct text text[TEXTS_MAX];	/* of the model's own lists */
	size_t n_texts;
	struct budget budget;
	struct model_run *run;		/* of all rows together */
	struct tensor *in, *out, *alone;
	void **room, **one_room;	/* by input: for all rows, for one */
	const char *uneven;		/* output of more or fewer than one
					 * answer a row, or NULL */
	bool *counts;			/* by value: only says how many rows */
};

/* --- rows ----------------------------------------------------------------- */

static void
add_text(struct probe *p, const struct text *t)
{
	if (p->n_texts < TEXTS_MAX)
		p->text[p->n_texts++] = *t;
}

/* Categories as the model knows them: the first ones of every list. */
static void
collect_texts(struct probe *p)
{
	const struct onnx_model *o = p->m->onnx;

	add_text(p, &(struct text){ "a", 1 });
	for (size_t i = 0; i < o->n_nodes; i++)
		for (size_t k = 0; k < o->node[i].n_attrs; k++) {
			const struct onnx_attr *a = &o->node[i].attr[k];

			for (size_t j = 0; a->type == ONNX_ATTR_TEXTS &&
			    j < a->n && j < ROWS; j++)
				add_text(p, &a->texts[j]);
		}
}

/* Value k of row `row`: rows differ in each; the last one has no numbers. */
static void
set_value(void *data, size_t at, enum onnx_elem elem, size_t row, size_t k,
    const struct probe *p)
{
	double d = row == ROWS - 1 ? NAN : (double)((row * 7 + k * 5) % 11) /
	    2 - 2.25;

	switch (elem) {
	case ONNX_FLOAT:
		((float *)data)[at] = (float)d;
		break;
	case ONNX_DOUBLE:
		((double *)data)[at] = d;
		break;
	case ONNX_INT64:
		((int64_t *)data)[at] = (int64_t)((row + k) % 3);
		break;
	case ONNX_INT32:
		((int32_t *)data)[at] = (int32_t)((row + k) % 3);
		break;
	case ONNX_TEXT:
		((struct text *)data)[at] = p->text[(row + k) % p->n_texts];
		break;
	default:
		((uint8_t *)data)[at] = (row + k) % 2;
	}
}

/* The inputs for the rows given. */
static void
fill_rows(struct probe *p, void *const *room, const size_t *row, size_t n)
{
	for (size_t i = 0; i < p->m->n_inputs; i++) {
		const struct model_port *port = &p->m->input[i];
		size_t w = p->width[i];
		struct tensor *t = &p->in[i];

		*t = (struct tensor){ .elem = port->elem,
		    .rank = port->rank == 1 ? 1 : 2, .n = n * w,
		    .data = room[i] };
		t->dim[0] = (int64_t)n;
		t->dim[1] = (int64_t)w;
		for (size_t at = 0; at < n * w; at++)
			set_value(t->data, at, t->elem, row[at / w],
			    at % w + i, p);
	}
}

/* --- comparing ------------------------------------------------------------ */

static bool
same_value(const struct tensor *a, size_t i, const struct tensor *b, size_t k)
{
	size_t size = onnx_elem_size(a->elem);
	const struct text *s, *t;
	double x, y;

	if (a->elem == ONNX_TEXT) {
		s = (const struct text *)a->data + i;
		t = (const struct text *)b->data + k;
		return s->n == t->n && (s->n == 0 || memcmp(s->s, t->s,
		    s->n) == 0);
	}
	if (memcmp((const char *)a->data + i * size, (const char *)b->data +
	    k * size, size) == 0)
		return true;
	if (a->elem == ONNX_FLOAT) {
		x = (double)((const float *)a->data)[i];
		y = (double)((const float *)b->data)[k];
	} else if (a->elem == ONNX_DOUBLE) {
		x = ((const double *)a->data)[i];
		y = ((const double *)b->data)[k];
	} else {
		return false;
	}
	return isnan(x) && isnan(y);
}

/* The axis along which `all` holds n times what `one` holds; -1 when it is of
 * the same shape, -2 when it is neither. */
static int
row_axis(const struct tensor *all, const struct tensor *one, size_t n)
{
	int axis = -1;

	if (all->rank != one->rank || all->elem != one->elem)
		return -2;
	for (int d = 0; d < all->rank; d++) {
		if (all->dim[d] == one->dim[d])
			continue;
		if (axis >= 0 || all->dim[d] != one->dim[d] * (int64_t)n)
			return -2;
		axis = d;
	}
	return axis;
}

/* Does place i of n along that axis of `all` hold what `one` is? */
static bool
same_slice(const struct tensor *all, const struct tensor *one, int axis,
    size_t i, size_t n)
{
	size_t block, from;

	if (axis == -2)
		return true;		/* no way to tell */
	block = axis < 0 ? all->n : tensor_span(one, axis, one->rank);
	for (size_t k = 0; k < one->n; k++) {
		from = axis < 0 ? k : k / block * block * n + i * block +
		    k % block;
		if (!same_value(all, from, one, k))
			return false;
	}
	return true;
}

/* --- asking --------------------------------------------------------------- */

/* Does every output give row i of n what it gives the row alone? */
static bool
same_answer(struct probe *p, size_t i)
{
	for (size_t o = 0; o < p->m->n_outputs; o++) {
		const struct tensor *all = &p->out[o], *one = &p->alone[o];

		if (all->elem != one->elem || all->n != one->n * p->n) {
			p->uneven = p->m->output[o].name;
			return false;
		}
		for (size_t k = 0; k < one->n; k++)
			if (!same_value(all, i * one->n + k, one, k))
				return false;
	}
	return true;
}

/* What is made of shapes alone differs with the number of rows in honest
 * models, too: it is not what mixes them. */
static void
find_counts(struct probe *p)
{
	for (size_t at = 0; at < p->m->n_steps; at++) {
		const struct step *s = &p->m->step[at];
		bool count = true;

		for (size_t k = 0; k < s->n_in; k++)
			count &= s->in[k] < 0 || p->counts[s->in[k]] ||
			    p->m->constant[s->in[k]].elem != ONNX_NONE;
		count |= strcmp(s->node->op, "Shape") == 0 ||
		    strcmp(s->node->op, "Size") == 0;
		for (size_t k = 0; k < s->n_out; k++)
			if (s->out[k] >= 0)
				p->counts[s->out[k]] = count;
	}
}

/* The first step that made of the rows together something else than of row i
 * alone, below `first`. */
static size_t
first_mixer(const struct probe *p, const struct model_run *alone, size_t i,
    size_t first)
{
	for (size_t at = 0; at < first; at++) {
		const struct step *s = &p->m->step[at];

		for (size_t k = 0; k < s->n_out; k++) {
			const struct tensor *all, *one;

			if (s->out[k] < 0 || p->counts[s->out[k]])
				continue;
			all = &p->run->value[s->out[k]];
			one = &alone->value[s->out[k]];
			if (!same_slice(all, one, row_axis(all, one, p->n), i,
			    p->n))
				return at;
		}
	}
	return first;
}

/* Rows `row` together, then each alone; the first step that mixes them, or
 * SIZE_MAX when none does.  ERR_FORMAT: they cannot be asked so. */
static int
compare_rows(size_t *mixer, struct probe *p, const size_t *row,
    struct err *e)
{
	struct model_run *alone = run_new(p->m, &p->budget);
	size_t first = p->m->n_steps;
	bool same = true;
	int r;

	alone->trial = true;
	fill_rows(p, p->room, row, p->n);
	r = model_run(p->run, p->in, p->out, e);
	for (size_t i = 0; r == 0 && i < p->n; i++) {
		fill_rows(p, p->one_room, &row[i], 1);
		r = model_run(alone, p->in, p->alone, e);
		if (r == 0 && !same_answer(p, i)) {
			same = false;
			first = first_mixer(p, alone, i, first);
		}
	}
	model_run_free(alone);
	*mixer = same ? SIZE_MAX : first;
	return r;
}

/* The rows that the model answers alone, fewer of a costly one. */
static void
choose_rows(struct probe *p)
{
	struct model_run *alone = run_new(p->m, &p->budget);
	uint64_t before = p->budget.work;
	struct err ignored;

	alone->trial = true;
	for (size_t row = 0; row < ROWS; row++) {
		fill_rows(p, p->one_room, &row, 1);
		if (model_run(alone, p->in, p->alone, &ignored) == 0)
			p->row[p->n++] = row;
		if (before - p->budget.work > COSTLY_WORK * (row + 1) &&
		    p->n == FEW_ROWS)
			break;
	}
	model_run_free(alone);
}

static int
refuse_mixer(const struct probe *p, size_t mixer, struct err *e)
{
	const struct onnx_node *n;

	if (mixer >= p->m->n_steps && p->uneven)
		return err_set(e, ERR_UNSUPPORTED, "output '%s' does not give "
		    "one answer a row", p->uneven);
	if (mixer >= p->m->n_steps)
		return err_set(e, ERR_UNSUPPORTED, "a row's answer depends on "
		    "the rows beside it");
	n = p->m->step[mixer].node;
	return err_set(e, ERR_UNSUPPORTED, "a row's answer depends on the rows "
	    "beside it: %s node '%s' mixes them", n->op, n->name);
}

static int
probe_orders(struct probe *p, struct err *e)
{
	size_t other[ROWS], mixer;
	struct err ignored;

	choose_rows(p);
	for (size_t i = 0; i < p->n; i++)
		other[i] = p->row[(i * 3 + 2) % p->n];
	if (p->n % 3 == 0)		/* 3 leads to all places otherwise */
		for (size_t i = 0; i < p->n; i++)
			other[i] = p->row[p->n - 1 - i];
	if (p->n < 2)
		return 0;
	if (compare_rows(&mixer, p, p->row, &ignored) == 0 &&
	    mixer != SIZE_MAX)
		return refuse_mixer(p, mixer, e);
	if (compare_rows(&mixer, p, other, &ignored) == 0 &&
	    mixer != SIZE_MAX)
		return refuse_mixer(p, mixer, e);
	return 0;
}

int
model_probe_rows(const struct model *m, const size_t *width, struct err *e)
{
	struct probe p = { .m = m, .width = width, .budget = m->of_file };
	int r;

	collect_texts(&p);
	p.in = xalloc(m->n_inputs + 1, sizeof(*p.in));
	p.out = xalloc(m->n_outputs + 1, sizeof(*p.out));
	p.alone = xalloc(m->n_outputs + 1, sizeof(*p.alone));
	p.room = xalloc(m->n_inputs + 1, sizeof(*p.room));
	p.one_room = xalloc(m->n_inputs + 1, sizeof(*p.one_room));
	for (size_t i = 0; i < m->n_inputs; i++) {
		size_t size = onnx_elem_size(m->input[i].elem);

		p.room[i] = xalloc(ROWS * width[i] + 1, size);
		p.one_room[i] = xalloc(width[i] + 1, size);
	}
	p.counts = xalloc(m->n_values + 1, sizeof(*p.counts));
	find_counts(&p);
	p.run = run_new(m, &p.budget);
	p.run->trial = true;
	r = probe_orders(&p, e);
	model_run_free(p.run);
	for (size_t i = 0; i < m->n_inputs; i++) {
		free(p.room[i]);
		free(p.one_room[i]);
	}
	free(p.counts);
	free(p.room);
	free(p.one_room);
	free(p.in);
	free(p.out);
	free(p.alone);
	return r;
}
