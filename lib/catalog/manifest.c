/* Manifests built, read and told by their types. */
#include "catalog/manifest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/path.h"

struct json *
manifest_new(struct arena *a, const char *schema)
{
	struct json *m = json_new(a, JSON_MAP);

	json_add_text(a, m, "schema", schema);
	json_add_list(a, m, "links");
	return m;
}

void
manifest_link(struct arena *a, struct json *m, const char *rel,
    const char *type, const char *name, const struct oid *id, uint64_t size)
{
	/* the tree is ours until it is written: get gives it back const */
	struct json *links = (struct json *)(uintptr_t)json_get(m, "links");
	struct json *l = json_add_map(a, links, NULL);
	char text[OID_TEXT];

	json_add_text(a, l, "rel", rel);
	json_add_text(a, l, "type", type);
	json_add_text(a, l, "id", oid_print(text, id));
	json_add_int(a, l, "size", (int64_t)size);
	if (name && *name)
		json_add_text(a, l, "name", name);
}

static void
copy_value(struct arena *a, struct json *to, const char *key,
    const struct json *from)
{
	const struct json *c;
	struct json *list;

	switch (from->type) {
	case JSON_NULL:
		json_add_null(a, to, key);
		break;
	case JSON_BOOL:
		json_add_bool(a, to, key, from->b);
		break;
	case JSON_INT:
		json_add_int(a, to, key, from->i);
		break;
	case JSON_REAL:
		/* canonical JSON has no word for these */
		if (isfinite(from->d))
			json_add_num(a, to, key, from->d);
		else
			json_add_null(a, to, key);
		break;
	case JSON_TEXT:
		json_add_textn(a, to, key, from->s, from->n);
		break;
	case JSON_LIST:
	case JSON_MAP:
		list = from->type == JSON_LIST ? json_add_list(a, to, key) :
		    json_add_map(a, to, key);
		for (c = from->child; c; c = c->next)
			copy_value(a, list, from->type == JSON_MAP ? c->key : NULL,
			    c);
		break;
	}
}

void
manifest_copy(struct arena *a, struct json *to, const char *key,
    const struct json *from)
{
	if (from)
		copy_value(a, to, key, from);
}

bool
manifest_link_at(struct link *l, const struct json *m, size_t i)
{
	const struct json *links = json_get(m, "links"), *at;
	struct err ignored = ERR_INIT;
	const char *id;
	int64_t size;

	if (links == NULL || links->type != JSON_LIST)
		return false;
	for (at = links->child; at && i; i--)
		at = at->next;
	if (at == NULL || at->type != JSON_MAP)
		return false;
	l->rel = json_text(at, "rel", NULL);
	l->type = json_text(at, "type", NULL);
	l->name = json_text(at, "name", "");
	id = json_text(at, "id", NULL);
	size = json_int(at, "size", -1);
	if (l->rel == NULL || l->type == NULL || id == NULL || size < 0 ||
	    oid_parse(&l->id, id, &ignored) < 0)
		return false;
	l->size = (uint64_t)size;
	return true;
}

bool
manifest_find(struct link *l, const struct json *m, const char *rel,
    const char *type)
{
	for (size_t i = 0; manifest_link_at(l, m, i); i++)
		if (strcmp(l->rel, rel) == 0 &&
		    (type == NULL || strcmp(l->type, type) == 0))
			return true;
	return false;
}

bool
manifest_is_type(const char *type)
{
	return strncmp(type, TYPE_MANIFEST_PREFIX,
	    sizeof(TYPE_MANIFEST_PREFIX) - 1) == 0;
}

const char *
manifest_type_of_path(const char *path)
{
	static const struct { const char *extension, *type; } known[] = {
		{ ".csv", TYPE_CSV }, { ".tsv", TYPE_CSV }, { ".data", TYPE_CSV },
		{ ".jsonl", TYPE_JSONL }, { ".ndjson", TYPE_JSONL },
		{ ".parquet", TYPE_PARQUET }, { ".onnx", TYPE_ONNX },
		{ ".json", "application/json" }, { ".yaml", "application/yaml" },
		{ ".yml", "application/yaml" }, { ".html", "text/html" },
		{ ".md", "text/markdown" }, { ".txt", TYPE_TEXT },
	};
	const char *extension = path_extension(path);
	const char *type = TYPE_BYTES;
	char *stem;

	/* a table that is packed is the table */
	if (strcasecmp(extension, ".gz") == 0 ||
	    strcasecmp(extension, ".zst") == 0) {
		stem = path_stem(path);
		type = manifest_type_of_path(stem);
		free(stem);
		return strcmp(type, TYPE_CSV) == 0 ||
		    strcmp(type, TYPE_JSONL) == 0 ? type : TYPE_BYTES;
	}
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strcasecmp(extension, known[i].extension) == 0)
			return known[i].type;
	return type;
}
