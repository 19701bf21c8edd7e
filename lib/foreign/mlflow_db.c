/* Runs out of MLflow's SQLite file, which a helper program reads. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/child.h"
#include "base/libexec.h"
#include "base/lines.h"
#include "base/mem.h"
#include "base/path.h"
#include "foreign/mlrun.h"
#include "store/odb.h"
#include "track/journal.h"

#define LINE_MAX_BYTES ((size_t)1 << 26)

/* What the lines are, by their first number. */
enum { ROW_RUN, ROW_PARAM, ROW_METRIC, ROW_TAG, ROW_DATASET, ROWS };

static const char *const queries[ROWS] = {
	"SELECT r.run_uuid, coalesce(nullif(r.name, ''), (SELECT t.value FROM "
	"tags t WHERE t.run_uuid = r.run_uuid AND t.key = 'mlflow.runName'), "
	"''), r.user_id, r.status, r.start_time, r.end_time, r.artifact_uri, "
	"e.name FROM runs r JOIN experiments e ON e.experiment_id = "
	"r.experiment_id WHERE r.lifecycle_stage = 'active' AND "
	"e.lifecycle_stage = 'active' ORDER BY r.start_time, r.run_uuid",
	"SELECT key, value FROM params WHERE run_uuid = ?1 ORDER BY key",
	"SELECT key, CASE is_nan WHEN 0 THEN value END, timestamp, step FROM "
	"metrics WHERE run_uuid = ?1 ORDER BY key, timestamp, step",
	"SELECT key, value FROM tags WHERE run_uuid = ?1 ORDER BY key",
	/* since MLflow 2.4 */
	"?SELECT d.name, d.digest, d.dataset_source_type, d.dataset_source, "
	"d.dataset_schema, d.dataset_profile, (SELECT t.value FROM input_tags "
	"t WHERE t.input_uuid = i.input_uuid AND t.name = "
	"'mlflow.data.context') FROM inputs i JOIN datasets d ON "
	"d.dataset_uuid = i.source_id WHERE i.destination_id = ?1 AND "
	"i.source_type = 'DATASET' ORDER BY d.name, d.digest",
};

struct mlflow_db {
	struct mlrun run;		/* the one being read */
	struct imported done;		/* id NULL: none is */
	char id[ENDED_ID];
	const char *artifacts;
	enum run_status status;
	int64_t begin_us, end_us;
	struct json *tags, *datasets;
	char *why;			/* what the helper said last, or NULL */
};

/* ---- values of a line ---- */

static const char *
text_of(const struct json *v)
{
	return v && v->type == JSON_TEXT ? v->s : "";
}

static int64_t
us_of(const struct json *ms, int64_t fallback)
{
	return ms && ms->type == JSON_INT && ms->i >= 0 && ms->i <=
	    INT64_MAX / 1000 ? ms->i * 1000 : fallback;
}

/* ---- a run ---- */

/* Artifacts are taken from below the folder of the file alone: what it says
 * is somebody else's.  NULL: they lie elsewhere. */
static char *
artifact_folder(const struct mlflow_db *d)
{
	static const char served[] = "mlflow-artifacts:/";
	const char *uri = d->artifacts;
	char *home = path_folder(d->run.rq->path), *folder = NULL;
	char *real, *there = NULL, *below = NULL;

	if (strncmp(uri, served, sizeof(served) - 1) == 0) {
		uri += sizeof(served) - 1;
		folder = xprintf("%s/mlartifacts/%s", home, uri + strspn(uri,
		    "/"));
	} else if (strncmp(uri, "file://", 7) == 0) {
		folder = xstrdup(uri + 7);
	} else if (uri[0] && strstr(uri, ":/") == NULL) {
		folder = *uri == '/' ? xstrdup(uri) : path_join(home, uri);
	}
	real = realpath(home, NULL);
	if (folder && real && (there = realpath(folder, NULL)) != NULL)
		below = path_relative(real, there);
	if (below == NULL) {
		free(there);
		there = NULL;
	}
	free(below);
	free(real);
	free(folder);
	free(home);
	return there;
}

static int
add_artifacts(struct mlflow_db *d, struct err *e)
{
	char *folder = artifact_folder(d);
	int r = 0;

	if (folder)
		r = mlrun_walk(&d->run, folder, mlrun_add_artifact,
		    e);
	else if (*d->artifacts && strstr(d->artifacts, ":/") &&
	    strncmp(d->artifacts, "file:", 5) && strncmp(d->artifacts,
	    "mlflow-artifacts:", 17))
		log_warn(d->run.rq->log, "the files of run %s are at %s; left "
		    "out", d->done.name, d->artifacts);
	free(folder);
	return r;
}

static int
put_run(struct mlflow_db *d, struct err *e)
{
	struct mlrun *m = &d->run;
	struct odb_transaction *t = odb_begin(catalog_odb(m->rq->catalog));
	struct catalog_put put;
	int r = add_artifacts(d, e);

	if (r == 0) {
		ended_fact(&m->ended, "tags", d->tags);
		if (d->datasets->child)
			ended_fact(&m->ended, "datasets", d->datasets);
		ended_end(&m->ended, d->status, d->status == RUN_FINISHED ? 0 :
		    1, d->end_us);
		r = ended_put(&put, m->rq->catalog, d->id, &m->ended.text, e);
	}
	if (r == 0)
		r = odb_commit(t, e);
	else
		odb_abandon(t);
	return r;
}

static void
drop_run(struct mlflow_db *d)
{
	if (d->done.id && d->done.added)
		ended_release(&d->run.ended);
	d->done.id = NULL;
	arena_free(&d->run.arena);
}

static int
end_run(struct mlflow_db *d, struct err *e)
{
	int r = 0;

	if (d->done.id && d->done.added)
		r = put_run(d, e);
	if (d->done.id && r == 0)
		d->run.rq->done(d->run.rq->ctx, &d->done);
	drop_run(d);
	return r;
}

static void
begin_run(struct mlflow_db *d, const struct json *row)
{
	const struct json *v[8];
	struct arena *a = &d->run.arena;
	struct journal_start start = { .verb = "import" };
	size_t n = 0;

	for (const struct json *c = row; c && n < 8; c = c->next)
		v[n++] = c;
	while (n < 8)
		v[n++] = NULL;
	d->begin_us = us_of(v[4], 0);
	d->end_us = us_of(v[5], d->begin_us);
	d->status = mlrun_status(text_of(v[3]));
	d->artifacts = arena_strdup(a, text_of(v[6]));
	d->tags = json_new(a, JSON_MAP);
	d->datasets = json_new(a, JSON_LIST);
	ended_id(d->id, d->begin_us, text_of(v[0]));
	d->done = (struct imported){ .id = d->id, .name = arena_strdup(a,
	    text_of(v[1])), .path = d->run.rq->path, .added =
	    !ended_is_there(d->run.rq->catalog, d->id) };
	if (!d->done.added)
		return;
	start.name = *d->done.name ? d->done.name : NULL;
	ended_begin(&d->run.ended, d->id, d->begin_us, text_of(v[2]), &start);
	json_add_text(a, d->tags, "mlflow.experiment", text_of(v[7]));
	json_add_text(a, d->tags, "mlflow.run_id", text_of(v[0]));
}

/* {"dataset": {...}, "tags": [...]}, as the REST API has it. */
static void
add_dataset(struct mlflow_db *d, const struct json *v)
{
	static const char *const keys[] = { "name", "digest", "source_type",
	    "source", "schema", "profile" };
	struct arena *a = &d->run.arena;
	struct json *input = json_add_map(a, d->datasets, NULL), *tag;
	struct json *set = json_add_map(a, input, "dataset");

	for (size_t i = 0; i < 6 && v; i++, v = v->next)
		if (v->type == JSON_TEXT)
			json_add_text(a, set, keys[i], v->s);
	if (v == NULL || v->type != JSON_TEXT)
		return;
	tag = json_add_map(a, json_add_list(a, input, "tags"), NULL);
	json_add_text(a, tag, "key", "mlflow.data.context");
	json_add_text(a, tag, "value", v->s);
}

static void
add_metric(struct mlflow_db *d, const char *key, const struct json *v)
{
	const struct json *ms = v ? v->next : NULL;
	const struct json *step = ms ? ms->next : NULL;
	double value = v && (v->type == JSON_INT || v->type == JSON_REAL) ?
	    v->d : NAN;

	/* the largest number stands there for infinity */
	if (fabs(value) == DBL_MAX)
		value = copysign(INFINITY, value);
	ended_metric(&d->run.ended, key, step && step->type == JSON_INT ?
	    step->i : 0, value, us_of(ms, 0));
}

/* ---- lines ---- */

static int
take_row(struct mlflow_db *d, const struct json *row, struct err *e)
{
	const struct json *which = row->child, *key = which ? which->next :
	    NULL;

	if (row->type == JSON_TEXT) {
		free(d->why);
		d->why = xstrdup(row->s);
		return 0;
	}
	if (key == NULL || which->type != JSON_INT)
		return err_set(e, ERR_FORMAT, "the helper program mlv-sqlite "
		    "wrote something else");
	if (which->i == ROW_RUN) {
		if (end_run(d, e) < 0)
			return -1;
		begin_run(d, key);
	} else if (d->done.id == NULL || !d->done.added) {
		return 0;
	} else if (which->i == ROW_DATASET) {
		add_dataset(d, key);
	} else if (which->i == ROW_METRIC) {
		add_metric(d, text_of(key), key->next);
	} else if (which->i == ROW_PARAM) {
		ended_param(&d->run.ended, text_of(key), journal_value(
		    &d->run.arena, text_of(key->next)));
	} else if (json_get(d->tags, text_of(key)) == NULL) {
		json_add_text(&d->run.arena, d->tags, text_of(key),
		    text_of(key->next));
	}
	return 0;
}

static int
take_line(struct mlflow_db *d, const struct line *line, struct err *e)
{
	struct arena a = { NULL, 0 };
	struct json *row;
	int r = json_parse(&row, &a, line->s, line->n, 0, e);

	if (r == 0)
		r = take_row(d, row, e);
	arena_free(&a);
	return r;
}

static int
take_lines(struct mlflow_db *d, int fd, struct err *e)
{
	struct lines l;
	struct line line;
	int more, r = 0;

	lines_init(&l, fd, "what mlv-sqlite wrote", LINE_MAX_BYTES);
	while (r == 0 && (more = lines_wait(&l, e)) != 0) {
		r = more < 0 ? -1 : 0;
		while (r == 0 && lines_next(&l, &line))
			r = take_line(d, &line, e);
	}
	lines_release(&l);
	return r;
}

/* The run that was being read counts only when all its lines came. */
static int
end_helper(struct mlflow_db *d, pid_t pid, int so_far, struct err *e)
{
	struct err ignored = ERR_INIT;
	struct child_usage use;
	int status, r;

	r = child_wait(pid, &status, &use, so_far < 0 ? &ignored : e);
	if (so_far < 0 || r < 0)
		return -1;
	if (status != 0)
		return err_set(e, ERR_FORMAT, "'%s': %s", d->run.rq->path,
		    d->why ? d->why : "the helper program mlv-sqlite failed");
	return end_run(d, e);
}

int
import_mlflow_db(const struct import_request *rq, struct err *e)
{
	char *program = libexec_path("mlv-sqlite");
	const char *argv[ROWS + 3] = { program, rq->path };
	struct mlflow_db d = { .run = { .rq = rq } };
	int fd[2] = { -1, -1 }, r;
	pid_t pid;

	for (int i = 0; i < ROWS; i++)
		argv[i + 2] = queries[i];
	r = pipe2(fd, O_CLOEXEC) < 0 ? err_sys(e, "cannot make a pipe") :
	    child_start(&pid, argv, -1, fd[1], -1, e);
	if (fd[1] >= 0)
		close(fd[1]);
	if (r == 0) {
		r = take_lines(&d, fd[0], e);
		close(fd[0]);		/* ends it, if it still writes */
		fd[0] = -1;
		r = end_helper(&d, pid, r, e);
	} else {
		err_wrap(e, "the helper program mlv-sqlite");
	}
	if (fd[0] >= 0)
		close(fd[0]);
	drop_run(&d);
	free(d.why);
	free(program);
	return r;
}
