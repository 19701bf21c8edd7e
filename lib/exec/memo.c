/* Which run did a piece of work before, and putting its outputs back. */
#include "exec/memo.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "catalog/manifest.h"
#include "catalog/name.h"
#include "store/odb.h"
#include "track/find.h"
#include "exec/content.h"

int
memo_name(char out[SHA256_HEX + 1], const struct json *work, struct err *e)
{
	uint8_t digest[SHA256_BYTES];
	struct buf b;
	int r;

	buf_init(&b, BUF_CAP_DOC);
	r = json_canonical(&b, work, e);
	if (r == 0) {
		sha256_of(b.data, b.len, digest);
		hex_encode(out, digest, sizeof(digest));
	}
	buf_free(&b);
	return r;
}

static char *
memo_path(struct repo *s, const char *name)
{
	char *folder = repo_path(s, "cache/memo"), *path;

	path = path_join(folder, name);
	free(folder);
	return path;
}

void
memo_write(struct repo *s, const char *name, const char *run,
    const struct log *log)
{
	char *path = memo_path(s, name), *folder = path_folder(path);
	struct err e = ERR_INIT;

	if (file_make_folders(repo_os(s), folder, &e) < 0 ||
	    file_replace_own(repo_os(s), path, run, strlen(run), 0666, &e) < 0)
		log_warn(log, "this work will not be remembered: %s", e.msg);
	free(folder);
	free(path);
}

static const struct link *
output_of(const struct run *run, const char *path)
{
	for (size_t i = 0; i < run->n_links; i++)
		if (strcmp(run->link[i].rel, "output") == 0 &&
		    strcmp(run->link[i].name, path) == 0)
			return &run->link[i];
	return NULL;
}

static bool
is_program(const struct run *run, const char *path)
{
	const struct json *list = json_get(run->facts, MEMO_PROGRAMS), *p;

	for (p = list && list->type == JSON_LIST ? list->child : NULL; p;
	    p = p->next)
		if (p->type == JSON_TEXT && strcmp(p->s, path) == 0)
			return true;
	return false;
}

int
memo_read(struct run *run, struct catalog *c, const char *name)
{
	char *path = memo_path(catalog_repo(c), name);
	struct err ignored = ERR_INIT;
	struct buf id;
	int r = 0;

	buf_init(&id, 256);
	if (file_read_own(&id, path, &ignored) == 0 &&
	    name_base_ok(id.data) && run_read_id(run, c, id.data, &ignored) == 0)
		r = 1;
	buf_free(&id);
	free(path);
	return r;
}

int
memo_find(struct run *run, bool *in_place, struct catalog *c,
    const char *name, const char *const *outs, size_t n)
{
	struct repo *s = catalog_repo(c);

	*in_place = false;
	if (memo_read(run, c, name) == 0)
		return 0;
	*in_place = true;
	for (size_t i = 0; i < n && run->status == RUN_FINISHED; i++) {
		const struct link *l = output_of(run, outs[i]);

		if (l == NULL || !odb_has(repo_odb(s), &l->id))
			goto forget;
		*in_place = *in_place && content_in_place(s, l);
	}
	if (run->status == RUN_FINISHED)
		return 1;
forget:
	*in_place = false;
	run_free(run);
	return 0;
}

int
memo_restore(struct run *run, bool *untouched, struct catalog *c,
    const char *name, const char *const *outs, size_t n, struct err *e)
{
	struct repo *s = catalog_repo(c);
	int r = memo_find(run, untouched, c, name, outs, n);

	if (r != 1 || *untouched)
		return r;
	for (size_t i = 0; i < n; i++) {
		r = content_put_back(s, output_of(run, outs[i]),
		    is_program(run, outs[i]), e);
		if (r == 0)
			continue;
		/* a damaged copy is no reason not to make it again */
		if (e->code == ERR_CORRUPT)
			r = 0;
		run_free(run);
		return r;
	}
	return 1;
}
