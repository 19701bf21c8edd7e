/* Bindings: which columns a graph takes, and what its answers are called. */
#include "model/bind.h"

#include <string.h>

#include "../engine/graph.h"
#include "../tap.h"
#include "model/open.h"

static struct binding *
bind_graph(const struct bind_opts *o, struct err *e)
{
	struct binding *b = NULL;
	struct buf file;

	buf_init(&file, 1 << 20);
	write_graph(&file, "Softmax", 17);
	if (binding_open(&b, file.data, file.len, o, e) < 0)
		b = NULL;
	buf_free(&file);
	return b;
}

static void
matrix_by_place(void)
{
	struct err e = ERR_INIT;
	struct binding *b = bind_graph(NULL, &e);
	const struct binding_column *c;
	const struct table_want *want;
	size_t n, input, place;

	if (!ok(b != NULL, "a graph with a matrix is bound: %s", e.msg))
		return;
	ok(binding_by_place(b), "a matrix takes columns by their place");
	want = binding_wants(b, &n);
	ok(n == WIDTH && strcmp(want[WIDTH - 1].name, "4") == 0 &&
	    want[0].type == COL_FLOAT64, "a matrix wants numbered numbers");
	binding_port(b, 2, &input, &place);
	ok(input == 0 && place == 2, "a column has a place in an input");
	ok(binding_classes(b, &n) && n == 3, "the metadata names classes");
	c = binding_columns(b, &n);
	ok(n == 3 && strcmp(c[1].name, "y.b") == 0 &&
	    strcmp(c[1].class_name, "b") == 0 && c[1].type == COL_FLOAT32,
	    "columns of answers are called after the classes");
	binding_free(b);
}

static void
matrix_by_name(void)
{
	const char *const names[] = { "p", "q", "r", "s", "p" };
	struct bind_opts o = { .columns = names, .n_columns = WIDTH };
	struct err e = ERR_INIT;
	struct binding *b = bind_graph(&o, &e);
	size_t n;

	if (ok(b != NULL, "a matrix with named columns is bound: %s", e.msg))
		ok(!binding_by_place(b) && strcmp(binding_wants(b, &n)[3].name,
		    "s") == 0, "named columns are taken by their names");
	binding_free(b);
	o.n_columns = WIDTH + 1;
	ok(bind_graph(&o, &e) == NULL, "five names for four columns are "
	    "refused: %s", e.msg);
	o.columns = names + 1;
	o.n_columns = WIDTH;
	b = bind_graph(&o, &e);
	ok(b != NULL, "any four names will do");
	binding_free(b);
}

int
main(void)
{
	matrix_by_place();
	matrix_by_name();
	return tap_done();
}
