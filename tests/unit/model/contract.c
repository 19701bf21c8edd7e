/* Contracts of models: what is compared, and how a difference is said. */
#include "model/contract.h"
#include "onnx/build.h"

#include "../tap.h"
#include "base/arena.h"
#include "model/meta.h"
#include "model/open.h"
#include "onnx/onnx.h"

struct port {
	const char *in, *out;
	enum onnx_elem elem;
	int64_t width;
};

static const struct port plain[] = {
	{ "age", "age_out", ONNX_FLOAT, 1 }, { "city", "label", ONNX_TEXT, 1 },
};
static const struct port turned[] = {
	{ "city", "label", ONNX_TEXT, 1 }, { "age", "age_out", ONNX_FLOAT, 1 },
};
static const struct port others[] = {
	{ "age", "age_out", ONNX_DOUBLE, 1 },
	{ "town", "output_label", ONNX_TEXT, 1 },
};
static const struct port matrix[] = { { "x", "y", ONNX_FLOAT, 3 } };
static const struct port wider[] = { { "x", "y", ONNX_FLOAT, 4 } };
static const struct port renamed[] = { { "m", "y", ONNX_FLOAT, 3 } };

static struct binding *
open_echo(const struct port *p, size_t n, const char *classes,
    const struct bind_opts *o)
{
	struct arena a = { NULL, 0 };
	struct onnx_model *m = onnx_new(&a, "echo");
	struct binding *b = NULL;
	struct err e = ERR_INIT;
	struct buf bytes;

	onnx_set_opset(&a, m, "", 17);
	for (size_t i = 0; i < n; i++) {
		const int64_t dim[2] = { -1, p[i].width };
		struct onnx_node *node;

		onnx_add_input(&a, m, p[i].in, p[i].elem, 2, dim);
		onnx_add_output(&a, m, p[i].out, p[i].elem, 2, dim);
		node = onnx_add_node(&a, m, "", "Identity", p[i].out);
		onnx_node_in(&a, node, p[i].in);
		onnx_node_out(&a, node, p[i].out);
	}
	if (classes)
		onnx_add_meta(&a, m, META_CLASSES, classes, strlen(classes));
	buf_init(&bytes, BUF_CAP_DOC);
	onnx_write(&bytes, m);
	ok(binding_open(&b, bytes.data, bytes.len, o, &e) == 0, "opens: %s",
	    e.msg);
	buf_free(&bytes);
	arena_free(&a);
	return b;
}

/* Frees both. */
static void
differs(struct binding *from, struct binding *to, const char *want)
{
	struct buf why;

	buf_init(&why, BUF_CAP_SMALL);
	ok(contract_kept(&why, from, to) == (*want == '\0'), "the verdict");
	is_text(why.data, want, "and why");
	buf_free(&why);
	binding_free(from);
	binding_free(to);
}

static void
compares_columns(void)
{
	differs(open_echo(plain, 2, NULL, NULL), open_echo(plain, 2, NULL,
	    NULL), "");
	differs(open_echo(plain, 2, NULL, NULL), open_echo(turned, 2, NULL,
	    NULL), "");
	differs(open_echo(plain, 2, NULL, NULL), open_echo(plain, 1, NULL,
	    NULL), "input 'city' is gone; output 'label' is gone");
	differs(open_echo(plain, 1, NULL, NULL), open_echo(plain, 2, NULL,
	    NULL), "input 'city' is new; output 'label' is new");
	differs(open_echo(plain, 2, NULL, NULL), open_echo(others, 2, NULL,
	    NULL), "input 'age' is double, was float; input 'city' is gone; "
	    "input 'town' is new; output 'age_out' is float64, was float32; "
	    "and 2 more");
}

static void
compares_classes(void)
{
	differs(open_echo(plain, 2, "[\"a\",\"b\"]", NULL), open_echo(plain,
	    2, "[\"a\",\"b\"]", NULL), "");
	differs(open_echo(plain, 2, "[\"a\",\"b\"]", NULL), open_echo(plain,
	    2, "[\"b\",\"a\"]", NULL), "the classes are b, a, were a, b");
	differs(open_echo(plain, 2, "[\"a\",\"b\"]", NULL), open_echo(plain,
	    2, NULL, NULL), "the classes are not named, were a, b");
}

static void
compares_matrices(void)
{
	static const char *const abc[] = { "a", "b", "c" };
	static const char *const acb[] = { "a", "c", "b" };
	const struct bind_opts straight = { .columns = abc, .n_columns = 3 };
	const struct bind_opts crossed = { .columns = acb, .n_columns = 3 };

	differs(open_echo(matrix, 1, NULL, NULL), open_echo(matrix, 1, NULL,
	    NULL), "");
	differs(open_echo(matrix, 1, NULL, NULL), open_echo(wider, 1, NULL,
	    NULL), "it takes 4 columns, not 3; output 'y.3' is new");
	differs(open_echo(matrix, 1, NULL, NULL), open_echo(renamed, 1, NULL,
	    NULL), "its input is 'm', was 'x'");
	differs(open_echo(matrix, 1, NULL, &straight), open_echo(matrix, 1,
	    NULL, &straight), "");
	differs(open_echo(matrix, 1, NULL, &straight), open_echo(matrix, 1,
	    NULL, &crossed), "the columns of its matrix are in another "
	    "order");
	differs(open_echo(matrix, 1, NULL, &straight), open_echo(matrix, 1,
	    NULL, NULL), "it takes columns by their place, not by name");
}

int
main(void)
{
	compares_columns();
	compares_classes();
	compares_matrices();
	return tap_done();
}
