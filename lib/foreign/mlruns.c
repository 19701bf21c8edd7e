/* MLflow's file store read, run by run. */
#include "foreign/runs.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/path.h"
#include "catalog/manifest.h"
#include "codec/yaml.h"
#include "foreign/mlrun.h"
#include "store/odb.h"

#define VALUE_MAX ((size_t)1 << 20)	/* a parameter or tag */
#define METRIC_MAX ((size_t)1 << 30)	/* a metric's file */
#define DEPTH_MAX 32			/* of names with slashes */

static bool
is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static int
read_yaml(const struct json **out, struct arena *a, const char *path,
    struct err *e)
{
	struct json *tree = NULL;
	struct buf b;
	int r;

	buf_init(&b, VALUE_MAX);
	r = file_read_own(&b, path, e);
	if (r == 0 && yaml_parse(&tree, a, b.data, b.len, e) < 0)
		r = err_wrap(e, "'%s'", path);
	if (r == 0 && (tree == NULL || tree->type != JSON_MAP))
		r = err_set(e, ERR_FORMAT, "'%s' holds no values", path);
	buf_free(&b);
	*out = tree;
	return r;
}

static int
walk_part(struct mlrun *m, const char *part, mlrun_file *fn, struct err *e)
{
	char *folder = path_join(m->folder, part);
	int r = mlrun_walk(m, folder, fn, e);

	free(folder);
	return r;
}

static int
read_value(struct json **v, struct mlrun *m, const char *path, bool text,
    struct err *e)
{
	struct buf b;
	int r;

	buf_init(&b, VALUE_MAX);
	r = file_read_own(&b, path, e);
	if (r == 0 && text) {
		*v = json_new(&m->arena, JSON_TEXT);
		(*v)->s = arena_strndup(&m->arena, b.data, b.len);
		(*v)->n = strlen((*v)->s);
	} else if (r == 0) {
		*v = journal_value(&m->arena, b.data);
	}
	buf_free(&b);
	return r;
}

static int
add_param(struct mlrun *m, const char *path, const char *name, struct err *e)
{
	struct json *v;

	if (read_value(&v, m, path, false, e) < 0)
		return -1;
	ended_param(&m->ended, name, v);
	return 0;
}

/* "1700000000000 0.5 3" and what newer versions put behind it. */
static bool
parse_point(char *line, int64_t *ms, double *value, int64_t *step)
{
	char *rest, *t = strtok_r(line, " ", &rest);
	char *v = t ? strtok_r(NULL, " ", &rest) : NULL;
	char *s = v ? strtok_r(NULL, " ", &rest) : NULL;

	*step = 0;
	return v && num_parse_i64(t, strlen(t), ms) &&
	    num_parse_f64(v, strlen(v), value) &&
	    (s == NULL || num_parse_i64(s, strlen(s), step));
}

static int
add_metric(struct mlrun *m, const char *path, const char *name, struct err *e)
{
	char *line, *rest = NULL;
	size_t number = 0;
	struct buf b;
	int r;

	buf_init(&b, METRIC_MAX);
	r = file_read_own(&b, path, e);
	for (line = r == 0 ? strtok_r(b.data, "\n", &rest) : NULL; line;
	    line = strtok_r(NULL, "\n", &rest)) {
		int64_t ms, step;
		double value;

		number++;
		if (parse_point(line, &ms, &value, &step))
			ended_metric(&m->ended, name, step, value,
			    ms > INT64_MAX / 1000 ? 0 : ms * 1000);
		else
			/* a line that a kill cut short is no reason to lose the
			 * others */
			log_warn(m->rq->log, "'%s' line %zu is no value; left "
			    "out", path, number);
	}
	buf_free(&b);
	return r;
}

static int
add_tags(struct mlrun *m, struct json *tags, const char *folder,
    const char *prefix, int depth, struct err *e)
{
	char **names;
	size_t n;
	int r = folder_names(&names, &n, folder, e);

	for (size_t i = 0; i < n && r == 0; i++) {
		char *path = path_join(folder, names[i]);
		char *name = arena_printf(&m->arena, "%s%s", prefix, names[i]);
		struct json *v;

		if (!mlrun_is_folder(path)) {
			r = read_value(&v, m, path, true, e);
			if (r == 0)
				json_add(&m->arena, tags, name, v);
		} else if (depth < DEPTH_MAX) {
			r = add_tags(m, tags, path, arena_printf(&m->arena,
			    "%s/", name), depth + 1, e);
		}
		free(path);
	}
	folder_names_free(names, n);
	return r;
}

static int
add_facts(struct mlrun *m, struct err *e)
{
	struct json *tags = json_new(&m->arena, JSON_MAP);
	char *folder = path_join(m->folder, "tags");
	int r = add_tags(m, tags, folder, "", 0, e);

	free(folder);
	if (r < 0)
		return -1;
	json_add_text(&m->arena, tags, "mlflow.experiment", m->experiment);
	json_add_text(&m->arena, tags, "mlflow.run_id",
	    json_text(m->meta, "run_id", ""));
	ended_fact(&m->ended, "tags", tags);
	return 0;
}

/* Numbers; texts in the oldest files. */
static enum run_status
status_of(const struct json *meta)
{
	int64_t status = json_int(meta, "status", 0);

	return mlrun_status(json_text(meta, "status", status == 3 ?
	    "FINISHED" : status == 4 ? "FAILED" : ""));
}

static int64_t
time_of(const struct json *meta, const char *key, int64_t fallback_us)
{
	int64_t ms = json_int(meta, key, -1);

	return ms < 0 || ms > INT64_MAX / 1000 ? fallback_us : ms * 1000;
}

static int
fill_run(struct mlrun *m, struct err *e)
{
	int64_t begin = time_of(m->meta, "start_time", 0);

	if (walk_part(m, "params", add_param, e) < 0 ||
	    walk_part(m, "metrics", add_metric, e) < 0 ||
	    walk_part(m, "artifacts", mlrun_add_artifact, e) < 0 ||
	    add_facts(m, e) < 0)
		return -1;
	ended_end(&m->ended, status_of(m->meta),
	    status_of(m->meta) == RUN_FINISHED ? 0 : 1,
	    time_of(m->meta, "end_time", begin));
	return 0;
}

static int
put_run(struct mlrun *m, const char *id, const char *name, struct err *e)
{
	struct odb *odb = catalog_odb(m->rq->catalog);
	const struct journal_start start = { .verb = "import", .name =
	    *name ? name : NULL };
	struct odb_transaction *t = odb_begin(odb);
	struct catalog_put put;
	int r;

	ended_begin(&m->ended, id, time_of(m->meta, "start_time", 0),
	    json_text(m->meta, "user_id", ""), &start);
	r = fill_run(m, e);
	if (r == 0)
		r = ended_put(&put, m->rq->catalog, id, &m->ended.text, e);
	if (r == 0)
		r = odb_commit(t, e);
	else
		odb_abandon(t);
	ended_release(&m->ended);
	return r;
}

static const char *
name_of_run(struct mlrun *m)
{
	char *path = xprintf("%s/tags/mlflow.runName", m->folder);
	const char *name = json_text(m->meta, "run_name", "");
	struct err none = ERR_INIT;
	struct json *v;

	if (*name == '\0' && read_value(&v, m, path, true, &none) == 0)
		name = v->s;
	free(path);
	return name;
}

static int
take_run(const struct import_request *rq, const char *folder,
    const char *experiment, struct err *e)
{
	struct mlrun m = { .rq = rq, .folder = folder,
	    .experiment = experiment };
	struct imported done = { .path = folder, .name = "" };
	char *path = path_join(folder, "meta.yaml"), id[ENDED_ID];
	const char *key;
	int r = read_yaml(&m.meta, &m.arena, path, e);

	free(path);
	if (r == 0 && strcmp(json_text(m.meta, "lifecycle_stage", "active"),
	    "active") == 0) {
		key = json_text(m.meta, "run_id", json_text(m.meta, "run_uuid",
		    path_base(folder)));
		ended_id(id, time_of(m.meta, "start_time", 0), key);
		done.id = id;
		done.name = name_of_run(&m);
		done.added = !ended_is_there(rq->catalog, id);
		if (done.added)
			r = put_run(&m, id, done.name, e);
		if (r == 0)
			rq->done(rq->ctx, &done);
	}
	arena_free(&m.arena);
	return r;
}

/* A run that cannot be read does not hide the others; a store that cannot be
 * written ends it. */
static int
take_run_or_tell(const struct import_request *rq, const char *folder,
    const char *experiment, struct err *e)
{
	struct imported done = { .path = folder, .name = "" };
	struct err why = ERR_INIT;

	if (take_run(rq, folder, experiment, &why) == 0)
		return 0;
	if (why.code != ERR_FORMAT && why.code != ERR_NOENT &&
	    why.code != ERR_TOOBIG && why.code != ERR_MOVED) {
		*e = why;
		return -1;
	}
	done.why = &why;
	rq->done(rq->ctx, &done);
	return 0;
}

static bool
has_file(const char *folder, const char *name)
{
	char *path = path_join(folder, name);
	struct stat st;
	bool there = stat(path, &st) == 0;

	free(path);
	return there;
}

/* A run's folder has these even when it has none in them. */
static bool
is_run(const char *folder)
{
	return has_file(folder, "meta.yaml") && (has_file(folder, "metrics") ||
	    has_file(folder, "params"));
}

static int
take_experiment(const struct import_request *rq, const char *folder,
    size_t *n_runs, struct err *e)
{
	char *path = path_join(folder, "meta.yaml"), **names;
	const struct json *meta = NULL;
	struct arena a = { NULL, 0 };
	struct err none = ERR_INIT;
	const char *name = "";
	size_t n;
	int r = folder_names(&names, &n, folder, e);

	if (read_yaml(&meta, &a, path, &none) == 0)
		name = json_text(meta, "name", "");
	if (meta && strcmp(json_text(meta, "lifecycle_stage", "active"),
	    "active"))
		n = 0;
	for (size_t i = 0; i < n && r == 0; i++) {
		char *run = path_join(folder, names[i]);

		if (is_run(run)) {
			(*n_runs)++;
			r = take_run_or_tell(rq, run, name, e);
		}
		free(run);
	}
	folder_names_free(names, n);
	arena_free(&a);
	free(path);
	return r;
}

int
import_mlruns(const struct import_request *rq, struct err *e)
{
	size_t n, n_runs = 0;
	char **names;
	int r;

	if (catalog_need_repo(rq->catalog, "a run", e) < 0)
		return -1;
	if (is_file(rq->path))
		return import_mlflow_db(rq, e);
	if (!mlrun_is_folder(rq->path))
		return err_set(e, ERR_NOENT, "there is no folder '%s'", rq->path);
	if (is_run(rq->path))
		return take_run(rq, rq->path, "", e);
	r = take_experiment(rq, rq->path, &n_runs, e);
	if (r < 0 || n_runs)
		return r;
	r = folder_names(&names, &n, rq->path, e);
	for (size_t i = 0; i < n && r == 0; i++) {
		char *folder = path_join(rq->path, names[i]);

		if (mlrun_is_folder(folder))
			r = take_experiment(rq, folder, &n_runs, e);
		free(folder);
	}
	folder_names_free(names, n);
	if (r == 0 && n_runs == 0)
		return err_set(e, ERR_NOENT, "there are no runs below '%s'",
		    rq->path);
	return r;
}
