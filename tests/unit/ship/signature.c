/* A model's inputs and outputs as MLflow's tensor specs. */
#include "ship/signature.h"

#include <string.h>

#include "../tap.h"
#include "model/meta.h"
#include "onnx/build.h"

#define SPEC(name, type, shape) "{" name "\"type\":\"tensor\"," \
    "\"tensor-spec\":{\"dtype\":\"" type "\",\"shape\":" shape "}}"

static const int64_t column[] = { -1, 1 }, row[] = { -1 }, pair[] = { -1, 2 };
static const int64_t image[] = { -1, 3, 8 }, any[] = { -1, -1 }, single[] = { 1 };

static void
test_columns(void)
{
	struct arena a = { 0 };
	struct onnx_model *m = onnx_new(&a, "g");
	float one = 1;
	struct json *s;

	onnx_add_input(&a, m, "age", ONNX_FLOAT, 2, column);
	onnx_add_input(&a, m, "city", ONNX_TEXT, 1, row);
	onnx_add_input(&a, m, "w", ONNX_FLOAT, 1, row);
	onnx_add_initializer(&a, m, "w", ONNX_FLOAT, 1, single, &one);
	onnx_add_output(&a, m, "p", ONNX_DOUBLE, 2, pair);
	s = signature_of(&a, m);
	is_text(json_text(s, "inputs", ""), "["
	    SPEC("\"name\":\"age\",", "float32", "[-1,1]") ","
	    SPEC("\"name\":\"city\",", "object", "[-1]") "]",
	    "inputs have names, and a constant is none");
	is_text(json_text(s, "outputs", ""), "["
	    SPEC("\"name\":\"p\",", "float64", "[-1,2]") "]",
	    "so have outputs");
	ok(!signature_is_unnamed(m), "two inputs go by their names");
	arena_free(&a);
}

static const char *
inputs_of(struct arena *a, int rank, const int64_t *dims, const char *features)
{
	struct onnx_model *m = onnx_new(a, "g");

	onnx_add_input(a, m, "x", ONNX_FLOAT, rank, dims);
	if (features)
		onnx_add_meta(a, m, META_FEATURES, features, strlen(features));
	return json_text(signature_of(a, m), "inputs", "");
}

static void
test_one_input(void)
{
	struct arena a = { 0 };

	is_text(inputs_of(&a, 2, pair, NULL), "[" SPEC("", "float32", "[-1,2]")
	    "]", "one matrix goes by no name");
	is_text(inputs_of(&a, 3, image, NULL), "[" SPEC("", "float32",
	    "[-1,3,8]") "]", "nor does one of more dimensions");
	is_text(inputs_of(&a, 2, column, NULL), "[" SPEC("\"name\":\"x\",",
	    "float32", "[-1,1]") "]", "one column goes by its name");
	is_text(inputs_of(&a, 2, any, "[\"a\",\"b\",\"c\"]"), "["
	    SPEC("", "float32", "[-1,3]") "]",
	    "the width is that of the columns the metadata names");
	is_text(inputs_of(&a, 2, any, "[\"a\""), "["
	    SPEC("", "float32", "[-1,-1]") "]", "broken metadata says none");
	arena_free(&a);
}

static void
test_no_words(void)
{
	struct arena a = { 0 };
	struct onnx_model *m = onnx_new(&a, "g");
	struct json *s;

	onnx_add_input(&a, m, "x", ONNX_FLOAT, 2, column);
	onnx_add_output(&a, m, "maps", ONNX_FLOAT, 1, row);
	m->output[0].sequence = true;
	s = signature_of(&a, m);
	ok(s && json_get(s, "outputs")->type == JSON_NULL,
	    "a sequence of maps leaves the outputs unsaid");
	m->input[0].rank = -1;
	ok(signature_of(&a, m) == NULL, "an input without a shape leaves all unsaid");
	m->input[0].rank = 2;
	m->input[0].elem = ONNX_BFLOAT16;
	ok(signature_of(&a, m) == NULL, "so does a type that numpy has not");
	arena_free(&a);
}

int
main(void)
{
	test_columns();
	test_one_input();
	test_no_words();
	return tap_done();
}
