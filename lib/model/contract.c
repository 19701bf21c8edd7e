/* Two models' contracts compared, and said in words what differs. */
#include "model/contract.h"

#include <string.h>

#define CLAUSES 4		/* that are said; the rest is counted */
#define CLASSES 8		/* that are listed */

struct comparison {
	struct buf *why;
	const struct binding *from, *to;
	size_t differences;
};

/* Room for one clause more, behind those before it; false when enough was
 * said. */
static bool
next_clause(struct comparison *c)
{
	if (c->differences++ >= CLAUSES)
		return false;
	if (c->differences > 1)
		buf_adds(c->why, "; ");
	return true;
}

/* "input 'age' is new", "output 'label' is gone". */
static void
say_column(struct comparison *c, const char *kind, const char *name,
    const char *what)
{
	if (next_clause(c))
		buf_addf(c->why, "%s '%.200s' is %s", kind, name, what);
}

static void
say_type(struct comparison *c, const char *kind, const char *name,
    const char *now, const char *was)
{
	if (next_clause(c))
		buf_addf(c->why, "%s '%.200s' is %s, was %s", kind, name, now,
		    was);
}

/* --- inputs --------------------------------------------------------------- */

static const struct model_port *
input_of(const struct binding *b, size_t want)
{
	size_t input, place;

	binding_port(b, want, &input, &place);
	return model_input(binding_model(b), input);
}

static bool
is_matrix(const struct binding *b)
{
	size_t n;

	binding_wants(b, &n);
	return n > 1 && model_inputs(binding_model(b)) == 1;
}

static void
compare_input_type(struct comparison *c, size_t was, size_t now)
{
	const struct model_port *from = input_of(c->from, was);
	const struct model_port *to = input_of(c->to, now);
	size_t n;
	const struct table_want *a = binding_wants(c->from, &n) + was;
	const struct table_want *b = binding_wants(c->to, &n) + now;

	if (a->type != b->type)
		say_type(c, "input", a->name, col_type_name(b->type),
		    col_type_name(a->type));
	else if (from->elem != to->elem)
		say_type(c, "input", a->name, onnx_elem_name(to->elem),
		    onnx_elem_name(from->elem));
}

/* The place of a wanted column, or n. */
static size_t
find_want(const struct table_want *want, size_t n, const char *name)
{
	size_t i = 0;

	while (i < n && strcmp(want[i].name, name) != 0)
		i++;
	return i;
}

static void
compare_named_inputs(struct comparison *c)
{
	size_t n_from, n_to, at;
	const struct table_want *from = binding_wants(c->from, &n_from);
	const struct table_want *to = binding_wants(c->to, &n_to);
	bool moved = false, changed = n_from != n_to;

	for (size_t i = 0; i < n_from; i++) {
		at = find_want(to, n_to, from[i].name);
		if (at < n_to)
			compare_input_type(c, i, at);
		else
			say_column(c, "input", from[i].name, "gone");
		moved |= at != i;
		changed |= at == n_to;
	}
	for (size_t i = 0; i < n_to; i++)
		if (find_want(from, n_from, to[i].name) == n_from)
			say_column(c, "input", to[i].name, "new");
	if (moved && !changed && is_matrix(c->from) && is_matrix(c->to) &&
	    next_clause(c))
		buf_adds(c->why, "the columns of its matrix are in another "
		    "order");
}

static void
compare_matrices(struct comparison *c)
{
	const char *was = input_of(c->from, 0)->name;
	const char *now = input_of(c->to, 0)->name;
	size_t n_from, n_to;

	binding_wants(c->from, &n_from);
	binding_wants(c->to, &n_to);
	if (n_from != n_to && next_clause(c))
		buf_addf(c->why, "it takes %zu columns, not %zu", n_to,
		    n_from);
	if (strcmp(was, now) == 0)
		compare_input_type(c, 0, 0);
	else if (next_clause(c))
		buf_addf(c->why, "its input is '%.200s', was '%.200s'", now,
		    was);
}

static void
compare_inputs(struct comparison *c)
{
	bool from = binding_by_place(c->from), to = binding_by_place(c->to);

	if (from && to)
		compare_matrices(c);
	else if (!from && !to)
		compare_named_inputs(c);
	else if (next_clause(c))
		buf_adds(c->why, to ? "it takes columns by their place, not "
		    "by name" : "it takes columns by name, not by their "
		    "place");
}

/* --- answers -------------------------------------------------------------- */

static bool
same_classes(const char *const *a, size_t n_a, const char *const *b,
    size_t n_b)
{
	if (n_a != n_b)
		return false;
	for (size_t i = 0; i < n_a; i++)
		if (strcmp(a[i], b[i]) != 0)
			return false;
	return true;
}

static void
add_classes(struct buf *b, const char *const *name, size_t n)
{
	for (size_t i = 0; i < n && i < CLASSES; i++)
		buf_addf(b, "%s%.100s", i ? ", " : "", name[i]);
	if (n > CLASSES)
		buf_addf(b, " and %zu more", n - CLASSES);
	if (n == 0)
		buf_adds(b, "not named");
}

static void
compare_classes(struct comparison *c)
{
	size_t n_from, n_to;
	const char *const *from = binding_classes(c->from, &n_from);
	const char *const *to = binding_classes(c->to, &n_to);

	if (same_classes(from, n_from, to, n_to) || !next_clause(c))
		return;
	buf_adds(c->why, "the classes are ");
	add_classes(c->why, to, n_to);
	buf_adds(c->why, ", were ");
	add_classes(c->why, from, n_from);
}

static const struct binding_column *
find_answer(const struct binding *b, const char *name)
{
	size_t n;
	const struct binding_column *c = binding_columns(b, &n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(c[i].name, name) == 0)
			return &c[i];
	return NULL;
}

static void
compare_answers(struct comparison *c)
{
	size_t n_from, n_to;
	const struct binding_column *from = binding_columns(c->from, &n_from);
	const struct binding_column *to = binding_columns(c->to, &n_to), *now;

	for (size_t i = 0; i < n_from; i++) {
		now = find_answer(c->to, from[i].name);
		if (now == NULL)
			say_column(c, "output", from[i].name, "gone");
		else if (now->type != from[i].type)
			say_type(c, "output", from[i].name,
			    col_type_name(now->type),
			    col_type_name(from[i].type));
	}
	for (size_t i = 0; i < n_to; i++)
		if (find_answer(c->from, to[i].name) == NULL)
			say_column(c, "output", to[i].name, "new");
}

static bool
count_differences(struct comparison *c)
{
	if (c->differences > CLAUSES)
		buf_addf(c->why, "; and %zu more", c->differences - CLAUSES);
	return c->differences == 0;
}

bool
contract_kept(struct buf *why, const struct binding *from,
    const struct binding *to)
{
	struct comparison c = { .why = why, .from = from, .to = to };

	compare_inputs(&c);
	compare_classes(&c);
	compare_answers(&c);
	return count_differences(&c);
}

bool
contract_answers_kept(struct buf *why, const struct binding *from,
    const struct binding *to)
{
	struct comparison c = { .why = why, .from = from, .to = to };

	compare_classes(&c);
	compare_answers(&c);
	return count_differences(&c);
}
