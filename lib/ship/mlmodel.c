/* A registered model as a folder that stock MLflow loads. */
#include "ship/mlmodel.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/folder.h"
#include "catalog/bytes.h"
#include "catalog/manifest.h"
#include "codec/json.h"
#include "codec/yaml.h"
#include "model/open.h"
#include "onnx/onnx.h"
#include "ship/signature.h"
#include "store/audit.h"
#include "store/ref.h"

#define PYTHON "3.11"	/* where MLflow is to make an environment */

/* What loads and runs it; the newest of each knows every older opset. */
static const char *const packages[] = { "mlflow", "numpy", "onnx",
    "onnxruntime" };
#define PACKAGES (sizeof(packages) / sizeof(*packages))

struct exporting {
	struct arena arena;
	struct catalog *c;
	const struct catalog_item *item;
	struct catalog_bytes model;
	struct onnx_model *onnx;
	struct new_folder to;
	struct mlmodel_written *w;
};

/* ---- when the version was added, as the audit log has it ---- */

struct looking {
	struct arena *a;
	const struct oid *hash;
	const char *time;
};

static int
look_at_record(void *ctx, const struct audit_record *r, struct err *e)
{
	struct looking *k = ctx;

	(void)e;
	if (memcmp(&r->hash, k->hash, sizeof(r->hash)) == 0)
		k->time = arena_strdup(k->a, r->time);
	return 0;
}

/* "2026-01-02 03:04:05.678901", as MLflow writes it: UTC without saying so.
 * *out is NULL when no log tells. */
static int
find_time(const char **out, struct exporting *x, struct err *e)
{
	const char *name = arena_printf(&x->arena, "model/%s", x->item->base);
	struct repo *repo = catalog_repo(x->c);
	const struct ref_value *v;
	struct looking k = { .a = &x->arena };
	struct audit_summary sum;
	struct ref ref;
	size_t n;
	char *s;
	int r;

	*out = NULL;
	if (ref_read(&ref, repo, name, e) < 0)
		return -1;
	v = ref_version(&ref, x->item->version);
	k.hash = v ? &v->audit : NULL;
	r = v ? audit_each(repo, &sum, look_at_record, &k, e) : 0;
	if (r == 0 && k.time) {
		s = arena_strdup(&x->arena, k.time);
		n = strlen(s);
		if (n && s[n - 1] == 'Z')
			s[n - 1] = '\0';
		if (n > 10 && s[10] == 'T')
			s[10] = ' ';
		*out = s;
	}
	ref_free(&ref);
	return r;
}

/* ---- the files ---- */

static int
add_text(struct exporting *x, const char *name, const struct buf *b,
    struct err *e)
{
	return buf_check(b, e) < 0 ? -1 :
	    new_folder_add(&x->to, name, b->data, b->len, e);
}

static int
add_yaml(struct exporting *x, const char *name, const struct json *tree,
    struct err *e)
{
	struct buf b;
	int r;

	buf_init(&b, BUF_CAP_DOC);
	r = yaml_write(&b, tree, e);
	if (r == 0)
		r = add_text(x, name, &b, e);
	buf_free(&b);
	return r;
}

/* What MLflow installs with conda, and with virtualenv or uv. */
static int
add_environment(struct exporting *x, struct err *e)
{
	struct arena *a = &x->arena;
	struct json *conda = json_new(a, JSON_MAP), *list, *pip;
	struct json *venv = json_new(a, JSON_MAP);
	struct buf b;
	int r;

	json_add_text(a, json_add_list(a, conda, "channels"), NULL,
	    "conda-forge");
	list = json_add_list(a, conda, "dependencies");
	json_add_text(a, list, NULL, "python=" PYTHON);
	json_add_text(a, list, NULL, "pip");
	pip = json_add_list(a, json_add_map(a, list, NULL), "pip");
	json_add_text(a, conda, "name", "mlflow-env");

	json_add_text(a, venv, "python", PYTHON);
	list = json_add_list(a, venv, "build_dependencies");
	json_add_text(a, list, NULL, "pip");
	json_add_text(a, json_add_list(a, venv, "dependencies"), NULL,
	    "-r requirements.txt");

	buf_init(&b, BUF_CAP_SMALL);
	for (size_t i = 0; i < PACKAGES; i++) {
		json_add_text(a, pip, NULL, packages[i]);
		buf_addf(&b, "%s\n", packages[i]);
	}
	r = add_text(x, "requirements.txt", &b, e);
	buf_free(&b);
	if (r == 0)
		r = add_yaml(x, "python_env.yaml", venv, e);
	return r < 0 ? -1 : add_yaml(x, "conda.yaml", conda, e);
}

static const char example_file[] = "input_example.json";
static const char serving_file[] = "serving_input_example.json";

/* Golden rows, as an argument of predict and as the body of a request.  What
 * our engine does not run has none that were replayed, so none are shown. */
static int
add_example(struct exporting *x, struct err *e)
{
	struct err why = ERR_INIT;
	struct binding *b;
	struct buf rows, body;
	int r;

	if (binding_open(&b, x->model.data, x->model.n, NULL, &why) < 0) {
		if (why.code == ERR_UNSUPPORTED || why.code == ERR_USAGE ||
		    why.code == ERR_FORMAT)
			return 0;
		*e = why;
		return -1;
	}
	buf_init(&rows, BUF_CAP_DOC);
	buf_init(&body, BUF_CAP_DOC);
	r = signature_example(&rows, &x->w->examples, b, x->onnx, e);
	if (r == 0 && x->w->examples) {
		buf_addf(&body, "{\"inputs\":%s}", rows.data);
		r = add_text(x, example_file, &rows, e) < 0 ? -1 :
		    add_text(x, serving_file, &body, e);
	}
	buf_free(&rows);
	buf_free(&body);
	binding_free(b);
	return r;
}

static void
put_flavors(struct arena *a, struct json *m)
{
	struct json *flavors = json_add_map(a, m, "flavors"), *f, *env, *list;

	f = json_add_map(a, flavors, "onnx");
	json_add_null(a, f, "code");
	json_add_text(a, f, "data", "model.onnx");
	json_add_null(a, f, "onnx_session_options");
	/* MLflow gives this list to the runtime; without it a graphics card
	 * would be asked for first */
	list = json_add_list(a, f, "providers");
	json_add_text(a, list, NULL, "CPUExecutionProvider");

	f = json_add_map(a, flavors, "python_function");
	json_add_text(a, f, "data", "model.onnx");
	env = json_add_map(a, f, "env");
	json_add_text(a, env, "conda", "conda.yaml");
	json_add_text(a, env, "virtualenv", "python_env.yaml");
	json_add_text(a, f, "loader_module", "mlflow.onnx");
	json_add_text(a, f, "python_version", PYTHON);
}

/* Whose version it is: what leads back to its lineage. */
static void
put_origin(struct exporting *x, struct json *m)
{
	struct json *meta = json_add_map(&x->arena, m, "metadata");
	char id[OID_TEXT];
	struct link run;

	json_add_text(&x->arena, meta, "mlv.name", x->item->label);
	json_add_text(&x->arena, meta, "mlv.content", oid_print(id,
	    &x->model.content));
	json_add_text(&x->arena, meta, "mlv.manifest", oid_print(id,
	    &x->item->id));
	if (x->model.manifest && manifest_find(&run, x->model.manifest, "run",
	    NULL) && *run.name)
		json_add_text(&x->arena, meta, "mlv.run", run.name);
}

static int
add_mlmodel(struct exporting *x, struct err *e)
{
	struct arena *a = &x->arena;
	struct json *m = json_new(a, JSON_MAP), *example, *signature;
	char id[OID_TEXT];
	const char *time;

	if (find_time(&time, x, e) < 0)
		return -1;
	put_flavors(a, m);
	put_origin(x, m);
	json_add_int(a, m, "model_size_bytes", (int64_t)x->model.n);
	/* as many digits as a uuid has, behind "sha256:" */
	json_add_textn(a, m, "model_uuid", oid_print(id, &x->model.content) + 7,
	    32);
	if (x->w->examples) {
		example = json_add_map(a, m, "saved_input_example_info");
		json_add_text(a, example, "artifact_path", example_file);
		json_add_text(a, example, "serving_input_path", serving_file);
		json_add_text(a, example, "type", "ndarray");
	}
	signature = signature_of(a, x->onnx);
	x->w->signature = signature != NULL;
	if (signature)
		json_add(a, m, "signature", signature);
	if (time)
		json_add_text(a, m, "utc_time_created", time);
	return add_yaml(x, "MLmodel", m, e);
}

int
mlmodel_export(struct mlmodel_written *w, struct catalog *c,
    const struct catalog_item *item, const char *folder, struct err *e)
{
	struct exporting x = { .c = c, .item = item, .w = w };
	int r;

	*w = (struct mlmodel_written){ 0 };
	if (catalog_open_bytes(&x.model, c, item->label, e) < 0)
		return -1;
	w->content = x.model.content;
	r = onnx_read(&x.onnx, &x.arena, x.model.data, x.model.n, e);
	if (r < 0) {
		err_wrap(e, "%s", item->label);
		goto done;
	}
	r = new_folder_open(&x.to, os_real(), folder, e);
	if (r == 0)
		r = new_folder_add(&x.to, "model.onnx", x.model.data, x.model.n,
		    e);
	if (r == 0)
		r = add_example(&x, e);
	if (r == 0)
		r = add_mlmodel(&x, e);
	if (r == 0)
		r = add_environment(&x, e);
	if (r == 0)
		r = new_folder_commit(&x.to, e);
	w->files = x.to.files;
	w->bytes = x.to.bytes;
	new_folder_drop(&x.to);
done:
	catalog_bytes_close(&x.model);
	arena_free(&x.arena);
	return r;
}
