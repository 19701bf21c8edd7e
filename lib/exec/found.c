/* What a command says it read, in its depfile. */
#include "exec/found.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "codec/depfile.h"

static int
by_text(const void *x, const void *y)
{
	return strcmp(*(char *const *)x, *(char *const *)y);
}

static const char *
clean_path(struct arena *a, const char *path)
{
	char *clean = path_clean(path);
	const char *kept = arena_strdup(a, clean);

	free(clean);
	return kept;
}

/* Inputs and outputs by their clean paths, sorted. */
static const char **
list_known(size_t *n, struct arena *a, const struct command_request *rq)
{
	const char **known = arena_alloc(a, (rq->n_deps + rq->n_outs + 1) *
	    sizeof(*known));

	*n = 0;
	for (size_t i = 0; i < rq->n_deps; i++)
		known[(*n)++] = clean_path(a, rq->deps[i]);
	for (size_t i = 0; i < rq->n_outs; i++)
		known[(*n)++] = clean_path(a, rq->outs[i]);
	qsort(known, *n, sizeof(*known), by_text);
	return known;
}

int
found_read(const char ***out, size_t *n_out, struct arena *a,
    const struct command_request *rq, struct err *e)
{
	const char *folder = rq->depfile_folder ? rq->depfile_folder : ".";
	const char **path = NULL, **known;
	size_t n = 0, n_known, kept = 0;
	struct buf b;
	int r;

	*out = NULL;
	*n_out = 0;
	buf_init(&b, DEPFILE_BYTES_MAX);
	r = file_read(&b, rq->depfile, e);
	if (r == 0)
		r = depfile_parse(&path, &n, a, b.data, b.len, e);
	buf_free(&b);
	if (r < 0)
		return err_wrap(e, "depfile '%s'", rq->depfile);
	for (size_t i = 0; i < n; i++)
		path[i] = clean_path(a, *path[i] == '/' ? path[i] :
		    arena_printf(a, "%s/%s", folder, path[i]));
	if (n)
		qsort(path, n, sizeof(*path), by_text);
	known = list_known(&n_known, a, rq);
	for (size_t i = 0; i < n; i++)
		if ((kept == 0 || strcmp(path[kept - 1], path[i]) != 0) &&
		    !bsearch(&path[i], known, n_known, sizeof(*known), by_text))
			path[kept++] = path[i];
	*out = path;
	*n_out = kept;
	return 0;
}

bool
found_changed(const struct stat *st, int64_t wall_us)
{
	const struct timespec *m = &st->st_mtim, *c = &st->st_ctim;
	int64_t written = m->tv_sec * INT64_C(1000000) + m->tv_nsec / 1000;
	int64_t named = c->tv_sec * INT64_C(1000000) + c->tv_nsec / 1000;

	return (written > named ? written : named) > wall_us;
}
