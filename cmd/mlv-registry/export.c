/* mlv-registry export mlmodel: a version as a folder that MLflow loads. */
#include "catalog/resolve.h"
#include "ship/mlmodel.h"
#include "verbs.h"

static int
export_check(struct cli *c, void *opts, int argc, char **argv)
{
	(void)opts;
	(void)argv;
	return argc == 2 ? 0 : cli_usage(c, "export mlmodel takes a model and "
	    "the folder to make");
}

static int
mlmodel_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct err e = ERR_INIT;
	struct mlmodel_written w;
	struct catalog_item item;
	char id[OID_TEXT];
	int r;

	(void)opts;
	(void)argc;
	if (model_item(&item, c, c->catalog, argv[0], &e) < 0)
		return cli_fail(c, &e);
	r = mlmodel_export(&w, c->catalog, &item, argv[1], &e);
	if (r == 0 || e.code == ERR_UNPROVEN) {
		c->committed = true;
		if (!w.signature)
			cli_warn(c, "%s is exported without a signature: it "
			    "has an input that MLflow has no words for",
			    item.label);
		out_begin(&c->out, "mlv.model.exported/1");
		out_text(&c->out, "name", item.label);
		out_text(&c->out, "form", "mlmodel");
		out_text(&c->out, "id", oid_print(id, &w.content));
		out_int(&c->out, "files", (int64_t)w.files);
		out_int(&c->out, "bytes", (int64_t)w.bytes);
		out_int(&c->out, "examples", (int64_t)w.examples);
		out_path(&c->out, "path", argv[1]);
		out_end(&c->out);
	}
	catalog_item_free(&item);
	return r < 0 ? cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_export_mlmodel = {
	.name = "export mlmodel",
	.summary = "write a version as a folder that MLflow loads",
	.synopsis = "NAME[@VERSION|@ALIAS] FOLDER",
	.about =
"Writes FOLDER as MLflow keeps a model: MLmodel with the flavors onnx and\n"
"python_function, model.onnx as it was registered, requirements.txt,\n"
"python_env.yaml, conda.yaml, and golden rows as input_example.json.\n"
"mlflow.onnx.load_model, mlflow.pyfunc.load_model and 'mlflow models serve -m'\n"
"take it.  The folder appears whole or not at all; one with something in it is\n"
"refused.  The same version gives the same bytes.\n"
"\n"
"Prints a record: name, form (mlmodel), the id of model.onnx, files, bytes,\n"
"example rows, path.\n"
"\n"
"example: mlv-registry export mlmodel churn@champion ./churn-mlflow\n",
	.flags = VERB_JSON | VERB_NUL | VERB_REPOSITORY, .check = export_check,
	.run = mlmodel_run,
};
