/* A DVC repository: .dvc files, dvc.lock, and where its cache is. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/path.h"
#include "codec/yaml.h"
#include "foreign/internal.h"

#define DEPTH_MAX 64
#define CONFIG_MAX ((size_t)1 << 20)

struct reading {
	struct foreign_list *l;
	const char *cache;
};

void
dvc_places(const char *place[4], struct arena *a, const char *cache,
    const char *digest, bool folder)
{
	const char *end = folder ? ".dir" : "";

	place[0] = arena_printf(a, "%s/files/md5/%.2s/%s%s", cache, digest,
	    digest + 2, end);
	place[1] = arena_printf(a, "%s/%.2s/%s%s", cache, digest, digest + 2,
	    end);
}

/* ---- where the cache is ---- */

static bool
is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The folder at or above `path` that has a .dvc folder, "." and ".." steps
 * counted from the current one. */
static int
find_dvc(const char **dvc, struct arena *a, const char *path, struct err *e)
{
	const char *at = is_folder(path) ? path : NULL;
	char *folder = NULL;

	if (at == NULL)
		at = folder = path_folder(path);
	for (int i = 0; i < DEPTH_MAX; i++) {
		*dvc = arena_printf(a, "%s/.dvc", at);
		if (is_folder(*dvc)) {
			free(folder);
			return 0;
		}
		at = arena_printf(a, "%s/..", at);
	}
	free(folder);
	return err_set(e, ERR_NOENT, "there is no .dvc folder at or above "
	    "'%s'", path);
}

/* "dir = ..." below "[cache]" in the last file that has it. */
static void
read_config(const char **cache, struct arena *a, const char *dvc,
    const char *name)
{
	char *path = path_join(dvc, name), *line, *end, *value;
	struct err ignored = ERR_INIT;
	bool ours = false;
	struct buf b;

	buf_init(&b, CONFIG_MAX);
	if (file_read(&b, path, &ignored) < 0)
		b.len = 0;
	for (line = b.data; line < b.data + b.len; line = end + 1) {
		end = line + strcspn(line, "\n");
		*end = '\0';
		line += strspn(line, " \t");
		if (*line == '[')
			ours = strncmp(line, "[cache]", 7) == 0;
		if (!ours || strncmp(line, "dir", 3) != 0)
			continue;
		value = line + 3 + strspn(line + 3, " \t");
		if (*value++ != '=')
			continue;
		value += strspn(value, " \t");
		for (size_t n = strlen(value); n > 0 && strchr(" \t\r",
		    value[n - 1]); n--)
			value[n - 1] = '\0';
		*cache = *value == '/' ? arena_strdup(a, value) :
		    arena_printf(a, "%s/%s", dvc, value);
	}
	buf_free(&b);
	free(path);
}

/* ---- what it keeps ---- */

static int
add_out(struct reading *r, const char *folder, const struct json *out,
    const char *from, struct err *e)
{
	struct arena *a = &r->l->arena;
	const char *path = json_text(out, "path", "");
	const char *md5 = json_text(out, "md5", "");
	size_t n = strlen(md5);
	bool dir = n > 4 && strcmp(md5 + n - 4, ".dir") == 0;
	struct foreign_file *f;

	if (!path_is_below(path))
		return err_set(e, ERR_FORMAT, "'%s': '%.200s' is no path below "
		    "it", from, path);
	md5 = arena_strndup(a, md5, dir ? n - 4 : n);
	if (!is_digest(md5, MD5_BYTES))
		return err_set(e, ERR_UNSUPPORTED, "'%s': '%.200s' has no MD5, "
		    "so its bytes are not in DVC's cache", from, path);
	path = strcmp(folder, ".") == 0 ? path : arena_printf(a, "%s/%s",
	    folder, path);
	if ((f = foreign_add(r->l, path)) == NULL)
		return 0;
	f->digest = md5;
	f->folder = dir;
	f->how = strcmp(json_text(out, "hash", ""), "md5") == 0 ? DIGEST_MD5 :
	    DIGEST_MD5_TEXT;
	f->cache = r->cache;
	dvc_places(f->place, a, r->cache, md5, dir);
	if (!dir)
		f->place[2] = f->path;
	return 0;
}

static int
add_outs(struct reading *r, const char *folder, const struct json *stage,
    const char *from, struct err *e)
{
	const struct json *outs = json_get(stage, "outs");
	const char *way = json_text(stage, "wdir", ".");

	if (strcmp(way, ".") != 0)
		folder = arena_printf(&r->l->arena, "%s/%s", folder, way);
	for (const struct json *o = outs && outs->type == JSON_LIST ?
	    outs->child : NULL; o; o = o->next)
		if (add_out(r, folder, o, from, e) < 0)
			return -1;
	return 0;
}

/* A .dvc file is one stage; a lock has them by name, since DVC 2 below
 * "stages". */
static int
read_file(struct reading *r, const char *path, struct err *e)
{
	struct arena a = { NULL, 0 };
	const struct json *stages;
	struct json *j;
	struct buf b;
	char *folder = path_folder(path);
	int result = -1;

	buf_init(&b, YAML_BYTES_MAX);
	if (file_read(&b, path, e) < 0)
		goto done;
	if (yaml_parse(&j, &a, b.data, b.len, e) < 0) {
		err_wrap(e, "'%s'", path);
		goto done;
	}
	if (strcmp(path_base(path), "dvc.lock") != 0) {
		result = add_outs(r, folder, j, path, e);
		goto done;
	}
	stages = json_get(j, "stages");
	if (stages == NULL)
		stages = j;
	result = 0;
	for (const struct json *s = stages->type == JSON_MAP ?
	    stages->child : NULL; result == 0 && s; s = s->next)
		result = add_outs(r, folder, s, path, e);
done:
	free(folder);
	buf_free(&b);
	arena_free(&a);
	return result;
}

static bool
is_listed(const char *name)
{
	return strcmp(path_extension(name), ".dvc") == 0 ||
	    strcmp(name, "dvc.lock") == 0;
}

static int
read_folder(struct reading *r, const char *folder, int depth, struct err *e)
{
	char **names, *path;
	struct stat st;
	size_t n;
	int result = 0;

	if (depth > DEPTH_MAX)
		return err_set(e, ERR_TOOBIG, "'%s' is deeper than %d", folder,
		    DEPTH_MAX);
	if (folder_names(&names, &n, folder, e) < 0)
		return -1;
	for (size_t i = 0; result == 0 && i < n; i++) {
		path = strcmp(folder, ".") == 0 ? xstrdup(names[i]) :
		    path_join(folder, names[i]);
		if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
			result = read_folder(r, path, depth + 1, e);
		else if (is_listed(names[i]) && S_ISREG(st.st_mode))
			result = read_file(r, path, e);
		free(path);
	}
	folder_names_free(names, n);
	return result;
}

int
dvc_list(struct foreign_list *l, const char *path, struct err *e)
{
	struct reading r = { .l = l };
	const char *dvc;
	struct stat st;

	if (stat(path, &st) < 0)
		return err_sys(e, "cannot open '%s'", path);
	if (!S_ISDIR(st.st_mode) && !is_listed(path_base(path)))
		return err_set(e, ERR_USAGE, "'%s' is no folder, .dvc file or "
		    "dvc.lock", path);
	if (find_dvc(&dvc, &l->arena, path, e) < 0)
		return -1;
	r.cache = arena_printf(&l->arena, "%s/cache", dvc);
	read_config(&r.cache, &l->arena, dvc, "config");
	read_config(&r.cache, &l->arena, dvc, "config.local");
	return S_ISDIR(st.st_mode) ? read_folder(&r, path, 0, e) :
	    read_file(&r, path, e);
}
