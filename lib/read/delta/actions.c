/* Actions of a Delta log, one after the other. */
#include <stdlib.h>
#include <string.h>

#include "base/intern.h"
#include "base/path.h"
#include "base/percent.h"
#include "read/delta/log.h"

static int
refuse(const struct delta_log *l, const char *what, const char *name,
    struct err *e)
{
	return err_set(e, ERR_UNSUPPORTED, "%s: a Delta table with %s%s%.80s%s"
	    ", which is not read", l->folder, what, *name ? " '" : "", name,
	    *name ? "'" : "");
}

/* A feature that changes nothing of what a reader of the newest version does,
 * or that is told where it is used. */
static bool
is_harmless(const char *feature)
{
	static const char *const known[] = { "timestampNtz",
	    "vacuumProtocolCheck", "columnMapping", "deletionVectors",
	    "v2Checkpoint", "typeWidening", "typeWidening-preview" };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i], feature) == 0)
			return true;
	return false;
}

int
delta_take_protocol(struct delta_log *l, const struct json *j, struct err *e)
{
	const struct json *features = json_get(j, "readerFeatures");

	if (json_int(j, "minReaderVersion", 1) > 3)
		return refuse(l, "a reader version beyond 3", "", e);
	for (const struct json *f = features != NULL ? features->child : NULL;
	    f != NULL; f = f->next)
		if (f->type == JSON_TEXT && !is_harmless(f->s))
			return refuse(l, "the feature", f->s, e);
	return 0;
}

int
delta_take_metadata(struct delta_log *l, const struct json *j, struct err *e)
{
	const struct json *options = json_get(j, "configuration");
	const struct json *format = json_get(j, "format");
	const struct json *columns = json_get(j, "partitionColumns");
	const char *text = json_text(j, "schemaString", NULL);
	const char *mode = options != NULL ? json_text(options,
	    "delta.columnMapping.mode", "none") : "none";
	struct json *schema;

	if (strcmp(mode, "none") != 0)
		return refuse(l, "mapped columns", "", e);
	if (format != NULL && strcmp(json_text(format, "provider", "parquet"),
	    "parquet") != 0)
		return refuse(l, "files of the format", json_text(format,
		    "provider", ""), e);
	if (text == NULL || json_parse(&schema, &l->arena, text, strlen(text),
	    0, e) != 0)
		return err_set(e, ERR_CORRUPT, "%s: its log has no schema that "
		    "can be read", l->folder);
	l->schema = schema;
	l->partitions = 0;
	l->partition = arena_alloc(&l->arena, (columns != NULL ? columns->n :
	    0) * sizeof(*l->partition) + 1);
	for (const struct json *c = columns != NULL ? columns->child : NULL;
	    c != NULL; c = c->next)
		if (c->type == JSON_TEXT)
			l->partition[l->partitions++] =
			    arena_strdup(&l->arena, c->s);
	return 0;
}

/* %XX undone.  ERR_UNSUPPORTED: it lies outside of the folder. */
static int
plain_path(const char **out, struct delta_log *l, const char *path,
    struct err *e)
{
	char *to = arena_strdup(&l->arena, path);
	size_t n = percent_decode(to, strlen(to));

	*out = to;
	return strlen(to) == n && path_is_below(to) ? 0 : refuse(l, "a file elsewhere:", path, e);
}

static struct delta_file *
find_file(struct delta_log *l, const char *path)
{
	uint32_t i = intern_add(l->paths, path, strlen(path));

	while (l->files <= i) {
		l->file = arena_grow(&l->arena, l->file, l->files, &l->room,
		    sizeof(*l->file));
		l->file[l->files++] = (struct delta_file){ .removed = true };
	}
	return &l->file[i];
}

int
delta_take_add(struct delta_log *l, const struct json *j, struct err *e)
{
	const struct json *vector = json_get(j, "deletionVector");
	const char *path = json_text(j, "path", NULL);
	struct delta_file *f;

	if (path == NULL)
		return err_set(e, ERR_CORRUPT, "%s: its log adds a file "
		    "without a path", l->folder);
	if (vector != NULL && vector->type == JSON_MAP)
		return refuse(l, "deletion vectors", "", e);
	if (plain_path(&path, l, path, e) != 0)
		return -1;
	f = find_file(l, path);
	f->path = path;
	f->partition = json_get(j, "partitionValues");
	f->removed = false;
	return 0;
}

int
delta_take_remove(struct delta_log *l, const char *path, struct err *e)
{
	if (plain_path(&path, l, path, e) != 0)
		return -1;
	find_file(l, path)->removed = true;
	return 0;
}
