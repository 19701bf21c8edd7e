/* The file of a server's models: what it may say, and what is refused. */
#include "../../tap.h"
#include "flow/models/models_file.h"

static void
is_read(void)
{
	static const char text[] =
	    "default: price\n"
	    "models:\n"
	    "  churn: churn@champion\n"
	    "  price:\n"
	    "    model: models/price.onnx\n"
	    "    canary: model:price@candidate\n"
	    "    percent: 12.5\n"
	    "    columns: [a, b]\n"
	    "    labels:\n"
	    "      before: /old.onnx\n";
	struct models_file f;
	struct err e = ERR_INIT;

	if (!ok(models_file_parse(&f, text, sizeof(text) - 1, "conf", &e) == 0, "is read: %s",
	    e.msg))
		return;
	ok(f.n == 3 && f.standard == 1, "three endpoints, the second answers without a name");
	is_text(f.entry[0].model, "model:churn@champion", "one word is a model's name");
	is_text(f.entry[1].model, "conf/models/price.onnx", "a path begins at the file's folder");
	is_text(f.entry[1].canary, "model:price@candidate", "a name is left as it is");
	ok(f.entry[1].percent == 12.5 && f.entry[1].n_columns == 2, "with a share and columns");
	is_text(f.entry[2].label, "before", "a label is an endpoint of its own");
	is_text(f.entry[2].name, "price", "of the same name");
	is_text(f.entry[2].model, "/old.onnx", "an absolute path stays");
	ok(f.entry[2].n_columns == 2, "and has the columns of its model");
	models_file_release(&f);
}

static void
has_standard(const char *text, size_t at, const char *what)
{
	struct models_file f;
	struct err e = ERR_INIT;

	ok(models_file_parse(&f, text, strlen(text), ".", &e) == 0 && f.standard == at, "%s", what);
	models_file_release(&f);
}

static void
is_refused(const char *text, const char *why)
{
	struct models_file f;
	struct err e = ERR_INIT;

	ok(models_file_parse(&f, text, strlen(text), ".", &e) < 0 && e.code == ERR_FORMAT,
	    "refused: %s", text);
	is_text(e.msg, why, "and told why");
}

int
main(void)
{
	is_read();
	has_standard("models: {a: x.onnx}\n", 0, "the only model answers without a name");
	has_standard("models: {a: x.onnx, b: y.onnx}\n", 2, "of two nobody does");
	is_refused("", "there is no 'models', a map from names to models");
	is_refused("models: {}\n", "line 1: 'models' is a map from names to models, one at least");
	is_refused("models: {a: x.onnx}\nmodel: b\n",
	    "line 2: no 'model' is known here: is 'models' meant?");
	is_refused("models: {a/b: x.onnx}\n",
	    "line 1: a model's name is one step of a path, without '/' and spaces");
	is_refused("models: {a: 3}\n", "line 1: 'a' is a model, as model:churn@champion, or a file");
	is_refused("models: {a: {columns: [b]}}\n", "line 1: 'a' has no 'model'");
	is_refused("models: {a: {model: x.onnx, canary: y.onnx}}\n",
	    "line 1: a 'canary' and the 'percent' of units that it answers go together");
	is_refused("models: {a: {model: x.onnx, percent: 101, canary: y.onnx}}\n",
	    "line 1: 'percent' is a number from 0 to 100");
	is_refused("models: {a: {model: x.onnx, labels: {stable: y.onnx}}}\n",
	    "line 1: the label 'stable' is taken: it is a variant's");
	is_refused("models: {a: {model: x.onnx, labels: {'b c': y.onnx}}}\n",
	    "line 1: a label is 1 to 63 of the letters A-Z a-z 0-9 _ -");
	is_refused("default: b\nmodels: {a: x.onnx}\n",
	    "line 1: 'default' is the name of one of the models");
	is_refused("models: {a: {model: x.onnx, columns: [1]}}\n",
	    "line 1: a column is a name: put it in quotes");
	return tap_done();
}
