/* A checkpoint: the actions of a Delta log as rows of a Parquet file. */
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "read/delta/log.h"
#include "read/whole.h"

static const char *const columns[] = { "add.path",
    "add.partitionValues.key", "add.partitionValues.value",
    "add.deletionVector.storageType", "metaData.schemaString",
    "metaData.partitionColumns", "metaData.configuration.key",
    "metaData.configuration.value", "metaData.format.provider",
    "protocol.minReaderVersion", "protocol.readerFeatures", "sidecar.path" };

enum { ADD_PATH, ADD_KEY, ADD_VALUE, ADD_VECTOR, META_SCHEMA, META_PARTITIONS,
    META_KEY, META_VALUE, META_PROVIDER, PROTOCOL_READER, PROTOCOL_FEATURES,
    SIDECAR, COLUMNS };

static const char *
text_at(const struct column *c, size_t row)
{
	size_t n;

	return c == NULL ? NULL : column_text(c, row, &n);
}

/* A list, as the reader of Parquet writes it. */
static struct json *
list_at(struct delta_log *l, const struct column *c, size_t row)
{
	const char *s = text_at(c, row);
	struct err ignored = ERR_INIT;
	struct json *j;

	if (s == NULL || json_parse(&j, &l->arena, s, strlen(s), 0,
	    &ignored) != 0)
		return json_new(&l->arena, JSON_LIST);
	return j;
}

/* Keys and values side by side. */
static void
add_map(struct delta_log *l, struct json *to, const char *name,
    const struct json *keys, const struct json *values)
{
	struct json *m = json_add_map(&l->arena, to, name);
	const struct json *v = values->child;

	for (const struct json *k = keys->child; k != NULL && v != NULL;
	    k = k->next, v = v->next)
		if (k->type == JSON_TEXT && v->type == JSON_TEXT)
			json_add_text(&l->arena, m, k->s, v->s);
}

static int
take_row(struct delta_log *l, struct column *const *c, size_t row,
    struct err *e)
{
	struct json *j = json_new(&l->arena, JSON_MAP), *format;

	if (text_at(c[SIDECAR], row) != NULL)
		return err_set(e, ERR_UNSUPPORTED, "%s: a Delta table with "
		    "checkpoints in several parts (sidecar), which is not "
		    "read", l->folder);
	if (text_at(c[PROTOCOL_READER], row) != NULL) {
		const char *version = text_at(c[PROTOCOL_READER], row);
		int64_t v;

		if (!num_parse_i64(version, strlen(version), &v))
			return err_set(e, ERR_CORRUPT, "%s: its checkpoint "
			    "has a reader version that is no number",
			    l->folder);
		json_add_int(&l->arena, j, "minReaderVersion", v);
		json_add(&l->arena, j, "readerFeatures", list_at(l,
		    c[PROTOCOL_FEATURES], row));
		return delta_take_protocol(l, j, e);
	}
	if (text_at(c[META_SCHEMA], row) != NULL) {
		json_add_text(&l->arena, j, "schemaString",
		    text_at(c[META_SCHEMA], row));
		json_add(&l->arena, j, "partitionColumns", list_at(l,
		    c[META_PARTITIONS], row));
		add_map(l, j, "configuration", list_at(l, c[META_KEY], row),
		    list_at(l, c[META_VALUE], row));
		format = json_add_map(&l->arena, j, "format");
		if (text_at(c[META_PROVIDER], row) != NULL)
			json_add_text(&l->arena, format, "provider",
			    text_at(c[META_PROVIDER], row));
		return delta_take_metadata(l, j, e);
	}
	if (text_at(c[ADD_PATH], row) == NULL)
		return 0;
	json_add_text(&l->arena, j, "path", text_at(c[ADD_PATH], row));
	add_map(l, j, "partitionValues", list_at(l, c[ADD_KEY], row),
	    list_at(l, c[ADD_VALUE], row));
	if (text_at(c[ADD_VECTOR], row) != NULL)
		(void)json_add_map(&l->arena, j, "deletionVector");
	return delta_take_add(l, j, e);
}

int
delta_read_checkpoint(struct delta_log *l, const char *path, struct err *e)
{
	struct table_read_opts o = { .format = TABLE_PARQUET, .name = path };
	struct column *c[COLUMNS];
	struct table *t = NULL;
	struct buf bytes;
	int r;

	buf_init(&bytes, BUF_CAP_DATA);
	r = l->in.read(l->in.ctx, &bytes, path, e);
	if (r == 0)
		r = table_read(&t, bytes.data, bytes.len, &o, e);
	buf_free(&bytes);
	if (r != 0)
		return -1;
	for (size_t i = 0; r == 0 && i < COLUMNS; i++) {
		c[i] = table_find(t, columns[i]);
		if (c[i] != NULL)
			r = column_convert(c[i], COL_TEXT, e);
	}
	for (size_t row = 0; r == 0 && row < t->rows; row++)
		r = take_row(l, c, row, e);
	table_free(t);
	return r;
}
