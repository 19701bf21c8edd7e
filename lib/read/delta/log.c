/* The log of a Delta table: the newest checkpoint, then every commit. */
#include "read/delta/log.h"

#include <stdlib.h>
#include <string.h>

#include "base/folder.h"
#include "base/intern.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/path.h"

#define DIGITS 20		/* of a version in a name */
#define COMMIT_MAX ((size_t)1 << 30)

/* The version that a name begins with; false where none does. */
static bool
version_of(int64_t *v, const char *name)
{
	return strlen(name) > DIGITS && name[DIGITS] == '.' &&
	    num_parse_i64(name, DIGITS, v) && *v >= 0;
}

static bool
is_commit(const char *name)
{
	return strcmp(name + DIGITS, ".json") == 0;
}

static bool
is_checkpoint(const char *name)
{
	return strncmp(name + DIGITS, ".checkpoint.", 12) == 0;
}

static int
take_action(struct delta_log *l, const struct json *j, struct err *e)
{
	const struct json *a;
	const char *path;

	if ((a = json_get(j, "protocol")) != NULL && a->type == JSON_MAP)
		return delta_take_protocol(l, a, e);
	if ((a = json_get(j, "metaData")) != NULL && a->type == JSON_MAP)
		return delta_take_metadata(l, a, e);
	if ((a = json_get(j, "add")) != NULL && a->type == JSON_MAP)
		return delta_take_add(l, a, e);
	a = json_get(j, "remove");
	path = a != NULL ? json_text(a, "path", NULL) : NULL;
	return path != NULL ? delta_take_remove(l, path, e) : 0;
}

static int
read_commit(struct delta_log *l, const char *path, struct err *e)
{
	const char *at, *end, *q;
	struct json *j;
	struct buf b;
	int r;

	buf_init(&b, COMMIT_MAX);
	r = l->in.read(l->in.ctx, &b, path, e);
	at = b.data;
	end = at + b.len;
	for (; r == 0 && at < end; at = q + 1) {
		q = memchr(at, '\n', (size_t)(end - at));
		q = q == NULL ? end : q;
		if (q == at)
			continue;
		if ((r = json_parse(&j, &l->arena, at, (size_t)(q - at), 0,
		    e)) != 0)
			err_wrap(e, "%s", path);
		else if (j->type == JSON_MAP)
			r = take_action(l, j, e);
	}
	buf_free(&b);
	return r;
}

/* The newest version of which there is a checkpoint in one file; -1: none.
 * Those of several files are passed over, if the commits are all there. */
static int64_t
newest_checkpoint(char *const *name, size_t n, bool *parts)
{
	int64_t v, newest = -1;

	for (size_t i = 0; i < n; i++) {
		if (!version_of(&v, name[i]) || !is_checkpoint(name[i]))
			continue;
		if (strcmp(name[i] + DIGITS, ".checkpoint.parquet") == 0)
			newest = v;
		else
			*parts = true;
	}
	return newest;
}

static int
read_files(struct delta_log *l, char *const *name, size_t n, struct err *e)
{
	bool parts = false;
	int64_t last = newest_checkpoint(name, n, &parts), v;
	char *path;
	int r = 0;

	if (last >= 0) {
		path = xprintf("_delta_log/%020lld.checkpoint.parquet",
		    (long long)last);
		r = delta_read_checkpoint(l, path, e);
		free(path);
	}
	for (size_t i = 0; r == 0 && i < n; i++) {
		if (!version_of(&v, name[i]) || !is_commit(name[i]) ||
		    v <= last)
			continue;
		if (v != last + 1)
			return err_set(e, parts ? ERR_UNSUPPORTED :
			    ERR_CORRUPT, "%s: version %lld is missing in its "
			    "log%s", l->folder, (long long)last + 1, parts ?
			    "; checkpoints of several files are not read" :
			    "");
		last = v;
		path = path_join("_delta_log", name[i]);
		r = read_commit(l, path, e);
		free(path);
	}
	if (r == 0 && l->schema == NULL)
		r = err_set(e, ERR_CORRUPT, "%s: its log says no schema",
		    l->folder);
	return r;
}

int
delta_log_read(struct delta_log *l, const struct delta_files *in,
    struct err *e)
{
	char **name = NULL;
	size_t n = 0;
	int r;

	memset(l, 0, sizeof(*l));
	l->in = *in;
	l->folder = in->name;
	l->paths = intern_new();
	r = in->names(in->ctx, &name, &n, e);
	if (r == 0)
		r = read_files(l, name, n, e);
	folder_names_free(name, n);
	return r;
}

void
delta_log_release(struct delta_log *l)
{
	intern_free(l->paths);
	arena_free(&l->arena);
}
