/* foreign/mlrun.h - one run of MLflow being taken over, whatever it is read
 * from; nobody else's but lib/foreign's. */
#ifndef FOREIGN_MLRUN_H
#define FOREIGN_MLRUN_H

#include "codec/json.h"
#include "foreign/runs.h"
#include "track/ended.h"
#include "track/run.h"

struct mlrun {
	const struct import_request *rq;
	struct arena arena;
	const char *folder;
	const char *experiment;		/* its name, or "" */
	const struct json *meta;
	struct ended ended;
};

/* A folder, and no link to one. */
bool mlrun_is_folder(const char *path);
/* Every file below a folder, its name with slashes as MLflow has it. */
typedef int mlrun_file(struct mlrun *m, const char *path, const char *name,
    struct err *e);
int mlrun_walk(struct mlrun *m, const char *folder, mlrun_file *fn,
    struct err *e);
/* It becomes an output. */
mlrun_file mlrun_add_artifact;
/* "FINISHED" ...; one that never ended there will not end here. */
enum run_status mlrun_status(const char *word);

/* The runs of MLflow's SQLite file; part of import_mlruns. */
int import_mlflow_db(const struct import_request *rq, struct err *e);

#endif
