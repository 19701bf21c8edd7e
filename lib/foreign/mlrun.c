/* What the runs of MLflow have in common, in folders and in SQLite files. */
#include "foreign/mlrun.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/mem.h"
#include "base/path.h"
#include "catalog/manifest.h"
#include "store/odb.h"

#define DEPTH_MAX 32			/* of names with slashes */

bool
mlrun_is_folder(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

struct file_walk {
	mlrun_file *fn;
	struct mlrun *run;
	int depth;
};

static int
walk_files(const struct file_walk *w, const char *folder, const char *prefix,
    struct err *e)
{
	char **names;
	size_t n;
	int r = folder_names(&names, &n, folder, e);

	for (size_t i = 0; i < n && r == 0; i++) {
		const struct file_walk deeper = { w->fn, w->run, w->depth + 1 };
		char *path = path_join(folder, names[i]);
		char *name = xprintf("%s%s", prefix, names[i]);
		char *below = xprintf("%s/", name);

		if (!mlrun_is_folder(path))
			r = w->fn(w->run, path, name, e);
		else if (w->depth == DEPTH_MAX)
			r = err_set(e, ERR_TOOBIG, "'%s' lies too deep", path);
		else
			r = walk_files(&deeper, path, below, e);
		free(below);
		free(name);
		free(path);
	}
	folder_names_free(names, n);
	return r;
}

int
mlrun_walk(struct mlrun *m, const char *folder, mlrun_file *fn, struct err *e)
{
	const struct file_walk w = { fn, m, 0 };

	return walk_files(&w, folder, "", e);
}

int
mlrun_add_artifact(struct mlrun *m, const char *path, const char *name,
    struct err *e)
{
	struct link l = { .rel = "output", .name = name,
	    .type = manifest_type_of_path(name) };
	struct odb *odb = catalog_odb(m->rq->catalog);
	struct file_map f;
	int r;

	if (file_map(&f, path, e) < 0)
		return -1;
	r = odb_put(&l.id, odb, f.data, f.n, e);
	l.size = f.n;
	file_unmap(&f);
	if (r == 0)
		ended_link(&m->ended, &l);
	return r;
}

enum run_status
mlrun_status(const char *word)
{
	return strcmp(word, "FINISHED") == 0 ? RUN_FINISHED :
	    strcmp(word, "FAILED") == 0 ? RUN_FAILED : RUN_KILLED;
}
